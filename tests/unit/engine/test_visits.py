"""A rule over visits sees all encounters of a person, history included, and speaks only of those under audit."""

from __future__ import annotations

from mingcha.domain.claims import Encounter
from mingcha.domain.conditions import count
from mingcha.engine.finding_columns import findings_of_partition
from mingcha.engine.frames import case_findings, unjudged_of_partition
from mingcha.engine.judge import CaseJudge
from mingcha.engine.partition import PartitionJudge
from mingcha.engine.plan import Plan
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points
from mingcha.rules.base import Group, Verdicts, VisitRule
from tests.support.random_cases import City

DAYS = 60


class SoonAgain(VisitRule):
    """Only here: a stay within so many days after another one at the same institution."""

    slug, version, since = "soon-again", 1, "0.1.0"
    title = "再次住院"
    legal_basis = ("fund-regulation",)
    when = Encounter.inpatient == True
    only_if = count > 1
    message = "间隔 {value} 天"

    def judge(self, group: Group[KnowledgePoint], point: KnowledgePoint) -> Verdicts:
        for earlier, later in zip(group.lines, group.lines[1:], strict=False):
            before, now = group.visit(earlier), group.visit(later)
            if before.institution_id != now.institution_id:
                continue
            if before.last_day is None:
                yield group.cannot_judge(Encounter.ended_at, later)
            elif now.first_day - before.last_day <= DAYS:
                yield group.violates(later, value=now.first_day - before.last_day, limit=DAYS)


RELEASE = release_of(1, starter_points(), {}, with_demonstration=True)
PLAN = Plan(RELEASE, [Entry("MC0", "再次住院", ("soon-again",), "可疑")], {"soon-again": SoonAgain})


def test_both_evaluations_agree_on_visits_with_and_without_the_screen() -> None:
    city = City(RELEASE, 1_500, seed=21)
    tables, items = city.partition()
    rows: list[str] = []
    unjudged = set()
    for case in city.cases:
        judgement = CaseJudge(PLAN)(case)
        rows += [repr(row) for found in case_findings(PLAN, case, judgement) for row in found]
        unjudged |= {(case[u.encounter].encounter_id, u.fact) for u in judgement.unjudged}
    for screened in (True, False):
        outcome = PartitionJudge(PLAN, items["item_code"].to_list(), screened=screened)(tables)
        found = findings_of_partition(PLAN, tables, outcome.hits, items)
        assert sorted(rows) == sorted(map(repr, found.rows()))
        assert unjudged == set(unjudged_of_partition(tables, outcome).select("encounter_id", "fact").rows())
    assert len(rows) > 20
    assert unjudged


def test_a_visit_that_is_history_makes_a_finding_and_bears_none() -> None:
    for case in City(RELEASE, 1_500, seed=22).cases:
        hits = CaseJudge(PLAN)(case).hits
        if not hits:
            continue
        for number, enc in enumerate(case):
            enc.audited = number == hits[0].encounter
        again = CaseJudge(PLAN)(case).hits
        assert [hit.encounter for hit in again] == [hits[0].encounter]
        return
    raise AssertionError("no case with two stays that are close")
