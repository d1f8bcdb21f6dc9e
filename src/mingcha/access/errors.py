"""Why something was not done; each kind has a code that programs can rely on."""

from __future__ import annotations

from mingcha.domain.errors import MingchaError


class AccessError(MingchaError):
    """Base of the refusals of this layer."""

    code = "refused"


class NotSignedIn(AccessError):
    """Nobody is signed in, or no longer."""

    code = "not_signed_in"


class SignInFailed(AccessError):
    """Name, password or code is wrong; which of them is not said."""

    code = "sign_in_failed"


class CodeNeeded(AccessError):
    """The password is right; the second factor is still to come."""

    code = "code_needed"


class LockedOut(AccessError):
    """Too many failures in a row."""

    code = "locked_out"


class Denied(AccessError):
    """Signed in, but without the right."""

    code = "denied"


class PasswordChangeNeeded(AccessError):
    """Nothing else goes before the password is changed."""

    code = "password_change_needed"


class Missing(AccessError):
    """There is none, or none that this user may see; which of them is not said."""

    code = "not_found"


class Conflict(AccessError):
    """It contradicts what is there."""

    code = "conflict"


class Unreachable(AccessError):
    """Something outside that is needed for this does not answer."""

    code = "unreachable"


class Invalid(AccessError):
    """It cannot be meant as it was given."""

    code = "invalid"


class TooLarge(AccessError):
    """It is more than may be taken in."""

    code = "too_large"


def missing(what: str) -> Missing:
    """There is no such thing in this user's scope."""
    return Missing(f"没有找到{what}", remedy="它可能不存在，或不在您的数据范围内")
