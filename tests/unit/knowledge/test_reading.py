"""Values as people write them."""

from __future__ import annotations

import pytest

from mingcha.domain.values import day_of
from mingcha.knowledge.kinds.charging import PriceCeiling, SameIncisionGroup
from mingcha.knowledge.kinds.limits import QuantityLimit, SpendingCap
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.reading import codes_of, scaled, value_of


def test_money_is_fen_price_millionths_quantity_and_ratio_ten_thousandths() -> None:
    assert value_of(SpendingCap.cap, "1,234.56") == 123_456
    assert value_of(PriceCeiling.ceiling, "86.5") == 86_500_000
    assert value_of(QuantityLimit.allowed, "24") == 240_000
    assert value_of(SameIncisionGroup.later_ratio, "50%") == 5_000
    assert value_of(SameIncisionGroup.later_ratio, "0.5") == 5_000


def test_codes_become_half_width_capitals_without_blanks_and_once_each() -> None:
    assert codes_of("ｘa10 ; XA10；zb02、ZB03\nzb03") == ("XA10", "ZB02", "ZB03")
    assert codes_of(["i10", "I10"]) == ("I10",)


@pytest.mark.parametrize(
    "written", ["2026-01-28", "2026/1/28", "20260128", "2026年1月28日", "2026-01-28 00:00:00"]
)
def test_dates_are_read_in_the_forms_people_write(written: str) -> None:
    from datetime import date

    assert value_of(KnowledgePoint.effective_from, written) == day_of(date(2026, 1, 28))


@pytest.mark.parametrize(
    ("raw", "scale", "reason"),
    [("一百", 100, "应为数字"), ("1.005", 100, "最多 2 位小数"), ("1.5", 1, "应为整数"), ("", 1, "应为数字")],
)
def test_what_is_no_such_number_is_refused_with_the_reason(raw: str, scale: int, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        scaled(raw, scale)


def test_a_day_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="没有这一天"):
        value_of(KnowledgePoint.effective_from, "2026-02-30")
