"""What everybody does with the own account: see who one is, and change the password."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid
from mingcha.access.failures import check_attempt, forget_failures
from mingcha.access.grants import GrantView, grant_views
from mingcha.access.passwords import check_not_used_before, check_strength, do_set_password, matches
from mingcha.access.permissions import Permission
from mingcha.access.personal import PersonalField, opened
from mingcha.access.provided_identities import is_linked
from mingcha.access.sessions import Secrets, do_begin, do_end_all
from mingcha.access.trail import Action, record
from mingcha.access.users_known import own_row
from mingcha.store.database.people import User


@dataclass(frozen=True)
class Me:
    """Who is signed in, and what that allows."""

    login: str
    full_name: str
    permissions: list[Permission]
    grants: list[GrantView]
    must_change_password: bool
    second_factor: bool
    single_sign_on: bool


def me(access: Access, actor: Actor) -> Me:
    """The actor's own account; one's own name is no secret to oneself."""
    actor.check(Permission.OWN_ACCOUNT)
    with access.database.reading() as session:
        user = session.scalars(select(User).where(User.id == actor.user_id)).one()
        return Me(
            login=user.login,
            full_name=opened(access.keys, PersonalField.FULL_NAME, user.id, user.full_name),
            permissions=sorted(actor.permissions),
            grants=grant_views(session, access, user),
            must_change_password=actor.must_change_password,
            second_factor=user.totp_confirmed,
            single_sign_on=is_linked(session, user.id),
        )


def change_password(access: Access, actor: Actor, current: str, new: str) -> Secrets:
    """Change the own password: every session ends, and this browser gets a new one.

    Raises:
        Invalid: the present password is wrong, or the new one not good enough.
        LockedOut: the present password was guessed at too often.
    """
    actor.check(Permission.OWN_ACCOUNT)
    check_attempt(access, actor, actor.login)
    with access.database.writing() as session:
        user = own_row(session, actor)
        if not matches(access, user.password_hash, current):
            raise Invalid(
                "当前口令不对", where="current_password", remedy="请重新输入；忘记口令请联系安全管理员重置"
            )
        check_strength(access, user.login, new)
        check_not_used_before(session, access, user, new)
        do_set_password(session, access, user, new)
        do_end_all(session, access, user.id)
        forget_failures(session, user.login)
        record(session, access, actor, Action.PASSWORD_CHANGED, about=("user", user.id))
        secrets, _ = do_begin(session, access, user, actor.address)
        return secrets
