"""Secrets that are handed out once: of tokens and sessions only a hash is kept."""

from __future__ import annotations

import hashlib
import secrets

# Without what people mistake for each other when they copy by hand: 0 O 1 l I.
_READABLE = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_SIGNS = "-+=%"


def new_secret() -> str:
    """256 random bits, as text."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """What is kept of a random secret; it has no dictionary, so one hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two texts are equal, in a time that does not tell where they differ."""
    return secrets.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def temporary_password() -> str:
    """A password to be told once and changed at first use: 16 letters and digits, and a sign."""
    letters = [secrets.choice(_READABLE) for _ in range(13)]
    for kind in ("abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"):
        letters.insert(secrets.randbelow(len(letters) + 1), secrets.choice(kind))
    return "".join(letters) + secrets.choice(_SIGNS)


def recovery_code() -> str:
    """A code of ten letters and digits in two groups."""
    drawn = "".join(secrets.choice(_READABLE.lower()) for _ in range(10))
    return f"{drawn[:5]}-{drawn[5:]}"
