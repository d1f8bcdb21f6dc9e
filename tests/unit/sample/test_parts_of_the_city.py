"""What the city is made from: chance that repeats, terms that are kept, ages to the day."""

from __future__ import annotations

import polars as pl
import pytest

from mingcha.domain.values import date_of, day_of
from mingcha.knowledge.kinds.scope import AgeLimit, SexLimit
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.sample import moments
from mingcha.sample.care import classes
from mingcha.sample.chance import Chance, Dice
from mingcha.sample.city import START
from mingcha.sample.crowd import days_table
from mingcha.sample.goods import Goods
from mingcha.sample.library import Library
from mingcha.sample.moments import Calendar
from mingcha.sample.ordinary import ordinary_pools
from mingcha.sample.places import places_for
from mingcha.sample.playbook import all_plays
from mingcha.sample.script import Year, amount_of, units
from mingcha.sample.shelves import Shelf, Store, given_at, suits
from mingcha.sample.terms import safe_days


@pytest.fixture(scope="module")
def library() -> Library:
    return Library(starter_points(), starter_settings())


def test_chance_is_the_same_on_every_machine_and_even() -> None:
    drawn = pl.select(key=pl.int_range(100_000, dtype=pl.UInt64)).select(
        Chance(1).below(pl.col("key"), "test", 10)
    )["key"]
    assert drawn.head(8).to_list() == GOLDEN
    counts = drawn.value_counts()["count"].to_list()
    assert len(counts) == 10
    assert all(9_500 < count < 10_500 for count in counts)


def test_dice_repeat_and_are_even() -> None:
    dice = Dice("seed")
    rolled = [dice.below(6) for _ in range(60_000)]
    again = Dice("seed")
    assert [again.below(6) for _ in range(60_000)] == rolled
    assert all(9_500 < rolled.count(side) < 10_500 for side in range(6))
    assert {dice.between(3, 5) for _ in range(200)} == {3, 4, 5}
    assert {dice.pick("ab") for _ in range(200)} == {"a", "b"}


GOLDEN = [5, 8, 4, 2, 0, 6, 3, 6]


def test_a_moment_is_written_in_every_style_that_dirt_knows() -> None:
    day = day_of(START)
    styles = (moments.PLAIN, moments.SLASHED, moments.COMPACT, moments.BROKEN)
    written = Calendar(Year(day)).moment(pl.lit(day), pl.lit(1_439), pl.lit(pl.Series(styles)))
    assert pl.select(written).to_series().to_list() == [
        "2026-01-01 23:59:00", "2026/01/01 23:59:00", "20260101235900", "2026-13-45 25:61:00",
    ]  # fmt: skip


def test_a_shelf_holds_what_everybody_of_its_class_may_have_there_and_nothing_else(library: Library) -> None:
    store = Store(library, Goods(library))
    held = 0
    for key in classes():
        shelf = Shelf(key, store)
        place = (key.care.care_types[-1], "A03.01")
        lawful = [
            code
            for code, terms in store.terms.items()
            if suits(terms, key)
            and given_at(terms, *place)
            and not (terms.compound or terms.diagnoses)
            and (key.care.name != "药店购药" or code[0] in "XZ")
        ]
        assert shelf.known(*place) == lawful
        held += len(lawful)
    assert held > 1_000


def test_only_violations_are_instances_of_typical_problems(library: Library) -> None:
    year = Year(day_of(START))
    plays = all_plays(library, Goods(library), places_for(library), year)
    told = [
        (play.planted, truth)
        for staged in plays.values()
        for play in staged
        for visit in play.visits
        for truth in visit.truths()
    ]
    assert {planted for planted, truth in told if truth.problems} == {"violation"}


def test_plain_items_are_spoken_of_by_no_point(library: Library) -> None:
    goods = Goods(library)
    plain = [code for code, good in goods.items() if not good.known]
    assert len(plain) > 150
    assert not [code for code in plain if library.about(code)]
    assert all(good.price > 0 for good in goods.values())


def test_a_bill_in_the_background_never_holds_both_items_of_a_pair(library: Library) -> None:
    goods = Goods(library)
    for pool in ordinary_pools(library, goods, Dice(1)).values():
        for visit in (*pool.winter, *pool.usual, *pool.once):
            codes = {charge.code for charge in visit.charges}
            assert not any(library.terms(code).partners & codes for code in codes)


def test_an_item_limited_over_time_stands_only_on_first_visits(library: Library) -> None:
    for pool in ordinary_pools(library, Goods(library), Dice(1)).values():
        for visit in (*pool.winter, *pool.usual):
            assert not any(library.terms(charge.code).once for charge in visit.charges)


def test_a_line_of_a_play_never_bears_two_truths_of_different_points(library: Library) -> None:
    year = Year(day_of(START))
    plays = all_plays(library, Goods(library), places_for(library), year)
    for staged in plays.values():
        for play in staged:
            assert year.start <= play.first_day <= play.last_day < year.end
            truths = [c.truth for v in play.visits for c in v.charges if c.truth is not None]
            assert {truth.planted for truth in truths} <= {play.planted}


def test_a_violation_at_the_limit_of_age_begins_on_the_birthday(library: Library) -> None:
    year = Year(day_of(START))
    plays = all_plays(library, Goods(library), places_for(library), year)["age-out-of-range"]
    notes = {play.note: play.age for play in plays}
    of_age, a_day_short = notes["刚满年龄上限"], notes["差一日满年龄上限"]
    assert of_age is not None
    assert a_day_short is not None
    assert (of_age.more_days, a_day_short.more_days) == (0, -1)


def test_safe_ages_leave_room_for_leap_years() -> None:
    assert safe_days([("岁", 0, 18)]) == (0, 18 * 365)
    assert safe_days([("岁", 16, 60), ("月", 0, 12)]) == (16 * 366, 12 * 28)


def test_points_that_need_a_setting_are_left_aside_without_it() -> None:
    limit = AgeLimit(point_id="p", rule_code="GZ10000301002000", codes=("Z1",), audience="法定就业年龄")
    sex = SexLimit(point_id="q", rule_code="GZ10000301004000", codes=("Z2",), sex="1")
    held = Library([limit, sex], {})
    assert [point.point_id for point in held.points] == ["q"]
    settings = {"age-out-of-range": {"": {"working_age_below": 60}}}
    assert len(Library([limit, sex], settings).points) == 2


def test_the_year_is_busier_on_weekdays_and_in_winter() -> None:
    year = Year(day_of(START))
    days = days_table(year, stays=False)
    assert len(days) == 4096
    weekend = sum(date_of(day).weekday() > 4 for day in days) / len(days)
    january = sum(date_of(day).month == 1 for day in days)
    assert weekend < 2 / 7
    assert january > sum(date_of(day).month == 7 for day in days)


def test_amounts_are_rounded_half_up_in_whole_fen() -> None:
    assert amount_of(12_345_000, units(1)) == 1235
    assert amount_of(1_670_000, units(3)) == 501
    assert amount_of(12_500_000, units(-1)) == -1250
