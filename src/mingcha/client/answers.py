"""What the client says and is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any


class Way(Enum):
    """What is done about a result."""

    GO_ON = "go_on"
    TAKE_BACK = "take_back"


@dataclass(frozen=True)
class Response:
    """What was done about a result; going on needs a reason."""

    result_id: str
    way: Way
    reason: str = ""


@dataclass(frozen=True)
class Finding:
    """A finding; amounts in yuan, as decimal text."""

    result_id: str
    finding_id: str
    rule_code: str
    rule_name: str
    certainty: str
    action: str | None
    reason: str
    value: str | None
    limit: str | None
    amount: str | None
    line_id: str | None
    code: str | None
    name: str | None
    line_ids: tuple[str, ...]
    knowledge_point: str | None
    basis: str | None
    source: str | None
    legal_basis: str
    remedy: str

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Finding:
        """A finding as the server tells it; what a newer server tells beside is left out."""
        known: dict[str, Any] = {one.name: told.get(one.name) for one in fields(cls)}
        known["line_ids"] = tuple(told.get("line_ids") or ())
        return cls(**known)


@dataclass(frozen=True)
class Reminded:
    """What a doctor should know of a patient, as the API describes it; where it was not told, `note` says why."""

    told: bool
    note: str = ""
    patient: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Mapping[str, Any], ...] = ()
    items: tuple[Mapping[str, Any], ...] = ()
    budgets: tuple[Mapping[str, Any], ...] = ()
    payment: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Reminded:
        """An answer as the server tells it."""
        findings, items = tuple(told.get("findings", ())), tuple(told.get("items", ()))
        budgets, patient = tuple(told.get("budgets", ())), told.get("patient", {})
        return cls(True, patient=patient, findings=findings, items=items, budgets=budgets)


class Page(Enum):
    """What a page inside a hospital's own system shows."""

    REMINDER = "reminder"
    AUDIT = "audit"
    CHARGING = "charging"


@dataclass(frozen=True)
class Linked:
    """Where a page can be opened, once, until `ends_at`; without an address `note` says why."""

    address: str
    ends_at: str = ""
    note: str = ""


@dataclass(frozen=True)
class Audited:
    """The answer to an audit; where it was not audited, care goes on and `note` says why."""

    audited: bool
    message_id: str
    note: str = ""
    release: int = 0
    findings: tuple[Finding, ...] = ()
    payment: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Audited:
        """An answer as the server tells it."""
        return cls(
            audited=told.get("outcome") == "audited",
            message_id=str(told.get("message_id", "")),
            note=str(told.get("note", "")),
            release=int(told.get("release", 0)),
            findings=tuple(map(Finding.of, told.get("findings", ()))),
            payment=tuple(told.get("payment", ())),
        )


@dataclass(frozen=True)
class Opinion:
    """How a second opinion stands.

    Args:
        outcome: waiting, agreed, change, passed, held, withdrawn; or unavailable.
        may_go_on: None as long as it waits, and where the server was not reached: what is agreed in the house holds.
        reason: why it was decided, by whoever `decided_by` is.
        words: what both sides said, in order.
    """

    outcome: str
    may_go_on: bool | None = None
    note: str = ""
    seconds_left: int = 0
    decided_by: str | None = None
    reason: str | None = None
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Opinion:
        """An answer as the server tells it."""
        known: dict[str, Any] = {one.name: told[one.name] for one in fields(cls) if one.name in told}
        return cls(
            **{**known, "words": tuple(f"{one['author']}：{one['text']}" for one in told.get("words", ()))}
        )
