"""The results of an audit that was answered lately, as pages show them; and the reasons for which one may go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mingcha.audit.answers import result_id_of
from mingcha.audit.bill import BillAuditor
from mingcha.audit.calls import Call, decode_call, key_of
from mingcha.gateways.national.gateway import Gateway
from mingcha.gateways.rest.answering import AuditFinding, finding
from mingcha.hospital.stay_payment import StayPayment
from mingcha.review.conversations import Ending
from mingcha.review.second_opinions import Question, question_of
from mingcha.store.journal.records import Place

# Codes of ours; the national interface has a text for it (3103, dspo_way_rea), into which code and words go.
GO_ON_REASONS: Mapping[str, str] = {
    "1": "病情需要",
    "2": "急诊、抢救",
    "3": "特殊人群，已评估",
    "4": "诊断或病历待补充",
    "5": "自费，已告知患者",
    "9": "其他",
}
OTHER = "9"
# Why somebody goes on where a person was asked: not to be chosen, but come about.
OPINION_REASONS = {Ending.AGREED: "6 人工审核同意", Ending.PASSED: "7 人工审核超时放行"}


@dataclass(frozen=True)
class AnsweredCall:
    """A call that was answered, where it lies, what was found, and by what the stay is paid."""

    call: Call
    place: Place
    findings: list[AuditFinding]
    payment: list[StayPayment]

    def question(self, result_id: str) -> Question | None:
        """A result that a person is to be asked about; None where it is not such a one."""
        return question_of(self.call, self.place, result_id)


def call_of(
    gateway: Gateway, auditor: BillAuditor | None, institution_id: str, message_id: str
) -> AnsweredCall | None:
    """An audit by its message; None where there is none. Asked on the loop on which calls are judged."""
    place = gateway.answered.place_of(key_of(institution_id, message_id))
    if place is None or auditor is None:
        return None
    call = decode_call(gateway.sealer.content(place))
    rows = sorted(call.findings, key=lambda row: (row["line_key"] or "", result_id_of(row)))
    payment = [StayPayment(**one) for one in call.payment]
    return AnsweredCall(call, place, [finding(row, auditor.explain) for row in rows], payment)


def reason_text(code: str, remark: str) -> str | None:
    """What is kept as the reason for going on; None where it is not one, or another one is not told."""
    if code not in GO_ON_REASONS or (code == OTHER and not remark.strip()):
        return None
    return "：".join(part for part in (f"{code} {GO_ON_REASONS[code]}", remark.strip()[:200]) if part)
