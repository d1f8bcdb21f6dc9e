"""Who sends a message: the request headers of the service gateway, signed with a secret that both sides hold.

Source: 定点医药机构接口规范, “服务网关调用说明”: headers, HmacSHA1 over the sorted pairs, 30 minutes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

ACCESS_KEY, SIGNATURE, TIMESTAMP = "_api_access_key", "_api_signature", "_api_timestamp"
_SIGNED = (ACCESS_KEY, "_api_name", TIMESTAMP, "_api_version")
WINDOW_MILLISECONDS = 30 * 60 * 1000


@dataclass(frozen=True)
class Unsigned(Exception):
    """Why a message is not taken for what it says it is, in the words of the specification."""

    why: str


def signature_of(headers: Mapping[str, str], secret: str) -> str:
    """What the signature header must be."""
    pairs = "&".join(f"{name}={headers.get(name, '')}" for name in sorted(_SIGNED))
    return base64.b64encode(hmac.digest(secret.encode(), pairs.encode(), hashlib.sha1)).decode()


def signed_headers(name: str, access_key: str, secret: str, now: int, **changed: str) -> dict[str, str]:
    """The headers of a message about a transaction; what is changed is changed before signing.

    Args:
        now: milliseconds since 1970.
    """
    said = {
        "_api_name": name,
        "_api_version": "1.0.0",
        TIMESTAMP: str(now),
        ACCESS_KEY: access_key,
        **changed,
    }
    return {SIGNATURE: signature_of(said, secret), **said}


def check_signature(headers: Mapping[str, str], secret: str, now: int) -> None:
    """Refuse what was not signed with this secret, or too long ago.

    Args:
        headers: names in lower case.
        now: milliseconds since 1970.

    Raises:
        Unsigned: with the reason.
    """
    if not all(headers.get(name) for name in (*_SIGNED, SIGNATURE)):
        raise Unsigned("缺少服务网关的请求头!")
    stamp = headers[TIMESTAMP]
    if not (stamp.isascii() and stamp.isdigit() and abs(now - int(stamp[:16])) <= WINDOW_MILLISECONDS):
        raise Unsigned("签名时间戳超时!")
    if not hmac.compare_digest(signature_of(headers, secret).encode(), headers[SIGNATURE].encode()):
        raise Unsigned("签名不一致!")
