"""Data scope over columns: what `access.scope.within` means to a query, said to Polars; rows are the same."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from mingcha.access.scope import Reach, Scope


@dataclass(frozen=True)
class PlaceNames:
    """The columns of a frame in which rows keep their place; `insurance_type` is None where rows have none."""

    region: str = "care_region"
    institution: str = "institution_id"
    department: str = "department_id"
    doctor: str = "doctor_id"
    insurance_type: str | None = "insurance_type"


OF_A_BILL = PlaceNames()


def within(scope: Scope, names: PlaceNames = OF_A_BILL) -> pl.Expr:
    """What keeps a frame's rows inside a scope; a row whose place is unknown is inside none but all."""
    return pl.any_horizontal(pl.lit(False), *(_reached(reach, names) for reach in scope.reaches))


def _reached(reach: Reach, names: PlaceNames) -> pl.Expr:
    conditions: list[pl.Expr] = []
    if reach.region is not None:
        conditions.append(pl.col(names.region).cast(pl.String).str.starts_with(reach.region))
    for wanted, name in (
        (reach.institution, names.institution),
        (reach.department, names.department),
        (reach.doctor, names.doctor),
    ):
        if wanted is not None:
            conditions.append(pl.col(name).cast(pl.String) == wanted)
    if reach.insurance_types is not None and names.insurance_type is not None:
        conditions.append(pl.col(names.insurance_type).cast(pl.String).is_in(sorted(reach.insurance_types)))
    # Unknown is false already here, so that no caller who turns the condition round lets it in.
    return pl.all_horizontal(pl.lit(True), *(condition.fill_null(False) for condition in conditions))
