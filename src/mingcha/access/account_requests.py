"""Accounts that are asked for: by whom, for which work, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mingcha.access.account_links import Link, do_make_link
from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Denied, Invalid, missing
from mingcha.access.grants import NewGrant, do_add_grant
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.organisations import STAFF, Kind
from mingcha.access.permissions import Permission
from mingcha.access.personal import PersonalField, mask, normalised, seal
from mingcha.access.roles import DUTIES, ROLES, Role
from mingcha.access.scope import within
from mingcha.access.sign_in import login_of
from mingcha.access.standing import PLACE_OF_PERIOD, current_period
from mingcha.access.trail import Action, record
from mingcha.store.database.organisations import Organisation, OrganisationPeriod
from mingcha.store.database.people import User
from mingcha.store.database.requests import AccountRequest
from mingcha.store.keys import Keys, Sealed

_TABLE = AccountRequest.__tablename__


@dataclass(frozen=True)
class Wish:
    """What somebody asks for.

    Args:
        organisation_id: where, and over which data.
        staff_code: national code or hospital's number of somebody of the tree, who the account is for.
    """

    login: str
    full_name: str
    phone: str | None
    organisation_id: UUID
    staff_code: str | None
    role: Role
    reason: str


@dataclass(frozen=True)
class RequestView:
    """A request as others see it: personal values masked."""

    id: UUID
    login: str
    full_name: str
    phone: str | None
    organisation_id: UUID
    organisation_name: str
    staff_code: str | None
    role: Role
    role_label: str
    reason: str
    status: str
    invited: bool
    asked_at: datetime
    decided_at: datetime | None
    decision: str | None
    user_id: UUID | None


@dataclass(frozen=True)
class RequestFilter:
    """Which requests; what is left out limits nothing."""

    status: str | None = None
    login: str | None = None
    role: Role | None = None


@dataclass(frozen=True)
class Granted:
    """An account that was made, the link for its owner, and whether the role was given too."""

    user_id: UUID
    link: Link
    role_given: bool


_SORTS = {
    "asked_at": AccountRequest.asked_at,
    "login": AccountRequest.login,
    "status": AccountRequest.status,
    "role": AccountRequest.role,
}


def ask(access: Access, actor: Actor, wish: Wish) -> RequestView:
    """Ask for an account for somebody at a place in the actor's scope.

    Raises:
        Missing: no such place in the scope.
        Conflict: somebody has this login, or it was asked for already.
    """
    with access.database.writing() as session:
        place = (
            select(OrganisationPeriod.id)
            .where(OrganisationPeriod.organisation_id == wish.organisation_id)
            .where(current_period(access.today()))
            .where(within(actor.scope(Permission.ACCOUNTS_REQUEST), PLACE_OF_PERIOD))
        )
        if session.scalar(place) is None:
            raise missing("这个机构")
        made = do_ask(session, access, wish)
        made.asked_by = actor.user_id
        session.flush()
        _tell(session, access, actor, Action.ACCOUNT_ASKED, made)
        return _one(session, access, actor, Permission.ACCOUNTS_REQUEST, made.id)


def do_ask(session: Session, access: Access, wish: Wish) -> AccountRequest:
    """Keep a request.

    Raises:
        Invalid: one of the three duties is asked for.
        Conflict: somebody has this login, or it was asked for already.
    """
    if wish.role in DUTIES:
        raise Invalid("三员不能申请", where="role", remedy="由系统的安全管理员另行设立")
    login = login_of(wish.login)
    taken = session.scalar(select(User.id).where(User.login == login))
    waiting = select(AccountRequest.id).where(
        AccountRequest.login == login, AccountRequest.status == "waiting"
    )
    if taken is not None or session.scalar(waiting) is not None:
        raise Conflict("这个登录名已有人用，或正在申请", where="login", remedy="请换一个")
    made = AccountRequest(
        id=uuid4(),
        login=login,
        organisation_id=wish.organisation_id,
        staff_code=wish.staff_code,
        role=wish.role.value,
        reason=wish.reason,
        status="waiting",
        asked_at=access.now(),
    )
    made.full_name = _sealed(access.keys, made.id, PersonalField.FULL_NAME, wish.full_name)
    if wish.phone is not None:
        made.phone = _sealed(access.keys, made.id, PersonalField.PHONE, wish.phone)
    session.add(made)
    session.flush()
    return made


def requests(access: Access, actor: Actor, wanted: RequestFilter, listing: Listing) -> Page[RequestView]:
    """What was asked for in the actor's scope."""
    query = _joined(access, actor, Permission.ACCOUNTS_REQUEST)
    if wanted.status is not None:
        query = query.where(AccountRequest.status == wanted.status)
    if wanted.login is not None:
        query = query.where(AccountRequest.login.contains(login_of(wanted.login), autoescape=True))
    if wanted.role is not None:
        query = query.where(AccountRequest.role == wanted.role.value)
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="-asked_at", tie=AccountRequest.id)
        return Page([_view(access.keys, row[0], row[1]) for row in found.items], found.total)


def grant(access: Access, actor: Actor, request_id: UUID, decision: str) -> Granted:
    """Make the account that was asked for, with the role where it is the actor's to give.

    Raises:
        Missing: no such request in the scope.
        Denied: the role reaches beyond what the actor may give.
        Conflict: it was decided already, or the login is taken meanwhile.
    """
    with access.database.writing() as session:
        row = _waiting(session, access, actor, request_id)
        if session.scalar(select(User.id).where(User.login == row.login)) is not None:
            raise Conflict("这个登录名已有人用", where="login", remedy="请驳回，请申请人换一个登录名")
        place, own = _place_of(session, access, row)
        user = _made(session, access, row, place)
        role = Role(row.role)
        given = Permission.GRANTS_EDIT in actor.permissions
        if given:
            if role not in actor.may_assign():
                raise Denied(f"您不能授予“{ROLES[role].label}”", remedy="请由系统管理员和安全管理员处理")
            new = NewGrant(role, own=True) if own else NewGrant(role, row.organisation_id)
            do_add_grant(session, access, actor, user, new)
        link = do_make_link(session, access, user)
        _decide(access, actor, row, "granted", decision)
        row.user_id = user.id
        session.flush()
        details = {"login": user.login, "organisation": str(place)}
        record(session, access, actor, Action.USER_CREATED, about=("user", user.id), details=details)
        _tell(session, access, actor, Action.ACCOUNT_GRANTED, row)
        return Granted(user.id, link, given)


def refuse(access: Access, actor: Actor, request_id: UUID, decision: str) -> RequestView:
    """Say no, and why."""
    with access.database.writing() as session:
        row = _waiting(session, access, actor, request_id)
        _decide(access, actor, row, "refused", decision)
        session.flush()
        _tell(session, access, actor, Action.ACCOUNT_REFUSED, row)
        return _one(session, access, actor, Permission.ACCOUNTS_DECIDE, row.id)


def _decide(access: Access, actor: Actor, row: AccountRequest, status: str, decision: str) -> None:
    row.status, row.decision = status, decision
    row.decided_by, row.decided_at = actor.user_id, access.now()


def _waiting(session: Session, access: Access, actor: Actor, request_id: UUID) -> AccountRequest:
    query = _joined(access, actor, Permission.ACCOUNTS_DECIDE).where(AccountRequest.id == request_id)
    found = session.execute(query.with_for_update(of=AccountRequest)).one_or_none()
    if found is None:
        raise missing("这个申请")
    row: AccountRequest = found[0]
    if row.status != "waiting":
        raise Conflict("这个申请已经处理过", remedy="请刷新")
    if row.asked_by is not None and row.asked_by == actor.user_id:
        raise Denied("不能批准自己提出的申请", remedy="请由另一位管理员处理")
    return row


def _place_of(session: Session, access: Access, row: AccountRequest) -> tuple[UUID, bool]:
    """Where the account stands, and whether it is a doctor's own."""
    if row.staff_code is None:
        return row.organisation_id, False
    asked = session.scalars(
        select(OrganisationPeriod).where(
            OrganisationPeriod.organisation_id == row.organisation_id, current_period(access.today())
        )
    ).one()
    code = (Organisation.code == row.staff_code) | (OrganisationPeriod.local_code == row.staff_code)
    found = session.scalars(
        select(Organisation)
        .join(OrganisationPeriod, OrganisationPeriod.organisation_id == Organisation.id)
        .where(current_period(access.today()), code)
        .where(Organisation.kind.in_([kind.value for kind in STAFF]))
        .where(Organisation.institution_code == (asked.institution_code or ""))
    ).all()
    if len(found) != 1:
        raise Conflict(
            f"本院在用的人员里没有唯一的“{row.staff_code}”",
            where="staff_code",
            remedy="请先同步人员名单，或驳回",
        )
    own = Kind(found[0].kind) is Kind.DOCTOR and Role(row.role) is Role.DOCTOR
    return found[0].id, own


def _made(session: Session, access: Access, row: AccountRequest, place: UUID) -> User:
    keys = access.keys
    user = User(
        id=uuid4(),
        login=row.login,
        organisation_id=place,
        status="active",
        created_at=access.now(),
        # No password opens it until its owner has chosen one by the link.
        password_hash="",
        password_set_at=access.now(),
        must_change_password=True,
        totp_confirmed=False,
        totp_last_step=0,
    )
    name = _opened(keys, row.id, PersonalField.FULL_NAME, row.full_name)
    user.full_name, user.full_name_index = seal(keys, PersonalField.FULL_NAME, user.id, name)
    if row.phone is not None:
        phone = _opened(keys, row.id, PersonalField.PHONE, row.phone)
        user.phone, user.phone_index = seal(keys, PersonalField.PHONE, user.id, phone)
    session.add(user)
    session.flush()
    return user


def _joined(access: Access, actor: Actor, permission: Permission) -> Select[*tuple[Any, ...]]:
    place = OrganisationPeriod.organisation_id == AccountRequest.organisation_id
    return (
        select(AccountRequest, OrganisationPeriod.name)
        .join(OrganisationPeriod, place & current_period(access.today()))
        .where(within(actor.scope(permission), PLACE_OF_PERIOD))
    )


def _one(
    session: Session, access: Access, actor: Actor, permission: Permission, request_id: UUID
) -> RequestView:
    query = _joined(access, actor, permission).where(AccountRequest.id == request_id)
    row: Sequence[Any] = session.execute(query).one()
    return _view(access.keys, row[0], row[1])


def _view(keys: Keys, row: AccountRequest, place: str) -> RequestView:
    phone = None if row.phone is None else _opened(keys, row.id, PersonalField.PHONE, row.phone)
    return RequestView(
        id=row.id,
        login=row.login,
        full_name=mask(
            PersonalField.FULL_NAME, _opened(keys, row.id, PersonalField.FULL_NAME, row.full_name)
        ),
        phone=None if phone is None else mask(PersonalField.PHONE, phone),
        organisation_id=row.organisation_id,
        organisation_name=place,
        staff_code=row.staff_code,
        role=Role(row.role),
        role_label=ROLES[Role(row.role)].label,
        reason=row.reason,
        status=row.status,
        invited=row.invitation_id is not None,
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        decision=row.decision,
        user_id=row.user_id,
    )


def _tell(session: Session, access: Access, actor: Actor, action: Action, row: AccountRequest) -> None:
    details = {"login": row.login, "role": row.role, "organisation": str(row.organisation_id)}
    about = ("account_request", row.id)
    record(session, access, actor, action, about=about, reason=row.decision, details=details)


def _sealed(keys: Keys, request_id: UUID, field: PersonalField, text: str) -> Sealed:
    return keys.seal(normalised(field, text), f"{_TABLE}.{field}:{request_id}")


def _opened(keys: Keys, request_id: UUID, field: PersonalField, sealed: Sealed) -> str:
    return keys.open(sealed, f"{_TABLE}.{field}:{request_id}")
