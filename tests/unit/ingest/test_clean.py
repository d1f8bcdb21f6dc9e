"""Columns are cleaned as their values would be one by one; nothing unreadable becomes a value."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingcha.domain.claims import Encounter, Line, Person
from mingcha.domain.fields import Entity, Field
from mingcha.domain.values import ValueType, day_of
from mingcha.ingest import parse
from mingcha.ingest.clean import clean


def cleaned(declared: Field[Any], values: list[Any], **more: Any) -> list[Any]:
    frame = pl.DataFrame({"x": pl.Series(values, **more)})
    owner: type[Entity] = declared.owner
    return clean(frame, owner, {declared.name: "x"}, {}).frame[declared.name].to_list()


def test_codes_lose_blanks_case_and_full_width() -> None:
    written = [" x01 ", "Ｘ０１", "x 01", "'X01", "\tX01\u3000", "X01"]
    assert cleaned(Line.item_code, written) == ["X01"] * 6


@pytest.mark.parametrize("empty", ["", " ", "null", "NULL", "None", "nan", "-", "—", "\\N", "N/A"])
def test_words_for_nothing_are_unknown(empty: str) -> None:
    for declared in (Line.item_code, Line.line_id, Line.billed_quantity, Line.charged_at, Line.approved):
        assert cleaned(declared, [empty, empty]) == [None, None]


def test_names_keep_their_form() -> None:
    assert cleaned(Line.item_name, [" 注射用头孢（Ａ型） "]) == ["注射用头孢（Ａ型）"]


def test_identifiers_keep_their_case_but_not_their_width() -> None:
    assert cleaned(Line.line_id, ["ａb１"]) == ["ab1"]


@pytest.mark.parametrize(
    ("declared", "written", "codes"),
    [
        (Person.sex, ["男", "女性", "M", "f", "1", "2.0"], ["1", "2", "1", "2", "1", "2"]),
        (Person.sex, ["0", "9", "未知", "未说明"], [None] * 4),
        (Encounter.insurance_type, ["职工", "城乡居民", "310", "310.0"], ["310", "390", "310", "310"]),
        (Encounter.visit_type, ["门诊", "住院", "3"], ["1", "2", "3"]),
        (Encounter.institution_level, ["三级甲等", "二甲", "11"], ["2", "5", "11"]),
        (Line.payment_class, ["甲类", "乙", "3", "01"], ["01", "02", "03", "01"]),
    ],
)
def test_words_become_national_codes(
    declared: Field[Any], written: list[str], codes: list[str | None]
) -> None:
    assert cleaned(declared, written) == codes


def test_flags_are_read_and_needless_approval_is_neither_yes_nor_no() -> None:
    assert cleaned(Line.first_line_used, ["1", "0", "", "是"]) == [True, False, None, True]
    assert cleaned(Line.approved, ["1", "2", "0", "无须审批"]) == [True, False, None, None]


def test_native_columns_are_read_without_going_through_text_or_float_error() -> None:
    assert cleaned(Line.billed_amount, [0.1 + 0.2, 1.1, 12.34]) == [30, 110, 1234]
    assert cleaned(Line.billed_quantity, [1, 2]) == [10_000, 20_000]
    assert cleaned(Encounter.insurance_type, [310, 390]) == ["310", "390"]
    days = pl.Series([20_000, 20_001]).cast(pl.Date)
    assert cleaned(Person.birth_date, days.to_list()) == [20_000, 20_001]
    assert cleaned(Line.charged_at, days.to_list()) == [20_000 * 1440, 20_001 * 1440]


def test_a_time_zone_is_brought_to_local_time() -> None:
    utc = pl.Series(["2026-01-01T16:30:00"]).str.to_datetime().dt.replace_time_zone("UTC")
    assert cleaned(Line.charged_at, utc.to_list(), dtype=pl.Datetime("us", "UTC")) == [20_455 * 1440 + 30]


def test_one_column_may_mix_forms_of_dates() -> None:
    written = ["2026-01-02", "2026/1/2", "20260102", "2026年1月2日", "46024"]
    assert cleaned(Person.birth_date, written) == [day_of(date(2026, 1, 2))] * 5


def test_what_cannot_be_read_is_listed_with_row_value_and_reason() -> None:
    frame = pl.DataFrame({"x": ["1", "半片", "1.23456"]})
    bad = clean(frame, Line, {"billed_quantity": "x"}, {}).bad["billed_quantity"]
    assert bad.rows() == [(1, "半片", "无法识别为数字"), (2, "1.23456", "小数超过 4 位")]


@pytest.mark.parametrize("nothing", ["1900-01-01", "0001-01-01 00:00:00", "9999-12-31", "19000101"])
def test_a_date_that_systems_write_for_no_date_is_unknown_and_told(nothing: str) -> None:
    frame = pl.DataFrame({"x": [nothing, "2026-03-02 10:00:00"]})
    read = clean(frame, Encounter, {"ended_at": "x"}, {})

    assert read.frame["ended_at"].to_list() == [None, day_of(date(2026, 3, 2)) * 1440 + 600]
    assert read.bad["ended_at"].select("row", "value").rows() == [(0, nothing)]


def test_a_native_date_for_no_date_is_unknown_too() -> None:
    written = [date(1900, 1, 1), date(9999, 12, 31), date(1900, 1, 2)]
    assert cleaned(Person.birth_date, written) == [None, None, day_of(date(1900, 1, 2))]


def test_a_ceiling_of_zero_is_no_ceiling() -> None:
    assert cleaned(Line.price_ceiling, ["0", "0.00", "1.5"]) == [None, None, 1_500_000]


texts = st.one_of(
    st.decimals(-1000, 1000, places=3, allow_nan=False).map(str),
    st.text("0123456789.-+eE,， １", max_size=8),
    st.just(""),
    st.just("NULL"),
)


@settings(deadline=None)
@given(st.lists(texts, min_size=1, max_size=30), st.sampled_from([ValueType.MONEY, ValueType.QUANTITY]))
def test_a_column_of_numbers_is_read_as_each_value_would_be(written: list[str], type_: ValueType) -> None:
    declared = Line.billed_amount if type_ is ValueType.MONEY else Line.billed_quantity
    assert cleaned(declared, written, dtype=pl.Utf8) == [alone(text, type_) for text in written]


def alone(text: str, type_: ValueType) -> int | bool | None:
    text = parse.half_width(text).strip()
    if text.lower() in parse.EMPTY:
        return None
    try:
        return parse.value(text, type_)
    except parse.Unreadable:
        return None
