"""The addresses of a hospital's own system whose pages may frame the embedded pages, as browsers compare them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mingcha.access.errors import Invalid

MOST_ADDRESSES = 20
# What a browser takes as a source: scheme, name or IPv4 address, port; never a path, a wildcard or a second word.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(rf"(https?)://({_LABEL}(?:\.{_LABEL})*)(?::([0-9]{{1,5}}))?/?")
_USUAL = {"http": 80, "https": 443}
_LAST_PORT = 65_535
_REMEDY = "写协议、主机名或 IP，有端口的写端口，不写路径，例如 http://his.hospital.cn:8080"


def addresses(written: Sequence[str]) -> list[str]:
    """The addresses as browsers compare them, each once.

    Raises:
        Invalid: one of them is none, or there are too many.
    """
    found = list(dict.fromkeys(_address(one) for one in written))
    if len(found) > MOST_ADDRESSES:
        raise Invalid(f"最多 {MOST_ADDRESSES} 个地址", where="framed_by")
    return found


def _address(written: str) -> str:
    told = _ADDRESS.fullmatch(written.strip().lower())
    port = 0 if told is None or told[3] is None else int(told[3])
    if told is None or port > _LAST_PORT or told[3] == "0":
        raise Invalid(f"“{written}”不是网页的地址", where="framed_by", remedy=_REMEDY)
    scheme, host = told[1], told[2]
    return f"{scheme}://{host}" + (f":{port}" if port and port != _USUAL[scheme] else "")
