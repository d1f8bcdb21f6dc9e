"""Rule sets beside one another: each planted fault is told, and its sound neighbour is not."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from mingcha.catalogue.entries import entries
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.strategy.checks import of_strategy
from mingcha.knowledge.strategy.form import SAMPLE, strategy_of

ENTRIES = (
    Entry("GZ1", "甲", ("rule-a",), "明确违规", category="政策类"),
    Entry("GZ2", "乙", ("rule-b", "rule-c"), "可疑", category="管理类"),
    Entry("GZ3", "丙", (), "可疑", category="管理类"),
)
REST = {"名称": "其余", "规则": ["全部"], "优先级": -9}


def one(name: str, **more: Any) -> dict[str, Any]:
    return {"名称": name, "规则": ["全部"], "优先级": {"甲": 2, "乙": 1}.get(name, 0), **more}


def exemption(number: str, **more: Any) -> dict[str, Any]:
    return {"编号": number, "类型": "白名单", "理由": "试", "止": "2026-12-31", "机构": ["H1"], **more}


def told(*sets: dict[str, Any], exemptions: Any = (), day: int | None = None) -> list[str]:
    strategy = strategy_of({"规则集": list(sets), "特例": list(exemptions)})
    return [problem.check for problem in of_strategy(strategy, ENTRIES, day)]


@pytest.mark.parametrize(
    ("stated", "behind"),
    [
        ([{"规则": ["全部"], "按": "参保地"}, {"规则": ["GZ1"], "按": "就医地"}], 1),
        (
            [
                {"规则": ["GZ1"], "按": "参保地"},
                {"规则": ["GZ2"], "按": "参保地"},
                {"规则": ["全部"], "按": "就医地"},
            ],
            1,
        ),
        ([{"规则": ["GZ1"], "按": "参保地", "停用": "2026-01-31"}, {"规则": ["GZ1"], "按": "就医地"}], 0),
        ([{"规则": ["GZ1"], "按": "参保地"}, {"规则": ["GZ1", "GZ2"], "按": "就医地"}], 0),
    ],
)
def test_a_jurisdiction_whose_rules_were_all_named_before_it_never_decides(
    stated: list[dict[str, Any]], behind: int
) -> None:
    problems = of_strategy(strategy_of({"异地就医": stated}), ENTRIES)
    assert [problem.check for problem in problems] == ["被遮蔽"] * behind


LEVEL3, LEVEL2 = {"机构级别": ["三级"]}, {"机构级别": ["二级"]}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"范围": LEVEL3, "场景": ["事前"], "规则": ["GZ1"]}),
        ({"范围": {"地区": ["35"]}}, {"范围": {"地区": ["3501", "3502"]}}),
        ({"场景": ["事前"]}, {"场景": ["1", "2"]}),
        ({"启用": "2026-01-01"}, {"启用": "2026-02-01", "停用": "2026-03-01"}),
    ],
)
def test_a_set_behind_a_wider_one_never_decides(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert told(one("甲", **first), one("乙", **second), REST).count("被遮蔽") == 1 + (first == {})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"规则": ["GZ1"]}, {"规则": ["GZ1", "GZ2"]}),
        ({"范围": LEVEL3}, {"范围": LEVEL2}),
        ({"范围": LEVEL3}, {}),
        ({"范围": {"地区": ["3501"]}}, {"范围": {"地区": ["35"]}}),
        ({"范围": {"机构": ["H1"]}}, {"范围": {"机构": ["H10"]}}),
        ({"场景": ["事前"]}, {}),
        ({"停用": "2026-01-31"}, {}),
        ({"不含": ["rule-b"]}, {}),
    ],
)
def test_a_set_that_decides_somewhere_is_not_shadowed(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert told(one("甲", **first), one("乙", **second)).count("被遮蔽") == 0


@pytest.mark.parametrize(
    ("first", "second", "meet"),
    [
        ({}, {"范围": LEVEL3}, True),
        ({"范围": LEVEL2}, {"范围": LEVEL3}, False),
        ({"范围": {"地区": ["35"]}}, {"范围": {"地区": ["3501"]}}, True),
        ({"范围": LEVEL3}, {"范围": {"地区": ["3501"]}}, True),
        ({"场景": ["事前"]}, {"场景": ["事中"]}, False),
        ({"停用": "2026-01-31"}, {"启用": "2026-02-01"}, False),
        ({"规则": ["GZ1"]}, {"规则": ["GZ2"]}, False),
    ],
)
def test_sets_of_one_priority_that_may_meet_over_a_rule_leave_the_order_open(
    first: dict[str, Any], second: dict[str, Any], meet: bool
) -> None:
    assert ("次序未定" in told(one("丙", **first), one("丁", **second))) is meet


def test_a_set_without_a_rule_that_judges_and_rules_without_a_set_are_told() -> None:
    assert told(one("甲", 规则=["GZ3"]), REST) == ["没有规则"]
    assert told(one("甲", 规则=["GZ1"])) == ["未列入"]
    assert told(one("甲")) == []


def test_a_threshold_that_makes_the_small_worse_than_the_large_is_told() -> None:
    asks = {"动作": {"明确违规": "提醒"}}
    assert told(one("甲", **asks, 门槛={"金额": 5, "以下": "拦截"})) == ["门槛倒置"]
    assert told(one("甲", 动作={"明确违规": "拦截"}, 门槛={"金额": 5, "以下": "提醒"})) == []


def test_exemptions_that_have_ended_or_stand_twice_are_told() -> None:
    assert told(exemptions=[exemption("1")], day=20_818) == []
    assert told(exemptions=[exemption("1")], day=20_819) == ["特例已过期"]
    assert told(exemptions=[exemption("1"), exemption("2")]) == ["特例重复"]
    assert told(exemptions=[exemption("1"), exemption("2", 机构=["H2"])]) == []
    assert told(exemptions=[exemption("1", 止="2026-01-31"), exemption("2", 起="2026-02-01")]) == []


def test_the_sample_has_nothing_to_tell() -> None:
    assert of_strategy(strategy_of(yaml.safe_load(SAMPLE)), entries()) == []
