"""Writing a rule without code: begun, wrong in places, right at last, changed, copied and retired."""

from __future__ import annotations

from typing import Any

import pytest

from mingcha.access.errors import Denied, Missing
from mingcha.access.roles import Role
from mingcha.knowledge.changes import ChangePart
from mingcha.knowledge.definition.form import definition_of
from mingcha.knowledge.definition.model import HEADINGS, Over
from mingcha.library import proposing
from mingcha.library.proposing import Proposed
from mingcha.library.rule_writing import beginning, checking
from mingcha.library.rule_writing.checking import Checked
from tests.support.library import Office

CODE = "MC90000000001000"
WRITTEN: dict[str, Any] = {
    "编码": CODE,
    "名称": "门诊高价检查",
    "确定性": "可疑",
    "判断": "明细",
    "前提": "是否住院 = 否",
    "条件": "单价 > 最高单价 且 性别 已知",
    "读到": "单价",
    "限定": "最高单价",
    "参数": {"最高单价": {"类型": "单价", "缺省": "200", "单位": "元", "最小": "1"}},
    "提示": "{item} 单价 {value}，高于 {limit}",
    "依据": ["fund-regulation"],
    "说明": dict.fromkeys(HEADINGS, "写给人看的话。"),
}


def case(
    name: str, price: str | None, finds: list[str] | None = None, cannot: list[str] | None = None
) -> Any:
    line = {
        "line_id": "c1",
        "item_code": "X",
        "charged_at": "2026-03-02",
        "billed_quantity": "1",
        "unit_price": price,
    }
    return {
        "name": name,
        "items": {},
        "settings": {},
        "bills": [
            {
                "facts": {"visit_type": "1", "sex": "1"},
                "diagnoses": [],
                "procedures": [],
                "lines": [line],
                "audited": True,
            }
        ],
        "finds": [{"at": at} for at in finds or []],
        "cannot": [[at, ""] for at in cannot or []],
    }


CASES = [
    case("高，报", "200.01", ["c1"]),
    case("等于，不报", "200"),
    case("没有单价，无法判断", None, cannot=["c1"]),
]


def checked(office: Office, written: dict[str, Any] | None = None, cases: list[Any] | None = None) -> Checked:
    held = CASES if cases is None else cases
    return checking.check(office.access, office.writer, {**WRITTEN, **(written or {})}, held)


def test_a_rule_of_which_everything_is_right_is_given_whole_and_can_be_kept(office: Office) -> None:
    found = checked(office)
    assert found.faults == []
    assert [one.tried.outcome for one in found.examples if one] == ["报 1 条", "不报", "无法判断"]
    assert found.condition is not None
    assert [part.left for part in found.condition.parts] == ["单价", "性别"]
    assert found.written is not None
    # Where nothing can be judged, the rule itself said for want of what.
    assert found.written["例子"]["cases"][2]["cannot"] == [["c1", "unit_price"]]
    draft = office.draft()
    proposing.propose(
        office.access, office.writer, draft.id, Proposed(ChangePart.DEFINITION, CODE, dict(found.written))
    )
    begun = beginning.begin(
        office.access, office.writer, draft.id, over=None, mechanism="", code=CODE, copy=False
    )
    assert begun.written["条件"] == WRITTEN["条件"]
    assert [one.name for one in begun.examples] == [one["name"] for one in CASES]
    copied = beginning.begin(
        office.access, office.writer, draft.id, over=None, mechanism="", code=CODE, copy=True
    )
    assert copied.written["编码"] == "MC90000000002000"


@pytest.mark.parametrize(
    ("change", "part", "message"),
    [
        ({"条件": "单价 > 贵"}, "条件", "不认得“贵”"),
        ({"条件": "合计(金额) > 5"}, "条件", "合计、种数、行数只用于判断“单据”"),
        ({"前提": "单价 > 5"}, "前提", "前提只能读"),
        ({"读到": "单价 >"}, "读到", ""),
        ({"名称": ""}, "名称", "缺少“名称”"),
        ({"依据": []}, "依据", "缺少“依据”"),
        ({"提示": "{nothing}"}, "提示", "占位符"),
        ({"说明": {**WRITTEN["说明"], "为何违规": ""}}, "说明.为何违规", "缺少“为何违规”"),
        ({"参数": {"最高单价": {"类型": "单价", "缺省": "贵"}}}, "参数", "应为数字"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(
    office: Office, change: dict[str, Any], part: str, message: str
) -> None:
    found = checked(office, change)
    assert found.written is None
    assert found.faults
    assert found.faults[0].part == part, found.faults
    assert message in found.faults[0].message


def test_examples_run_before_the_words_are_written_and_all_that_are_missing_are_told_at_once(
    office: Office,
) -> None:
    found = checked(office, {"名称": "", "提示": "", "依据": [], "说明": {}})
    parts = ["名称", "提示", "依据", *(f"说明.{name}" for name in HEADINGS)]
    assert [fault.part for fault in found.faults] == parts
    assert [one.tried.outcome for one in found.examples if one] == ["报 1 条", "不报", "无法判断"]
    assert found.written is None


def test_an_example_that_says_otherwise_or_cannot_be_read_is_told_by_its_number(office: Office) -> None:
    found = checked(office, cases=[case("应报而不报", "100", ["c1"]), case("乱写", "abc"), CASES[1]])
    assert [fault.part for fault in found.faults] == ["例子.1", "例子.2"]
    assert "应报在 c1" in found.faults[0].message
    assert found.examples[1] is None
    missing = checked(office, cases=[])
    assert {fault.part for fault in missing.faults} == {"例子"}


@pytest.mark.parametrize("over", list(Over))
def test_what_a_rule_begins_with_can_be_read_and_only_lacks_words_and_a_firing_example(
    office: Office, over: Over
) -> None:
    begun = beginning.begin(office.access, office.writer, None, over=over, mechanism="", code="", copy=False)
    cases = [
        {
            "name": one.name,
            "items": dict(one.items),
            "settings": {},
            "bills": [vars(bill) for bill in one.bills],
            "finds": [],
            "cannot": [],
        }
        for one in begun.examples
    ]
    found = checking.check(office.access, office.writer, begun.written, cases)
    assert found.condition is not None
    assert {fault.part for fault in found.faults} <= {"", "例子"}, found.faults


def test_a_rule_of_a_release_is_changed_as_its_next_version_and_retired_with_a_reason(office: Office) -> None:
    found = checked(office)
    draft = office.draft()
    proposing.propose(
        office.access, office.writer, draft.id, Proposed(ChangePart.DEFINITION, CODE, found.written)
    )
    office.published(draft)
    again = checked(office)
    assert again.written is not None
    assert again.written["版本"] == 2
    written = beginning.retired(office.access, office.writer, None, CODE, "不再需要")
    assert definition_of(written).state == "停用"
    assert written["停用原因"] == "不再需要"
    with pytest.raises(Missing):
        beginning.retired(office.access, office.writer, None, "MC90000000009000", "不再需要")


def test_who_may_not_edit_rules_cannot_have_one_checked(office: Office) -> None:
    office.town.user("reader", office.town.grant(Role.READER))
    with pytest.raises(Denied):
        checking.check(office.access, office.town.actor("reader"), WRITTEN, CASES)
