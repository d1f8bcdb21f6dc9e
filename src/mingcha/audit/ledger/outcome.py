"""What a finished audit found, in numbers: by rule, by institution, and what could not be judged for lack of a fact."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.permissions import Permission
from mingcha.access.scope import Place, Reach
from mingcha.audit.batch import UNJUDGED
from mingcha.audit.explain import lacking
from mingcha.audit.ledger.runs import results_of
from mingcha.audit.run import finished_run
from mingcha.audit.workbook.book import workbook_name
from mingcha.store.database.runs import Run

_INSTITUTIONS, _LACKING_FACTS = 200, 200


@dataclass(frozen=True)
class RuleCount:
    """What one rule found."""

    rule_code: str
    rule_name: str
    certainty: str
    findings: int
    lines: int
    claimed_fen: int
    recoverable_fen: int


@dataclass(frozen=True)
class InstitutionCount:
    """What was found at one institution."""

    institution_id: str
    institution_name: str
    findings: int
    lines: int
    claimed_fen: int
    recoverable_fen: int


@dataclass(frozen=True)
class LackingCount:
    """What a rule could not judge, and which fact it would have needed."""

    rule_code: str
    rule_name: str
    lacking: str
    rows: int
    institutions: int


@dataclass(frozen=True)
class Outcome:
    """The numbers of an audit.

    Args:
        whole: false where they hold more than the actor may see: then there are none, and the list of findings tells.
        institutions: those with most findings, at most 200.
        workbooks: how many files for people the audit wrote, where the actor may take them away.
    """

    whole: bool
    counts: dict[str, int]
    rules: list[RuleCount]
    institutions: list[InstitutionCount]
    lacking: list[LackingCount]
    workbooks: int


def outcome(access: Access, actor: Actor, run_id: UUID) -> Outcome:
    """The numbers of a finished audit within the actor's reach.

    Raises:
        Missing: there is no such audit, or none within reach.
        Conflict: it is not finished.
    """
    folder = results_of(access, actor, run_id)
    if not reaches_all(access, actor, run_id, Permission.RUNS_VIEW):
        return Outcome(False, {}, [], [], [], 0)
    may_take = Permission.FINDINGS_EXPORT in actor.permissions and reaches_all(
        access, actor, run_id, Permission.FINDINGS_EXPORT
    )
    manifest = finished_run(folder)
    rules = [_picked(RuleCount, row) for row in manifest["by_rule"]]
    institutions = sorted(manifest["by_institution"], key=lambda row: -row["findings"])
    return Outcome(
        whole=True,
        counts=manifest["counts"],
        rules=sorted(rules, key=lambda rule: -rule.findings),
        institutions=[
            _picked(InstitutionCount, row) for row in institutions[:_INSTITUTIONS] if row["findings"]
        ],
        lacking=_lacking(pl.scan_parquet(folder / UNJUDGED)),
        workbooks=_workbooks(folder) if may_take else 0,
    )


def reaches_all(access: Access, actor: Actor, run_id: UUID, permission: Permission) -> bool:
    """Whether the actor may see whatever the maker of a run may: a scope of some insurance types sees less."""
    with access.database.reading() as session:
        row = session.get_one(Run, run_id)
    place = Place(row.region_code, row.institution_code, row.department_code, row.doctor_code)
    scope = actor.scope(permission)
    return any(_unlimited(reach) and reach.covers(place) for reach in scope.reaches)


def _workbooks(folder: Path) -> int:
    part = 0
    while (folder / workbook_name(part + 1)).is_file():
        part += 1
    return part


def _unlimited(reach: Reach) -> bool:
    return reach.insurance_types is None


def _picked(kind: Any, row: dict[str, Any]) -> Any:
    values = {name: row[name] for name in kind.__dataclass_fields__}
    if "institution_name" in values:
        values["institution_id"] = values["institution_id"] or ""
        values["institution_name"] = values["institution_name"] or values["institution_id"] or "（未知机构）"
    return kind(**values)


def _lacking(unjudged: pl.LazyFrame) -> list[LackingCount]:
    counted = (
        unjudged.group_by("rule_code", "rule_name", "fact")
        .agg(pl.col("rows").sum(), pl.col("institution_id").n_unique().alias("institutions"))
        .sort("rows", "rule_code", "fact", descending=[True, False, False])
        .head(_LACKING_FACTS)
        .collect()
    )
    return [
        LackingCount(
            row["rule_code"], row["rule_name"], lacking(row["fact"]), row["rows"], row["institutions"]
        )
        for row in counted.iter_rows(named=True)
    ]
