"""Groups and lines of a condition: what a form shows says, written again, the same condition."""

from __future__ import annotations

import pytest
from hypothesis import given

from mingcha.domain.conditions import Condition
from mingcha.knowledge.expressions.reading import condition_of
from mingcha.knowledge.expressions.structure import ALL, ANY, LINE, NOT, structure_of, text_of_node
from mingcha.knowledge.expressions.words import vocabulary
from tests.unit.knowledge.test_expressions import conditions

WORDS = vocabulary()


@given(conditions())
def test_a_condition_taken_apart_and_put_together_is_the_same(condition: Condition) -> None:
    node = structure_of(condition, WORDS)
    again = condition_of(text_of_node(node), WORDS)
    assert text_of_node(structure_of(again, WORDS)) == text_of_node(node)
    assert meaning(again) == meaning(condition)


def meaning(condition: Condition) -> str:
    """A condition with groups in groups of the same sort laid flat, as and and or read alike from either side."""
    return text_of_node(structure_of(condition, WORDS))


@pytest.mark.parametrize(
    ("text", "sort", "lines"),
    [
        ("单价 > 100 且 性别 = 2", ALL, [("单价", ">", "100"), ("性别", "=", "'2'")]),
        ("险种 不属于 [310、390] 或 金额 未知", ANY, [("险种", "不属于", "310、390"), ("金额", "未知", "")]),
        (
            "医疗类别 开头为 [21] 且 诊断编码 包含 [E10]",
            ALL,
            [("医疗类别", "开头为", "21"), ("诊断编码", "包含", "E10")],
        ),
        ("金额 > 自费金额 * 2 且 性别 已知", ALL, [("金额", ">", "(自费金额) * 2"), ("性别", "已知", "")]),
    ],
)
def test_a_form_shows_the_lines_that_somebody_wrote(
    text: str, sort: str, lines: list[tuple[str, str, str]]
) -> None:
    node = structure_of(condition_of(text, WORDS), WORDS)
    assert node.sort == sort
    assert [(part.left, part.operator, part.right) for part in node.parts] == lines


def test_what_is_denied_as_a_whole_stays_a_group() -> None:
    node = structure_of(condition_of("非 (单价 > 100 且 性别 = 2)", WORDS), WORDS)
    assert (node.sort, node.parts[0].sort) == (NOT, ALL)
    assert all(part.sort == LINE for part in node.parts[0].parts)
