"""The results of an audit that was answered lately, as pages show them; and the reasons for which one may go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mingcha.audit.answers import result_id_of
from mingcha.audit.bill import BillAuditor
from mingcha.audit.calls import decode_call, key_of
from mingcha.gateways.national.gateway import Gateway
from mingcha.gateways.rest.answering import AuditFinding, finding

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


@dataclass(frozen=True)
class AnsweredCall:
    """A call that was answered: in which scene, and what was found."""

    scene: str
    findings: list[AuditFinding]


def call_of(
    gateway: Gateway, auditor: BillAuditor | None, institution_id: str, message_id: str
) -> AnsweredCall | None:
    """An audit by its message; None where there is none. Asked on the loop on which calls are judged."""
    place = gateway.answered.place_of(key_of(institution_id, message_id))
    if place is None or auditor is None:
        return None
    call = decode_call(gateway.sealer.content(place))
    rows = sorted(call.findings, key=lambda row: (row["line_key"] or "", result_id_of(row)))
    return AnsweredCall(call.scene, [finding(row, auditor.explain) for row in rows])


def reason_text(code: str, remark: str) -> str | None:
    """What is kept as the reason for going on; None where it is not one, or another one is not told."""
    if code not in GO_ON_REASONS or (code == OTHER and not remark.strip()):
        return None
    return "：".join(part for part in (f"{code} {GO_ON_REASONS[code]}", remark.strip()[:200]) if part)
