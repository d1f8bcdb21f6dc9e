"""What embedded pages say to a browser: nothing runs, nothing comes from elsewhere, and who may stand around them."""

from __future__ import annotations

from collections.abc import Sequence

_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; "


def headers(framed_by: Sequence[str] = ()) -> dict[str, str]:
    """The headers of a page.

    Args:
        framed_by: addresses of the hospital's system; where none is set anybody may, because a link opens once, is
            known to whoever asked for it alone, and no sign-in stands behind it that others could borrow. A page in
            a page (a conversation) has our own around it too.
    """
    ancestors = " ".join(("'self'", *framed_by)) if framed_by else "*"
    # An old name, for browsers that do not know the policy above; it can name one address and no more.
    old = f"ALLOW-FROM {framed_by[0]}" if len(framed_by) == 1 else "ALLOWALL"
    return {
        "Content-Security-Policy": f"{_POLICY}frame-ancestors {ancestors}",
        "X-Frame-Options": old,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
