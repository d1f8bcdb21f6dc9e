"""A region's own knowledge and settings hold there, and only while they are in force; elsewhere nothing changes."""

from __future__ import annotations

from typing import Any

import pytest

from mingcha.catalogue.entries import entries
from mingcha.engine.case import EncounterFacts
from mingcha.engine.finding_columns import findings_of_partition
from mingcha.engine.frames import case_findings
from mingcha.engine.judge import CaseJudge
from mingcha.engine.partition import PartitionJudge
from mingcha.engine.plan import Plan, in_region
from mingcha.knowledge.kinds.charging import DuplicatePair
from mingcha.knowledge.kinds.limits import QuantityLimit
from mingcha.knowledge.kinds.medication import DrugClass
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from tests.support.random_cases import City

RULE = "GZ10000102014000"
BED, ICU = "001109000010000", "001109000030000"
DAY = 20_600


def limit(point_id: str, allowed: int, *codes: str, **more: Any) -> QuantityLimit:
    return QuantityLimit(
        point_id=point_id,
        rule_code=RULE,
        codes=codes,
        allowed=allowed * 10_000,
        period="日",
        certainty="明确违规",
        **more,
    )


def bill(region: str, quantity: int, day: int = DAY, code: str = BED) -> EncounterFacts:
    lines = {
        "line_id": ["L1"],
        "item_code": [code],
        "charged_at": [day * 1440 + 600],
        "billed_quantity": [quantity * 10_000],
        "quantity": [quantity * 10_000],
        "billed_amount": [quantity * 1_000],
        "amount": [quantity * 1_000],
    }
    facts = {"person_id": "P", "encounter_id": "E", "insured_region": region, "started_at": day * 1440}
    return EncounterFacts(facts, lines)


def found(points: list[Any], enc: EncounterFacts, settings: Any = None) -> list[tuple[str, int]]:
    plan = Plan(release_of(1, points, settings or {}), entries())
    return [
        (str(hit.point and hit.point.point_id), hit.excess_quantity or 0)
        for hit in CaseJudge(plan)([enc]).hits
    ]


def test_a_narrower_regions_point_replaces_the_national_one_there_and_nowhere_else() -> None:
    points = [limit("national", 1, BED), limit("fuzhou", 3, BED, region="3501")]
    assert found(points, bill("350100", 4)) == [("fuzhou", 10_000)]
    assert found(points, bill("350200", 4)) == [("national", 30_000)]
    assert found(points, bill("", 4)) == [("national", 30_000)]


def test_the_narrowest_of_several_regions_wins() -> None:
    points = [limit("n", 1, BED), limit("p", 2, BED, region="35"), limit("c", 3, BED, region="3501")]
    assert [found(points, bill(region, 5)) for region in ("350100", "350200", "440100")] == [
        [("c", 20_000)],
        [("p", 30_000)],
        [("n", 40_000)],
    ]


def test_a_narrower_point_replaces_only_the_codes_it_names() -> None:
    points = [limit("national", 1, BED, ICU), limit("fuzhou", 3, BED, region="3501")]
    assert found(points, bill("350100", 2, code=ICU)) == [("national", 10_000)]
    assert found(points, bill("350100", 2, code=BED)) == []


@pytest.mark.parametrize(
    ("day", "expected"), [(DAY - 1, "national"), (DAY, ""), (DAY + 9, ""), (DAY + 10, "national")]
)
def test_a_narrower_point_replaces_only_while_it_is_in_force(day: int, expected: str) -> None:
    points = [
        limit("national", 1, BED),
        limit("fuzhou", 3, BED, region="3501", effective_from=DAY, effective_to=DAY + 10),
    ]
    assert [point for point, _ in found(points, bill("350100", 2, day))] == ([expected] if expected else [])


def test_a_regional_pair_with_another_partner_leaves_the_national_pair_alone() -> None:
    def pair(point_id: str, containing: str, region: str = "") -> DuplicatePair:
        return DuplicatePair(
            point_id=point_id,
            rule_code="GZ10000102012000",
            codes=(BED,),
            containing=(containing,),
            interval="单日",
            region=region,
        )

    points = [pair("national", ICU), pair("fuzhou", "001103000010000", "3501")]
    assert {point.point_id for point in in_region(points, "350100")} == {"national", "fuzhou"}


def test_a_setting_of_a_region_holds_in_that_region() -> None:
    settings = {"quantity-over-limit": {"": {"tolerance": 0}, "3501": {"tolerance": 2}}}
    points = [limit("national", 1, BED)]
    assert found(points, bill("350100", 3), settings) == []
    assert found(points, bill("350200", 3), settings) == [("national", 20_000)]


def test_a_case_and_a_partition_agree_where_regions_differ() -> None:
    points = [
        *starter_points(),
        limit("fuzhou", 2, "001102000050000", region="3501"),
        limit("siming", 3, "001102000050000", region="350203", effective_from=20_400),
    ]
    settings = {**starter_settings(), "quantity-over-limit": {"3502": {"tolerance": 1}}}
    release = release_of(1, points, settings, with_demonstration=True)
    plan = Plan(release, entries())
    city = City(release, 1_500, seed=31, regions=("350100", "350203", "350211", "440100"))
    judge = CaseJudge(plan)
    rows: list[str] = []
    for case in city.cases:
        rows += [repr(row) for found_ in case_findings(plan, case, judge(case)) for row in found_]
    tables, items = city.partition()
    outcome = PartitionJudge(plan, items["item_code"].to_list())(tables)
    assert sorted(rows) == sorted(map(repr, findings_of_partition(plan, tables, outcome.hits, items).rows()))


def test_a_regions_class_replaces_the_narrower_classes_and_drugs_within_it() -> None:
    def alike(point_id: str, *codes: str, region: str = "") -> DrugClass:
        return DrugClass(point_id=point_id, rule_code="GZ10000301006000", codes=codes, region=region)

    wide = alike("wide", "XA10BK", "XA10BKH012A001010100001", "XA10BJ")
    here = in_region([wide, alike("here", "XA10BK", region="35")], "3501")
    assert [(point.point_id, point.codes) for point in here] == [("wide", ("XA10BJ",)), ("here", ("XA10BK",))]
    assert in_region([wide], "3501") == [wide]
