"""Written values: every form hospitals write, exactly, and a reason for what is none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.domain.values import MAX_AMOUNT, ValueType, moment_of
from mingcha.ingest import parse


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-01-02", "2026-01-02 00:00"),
        ("2026/1/2", "2026-01-02 00:00"),
        ("2026.1.2", "2026-01-02 00:00"),
        ("20260102", "2026-01-02 00:00"),
        ("2026年1月2日", "2026-01-02 00:00"),
        ("2026年1月2日 8时5分", "2026-01-02 08:05"),
        ("2026-01-02 08:30", "2026-01-02 08:30"),
        ("2026-01-02 08:30:59", "2026-01-02 08:30"),
        ("2026-01-02 08:30:15.0", "2026-01-02 08:30"),
        ("2026-01-02T08:30:15+08:00", "2026-01-02 08:30"),
        ("2026-01-02T00:30:15Z", "2026-01-02 08:30"),
        ("20260102083015", "2026-01-02 08:30"),
        ("20260102 08:30", "2026-01-02 08:30"),
        ("2026-01-02 24:00", "2026-01-03 00:00"),
        ("46024", "2026-01-02 00:00"),
        ("46024.395833333", "2026-01-02 09:30"),
    ],
)
def test_dates_are_read_in_the_forms_that_hospitals_write(text: str, meant: str) -> None:
    assert moment_of(parse.moment(text)).isoformat(sep=" ", timespec="minutes") == meant


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "2026-13-01",
        "26-01-02",
        "202601",
        "0000-00-00",
        "明天",
        "2026-01-02 25:00",
        "1799-01-01",
    ],
)
def test_what_is_no_date_has_a_reason(text: str) -> None:
    with pytest.raises(parse.Unreadable, match=r"\w"):
        parse.moment(text)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12.34", 1234),
        ("12.340", 1234),
        ("-0.5", -50),
        (".5", 50),
        ("5.", 500),
        ("1,234.50", 123450),
        ("￥12元", 1200),
        ("1.5E-1", 15),
        ("+3", 300),
        ("12.340000000000001", 1234),
        ("0.30000000000000004", 30),
    ],
)
def test_money_is_read_exactly_and_binary_noise_is_not_money(text: str, fen: int) -> None:
    assert parse.scaled(text, ValueType.MONEY) == fen


@pytest.mark.parametrize(
    ("text", "type_", "reason"),
    [
        ("12.345", ValueType.MONEY, "小数超过 2 位"),
        ("1.23456", ValueType.QUANTITY, "小数超过 4 位"),
        ("7.5", ValueType.NUMBER, "应为整数"),
        ("1e12", ValueType.MONEY, "超出允许范围"),
        ("9" * 5000, ValueType.MONEY, "无法识别为数字"),
        ("半片", ValueType.QUANTITY, "无法识别为数字"),
        (".", ValueType.QUANTITY, "无法识别为数字"),
        ("1-2", ValueType.QUANTITY, "无法识别为数字"),
    ],
)
def test_a_number_that_cannot_be_kept_exactly_is_refused_with_the_reason(
    text: str, type_: ValueType, reason: str
) -> None:
    with pytest.raises(parse.Unreadable, match=reason):
        parse.scaled(text, type_)


@given(st.integers(-MAX_AMOUNT, MAX_AMOUNT))
def test_every_amount_written_as_a_decimal_is_read_back(fen: int) -> None:
    assert parse.scaled(str(Decimal(fen) / 100), ValueType.MONEY) == fen


@pytest.mark.parametrize(
    ("text", "yes"), [("1", True), ("是", True), ("y", True), ("0", False), ("否", False)]
)
def test_yes_and_no_are_read_as_digits_and_words(text: str, yes: bool) -> None:
    assert parse.flag(text) is yes
