"""The mapping workbench: which diagnoses a published text may mean, and what a person approves of it, into a draft."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from uuid import UUID, uuid4

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Invalid, missing
from mingcha.access.permissions import Permission
from mingcha.access.trail import Action, record
from mingcha.audit.indications import mapped_by
from mingcha.domain.errors import InputError
from mingcha.domain.values import day_of
from mingcha.ingest.icd import read_diseases
from mingcha.ingest.knowledge.indication_workbook import Approval, is_prefix
from mingcha.ingest.received.checking import Limits, check_content, check_name
from mingcha.knowledge.changes import ChangePart
from mingcha.knowledge.indications.propose import DiseaseIndex, propose
from mingcha.knowledge.indications.text import LABELS
from mingcha.knowledge.kinds.scope import Indication
from mingcha.knowledge.point import KnowledgePoint, Status
from mingcha.library import proposing
from mingcha.library.bases import base
from mingcha.library.bulk import FOLDER
from mingcha.library.points import standing
from mingcha.library.proposing import ChangeView, Proposed
from mingcha.library.reach import check_office
from mingcha.library.searching import chosen

_TABLE = "diagnoses.json.gz"
_READ = frozenset({".xlsx", ".xls", ".csv", ".txt"})
_OVER = frozenset({Status.SUPERSEDED, Status.ENDED})


@dataclass(frozen=True)
class DiseaseTable:
    """The table of diagnoses that proposals are made from; none where `codes` is 0."""

    codes: int
    name: str
    taken_at: datetime | None


@dataclass(frozen=True)
class ProposedCode:
    """A beginning of diagnosis codes, and what lies beneath it."""

    code: str
    name: str


@dataclass(frozen=True)
class ProposedMapping:
    """What is proposed for the text of a point.

    Args:
        codes: beginnings of codes, what the text rules out taken away.
        excludes: what it rules out.
        conditions: what it asks beyond a diagnosis, in words.
        fully: codes alone decide.
        reasons: which words the codes come from, and why they do not decide alone.
    """

    point_id: str
    text: str
    codes: tuple[ProposedCode, ...]
    excludes: tuple[ProposedCode, ...]
    conditions: tuple[str, ...]
    fully: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class ApprovedMapping:
    """What a person approved.

    Args:
        text: what they read; an approval holds for no other.
        codes: beginnings of diagnosis codes.
        conditions: what codes cannot decide, as they put it.
    """

    point_id: str
    text: str
    codes: Sequence[str]
    conditions: str
    fully: bool
    remark: str = ""


def disease_table(access: Access, actor: Actor) -> DiseaseTable:
    """Which table of diagnoses is at hand."""
    actor.check(Permission.KNOWLEDGE_VIEW)
    try:
        kept = _kept(_table(access), _table(access).stat().st_mtime_ns)
    except FileNotFoundError:
        return DiseaseTable(0, "", None)
    return DiseaseTable(len(kept.names), kept.name, kept.taken_at)


def take_table(access: Access, actor: Actor, name: str, content: bytes) -> DiseaseTable:
    """Keep a table of diagnoses, in place of the one before.

    Raises:
        InputError: it is no such table.
    """
    check_office(actor, Permission.KNOWLEDGE_EDIT)
    kept = check_name(name)
    if Path(kept).suffix.lower() not in _READ:
        raise InputError("不能导入这种文件", where=kept, remedy="诊断编码表应为 .xlsx、.xls、.csv 或 .txt")
    table, policy = _table(access), access.policy
    table.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=table.parent) as folder:
        path = Path(folder) / kept
        path.write_bytes(content)
        try:
            check_content(path, Limits(policy.upload_bytes, policy.spreadsheet_bytes, policy.packed_at_most))
            names = read_diseases(path)
        except InputError as error:
            raise InputError(
                error.what, where=error.where.replace(str(path), kept), remedy=error.remedy
            ) from error
    taken_at = access.now()
    unfinished = table.with_name(f".{uuid4().hex}")
    with gzip.open(unfinished, "wt", encoding="utf-8") as file:
        json.dump({"name": kept, "taken_at": taken_at.isoformat(), "names": names}, file, ensure_ascii=False)
    unfinished.rename(table)
    with access.database.writing() as session:
        details = {"name": kept, "codes": len(names)}
        record(session, access, actor, Action.DISEASE_TABLE_TAKEN, about=("knowledge", kept), details=details)
    return DiseaseTable(len(names), kept, taken_at)


def proposed(access: Access, actor: Actor, point_id: str) -> ProposedMapping:
    """What is proposed for the text of a point of the newest release.

    Raises:
        Missing: there is no such point, or it says no indication in words.
        Conflict: no table of diagnoses is at hand.
    """
    actor.check(Permission.KNOWLEDGE_VIEW)
    index = _index(access)
    number = chosen(access, None)
    found = base(access, number).content.get((ChangePart.POINT, point_id)) if number else None
    if not isinstance(found, Indication):
        raise missing("这条限适应症的知识点")
    proposal = propose(found.basis, index)
    return ProposedMapping(
        point_id=point_id,
        text=found.basis,
        codes=_named(index.without(proposal.codes, proposal.excludes), index),
        excludes=_named(proposal.excludes, index),
        conditions=tuple(LABELS[word] for word in proposal.conditions),
        fully=proposal.fully,
        reasons=proposal.reasons,
    )


def approve(access: Access, actor: Actor, draft_id: UUID, approved: ApprovedMapping) -> ChangeView:
    """Put a point with the codes that were approved into a draft.

    Raises:
        Missing: neither draft nor release has it, or it says no indication in words.
        Invalid: codes that are none, or nothing said of what codes cannot decide.
        Conflict: its text is another by now, or it is no longer in force.
    """
    check_office(actor, Permission.KNOWLEDGE_EDIT)
    found = standing(access, draft_id, approved.point_id)
    if not isinstance(found, Indication):
        raise missing("这条限适应症的知识点")
    codes = tuple(dict.fromkeys(code.strip().upper() for code in approved.codes))
    if wrong := [code for code in codes if not is_prefix(code)]:
        raise Invalid(
            f"不是诊断编码或其开头：{'、'.join(wrong)}", where="codes", remedy="如 C34、I10.x，须大写字母开头"
        )
    if not codes:
        raise Invalid("没有批准任何编码", where="codes", remedy="请至少选择一个")
    if not (approved.fully or approved.conditions.strip()):
        raise Invalid("没有写明编码判断不了什么", where="conditions", remedy="如：既往治疗、基因或标志物")
    if found.status in _OVER:
        raise Conflict(f"这条知识点{found.status}", where="point_id", remedy="请看取代它的一条")
    if _plain(found.basis) != _plain(approved.text):
        raise Conflict("限定文字已经改变", where="text", remedy="请刷新后重新核对")
    approval = Approval(
        where=approved.point_id,
        point_id=approved.point_id,
        text=approved.text,
        codes=codes,
        conditions="" if approved.fully else approved.conditions.strip(),
        fully=approved.fully,
        by=actor.login,
        on=day_of(access.today()),
        remark=approved.remark.strip(),
    )
    mapped: KnowledgePoint = mapped_by(approval, {found.point_id: found})
    change = Proposed(ChangePart.POINT, found.point_id, mapped, approved.remark.strip())
    return proposing.propose(access, actor, draft_id, change)


@dataclass(frozen=True)
class _Kept:
    name: str
    taken_at: datetime
    names: Mapping[str, str]
    index: DiseaseIndex


def _table(access: Access) -> Path:
    return access.home / FOLDER / _TABLE


# Indexing tens of thousands of names takes a second; the time of writing tells one table from the next.
@lru_cache(maxsize=2)
def _kept(path: Path, _written: int) -> _Kept:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        said = json.load(file)
    return _Kept(
        said["name"], datetime.fromisoformat(said["taken_at"]), said["names"], DiseaseIndex(said["names"])
    )


def _index(access: Access) -> DiseaseIndex:
    path = _table(access)
    try:
        return _kept(path, path.stat().st_mtime_ns).index
    except FileNotFoundError:
        raise Conflict(
            "还没有诊断编码表", where="diseases", remedy="请先上传本地使用的诊断编码表（编码、名称两列）"
        ) from None


def _named(codes: Sequence[str], index: DiseaseIndex) -> tuple[ProposedCode, ...]:
    return tuple(ProposedCode(code, index.name(code)) for code in codes)


def _plain(text: str) -> str:
    return "".join(text.split())
