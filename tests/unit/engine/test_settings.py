"""Parameters as people write them: in units, never in the parts that rules compute with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.domain.errors import DeclarationError
from mingcha.rules.registry import RULES
from mingcha.rules.settings import Setting

RATIO = Setting(None, "比例", "%", scale=100, at_least=0, at_most=10_000)
YUAN = Setting(100, "金额", "元", scale=100, at_least=0, at_most=100_000)
CARE = Setting(("28",), "医疗类别", codes="med_type")
ALL = [(slug, name, held) for slug, rule in RULES.items() for name, held in rule.settings().items()]


@pytest.mark.parametrize(
    ("written", "stored"),
    [("50%", 5_000), (50, 5_000), ("12.5%", 1_250), (12.5, 1_250), (0, 0), ("0.5%", 50), ("100%", 10_000)],
)
def test_a_ratio_is_written_in_per_cent(written: object, stored: int) -> None:
    assert RATIO.taken(written, "r") == stored


@pytest.mark.parametrize("written", [0.5, 1, "0.8"])
def test_a_ratio_that_may_mean_two_things_is_refused_and_says_how_to_write_it(written: object) -> None:
    with pytest.raises(DeclarationError, match="有歧义") as refused:
        RATIO.taken(written, "r")
    assert "%" in refused.value.remedy


@pytest.mark.parametrize(
    ("written", "stored"), [(1, 100), (0.5, 50), ("12.34", 1_234), ("12.34元", 1_234), ("12.34 元", 1_234)]
)
def test_money_is_written_in_yuan(written: object, stored: int) -> None:
    assert YUAN.taken(written, "r") == stored


@pytest.mark.parametrize("written", [1.234, "一元", True, None, [1]])
def test_what_is_no_amount_is_refused_with_the_parameter_named(written: object) -> None:
    with pytest.raises(DeclarationError, match="规则 r 的参数“金额”"):
        YUAN.taken(written, "r")


def test_bounds_are_told_in_the_unit_that_people_write() -> None:
    with pytest.raises(DeclarationError, match="2,000 元，超出范围：应为 0 至 1,000 元"):
        YUAN.taken(2_000, "r")


def test_codes_are_shown_with_their_meaning() -> None:
    assert CARE.text(("28", "71")) == "28（日间手术）、71（家庭病床）"
    assert CARE.text(()) == "（空）"


@pytest.mark.parametrize(("slug", "name", "held"), ALL, ids=[f"{slug}.{name}" for slug, name, _ in ALL])
def test_no_parameter_is_written_in_parts_of_its_unit(slug: str, name: str, held: Setting) -> None:
    assert "分之" not in held.unit
    assert held.unit != "分"
    if held.default is not None:
        assert held.taken(held.written(held.default), slug) == held.default


@given(st.integers(0, 100_000))
def test_what_is_written_is_read_again_as_the_same(value: int) -> None:
    assert YUAN.taken(YUAN.written(value), "r") == value
    assert YUAN.taken(YUAN.text(value), "r") == value


@given(st.integers(0, 10_000))
def test_a_written_ratio_is_read_again_as_the_same(value: int) -> None:
    assert RATIO.taken(RATIO.written(value), "r") == value
