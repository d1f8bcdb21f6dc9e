"""One case: the evaluation that answers while the doctor waits.

Rows are grouped by code once; each group meets only what the release knows of its code. Bodies run where
`only_if` holds or a needed fact is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Sequence
from typing import Any, NamedTuple

from mingcha.domain.collecting import collecting_paused
from mingcha.domain.schema import OPTIONAL_TABLES
from mingcha.engine.case import Case, EncounterFacts
from mingcha.engine.compiled import DAY, ITEM, QUANTITY, Compiled, Gathered, Groups, Judgement, Row
from mingcha.engine.hits import Unjudged
from mingcha.engine.index import Index, Items, Known
from mingcha.engine.plan import EVERYWHERE, Check, Key, Plan, Variant
from mingcha.engine.rulings import Rulings
from mingcha.engine.situations import Situations
from mingcha.engine.standards import StandardJudge
from mingcha.engine.waiting import not_waiting
from mingcha.knowledge.point import Subject
from mingcha.knowledge.strategy.model import AFTERWARDS


class RuleFailed(Exception):
    """A rule that ended with an error of the program instead of a verdict.

    Args:
        check: the check that was at work.
    """

    def __init__(self, check: Check) -> None:
        super().__init__(f"{check.slug} {check.rule.version}")
        self.check = check


class CaseJudge:
    """Judges cases by a plan. Thread-safe once warm: nothing of a case outlives the call.

    Args:
        screened: False runs every body on every group, to show that `only_if` changes nothing.
        supplied: the tables of optional facts that stand beside the bills; rules that wait for another are left out.
        without: mechanisms that are left out, because they have failed.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        screened: bool = True,
        supplied: Collection[str] = tuple(OPTIONAL_TABLES),
        without: frozenset[str] = frozenset(),
    ) -> None:
        self.plan = plan
        self.screened = screened
        self.supplied = frozenset(supplied)
        self.without = without
        self.situations = Situations(plan)
        self.rulings = Rulings(plan)
        self._variants: dict[Key, _VariantJudge] = {}

    def __call__(
        self, case: Case, scene: str = AFTERWARDS, supplied: Collection[str] | None = None
    ) -> Judgement:
        """Judge the encounters under audit, each by the variant of its situation, all others being history.

        Args:
            scene: when the question is asked (trig_scen), for rule sets that hold in some scenes only.
            supplied: the tables of optional facts for this case, where it brings others than usual.

        Raises:
            RuleFailed: a rule ended with an error.
        """
        tables = self.supplied if supplied is None else frozenset(supplied)
        situations = self.situations.of_case(case, scene)
        keys = [found.keys if enc.audited else () for enc, found in zip(case, situations, strict=True)]
        judgement = Judgement()
        for key in sorted({key for found in keys for key in found}):
            variant = self._variant(key)
            try:
                variant.judge(case, [key in found for found in keys], judgement, tables)
            except Exception as error:
                if judgement.at_work is None:
                    raise
                raise RuleFailed(judgement.at_work) from error
        self.rulings.of_case(case, judgement, situations)
        return judgement

    def warm(self) -> None:
        """Make ready for every region, so that no case waits for it."""
        for region in ("", *self.plan.regions):
            self._variant((region, *EVERYWHERE[1:]))

    def known_of(self, item: str, region: str) -> list[Known]:
        """What is known of an item where a region decides."""
        index = self._variant((self.plan.region_of(region), *EVERYWHERE[1:])).index
        return [*index.items.of(item), *index.items_by_person.of(item)]

    def _variant(self, key: Key) -> _VariantJudge:
        if key not in self._variants:
            with collecting_paused():
                self._variants[key] = _VariantJudge(self.plan.variant(*key), self.screened, self.without)
        return self._variants[key]


class _Awake(NamedTuple):
    """Rules without knowledge, over lines and over bills."""

    line_checks: list[Compiled]
    bill_checks: list[Compiled]


class _VariantJudge:
    def __init__(self, variant: Variant, screened: bool, without: frozenset[str]) -> None:
        self.variant = variant
        self.layout = variant.layout
        self.index = Index(variant)
        self.checks = {
            check.number: Compiled(check, self.layout, screened)
            for check in variant.case_checks
            if check.slug not in without
        }
        self._awake: dict[frozenset[str], _Awake] = {}
        self.standards = [
            StandardJudge(check, self.layout)
            for check in variant.standard_checks
            if check.slug not in without
        ]
        self.visit_checks = self._kept(variant.visit_checks)

    def _kept(self, checks: Iterable[Check]) -> list[Compiled]:
        """Those of these checks that are not left out."""
        return [self.checks[check.number] for check in checks if check.number in self.checks]

    def judge(self, case: Case, audited: Sequence[bool], out: Judgement, supplied: frozenset[str]) -> None:
        """Judge a case beside which these tables of optional facts stand."""
        awake = self._awake_with(supplied)
        by_person: Groups = {}
        shared = self._shared(case, audited)
        for number, enc in enumerate(case):
            every_row = enc.rows(self.layout, number, None if audited[number] else shared)
            if not every_row and not audited[number]:
                continue
            rows = [row for row in every_row if row[QUANTITY] is None or row[QUANTITY] > 0]
            by_item = _by_item(rows)
            if audited[number]:
                self._encounter(enc, number, rows, by_item, every_row, out, awake)
            self._collect(self.index.items_by_person, enc, by_item, by_person, out, audited[number])
        for group in by_person.values():
            out.at_work = group.compiled.check
            group.compiled.judge_group(group, None, out, audited)
        for compiled in self.visit_checks:
            out.at_work = compiled.check
            compiled.visits(case, out, audited)

    def _shared(self, case: Case, audited: Sequence[bool]) -> Container[str]:
        """The codes of which history is asked: those judged together with a code that is under audit."""
        of = self.index.items_by_person.of
        groups: set[tuple[int, Any]] = set()
        for enc, now in zip(case, audited, strict=True):
            if now:
                groups.update(
                    known.check.group_of(known.point) for code in set(enc.item_codes) for known in of(code)
                )
        if not groups:
            return ()
        earlier = {code for enc, now in zip(case, audited, strict=True) if not now for code in enc.item_codes}
        return {
            code for code in earlier if any(known.check.group_of(known.point) in groups for known in of(code))
        }

    def _awake_with(self, supplied: frozenset[str]) -> _Awake:
        """The rules without knowledge that do not wait for another table."""
        if supplied not in self._awake:
            self._awake[supplied] = _Awake(
                *(
                    self._kept(not_waiting(checks, supplied))
                    for checks in (self.variant.line_checks, self.variant.bill_checks)
                )
            )
        return self._awake[supplied]

    def _encounter(
        self,
        enc: EncounterFacts,
        number: int,
        rows: list[Row],
        by_item: dict[Any, list[Row]],
        every_row: list[Row],
        out: Judgement,
        awake: _Awake,
    ) -> None:
        for compiled in awake.line_checks:
            out.at_work = compiled.check
            compiled.every_line(enc, rows, out)
        if every_row:  # of a bill without any line there is nothing to sum and nothing to say
            for compiled in awake.bill_checks:
                out.at_work = compiled.check
                compiled.bill(enc, every_row, out, number)
            for standard in self.standards:
                out.at_work = standard.check
                standard.of_case(enc, number, out)
        groups: Groups = {}
        self._collect(self.index.items, enc, by_item, groups, out, live=True)
        for group in groups.values():
            out.at_work = group.compiled.check
            group.compiled.judge_group(group, by_item, out, None)
        for subject, codes in (
            (Subject.DIAGNOSIS, enc.diagnosis_codes),
            (Subject.PROCEDURE, enc.procedure_codes),
        ):
            for row in enc.coded_rows(codes, self.layout, number):
                for known in self.index.of_coded(subject, row[ITEM]):
                    if known.start <= row[DAY] < known.end:
                        self._meet(known, enc, [row], {}, out, live=True)
        for known in self.index.of_coded(Subject.DISEASE, enc.disease_id or ""):
            if in_force := [row for row in rows if known.start <= row[DAY] < known.end]:
                self._meet(known, enc, in_force, {}, out, live=True)

    def _collect(
        self,
        index: Items,
        enc: EncounterFacts,
        by_item: dict[Any, list[Row]],
        groups: Groups,
        out: Judgement,
        live: bool,
    ) -> None:
        for item, rows in by_item.items():
            for known in index.of(item):
                start, end = known.start, known.end
                if start <= rows[0][DAY] and rows[-1][DAY] < end:
                    self._meet(known, enc, rows, groups, out, live=live)
                elif in_force := [row for row in rows if start <= row[DAY] < end]:
                    self._meet(known, enc, in_force, groups, out, live=live)

    def _meet(
        self, known: Known, enc: EncounterFacts, rows: list[Row], groups: Groups, out: Judgement, live: bool
    ) -> None:
        check, point = known.check, known.point
        if known.reason:
            if live:
                code = point.rule_code
                out.unjudged += [Unjudged(check, code, row[4], row, known.reason) for row in rows]
            return
        compiled = self.checks.get(check.number)
        if compiled is None:
            return
        out.at_work = check
        if compiled.forbids is not None:
            compiled.forbids(enc, rows, point, out.hits, out.unjudged)
            return
        if compiled.when is not None:
            rows = compiled.admitted(enc, rows, point, out, live=live)
            if not rows:
                return
        key = check.group_of(point)
        group = groups.get(key)
        if group is None:
            group = groups[key] = Gathered(compiled, enc)
        group.rows += [(row, point) for row in rows]


def _by_item(rows: Iterable[Row]) -> dict[Any, list[Row]]:
    by_item: dict[Any, list[Row]] = {}
    for row in rows:
        if row[ITEM] in by_item:
            by_item[row[ITEM]].append(row)
        else:
            by_item[row[ITEM]] = [row]
    return by_item
