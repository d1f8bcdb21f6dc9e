"""One declaration, two evaluations: whatever the data, a case and a partition say the same, row for row."""

from __future__ import annotations

from typing import Any

import pytest

from mingcha.catalogue.entries import entries
from mingcha.domain.findings import Finding
from mingcha.engine.case import EncounterFacts
from mingcha.engine.finding_columns import findings_of_partition
from mingcha.engine.frames import case_findings, unjudged_of_partition
from mingcha.engine.judge import CaseJudge
from mingcha.engine.partition import PartitionJudge
from mingcha.engine.plan import Plan
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from tests.support.random_cases import City

# Random persons come four times at most: so that two visits in a year are too many.
OFTEN = {f"frequent-{what}": {"": {"days": 366, "allowed": 1}} for what in ("stays", "visits", "purchases")}
# Nor do they have prescriptions of any size: so that two drugs, or two herbs, are too many.
LARGE = {
    "too-many-drugs": {"": {"allowed": 1}},
    "herb-prescription-too-large": {"": {"herbs": 1}},
    "herb-over-dose": {"": {"herb_multiple": "100%"}},
}
# Nor do they stay long, or have rare diseases: so that ordinary stays are too long, idle or needless.
STRICT = {
    "stay-length-unusual": {"": {"longest": 30}},
    "idle-stay": {"": {"idle_days": 1}},
    "low-standard-admission": {"": {"light_diagnoses": ("J06", "K"), "treated_below": 90}},
}
FINDING = tuple(Finding.fields())
SETTINGS = {**starter_settings(), **OFTEN, **LARGE, **STRICT}
RELEASE = release_of(1, starter_points(), SETTINGS, with_demonstration=True)
PLAN = Plan(RELEASE, entries())
CASES_A_SEED = 1_000


def by_case(city: City, *, screened: bool = True) -> tuple[list[tuple[Any, ...]], set[tuple[Any, ...]]]:
    judge = CaseJudge(PLAN, screened=screened)
    rows, unjudged = [], set()
    for case in city.cases:
        judgement = judge(case)
        rows += [row for found in case_findings(PLAN, case, judgement) for row in found]
        unjudged |= {_named(case, hit) for hit in judgement.unjudged}
    return rows, unjudged


def _named(case: list[EncounterFacts], found: Any) -> tuple[Any, ...]:
    enc, on_item = case[found.encounter], found.check.subject.on_lines
    line = enc.lines["line_id"][found.row[1]] if found.row is not None and on_item else None
    code = found.row[3] if found.row is not None and not on_item else None
    return (found.check.slug, found.rule_code, found.fact, enc.institution_id, enc.encounter_id, line, code)


def by_partition(city: City, *, screened: bool = True) -> tuple[list[tuple[Any, ...]], set[tuple[Any, ...]]]:
    tables, items = city.partition()
    outcome = PartitionJudge(PLAN, items["item_code"].to_list(), screened=screened)(tables)
    findings = findings_of_partition(PLAN, tables, outcome.hits, items)
    return findings.rows(), set(unjudged_of_partition(tables, outcome).rows())


def ordered(rows: list[tuple[Any, ...]]) -> list[str]:
    return sorted(map(repr, rows))


@pytest.mark.parametrize("seed", range(10))
def test_a_case_and_a_partition_give_the_same_rows_on_ten_thousand_random_persons(seed: int) -> None:
    city = City(RELEASE, CASES_A_SEED, seed, regions=("350100", "350200"))
    rows, unjudged = by_case(city)
    part_rows, part_unjudged = by_partition(city)
    assert ordered(rows) == ordered(part_rows)
    assert unjudged == part_unjudged
    assert len(rows) > CASES_A_SEED, "too few findings to show anything"


def test_the_screen_changes_no_row_in_either_evaluation() -> None:
    city = City(RELEASE, CASES_A_SEED, seed=77)
    assert by_case(city, screened=True) == by_case(city, screened=False)
    screened, unscreened = by_partition(city, screened=True), by_partition(city, screened=False)
    assert ordered(screened[0]) == ordered(unscreened[0])
    assert screened[1] == unscreened[1]


def test_every_mechanism_fires_somewhere_on_the_random_persons() -> None:
    everything = PLAN.variant("")
    summed = {check.slug for check in everything.period_checks}  # judged after a batch, never in a case
    silent = {check.slug for check in everything.checks} - summed
    for seed in range(41, 71):  # long courses are rare on random bills: one city need not hold them
        rows, _ = by_case(City(RELEASE, 2 * CASES_A_SEED, seed=seed, regions=("350100", "350200")))
        silent -= {row[3] for row in rows}
        if not silent:
            return
    assert not silent


def test_the_order_in_which_lines_and_encounters_arrive_makes_no_difference() -> None:
    city = City(RELEASE, 300, seed=8)
    judge = CaseJudge(PLAN)
    for case in city.cases:
        shuffled = [_reversed(enc) for enc in reversed(case)]
        rows = [row for found in case_findings(PLAN, case, judge(case)) for row in found]
        again = [row for found in case_findings(PLAN, shuffled, judge(shuffled)) for row in found]
        assert ordered(rows) == ordered(again)


def test_of_visits_that_begin_in_one_minute_the_one_settled_first_was_first_whatever_they_are_called() -> (
    None
):
    """Many hospitals send days only; what an encounter is called says nothing of when it was."""
    found = []
    for sign in (1, -1):
        city = City(RELEASE, CASES_A_SEED, seed=8)
        city.cases = [
            [_on_its_day(enc, turn, f"{enc.person_id}E{5 + sign * turn}") for turn, enc in enumerate(case)]
            for case in city.cases
        ]
        rows, _ = by_case(city)
        assert ordered(rows) == ordered(by_partition(city)[0])
        turns = {enc.encounter_id: turn for case in city.cases for turn, enc in enumerate(case)}
        named = [dict(zip(FINDING, row, strict=True)) for row in rows]
        found.append(sorted((one["person_id"], one["slug"], turns[one["encounter_id"]]) for one in named))
    assert found[0] == found[1]
    assert {"frequent-visits", "overlapping-stays", "readmitted-too-soon"} <= {
        slug for _, slug, _ in found[0]
    }


def _on_its_day(enc: EncounterFacts, turn: int, name: str) -> EncounterFacts:
    """The visit as a hospital sends it that knows no hours, settled in its turn; the last one not yet."""
    facts = {name: value for name, value in vars(enc).items() if name not in {"lines", "order", "items"}}
    settled_at = None if turn == 3 else enc.started_at + turn
    known = {"encounter_id": name, "started_at": enc.started_at // 1440 * 1440, "settled_at": settled_at}
    operations = (enc.procedures or (), enc.procedures_at or ())
    return EncounterFacts(
        {**facts, **known}, enc.lines, enc.diagnosis_codes, operations[0], operated_at=operations[1]
    )


def _reversed(enc: EncounterFacts) -> EncounterFacts:
    lines = {name: list(reversed(values)) for name, values in enc.lines.items()}
    worked_out = {"lines", "order", "items"}
    facts = {name: value for name, value in vars(enc).items() if name not in worked_out}
    operations = (enc.procedures or (), enc.procedures_at or ())
    return EncounterFacts(facts, lines, enc.diagnosis_codes, operations[0], operated_at=operations[1])


def test_another_persons_bills_change_nothing() -> None:
    city = City(RELEASE, 400, seed=9)
    together, _ = by_partition(city)
    half = City(RELEASE, 400, seed=9)
    half.cases = half.cases[::2]
    alone, _ = by_partition(half)
    persons = {case[0].person_id for case in half.cases}
    assert ordered(alone) == ordered([row for row in together if row[7] in persons])


def test_judging_again_gives_identical_findings() -> None:
    city = City(RELEASE, 300, seed=10)
    assert by_partition(city) == by_partition(city)


def test_history_makes_findings_but_bears_none() -> None:
    city = City(RELEASE, 600, seed=11)
    judge = CaseJudge(PLAN)
    for case in city.cases:
        whole = {row[0] for found in case_findings(PLAN, case, judge(case)) for row in found}
        for audited, enc in enumerate(case):
            for place, other in enumerate(case):
                other.audited = place == audited
            found = case_findings(PLAN, case, judge(case))
            assert not any(rows for place, rows in enumerate(found) if place != audited)
            assert {row[0] for row in found[audited]} <= whole
            assert enc.audited
        for other in case:
            other.audited = True
