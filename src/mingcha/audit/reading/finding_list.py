"""A page of a run's findings: filtered and sorted by the index; texts and sentences are made for the page alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import polars as pl

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid
from mingcha.access.listing import Listing, Page
from mingcha.access.permissions import Permission
from mingcha.audit.batch import FINDINGS
from mingcha.audit.reading.explained import explainer_of
from mingcha.audit.reading.finding_filter import FindingFilter, conditions, together
from mingcha.audit.reading.index import FindingIndex
from mingcha.audit.reading.opened import index_of
from mingcha.domain.values import ValueType, date_of, written

_OF_ROW = (
    "finding_id", "rule_code", "rule_name", "slug", "certainty", "knowledge_point", "person_id", "encounter_id",
    "line_key", "code", "name", "charged_at", "line_quantity", "line_amount", "excess_quantity", "amount_fen",
    "claimed_fen", "recoverable_fen", "value", "limit", "action", "exemption", "exemption_reason",
)  # fmt: skip
_OF_PLACE = (
    "institution_id", "institution_name", "department_id", "department_name", "doctor_id", "doctor_name",
    "insurance_type", "care_region",
)  # fmt: skip
# Numbers of sorted texts order as the texts do.
SORTS: Mapping[str, pl.Expr] = {
    "claimed_fen": pl.col("claimed_fen"),
    "amount_fen": pl.col("amount_fen"),
    "recoverable_fen": pl.col("recoverable_fen"),
    "day": pl.col("day"),
    "rule": pl.col("rule"),
    "certainty": pl.col("certainty"),
    "item": pl.col("item"),
    "person": pl.col("person_id"),
    "encounter": pl.col("encounter_id"),
}
BY_PLACE = {"institution": "institution_id", "department": "department_id", "doctor": "doctor_id"}
_DEFAULT = "-claimed_fen"


@dataclass(frozen=True)
class FindingRow:
    """A finding in a list; amounts in fen, quantities as people write them.

    `charged_fen` is what was billed for the line (实收), `amount_fen` what it is too much by (超收), `claimed_fen`
    what counts once over all findings of the line (计入), `recoverable_fen` the fund's share of that (可追回);
    `advice` how whoever was told of it before, 事前 or 事中, went on.
    """

    finding_id: str
    rule_code: str
    rule_name: str
    certainty: str
    sentence: str
    knowledge_point: str | None
    code: str | None
    name: str | None
    institution_id: str | None
    institution_name: str | None
    department_id: str | None
    department_name: str | None
    doctor_id: str | None
    doctor_name: str | None
    insurance_type: str | None
    care_region: str | None
    care_type: str | None
    inpatient: bool | None
    person_id: str | None
    sex: str | None
    age: int | None
    encounter_id: str
    line_key: str | None
    day: date | None
    charged_at: str | None
    quantity: str | None
    excess_quantity: str | None
    charged_fen: int | None
    amount_fen: int | None
    claimed_fen: int | None
    recoverable_fen: int | None
    action: str | None
    exemption: str | None
    exemption_reason: str | None
    advice: str | None


def findings(
    access: Access,
    actor: Actor,
    run_id: UUID,
    wanted: FindingFilter,
    listing: Listing,
    permission: Permission = Permission.FINDINGS_VIEW,
) -> Page[FindingRow]:
    """Findings of a run that the actor may see.

    Args:
        permission: what is done with them, and so in which scope.

    Raises:
        Missing: there is no such run.
        Invalid: a field that this list cannot be sorted by.
    """
    scope = actor.scope(permission)
    index = index_of(access, run_id)
    found = together(index, conditions(index, wanted, scope))
    first = (listing.page - 1) * listing.size
    page = _in_order(index, found, listing.sort or _DEFAULT, first, listing.size)
    return Page(shown(access, index, page), found.height)


def shown(access: Access, index: FindingIndex, page: pl.DataFrame) -> list[FindingRow]:
    """Rows of the index as a list shows them, in their order."""
    details = _details(index, page["row"])
    explain, points = explainer_of(access.home, int(index.manifest["identity"]["release"]))
    points.look_up(row["knowledge_point"] for row in details if row["knowledge_point"])
    places = index.places.select(_OF_PLACE)[page["place"]].to_dicts()
    beside = page.select(
        "row",
        "inpatient",
        "age",
        "day",
        care_type=_text(index, page, "care_type"),
        sex=_text(index, page, "sex"),
        advice=_text(index, page, "advice"),
    ).to_dicts()
    by_row = {row["row"]: row for row in details}
    return [
        _row(by_row[of_encounter["row"]], place, of_encounter, explain.sentence(by_row[of_encounter["row"]]))
        for place, of_encounter in zip(places, beside, strict=True)
    ]


def _in_order(index: FindingIndex, found: pl.DataFrame, sort: str, first: int, size: int) -> pl.DataFrame:
    """A part of the findings in an order; only their numbers are sorted, and only the part is gathered."""
    if sort == _DEFAULT:
        return found.slice(first, size)  # they lie in this order
    keys, down = [], []
    for name in sort.split(","):
        key = _key(index, name.removeprefix("-").strip())
        if key is None:
            raise Invalid(
                "不能按这个字段排序", where="sort", remedy="可选：" + "、".join((*SORTS, *BY_PLACE))
            )
        keys.append(key)
        down.append(name.startswith("-"))
    order = pl.arg_sort_by(keys, descending=down, nulls_last=True, maintain_order=True)
    return found[found.select(order).to_series().slice(first, size)]


def _key(index: FindingIndex, name: str) -> pl.Expr | None:
    if name not in BY_PLACE:
        return SORTS.get(name)
    # Departments and doctors bear codes of their institution.
    columns = list(dict.fromkeys(("institution_id", BY_PLACE[name])))
    rank = index.places.select(pl.struct(columns).rank("dense")).to_series()
    return pl.lit(rank).gather(pl.col("place"))


def _details(index: FindingIndex, rows: pl.Series) -> list[dict[str, Any]]:
    """What stands in the findings themselves, of these rows only; in the order of the file."""
    scan = pl.scan_parquet(index.run / FINDINGS, glob=False).select(_OF_ROW).with_row_index("row")
    return scan.filter(pl.col("row").is_in(rows.implode())).collect().to_dicts()


def _text(index: FindingIndex, page: pl.DataFrame, column: str) -> pl.Series:
    return index.texts[column].gather(page[column])


def _row(
    said: Mapping[str, Any], place: Mapping[str, Any], beside: Mapping[str, Any], sentence: str
) -> FindingRow:
    own = {name: said[name] for name in FindingRow.__dataclass_fields__ if name in said}
    quantities: Sequence[tuple[str, str]] = (
        ("quantity", "line_quantity"),
        ("excess_quantity", "excess_quantity"),
    )
    return FindingRow(
        **{
            **own,
            **place,
            **{name: beside[name] for name in ("inpatient", "age", "care_type", "sex", "advice")},
            "day": None if beside["day"] is None else date_of(beside["day"]),
            "charged_at": None
            if said["charged_at"] is None
            else written(said["charged_at"], ValueType.MOMENT),
            "charged_fen": said["line_amount"],
            "sentence": sentence,
            **{
                name: None if said[of] is None else written(said[of], ValueType.QUANTITY)
                for name, of in quantities
            },
        }
    )
