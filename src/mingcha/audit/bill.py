"""One 3101 or 3102 message in, the national answer out: what a hospital's system is told while it waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec

from mingcha.audit.answers import results_of
from mingcha.audit.explain import Explainer, lacking
from mingcha.domain.errors import MingchaError
from mingcha.domain.findings import Finding
from mingcha.engine.case import EncounterFacts
from mingcha.engine.frames import case_findings
from mingcha.engine.judge import CaseJudge
from mingcha.engine.plan import Plan
from mingcha.engine.waiting import waiting_rules
from mingcha.ingest.beside import Beside
from mingcha.ingest.beside_bill import lay_beside, told_by
from mingcha.ingest.list_bills import read_bill
from mingcha.ingest.messages import BilledEncounter, Fault, Message
from mingcha.knowledge.strategy.model import AFTERWARDS

SUCCESS, FAILURE = 0, -1
# err_msg holds 200 characters, inf_refmsgid 30: region (6), time (14), serial number (10).
MOST_ERROR, REGION, TIME, SERIAL = 200, 6, 14, 10
_COLUMNS = tuple(Finding.fields())
_encoder = msgspec.json.Encoder(decimal_format="number")


class Envelope(msgspec.Struct):
    """What an answer needs of a message's envelope; a bare `input` has none of it."""

    msgid: str = ""
    inf_time: str = ""
    mdtrtarea_admvs: str = ""
    input: msgspec.Raw = msgspec.Raw()

    @property
    def bare(self) -> bool:
        return not bytes(self.input)


@dataclass(frozen=True)
class Answer:
    """The answer to one message.

    Args:
        content: the national answer; amounts in yuan as decimals.
        findings: rows with the columns of `Finding`, of the encounters under audit, exempt ones included.
        unjudged: rule code and what is missing, in words → rows.
        left_out: rows or encounters of the history that could not be read and were not seen.
    """

    content: dict[str, Any]
    findings: tuple[dict[str, Any], ...]
    unjudged: dict[tuple[str, str], int]
    left_out: tuple[Fault, ...]

    def encoded(self) -> bytes:
        """The answer as JSON."""
        return _encoder.encode(self.content)


class BillAuditor:
    """Answers messages by one compiled release; keeps nothing of a message.

    Args:
        beside: tables of optional facts; a rule that waits for one that is not there is left out.
    """

    def __init__(self, plan: Plan, beside: Beside | None = None) -> None:
        self.plan = plan
        self.beside = beside or Beside({})
        self.judge = CaseJudge(plan, supplied=self.beside.slugs())
        self._waiting: dict[frozenset[str], list[tuple[str, str, str]]] = {}
        self.explain = Explainer(plan)

    def __call__(self, content: bytes, scene: str = "", lists: Sequence[bytes] = ()) -> Answer:
        """Judge the current encounters of a message, with all others of the same person as history.

        Only the rules that the message asks for answer, all where it names none.

        Args:
            content: a 3101/3102 message, or a settlement list (4101) that is to be checked by itself.
            scene: the trigger scene for rule sets, the message's own where left out.
            lists: settlement lists of encounters of the message.

        Raises:
            InputError: no JSON, no such message, none with a current encounter that can be judged, or a list of
                another encounter.
        """
        message = read_bill(content, lists)
        lay_beside(message.encounters, self.beside)
        left_out = tuple(fault for fault in message.faults if fault.rejected)
        findings: list[dict[str, Any]] = []
        unjudged: dict[tuple[str, str], int] = defaultdict(int)
        supplied = self.beside.slugs() | told_by(message.encounters)
        for case in _cases(message.encounters):
            judgement = self.judge(case, scene or message.trigger or AFTERWARDS, supplied)
            if message.rule_ids:
                judgement.only(frozenset(message.rule_ids))
            for rows in case_findings(self.plan, case, judgement):
                findings += (dict(zip(_COLUMNS, row, strict=True)) for row in rows)
            for missing in judgement.unjudged:
                unjudged[missing.rule_code, lacking(missing.fact)] += 1
            for code, _, fact in self._waiting_without(supplied):
                if not message.rule_ids or code in message.rule_ids:
                    unjudged[code, lacking(fact)] += sum(encounter.audited for encounter in case)
        # What is exempt is kept for those who ask, and not held against the doctor.
        result = results_of([row for row in findings if row["exemption"] is None], self.explain)
        return Answer(
            content=_answered(envelope_of(content), _not_judged(message, left_out), {"result": result}),
            findings=tuple(findings),
            unjudged=dict(unjudged),
            left_out=left_out,
        )

    def _waiting_without(self, supplied: frozenset[str]) -> list[tuple[str, str, str]]:
        """The rules that wait for another table than these."""
        if supplied not in self._waiting:
            self._waiting[supplied] = waiting_rules(self.plan, supplied)
        return self._waiting[supplied]


def refusal(content: bytes, error: MingchaError) -> bytes:
    """The national answer to a message that cannot be read: infcode -1 and what was wrong."""
    text = str(error).replace("\n", "；")[:MOST_ERROR]
    return _encoder.encode(_envelope(envelope_of(content), FAILURE, text, {}))


def envelope_of(content: bytes) -> Envelope:
    """The envelope of a message, empty where there is none or it cannot be read."""
    try:
        return msgspec.json.decode(content, type=Envelope, strict=False)
    except msgspec.DecodeError:
        return Envelope()


def _cases(encounters: list[BilledEncounter]) -> list[list[EncounterFacts]]:
    """One case a person, encounters in order of time; those that are not current are history."""
    by_person: dict[str, list[EncounterFacts]] = defaultdict(list)
    for one in encounters:
        by_person[one.facts["person_id"]].append(
            EncounterFacts(
                one.facts,
                one.lines,
                one.diagnoses.get("diagnosis_code") or (),
                one.procedures.get("procedure_code") or (),
                operated_at=one.procedures.get("operated_at") or (),
                audited=one.current,
            )
        )
    return [sorted(case, key=lambda enc: (enc.started_at, enc.encounter_id)) for case in by_person.values()]


def _not_judged(message: Message, left_out: Sequence[Fault]) -> str:
    """What the sender must know of an otherwise good answer: parts of the history that were not there for it."""
    if not left_out:
        return ""
    places = "；".join(f"{message.path_of(fault)}：{fault.reason}" for fault in left_out)
    return f"{len(left_out)} 处历史就诊无法读取，未计入。{places}"[:MOST_ERROR]


def _answered(envelope: Envelope, error: str, output: dict[str, Any]) -> dict[str, Any]:
    """A bare `input` is answered with the bare `output`."""
    return output if envelope.bare else _envelope(envelope, SUCCESS, error, output)


def _envelope(envelope: Envelope, code: int, error: str, output: dict[str, Any]) -> dict[str, Any]:
    return {
        "infcode": code,
        "inf_refmsgid": _reference(envelope),
        "refmsg_time": "",
        "respond_time": "",
        "err_msg": error,
        "output": output,
    }


def _reference(envelope: Envelope) -> str:
    """The receiver's message id, made from the sender's: a message that is sent again gets the same one."""
    digits = "".join(filter(str.isdigit, envelope.inf_time))
    serial = int.from_bytes(blake2b(envelope.msgid.encode(), digest_size=8).digest()) % 10**SERIAL
    region = envelope.mdtrtarea_admvs[:REGION].ljust(REGION, "0")
    return f"{region}{digits[:TIME].ljust(TIME, '0')}{serial:0{SERIAL}d}"
