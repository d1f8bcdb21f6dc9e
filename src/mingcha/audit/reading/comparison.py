"""Two audits compared: which findings are new, gone or changed, by rule and institution, with money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import polars as pl

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid
from mingcha.access.listing import Listing, Page
from mingcha.access.permissions import Permission
from mingcha.access.scope import Scope
from mingcha.audit.batch import FINDINGS
from mingcha.audit.reading.explained import explainer_of
from mingcha.audit.reading.finding_filter import UNKNOWN
from mingcha.audit.reading.index import FindingIndex
from mingcha.audit.reading.opened import index_of

Change = Literal["new", "gone", "changed"]
CHANGES: tuple[Change, ...] = ("new", "gone", "changed")
SAME = "same"
# The same finding that says something else: in what it read, allowed, took, or how certain it is.
_COMPARED = (
    "certainty", "value", "limit", "excess_quantity", "amount_fen", "claimed_fen", "recoverable_fen", "action",
    "exemption",
)  # fmt: skip
_NAMED = (
    "finding_id", "rule_code", "rule_name", "institution_id", "institution_name", "encounter_id", "code", "name",
)  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """How many findings of a rule or institution are new, gone or changed, and what is claimed for them in fen.

    `changed_fen` is by how much the claims of changed findings grew.
    """

    value: str
    label: str
    new: int
    gone: int
    changed: int
    new_fen: int
    gone_fen: int
    changed_fen: int


@dataclass(frozen=True)
class Comparison:
    """Two audits beside each other; what stayed the same is only counted."""

    then_findings: int
    now_findings: int
    then_fen: int
    now_fen: int
    same: int
    total: Counted
    by_rule: list[Counted]
    by_institution: list[Counted]


@dataclass(frozen=True)
class Side:
    """What a finding says in one of the audits."""

    certainty: str
    sentence: str
    amount_fen: int | None
    claimed_fen: int | None
    exemption: str | None


@dataclass(frozen=True)
class Difference:
    """One finding that is not as it was."""

    change: Change
    finding_id: str
    rule_code: str
    rule_name: str
    institution_id: str | None
    institution_name: str | None
    encounter_id: str
    code: str | None
    name: str | None
    then: Side | None
    now: Side | None
    difference_fen: int


@dataclass(frozen=True)
class DifferenceFilter:
    """Which differences; what is left out limits nothing."""

    change: Change | None = None
    rule: str | None = None
    institution: str | None = None


def compare(access: Access, actor: Actor, then: UUID, now: UUID) -> Comparison:
    """Count what differs between two audits, within the actor's scope.

    Raises:
        Missing: there is no such audit.
    """
    scope = actor.scope(Permission.FINDINGS_VIEW)
    before, after = index_of(access, then), index_of(access, now)
    joined = _joined(before, after, scope)
    differing = joined.filter(pl.col("change") != SAME)
    names = pl.concat(
        [index.places.select("institution_id", "institution_name") for index in (before, after)]
    )
    names = names.drop_nulls().group_by("institution_id").agg(pl.col("institution_name").min())
    by_institution = differing.join(names, on="institution_id", how="left")
    total = _counted(differing, pl.lit("-"), pl.lit("全部"))
    return Comparison(
        then_findings=joined["row_then"].count(),
        now_findings=joined["row_now"].count(),
        then_fen=int(joined["claimed_then"].sum()),
        now_fen=int(joined["claimed_now"].sum()),
        same=joined.height - differing.height,
        total=total[0] if total else Counted("-", "全部", 0, 0, 0, 0, 0, 0),
        by_rule=_counted(differing, pl.col("rule_code"), pl.col("rule_name")),
        by_institution=_counted(by_institution, pl.col("institution_id"), pl.col("institution_name")),
    )


def differences(
    access: Access, actor: Actor, then: UUID, now: UUID, wanted: DifferenceFilter, listing: Listing
) -> Page[Difference]:
    """The findings that differ, those that differ by the most money first.

    Raises:
        Missing: there is no such audit.
        Invalid: a field that this list cannot be sorted by.
    """
    found = differing(access, actor, then, now, wanted, listing.sort)
    return Page(found.part((listing.page - 1) * listing.size, listing.size), found.total)


@dataclass(frozen=True)
class Differing:
    """All findings that differ, in an order; what they say is read part by part."""

    access: Access
    before: FindingIndex
    after: FindingIndex
    ordered: pl.DataFrame

    @property
    def total(self) -> int:
        """How many."""
        return self.ordered.height

    def part(self, first: int, size: int) -> list[Difference]:
        """Some of them."""
        page = self.ordered.slice(first, size)
        said_then = _said(self.access, self.before, page["row_then"])
        said_now = _said(self.access, self.after, page["row_now"])
        return [
            _difference(row, said_then.get(row["row_then"]), said_now.get(row["row_now"]))
            for row in page.iter_rows(named=True)
        ]


def differing(
    access: Access,
    actor: Actor,
    then: UUID,
    now: UUID,
    wanted: DifferenceFilter,
    sort: str,
    permission: Permission = Permission.FINDINGS_VIEW,
) -> Differing:
    """The findings that differ, those that differ by the most money first.

    Args:
        permission: what is done with them, and so in which scope.

    Raises:
        Missing: there is no such audit.
        Invalid: a field that this list cannot be sorted by.
    """
    scope = actor.scope(permission)
    before, after = index_of(access, then), index_of(access, now)
    joined = _joined(before, after, scope).filter(pl.col("change") != SAME)
    for value, column in (
        (wanted.change, "change"),
        (wanted.rule, "rule_code"),
        (wanted.institution, "institution_id"),
    ):
        if value == UNKNOWN:
            joined = joined.filter(pl.col(column).is_null())
        elif value is not None:
            joined = joined.filter(pl.col(column) == value)
    if sort not in ("", *_SORTS, *(f"-{name}" for name in _SORTS)):
        raise Invalid("不能按这个字段排序", where="sort", remedy="可选：" + "、".join(_SORTS))
    key = _SORTS[(sort or "-difference_fen").removeprefix("-")]
    ordered = joined.sort(key, "finding_id", descending=[not sort or sort.startswith("-"), False])
    return Differing(access, before, after, ordered)


_MORE = pl.col("claimed_now").fill_null(0) - pl.col("claimed_then").fill_null(0)
_SORTS = {
    "difference_fen": _MORE.abs(),
    "rule": pl.col("rule_code"),
    "institution": pl.col("institution_id"),
    "change": pl.col("change"),
}


def _joined(before: FindingIndex, after: FindingIndex, scope: Scope) -> pl.DataFrame:
    """Every finding of either audit that is within a scope: change, names, and row and claim then and now."""
    then, now = (_side(index, scope) for index in (before, after))
    joined = then.join(now, on="finding_id", how="full", coalesce=True, suffix="_now").collect(
        engine="streaming"
    )
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_now")) for name in _COMPARED)
    return joined.select(
        "finding_id",
        pl.when(pl.col("row").is_null())
        .then(pl.lit("new"))
        .when(pl.col("row_now").is_null())
        .then(pl.lit("gone"))
        .when(differs)
        .then(pl.lit("changed"))
        .otherwise(pl.lit(SAME))
        .alias("change"),
        *(
            pl.coalesce(name, f"{name}_now").alias(name)
            for name in ("rule_code", "rule_name", "institution_id")
        ),
        row_then="row",
        row_now="row_now",
        claimed_then="claimed_fen",
        claimed_now="claimed_fen_now",
    )


def _side(index: FindingIndex, scope: Scope) -> pl.LazyFrame:
    columns = ("finding_id", "rule_code", "rule_name", "institution_id", *_COMPARED)
    found = pl.scan_parquet(index.run / FINDINGS, glob=False).select(columns).with_row_index("row")
    inside = index.within(scope)
    if inside is None:
        return found
    rows = index.rows.filter(inside)["row"].sort()
    return found.join(rows.to_frame().lazy(), on="row", how="semi")


def _counted(differing: pl.DataFrame, value: pl.Expr, label: pl.Expr) -> list[Counted]:
    """By a value, how many are new, gone and changed; where the most money differs first."""

    def of(change: Change) -> pl.Expr:
        return pl.col("change") == change

    counted = (
        differing.with_columns(value=value, label=label, more=_MORE)
        .group_by("value")
        .agg(
            pl.col("label").drop_nulls().min(),
            **{change: of(change).sum().cast(pl.Int64) for change in CHANGES},
            **{f"{change}_fen": pl.col("more").filter(of(change)).sum() for change in CHANGES},
            moved=pl.col("more").abs().sum(),
        )
        .sort("moved", "value", descending=[True, False], nulls_last=True)
        .drop("moved")
        # What is gone is stated as what it was.
        .with_columns(pl.col("gone_fen").neg())
    )
    return [
        Counted(**{**row, "value": row["value"] or UNKNOWN, "label": row["label"] or row["value"] or "未知"})
        for row in counted.to_dicts()
    ]


def _said(access: Access, index: FindingIndex, rows: pl.Series) -> dict[int, dict[str, Any]]:
    """Findings of these rows with their sentence, by row."""
    wanted = rows.drop_nulls()
    if wanted.is_empty():
        return {}
    scan = pl.scan_parquet(index.run / FINDINGS, glob=False).with_row_index("row")
    found = scan.filter(pl.col("row").is_in(wanted.implode())).collect().to_dicts()
    explain, points = explainer_of(access.home, int(index.manifest["identity"]["release"]))
    points.look_up(row["knowledge_point"] for row in found if row["knowledge_point"])
    names = dict(index.places.select("institution_id", "institution_name").drop_nulls().iter_rows())
    return {
        row["row"]: {
            **row,
            "sentence": explain.sentence(row),
            "institution_name": names.get(row["institution_id"]),
        }
        for row in found
    }


def _difference(
    row: Mapping[str, Any], then: Mapping[str, Any] | None, now: Mapping[str, Any] | None
) -> Difference:
    said = now or then or {}
    return Difference(
        change=row["change"],
        **{name: said[name] for name in _NAMED},
        then=None if then is None else Side(**{name: then[name] for name in Side.__dataclass_fields__}),
        now=None if now is None else Side(**{name: now[name] for name in Side.__dataclass_fields__}),
        difference_fen=(row["claimed_now"] or 0) - (row["claimed_then"] or 0),
    )
