"""What staff, and an institution itself, may do by date: 处方权, 抗菌药物处方权, 医保服务资格, 服务协议 …"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Denied, Invalid, missing
from mingcha.access.labelled import Labelled
from mingcha.access.organisations import Kind, periods_of
from mingcha.access.permissions import Permission
from mingcha.access.scope import Place
from mingcha.access.standing import place_of
from mingcha.access.succession import last_period
from mingcha.access.trail import Action, record
from mingcha.domain.codelists import CODE_LISTS
from mingcha.store.database.base import holds_on
from mingcha.store.database.organisations import Organisation, StaffRight

_DAY = timedelta(days=1)
GRADES = {int(grade): label for grade, label in CODE_LISTS["antibiotic_grade"].items()}


class Right(Labelled):
    """What may be given, by its code in the list `staff_right`."""

    INSURED = "insured", "医保服务资格"
    PRESCRIPTION = "prescription", "处方权"
    ANTIBIOTIC = "antibiotic", "抗菌药物处方权"
    NARCOTIC = "narcotic", "麻精药品处方权"
    DISPENSING = "dispensing", "药品调剂资格"
    PRESCRIPTION_REVIEW = "prescription_review", "处方审核资格"
    AGREEMENT = "agreement", "医保服务协议"


_ALL_STAFF = frozenset({Kind.DOCTOR, Kind.NURSE, Kind.PHARMACIST, Kind.TECHNICIAN})
HELD_BY: dict[Right, frozenset[Kind]] = {
    Right.INSURED: _ALL_STAFF,
    Right.PRESCRIPTION: frozenset({Kind.DOCTOR}),
    Right.ANTIBIOTIC: frozenset({Kind.DOCTOR}),
    Right.NARCOTIC: frozenset({Kind.DOCTOR}),
    Right.DISPENSING: frozenset({Kind.PHARMACIST}),
    Right.PRESCRIPTION_REVIEW: frozenset({Kind.PHARMACIST}),
    Right.AGREEMENT: frozenset({Kind.INSTITUTION}),
}
# Those that the insurance gives: no hospital says them of itself.
OF_THE_INSURANCE = frozenset({Right.INSURED, Right.AGREEMENT})


@dataclass(frozen=True)
class RightView:
    """A right in one period."""

    right: Right
    label: str
    grade: int | None
    grade_label: str | None
    number: str | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class NewRight:
    """A right to be held from a day on.

    Args:
        grade: the highest grade of antibiotics, for that right only.
        number: of the agreement, for that right only.
    """

    right: Right
    valid_from: date
    valid_to: date | None = None
    grade: int | None = None
    number: str | None = None


def rights_of(access: Access, actor: Actor, organisation_id: UUID) -> list[RightView]:
    """All that an organisation in the actor's scope may and might do, the newest first."""
    periods_of(access, actor, organisation_id)
    query = select(StaffRight).where(StaffRight.organisation_id == organisation_id)
    with access.database.reading() as session:
        rows = session.scalars(query.order_by(StaffRight.valid_from.desc(), StaffRight.right_name))
        return [view(row) for row in rows]


def give(access: Access, actor: Actor, organisation_id: UUID, new: NewRight) -> RightView:
    """Let somebody have a right from a day on; another grade before that day ends.

    Raises:
        Missing: nobody of this number in the scope.
        Denied: it is the insurance's to give.
        Invalid: the right is none for this kind, or a grade is missing or too much.
        Conflict: something was already said of later days.
    """
    with access.database.writing() as session:
        found = _editable(session, actor, organisation_id, new.right)
        _check_fits(Kind(found.kind), new)
        row = do_give(session, found.id, new)
        details = {"right": new.right.value, "grade": new.grade, "from": new.valid_from.isoformat()}
        about = ("organisation", found.id)
        record(session, access, actor, Action.STAFF_RIGHT_GIVEN, about=about, details=details)
        return view(row)


def withdraw(access: Access, actor: Actor, organisation_id: UUID, right: Right, last_day: date) -> RightView:
    """Let a right end with a day.

    Raises:
        Conflict: it is not held on that day.
    """
    with access.database.writing() as session:
        found = _editable(session, actor, organisation_id, right)
        row = do_withdraw(session, found.id, right, last_day)
        details = {"right": right.value, "last_day": last_day.isoformat()}
        about = ("organisation", found.id)
        record(session, access, actor, Action.STAFF_RIGHT_ENDED, about=about, details=details)
        return view(row)


def may_say(actor: Actor, right: Right, place: Place) -> bool:
    """Whether an actor may give or take a right of those who stand at a place."""
    if right in OF_THE_INSURANCE:
        permissions = actor.permissions
        return Permission.ORGANISATIONS_EDIT in permissions and actor.scope(
            Permission.ORGANISATIONS_EDIT
        ).covers(place)
    return actor.scope(Permission.ORGANISATIONS_SYNC).covers(place)


def do_give(session: Session, organisation_id: UUID, new: NewRight) -> StaffRight:
    """Begin a period of a right; said again of the same day, it corrects.

    Raises:
        Conflict: something was already said of later days.
    """
    last = _last(session, organisation_id, new.right)
    if last is not None and new.valid_from < last.valid_from:
        raise Conflict(
            f"{new.right.label}已有 {last.valid_from} 起的内容",
            where="valid_from",
            remedy="请接在最后一段之后，或改正最后一段",
        )
    if last is not None and new.valid_from == last.valid_from:
        row = last
    else:
        if last is not None and (last.valid_to is None or last.valid_to >= new.valid_from):
            last.valid_to = new.valid_from - _DAY
            session.flush()
        row = StaffRight(
            organisation_id=organisation_id, right_name=new.right.value, valid_from=new.valid_from
        )
        session.add(row)
    row.valid_to, row.grade, row.number = new.valid_to, new.grade, new.number
    session.flush()
    return row


def do_withdraw(session: Session, organisation_id: UUID, right: Right, last_day: date) -> StaffRight:
    """End a right with a day.

    Raises:
        Conflict: it is not held on that day.
    """
    last = _last(session, organisation_id, right)
    if last is None or last.valid_from > last_day or (last.valid_to is not None and last.valid_to < last_day):
        raise Conflict(f"{last_day} 并没有{right.label}", where="last_day", remedy="请核对日期")
    last.valid_to = last_day
    session.flush()
    return last


def held_on(day: date) -> ColumnElement[bool]:
    """The rights that are held on a day."""
    return holds_on(day, StaffRight.valid_from, StaffRight.valid_to)


def view(row: StaffRight) -> RightView:
    """A right as people read it."""
    right = Right(row.right_name)
    return RightView(
        right=right,
        label=right.label,
        grade=row.grade,
        grade_label=None if row.grade is None else GRADES.get(row.grade),
        number=row.number,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _last(session: Session, organisation_id: UUID, right: Right) -> StaffRight | None:
    return session.scalar(
        select(StaffRight)
        .where(StaffRight.organisation_id == organisation_id, StaffRight.right_name == right.value)
        .order_by(StaffRight.valid_from.desc())
        .limit(1)
    )


def _check_fits(kind: Kind, new: NewRight) -> None:
    if kind not in HELD_BY[new.right]:
        holders = "、".join(one.label for one in Kind if one in HELD_BY[new.right])
        raise Invalid(f"{new.right.label}只授予{holders}", where="right")
    if (new.right is Right.ANTIBIOTIC) != (new.grade is not None):
        raise Invalid("抗菌药物处方权须写明级别，其他权限没有级别", where="grade")
    if new.valid_to is not None and new.valid_to < new.valid_from:
        raise Invalid("最后一天早于开始日期", where="valid_to")


def _editable(session: Session, actor: Actor, organisation_id: UUID, right: Right) -> Organisation:
    """Of whom the actor may say this, held until the transaction ends."""
    found = session.scalar(select(Organisation).where(Organisation.id == organisation_id).with_for_update())
    last = None if found is None else last_period(session, organisation_id)
    if found is None or last is None:
        raise missing("这个机构或人员")
    place = place_of(last)
    if not actor.scope(Permission.ORGANISATIONS_SYNC).covers(place):
        raise missing("这个机构或人员")
    if not may_say(actor, right, place):
        raise Denied(f"{right.label}由经办机构确定", where="right", remedy="请联系经办机构的系统管理员")
    return found
