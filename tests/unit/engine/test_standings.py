"""Rule sets reach figures of institutions: by region, level, type and institution; of all else they do not speak."""

from __future__ import annotations

import random
from typing import Any

import polars as pl
import pytest

from mingcha.catalogue.entries import entries
from mingcha.engine.case import EncounterFacts
from mingcha.engine.plan import Plan
from mingcha.engine.standings import Standing
from mingcha.engine.stock import Stock
from mingcha.engine.sums import ADDED, PeriodSums, added
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points
from mingcha.knowledge.strategy.checks import of_strategy
from mingcha.knowledge.strategy.form import strategy_of
from mingcha.rules.period import PeriodRule
from mingcha.rules.registry import RULES
from tests.support.period_cases import indicators
from tests.support.random_cases import LINE_COLUMNS, City, partition_of

DRUGS = "drug-share"
OVER_PERIODS = {slug: rule for slug, rule in RULES.items() if issubclass(rule, PeriodRule)}
DAY = 20_454  # 2026-01-01
SHARES = {"least_cases": 1, "least_peers": 9, "at_most": "50%"}


def plan(*sets: dict[str, Any], settings: Any = None, points: Any = ()) -> Plan:
    strategy = strategy_of({"规则集": list(sets)})
    held = release_of(
        1, points, settings or {DRUGS: {"": SHARES}}, strategy=strategy, with_demonstration=True
    )
    return Plan(held, entries(), OVER_PERIODS)


def bill(number: int, drugs: int, day: int = DAY, **facts: Any) -> EncounterFacts:
    """A visit that cost a hundred yuan, so much of it for drugs."""
    lines = {name: [None] * 2 for name in LINE_COLUMNS} | {
        "line_id": [f"L{number}a", f"L{number}b"],
        "item_code": ["X1", "001"],
        "charged_at": [day * 1440 + 600] * 2,
        "quantity": [10_000] * 2,
        "amount": [drugs * 100, 10_000 - drugs * 100],
        "list_type": ["101", "201"],
    }
    known = {
        "person_id": f"P{number}", "encounter_id": f"E{number}", "institution_id": "H1", "visit_type": "1",
        "started_at": day * 1440, "institution_level": "2", "institution_type": "A100", "care_region": "350100",
        "care_type": "11", "insurance_type": "310",
    }  # fmt: skip
    return EncounterFacts({**known, **facts}, lines)


def told(held: Plan, *bills: EncounterFacts) -> list[tuple[Any, ...]]:
    """Of each share of drugs: institution, value, limit, whether it stands out, why not judged, and by which set."""
    found = indicators(held, [[[one] for one in bills]]).filter(pl.col("slug") == DRUGS)
    return found.select("institution_id", "value", "threshold", "flagged", "reason", "rule_set").rows()


def test_without_rule_sets_a_figure_names_none() -> None:
    assert told(plan(), bill(1, 60)) == [("H1", 6_000, 5_000, True, None, None)]


@pytest.mark.parametrize(
    ("scope", "judges"),
    [
        ({"机构级别": ["三级"]}, True),
        ({"机构级别": ["二级"]}, False),
        ({"地区": ["35"]}, True),
        ({"地区": ["36"]}, False),
        ({"机构类别": ["A1"]}, True),
        ({"机构": ["H2"]}, False),
        # A figure has no one insurance, care type or department: such a set does not speak of it.
        ({"险种": ["310"]}, False),
        ({"医疗类别": ["11"]}, False),
        ({"机构级别": ["三级"], "险种": ["310"]}, False),
    ],
)
def test_the_scope_of_a_set_decides_which_institutions_figures_are_judged(scope: Any, judges: bool) -> None:
    found = told(plan({"名称": "甲", "规则": ["全部"], "范围": scope}), bill(1, 60))
    assert found == ([("H1", 6_000, 5_000, True, None, "甲")] if judges else [])


def test_a_set_for_a_scene_before_settlement_does_not_speak_of_figures() -> None:
    assert told(plan({"名称": "甲", "规则": ["全部"], "场景": ["事前"]}), bill(1, 60)) == []


def test_a_set_brings_its_settings_to_the_institutions_of_its_scope() -> None:
    strict = {"名称": "严", "规则": [DRUGS], "优先级": 9, "范围": {"机构级别": ["三级"]}}
    held = plan({**strict, "参数": {DRUGS: {**SHARES, "at_most": "30%"}}}, {"名称": "其余", "规则": ["全部"]})
    found = told(held, bill(1, 40), bill(2, 40, institution_id="H2", institution_level="8"))
    assert found == [
        ("H1", 4_000, 3_000, True, None, "严"),
        ("H2", 4_000, 5_000, False, None, "其余"),
    ]


def test_where_the_level_is_unknown_and_no_other_set_judges_nothing_can_be_said() -> None:
    of_third = {"名称": "甲", "规则": ["全部"], "优先级": 9, "范围": {"机构级别": ["三级"]}}
    unknown = bill(1, 60, institution_level=None)
    assert told(plan(of_third), unknown) == [("H1", 6_000, 5_000, None, "institution_rank", None)]
    everywhere = plan(of_third, {"名称": "其余", "规则": ["全部"]})
    assert told(everywhere, unknown) == [("H1", 6_000, 5_000, True, None, "其余")]


def test_a_set_that_begins_within_a_period_cuts_it_by_the_day_on_which_encounters_begin() -> None:
    later = {"名称": "新", "规则": [DRUGS], "启用": "2026-02-01"}
    assert told(plan(later), bill(1, 60)) == []
    assert told(plan(later), bill(1, 60), bill(2, 80, day=DAY + 31)) == [
        ("H1", 8_000, 5_000, True, None, "新")
    ]


def test_an_institution_that_states_two_regions_has_two_indicators_with_ids_of_their_own() -> None:
    regional = {DRUGS: {"": SHARES, "3501": {**SHARES, "at_most": "20%"}}}
    bills = [bill(1, 30), bill(2, 40, care_region="360100"), bill(3, 60)]
    found = indicators(plan(settings=regional), [[[one] for one in bills]]).filter(pl.col("slug") == DRUGS)
    assert sorted(found.select("judging_region", "value", "threshold", "cases").rows()) == [
        ("", 4_000, 5_000, 1),
        ("3501", 4_500, 2_000, 2),
    ]
    assert found["indicator_id"].n_unique() == 2


def test_the_encounters_behind_a_figure_are_those_of_its_standing() -> None:
    regional = {DRUGS: {"": SHARES, "3501": {**SHARES, "at_most": "20%"}}}
    held = plan(settings=regional)
    tables, items = partition_of(
        [[one] for one in (bill(1, 30), bill(2, 40, care_region="360100"), bill(3, 60))]
    )
    sums = PeriodSums(held, items["item_code"].to_list(), Stock({}))
    everybody = pl.repeat(value=True, n=tables.encounters.height, eager=True)
    behind = {
        row["judging_region"]: set(sums.behind(row, tables, everybody)["encounter_id"])
        for row in indicators(held, [[[bill(1, 30)], [bill(2, 40, care_region="360100")], [bill(3, 60)]]])
        .filter(pl.col("slug") == DRUGS)
        .to_dicts()
    }
    assert behind == {"": {"E2"}, "3501": {"E1", "E3"}}


SCOPES: dict[str, list[list[str]]] = {
    "机构级别": [["三级"], ["一级", "二级"]], "地区": [["35"], ["350100"], ["36"]], "机构": [["H1", "H2"]],
    "险种": [["310"]],
}  # fmt: skip


def some_sets(pick: random.Random) -> list[dict[str, Any]]:
    return [
        {
            "名称": f"集{number}",
            "规则": pick.choice((["全部"], ["管理类"], [DRUGS, "ct-share"])),
            "优先级": pick.randint(0, 3),
            "范围": {
                name: pick.choice(SCOPES[name])
                for name in pick.sample(list(SCOPES), pick.choice((0, 1, 1, 2)))
            },
            **({"启用": "2026-01-15"} if pick.random() < 0.3 else {}),
        }
        for number in range(pick.randint(1, 4))
    ]


def wanted(held: Plan, enc: EncounterFacts, code: str, slug: str) -> tuple[str, str] | None:
    """By plain Python: the set that decides and the fact that leaves open; None where the rule does not judge."""
    facts = {**vars(enc), "region": enc.care_region}
    open_ = ""
    for one in held.release.strategy.sets:
        if any(name not in {"region", "institution_id", "institution_rank"} for name, _ in one.scope):
            continue
        if not one.names(held.entries[code], slug):
            continue
        applies = one.applies(facts.get, "事后", enc.started_at // 1440)
        if applies is True:
            return one.name, ""
        open_ = open_ or ({"region": "care_region"}.get(str(applies), str(applies)) if applies else "")
    return ("", open_) if open_ else None


@pytest.mark.parametrize("seed", range(6))
def test_random_sets_add_up_for_each_rule_the_encounters_of_which_they_decide(seed: int) -> None:
    pick = random.Random(seed)
    points = starter_points()
    held, free = plan(*some_sets(pick), points=points), plan(points=points)
    city = City(free.release, 120, seed, regions=("350100", "360100"))
    tables, items = city.partition()
    every = [enc for case in city.cases for enc in case]
    codes = items["item_code"].to_list()
    found = added([PeriodSums(held, codes, Stock({}))(tables, pl.repeat(True, len(every), eager=True))])
    found = found.with_columns(pl.col("standing").cast(pl.String))
    judged = 0
    for check in free.variant("").period_checks:
        of_rule = found.filter(pl.col("slug") == check.slug, pl.col("rule_code") == check.rule_code)
        asked = [wanted(held, enc, check.rule_code, check.slug) for enc in every]
        told_ = {text: Standing.read(text) for text in of_rule["standing"].unique()}
        for named in {one for one in asked if one is not None}:
            mask = pl.Series([one == named for one in asked], dtype=pl.Boolean)
            alone = added([PeriodSums(free, codes, Stock({}))(tables, mask)]).filter(
                pl.col("slug") == check.slug, pl.col("rule_code") == check.rule_code
            )
            ours = of_rule.filter(
                pl.col("standing").is_in([t for t, s in told_.items() if (s.rule_set, s.open) == named])
            )
            assert ours.select(pl.col(ADDED).sum()).rows() == alone.select(pl.col(ADDED).sum()).rows()
            judged += ours.height
        decided = {one for one in asked if one is not None}
        assert {(s.rule_set, s.open) for s in told_.values()} <= decided
    assert judged


def test_rules_over_periods_that_only_narrow_sets_name_are_told_of_before_publication() -> None:
    strategy = strategy_of({"规则集": [{"名称": "甲", "规则": ["全部"], "范围": {"险种": ["310"]}}]})
    (problem,) = [one for one in of_strategy(strategy, entries()) if one.check == "指标不判断"]
    assert "险种" in problem.what
    wide = strategy_of({"规则集": [{"名称": "甲", "规则": ["全部"], "范围": {"机构级别": ["三级"]}}]})
    assert not [one for one in of_strategy(wide, entries()) if one.check == "指标不判断"]
