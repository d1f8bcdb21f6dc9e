"""Rules without code judge like any other: case and columns agree on random conditions over random persons."""

from __future__ import annotations

import random
from typing import Any

import pytest

from mingcha.audit.definitions import failures
from mingcha.catalogue.defined import all_entries, all_rules
from mingcha.domain.errors import InputError
from mingcha.engine.case import EncounterFacts
from mingcha.engine.finding_columns import findings_of_partition
from mingcha.engine.frames import case_findings, unjudged_of_partition
from mingcha.engine.judge import CaseJudge
from mingcha.engine.partition import PartitionJudge
from mingcha.engine.plan import Plan
from mingcha.knowledge.definition.form import definition_of
from mingcha.knowledge.definition.model import HEADINGS, RuleDefinition
from mingcha.knowledge.point import Subject
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points
from mingcha.rules.defined import defined_rule
from tests.support.random_cases import City

COMMON: dict[str, Any] = {
    "名称": "试",
    "状态": "启用",
    "提示": "{item} {value}",
    "依据": ["fund-regulation"],
    "说明": dict.fromkeys(HEADINGS, "说明说明说明说明"),
    "例子": {"cases": []},
}
COMPARED = {
    "数量": ("0.5", "1", "3"), "单价": ("1", "12.3456"), "金额": ("10", "0.5"), "周期天数": ("7", "30"),
    "年龄": ("1", "18", "65"), "日龄": ("29",), "机构级别": ("2", "3"), "总费用": ("100", "1000"),
    "金额 - 符合政策范围金额": ("1",), "计费日期 - 入院（就诊）日期": ("1", "-1"), "单价 * 2": ("30",),
}  # fmt: skip
OF_CODES = {
    "性别": ("1", "2"), "险种": ("310", "510"), "医疗类别": ("11", "2101"), "目录类别": ("101", "102"),
    "开单科室编码": ("A03", "D99"), "就诊类型": ("1", "2"), "处方号": ("R1",),
}  # fmt: skip
OF_VISITS = {
    "住院天数": ("0", "3", "10"), "年龄": ("1", "18", "65"), "日龄": ("29",), "机构级别": ("2", "3"),
    "总费用": ("100", "1000"), "自费金额 * 2": ("50",), "总费用 - 自费金额": ("10",),
    "出院日期 - 入院（就诊）日期": ("2",),
}  # fmt: skip
OF_ENCOUNTER = ("性别", "险种", "医疗类别", "就诊类型")


def some_condition(
    pick: random.Random,
    depth: int = 2,
    *,
    of_bill: bool = False,
    of_visit: bool = False,
    facts: bool = False,
) -> str:
    """The text of a random condition over facts that random persons have."""
    if depth and pick.random() < 0.6:
        asked = {"of_bill": of_bill, "of_visit": of_visit, "facts": facts}
        left, right = (some_condition(pick, depth - 1, **asked) for _ in range(2))
        return pick.choice((f"({left}) 且 ({right})", f"({left}) 或 ({right})", f"非 ({left})"))
    sign = pick.choice(("<", "≤", ">", "≥", "=", "≠"))
    if of_bill and pick.random() < 0.6:
        summed, limit = pick.choice(
            (("合计(金额)", "100"), ("种数(开单科室编码)", "1"), ("行数", "5"), ("合计(数量)", "9"))
        )
        return f"{summed} {sign} {limit}"
    codes = {name: OF_CODES[name] for name in OF_ENCOUNTER} if facts or of_bill or of_visit else OF_CODES
    name = pick.choice(list(codes))
    among = pick.choice((
        f"{name} = '{pick.choice(codes[name])}'", f"{name} 属于 [{', '.join(codes[name])}]", f"{name} 未知",
        f"{name} 开头为 [{codes[name][0][:1]}, 9]", f"{name} 开头不为 [{codes[name][-1]}]", "诊断编码 包含 [J06, E1]",
        "诊断编码 不包含 [O, N4]", "是否住院", "机构级别 已知",
    ))  # fmt: skip
    if facts or of_bill or pick.random() < 0.4:
        return among
    compared = OF_VISITS if of_visit else COMPARED
    measured = pick.choice(list(compared))
    return f"{measured} {sign} {pick.choice(compared[measured])}"


def some_rules(seed: int) -> list[RuleDefinition]:
    pick = random.Random(seed)
    written = []
    for number in range(1, 13):
        over = ("明细", "单据", "项目", "就诊")[number % 4]
        items = [pick.choice(starter_points()).codes[0] for _ in range(20)]
        written.append(
            {
                **COMMON,
                "编码": f"MC9{number:010d}000",
                "判断": over,
                "条件": some_condition(pick, of_bill=over == "单据", of_visit=over == "就诊"),
                **({"前提": some_condition(pick, 1, facts=True)} if pick.random() < 0.4 else {}),
                **({"知识点种类": "listed-item", "知识点": [{"代码": items}]} if over == "项目" else {}),
            }
        )
    return [definition_of(one) for one in written]


@pytest.mark.parametrize("seed", range(6))
def test_random_rules_without_code_say_the_same_of_a_case_and_of_a_partition(seed: int) -> None:
    held = some_rules(seed)
    release = release_of(1, [], rules=held)
    plan = Plan(release, all_entries(held)[-len(held) :], all_rules(held))
    city = City(release_of(1, starter_points(), with_demonstration=True), 150, seed)
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
    assert rows


def _named(case: list[EncounterFacts], found: Any) -> tuple[Any, ...]:
    enc, on_item = case[found.encounter], found.check.subject is Subject.ITEM
    line = enc.lines["line_id"][found.row[1]] if found.row is not None and on_item else None
    code = found.row[3] if found.row is not None and not on_item else None
    return (found.check.slug, found.rule_code, found.fact, enc.institution_id, enc.encounter_id, line, code)


def made(**more: Any) -> RuleDefinition:
    return definition_of({**COMMON, "编码": "MC90000000001000", **more})


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ({"判断": "明细", "条件": "合计(金额) > 5"}, "只用于判断“单据”"),
        ({"判断": "单据", "条件": "合计(金额) > 5 且 金额 > 3"}, "要放在 合计"),
        ({"判断": "单据", "条件": "行数 > 5", "前提": "单价 > 3"}, "前提只能读"),
        ({"判断": "项目", "条件": "单价 > 5"}, "要有知识点"),
        ({"判断": "就诊", "条件": "住院天数 > 5 且 单价 > 3"}, "不认得“单价”"),
        ({"判断": "就诊", "条件": "行数 > 5"}, "只用于判断“单据”"),
        ({"判断": "就诊", "条件": "住院天数 > 5", "知识点种类": "listed-item"}, "要有知识点"),
        ({"判断": "明细", "条件": "单价 > 上限", "参数": {"上限": {"类型": "单价"}}}, "没有缺省"),
        ({"机制": "no-such"}, "没有“no-such”这个机制"),
        ({"机制": "drug-share"}, "统计指标"),
        ({"机制": "amount-mismatch", "前提": "是否住院"}, "不能加前提"),
        ({"机制": "sex-mismatch"}, "知识点种类是“sex-limit”"),
        ({"机制": "total-mismatch", "参数": {"误差": 1}}, "没有参数 误差"),
        ({"机制": "total-mismatch", "参数": {"tolerance": -1}}, "超出范围"),
    ],
)
def test_a_definition_that_cannot_judge_is_refused_with_its_code(written: dict[str, Any], what: str) -> None:
    with pytest.raises(InputError) as raised:
        defined_rule(made(**written))
    assert what in raised.value.what
    assert "MC90000000001000" in raised.value.where


def test_a_setting_of_a_condition_is_read_in_its_unit_and_may_be_changed() -> None:
    rule = defined_rule(
        made(
            判断="明细",
            条件="单价 > 最高单价",
            参数={"最高单价": {"类型": "单价", "缺省": 12.5, "单位": "元", "最小": 1}},
        )
    )
    assert rule().values == {"最高单价": 12_500_000}
    assert rule({"最高单价": 20}).values == {"最高单价": 20_000_000}


def test_a_copy_of_a_mechanism_keeps_its_body_and_takes_the_defaults_of_its_own() -> None:
    base = all_rules(())["total-mismatch"]
    rule = defined_rule(made(机制="total-mismatch", 参数={"tolerance": 5}, 前提="是否住院"))
    assert issubclass(rule, base)
    assert (rule.slug, rule().values, base().values) == (
        "own-mc90000000001000",
        {"tolerance": 500},
        {"tolerance": 1},
    )


LONG_FOR_THEIR_AGE = {
    "判断": "就诊",
    "前提": "是否住院",
    "条件": "住院天数 > 最长天数 且 年龄 ≥ 80",
    "读到": "住院天数",
    "限定": "最长天数",
    "参数": {"最长天数": {"类型": "整数", "缺省": 60, "单位": "天"}},
    "提示": "住院 {value} 天，长于 {limit} 天",
}


def visit(number: int, ended: str | None, born: str = "1940-05-01", kind: int = 2) -> dict[str, Any]:
    begun = {"visit_type": kind, "birth_date": born, "started_at": "2026-01-01 09:00", "ended_at": ended}
    return {"name": f"第 {number} 例", "encounter": begun}


def test_a_rule_over_visits_reads_a_visit_as_a_whole_and_takes_no_money() -> None:
    longer = {**visit(1, "2026-03-03"), "finds": [{"at": "E1", "amount": 0, "value": "61", "limit": "60"}]}
    silent = [
        visit(2, "2026-03-02"),
        visit(3, "2026-03-03", born="1980-05-01"),
        visit(4, "2026-03-03", kind=1),
    ]
    unknown = {**visit(5, None), "cannot": [["E1", "nights"]]}
    held = made(**LONG_FOR_THEIR_AGE, 例子={"cases": [longer, *silent, unknown]})
    assert failures(held) == []
    assert failures(made(**{**LONG_FOR_THEIR_AGE, "条件": "年龄 ≥ 90"}, 例子={"cases": [longer, *silent]}))
