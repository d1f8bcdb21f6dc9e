"""A declared condition means the same as Python source and as a Polars expression, unknown facts included."""

from __future__ import annotations

from datetime import date
from operator import itemgetter
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.domain.claims import Encounter, Line, Person
from mingcha.domain.conditions import (
    Age,
    Among,
    Condition,
    Constant,
    Expr,
    adjoining,
    always,
    crowded,
    larger,
    smaller,
    some,
    stocked,
    total,
)
from mingcha.domain.conditions import given as given_where
from mingcha.domain.values import day_of
from mingcha.engine.ages import age, age_column
from mingcha.engine.closures import Source, define
from mingcha.engine.columns import Columns, column_of
from mingcha.engine.facts import derive, derived_columns, price_step, price_step_column
from mingcha.engine.layout import Layout, fields_of
from mingcha.engine.plan import Check
from mingcha.engine.points import PointTable
from mingcha.engine.prefixes import with_prefix_columns
from mingcha.knowledge.kinds.coding import DiagnosisCodeList
from mingcha.rules.registry import RULES
from mingcha.rules.settings import setting

LAYOUT = Layout(("first_line_used", "unit_price"))
NUMBERS: list[Expr] = [Line.quantity, Line.amount, Encounter.institution_rank, Constant(3), Constant(0)]
COMPARISONS: list[Any] = [
    lambda a, b: a < b,
    lambda a, b: a <= b,
    lambda a, b: a > b,
    lambda a, b: a >= b,
    lambda a, b: a == b,
    lambda a, b: a != b,
]
ARITHMETIC: list[Any] = [
    lambda a, _b: a,
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: abs(a - b),
    larger,
    smaller,
    lambda a, b: larger(a - b, 0),
]


@st.composite
def conditions(draw: st.DrawFn, depth: int = 3) -> Condition:
    kind = draw(st.sampled_from(("compare", "missing", "and", "or", "not"))) if depth else "compare"
    if kind == "compare":
        left, right, third = (draw(st.sampled_from(NUMBERS)) for _ in range(3))
        built: Condition = draw(st.sampled_from(COMPARISONS))(
            draw(st.sampled_from(ARITHMETIC))(left, third), right
        )
        return built
    if kind == "missing":
        return draw(st.sampled_from(NUMBERS[:3])).is_missing()
    left_side = draw(conditions(depth=depth - 1))
    if kind == "not":
        return ~left_side
    right_side = draw(conditions(depth=depth - 1))
    return left_side & right_side if kind == "and" else left_side | right_side


VALUE = st.none() | st.integers(-4, 4)


@given(conditions(), VALUE, VALUE, VALUE)
def test_any_condition_gives_the_same_answer_by_case_and_by_column(
    condition: Condition, quantity: int | None, amount: int | None, rank: int | None
) -> None:
    source = Source(LAYOUT, {}).of(condition)
    judge = define("judge", f"def judge(e, r, p):\n    return {source}\n")
    row: list[int | None] = [None] * len(LAYOUT.names)
    row[LAYOUT.names.index("quantity")], row[LAYOUT.names.index("amount")] = quantity, amount

    class Facts:
        institution_rank = rank

    schema = {column_of(f): pl.Int64 for f in (Line.quantity, Line.amount, Encounter.institution_rank)}
    frame = pl.DataFrame([(quantity, amount, rank)], schema=schema, orient="row")
    by_column = frame.select(Columns({}).of(condition).alias("v")).item()
    assert judge(Facts(), row, None) is by_column


@given(st.lists(st.integers(0, 30), max_size=12), st.integers(1, 4), st.integers(1, 12))
def test_crowding_is_the_same_by_case_by_group_and_by_marked_row(
    days: list[int], allowed: int, within: int
) -> None:
    screen = crowded(allowed, within)
    judge = define("judge", f"def judge(rows):\n    return {Source(LAYOUT, {}).of(screen)}\n")
    by_case = judge([[None, None, day] for day in sorted(days)])
    counted = any(sum(day <= other < day + within for other in days) > allowed for day in days)
    frame = pl.DataFrame({"person": 1, "r.day": sorted(days)}, schema={"person": pl.Int32, "r.day": pl.Int32})
    by_group = frame.select(Columns({}).of(screen, grouped=True)).item() if days else False
    marks = Columns({}).marks(screen, "person")
    assert marks is not None
    assert by_case is counted
    assert by_group is counted
    assert (frame.filter(marks).height > 0) is counted


SPANS = st.tuples(st.integers(0, 30), st.none() | st.integers(0, 9), st.none() | st.booleans())


@pytest.mark.parametrize("after", [always, Encounter.inpatient == True])
@given(spans=st.lists(SPANS, max_size=8), days=st.integers(0, 9))
def test_adjoining_encounters_are_the_same_by_case_and_by_marked_row(
    after: Condition, spans: list[tuple[int, int | None, bool | None]], days: int
) -> None:
    rows = [(first, None if length is None else first + length, stay) for first, length, stay in spans]
    rows.sort(key=lambda row: row[0])
    screen = adjoining(days, after=after)
    judge = define("judge", f"def judge(e):\n    return {Source(LAYOUT, {}).of(screen)}\n")
    names = ("first_day", "last_day", "inpatient")
    by_case = judge([SimpleNamespace(**dict(zip(names, row, strict=True))) for row in rows])
    schema = {"e.first_day": pl.Int32, "e.last_day": pl.Int32, "e.inpatient": pl.Boolean}
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(person=1)
    marks = Columns({}).marks(screen, "person")
    assert marks is not None
    assert by_case is (frame.filter(marks).height > 0)


@given(st.lists(VALUE, max_size=5))
def test_some_row_may_meet_a_condition_where_the_fact_is_unknown(values: list[int | None]) -> None:
    screen = some(Line.quantity > 1)
    place = LAYOUT.names.index("quantity")
    rows = [[value if at == place else None for at in range(len(LAYOUT.names))] for value in values]
    judge = define("judge", f"def judge(rows, ps):\n    return {Source(LAYOUT, {}).of(screen)}\n")
    frame = pl.DataFrame({column_of(Line.quantity): values}, schema={column_of(Line.quantity): pl.Int64})
    wanted = any(value is None or value > 1 for value in values)
    assert judge(rows, [None] * len(rows)) is wanted
    assert frame.select(Columns({}).of(screen, grouped=True)).item() is wanted


@given(st.none() | st.sampled_from(("09", "002103", "0021", "1")))
def test_a_list_of_codes_and_prefixes_of_a_setting_are_the_same_by_case_and_by_column(
    code: str | None,
) -> None:
    prefixes = setting(("0021", "9"), label="前缀")
    prefixes.name = "prefixes"
    layout, values = Layout(("charge_type",)), {"prefixes": ("0021", "9")}
    row = [code if name == "charge_type" else None for name in layout.names]
    frame = pl.DataFrame({"r.charge_type": [code]}, schema={"r.charge_type": pl.String})
    for condition in (Line.charge_type.is_in("09", "1"), Line.charge_type.starts_with_any(prefixes)):
        judge = define("judge", f"def judge(e, r):\n    return {Source(layout, values).of(condition)}\n")
        assert judge(None, row) is frame.select(Columns(values).of(condition)).item()


@given(st.none() | st.lists(st.sampled_from(("Y95.x00", "T81.400", "J18.900")), min_size=1, max_size=3))
def test_diagnoses_under_prefixes_of_a_setting_are_the_same_by_case_and_by_column(
    codes: list[str] | None,
) -> None:
    prefixes = setting(("Y95", "T81.4"), label="前缀")
    prefixes.name = "prefixes"
    values, condition = {"prefixes": ("Y95", "T81.4")}, Encounter.diagnoses.has_none_of(prefixes)
    judge = define("judge", f"def judge(e):\n    return {Source(LAYOUT, values).of(condition)}\n")
    frame = pl.DataFrame({"e.diagnoses": [codes]}, schema={"e.diagnoses": pl.List(pl.String)})
    diagnosed = SimpleNamespace(diagnoses=None if codes is None else tuple(codes))
    assert judge(diagnosed) is frame.select(Columns(values).of(condition)).item()


@given(st.lists(st.tuples(VALUE, VALUE), max_size=5))
def test_a_total_of_given_values_counts_only_rows_that_surely_meet_the_condition(
    values: list[tuple[int | None, int | None]],
) -> None:
    summed = total(given_where(Line.quantity > 1, Line.amount)) >= 0
    places = [LAYOUT.names.index(name) for name in ("quantity", "amount")]
    rows = [
        [dict(zip(places, row, strict=True)).get(at) for at in range(len(LAYOUT.names))] for row in values
    ]
    judge = define("judge", f"def judge(rows):\n    return {Source(LAYOUT, {}).of(summed)}\n")
    schema = {column_of(field): pl.Int64 for field in (Line.quantity, Line.amount)}
    frame = pl.DataFrame(values, schema=schema, orient="row")
    wanted = sum(amount or 0 for quantity, amount in values if quantity is not None and quantity > 1) >= 0
    assert judge(rows) is wanted
    assert frame.select(Columns({}).of(summed, grouped=True)).item() is wanted


def test_a_condition_cannot_be_used_as_a_truth_value() -> None:
    with pytest.raises(TypeError, match="条件是声明"):
        bool(Line.quantity > 3)


def test_a_rule_that_mentions_a_field_reads_the_field_and_not_a_value() -> None:
    assert [field.name for field in fields_of([Person.sex != "1"])] == ["sex"]


DAYS = st.integers(day_of(date(1900, 1, 1)), day_of(date(2030, 12, 31)))


@given(DAYS, st.integers(0, 45_000), st.sampled_from(("岁", "月", "天")))
def test_age_by_case_and_by_column_agree_on_any_two_days(born: int, lived: int, unit: str) -> None:
    frame = pl.DataFrame(
        {"b": [born], "d": [born + lived], "u": [unit]}, schema={"b": pl.Int32, "d": pl.Int32, "u": pl.String}
    )
    assert frame.select(age_column(pl.col("b"), pl.col("d"), pl.col("u"))).item() == age(
        born, born + lived, unit
    )


@pytest.mark.parametrize(
    ("born", "on", "unit", "expected"),
    [
        (date(2020, 2, 29), date(2026, 2, 28), "岁", 5),
        (date(2020, 2, 29), date(2026, 3, 1), "岁", 6),
        (date(2026, 2, 1), date(2026, 3, 1), "天", 28),
        (date(2026, 1, 31), date(2026, 2, 28), "月", 0),
        (date(2008, 6, 15), date(2026, 6, 14), "岁", 17),
        (date(2008, 6, 15), date(2026, 6, 15), "岁", 18),
    ],
)
def test_age_is_counted_by_the_calendar(born: date, on: date, unit: str, expected: int) -> None:
    assert age(day_of(born), day_of(on), unit) == expected


def test_an_unknown_birth_date_makes_the_age_unknown_and_not_zero() -> None:
    too_young = Age(Person.birth_date, Line.day, Constant("岁")) < 18
    judge = define("judge", f"def judge(e, r, p):\n    return {Source(LAYOUT, {}).of(too_young)}\n")

    class Facts:
        birth_date = None

    assert judge(Facts(), (0, 0, 20_000), None) is None


PAID = ("in_scope_amount", "fund_paid", "serious_illness_paid", "large_expense_paid", "civil_servant_paid")
WHOLE = (*PAID, "weight")
FACT = {
    **dict.fromkeys(PAID, st.none() | st.integers(-5, 9)),
    "sex": st.sampled_from((None, "0", "1", "2", "9")),
    "visit_type": st.sampled_from((None, "1", "2", "3")),
    "care_type": st.sampled_from((None, "11", "2101", "52", "41", "1301")),
    "insurance_type": st.sampled_from((None, "310", "510")),
    "institution_level": st.sampled_from((None, *map(str, range(1, 16)))),
    "started_at": st.integers(0, 40_000_000),
    "ended_at": st.none() | st.integers(0, 40_000_000),
    "weight": st.none() | st.integers(-10, 6_000_000),
}


@given(st.fixed_dictionaries(FACT))
def test_derived_facts_are_the_same_by_case_and_by_column(facts: dict[str, Any]) -> None:
    types = {
        name: pl.Int64 if name in WHOLE else pl.Int32 if name.endswith("_at") else pl.String for name in facts
    }
    columns = pl.DataFrame([facts], schema=types).select(**derived_columns()).row(0, named=True)
    derived = derive(facts, (), ())
    assert columns == {name: derived[name] for name in columns}


@given(st.none() | st.integers(0, 10**14))
def test_the_last_decimal_of_a_price_is_the_same_by_case_and_by_column(price: int | None) -> None:
    frame = pl.DataFrame({"p": [price]}, schema={"p": pl.Int64})
    assert frame.select(price_step_column(pl.col("p"))).item() == price_step(price)


@given(st.none() | st.sampled_from(("J18.900", "J18.9", "J18.900X001")))
def test_a_whole_code_of_a_point_is_the_same_by_case_and_by_column(code: str | None) -> None:
    point = DiagnosisCodeList(
        point_id="p", rule_code="GZ10000201003000", codes=("J",), edition="版", listed=("J18.900",)
    )
    condition = Among(Encounter.main_diagnosis, DiagnosisCodeList.listed)
    judge = define("judge", f"def judge(e, p):\n    return {Source(LAYOUT, {}).of(condition)}\n")
    frame = pl.DataFrame(
        {"e.main_diagnosis": [code], "pt": [0]}, schema={"e.main_diagnosis": pl.String, "pt": pl.Int32}
    )
    table = PointTable(Check(0, RULES["diagnosis-not-listed"](), points=[point]))
    unread: Any = None  # only conditions on all diagnoses look into the tables
    told = with_prefix_columns(frame, [condition], table, unread).select(Columns({}).of(condition)).item()
    assert told is judge(SimpleNamespace(main_diagnosis=code), point)
    assert told is (None if code is None else code == "J18.900")


@given(st.lists(st.tuples(st.none() | st.integers(0, 40), st.integers(0, 30)), max_size=6))
def test_supplies_that_lie_together_are_the_same_by_case_and_by_column(
    rows: list[tuple[int | None, int]],
) -> None:
    screen = stocked(Line.course_days, 20)
    layout = Layout(("course_days",))
    ordered = sorted(rows, key=itemgetter(1))
    case = [
        [{"day": day, "course_days": course}.get(name) for name in layout.names] for course, day in ordered
    ]
    judge = define("judge", f"def judge(rows):\n    return {Source(layout, {}).of(screen)}\n")
    columns = {"r.course_days": [course for course, _ in rows], "r.day": [day for _, day in rows]}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.Int64))
    assert judge(case) is frame.select(Columns({}).of(screen, grouped=True)).item()
