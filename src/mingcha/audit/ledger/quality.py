"""What is wrong with the rows of a dataset: counted notes, and the rows that were not accepted."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from uuid import UUID

import polars as pl

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid, missing
from mingcha.access.listing import Listing, Page
from mingcha.access.trail import Action, record
from mingcha.audit.explain import fact_label
from mingcha.audit.ledger.datasets import dataset
from mingcha.audit.ledger.folders import dataset_folder
from mingcha.ingest.notes import REJECTS
from mingcha.store.lake import Lake

REASON_COLUMNS = ("拒收字段", "拒收原因")
_UNREAD = "原文"
_SORTS = ("count", "kind", "field")


@dataclass(frozen=True)
class QualityNote:
    """Something odd, how often, and a few examples."""

    kind: str
    field: str
    label: str
    institution_id: str | None
    count: int
    examples: list[str]


@dataclass(frozen=True)
class RejectedRow:
    """A row that was not accepted, and why."""

    file: str
    row: int
    field: str
    label: str
    value: str
    reason: str


def notes(access: Access, actor: Actor, dataset_id: UUID, listing: Listing) -> Page[QualityNote]:
    """The notes on a dataset within the actor's reach, the most frequent first."""
    dataset(access, actor, dataset_id)
    field = (listing.sort or "-count").removeprefix("-")
    if field not in _SORTS:
        raise Invalid("不能按这个字段排序", where="sort", remedy="可选：" + "、".join(_SORTS))
    frame = Lake(dataset_folder(access, dataset_id)).quality()
    down = (listing.sort or "-count").startswith("-")
    others = [name for name in ("kind", "field", "institution_id") if name != field]
    frame = frame.sort([field, *others], descending=[down, *(False for _ in others)])
    page = frame.slice((listing.page - 1) * listing.size, listing.size)
    return Page([_note(row) for row in page.iter_rows(named=True)], frame.height)


def rejected(
    access: Access, actor: Actor, dataset_id: UUID, table: str | None, listing: Listing
) -> Page[RejectedRow]:
    """The rows that were not accepted, in the order of the files."""
    dataset(access, actor, dataset_id)
    rows = pl.scan_csv(dataset_folder(access, dataset_id) / "rejects.csv", schema=REJECTS)
    if table is not None:
        rows = rows.filter(pl.col("file") == table)
    page = rows.drop("source").slice((listing.page - 1) * listing.size, listing.size).collect()
    total = rows.select(pl.len()).collect().item()
    return Page([_rejected(row) for row in page.iter_rows(named=True)], total)


def rejects_to_correct(access: Access, actor: Actor, dataset_id: UUID, table: str) -> Iterator[str]:
    """The rejected rows of one table, its own columns and then the reasons, as CSV to correct and send again.

    Raises:
        Missing: no such dataset within reach, or no such table in it.
    """
    found = dataset(access, actor, dataset_id)
    if table not in {one["label"] for one in found.report["tables"]}:
        raise missing("这张表")
    with access.database.writing() as session:
        about = ("dataset", dataset_id)
        record(session, access, actor, Action.FILE_DOWNLOADED, about=about, details={"rejects_of": table})
    return _corrigible(dataset_folder(access, dataset_id) / "rejects.csv", table)


def _corrigible(path: Path, table: str) -> Iterator[str]:
    heads: list[str] | None = None
    line = StringIO()
    writer = csv.writer(line)

    def written(cells: list[str]) -> str:
        line.seek(0)
        line.truncate()
        writer.writerow(cells)
        return line.getvalue()

    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["file"] != table:
                continue
            source = _source(row["source"])
            if heads is None:
                heads = list(source)
                # The mark lets Excel see that this is UTF-8.
                yield "\ufeff" + written([*heads, *REASON_COLUMNS])
            cells = [source.get(head) or "" for head in heads]
            yield written([*cells, fact_label(row["field"]), row["reason"]])
    if heads is None:
        yield "\ufeff" + written(list(REASON_COLUMNS))


def _source(text: str) -> Mapping[str, str | None]:
    try:
        found = json.loads(text)
    except ValueError:
        return {_UNREAD: text}
    return found if isinstance(found, dict) else {_UNREAD: text}


def _note(row: Mapping[str, object]) -> QualityNote:
    field = str(row["field"])
    examples = row["examples"]
    assert isinstance(examples, list)
    institution, count = row["institution_id"], row["count"]
    assert isinstance(count, int)
    return QualityNote(
        kind=str(row["kind"]),
        field=field,
        label=fact_label(field),
        institution_id=None if institution is None else str(institution),
        count=count,
        examples=examples,
    )


def _rejected(row: Mapping[str, object]) -> RejectedRow:
    field, number = str(row["field"] or ""), row["row"]
    assert isinstance(number, int)
    return RejectedRow(
        str(row["file"]), number, field, fact_label(field), str(row["value"] or ""), str(row["reason"])
    )
