"""The link by which the owner of a new account chooses the first password; nobody else ever knows one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import NotSignedIn
from mingcha.access.passwords import check_strength, do_set_password
from mingcha.access.secrets import hash_of, new_secret
from mingcha.access.trail import Action, record
from mingcha.store.database.people import User
from mingcha.store.database.requests import AccountLink


@dataclass(frozen=True)
class Link:
    """A link's secret, told once."""

    token: str
    ends_at: datetime


def do_make_link(session: Session, access: Access, user: User) -> Link:
    """A link for the owner of an account."""
    link = Link(new_secret(), access.now() + access.policy.invitation_lasts)
    session.add(AccountLink(user_id=user.id, token_hash=hash_of(link.token), ends_at=link.ends_at))
    session.flush()
    return link


def login_behind(access: Access, token: str) -> str:
    """Whose account a link is for.

    Raises:
        NotSignedIn: it is worth nothing.
    """
    with access.database.reading() as session:
        _, user = _living(session, access, token)
        return user.login


def set_up(access: Access, token: str, password: str, *, address: str) -> str:
    """Choose the first password; returns the login.

    Raises:
        NotSignedIn: the link is worth nothing.
        Invalid: the password is not good enough.
    """
    with access.database.writing() as session:
        link, user = _living(session, access, token)
        check_strength(access, user.login, password)
        link.used_at = access.now()
        do_set_password(session, access, user, password)
        actor = Actor(user.id, user.login, via="设置链接", address=address)
        record(session, access, actor, Action.ACCOUNT_SET_UP, about=("user", user.id))
        return user.login


def _living(session: Session, access: Access, token: str) -> tuple[AccountLink, User]:
    found = session.execute(
        select(AccountLink, User)
        .join(User, User.id == AccountLink.user_id)
        .where(AccountLink.token_hash == hash_of(token))
        .with_for_update(of=AccountLink)
    ).one_or_none()
    link = None if found is None else found[0]
    if found is None or link is None or link.used_at is not None or access.now() >= link.ends_at:
        raise _worthless()
    # A password that was given otherwise, or an account that was stopped, ends the link.
    if found[1].password_hash or found[1].status != "active":
        raise _worthless()
    return link, found[1]


def _worthless() -> NotSignedIn:
    return NotSignedIn("设置链接无效、已用过或已过期", remedy="请向给您链接的管理员重新要一个")
