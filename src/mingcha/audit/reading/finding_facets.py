"""Counts and sums over a run's findings: all of those asked for, and by each facet as if it were not limited itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import polars as pl

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import missing
from mingcha.access.permissions import Permission
from mingcha.audit.reading.finding_filter import UNKNOWN, FindingFilter, conditions, together
from mingcha.audit.reading.index import FindingIndex
from mingcha.audit.reading.index_columns import MONEY
from mingcha.audit.reading.opened import index_of
from mingcha.domain.codelists import word
from mingcha.knowledge.point import Certainty

MOST_VALUES = 50


@dataclass(frozen=True)
class Total:
    """Findings and what they come to; an exempt finding is counted and claims nothing."""

    findings: int
    violations: int
    suspicions: int
    reminders: int
    exempt: int
    persons: int
    encounters: int
    institutions: int
    amount_fen: int
    claimed_fen: int
    recoverable_fen: int


@dataclass(frozen=True)
class FacetValue:
    """One value of a facet.

    Args:
        value: what to filter by; `-` is unknown.
        institution: filter by this institution beside it: codes of departments are its own.
    """

    value: str
    label: str
    findings: int
    claimed_fen: int
    institution: str | None = None
    institution_name: str | None = None


@dataclass(frozen=True)
class Facet:
    """The most frequent values of one facet, and how many there are."""

    name: str
    label: str
    values: list[FacetValue]
    distinct: int


@dataclass(frozen=True)
class Facets:
    """All together."""

    total: Total
    facets: list[Facet]


LABELS = {
    "certainty": "确定性",
    "rule": "规则",
    "institution": "医疗机构",
    "department": "科室",
    "doctor": "医师",
    "item": "项目",
    "insurance_type": "险种",
    "care_type": "医疗类别",
    "inpatient": "就医方式",
    "care_region": "就医地",
    "sex": "性别",
    "action": "处理动作",
    "exemption": "特例",
    "advice": "事前事中提醒",
    "month": "月份",
}
# The table of the index that a facet counts, its key, and what the key is called.
_OF_TABLES = {
    "rule": ("rules", "rule", "rule_code", "rule_name"),
    "institution": ("places", "place", "institution_id", "institution_name"),
    "department": ("places", "place", "department_id", "department_name"),
    "doctor": ("places", "place", "doctor_id", "doctor_name"),
    "insurance_type": ("places", "place", "insurance_type", None),
    "care_region": ("places", "place", "care_region", None),
    "item": ("items", "item", "code", "name"),
    "exemption": ("exemptions", "exemption", "exemption", "exemption_reason"),
}
# Their codes are an institution's own: the same one elsewhere is another.
_OF_AN_INSTITUTION = frozenset({"department", "doctor"})
_CODE_LISTS = {"insurance_type": "insutype", "care_type": "med_type", "sex": "gend"}
_WORDS = {"true": "住院", "false": "门诊、购药"}
_UNKNOWN = {"action": "没有规定", "exemption": "没有特例", "advice": "没有提醒过", "item": "整单"}
_COUNTED = ("findings", "claimed_fen")


def facets(access: Access, actor: Actor, run_id: UUID, wanted: FindingFilter) -> Facets:
    """All counts over the findings that the actor may see.

    Raises:
        Missing: there is no such run.
    """
    scope = actor.scope(Permission.FINDINGS_VIEW)
    index = index_of(access, run_id)
    holds = conditions(index, wanted, scope)
    found = _Counting(index, together(index, holds))
    return Facets(
        _total(index, found.rows),
        [_facet(name, _without_its_own(index, name, holds, found)) for name in LABELS],
    )


def facet(
    access: Access, actor: Actor, run_id: UUID, name: str, wanted: FindingFilter, text: str = ""
) -> Facet:
    """One facet, of it the values whose code or name contains a text.

    Raises:
        Missing: there is no such run, or no such facet.
    """
    scope = actor.scope(Permission.FINDINGS_VIEW)
    if name not in LABELS:
        raise missing("这个统计项")
    index = index_of(access, run_id)
    holds = conditions(index, wanted, scope)
    return _facet(name, _Counting(index, together(index, holds, without=_limit(name))), text.lower())


class _Counting:
    """Findings that several facets count: what they group by alike is grouped once."""

    def __init__(self, index: FindingIndex, rows: pl.DataFrame) -> None:
        self.index = index
        self.rows = rows
        self._grouped: dict[str, pl.DataFrame] = {}

    def by(self, column: str) -> pl.DataFrame:
        """key, findings, claimed_fen."""
        if column not in self._grouped:
            self._grouped[column] = self.rows.group_by(pl.col(column).alias("key")).agg(
                findings=pl.len().cast(pl.Int64), claimed_fen=pl.col("claimed_fen").sum()
            )
        return self._grouped[column]


def _without_its_own(
    index: FindingIndex, name: str, holds: Mapping[str, pl.Series], found: _Counting
) -> _Counting:
    limit = _limit(name)
    return _Counting(index, together(index, holds, without=limit)) if limit in holds else found


def _limit(name: str) -> str:
    return "day" if name == "month" else name


def _total(index: FindingIndex, found: pl.DataFrame) -> Total:
    numbers = {text: number for number, text in enumerate(index.texts["certainty"])}
    counts = pl.col("exemption").is_null()
    counted = found.select(
        findings=pl.len(),
        **{
            name: (pl.col("certainty") == numbers.get(text, -1)).sum()
            for name, text in (
                ("violations", Certainty.VIOLATION.value),
                ("suspicions", Certainty.SUSPICION.value),
                ("reminders", Certainty.REMINDER.value),
            )
        },
        exempt=pl.col("exemption").count(),
        persons=pl.col("person_id").drop_nulls().n_unique(),
        encounters=pl.col("encounter_id").n_unique(),
        **{name: pl.col(name).filter(counts).sum() for name in MONEY},
    ).row(0, named=True)
    places = index.places["institution_id"].gather(found["place"].unique())
    return Total(**counted, institutions=places.drop_nulls().n_unique())


def _facet(name: str, found: _Counting, text: str = "") -> Facet:
    counted = _counted(name, found)
    if text:
        said = pl.concat_str("value", "label", separator="\n", ignore_nulls=True).str.to_lowercase()
        counted = counted.filter(said.str.contains(text, literal=True))
    values = [_value(name, row) for row in counted.head(MOST_VALUES).iter_rows(named=True)]
    return Facet(name, LABELS[name], values, counted.height)


def _counted(name: str, found: _Counting) -> pl.DataFrame:
    """value, label, findings, claimed_fen and, where codes are its own, the institution; the most frequent first."""
    if name == "month":
        days = found.by("day")
        month = pl.col("key").cast(pl.Date).dt.strftime("%Y-%m")
        # In order of time: what grows or goes shows in it.
        return (
            days.group_by(value=month, label=month).agg(pl.col(_COUNTED).sum()).sort("value", nulls_last=True)
        )
    if name in _OF_TABLES:
        return _by_table(name, found)
    by_key = found.by(name)
    value = (
        by_key["key"].cast(pl.String)
        if name == "inpatient"
        else found.index.texts[name].cast(pl.String).gather(by_key["key"])
    )
    return _most_first(by_key.with_columns(value=value, label=pl.lit(None, pl.String)))


def _by_table(name: str, found: _Counting) -> pl.DataFrame:
    table, number, value, label = _OF_TABLES[name]
    keys = {"value": pl.col(value)}
    if name in _OF_AN_INSTITUTION:
        keys |= {"institution": pl.col("institution_id"), "institution_name": pl.col("institution_name")}
    rows = found.by(number)
    texts = found.index.tables[table].select(
        **keys, label=pl.lit(None, pl.String) if label is None else pl.col(label)
    )
    return _most_first(
        pl.concat([rows, texts[rows["key"]]], how="horizontal")
        .group_by(*keys)
        .agg(pl.col("label").drop_nulls().min(), pl.col(_COUNTED).sum())
    )


def _most_first(counted: pl.DataFrame) -> pl.DataFrame:
    return counted.sort("findings", "value", descending=[True, False], nulls_last=True)


def _value(name: str, row: Mapping[str, Any]) -> FacetValue:
    value = row["value"]
    if value is None:
        label = _UNKNOWN.get(name, "未知")
    elif name in _CODE_LISTS:
        label = word(_CODE_LISTS[name], value)
    else:
        label = row["label"] or _WORDS.get(value, value)
    return FacetValue(
        UNKNOWN if value is None else value,
        label,
        row["findings"],
        row["claimed_fen"],
        row.get("institution"),
        row.get("institution_name"),
    )
