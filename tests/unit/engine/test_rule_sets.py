"""Rule sets and exemptions: which rules judge where, when and how firmly, the same for a case and for columns."""

from __future__ import annotations

import random
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
from mingcha.knowledge.kinds.limits import QuantityLimit
from mingcha.knowledge.kinds.scope import SexLimit
from mingcha.knowledge.release import Release, release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.knowledge.strategy.form import strategy_of
from mingcha.knowledge.strategy.model import SCENES
from tests.support.random_cases import LINE_COLUMNS, City, partition_of

FREQUENCY, SEX = "GZ10000102014000", "GZ10000301004000"
BED, DRUG = "001109000010000", "XG03AAQ093A001010100001"
DAY = 20_600
POINTS = [
    QuantityLimit(point_id="q", rule_code=FREQUENCY, name="床位", codes=(BED,), period="日", allowed=10_000),
    SexLimit(point_id="s", rule_code=SEX, name="某药", codes=(DRUG,), sex="2", certainty="可疑"),
]
OF_SERVICES = "GZ10000302004000"
ENTRIES = [entry for entry in entries() if entry.code in {FREQUENCY, SEX, OF_SERVICES}]
FINDING = tuple(Finding.fields())


def release(*sets: dict[str, Any], exemptions: Any = (), settings: Any = None) -> Release:
    strategy = strategy_of({"规则集": list(sets), "特例": list(exemptions)})
    return release_of(1, POINTS, settings, strategy=strategy)


def every(name: str = "甲", **more: Any) -> dict[str, Any]:
    return {"名称": name, "规则": ["全部"], **more}


def bill(quantity: int = 3, **facts: Any) -> EncounterFacts:
    """A man who was charged for beds and a drug for women; each unit costs ten yuan."""
    lines = {name: [None] * 2 for name in LINE_COLUMNS} | {
        "line_id": ["L1", "L2"],
        "item_code": [BED, DRUG],
        "charged_at": [DAY * 1440 + 600] * 2,
        "billed_quantity": [quantity * 10_000] * 2,
        "quantity": [quantity * 10_000] * 2,
        "unit_price": [10_000_000] * 2,
        "billed_amount": [quantity * 1_000] * 2,
        "amount": [quantity * 1_000] * 2,
        "doctor_id": ["D1", "D2"],
    }
    known = {
        "person_id": "P", "encounter_id": "E", "sex": "1", "started_at": DAY * 1440, "institution_id": "H1",
        "insured_region": "350100", "care_region": "350100", "institution_level": "2", "care_type": "2101",
        "insurance_type": "310", "department_id": "A03", "institution_type": "A100",
        "total_amount": quantity * 2_000, "fund_paid": quantity * 1_000,
    }  # fmt: skip
    return EncounterFacts({**known, **facts}, lines)


def judged(
    held: Release, enc: EncounterFacts, scene: str = "事后"
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """Findings and could-not-judge of one bill, shown to be the same for a case and for columns."""
    plan = Plan(held, ENTRIES)
    judgement = CaseJudge(plan)([enc], scene)
    rows = [row for found in case_findings(plan, [enc], judgement) for row in found]
    unjudged = sorted({(found.rule_code, found.fact) for found in judgement.unjudged})
    tables, items = partition_of([[enc]])
    outcome = PartitionJudge(plan, items["item_code"].to_list())(tables, scene=scene)
    assert findings_of_partition(plan, tables, outcome.hits, items).rows() == rows
    assert (
        sorted(unjudged_of_partition(tables, outcome).select("rule_code", "fact").unique().rows()) == unjudged
    )
    return [dict(zip(FINDING, row, strict=True)) for row in rows], unjudged


def codes(held: Release, enc: EncounterFacts | None = None, scene: str = "事后") -> set[str]:
    found, unjudged = judged(held, enc or bill(), scene)
    assert not unjudged
    return {row["rule_code"] for row in found}


def test_without_any_set_every_rule_judges_and_findings_name_none() -> None:
    found, _ = judged(release(), bill())
    assert {row["rule_code"] for row in found} == {FREQUENCY, SEX}
    assert {(row["rule_set"], row["action"], row["exemption"]) for row in found} == {(None, None, None)}


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (["全部"], {FREQUENCY, SEX}),
        ([FREQUENCY], {FREQUENCY}),
        (["sex-mismatch"], {SEX}),
        (["政策类"], {FREQUENCY}),
        (["医疗服务项目政策限定类", "药品合理使用类"], {FREQUENCY, SEX}),
    ],
)
def test_a_set_names_rules_by_code_mechanism_category_or_group(named: list[str], expected: set[str]) -> None:
    assert codes(release({"名称": "甲", "规则": named})) == expected


def test_what_a_set_takes_out_again_does_not_judge() -> None:
    assert codes(release(every(不含=["quantity-over-limit"]))) == {SEX}


@pytest.mark.parametrize(
    ("scope", "inside", "outside"),
    [
        ({"地区": ["3501"]}, {}, {"insured_region": "350200", "care_region": "350200"}),
        ({"机构级别": ["三级"]}, {}, {"institution_level": "5"}),
        ({"机构类别": ["A1"]}, {}, {"institution_type": "B100"}),
        ({"机构": ["H1"]}, {}, {"institution_id": "H10"}),
        ({"科室": ["A"]}, {}, {"department_id": "B01"}),
        ({"险种": ["310", "390"]}, {"insurance_type": "390"}, {"insurance_type": "510"}),
        ({"医疗类别": ["21"]}, {}, {"care_type": "11"}),
    ],
)
def test_a_scope_holds_where_each_of_its_facts_has_one_of_its_values(
    scope: dict[str, Any], inside: dict[str, Any], outside: dict[str, Any]
) -> None:
    held = release(every(范围=scope))
    assert codes(held, bill(**inside)) == {FREQUENCY, SEX}
    assert codes(held, bill(**outside)) == set()


def test_a_scope_that_hangs_on_an_unknown_fact_gives_no_finding_but_names_the_fact() -> None:
    held = release(every(范围={"机构级别": ["三级"]}, 规则=[FREQUENCY, SEX]))
    found, unjudged = judged(held, bill(institution_level=None))
    assert found == []
    assert unjudged == [(FREQUENCY, "institution_rank"), (SEX, "institution_rank")]


def test_an_unknown_fact_leaves_nothing_open_where_another_set_surely_names_the_rule() -> None:
    held = release(every("严", 范围={"机构级别": ["三级"]}, 优先级=9), every("宽", 规则=[SEX]))
    found, unjudged = judged(held, bill(institution_level=None))
    assert [(row["rule_code"], row["rule_set"]) for row in found] == [(SEX, "宽")]
    assert {fact for _, fact in unjudged} == {"institution_rank"}


def test_the_set_of_the_higher_priority_decides_and_stands_on_the_finding() -> None:
    held = release(every("宽"), every("严", 优先级=5, 规则=[SEX], 动作={"可疑": "需说明"}))
    found, _ = judged(held, bill())
    shown = {row["rule_code"]: (row["rule_set"], row["priority"], row["action"]) for row in found}
    assert shown[SEX] == ("严", 5, "需说明")
    assert shown[FREQUENCY] == ("宽", 0, None)


@pytest.mark.parametrize(("day", "holds"), [(-1, False), (0, True), (9, True), (10, False)])
def test_a_set_holds_from_its_first_day_to_its_last(day: int, holds: bool) -> None:
    held = release(every(启用="2026-05-27", 停用="2026-06-05"))
    assert bool(codes(held, bill(started_at=(DAY + day) * 1440 + 600))) is holds


def test_a_set_judges_in_its_scenes_only() -> None:
    held = release(every(场景=["事前", "8"]))
    assert {scene for scene in SCENES if codes(held, scene=scene)} == {"1", "2", "3", "4", "5", "8"}


def test_settings_of_a_set_hold_in_its_scope_and_lie_over_the_regions() -> None:
    regional = {"quantity-over-limit": {"": {"tolerance": 0}, "3501": {"tolerance": 1}}}
    wide = every(
        "三级", 范围={"机构级别": ["三级"]}, 优先级=1, 参数={"quantity-over-limit": {"tolerance": 2}}
    )
    held = release(wide, every("其余"), settings=regional)
    assert codes(held, bill(quantity=3)) == {SEX}
    assert codes(held, bill(quantity=4)) == {FREQUENCY, SEX}
    assert codes(held, bill(quantity=3, institution_level="5")) == {FREQUENCY, SEX}
    assert codes(held, bill(quantity=2, institution_level="5")) == {SEX}
    assert codes(held, bill(quantity=2, institution_level="5", care_region="350200")) == {FREQUENCY, SEX}


@pytest.mark.parametrize(("quantity", "action"), [(3, "提醒"), (6, "提醒"), (7, "拦截")])
def test_below_its_threshold_a_finding_is_kept_with_the_milder_action(quantity: int, action: str) -> None:
    held = release(every(动作={"明确违规": "拦截"}, 门槛={"金额": 60, "以下": "提醒"}))
    found, _ = judged(held, bill(quantity=quantity))
    assert [row["action"] for row in found if row["rule_code"] == FREQUENCY] == [action]


EXEMPT = {"编号": "T1", "类型": "特例单议", "理由": "院外会诊", "止": "2026-12-31"}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"机构": ["H1"]}, {FREQUENCY, SEX}),
        ({"机构": ["H2"]}, set()),
        ({"医师": ["D1"]}, {FREQUENCY}),
        ({"参保人": ["P"]}, {FREQUENCY, SEX}),
        ({"就诊": ["E"]}, {FREQUENCY, SEX}),
        ({"项目": [DRUG]}, {SEX}),
        ({"医疗类别": ["21"], "规则": [SEX]}, {SEX}),
        ({"科室": ["A03"], "规则": ["quantity-over-limit"]}, {FREQUENCY}),
        ({"机构": ["H1"], "起": "2026-06-01"}, set()),
        ({"机构": ["H1"], "止": "2026-05-26"}, set()),
        ({"机构": ["H1"], "止": "2026-05-27"}, {FREQUENCY, SEX}),
    ],
)
def test_an_exempt_finding_is_kept_with_its_reason_and_takes_no_money(
    where: dict[str, Any], expected: set[str]
) -> None:
    found, _ = judged(release(exemptions=[{**EXEMPT, **where}]), bill())
    exempt = [row for row in found if row["exemption"]]
    assert {row["rule_code"] for row in exempt} == expected
    for row in exempt:
        assert row["exemption_reason"] == "特例单议：院外会诊"
        assert (row["claimed_fen"], row["recoverable_fen"] or 0) == (0, 0)
    for row in found:
        if row["rule_code"] == SEX and SEX not in expected:
            assert row["claimed_fen"] == row["amount_fen"] == 3_000


def test_what_is_unknown_exempts_from_nothing() -> None:
    found, _ = judged(release(exemptions=[{**EXEMPT, "机构": ["H1"]}]), bill(institution_id=None))
    assert not any(row["exemption"] for row in found)


def test_an_exempt_finding_leaves_the_money_of_its_line_to_the_others() -> None:
    points = [*POINTS, SexLimit(point_id="t", rule_code=OF_SERVICES, name="床", codes=(BED,), sex="2")]
    strategy = strategy_of({"特例": [{**EXEMPT, "规则": [FREQUENCY], "机构": ["H1"]}]})
    found, _ = judged(release_of(1, points, strategy=strategy), bill())
    of_bed = {
        row["rule_code"]: (row["claimed_fen"], row["recoverable_fen"]) for row in found if row["code"] == BED
    }
    assert of_bed[FREQUENCY] == (0, None)
    assert of_bed[OF_SERVICES] == (3_000, 1_500)


def some_strategy(pick: random.Random, rules: list[str]) -> dict[str, Any]:
    """A random strategy over the facts that random persons have."""
    scope = {
        "地区": ["3501", "3502"], "机构级别": ["三级", "二级", "一级", "无等级"], "机构类别": ["A1", "B"],
        "机构": ["H1", "H2"], "科室": ["A03", "D"], "险种": ["310", "510"], "医疗类别": ["21", "11", "5"],
    }  # fmt: skip
    exempt = {
        "机构": ["H1", "H3"], "医师": ["D001", "D002"], "科室": ["A04.01"], "医疗类别": ["1", "52"],
        "参保人": [f"P{n:05d}" for n in range(0, 400, 3)],
    }  # fmt: skip

    def some(values: list[str]) -> list[str]:
        return pick.sample(values, pick.randint(1, len(values)))

    sets = [
        {
            "名称": f"集{number}",
            "优先级": pick.randint(0, 3),
            "规则": pick.choice((["全部"], some(rules), some(rules))),
            "不含": pick.choice(([], pick.sample(rules, 2))),
            "范围": {name: some(scope[name]) for name in pick.sample(list(scope), pick.randint(0, 2))},
            "场景": pick.choice(([], [], ["事后"], ["事前"])),
            "动作": {"明确违规": pick.choice(("拦截", "转人工"))},
            "参数": pick.choice(({}, {"quantity-over-limit": {"tolerance": pick.choice((1, 5))}})),
            **pick.choice(({}, {"启用": "2026-01-01"}, {"停用": "2026-03-31"})),
        }
        for number in range(pick.randint(1, 4))
    ]
    exemptions = [
        {
            "编号": f"例{number}", "类型": "白名单", "理由": "试", "止": pick.choice(("2026-02-28", "2027-01-01")),
            **{name: some(exempt[name]) for name in pick.sample(list(exempt), pick.randint(1, 2))},
        }
        for number in range(pick.randint(0, 2))
    ]  # fmt: skip
    elsewhere = [
        {
            "规则": some(rules),
            "按": pick.choice(("参保地", "就医地")),
            **pick.choice(({}, {"启用": "2026-01-15"}, {"停用": "2026-04-30"})),
        }
        for _ in range(pick.randint(0, 3))
    ]
    return {"规则集": sets, "特例": exemptions, "异地就医": elsewhere}


def regional(pick: random.Random, number: int) -> SexLimit | QuantityLimit:
    """A point that one region has of its own for a code that the starter pack also speaks about."""
    region = pick.choice(("35", "3501", "350203"))
    code = pick.choice([point.codes[0] for point in starter_points() if isinstance(point, SexLimit)])
    if pick.random() < 0.5:
        return SexLimit(point_id=f"s{number}", rule_code=SEX, codes=(code,), sex="1", region=region)
    return QuantityLimit(
        point_id=f"q{number}", rule_code=FREQUENCY, codes=(code,), period="日", allowed=10_000, region=region
    )


def some_settings(pick: random.Random) -> dict[str, Any]:
    """The starter pack's settings, and in some regions other ones for rules of both places."""
    shares = {
        "fund-share-too-high": {region: {"ratio": 10 * pick.randint(1, 9)} for region in ("3501", "44")}
    }
    caps = {"fund-over-yearly-cap": {"350203": {"cap": 100 * pick.randint(1, 100_000)}}}
    return {**starter_settings(), **shares, **caps}


@pytest.mark.parametrize("seed", range(6))
def test_a_case_and_a_partition_agree_under_random_rule_sets(seed: int) -> None:
    pick = random.Random(seed)
    rules = [word for entry in entries() if entry.mechanisms for word in (entry.code, *entry.mechanisms)]
    strategy = strategy_of(some_strategy(pick, rules))
    points = [*starter_points(), *(regional(pick, number) for number in range(20))]
    held = release_of(1, points, some_settings(pick), with_demonstration=True, strategy=strategy)
    plan = Plan(held, entries())
    city = City(held, 300, seed, regions=("350100", "350203", "440100"))
    rows: list[str] = []
    unjudged: set[tuple[Any, ...]] = set()
    judge = CaseJudge(plan)
    for case in city.cases:
        judgement = judge(case)
        rows += [repr(row) for found in case_findings(plan, case, judgement) for row in found]
        unjudged |= {_named(case, found) for found in judgement.unjudged}
    tables, items = city.partition()
    outcome = PartitionJudge(plan, items["item_code"].to_list())(tables)
    assert sorted(rows) == sorted(map(repr, findings_of_partition(plan, tables, outcome.hits, items).rows()))
    assert unjudged == set(unjudged_of_partition(tables, outcome).rows())


def _named(case: list[EncounterFacts], found: Any) -> tuple[Any, ...]:
    enc, on_item = case[found.encounter], found.check.subject.on_lines
    line = enc.lines["line_id"][found.row[1]] if found.row is not None and on_item else None
    code = found.row[3] if found.row is not None and not on_item else None
    return (found.check.slug, found.rule_code, found.fact, enc.institution_id, enc.encounter_id, line, code)
