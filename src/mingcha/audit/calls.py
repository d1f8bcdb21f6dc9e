"""A call of a hospital's system as the journal keeps it: what was asked, what was answered, how long it took."""

from __future__ import annotations

from enum import StrEnum
from hashlib import blake2b
from typing import Any

import msgspec

from mingcha.store.journal.records import KEY_BYTES


class CallOutcome(StrEnum):
    """What became of a call."""

    AUDITED = "audited"
    # Kept, and audited as soon as there is time: too late, too many at once, or without a release.
    NOT_AUDITED = "not_audited"
    AUDITED_LATER = "audited_later"
    REFUSED = "refused"
    TAKEN = "taken"


class Call(msgspec.Struct, array_like=True, gc=False):
    """One call.

    Args:
        transaction: number of the national transaction.
        received_at: milliseconds since 1970, UTC.
        took: microseconds from there to the answer.
        release: number of the release that judged, 0 where none did.
        findings: rows with the columns of `Finding`, without those that are exempt.
        failed: mechanisms that were left out because they had failed.
        payment: by what the stay is paid, beside what it costs so far (`hospital.stay_payment`).
        trial: the connection was being tried, or the orders were not signed yet.
    """

    institution_id: str
    message_id: str
    transaction: str
    scene: str
    outcome: CallOutcome
    received_at: int
    took: int
    release: int
    request: bytes
    answer: bytes
    findings: list[dict[str, Any]] = []
    failed: list[str] = []
    trial: bool = False
    payment: list[dict[str, Any]] = []


encode_call = msgspec.msgpack.Encoder().encode
decode_call = msgspec.msgpack.Decoder(Call).decode


def key_of(institution_id: str, message_id: str) -> bytes:
    """What equal calls share: those of one institution with one message id."""
    return blake2b(f"{institution_id}\0{message_id}".encode(), digest_size=KEY_BYTES).digest()
