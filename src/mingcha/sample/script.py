"""What is staged: a play is one person's visits, a visit has charges; truth stands on the charge it concerns.

A play is written once and staged for many persons. Amounts are fen, prices millionths of a yuan, quantities
ten-thousandths, as in `domain.values`. All are named tuples: they are made by the ten thousand, copied with a change
here and there, and laid out by columns in the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from mingcha.domain.values import QUANTITY_SCALE

if TYPE_CHECKING:
    import polars as pl

Number = TypeVar("Number", int, "pl.Series")
VIOLATION, NEAR_MISS = "violation", "near-miss"
MALE, FEMALE = "1", "2"


def units(count: int) -> int:
    """So many whole units as a quantity."""
    return count * QUANTITY_SCALE


def amount_of(price: Number, quantity: Number) -> Number:
    """Price × quantity in fen, a half rounded up, as a cash desk does."""
    return (price * quantity + 50_000_000) // 100_000_000


@cache
def is_inpatient(care_type: str) -> bool:
    """Whether a care type is one of stays in hospital."""
    return care_type.startswith(("2", "52"))


class Age(NamedTuple):
    """An age on the first day of a play: `value` units completed that very day, then so many days more."""

    value: int
    unit: str = "岁"
    more_days: int = 0
    spread_days: int = 1


ADULT = Age(25, more_days=30, spread_days=20 * 365)


class Truth(NamedTuple):
    """What was planted, declared by the scene that planted it."""

    rule_code: str
    mechanism: str
    certain: bool
    planted: str
    excess_quantity: int | None = None
    amount: int | None = None
    note: str = ""
    part: str = ""  # what of a visit it is about, where that is no row: a check of its settlement list
    of_institution: bool = False  # about the institution's figures, not about the visit that bears it
    problems: tuple[str, ...] = ()  # items of lists of typical problems that its point is an example of


class Dosing(NamedTuple):
    """How a drug is to be taken, as the doctor writes it; `spec` where the catalogue's is not meant."""

    dose: str = ""
    frequency: str = ""
    way: str = ""
    spec: str = ""
    take_home: str = ""


class Charge(NamedTuple):
    """A billed line: on which day of the visit and at which minute of it, what, how much, at what price."""

    code: str
    quantity: int
    price: int
    day: int = 0
    minute: int = 600
    amount: int | None = None
    directory_price: int | None = None
    prescription: int = 1
    order: str = ""
    stopped: int | None = None
    """The day of the visit on which its order was stopped, where the line says so."""
    supply_days: int | None = None
    first_line: str = ""
    herb_use: str = ""
    approved: str = ""
    payment_class: str = ""
    title: str = ""
    antibiotic_right: str = ""
    executor: str = ""
    dosing: Dosing = Dosing()
    department: str = ""
    refund_of: int | None = None
    names_original: bool = True
    blank: str = ""
    uploaded_after: int | None = None
    in_scope: int | None = None
    fixed: bool = True
    truth: Truth | None = None

    @property
    def billed(self) -> int:
        """The billed amount in fen."""
        return amount_of(self.price, self.quantity) if self.amount is None else self.amount


class Coded(NamedTuple):
    """A diagnosis or a procedure; on which day of the visit and at which minute, or else when the visit began."""

    code: str
    name: str
    truth: Truth | None = None
    day: int = 0
    minute: int | None = None


class Venue(NamedTuple):
    """Where care is given: rank of the institution, its type, and the cities it may lie in."""

    rank: int = 2
    type: str = "A100"
    cities: tuple[str, ...] = ()
    states_level: bool = True


class At(NamedTuple):
    """A day of a stay, counted from its first, and a minute of it if the hour is written."""

    day: int
    minute: int | None = None


class Change(NamedTuple):
    """One value of a settlement list that a scene writes itself: in which row (from 0) of which node."""

    node: str
    row: int
    field: str
    value: str | At


class After(NamedTuple):
    """A day so many days after the first day of a visit (before it, if negative)."""

    days: int


class Paper(NamedTuple):
    """A row of a table beside the bills that a visit gives rise to, under national column names.

    Who, where and which visit it is about is filled in when it is staged; a whole number is a day of the calendar.
    """

    table: str
    said: tuple[tuple[str, str | int | After], ...]


class Settling(NamedTuple):
    """How a visit is settled: per cent of the total that is the person's own expense, and that the fund pays (None: as
    is usual for its type)."""

    own_percent: int = 5
    fund_percent: int | None = None
    deductible: int | None = None
    """In fen; stated together with the amount in scope, or neither is."""
    over: int = 0
    """So many fen more than the fund's share."""
    before: int | None = None
    """What the fund had paid this year, in fen."""
    remote: bool = False
    serious: int = 0
    """What other funds paid, in fen: 大病保险, 大额补助, 公务员补助, 医疗救助."""
    large: int = 0
    subsidy: int = 0
    assistance: int = 0
    burden: int | None = None
    """What of the year was left to the person before, in fen: after the pooled fund, and after all but assistance."""
    assisted: int | None = None


class Visit(NamedTuple):
    """One encounter; `after` counts days from the first visit of the play, `nights` those of a stay.

    `returning`: at the very institution of the play's first visit (of the same venue), else at any of the venue.
    `papers`: what tables beside the bills say of it. `doctor`: the number of a doctor whom no other visit sees.
    """

    charges: tuple[Charge, ...]
    venue: Venue = Venue()
    care_type: str = "11"
    insurance: str = ""
    department: str = "A03"
    diagnoses: tuple[Coded, ...] = ()
    procedures: tuple[Coded, ...] = ()
    after: int = 0
    nights: int = 0
    returning: bool = False
    maternity: str | None = None
    weight: int | None = None
    """In ten-thousandths of a kilogram, where somebody was weighed."""
    disease: str = ""
    # Its settlement list, without fault but for these values; None where none is sent.
    listing: tuple[Change, ...] | None = None
    discharge_way: str = "1"
    total_off: int = 0
    truth: Truth | None = None
    jitter: int = 1
    papers: tuple[Paper, ...] = ()
    settling: Settling = Settling()
    doctor: int | None = None

    def truths(self) -> Iterator[Truth]:
        """All that it and its rows bear."""
        if self.truth is not None:
            yield self.truth
        for charge in self.charges:
            if charge.truth is not None:
                yield charge.truth
        for row in (*self.diagnoses, *self.procedures):
            if row.truth is not None:
                yield row.truth

    @property
    def is_stay(self) -> bool:
        return is_inpatient(self.care_type)

    @property
    def maternity_state(self) -> str:
        """生育状态: as the scene says, else 3 in maternity care and 0 elsewhere."""
        if self.maternity is not None:
            return self.maternity
        return "3" if self.care_type.startswith("5") else "0"

    @property
    def visit_type(self) -> str:
        """就诊类型: 1 out-patient, 2 stay, 3 pharmacy."""
        return "2" if self.is_stay else "3" if self.care_type.startswith("41") else "1"


class Play(NamedTuple):
    """One planted case: who, when (both days included), and the visits; `died` counts days from the first.

    `from_elsewhere`: insured in another province.
    """

    mechanism: str
    planted: str
    visits: tuple[Visit, ...]
    first_day: int
    last_day: int
    sex: str = FEMALE
    age: Age | None = ADULT
    note: str = ""
    died: int | None = None
    from_elsewhere: bool = False


class Year(NamedTuple):
    """The days the city lives through: from `start`, so many days."""

    start: int
    days: int = 365

    @property
    def end(self) -> int:
        """The first day after."""
        return self.start + self.days


@dataclass
class Script:
    """All plays of a city, by mechanism, violations and near-misses in the order they were written."""

    plays: dict[str, list[Play]] = field(default_factory=dict)
    together: list[Play] = field(default_factory=list)
    """Plays that only mean something together: all are staged, once."""

    def add(self, play: Play) -> None:
        """Add a play if there is a day on which it can be staged."""
        if play.first_day <= play.last_day:
            self.plays.setdefault(play.mechanism, []).append(play)


def year_of(start: date) -> int:
    """Days of the year that begins on this date."""
    try:
        after = start.replace(year=start.year + 1)
    except ValueError:  # 29 February has no namesake in a common year
        after = date(start.year + 1, 3, 1)
    return (after - start).days
