"""One finding whole: the value read, the limit, the money, its knowledge and law, what stands around it, its replay."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import polars as pl

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import missing
from mingcha.access.permissions import Permission
from mingcha.audit.advised import AdviceGiven, advice_of
from mingcha.audit.batch import FINDINGS
from mingcha.audit.explain import Explanation
from mingcha.audit.reading.explained import explainer_of
from mingcha.audit.reading.finding_filter import FindingFilter, conditions, together
from mingcha.audit.reading.finding_list import FindingRow, shown
from mingcha.audit.reading.index import FindingIndex
from mingcha.audit.reading.opened import dataset_of, index_of
from mingcha.audit.reading.surroundings import Surroundings, around
from mingcha.audit.run import slices_of
from mingcha.domain.values import ValueType
from mingcha.knowledge.point import KnowledgePoint
from mingcha.store.lake import Lake

HISTORY_DAYS = 180


@dataclass(frozen=True)
class Identity:
    """What a finding was judged by, and what makes the replay: `mingcha replay` of this run and finding."""

    run: UUID
    release: int
    knowledge_digest: str
    settings_digest: str
    program: str
    slug: str
    rule_version: int
    judging_region: str | None
    rule_set: str | None
    priority: int | None


@dataclass(frozen=True)
class FindingDetail:
    """Everything that is known of one finding.

    Args:
        value, limit: as people read them.
        due_fen: what should have been charged for the line (应收); None where it is not about a line's money.
        same_line: what other rules said of the same line; `same_bill` of the rest of the bill.
        around: None where its dataset is no longer there.
        advised: each time that somebody was told of it before, the last first; all until now.
    """

    finding: FindingRow
    value: str | None
    limit: str | None
    due_fen: int | None
    explanation: Explanation
    same_line: list[FindingRow]
    same_bill: list[FindingRow]
    around: Surroundings | None
    advised: list[AdviceGiven]
    identity: Identity


def finding(
    access: Access, actor: Actor, run_id: UUID, finding_id: str, days: int = HISTORY_DAYS
) -> FindingDetail:
    """A finding of a run.

    Args:
        days: how far to look into the person's history, to both sides.

    Raises:
        Missing: there is no such run, no such finding, or not in the actor's scope.
    """
    scope = actor.scope(Permission.FINDINGS_VIEW)
    index = index_of(access, run_id)
    own = together(index, conditions(index, FindingFilter(finding=[finding_id]), scope))
    if own.is_empty():
        raise missing("这条疑点")
    of_bill = FindingFilter(encounter=[index.texts["encounter_id"][own["encounter_id"][0]]])
    on_bill = together(index, conditions(index, of_bill, scope)).sort("row")
    said = {row["finding_id"]: row for row in _whole(index, on_bill)}
    rows = {row.finding_id: row for row in shown(access, index, on_bill)}
    row, facts = rows[finding_id], said[finding_id]
    explain, points = explainer_of(access.home, int(facts["release"]))
    others = [other for name, other in rows.items() if name != finding_id]
    value, limit = explain.evidence(facts)
    dataset = dataset_of(access, index.manifest)
    bucket = _bucket(index, own["row"][0])
    codes = _codes(facts, points.get(facts["knowledge_point"] or ""))
    found = Counter(str(other["line_key"]) for other in said.values() if other["line_key"])
    seen = around(Lake(dataset), bucket, facts, found, codes, scope, days) if dataset.is_dir() else None
    return FindingDetail(
        finding=row,
        value=value,
        limit=limit,
        due_fen=None
        if row.charged_fen is None or row.amount_fen is None
        else row.charged_fen - row.amount_fen,
        explanation=explain(facts),
        same_line=[other for other in others if _same_line(row, other)],
        same_bill=[other for other in others if not _same_line(row, other)],
        around=seen,
        advised=advice_of(access, facts),
        identity=Identity(
            run_id,
            program=str(index.manifest["identity"]["code"]),
            **{name: facts[name] for name in Identity.__dataclass_fields__ if name in facts},
        ),
    )


def _whole(index: FindingIndex, rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Findings of one bill as they were written; they stand together in the file."""
    first, last = rows["row"][0], rows["row"][-1]
    scan = pl.scan_parquet(index.run / FINDINGS, glob=False).with_row_index("row")
    block = scan.slice(first, last - first + 1).collect()
    return block.filter(pl.col("row").is_in(rows["row"].implode())).to_dicts()


def _bucket(index: FindingIndex, row: int) -> int:
    slices = slices_of(index.manifest)
    return next(number for number, (first, count) in slices.items() if first <= row < first + count)


def _codes(facts: dict[str, Any], point: KnowledgePoint | None) -> set[str]:
    """The item of a finding, and those that its point names beside it."""
    codes = {facts["code"]} if facts["code"] else set()
    if point is not None and codes:
        lists = [
            getattr(point, name) for name, field in point.fields().items() if field.type is ValueType.CODES
        ]
        codes |= {code for listed in lists for code in listed or ()}
    return codes


def _same_line(one: FindingRow, other: FindingRow) -> bool:
    return one.line_key == other.line_key and (one.line_key is not None or one.code == other.code)
