"""Conditions as people write them: what they mean, what they refuse, and that writing and reading agree."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.domain.claims import Encounter, Line, Person, Settlement
from mingcha.domain.conditions import Age, Condition, Constant, Expr, count, distinct, total
from mingcha.domain.errors import InputError
from mingcha.knowledge.expressions.reading import condition_of, value_of
from mingcha.knowledge.expressions.words import vocabulary
from mingcha.knowledge.expressions.writing import text_of
from mingcha.knowledge.kinds.limits import QuantityLimit

WORDS = vocabulary()
AGE = Age(Person.birth_date, Line.day, Constant("岁"))


def read(text: str) -> str:
    return repr(condition_of(text, WORDS))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("性别 = 1", Person.sex == "1"),
        ("性别≠1且年龄<18", (Person.sex != "1") & (AGE < 18)),
        ("性别 != '1' and 年龄 <= 18", (Person.sex != "1") & (AGE <= 18)),
        ("单价 > 12.5", Line.unit_price > 12_500_000),
        ("金额 ≥ 100", Line.amount >= 10_000),
        ("处方号 = R1 或 开单科室编码 ≠ A03.01", (Line.prescription_id == "R1") | (Line.department_id != "A03.01")),
        ("100 < 金额", Constant(10_000) < Line.amount),
        ("数量 > 1.5", Line.quantity > 15_000),
        ("计费日期 < 2026-01-28", Line.day < 20_481),
        ("计费日期 - 入院（就诊）日期 > 30", Line.day - Encounter.first_day > 30),
        ("计费日期 > 出院日期 + 1", Line.day > Encounter.last_day + 1),
        ("金额 > 自费金额 * 2", Line.amount > Line.own_expense * 2),
        ("结算.自费金额 > 5", Settlement.own_expense > 500),
        ("是否住院", Encounter.inpatient == True),
        ("非 是否住院 且 险种 属于 [310, 390]",
         ~(Encounter.inpatient == True) & Encounter.insurance_type.is_in("310", "390")),
        ("医疗类别 开头为 [21, 52]", Encounter.care_type.starts_with_any(Constant(("21", "52")))),
        ("诊断编码 包含 [e10，E11.9]", ~Encounter.diagnoses.has_none_of(Constant(("E10", "E11.9")))),
        ("诊断编码 不包含 [E10]", Encounter.diagnoses.has_none_of(Constant(("E10",)))),
        ("单价 未知 或 单价 = 0", Line.unit_price.is_missing() | (Line.unit_price == 0)),
        ("合计(金额) > 50 且 种数(处方号) > 3", (total(Line.amount) > 5_000) & (distinct(Line.prescription_id) > 3)),
        ("行数 > 100", count > 100),
        ("绝对值(金额 - 自费金额) > 0.01", abs(Line.amount - Line.own_expense) > 1),
        ("年龄<3 或 性别=1 且 性别=2", (AGE < 3) | ((Person.sex == "1") & (Person.sex == "2"))),
        ("金额 > -5", Line.amount > -500),
    ],
)  # fmt: skip
def test_a_text_means_the_condition_that_it_says(text: str, meant: Condition) -> None:
    assert read(text) == repr(meant)


def test_a_condition_may_read_the_limits_of_its_points_and_the_settings_of_its_rule() -> None:
    words = vocabulary(QuantityLimit)
    assert repr(condition_of("数量 > 上限数量", words)) == repr(Line.quantity > QuantityLimit.allowed)
    assert repr(value_of("数量 - 上限数量", words)) == repr(Line.quantity - QuantityLimit.allowed)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("性别", "应是一个条件"),
        ("性別 = 1", "不认得“性別”"),
        ("年龄 < 十八", "不认得“十八”"),
        ("性别 < 2", "只能用 = 或"),
        ("金额 > 数量", "不能与"),
        ("金额 + 数量 > 3", "不能相加减"),
        ("金额 * 单价 > 3", "乘法应写成"),
        ("1 = 1", "两边都是常数"),
        ("年龄 < 18.5", "应为整数"),
        ("金额 > 1.005", "最多 2 位小数"),
        ("金额 > 5%", "百分数只用于比例"),
        ("是否住院 = 1", "是 或 否"),
        ("计费日期 > 2026-02-30", "没有这一天"),
        ("险种 属于 310", "方括号"),
        ("险种 属于 []", "列表是空的"),
        ("险种 包含 [310]", "只用于代码集"),
        ("诊断编码 = 1", "代码集只能用"),
        ("金额 开头为 [1]", "只用于代码"),
        ("(年龄 < 18", "应是“)”"),
        ("年龄 < 18)", "应有 且、或"),
        ("年龄 < 18 且", "应是字段"),
        ("金额 且 年龄 < 18", "两边应是条件"),
        ("(年龄 < 18) < 3", "不能再比较"),
        ("合计(性别) > 3", "不能合计"),
        ("合计(总费用) > 3", "只用于费用明细"),
        ("5 - 金额 > 3", "以字段开头"),
        ("", "应是字段"),
        ("姓名 = '甲'", "不认得"),
        ("医保目录编码 = 1", "不认得"),
        ("__import__('os')", "不认得"),
        ("(" * 40 + "年龄 < 18" + ")" * 40, "嵌套过深"),
        ("非 " * 40 + "年龄 < 18", "嵌套过深"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_and_says_why(text: str, what: str) -> None:
    with pytest.raises(InputError) as raised:
        condition_of(text, WORDS)
    assert what in raised.value.what
    assert raised.value.remedy


def test_a_slip_of_the_pen_is_answered_with_the_words_that_are_like_it() -> None:
    with pytest.raises(InputError) as raised:
        condition_of("开单科室 = A01", WORDS)
    assert "开单科室编码" in raised.value.remedy
    assert "第 1 个字" in raised.value.where


NUMBERS: list[Expr] = [Line.quantity, Encounter.institution_rank, AGE, Line.supply_days]
MONEY: list[Expr] = [Line.amount, Settlement.total_amount, Line.unit_price]


@st.composite
def conditions(draw: st.DrawFn, depth: int = 3) -> Condition:
    sort = (
        draw(st.sampled_from(("compare", "code", "missing", "prefix", "and", "or", "not")))
        if depth
        else "code"
    )
    if sort == "compare":
        field = draw(st.sampled_from([*NUMBERS, *MONEY]))
        operator = draw(st.sampled_from(("__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__")))
        left = field - field if draw(st.booleans()) else field * 2 if draw(st.booleans()) else field
        built: Condition = getattr(left, operator)(draw(st.integers(-(10**6), 10**6)))
        return built
    if sort == "code":
        return Person.sex == draw(st.sampled_from(("1", "2", "9")))
    if sort == "missing":
        return draw(st.sampled_from(NUMBERS)).is_missing()
    if sort == "prefix":
        return draw(
            st.sampled_from(
                (
                    Encounter.care_type.starts_with_any(Constant(("21", "5"))),
                    Encounter.diagnoses.has_none_of(Constant(("E10", "I2"))),
                )
            )
        )
    left_side = draw(conditions(depth=depth - 1))
    if sort == "not":
        return ~left_side
    right_side = draw(conditions(depth=depth - 1))
    return left_side & right_side if sort == "and" else left_side | right_side


@given(conditions())
def test_what_is_written_of_a_condition_is_read_as_the_same_condition(condition: Condition) -> None:
    assert read(text_of(condition, WORDS)) == repr(condition)


@given(st.text(st.sampled_from("性别年龄金额单价且或非=<>()[]1.5 '未知合计"), max_size=30))
def test_any_text_is_read_or_refused_and_never_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(InputError):
        condition_of(text, WORDS)
