"""The first three administrators: each gets a link of their own, once; there is no default account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, NotSignedIn
from mingcha.access.passwords import check_strength, do_set_password
from mingcha.access.personal import PersonalField, seal
from mingcha.access.roles import DUTIES, ROLES, Role
from mingcha.access.secrets import hash_of, new_secret
from mingcha.access.sign_in import login_of
from mingcha.access.trail import Action, record
from mingcha.store.database.admission import Invitation
from mingcha.store.database.people import Grant, User


@dataclass(frozen=True)
class Invited:
    """A link's secret, told once."""

    role: Role
    token: str
    ends_at: datetime


def nobody_yet(access: Access) -> bool:
    """Whether the installation has no user at all."""
    with access.database.reading() as session:
        return not session.scalar(select(func.count()).select_from(User))


def invite(access: Access, actor: Actor) -> list[Invited]:
    """New links for those of the three duties that nobody has; earlier links are worth nothing from now on.

    Raises:
        Conflict: all three have somebody.
    """
    with access.database.writing() as session:
        wanted = [role for role in DUTIES if not _held(session, role)]
        if not wanted:
            raise Conflict("三员都已有人担任", remedy="登录不了时，请运行 mingcha user reset-password 登录名")
        session.execute(delete(Invitation).where(Invitation.used_at.is_(None)))
        ends_at = access.now() + access.policy.invitation_lasts
        made = [Invited(role, new_secret(), ends_at) for role in wanted]
        for one in made:
            session.add(
                Invitation(
                    role=one.role.value,
                    token_hash=hash_of(one.token),
                    created_at=access.now(),
                    ends_at=ends_at,
                )
            )
        record(session, access, actor, Action.INVITED, details={"roles": [one.role.value for one in made]})
        return made


def role_of(access: Access, token: str) -> Role:
    """What a link is for.

    Raises:
        NotSignedIn: it is worth nothing.
    """
    with access.database.reading() as session:
        return Role(_living(session, access, token).role)


def accept(access: Access, token: str, login: str, full_name: str, password: str, *, address: str) -> Role:
    """Become one of the three, with a login and password of one's own choice.

    Raises:
        NotSignedIn: the link is worth nothing.
        Conflict: the login is taken, or somebody came first.
        Invalid: the password is not good enough.
    """
    login = login_of(login)
    with access.database.writing() as session:
        invitation = _living(session, access, token)
        role = Role(invitation.role)
        if _held(session, role):
            raise Conflict(f"已有人担任{ROLES[role].label}")
        check_strength(access, login, password)
        if session.scalar(select(User.id).where(User.login == login)) is not None:
            raise Conflict("这个登录名已有人用", where="login", remedy="请换一个")
        invitation.used_at = access.now()
        user = User(
            id=uuid4(),
            login=login,
            duty=role.value,
            status="active",
            created_at=access.now(),
            password_hash="",
            totp_confirmed=False,
            totp_last_step=0,
        )
        user.full_name, user.full_name_index = seal(access.keys, PersonalField.FULL_NAME, user.id, full_name)
        user.must_change_password = True  # until the next line takes the one that was chosen
        do_set_password(session, access, user, password)
        session.add(user)
        session.flush()
        session.add(
            Grant(user_id=user.id, role=role.value, duty=role.value, own=False, created_at=access.now())
        )
        actor = Actor(user.id, login, via="设置链接", address=address)
        details = {"login": login, "role": role.value}
        record(session, access, actor, Action.USER_CREATED, about=("user", user.id), details=details)
        return role


def _held(session: Session, role: Role) -> bool:
    return session.scalar(select(User.id).where(User.duty == role.value).limit(1)) is not None


def _living(session: Session, access: Access, token: str) -> Invitation:
    found = session.scalar(
        select(Invitation).where(Invitation.token_hash == hash_of(token)).with_for_update()
    )
    if found is None or found.used_at is not None or access.now() >= found.ends_at:
        raise NotSignedIn(
            "设置链接无效、已用过或已过期", remedy="请在服务器上运行 mingcha user invite 生成新的链接"
        )
    return found
