"""The quality report of a dataset as a file: what was odd, how often, with examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.listing import Listing
from mingcha.access.permissions import Permission
from mingcha.audit.ledger.datasets import dataset
from mingcha.audit.ledger.quality import notes
from mingcha.audit.sheets import Column, Form
from mingcha.jobs.exporting import Exported, Format, export_kind
from mingcha.jobs.kind import Work

_COLUMNS = (
    Column("问题", width=36),
    Column("字段", width=20),
    Column("机构编码", width=18),
    Column("次数", Form.COUNT, 10),
    Column("例子", width=60),
)
_A_TIME = 10_000


@dataclass(frozen=True)
class QualityExport:
    """Of which dataset, and as what."""

    dataset_id: UUID
    format: Format = "xlsx"


def _check(access: Access, actor: Actor, asked: QualityExport) -> QualityExport:
    dataset(access, actor, asked.dataset_id)
    return asked


def _rows(work: Work[QualityExport]) -> Exported:
    found = dataset(work.access, work.actor, work.parameters.dataset_id)
    total = notes(work.access, work.actor, found.id, Listing(size=1)).total
    return Exported(f"{found.name} 数据质量", _COLUMNS, total, _drawn(work))


def _drawn(work: Work[QualityExport]) -> Iterator[tuple[object, ...]]:
    page = 1
    while items := notes(
        work.access, work.actor, work.parameters.dataset_id, Listing(page=page, size=_A_TIME)
    ).items:
        for one in items:
            yield one.kind, one.label, one.institution_id or "", one.count, "；".join(one.examples)
        page += 1


KIND = export_kind("export-quality", "导出数据质量", Permission.RUNS_VIEW, QualityExport, _rows, _check)
