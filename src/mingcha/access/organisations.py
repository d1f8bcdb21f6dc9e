"""The tree of organisations over time: region → bureau, institution → its units → who works there."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Denied, Invalid, missing
from mingcha.access.labelled import Labelled
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.access.scope import REGION_DIGITS, Place, region_prefix, within
from mingcha.access.standing import PLACE_OF_PERIOD, current_period, place_columns, place_of
from mingcha.access.succession import do_begin_period, do_end, last_period, under
from mingcha.access.trail import Action, record
from mingcha.store.database.organisations import Organisation, OrganisationPeriod


class Kind(Labelled):
    """What an organisation is."""

    REGION = "region", "地区"
    BUREAU = "bureau", "经办机构"
    INSTITUTION = "institution", "定点医药机构"
    CAMPUS = "campus", "院区"
    STATION = "station", "社区卫生服务站"
    DEPARTMENT = "department", "科室"
    WARD = "ward", "病区"
    TEAM = "team", "医疗组"
    DOCTOR = "doctor", "医师"
    NURSE = "nurse", "护士"
    PHARMACIST = "pharmacist", "药师"
    TECHNICIAN = "technician", "医技人员"


UNITS = (Kind.CAMPUS, Kind.STATION, Kind.DEPARTMENT, Kind.WARD, Kind.TEAM)
STAFF = (Kind.DOCTOR, Kind.NURSE, Kind.PHARMACIST, Kind.TECHNICIAN)
# Bills name none of them: what lies there cannot be told from what lies above.
NAMELESS_ON_BILLS = frozenset(UNITS) - {Kind.DEPARTMENT} | frozenset(STAFF) - {Kind.DOCTOR}


# Under what each may stand; a department in a department would hide one from the scope of the other.
PARENTS: dict[Kind, tuple[Kind, ...]] = {
    Kind.REGION: (Kind.REGION,),
    Kind.BUREAU: (Kind.REGION,),
    Kind.INSTITUTION: (Kind.REGION,),
    Kind.CAMPUS: (Kind.INSTITUTION,),
    Kind.STATION: (Kind.INSTITUTION,),
    Kind.DEPARTMENT: (Kind.INSTITUTION, Kind.CAMPUS, Kind.STATION),
    Kind.WARD: (Kind.DEPARTMENT, Kind.CAMPUS, Kind.INSTITUTION),
    Kind.TEAM: (Kind.DEPARTMENT, Kind.WARD),
    **dict.fromkeys(STAFF, (*UNITS, Kind.INSTITUTION)),
}


class Unchanged(Enum):
    """Says of a field that it stays as it was; nothing says that it becomes unknown."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED


@dataclass(frozen=True)
class Facts:
    """What may change about an organisation."""

    name: str
    parent_id: UUID | None
    level: str | None = None
    category: str | None = None
    local_code: str | None = None
    title: str | None = None


@dataclass(frozen=True)
class OrganisationView:
    """An organisation in one period."""

    id: UUID
    kind: Kind
    code: str
    name: str
    parent_id: UUID | None
    level: str | None
    category: str | None
    local_code: str | None
    title: str | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class OrganisationFilter:
    """Which organisations, and on which day; what is left out limits nothing.

    Args:
        top: only those above which the actor sees nothing: where the tree begins for them.
    """

    on: date | None = None
    kind: Kind | None = None
    parent_id: UUID | None = None
    name: str | None = None
    code: str | None = None
    top: bool = False


_SORTS = {
    "code": Organisation.code,
    "name": OrganisationPeriod.name,
    "kind": Organisation.kind,
    "valid_from": OrganisationPeriod.valid_from,
}


def organisations(
    access: Access, actor: Actor, wanted: OrganisationFilter, listing: Listing
) -> Page[OrganisationView]:
    """The organisations in the actor's scope as they are on a day, today by default."""
    day = wanted.on or access.today()
    query = _joined(actor, Permission.ORGANISATIONS_VIEW).where(current_period(day))
    if wanted.top:
        above = aliased(OrganisationPeriod)
        seen = within(actor.scope(Permission.ORGANISATIONS_VIEW), place_columns(above))
        stands = above.organisation_id == OrganisationPeriod.parent_id
        query = query.where(~exists().where(stands, current_period(day, above), seen))
    if wanted.kind is not None:
        query = query.where(Organisation.kind == wanted.kind.value)
    if wanted.parent_id is not None:
        query = query.where(OrganisationPeriod.parent_id == wanted.parent_id)
    if wanted.name is not None:
        query = query.where(OrganisationPeriod.name.contains(wanted.name, autoescape=True))
    if wanted.code is not None:
        query = query.where(Organisation.code == wanted.code)
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="code", tie=Organisation.id)
        return Page([_view(*row) for row in found.items], found.total)


def periods_of(access: Access, actor: Actor, organisation_id: UUID) -> list[OrganisationView]:
    """All that is and was true of an organisation, as far as it stood in the actor's scope; the oldest first."""
    query = _joined(actor, Permission.ORGANISATIONS_VIEW).where(Organisation.id == organisation_id)
    with access.database.reading() as session:
        rows = session.execute(query.order_by(OrganisationPeriod.valid_from)).all()
    if not rows:
        raise missing("这个机构")
    return [_view(*row) for row in rows]


def create(
    access: Access, actor: Actor, kind: Kind, code: str, facts: Facts, valid_from: date
) -> OrganisationView:
    """Enter an organisation from a day on.

    Raises:
        Denied: it would stand outside the actor's scope.
        Missing: its parent does not exist on that day, or not in the scope.
        Conflict: it is there already.
    """
    check_code(kind, code)
    with access.database.writing() as session:
        place = _place(session, actor, kind, code, facts.parent_id, valid_from)
        check_within(actor, place)
        institution = place.institution or ""
        same = select(Organisation).where(
            Organisation.kind == kind.value,
            Organisation.code == code,
            Organisation.institution_code == ("" if kind is Kind.INSTITUTION else institution),
        )
        if session.scalar(same) is not None:
            raise Conflict(
                f"已有代码为 {code} 的{kind.label}", where="code", remedy="停用过的请改用“变更”恢复"
            )
        made = Organisation(
            id=uuid4(),
            kind=kind.value,
            code=code,
            institution_code="" if kind is Kind.INSTITUTION else institution,
            created_at=access.now(),
        )
        session.add(made)
        session.flush()
        period = do_begin_period(session, made, valid_from, place, asdict(facts))
        about = ("organisation", made.id)
        details = {"kind": kind.value, "code": code, "from": valid_from.isoformat(), **_told(facts)}
        record(session, access, actor, Action.ORGANISATION_CREATED, about=about, details=details)
        return _view(made, period)


def change(
    access: Access,
    actor: Actor,
    organisation_id: UUID,
    valid_from: date,
    *,
    name: str | None = None,
    parent_id: UUID | None = None,
    level: str | Unchanged | None = UNCHANGED,
    category: str | Unchanged | None = UNCHANGED,
) -> OrganisationView:
    """Say what is true of an organisation from a day on; what is below moves with it, earlier days stay as they were.

    Raises:
        Missing: no such organisation, or new parent, in the scope.
        Conflict: something was already said of later days.
    """
    with access.database.writing() as session:
        found, last = _editable(session, actor, organisation_id)
        facts = Facts(last.name, last.parent_id, last.level, last.category, last.local_code, last.title)
        facts = replace(facts, name=name or facts.name, parent_id=parent_id or facts.parent_id)
        if not isinstance(level, Unchanged):
            facts = replace(facts, level=level)
        if not isinstance(category, Unchanged):
            facts = replace(facts, category=category)
        kind = Kind(found.kind)
        place = _place(session, actor, kind, found.code, facts.parent_id, valid_from)
        check_within(actor, place)
        if kind in (*UNITS, *STAFF) and place.institution != found.institution_code:
            raise Invalid(
                f"{kind.label}不能移到另一家机构",
                where="parent_id",
                remedy="请在那家机构另建一条；原来的按日期停用",
            )
        period = do_begin_period(session, found, valid_from, place, asdict(facts))
        about = ("organisation", found.id)
        details = {"from": valid_from.isoformat(), **_told(facts)}
        record(session, access, actor, Action.ORGANISATION_CHANGED, about=about, details=details)
        return _view(found, period)


def close(access: Access, actor: Actor, organisation_id: UUID, last_day: date) -> OrganisationView:
    """Say that an organisation exists until a day.

    Raises:
        Conflict: something below it goes on, or it ended before.
    """
    with access.database.writing() as session:
        found, _ = _editable(session, actor, organisation_id)
        period = do_end(session, found, last_day)
        about = ("organisation", found.id)
        details = {"last_day": last_day.isoformat()}
        record(session, access, actor, Action.ORGANISATION_CLOSED, about=about, details=details)
        return _view(found, period)


def check_code(kind: Kind, code: str) -> None:
    """Refuse a region whose code is no division of the country."""
    if kind is Kind.REGION and not (len(code) == REGION_DIGITS and code.isascii() and code.isdigit()):
        raise Invalid("地区代码须为 6 位数字", where="code", remedy="请用行政区划代码，如 350100")


def check_within(actor: Actor, place: Place) -> None:
    """Refuse a place outside the actor's scope."""
    if not actor.scope(Permission.ORGANISATIONS_EDIT).covers(place):
        raise Denied("这个位置不在您的数据范围内", where="parent_id", remedy="请由上级的系统管理员处理")


def _place(
    session: Session,
    actor: Actor,
    kind: Kind,
    code: str,
    parent_id: UUID | None,
    day: date,
) -> Place:
    """Where an organisation stands under its parent on a day."""
    if parent_id is None:
        if kind is not Kind.REGION:
            raise Invalid(f"{kind.label}须有上级", where="parent_id")
        return Place(region=code)
    query = _joined(actor, Permission.ORGANISATIONS_EDIT)
    row = session.execute(query.where(Organisation.id == parent_id, current_period(day))).one_or_none()
    if row is None:
        raise missing(f"{day} 有效的上级机构")
    parent, period = row
    if Kind(parent.kind) not in PARENTS[kind]:
        allowed = "、".join(one.label for one in PARENTS[kind])
        raise Invalid(f"{kind.label}的上级只能是{allowed}", where="parent_id")
    ends = last_period(session, parent.id)
    if ends is None or ends.valid_to is not None:
        raise Conflict(f"上级已定于 {ends and ends.valid_to} 停用", where="parent_id")
    if kind is Kind.REGION and (not code.startswith(region_prefix(parent.code)) or code == parent.code):
        raise Invalid("下级地区的代码须以上级的代码开头", where="code", remedy=f"上级是 {parent.code}")
    return under(place_of(period), kind.value, code)


def _joined(actor: Actor, permission: Permission) -> Select[Organisation, OrganisationPeriod]:
    period = OrganisationPeriod.organisation_id == Organisation.id
    query = select(Organisation, OrganisationPeriod).join(OrganisationPeriod, period)
    return query.where(within(actor.scope(permission), PLACE_OF_PERIOD))


def _editable(
    session: Session, actor: Actor, organisation_id: UUID
) -> tuple[Organisation, OrganisationPeriod]:
    """An organisation whose newest period lies in the actor's scope, held until the transaction ends."""
    found = session.scalar(select(Organisation).where(Organisation.id == organisation_id).with_for_update())
    last = None if found is None else last_period(session, organisation_id)
    if found is None or last is None:
        raise missing("这个机构")
    if not actor.scope(Permission.ORGANISATIONS_EDIT).covers(place_of(last)):
        raise missing("这个机构")
    return found, last


def _told(facts: Facts) -> dict[str, Any]:
    """What the trail says; the name of a doctor's node is a person's, and stays out."""
    parent = None if facts.parent_id is None else str(facts.parent_id)
    return {"parent": parent, "level": facts.level, "category": facts.category}


def _view(organisation: Organisation, period: OrganisationPeriod) -> OrganisationView:
    return OrganisationView(
        id=organisation.id,
        kind=Kind(organisation.kind),
        code=organisation.code,
        name=period.name,
        parent_id=period.parent_id,
        level=period.level,
        category=period.category,
        local_code=period.local_code,
        title=period.title,
        valid_from=period.valid_from,
        valid_to=period.valid_to,
    )
