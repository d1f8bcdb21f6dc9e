"""异地就医: a dated setting says whose knowledge and settings judge, and every finding names the region that did."""

from __future__ import annotations

from typing import Any

import pytest

from mingcha.catalogue.entries import entries
from mingcha.domain.findings import Finding
from mingcha.engine.case import EncounterFacts
from mingcha.engine.finding_columns import findings_of_partition
from mingcha.engine.frames import case_findings
from mingcha.engine.judge import CaseJudge
from mingcha.engine.partition import PartitionJudge
from mingcha.engine.plan import Plan
from mingcha.knowledge.kinds.limits import QuantityLimit
from mingcha.knowledge.release import Release, release_of
from mingcha.knowledge.strategy.form import strategy_of
from mingcha.knowledge.strategy.jurisdiction import Jurisdictions, Place
from tests.support.random_cases import LINE_COLUMNS, partition_of

FREQUENCY, SHARE = "GZ10000102014000", "MC10000401012000"
BED = "001109000010000"
HOME, AWAY = "350200", "350100"
DAY = 20_600  # 2026-05-27
FINDING = tuple(Finding.fields())


def limit(region: str, allowed: int) -> QuantityLimit:
    return QuantityLimit(
        point_id=region,
        rule_code=FREQUENCY,
        name="床位",
        codes=(BED,),
        period="日",
        allowed=allowed * 10_000,
        region=region,
    )


def release(*elsewhere: dict[str, Any], sets: Any = ()) -> Release:
    """Two cities, each with a limit of its own for beds and a highest share that the fund may pay."""
    settings = {"fund-share-too-high": {"3501": {"ratio": 90}, "3502": {"ratio": 50}}}
    strategy = strategy_of({"异地就医": list(elsewhere), "规则集": list(sets)})
    return release_of(1, [limit("3501", 2), limit("3502", 1)], settings, strategy=strategy)


def bill(**facts: Any) -> EncounterFacts:
    """Three beds on one day at ten yuan each, seventy per cent paid by the fund; from Xiamen, cared for in Fuzhou."""
    lines = {name: [None] for name in LINE_COLUMNS} | {
        "line_id": ["L1"],
        "item_code": [BED],
        "charged_at": [DAY * 1440 + 600],
        "billed_quantity": [30_000],
        "quantity": [30_000],
        "unit_price": [10_000_000],
        "billed_amount": [3_000],
        "amount": [3_000],
    }
    known = {
        "person_id": "P", "encounter_id": "E", "started_at": DAY * 1440, "institution_id": "H1",
        "insured_region": HOME, "care_region": AWAY, "total_amount": 3_000, "fund_paid": 2_100,
        "in_scope_amount": 3_000, "deductible_paid": 0, "lines_rejected": 0,
    }  # fmt: skip
    return EncounterFacts({**known, **facts}, lines)


def judged(held: Release, enc: EncounterFacts) -> dict[str, tuple[str | None, str | None]]:
    """By rule, the point or limit by which it found something and the region named; by case and by columns alike."""
    plan = Plan(held, [entry for entry in entries() if entry.code in {FREQUENCY, SHARE}])
    (rows,) = case_findings(plan, [enc], CaseJudge(plan)([enc]))
    tables, items = partition_of([[enc]])
    outcome = PartitionJudge(plan, items["item_code"].to_list())(tables)
    by_columns = findings_of_partition(plan, tables, outcome.hits, items).rows()
    assert list(map(repr, rows)) == list(map(repr, by_columns))
    found = [dict(zip(FINDING, row, strict=True)) for row in rows]
    return {
        row["rule_code"]: (row["knowledge_point"] or row["limit"], row["judging_region"]) for row in found
    }


def test_the_place_of_care_says_what_is_paid_and_the_insured_region_how_much_of_it() -> None:
    assert judged(release(), bill()) == {FREQUENCY: ("3501", AWAY), SHARE: ("15.00", HOME)}


def test_at_home_both_are_one_region() -> None:
    assert judged(release(), bill(care_region=HOME)) == {FREQUENCY: ("3502", HOME), SHARE: ("15.00", HOME)}


@pytest.mark.parametrize("missing", ["insured_region", "care_region"])
def test_where_one_region_is_unknown_the_other_judges_all(missing: str) -> None:
    known = {"insured_region": AWAY, "care_region": HOME}[missing]
    assert {region for _, region in judged(release(), bill(**{missing: None})).values()} == {known}


def test_where_both_are_unknown_only_what_holds_everywhere_judges_and_no_region_is_named() -> None:
    assert judged(release(), bill(insured_region=None, care_region=None)) == {}


@pytest.mark.parametrize(
    "named", [FREQUENCY, "quantity-over-limit", "政策类", "医疗服务项目政策限定类", "全部"]
)
def test_a_release_may_say_otherwise_by_code_mechanism_category_or_group(named: str) -> None:
    assert judged(release({"规则": [named], "按": "参保地"}), bill())[FREQUENCY] == ("3502", HOME)


def test_of_two_statements_the_first_that_names_a_rule_decides() -> None:
    held = release({"规则": ["政策类"], "按": "就医地"}, {"规则": ["全部"], "按": "参保地"})
    assert judged(held, bill())[FREQUENCY] == ("3501", AWAY)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"启用": "2026-05-27"}, ("3502", HOME)),
        ({"启用": "2026-05-28"}, ("3501", AWAY)),
        ({"停用": "2026-05-27"}, ("3502", HOME)),
        ({"停用": "2026-05-26"}, ("3501", AWAY)),
    ],
)
def test_a_statement_holds_for_encounters_that_begin_on_its_days(
    dates: dict[str, str], expected: tuple[str, str]
) -> None:
    assert judged(release({"规则": ["全部"], "按": "参保地", **dates}), bill())[FREQUENCY] == expected


def test_a_rule_set_of_a_region_governs_the_rules_that_judge_by_it() -> None:
    of_home = {"名称": "厦门", "规则": ["全部"], "范围": {"地区": ["3502"]}}
    assert judged(release(sets=[of_home]), bill()).keys() == {SHARE}
    of_care = {"名称": "福州", "规则": ["全部"], "范围": {"地区": ["3501"]}}
    assert judged(release(sets=[of_care]), bill()).keys() == {FREQUENCY}


def test_settings_of_a_rule_set_lie_over_those_of_the_place_that_judges() -> None:
    lenient = {"规则": ["全部"], "参数": {"quantity-over-limit": {"tolerance": 9}}}
    of_home = {"名称": "厦门", "范围": {"地区": ["3502"]}, **lenient}
    rest = {"名称": "其余", "规则": ["全部"], "优先级": -1}
    assert FREQUENCY in judged(release(sets=[of_home, rest]), bill())
    of_care = {"名称": "福州", "范围": {"地区": ["3501"]}, **lenient}
    assert FREQUENCY not in judged(release(sets=[of_care, rest]), bill())


def test_by_national_practice_only_questions_of_entitlement_and_benefit_are_the_insured_regions() -> None:
    practice = Jurisdictions(())
    by_insured = {
        entry.name
        for entry in entries()
        for slug in entry.mechanisms
        if practice.place(entry, slug, 0) is Place.INSURED
    }
    assert by_insured == {
        "参保期外就医", "待遇期外就医", "慢特病未备案", "起付线不足", "报销比例超标", "未备案未降低比例", "超封顶线",
        "基本医保支付不符", "大病、大额支付不符", "公务员补助支付不符", "医疗救助支付不符",
    }  # fmt: skip
