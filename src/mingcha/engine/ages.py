"""Completed age in years, months or days: from the calendar, never from a number of days divided by 365."""

from __future__ import annotations

import polars as pl

from mingcha.domain.values import date_of

YEARS, MONTHS, DAYS = "岁", "月", "天"


def age(birth_day: int, day: int, unit: str) -> int:
    """Completed age on a day; somebody born on 29 February is a year older on 1 March of a common year."""
    if unit == DAYS:
        return day - birth_day
    born, then = date_of(birth_day), date_of(day)
    if unit == YEARS:
        return then.year - born.year - ((then.month, then.day) < (born.month, born.day))
    return (then.year - born.year) * 12 + then.month - born.month - (then.day < born.day)


def age_column(birth_day: pl.Expr, day: pl.Expr, unit: pl.Expr) -> pl.Expr:
    """The same over columns of day numbers."""
    born, then = birth_day.cast(pl.Date), day.cast(pl.Date)
    years = then.dt.year() - born.dt.year()
    months = then.dt.month().cast(pl.Int32) - born.dt.month().cast(pl.Int32)
    before = (then.dt.day() < born.dt.day()).cast(pl.Int32)
    birthday_ahead = ((months < 0) | ((months == 0) & (before == 1))).cast(pl.Int32)
    return (
        pl.when(unit == DAYS)
        .then(day - birth_day)
        .when(unit == YEARS)
        .then(years - birthday_ahead)
        .otherwise(years * 12 + months - before)
    )
