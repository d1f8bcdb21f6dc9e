"""Which rules and points rest on a document: as the core says, and as somebody entered it; tasks when it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Invalid, missing
from mingcha.access.labelled import Labelled
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.access.trail import Action, record
from mingcha.catalogue.entries import entries, rules_citing
from mingcha.library.documents.rows import found_document
from mingcha.library.documents.shown import DocumentView, view_of
from mingcha.store import releases
from mingcha.store.database.basis import BasisArticle, BasisCitation, BasisDocument, BasisTask
from mingcha.store.database.people import User


class CitingKind(Labelled):
    """What rests on a document."""

    RULE = "rule", "规则"
    POINTS = "points", "知识点"


@dataclass(frozen=True)
class Citing:
    """A rule, or the points of a rule, that rests on a document; `id` where somebody entered it."""

    kind: CitingKind
    key: str
    label: str
    article: str = ""
    id: UUID | None = None


@dataclass(frozen=True)
class TaskView:
    """Something to look at, because what it rests on ends."""

    id: UUID
    document_id: UUID
    document: str
    kind: CitingKind
    key: str
    label: str
    owner: str
    deadline: date
    overdue: bool
    done_at: datetime | None
    done_by: str | None
    remark: str | None


@dataclass(frozen=True)
class Ending:
    """The last day of a document, what takes its place, and who looks at what rests on it until when."""

    last_day: date
    replaced_by: UUID | None
    owner: str
    deadline: date


@dataclass(frozen=True)
class TaskFilter:
    """What to look for; what is left out limits nothing."""

    document_id: UUID | None = None
    owner: str | None = None
    open: bool | None = None


_SORTS = {"deadline": BasisTask.deadline, "owner": BasisTask.owner, "label": BasisTask.label}


def citing(access: Access, actor: Actor, document_id: UUID) -> list[Citing]:
    """All that rests on a document.

    Raises:
        Missing: no such document.
    """
    actor.check(Permission.BASIS_VIEW)
    with access.database.reading() as session:
        return _citing(session, access, found_document(session, document_id))


def cite(
    access: Access, actor: Actor, document_id: UUID, rule_code: str, kind: CitingKind, article: str
) -> Citing:
    """Say that a rule, or its points, rest on a document or one of its articles.

    Raises:
        Missing: no such document.
        Invalid: no such rule or article.
        Conflict: it is said already.
    """
    actor.check_whole(Permission.BASIS_EDIT)
    known = {entry.code: entry.name for entry in entries()}
    if rule_code not in known:
        raise Invalid("没有这条规则", where="rule_code", remedy="请从规则目录里选")
    with access.database.writing() as session:
        row = found_document(session, document_id)
        if article and not session.scalar(
            select(BasisArticle.id).where(
                BasisArticle.document_id == document_id, BasisArticle.label == article
            )
        ):
            raise Invalid("文件里没有这一条", where="article", remedy="请选文件里有的条文，或不选")
        new = BasisCitation(
            document_id=document_id, article=article, kind=kind.value, key=rule_code, label=known[rule_code]
        )
        present = select(BasisCitation.id).where(
            BasisCitation.document_id == document_id,
            BasisCitation.kind == kind.value,
            BasisCitation.key == rule_code,
            BasisCitation.article == article,
        )
        if session.scalar(present) is not None:
            raise Conflict("已经引用了")
        session.add(new)
        session.flush()
        details = {"title": row.title, "code": rule_code, "article": article}
        record(session, access, actor, Action.BASIS_CITED, about=("basis", document_id), details=details)
        return Citing(kind, rule_code, new.label, article, new.id)


def uncite(access: Access, actor: Actor, document_id: UUID, citation_id: UUID) -> None:
    """Take back what was said.

    Raises:
        Missing: nobody said so.
    """
    actor.check_whole(Permission.BASIS_EDIT)
    with access.database.writing() as session:
        row = session.get(BasisCitation, citation_id)
        if row is None or row.document_id != document_id:
            raise missing("这处引用")
        session.delete(row)
        details = {"code": row.key, "article": row.article, "removed": True}
        record(session, access, actor, Action.BASIS_CITED, about=("basis", document_id), details=details)


def end(access: Access, actor: Actor, document_id: UUID, ending: Ending) -> DocumentView:
    """Let a document end, with or without another in its place: what rests on it becomes tasks.

    Raises:
        Missing: no such document, or none to take its place.
        Conflict: it is a draft, or ended already.
        Invalid: by itself, by a draft, before it began, or an owner whom nobody knows.
    """
    actor.check_whole(Permission.BASIS_EDIT)
    with access.database.writing() as session:
        row = found_document(session, document_id)
        _check_ending(session, row, ending)
        row.valid_to, row.replaced_by = ending.last_day, ending.replaced_by
        row.changed_at, row.changed_by = access.now(), actor.login
        seen = set()
        for one in _citing(session, access, row):
            if (one.kind, one.key) not in seen:
                seen.add((one.kind, one.key))
                session.add(
                    BasisTask(
                        document_id=row.id,
                        kind=one.kind.value,
                        key=one.key,
                        label=one.label,
                        owner=ending.owner,
                        deadline=ending.deadline,
                        created_at=access.now(),
                    )
                )
        details = {"title": row.title, "last_day": ending.last_day.isoformat(), "tasks": len(seen)}
        record(session, access, actor, Action.BASIS_ENDED, about=("basis", row.id), details=details)
        session.flush()
        return view_of(row, 0, access.today(), [])


def tasks(access: Access, actor: Actor, wanted: TaskFilter, listing: Listing) -> Page[TaskView]:
    """What is to be looked at, and what was."""
    actor.check(Permission.BASIS_VIEW)
    query = select(BasisTask, BasisDocument.title).join(
        BasisDocument, BasisDocument.id == BasisTask.document_id
    )
    if wanted.document_id is not None:
        query = query.where(BasisTask.document_id == wanted.document_id)
    if wanted.owner is not None:
        query = query.where(BasisTask.owner == wanted.owner)
    if wanted.open is not None:
        query = query.where(BasisTask.done_at.is_(None) if wanted.open else BasisTask.done_at.is_not(None))
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="deadline", tie=BasisTask.id)
        return Page([_task(row, title, access.today()) for row, title in found.items], found.total)


def finish(access: Access, actor: Actor, task_id: UUID, remark: str) -> TaskView:
    """Say what came of a look.

    Raises:
        Missing: no such task.
        Conflict: it is done.
    """
    actor.check_whole(Permission.BASIS_EDIT)
    with access.database.writing() as session:
        row = session.get(BasisTask, task_id)
        if row is None:
            raise missing("这项任务")
        if row.done_at is not None:
            raise Conflict(f"{row.done_by} 已经处理了", remedy="请刷新页面")
        row.done_at, row.done_by, row.remark = access.now(), actor.login, remark
        record(
            session, access, actor, Action.BASIS_TASK_DONE, about=("basis", row.document_id), reason=remark
        )
        return _task(row, found_document(session, row.document_id).title, access.today())


def _check_ending(session: Session, row: BasisDocument, ending: Ending) -> None:
    if row.draft:
        raise Conflict("草案没有施行过，不能失效")
    if row.valid_to is not None:
        raise Conflict(f"已经到 {row.valid_to} 为止", remedy="请刷新页面")
    if row.valid_from is not None and ending.last_day < row.valid_from:
        raise Invalid("最后一天早于施行日期", where="last_day", remedy="请改正日期")
    if ending.replaced_by is not None:
        other = found_document(session, ending.replaced_by)
        if other.id == row.id or other.draft:
            raise Invalid("不能由它自己或草案取代", where="replaced_by", remedy="请选已发布的另一份文件")
    owner = session.scalar(select(User).where(User.login == ending.owner, User.status == "active"))
    if owner is None:
        raise Invalid("没有这个在用的账号", where="owner", remedy="请写负责人的登录名")


def _citing(session: Session, access: Access, row: BasisDocument) -> list[Citing]:
    found = [
        Citing(CitingKind(one.kind), one.key, one.label, one.article, one.id)
        for one in session.scalars(
            select(BasisCitation)
            .where(BasisCitation.document_id == row.id)
            .order_by(BasisCitation.key, BasisCitation.article)
        )
    ]
    if row.source_id is not None:
        found += [Citing(CitingKind.RULE, entry.code, entry.name) for entry in rules_citing(row.source_id)]
        names = {entry.code: entry.name for entry in entries()}
        number = max(releases.numbers(access.home), default=0)
        found += [
            Citing(CitingKind.POINTS, code, f"{names.get(code, code)}（{many} 条知识点）")
            for code, many in releases.points_citing(access.home, number, row.source_id).items()
        ]
    return found


def _task(row: BasisTask, title: str, day: date) -> TaskView:
    return TaskView(
        id=row.id,
        document_id=row.document_id,
        document=title,
        kind=CitingKind(row.kind),
        key=row.key,
        label=row.label,
        owner=row.owner,
        deadline=row.deadline,
        overdue=row.done_at is None and row.deadline < day,
        done_at=row.done_at,
        done_by=row.done_by,
        remark=row.remark,
    )
