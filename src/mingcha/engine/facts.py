"""Facts that nobody sends but rules read, made from what is sent: each once for a case and once for columns.

The two forms of a fact stand side by side, and a property test holds them equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any, NamedTuple

import polars as pl

from mingcha.domain.doses import dose, pieces_a_unit
from mingcha.domain.frequencies import frequency
from mingcha.domain.routes import route
from mingcha.domain.values import MINUTES_A_DAY, PRICE_SCALE, QUANTITY_SCALE

INPATIENT_VISIT = "2"
INPATIENT_CARE = ("2", "52")
PURCHASE_VISIT = "3"
PURCHASE_CARE = "41"

# 医院等级 (hosp_lv): 1–4 and 12 三级, 5–7 and 13 二级, 8–10 and 14 一级, 11 无等级.
RANK_OF_LEVEL = (
    dict.fromkeys(("1", "2", "3", "4", "12"), 3)
    | dict.fromkeys(("5", "6", "7", "13"), 2)
    | dict.fromkeys(("8", "9", "10", "14"), 1)
    | {"11": 0}
)
PRICE_STEPS = tuple(PRICE_SCALE // 10**places for places in (2, 3, 4, 5))
# A unit that would last for longer was not read right; with it no product leaves sixty-four bits.
LONGEST_UNIT = 1_000 * QUANTITY_SCALE
KNOWN_SEXES = ("1", "2")
# Nobody weighs less or more: a number beyond was written in another unit, or not read from a scale.
LIGHTEST, HEAVIEST = QUANTITY_SCALE // 5, 500 * QUANTITY_SCALE


def inpatient(visit_type: str | None, care_type: str | None) -> bool | None:
    """Whether the encounter is a stay: by the type of visit, or else by the care type's prefix."""
    if visit_type is not None:
        return visit_type == INPATIENT_VISIT
    return None if care_type is None else care_type.startswith(INPATIENT_CARE)


def purchase(visit_type: str | None, care_type: str | None) -> bool | None:
    """Whether the encounter is a purchase at a pharmacy: by the type of visit, or else by the care type."""
    if visit_type is not None:
        return visit_type == PURCHASE_VISIT
    return None if care_type is None else care_type.startswith(PURCHASE_CARE)


def weight(stated: int | None) -> int | None:
    """A weight that somebody can have."""
    return stated if stated is not None and LIGHTEST <= stated <= HEAVIEST else None


def _day(minute: int | None) -> int | None:
    return None if minute is None else minute // MINUTES_A_DAY


def operated(procedures: tuple[str, ...], count: int | None) -> bool | None:
    """Whether a procedure was recorded: by the codes, or else by how many the settlement list says there are."""
    if procedures:
        return True
    return None if count is None else count > 0


def critical_paid(serious: int | None, large: int | None) -> int | None:
    """What 大病保险 and 大额补助 paid together; of two funds a bill has one, and sends the other or not."""
    return None if serious is None and large is None else (serious or 0) + (large or 0)


def burden(in_scope: int | None, fund: int | None, *others: int | None) -> int | None:
    """What is left of the amount in scope after these payments; others that were not sent count as none."""
    if in_scope is None or fund is None:
        return None
    return in_scope - fund - sum(paid or 0 for paid in others)


def operated_column(recorded: pl.Expr) -> pl.Expr:
    """The same over encounters, of which it is known whether a code was recorded."""
    return pl.when(recorded).then(statement=True).otherwise(pl.col("procedure_count") > 0)


@lru_cache(maxsize=1 << 16)
def price_step(price: int | None) -> int | None:
    """The size of a price's last decimal, at most a cent: 12.5 is written to the cent, 0.3333 is finer."""
    if price is None:
        return None
    return next((step for step in PRICE_STEPS if price % step == 0), 1)


def price_step_column(price: pl.Expr) -> pl.Expr:
    """The same over a column."""
    step = pl.lit(1, dtype=pl.Int64)
    for size in reversed(PRICE_STEPS):
        step = pl.when(price % size == 0).then(pl.lit(size, dtype=pl.Int64)).otherwise(step)
    return pl.when(price.is_not_null()).then(step)


def times_a_day(text: str | None) -> int | None:
    """Times on a day of use."""
    how_often = frequency(text)
    return None if how_often is None else how_often.a_day


def days_a_unit(dosing: str | None, how_often: str | None, spec: str | None, unit: str | None) -> int | None:
    """How long one billed unit lasts, in ten-thousandths of a day."""
    held, taken, often = pieces_a_unit(spec, unit), dose(dosing, spec).pieces, frequency(how_often)
    if not held or not taken or often is None:
        return None
    lasting = held * QUANTITY_SCALE * QUANTITY_SCALE * often.days // (taken * often.times)
    return lasting if 0 < lasting <= LONGEST_UNIT else None


def course_days(
    supply_days: int | None, quantity: int | None, billed: int | None, *written: str | None
) -> int | None:
    """How many days a dispensing lasts: as sent, or else by what is dispensed and how it is taken."""
    if supply_days:
        if quantity is not None and billed is not None and 0 < quantity < billed:
            return max(1, supply_days * quantity // billed)
        return supply_days
    lasting = days_a_unit(*written)
    if quantity is None or lasting is None:
        return None
    return quantity * lasting // (QUANTITY_SCALE * QUANTITY_SCALE) or None


class LineFact(NamedTuple):
    """A fact of a line made from what was sent: of which columns, and how, once for a line and once for all.

    Where none of the columns that it `rests_on` was sent, it is unknown.
    """

    reads: tuple[str, ...]
    rests_on: tuple[str, ...]
    of: Callable[..., Any]
    column: Callable[[pl.DataFrame], pl.Series]


def _by_text(dtype: Any, reads: tuple[str, ...], of: Callable[..., Any]) -> LineFact:
    """A fact read from writings: each different writing is read once."""
    return LineFact(reads, reads[:1], of, lambda frame: _read_once(frame, of, dtype))


def _read_once(frame: pl.DataFrame, of: Callable[..., Any], dtype: Any) -> pl.Series:
    """Only rows with a writing are looked at: most lines are no prescriptions."""
    meaning = pl.Series("meaning", [None], dtype=dtype).new_from_index(0, frame.height)
    rows = frame.select(pl.nth(0).is_not_null().arg_true()).to_series()
    if rows.is_empty():
        return meaning
    given = frame[rows]
    written = given.unique()
    read = written.with_columns(pl.Series("meaning", [of(*row) for row in written.iter_rows()], dtype=dtype))
    found = given.join(read, on=frame.columns, how="left", nulls_equal=True, maintain_order="left")
    return meaning.scatter(rows, found["meaning"])


def _course_column(frame: pl.DataFrame) -> pl.Series:
    written = frame.select("single_dose", "frequency", "specification", "unit")
    quantity, billed, sent = (
        pl.col("quantity"),
        pl.col("billed_quantity"),
        pl.col("supply_days").cast(pl.Int64),
    )
    returned = (quantity > 0) & (quantity < billed)
    part = pl.max_horizontal(pl.lit(1, dtype=pl.Int64), sent * quantity // billed)
    worked_out = quantity * pl.col("lasting") // (QUANTITY_SCALE * QUANTITY_SCALE)
    return (
        frame.with_columns(_read_once(written, days_a_unit, pl.Int64).alias("lasting"))
        .select(
            pl.when(sent != 0)
            .then(pl.when(returned).then(part).otherwise(sent))
            .otherwise(pl.when(worked_out > 0).then(worked_out))
        )
        .to_series()
    )


_DOSE = ("single_dose", "specification")
LINE_FACTS: dict[str, LineFact] = {
    "price_step": LineFact(
        ("unit_price",),
        ("unit_price",),
        price_step,
        lambda frame: frame.select(price_step_column(pl.col("unit_price"))).to_series(),
    ),
    "dose_mass": _by_text(pl.Int64, _DOSE, lambda text, spec: dose(text, spec).mass),
    "dose_units": _by_text(pl.Int64, _DOSE, lambda text, spec: dose(text, spec).units),
    "dose_volume": _by_text(pl.Int64, _DOSE, lambda text, spec: dose(text, spec).volume),
    "dose_pieces": _by_text(pl.Int64, _DOSE, lambda text, spec: dose(text, spec).pieces),
    "times_a_day": _by_text(pl.Int64, ("frequency",), times_a_day),
    "route": _by_text(pl.String, ("administration",), route),
    "course_days": LineFact(
        (
            "supply_days",
            "quantity",
            "billed_quantity",
            "single_dose",
            "frequency",
            "specification",
            "unit",
        ),
        ("supply_days", "single_dose"),
        course_days,
        _course_column,
    ),
}


def line_fact(name: str, lines: Any) -> Sequence[Any] | repeat[None]:
    """One derived fact of the lines of an encounter; unknown throughout where nothing of it was sent."""
    fact = LINE_FACTS[name]
    rests_on = [lines.get(read) for read in fact.rests_on]
    if all(map(_unsent, rests_on)):
        return repeat(None)
    stated = zip(*(values or repeat(None) for values in rests_on), strict=False)
    sent = zip(*(lines.get(read) or repeat(None) for read in fact.reads), strict=False)
    nothing = (None,) * len(rests_on)
    return [None if said == nothing else fact.of(*row) for said, row in zip(stated, sent, strict=False)]


def _unsent(values: Sequence[Any] | None) -> bool:
    return not values or values.count(None) == len(values)


def derive(
    facts: dict[str, Any],
    diagnoses: tuple[str, ...],
    procedures: tuple[str, ...],
    operated_at: tuple[int | None, ...] = (),
) -> dict[str, Any]:
    """The derived facts of one encounter, to be laid over those that were sent."""
    insurance, care = facts.get("insurance_type"), facts.get("care_type")
    sex = facts.get("sex")
    first, last = _day(facts.get("started_at")), _day(facts.get("ended_at"))
    return {
        "sex": sex if sex in KNOWN_SEXES else None,
        "weight": weight(facts.get("weight")),
        "inpatient": inpatient(facts.get("visit_type"), care),
        "purchase": purchase(facts.get("visit_type"), care),
        "institution_rank": RANK_OF_LEVEL.get(facts.get("institution_level") or ""),
        "first_day": first,
        "last_day": last,
        "nights": None if first is None or last is None else last - first,
        "coverage": None if insurance is None or care is None else f"{insurance}/{care}",
        "diagnoses": diagnoses or None,
        "procedures": procedures or None,
        "procedures_at": operated_at or (None,) * len(procedures) or None,
        "operated": operated(procedures, facts.get("procedure_count")),
        **_payments({name: facts.get(name) for name in _PAID}),
    }


_PAID = (
    "in_scope_amount",
    "fund_paid",
    "serious_illness_paid",
    "large_expense_paid",
    "civil_servant_paid",
)


def _payments(paid: dict[str, int | None]) -> dict[str, int | None]:
    """What layers of benefit paid and left."""
    in_scope, fund, serious, large, subsidy = paid.values()
    return {
        "critical_paid": critical_paid(serious, large),
        "burden_after_critical": burden(in_scope, fund, serious, large),
        "burden_after_subsidy": burden(in_scope, fund, serious, large, subsidy),
    }


def _payment_columns() -> dict[str, pl.Expr]:
    """The same over a frame."""
    in_scope, fund, serious, large, subsidy = map(pl.col, _PAID)
    none = serious.is_null() & large.is_null()
    critical = serious.fill_null(0) + large.fill_null(0)
    left = in_scope - fund - critical
    return {
        "critical_paid": pl.when(~none).then(critical),
        "burden_after_critical": left,
        "burden_after_subsidy": left - subsidy.fill_null(0),
    }


def derived_columns() -> dict[str, pl.Expr]:
    """The same over a frame of encounters (`diagnoses` and `operated` apart: they ask tables of their own)."""
    care, visit = pl.col("care_type"), pl.col("visit_type")
    by_care = pl.any_horizontal([care.str.starts_with(prefix) for prefix in INPATIENT_CARE])
    return {
        "sex": pl.when(pl.col("sex").is_in(KNOWN_SEXES)).then(pl.col("sex")),
        "weight": pl.when(pl.col("weight").is_between(LIGHTEST, HEAVIEST)).then(pl.col("weight")),
        "inpatient": pl.when(visit.is_not_null()).then(visit == INPATIENT_VISIT).otherwise(by_care),
        "purchase": pl.when(visit.is_not_null())
        .then(visit == PURCHASE_VISIT)
        .otherwise(care.str.starts_with(PURCHASE_CARE)),
        "institution_rank": pl.col("institution_level").replace_strict(
            RANK_OF_LEVEL, default=None, return_dtype=pl.Int32
        ),
        "first_day": pl.col("started_at") // MINUTES_A_DAY,
        "last_day": pl.col("ended_at") // MINUTES_A_DAY,
        "nights": pl.col("ended_at") // MINUTES_A_DAY - pl.col("started_at") // MINUTES_A_DAY,
        "coverage": pl.col("insurance_type") + "/" + care,
        **_payment_columns(),
    }
