"""Standards of payment as rows: entered with their document, withdrawn and put back, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, String, and_, cast, func, null, or_, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Denied, Invalid, missing
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.access.scope import Place, PlaceColumns, within
from mingcha.access.trail import Action, record
from mingcha.domain.values import PRICE_SCALE, QUANTITY_SCALE
from mingcha.hospital.matching import Scheme, Standard
from mingcha.store.database.base import holds_on
from mingcha.store.database.hospital import PaymentStandardRow as Row

MOST_FEN = 100_000_000 * 100
MOST_ROWS = 5000


@dataclass(frozen=True)
class StandardView:
    """A standard as it was entered; amounts in fen, points in ten-thousandths, the rate in millionths of a yuan."""

    id: UUID
    scheme: Scheme
    region: str
    institution_rank: int | None
    institution_id: str
    insurance_type: str
    code: str
    name: str
    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    amount_fen: int
    points: int | None
    rate: int | None
    valid_from: date
    valid_to: date | None
    source: str
    set_at: datetime
    set_by: str
    withdrawn_by: str | None
    withdrawn_why: str | None


@dataclass(frozen=True)
class NewStandard:
    """A standard that is to hold from a day on: an amount in fen, or points and a rate."""

    scheme: Scheme
    region: str
    code: str
    name: str
    diagnoses: tuple[str, ...]
    valid_from: date
    source: str
    procedures: tuple[str, ...] = ()
    institution_rank: int | None = None
    institution_id: str = ""
    insurance_type: str = ""
    amount_fen: int | None = None
    points: int | None = None
    rate: int | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class StandardFilter:
    """Which standards; what is left out limits nothing.

    Args:
        text: the beginning of a code, or a part of a name.
        on: in force on a day.
        withdrawn: those that were withdrawn too.
    """

    scheme: Scheme | None = None
    region: str | None = None
    text: str | None = None
    on: date | None = None
    withdrawn: bool = False


Form = TypeVar("Form", Standard, StandardView)

_SORTS = {
    "code": Row.code,
    "name": Row.name,
    "amount_fen": Row.amount_fen,
    "valid_from": Row.valid_from,
    "region": Row.region,
}


def standards(access: Access, actor: Actor, wanted: StandardFilter, listing: Listing) -> Page[StandardView]:
    """Standards of regions, which everybody may know who may look, and those of institutions in the scope."""
    query = select(Row).where(_reached(actor))
    if wanted.scheme is not None:
        query = query.where(Row.scheme == wanted.scheme.value)
    if wanted.region is not None:
        query = query.where(Row.region == wanted.region)
    if wanted.text is not None:
        text = wanted.text
        query = query.where(
            or_(Row.code.startswith(text, autoescape=True), Row.name.contains(text, autoescape=True))
        )
    if wanted.on is not None:
        query = query.where(holds_on(wanted.on, Row.valid_from, Row.valid_to))
    if not wanted.withdrawn:
        query = query.where(Row.withdrawn_by.is_(None))
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="code", tie=Row.id)
        return Page([_said(row[0], StandardView) for row in found.items], found.total)


def add_standards(access: Access, actor: Actor, wanted: Sequence[NewStandard]) -> int:
    """Enter standards; returns how many.

    Raises:
        Denied: a place outside the actor's scope.
        Invalid: what cannot be meant.
        Conflict: the same group has one already in a part of that time.
    """
    if not 1 <= len(wanted) <= MOST_ROWS:
        raise Invalid("没有要录入的标准，或太多", where="rows", remedy=f"一次 1 到 {MOST_ROWS} 条")
    with access.database.writing() as session:
        for one in wanted:
            check_place(actor, one.region, one.institution_id)
            named = f"{one.scheme.label} {one.code}"
            if fault := fault_of(one):
                raise Invalid(f"{named}：{fault}", where="rows", remedy="请改正后再录入")
            if held := overlap_of(session, one):
                raise Conflict(f"{named}：{held}", where="rows", remedy="请改正后再录入")
            session.add(_row(access, actor, one))
            session.flush()
        first = wanted[0]
        details = {"region": first.region, "institution": first.institution_id, "rows": len(wanted)}
        if len(wanted) == 1:
            details |= {"code": first.code, "kind": first.scheme.value}
        about = ("payment_standard", first.code if len(wanted) == 1 else first.region)
        record(
            session, access, actor, Action.STANDARDS_ADDED, about=about, reason=first.source, details=details
        )
    return len(wanted)


def withdraw(access: Access, actor: Actor, standard_id: UUID, reason: str) -> StandardView:
    """Let a standard hold no more: it was entered wrongly.

    Raises:
        Missing, Denied: it is not in the actor's scope.
        Conflict: it was withdrawn before.
    """
    with access.database.writing() as session:
        row = _editable(session, actor, standard_id)
        if row.withdrawn_by is not None:
            raise Conflict("这条标准已经撤下", remedy="请刷新后再看")
        row.withdrawn_by, row.withdrawn_why, row.changed_at = actor.login, reason, access.now()
        _record(session, access, actor, Action.STANDARD_WITHDRAWN, row, reason)
        return _said(row, StandardView)


def put_back(access: Access, actor: Actor, standard_id: UUID, reason: str) -> StandardView:
    """Let a standard hold again that was withdrawn.

    Raises:
        Missing, Denied: it is not in the actor's scope.
        Conflict: it holds, or another does in its place.
    """
    with access.database.writing() as session:
        row = _editable(session, actor, standard_id)
        if row.withdrawn_by is None:
            raise Conflict("这条标准没有撤下", remedy="请刷新后再看")
        if fault := overlap_of(session, row):
            raise Conflict(fault, remedy="请先撤下另一条")
        row.withdrawn_by, row.withdrawn_why, row.changed_at = None, None, access.now()
        _record(session, access, actor, Action.STANDARD_PUT_BACK, row, reason)
        return _said(row, StandardView)


def in_force(session: Session, day: date) -> list[Standard]:
    """All standards of a day."""
    holding = holds_on(day, Row.valid_from, Row.valid_to), Row.withdrawn_by.is_(None)
    return [_said(row, Standard) for row in session.scalars(select(Row).where(*holding))]


def revision(session: Session) -> tuple[int, int, datetime | None]:
    """What changes whenever a standard does."""
    counted = func.count(Row.id), func.count(Row.withdrawn_by), func.max(Row.changed_at)
    rows, withdrawn, newest = session.execute(select(*counted)).one()
    return rows, withdrawn, newest


def check_place(actor: Actor, region: str, institution_id: str) -> None:
    """Refuse whose standards are not the actor's to say: of a region, or of an institution alone.

    Raises:
        Denied: outside the scope.
    """
    place = Place(region=region, institution=institution_id or None)
    if not actor.scope(Permission.STANDARDS_EDIT).covers(place):
        raise Denied(
            "只能录入自己数据范围内的标准",
            where="institution_id",
            remedy="医院录入本院执行的，请填本院的机构编码；全地区的由经办机构录入",
        )


def amount_of(one: NewStandard) -> int | None:
    """What a standard comes to, in fen; points times the rate rounded to the fen. None where it is not said."""
    if one.amount_fen is not None:
        return one.amount_fen
    if one.points is None or one.rate is None:
        return None
    scale = QUANTITY_SCALE * PRICE_SCALE // 100
    return (one.points * one.rate + scale // 2) // scale


def fault_of(one: NewStandard) -> str | None:
    """Why a standard cannot be meant."""
    amount = amount_of(one)
    if amount is None:
        return "没有支付标准金额，也没有分值和点值"
    if not 0 < amount <= MOST_FEN:
        return "支付标准不在 0 到 1 亿元之间"
    if not one.diagnoses:
        return "没有主诊断"
    if one.valid_to is not None and one.valid_to < one.valid_from:
        return "结束日期早于开始日期"
    return None


def overlap_of(session: Session, one: NewStandard | Row) -> str | None:
    """That the same group has a standard there already in a part of that time: two never hold on one day."""
    rank = Row.institution_rank
    same = and_(
        Row.scheme == one.scheme,
        Row.code == one.code,
        Row.region == one.region,
        rank.is_(None) if one.institution_rank is None else rank == one.institution_rank,
        Row.institution_id == one.institution_id,
        Row.insurance_type == one.insurance_type,
        Row.withdrawn_by.is_(None),
        or_(Row.valid_to.is_(None), Row.valid_to >= one.valid_from),
    )
    if one.valid_to is not None:
        same = and_(same, Row.valid_from <= one.valid_to)
    found = session.scalar(select(Row).where(same).limit(1))
    if found is None:
        return None
    until = "至今" if found.valid_to is None else f"至 {found.valid_to}"
    return f"{found.valid_from} {until}已有一条"


def _reached(actor: Actor) -> ColumnElement[bool]:
    scope = actor.scope(Permission.STANDARDS_VIEW)
    none = cast(null(), String)
    return or_(
        Row.institution_id == "", within(scope, PlaceColumns(Row.region, Row.institution_id, none, none))
    )


def _editable(session: Session, actor: Actor, standard_id: UUID) -> Row:
    row = session.scalar(select(Row).where(Row.id == standard_id, _reached(actor)).with_for_update())
    if row is None:
        raise missing("这条支付标准")
    check_place(actor, row.region, row.institution_id)
    return row


def _record(session: Session, access: Access, actor: Actor, action: Action, row: Row, reason: str) -> None:
    details = {"code": row.code, "region": row.region, "institution": row.institution_id}
    record(session, access, actor, action, about=("payment_standard", row.id), reason=reason, details=details)


def _row(access: Access, actor: Actor, one: NewStandard) -> Row:
    now = access.now()
    said = vars(one) | {"amount_fen": amount_of(one)}
    return Row(id=uuid4(), **said, set_at=now, set_by_id=actor.user_id, set_by=actor.login, changed_at=now)


def _said(row: Row, form: type[Form]) -> Form:
    """What a row says, in a form that names each of its columns alike."""
    said = {field.name: getattr(row, field.name) for field in fields(form)}
    read = {
        "scheme": Scheme(row.scheme),
        "diagnoses": tuple(row.diagnoses),
        "procedures": tuple(row.procedures),
    }
    return form(**said | read)
