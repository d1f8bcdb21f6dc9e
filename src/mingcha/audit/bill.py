"""One 3101 or 3102 message in, the national answer out: what a hospital's system is told while it waits."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mingcha.audit.answers import results_of
from mingcha.audit.explain import Explainer, lacking
from mingcha.audit.past import PastEncounter, keys_of, lay_past_beside
from mingcha.domain.findings import Finding
from mingcha.engine.case import Case, EncounterFacts
from mingcha.engine.compiled import Judgement
from mingcha.engine.findings import Writer
from mingcha.engine.frames import written_findings
from mingcha.engine.judge import CaseJudge, RuleFailed
from mingcha.engine.plan import Plan
from mingcha.engine.waiting import waiting_rules
from mingcha.ingest.beside.bill import lay_beside, told_by
from mingcha.ingest.beside.tables import Beside
from mingcha.ingest.list_bills import read_bill
from mingcha.ingest.messages import BilledEncounter, Fault, Message
from mingcha.knowledge.strategy.model import AFTERWARDS

_COLUMNS = tuple(Finding.fields())
PastOf = Callable[[str], Sequence[PastEncounter]]
"""person as the message names them → what is known of them"""
FAILED = "规则运行出错，已停用，等待处理"
_log = logging.getLogger("mingcha.audit")


@dataclass(frozen=True)
class Answer:
    """The answer to one message.

    Args:
        result: what transactions 3101 and 3102 answer with; amounts in yuan as decimals.
        findings: rows with the columns of `Finding`, of the encounters under audit, exempt ones included.
        unjudged: rule code and what is missing, in words → rows.
        left_out: rows or encounters of the history that could not be read and were not seen.
        note: what the sender must know of an otherwise good answer.
    """

    result: list[dict[str, Any]]
    findings: tuple[dict[str, Any], ...]
    unjudged: dict[tuple[str, str], int]
    left_out: tuple[Fault, ...]
    note: str = ""

    @property
    def output(self) -> dict[str, Any]:
        """The output node of the national answer."""
        return {"result": self.result}


class BillAuditor:
    """Answers messages by one compiled release; keeps nothing of a message.

    A rule that ends with an error of the program is left out from then on, and named in every answer.

    Args:
        beside: tables of optional facts; a rule that waits for one that is not there is left out.
    """

    def __init__(self, plan: Plan, beside: Beside | None = None) -> None:
        self.plan = plan
        self.beside = beside or Beside({})
        self.judge = CaseJudge(plan, supplied=self.beside.slugs())
        self._writer = Writer(plan)
        self._waiting: dict[frozenset[str], list[tuple[str, str]]] = {}
        self.explain = Explainer(plan.release)

    def __call__(self, content: bytes, scene: str = "", lists: Sequence[bytes] = ()) -> Answer:
        """Judge the current encounters of a message, with all others of the same person as history.

        Args:
            content: a 3101/3102 message, or a settlement list (4101) that is to be checked by itself.
            scene: the trigger scene for rule sets, the message's own where left out.
            lists: settlement lists of encounters of the message.

        Raises:
            InputError: no JSON, no such message, none with a current encounter that can be judged, or a list of
                another encounter.
        """
        return self.of_message(read_bill(content, lists), scene)

    def of_message(self, message: Message, scene: str = "", past: PastOf | None = None) -> Answer:
        """Judge a message that was read; only the rules that it asks for answer, all where it names none.

        Args:
            past: what is known of a person beside the message; findings on its lines are not repeated.
        """
        own = None
        if past is not None:
            own = keys_of(message.encounters)
            for person in dict.fromkeys(one.facts["person_id"] for one in message.encounters):
                lay_past_beside(message.encounters, past(person), person)
        lay_beside(message.encounters, self.beside)
        left_out = tuple(fault for fault in message.faults if fault.rejected)
        findings: list[dict[str, Any]] = []
        unjudged: dict[tuple[str, str], int] = defaultdict(int)
        supplied = self.beside.slugs() | told_by(message.encounters)
        for case in _cases(message.encounters):
            judgement = self._judged(case, scene or message.trigger or AFTERWARDS, supplied)
            if message.rule_ids:
                judgement.only(frozenset(message.rule_ids))
            for rows in written_findings(self._writer, case, judgement):
                findings += (dict(zip(_COLUMNS, row, strict=True)) for row in rows)
            for missing in judgement.unjudged:
                unjudged[missing.rule_code, lacking(missing.fact)] += 1
            audited = sum(encounter.audited for encounter in case)
            for code, why in (*self._waiting_without(supplied), *self._failed()):
                if not message.rule_ids or code in message.rule_ids:
                    unjudged[code, why] += audited
        if own is not None:
            findings = [row for row in findings if row["line_key"] is None or row["line_key"] in own]
        # What is exempt is kept for those who ask, and not held against the doctor.
        result = results_of([row for row in findings if row["exemption"] is None], self.explain)
        return Answer(
            result=result,
            findings=tuple(findings),
            unjudged=dict(unjudged),
            left_out=left_out,
            note=_not_judged(message, left_out),
        )

    def warm(self) -> None:
        """Compile the rules that hold everywhere before the first call waits for it."""
        self.judge.warm()

    def _judged(self, case: Case, scene: str, supplied: frozenset[str]) -> Judgement:
        """The judgement of a case, by all rules that do not fail."""
        while True:
            judge = self.judge
            try:
                return judge(case, scene, supplied)
            except RuleFailed as failure:
                _log.error("rule failed: %s", failure, exc_info=failure.__cause__)
                without = judge.without | {failure.check.slug}
                self.judge = CaseJudge(self.plan, supplied=self.beside.slugs(), without=without)

    @property
    def failed(self) -> frozenset[str]:
        """The mechanisms that are left out because they have failed."""
        return self.judge.without

    def _failed(self) -> list[tuple[str, str]]:
        if not self.failed:
            return []
        checks = self.plan.variant("").checks
        return [(check.rule_code, FAILED) for check in checks if check.slug in self.failed]

    def _waiting_without(self, supplied: frozenset[str]) -> list[tuple[str, str]]:
        """The rules that wait for another table than these, and what they lack."""
        if supplied not in self._waiting:
            found = waiting_rules(self.plan, supplied)
            self._waiting[supplied] = [(code, lacking(fact)) for code, _, fact in found]
        return self._waiting[supplied]


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
    return f"{len(left_out)} 处历史就诊无法读取，未计入。{places}"
