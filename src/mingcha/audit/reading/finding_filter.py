"""Which findings somebody asks for: each condition apart, so that a facet can be counted without its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from mingcha.access.errors import Invalid
from mingcha.access.scope import Scope
from mingcha.audit.reading.index import FindingIndex
from mingcha.domain.values import day_of

# What is asked for where a finding says nothing.
UNKNOWN = "-"
OF_TABLE = {
    "institution": ("places", "institution_id"),
    "department": ("places", "department_id"),
    "doctor": ("places", "doctor_id"),
    "insurance_type": ("places", "insurance_type"),
    "care_region": ("places", "care_region"),
    "rule": ("rules", "rule_code"),
    "item": ("items", "code"),
    "exemption": ("exemptions", "exemption"),
}
OF_TEXT = {
    "certainty": "certainty",
    "action": "action",
    "care_type": "care_type",
    "sex": "sex",
    "knowledge_point": "knowledge_point",
    "person": "person_id",
    "encounter": "encounter_id",
    "advice": "advice",
}


@dataclass(frozen=True)
class FindingFilter:
    """What findings must be; of several values one suffices, `-` stands for unknown, what is left out limits nothing.

    Args:
        text: a part of the code or the name of the item.
        inpatient: `true` of a stay, `false` of a visit.
        exempt: with an exemption, or without.
        advice: how whoever was told of it before, 事前 or 事中, went on.
        day_from, day_to: when it was charged, both included; of a whole bill, when the encounter began.
        claimed_from_fen, claimed_to_fen: what is claimed for it, both included.
    """

    rule: Sequence[str] = ()
    certainty: Sequence[str] = ()
    institution: Sequence[str] = ()
    department: Sequence[str] = ()
    doctor: Sequence[str] = ()
    insurance_type: Sequence[str] = ()
    care_region: Sequence[str] = ()
    care_type: Sequence[str] = ()
    sex: Sequence[str] = ()
    action: Sequence[str] = ()
    exemption: Sequence[str] = ()
    knowledge_point: Sequence[str] = ()
    item: Sequence[str] = ()
    person: Sequence[str] = ()
    encounter: Sequence[str] = ()
    advice: Sequence[str] = ()
    finding: Sequence[str] = ()
    text: str | None = None
    inpatient: Sequence[str] = ()
    exempt: bool | None = None
    day_from: date | None = None
    day_to: date | None = None
    settled_from: date | None = None
    settled_to: date | None = None
    claimed_from_fen: int | None = None
    claimed_to_fen: int | None = None


def conditions(index: FindingIndex, wanted: FindingFilter, scope: Scope) -> dict[str, pl.Series]:
    """By what is limited, which findings fulfil it; what limits nothing is absent."""
    holds: dict[str, pl.Series] = {}
    inside = index.within(scope)
    if inside is not None:
        holds["scope"] = inside
    for name, column in OF_TEXT.items():
        if values := getattr(wanted, name):
            holds[name] = _coded(index, column, values)
    for name, (table, column) in OF_TABLE.items():
        if values := getattr(wanted, name):
            holds[name] = index.at(table, _one_of(column, values), without=UNKNOWN in values)
    if wanted.text:
        sought = wanted.text.lower()
        said = pl.concat_str("code", "name", separator="\n", ignore_nulls=True)
        holds["text"] = index.at("items", said.str.to_lowercase().str.contains(sought, literal=True))
    if wanted.finding:
        ids = _numbers(wanted.finding)
        holds["finding"] = index.rows["finding_id"].is_in(pl.Series(ids, dtype=pl.Binary).implode())
    holds |= _of_numbers(index, wanted)
    return holds


def together(index: FindingIndex, holds: Mapping[str, pl.Series], *, without: str = "") -> pl.DataFrame:
    """The findings that fulfil all conditions but one, as rows of the index in its order."""
    mask: pl.Series | None = None
    for name, one in holds.items():
        if name != without:
            mask = one if mask is None else mask & one
    return index.rows if mask is None else index.rows.filter(mask)


def _numbers(ids: Sequence[str]) -> list[bytes]:
    try:
        return [bytes.fromhex(one) for one in ids]
    except ValueError as error:
        raise Invalid("疑点编号不对", where="finding", remedy="请从疑点列表打开") from error


def _one_of(column: str, values: Sequence[str]) -> pl.Expr:
    known = [value for value in values if value != UNKNOWN]
    holds = pl.col(column).is_in(known)
    return holds | pl.col(column).is_null() if UNKNOWN in values else holds


def _coded(index: FindingIndex, column: str, values: Sequence[str]) -> pl.Series:
    numbers = [number for value in values if (number := index.number_of(column, value)) is not None]
    holds = pl.any_horizontal(pl.lit(False), *(pl.col(column) == number for number in numbers))
    holds = holds.fill_null(value=False)
    return index.rows.select(holds | pl.col(column).is_null() if UNKNOWN in values else holds).to_series()


def _of_numbers(index: FindingIndex, wanted: FindingFilter) -> dict[str, pl.Series]:
    bounds = {
        "inpatient": _stay(wanted.inpatient),
        "exempt": None if wanted.exempt is None else pl.col("exemption").is_not_null() == wanted.exempt,
        "day": _between("day", wanted.day_from, wanted.day_to),
        "settled": _between("settled_on", wanted.settled_from, wanted.settled_to),
        "claimed": _between("claimed_fen", wanted.claimed_from_fen, wanted.claimed_to_fen),
    }
    return {
        name: index.rows.select(bound.fill_null(value=False)).to_series()
        for name, bound in bounds.items()
        if bound is not None
    }


def _stay(values: Sequence[str]) -> pl.Expr | None:
    if not values:
        return None
    holds = pl.col("inpatient").is_in([value == "true" for value in values if value != UNKNOWN])
    return holds | pl.col("inpatient").is_null() if UNKNOWN in values else holds


def _between(column: str, first: date | int | None, last: date | int | None) -> pl.Expr | None:
    ends = [day_of(end) if isinstance(end, date) else end for end in (first, last)]
    if ends == [None, None]:
        return None
    above = pl.lit(True) if ends[0] is None else pl.col(column) >= ends[0]
    return above if ends[1] is None else above & (pl.col(column) <= ends[1])
