"""Who comes when: persons by age, sex and insurance, and their visits over the year, millions at once."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from mingcha.domain.values import date_of
from mingcha.sample.care import BANDS, LONGEST_STAY, NO_BAND
from mingcha.sample.chance import Chance, lookup
from mingcha.sample.places import CITIES
from mingcha.sample.script import Year
from mingcha.sample.tables import CLASSES, Tables

# Shares in 100 of those who use care: newborns, infants, …, the old, who come most often.
_AGES_OF_USERS = (3, 3, 4, 10, 2, 4, 30, 18, 26)
_VISITS = (
    (1,) * 30 + (2,) * 22 + (3,) * 16 + (4,) * 10 + (5,) * 7 + (6,) * 5 + (8,) * 4 + (12,) * 3 + (20, 26, 34)
)
_WEEKDAYS = {False: (11, 10, 10, 10, 10, 6, 5), True: (10, 9, 9, 9, 8, 7, 6)}
_MONTHS = (14, 12, 10, 9, 9, 8, 8, 8, 9, 9, 11, 14)
WINTER = (11, 12, 1, 2, 3)
_DAY_DRAWS = 4096
_DRAWS = 100

# Shares in 100 of the kinds of care (门诊, 急诊, 慢特病, 住院, 药店, 生育门诊, 生育住院) by band of age.
_KINDS_OF_BAND: tuple[tuple[int, ...], ...] = (
    (40, 10, 0, 50, 0, 0, 0),
    (70, 15, 0, 10, 5, 0, 0),
    (70, 15, 0, 5, 10, 0, 0),
    (70, 14, 0, 4, 12, 0, 0),
    (70, 14, 0, 4, 12, 0, 0),
    (68, 14, 0, 4, 14, 0, 0),
    (58, 8, 7, 6, 21, 0, 0),
    (48, 6, 18, 8, 20, 0, 0),
    (38, 6, 28, 12, 16, 0, 0),
    (60, 10, 0, 8, 22, 0, 0),
    (48, 7, 5, 5, 18, 12, 5),
)
_WOMEN_OF_AGE = 10
_VISITS_OF_NEWBORNS = 12
_OUT_PATIENT, _STAYS = 0, (3, 6)
# Nobody is admitted again, anywhere, within so many days of an admission: longer than stay and interval together.
_STAYS_APART = 45
_EVERY_MECHANISM = 3
"""Plays of each mechanism that come before all others: two violations and a near-miss."""
# Numbers of the cases that are staged together, beyond those of all others.
_CASES_APART = 2**40
_RANKS_OF_KIND: tuple[tuple[int, ...], ...] = (
    (10, 22, 30, 38),
    (0, 0, 42, 58),
    (0, 30, 32, 38),
    (0, 8, 38, 54),
    (100, 0, 0, 0),
    (0, 0, 45, 55),
    (0, 0, 45, 55),
)


def _turn_about(mechanisms: pl.DataFrame, turns: int) -> list[int]:
    """The first play of every mechanism, then the second of each that has two, and so on for so many turns."""
    rows = mechanisms.select("offset", "count").rows()
    return [offset + n for n in range(turns) for offset, count in rows if n < count]


def _drawn(shares: tuple[int, ...]) -> list[int]:
    return [value for value, share in enumerate(shares) for _ in range(share)]


def days_table(year: Year, *, stays: bool) -> list[int]:
    """Days of the year, so often each as it is busy: winter and weekdays more, weekends less."""
    weights: list[int] = []
    for day in range(year.start, year.end):
        then = date_of(day)
        weights.append(_WEEKDAYS[stays][then.weekday()] * _MONTHS[then.month - 1])
    total, spent = sum(weights), 0
    table: list[int] = []
    for day, weight in zip(range(year.start, year.end), weights, strict=True):
        spent += weight
        table += [day] * (spent * _DAY_DRAWS // total - len(table))
    return table


class Crowd:
    """Draws the people and their visits of one city."""

    def __init__(self, tables: Tables, year: Year, chance: Chance) -> None:
        self.tables = tables
        self.year = year
        self.chance = chance
        self._days = [days_table(year, stays=False), days_table(year, stays=True)]
        self._winter = [int((date_of(year.start) + timedelta(n)).month in WINTER) for n in range(year.days)]
        dense = pl.DataFrame({"number": range(CLASSES)}).join(
            tables.classes, on="number", how="left", maintain_order="left"
        )
        self._classes = {name: dense[name].fill_null(0).to_list() for name in dense.columns}
        ahead = [*_turn_about(tables.mechanisms, _EVERY_MECHANISM), *tables.examples]
        every = _turn_about(tables.mechanisms, max(tables.mechanisms["count"].to_list()))
        self._once = list(dict.fromkeys([*ahead, *every]))
        self.least = len(dict.fromkeys(ahead))
        """Cases that even the smallest city holds: some of every mechanism, and one of each typical problem."""

    def persons(self, first: int, count: int) -> pl.DataFrame:
        """Ordinary persons number `first` and on: sex (row of `SEXES`), birth day, insurance, city."""
        draw, key = self.chance, pl.col("person").cast(pl.UInt64)
        low = [max(low, 0) for low, _ in BANDS]
        high = [min(high, 34_500) for _, high in BANDS]
        band = lookup("band", _drawn(_AGES_OF_USERS), draw.below(key, "band", _DRAWS))
        span = lookup("high", high, pl.col("band")) - lookup("low", low, pl.col("band"))
        days_old = lookup("low", low, pl.col("band")) + draw.below(key, "age", span)
        # The middle of the year, but for newborns, who come into the world on any of its days.
        reference = (
            pl.when(pl.col("band") == 0)
            .then(self.year.start + draw.below(key, "birth", self.year.days - 30))
            .otherwise(self.year.start + self.year.days // 2)
        )
        unknown_sex = draw.one_in(key, "sex unknown", 120)
        frame = pl.select(person=pl.int_range(first, first + count, dtype=pl.Int64))
        frame = frame.with_columns(band=band).with_columns(
            sex=pl.when(unknown_sex)
            .then(pl.when(draw.one_in(key, "sex 9", 2)).then(3).otherwise(0))
            .otherwise(1 + draw.below(key, "sex", 2)),
            birth=pl.when(pl.col("band") == 0).then(reference).otherwise(reference - days_old),
            born_known=~draw.one_in(key, "birth unknown", 150),
            death=pl.lit(None, pl.Int64),
            visits=lookup("visits", list(_VISITS), draw.below(key, "visits", len(_VISITS))),
        )
        # A newborn's visits may all fall into the last days of the year: no crowd of them in a fortnight.
        few = pl.when(pl.col("band") == 0).then(pl.min_horizontal("visits", pl.lit(_VISITS_OF_NEWBORNS)))
        frame = frame.with_columns(visits=few.otherwise("visits"))
        return frame.with_columns(insurance=self._insured(draw, key), city=_city(draw, key)).drop("band")

    def visits(self, persons: pl.DataFrame) -> pl.DataFrame:
        """The visits of ordinary persons: which script row, on which day, in which city."""
        draw, key = self.chance, pl.col("key")
        frame = persons.select(
            "person", "sex", "birth", "born_known", "insurance", "city", n=pl.int_ranges(0, pl.col("visits"))
        ).explode("n")
        frame = frame.with_columns(key=pl.col("person").cast(pl.UInt64) * 64 + pl.col("n").cast(pl.UInt64))
        day = lookup("day", self._days[0], draw.below(key, "day", _DAY_DRAWS))
        born = pl.col("birth") + draw.below(key, "days after birth", 12)
        last = self.year.end - 16
        frame = frame.with_columns(day=pl.min_horizontal(pl.max_horizontal(day, born), pl.lit(last)))
        frame = frame.with_columns(band=self._band()).with_columns(kind=self._kind(draw, key))
        frame = _never_twice_in_hospital(frame.sort("person", "day", "key"))
        rank = lookup(
            "rank",
            [v for shares in _RANKS_OF_KIND for v in _drawn(shares)],
            pl.col("kind") * _DRAWS + draw.below(key, "rank", _DRAWS),
        )
        edge = (pl.col("band") == NO_BAND) | ~pl.col("sex").is_in([1, 2])
        number = ((pl.col("kind") * 4 + rank) * 3 + pl.when(edge).then(0).otherwise("sex")) * (NO_BAND + 1)
        frame = frame.with_columns(number=number + pl.when(edge).then(NO_BAND).otherwise("band"))
        return frame.with_columns(script=self._script(draw, key)).select(
            "person", "insurance", "city", "day", "key", "script"
        )

    def planted(self, first: int, count: int, person: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Planted cases number `first` and on, each with a person of its own from number `person` on.

        Every play is staged once before any is staged again; from then on the mechanisms take turns.

        Returns:
            Their persons and their visits, as the two methods above give them.
        """
        tables = self.tables
        again = (pl.col("case") - len(self._once)).clip(lower_bound=0)
        mechanism = again % tables.mechanisms.height
        within = (
            again
            // tables.mechanisms.height
            % lookup("count", tables.mechanisms["count"].to_list(), mechanism)
        )
        offset = lookup("offset", tables.mechanisms["offset"].to_list(), mechanism)
        first_time = lookup("once", self._once, pl.col("case").clip(upper_bound=len(self._once) - 1))
        cases = pl.select(case=pl.int_range(first, first + count, dtype=pl.Int64))
        cases = cases.with_columns(
            play=pl.when(pl.col("case") < len(self._once)).then(first_time).otherwise(offset + within)
        )
        return self._staged(cases, person)

    def together(self, person: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The plays that are staged all together and once, with persons from number `person` on."""
        plays = self.tables.together
        first = _CASES_APART
        cases = pl.select(case=pl.int_range(first, first + len(plays), dtype=pl.Int64))
        return self._staged(cases.with_columns(play=pl.col("case") - first + plays.start), person)

    def _staged(self, cases: pl.DataFrame, person: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        draw, key = self.chance, pl.col("case").cast(pl.UInt64)
        tables, count = self.tables, cases.height
        cases = pl.concat([cases, tables.plays[cases["play"].to_list()]], how="horizontal")
        cases = cases.with_columns(
            person=pl.int_range(person, person + count, dtype=pl.Int64),
            begin=pl.col("first_day") + draw.below(key, "planted day", pl.col("days")),
            city=_city(draw, key),
        )
        cases = cases.with_columns(birth=_birth(draw, key))
        cases = cases.with_columns(insurance=self._insured(draw, key))
        cases = cases.with_columns(death=pl.col("begin") + pl.col("died"))
        # Who is insured elsewhere goes to places of any city here, but for a person's own that is none of them.
        insured_at = pl.when("from_elsewhere").then(len(CITIES)).otherwise("city").cast(cases["city"].dtype)
        persons = cases.select(
            "person", "sex", "birth", "death", "born_known", "visits", "insurance", city=insured_at
        )
        visits = (
            cases.select(
                "person", "city", "case", "begin", "insurance",
                "first_visit", n=pl.int_ranges(0, pl.col("visits")),
            )
            .explode("n")
            .with_columns(script=pl.col("first_visit") + pl.col("n"))
            .with_columns(key=(pl.col("case") * 64 + pl.col("n")).cast(pl.UInt64) + 2**62)
        )  # fmt: skip
        after = pl.lit(tables.visits["after"]).gather(pl.col("script"))
        return persons, visits.select(
            "person", "insurance", "city", (pl.col("begin") + after).alias("day"), "key", "script"
        )

    def _insured(self, draw: Chance, key: pl.Expr) -> pl.Expr:
        drawn = lookup("insurance", _INSURANCES, draw.below(key, "insurance", _DRAWS))
        grown = pl.col("birth") < self.year.start - 22 * 365
        return pl.when(grown).then(drawn).otherwise(pl.lit("390"))

    def _band(self) -> pl.Expr:
        edges = [edge for low, high in BANDS for edge in (low, high + 1)]
        position = pl.lit(pl.Series("edges", edges)).search_sorted(
            pl.col("day") - pl.col("birth"), side="right"
        )
        inside = (position % 2 == 1) & pl.col("born_known")
        return pl.when(inside).then(position.cast(pl.Int64) // 2).otherwise(NO_BAND)

    def _kind(self, draw: Chance, key: pl.Expr) -> pl.Expr:
        row = pl.when((pl.col("band") == 6) & (pl.col("sex") == 2)).then(_WOMEN_OF_AGE).otherwise("band")
        row = pl.when(pl.col("sex").is_in([1, 2])).then(row).otherwise(NO_BAND)
        table = [value for shares in _KINDS_OF_BAND for value in _drawn(shares)]
        return lookup("kind", table, row * _DRAWS + draw.below(key, "kind", _DRAWS))

    def _script(self, draw: Chance, key: pl.Expr) -> pl.Expr:
        first, winter, usual, once = (
            lookup(name, self._classes[name], pl.col("number"))
            for name in ("first_visit", "winter", "usual", "once")
        )
        in_winter = lookup("season", self._winter, pl.col("day") - self.year.start) == 1
        # In summer most respiratory visits stay away; once-a-year items only on a person's first visit.
        skipped = pl.when(in_winter).then(0).otherwise(winter * 3 // 4)
        extra = pl.when(pl.col("n") == 0).then(once).otherwise(0)
        return first + skipped + draw.below(key, "script", winter - skipped + usual + extra)


def _never_twice_in_hospital(frame: pl.DataFrame) -> pl.DataFrame:
    """Visits, in order of persons and days, of which no stay follows soon upon another, and none falls into a stay."""
    stay = pl.col("kind").is_in(_STAYS)
    soon_again = (_since_admission(stay, earlier=True) < _STAYS_APART).fill_null(value=False)
    frame = frame.with_columns(kind=pl.when(stay & soon_again).then(_OUT_PATIENT).otherwise("kind"))
    # A stay may last as long as the longest.
    meanwhile = _since_admission(stay, earlier=False).is_between(1, LONGEST_STAY).fill_null(value=False)
    return frame.filter(~meanwhile)


def _since_admission(stay: pl.Expr, *, earlier: bool) -> pl.Expr:
    """Days since the last admission of the person, the visit's own only if it need not be an earlier one."""
    whose, admitted = (
        pl.when(stay).then(name).forward_fill().shift(int(earlier)) for name in ("person", "day")
    )
    return pl.when(whose == pl.col("person")).then(pl.col("day") - admitted)


_INSURANCES = ["310"] * 45 + ["390"] * 52 + ["340"] * 2 + ["399"]


def _city(draw: Chance, key: pl.Expr) -> pl.Expr:
    # 泉州, 福州 and 厦门 are the largest.
    shares = (20, 13, 8, 6, 21, 12, 6, 7, 7)
    return lookup("city", _drawn(shares), draw.below(key, "city", sum(shares)))


def _birth(draw: Chance, key: pl.Expr) -> pl.Expr:
    begin, value = pl.col("begin").cast(pl.Int32).cast(pl.Date), pl.col("age_value").cast(pl.String)
    years = begin.dt.offset_by(pl.lit("-") + value + pl.lit("y"))
    months = begin.dt.offset_by(pl.lit("-") + value + pl.lit("mo"))
    born = (
        pl.when(pl.col("age_unit") == 0)
        .then(years.cast(pl.Int64))
        .when(pl.col("age_unit") == 1)
        .then(months.cast(pl.Int64))
        .otherwise(pl.col("begin") - pl.col("age_value"))
    )
    return born - pl.col("age_more") - draw.below(key, "age spread", pl.col("age_spread"))
