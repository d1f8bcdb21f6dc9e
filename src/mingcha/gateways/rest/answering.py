"""The same service answers in the words of this project: what is found, why, by which source, for how much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from mingcha.audit.answers import result_id_of
from mingcha.audit.bill import Answer, BillAuditor
from mingcha.audit.calls import CallOutcome
from mingcha.audit.explain import Explainer
from mingcha.domain.errors import InputError, MingchaError
from mingcha.domain.values import yuan
from mingcha.gateways.national.connections import Connection
from mingcha.gateways.national.envelope import envelope_of
from mingcha.gateways.national.gateway import NOT_AUDITED, Asked, Gateway, Reply, Request
from mingcha.gateways.rest.words import Said, in_these_words
from mingcha.hospital.stay_payment import StayPayment

_encode = msgspec.json.Encoder().encode
_REFUSED = 422


@dataclass(frozen=True)
class AuditFinding:
    """One finding; amounts in yuan.

    Args:
        result_id: what feedback names; findings of one rule and point share it.
        certainty: 明确违规, 可疑 or 提醒.
        action: 提醒, 需说明, 转人工 or 拦截, where a rule set says it.
        reason: in one sentence.
        value, limit: what was read and what is allowed.
        line_ids: other lines that it rests on.
    """

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
    line_ids: list[str]
    knowledge_point: str | None
    basis: str | None
    source: str | None
    legal_basis: str
    remedy: str


@dataclass(frozen=True)
class NotJudged:
    """A rule that could not be judged on some rows, and what it lacks."""

    rule_code: str
    lacks: str
    rows: int


@dataclass(frozen=True)
class AuditAnswer:
    """The answer to an audit.

    Args:
        outcome: audited, or not_audited: then `note` says why, and care goes on.
        release: number of the release that judged.
        payment: by what an open stay is paid, beside what it costs so far.
    """

    message_id: str
    outcome: str
    release: int = 0
    note: str = ""
    findings: list[AuditFinding] = field(default_factory=list)
    not_judged: list[NotJudged] = field(default_factory=list)
    payment: list[StayPayment] = field(default_factory=list)


@dataclass(frozen=True)
class FeedbackAnswer:
    """That feedback was taken."""

    message_id: str
    outcome: str


class AskedHere(Asked):
    """A message in the words of this project; what is kept of it is the national one that says the same."""

    def __init__(self, said: Said, request: Request, clock: Callable[[], datetime]) -> None:
        whole = Request(said.national, request.headers, request.address, request.arrived)
        super().__init__(whole, envelope_of(said.national), clock)

    def audited(self, answer: Answer, auditor: BillAuditor, note: str, payment: list[StayPayment]) -> bytes:
        """The findings."""
        found = [finding(row, auditor.explain) for row in answer.findings if row["exemption"] is None]
        unjudged = [NotJudged(code, why, rows) for (code, why), rows in answer.unjudged.items()]
        release = auditor.plan.release.number
        outcome = CallOutcome.AUDITED.value
        return _encode(AuditAnswer(self.envelope.msgid, outcome, release, note, found, unjudged, payment))

    def taken(self, output: dict[str, Any], note: str = "") -> bytes:
        """That feedback was taken."""
        del output, note
        return _encode(FeedbackAnswer(self.envelope.msgid, CallOutcome.TAKEN.value))

    def refused(self, error: MingchaError) -> bytes:
        """What is wrong, and where in the message as it was sent."""
        return problem(in_these_words(error) if isinstance(error, InputError) else error)

    def not_audited(self, why: str) -> bytes:
        """That care is to go on."""
        note = NOT_AUDITED.format(why=why)
        return _encode(AuditAnswer(self.envelope.msgid, CallOutcome.NOT_AUDITED.value, note=note))

    def status(self, outcome: CallOutcome) -> int:
        """The HTTP status of an answer."""
        return _REFUSED if outcome == CallOutcome.REFUSED else 200


def finding(row: dict[str, Any], explain: Explainer) -> AuditFinding:
    """A finding as it is told."""
    why = explain(row)
    value, limit = explain.evidence(row)
    fen = row["amount_fen"]
    return AuditFinding(
        result_id=result_id_of(row),
        reason=explain.sentence(row),
        value=value,
        limit=limit,
        amount=None if fen is None else yuan(fen),
        line_ids=[key for key in row["related"] or () if key != row["line_key"] and not key.startswith("#")],
        basis=why.basis,
        source=why.source,
        legal_basis=why.legal_basis,
        remedy=why.remedy,
        **{name: row[name] for name in _AS_FOUND},
    )


_AS_FOUND = (
    "finding_id", "rule_code", "rule_name", "certainty", "action", "line_id", "code", "name", "knowledge_point",
)  # fmt: skip


def problem(error: MingchaError) -> bytes:
    """A refusal, shaped as the API's others are."""
    return _encode({"code": "invalid", "message": error.what, "where": error.where, "remedy": error.remedy})


def asking(
    gateway: Gateway, said: Said, request: Request, sender: Connection
) -> tuple[Callable[[], Reply], Callable[[], Reply]]:
    """How the gateway is asked in its turn, and what it answers where there is no time for it."""
    asked = AskedHere(said, request, gateway.clock)
    return partial(gateway.answer, asked, sender), partial(gateway.shed, asked, sender)
