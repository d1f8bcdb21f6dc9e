"""Users: made, changed, stopped and let in again by those in whose scope they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Denied, Invalid, missing
from mingcha.access.failures import forget_failures
from mingcha.access.grants import check_duty_stays_held
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.passwords import do_set_temporary_password
from mingcha.access.permissions import Permission
from mingcha.access.personal import PersonalField, index_of, masked, seal
from mingcha.access.roles import ROLES, Role
from mingcha.access.scope import Place
from mingcha.access.second_factor import do_remove
from mingcha.access.sessions import do_end_all
from mingcha.access.sign_in import login_of
from mingcha.access.standing import place_today
from mingcha.access.tokens import do_revoke_all
from mingcha.access.trail import Action, record
from mingcha.access.users_known import (
    check_not_above,
    check_not_oneself,
    holds_duty,
    user_within,
    users_within,
)
from mingcha.store.database.organisations import OrganisationPeriod
from mingcha.store.database.people import Grant, User
from mingcha.store.keys import Keys


@dataclass(frozen=True)
class UserView:
    """A user as others see them: personal values masked."""

    id: UUID
    login: str
    full_name: str
    id_number: str | None
    phone: str | None
    organisation_id: UUID | None
    organisation_name: str | None
    roles: list[str]
    status: str
    restricted: bool
    must_change_password: bool
    second_factor: bool
    created_at: datetime


@dataclass(frozen=True)
class TemporaryPassword:
    """A password to be told once, in person, and changed at first use."""

    password: str
    ends_at: datetime


@dataclass(frozen=True)
class UserFilter:
    """Which users; what is left out limits nothing."""

    login: str | None = None
    status: str | None = None
    role: Role | None = None
    organisation_id: UUID | None = None


_SORTS = {
    "login": User.login,
    "status": User.status,
    "created_at": User.created_at,
    "organisation_name": OrganisationPeriod.name,
}


def users(access: Access, actor: Actor, wanted: UserFilter, listing: Listing) -> Page[UserView]:
    """The users in the actor's scope."""
    query = users_within(actor.scope(Permission.USERS_VIEW), access)
    if wanted.login is not None:
        query = query.where(User.login.contains(login_of(wanted.login), autoescape=True))
    if wanted.status is not None:
        query = query.where(User.status == wanted.status)
    if wanted.role is not None:
        query = query.where(exists().where(Grant.user_id == User.id, Grant.role == wanted.role.value))
    if wanted.organisation_id is not None:
        query = query.where(User.organisation_id == wanted.organisation_id)
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="login", tie=User.id)
        return Page(_views(session, access, found.items), found.total)


def user(access: Access, actor: Actor, user_id: UUID) -> UserView:
    """One user in the actor's scope."""
    with access.database.reading() as session:
        return _seen(session, access, actor, Permission.USERS_VIEW, user_id)


def find(access: Access, actor: Actor, field: PersonalField, value: str) -> list[UserView]:
    """The users in the actor's scope with just this name, number or telephone; found without reading others."""
    query = users_within(actor.scope(Permission.USERS_VIEW), access)
    query = query.where(getattr(User, f"{field}_index") == index_of(access.keys, field, value))
    with access.database.writing() as session:
        found = _views(session, access, session.execute(query.order_by(User.login).limit(100)).all())
        details = {"field": field.value, "found": len(found)}
        record(session, access, actor, Action.USER_SOUGHT, details=details)
        return found


def create(
    access: Access,
    actor: Actor,
    login: str,
    personal: Mapping[PersonalField, str],
    organisation_id: UUID | None,
) -> tuple[UserView, TemporaryPassword]:
    """Make a user who may do nothing yet, and a password to be told once.

    Raises:
        Denied: the user's place is outside the actor's scope.
        Conflict: somebody has this login.
    """
    login = login_of(login)
    with access.database.writing() as session:
        check_place(session, access, actor, organisation_id)
        if session.scalar(select(User.id).where(User.login == login)) is not None:
            raise Conflict("这个登录名已有人用", where="login", remedy="请换一个；停用的账号也占用登录名")
        made = User(
            id=uuid4(),
            login=login,
            organisation_id=organisation_id,
            status="active",
            created_at=access.now(),
            password_hash="",
            totp_confirmed=False,
            totp_last_step=0,
        )
        for field, value in personal.items():
            _set_personal(access, made, field, value)
        password, ends_at = do_set_temporary_password(session, access, made)
        session.add(made)
        session.flush()
        details = {"login": login, "organisation": None if organisation_id is None else str(organisation_id)}
        record(session, access, actor, Action.USER_CREATED, about=("user", made.id), details=details)
        view = _seen(session, access, actor, Permission.USERS_EDIT, made.id)
        return view, TemporaryPassword(password, ends_at)


def change(
    access: Access,
    actor: Actor,
    user_id: UUID,
    personal: Mapping[PersonalField, str | None],
    organisation_id: UUID | None,
) -> UserView:
    """Change what is known of a user; `organisation_id` moves the user where it is given.

    Raises:
        Missing: no such user in the scope.
        Denied: the account or the new place reaches beyond the actor's scope.
    """
    with access.database.writing() as session:
        found = user_within(session, access, actor, Permission.USERS_EDIT, user_id)
        check_not_above(session, access, actor, Permission.USERS_EDIT, found)
        changed = [field.value for field in personal]
        for field, value in personal.items():
            _set_personal(access, found, field, value)
        details: dict[str, object] = {"changed": changed}
        if organisation_id is not None and organisation_id != found.organisation_id:
            check_place(session, access, actor, organisation_id)
            details["organisation"] = [str(found.organisation_id), str(organisation_id)]
            found.organisation_id = organisation_id
        session.flush()
        record(session, access, actor, Action.USER_CHANGED, about=("user", found.id), details=details)
        return _seen(session, access, actor, Permission.USERS_EDIT, user_id)


def lock(access: Access, actor: Actor, user_id: UUID, reason: str) -> UserView:
    """Stop an account: its sessions and tokens end at once."""
    with access.database.writing() as session:
        found = user_within(session, access, actor, Permission.USERS_LOCK, user_id)
        check_not_oneself(actor, found)
        check_not_above(session, access, actor, Permission.USERS_LOCK, found)
        check_duty_stays_held(session, found)
        found.status = "locked"
        do_end_all(session, access, found.id)
        session.flush()
        record(session, access, actor, Action.USER_LOCKED, about=("user", found.id), reason=reason)
        return _seen(session, access, actor, Permission.USERS_LOCK, user_id)


def unlock(access: Access, actor: Actor, user_id: UUID, reason: str) -> UserView:
    """Let an account in again; failures to sign in are forgotten."""
    with access.database.writing() as session:
        found = user_within(session, access, actor, Permission.USERS_LOCK, user_id)
        check_not_oneself(actor, found)
        check_not_above(session, access, actor, Permission.USERS_LOCK, found)
        found.status = "active"
        forget_failures(session, found.login)
        session.flush()
        record(session, access, actor, Action.USER_UNLOCKED, about=("user", found.id), reason=reason)
        return _seen(session, access, actor, Permission.USERS_LOCK, user_id)


def reset_password(access: Access, actor: Actor, user_id: UUID, reason: str) -> TemporaryPassword:
    """Give a temporary password; sessions and tokens end. Of the three administrators only at the server's console.

    Raises:
        Denied: whoever could reset these would hold two of the three duties.
    """
    with access.database.writing() as session:
        found = user_within(session, access, actor, Permission.USERS_RESET, user_id)
        _check_may_reset(session, access, actor, found)
        password, ends_at = do_set_temporary_password(session, access, found)
        do_end_all(session, access, found.id)
        do_revoke_all(session, access, found.id)
        forget_failures(session, found.login)
        record(session, access, actor, Action.PASSWORD_RESET, about=("user", found.id), reason=reason)
        return TemporaryPassword(password, ends_at)


def reset_second_factor(access: Access, actor: Actor, user_id: UUID, reason: str) -> UserView:
    """Take the second factor from somebody who lost it and the recovery codes."""
    with access.database.writing() as session:
        found = user_within(session, access, actor, Permission.USERS_RESET, user_id)
        _check_may_reset(session, access, actor, found)
        do_remove(session, found)
        session.flush()
        record(session, access, actor, Action.TOTP_REMOVED, about=("user", found.id), reason=reason)
        return _seen(session, access, actor, Permission.USERS_RESET, user_id)


def check_place(session: Session, access: Access, actor: Actor, organisation_id: UUID | None) -> None:
    """Refuse a place for a user that does not exist or lies outside the actor's scope."""
    place = Place() if organisation_id is None else place_today(session, organisation_id, access.today())
    if place is None:
        raise missing("这个机构")
    if not actor.scope(Permission.USERS_EDIT).covers(place):
        raise Denied("这个机构不在您的数据范围内", where="organisation_id", remedy="请选择您管理的机构")


def _check_may_reset(session: Session, access: Access, actor: Actor, found: User) -> None:
    check_not_oneself(actor, found)
    check_not_above(session, access, actor, Permission.USERS_RESET, found)
    if holds_duty(found) and not actor.console:
        raise Denied(
            "三员的口令和动态码不能由他人在页面上重置",
            remedy="请在服务器上运行 mingcha user reset-password，避免一人掌握两员的账号",
        )


def _set_personal(access: Access, row: User, field: PersonalField, value: str | None) -> None:
    if value is None:
        if field is PersonalField.FULL_NAME:
            raise Invalid("姓名不能为空", where="full_name")
        sealed, index = None, None
    else:
        sealed, index = seal(access.keys, field, row.id, value)
    setattr(row, field.value, sealed)
    setattr(row, f"{field}_index", index)


def _seen(session: Session, access: Access, actor: Actor, permission: Permission, user_id: UUID) -> UserView:
    query = users_within(actor.scope(permission), access).where(User.id == user_id)
    found = session.execute(query).one_or_none()
    if found is None:
        raise missing("这个用户")
    return _views(session, access, [found])[0]


def _views(session: Session, access: Access, rows: Sequence[Any]) -> list[UserView]:
    roles: dict[UUID, list[Role]] = {row.id: [] for row, _ in rows}
    for user_id, role in session.execute(
        select(Grant.user_id, Grant.role).where(Grant.user_id.in_(roles)).distinct().order_by(Grant.role)
    ):
        roles[user_id].append(Role(role))
    return [_view(access.keys, row, place, roles[row.id]) for row, place in rows]


def _view(keys: Keys, row: User, place: OrganisationPeriod | None, roles: Sequence[Role]) -> UserView:
    return UserView(
        id=row.id,
        login=row.login,
        full_name=masked(keys, PersonalField.FULL_NAME, row.id, row.full_name) or "",
        id_number=masked(keys, PersonalField.ID_NUMBER, row.id, row.id_number),
        phone=masked(keys, PersonalField.PHONE, row.id, row.phone),
        organisation_id=row.organisation_id,
        organisation_name=None if place is None else place.name,
        roles=[ROLES[role].label for role in roles],
        status=row.status,
        restricted=row.restricted,
        must_change_password=row.must_change_password,
        second_factor=row.totp_confirmed,
        created_at=row.created_at,
    )
