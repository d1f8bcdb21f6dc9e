"""Passwords: which are good enough, how they are kept, and how they are changed."""

from __future__ import annotations

import os
from datetime import datetime
from threading import BoundedSemaphore

from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mingcha.access.context import Access
from mingcha.access.errors import Invalid
from mingcha.access.secrets import temporary_password
from mingcha.store.database.people import FormerPassword, User

# Each check takes 64 MiB for a moment: many at once must wait, not exhaust the machine.
_AT_ONCE = BoundedSemaphore(max(2, os.cpu_count() or 1))
_GUESSED_FIRST = ("password", "mingcha", "admin", "qwerty", "123456", "abcdef", "112233", "888888", "666666")


def hash_password(access: Access, password: str) -> str:
    """What is kept of a password."""
    with _AT_ONCE:
        return access.hasher.hash(password)


def matches(access: Access, kept: str, password: str) -> bool:
    """Whether it is the password that was kept."""
    with _AT_ONCE:
        try:
            return access.hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def check_strength(access: Access, login: str, password: str) -> None:
    """Refuse what is guessed early.

    Raises:
        Invalid: too short, too plain, or made of the login.
    """
    policy = access.policy
    classes = sum(
        any(kind(letter) for letter in password)
        for kind in (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum())
    )
    lowered = password.lower()
    faults = []
    if len(password) < policy.password_length:
        faults.append(f"至少 {policy.password_length} 个字符")
    if classes < policy.password_classes:
        faults.append(f"大写字母、小写字母、数字、符号中至少 {policy.password_classes} 类")
    if login.lower() in lowered or login.lower()[::-1] in lowered:
        faults.append("不能含登录名")
    if any(known in lowered for known in _GUESSED_FIRST):
        faults.append("不能含常见口令")
    if len(set(password)) < 5:
        faults.append("不能只有几个字符重复")
    if faults:
        raise Invalid("口令不够强", where="new_password", remedy="口令须：" + "；".join(faults))


def check_not_used_before(session: Session, access: Access, user: User, password: str) -> None:
    """Refuse the present password and the last ones.

    Raises:
        Invalid: it was used lately.
    """
    former = session.scalars(
        select(FormerPassword)
        .where(FormerPassword.user_id == user.id)
        .order_by(FormerPassword.set_at.desc())
        .limit(access.policy.passwords_remembered - 1)
    )
    kept = [user.password_hash, *(row.password_hash for row in former)]
    if any(matches(access, one, password) for one in kept):
        raise Invalid(
            "这个口令最近用过",
            where="new_password",
            remedy=f"请换一个与最近 {access.policy.passwords_remembered} 个不同的口令",
        )


def do_set_password(session: Session, access: Access, user: User, password: str) -> None:
    """Take a password that its owner chose."""
    _remember(session, user)
    user.password_hash = hash_password(access, password)
    user.password_set_at = access.now()
    user.password_ends_at = None
    user.must_change_password = False
    _forget_oldest(session, access, user)


def do_set_temporary_password(session: Session, access: Access, user: User) -> tuple[str, datetime]:
    """Give a password that must be changed at first use, and the moment from which it is worth nothing."""
    _remember(session, user)
    password = temporary_password()
    user.password_hash = hash_password(access, password)
    user.password_set_at = access.now()
    user.password_ends_at = access.now() + access.policy.temporary_password_lasts
    user.must_change_password = True
    return password, user.password_ends_at


def has_aged(access: Access, user: User) -> bool:
    """Whether a password was used for as long as the policy lets it."""
    return access.now() >= user.password_set_at + access.policy.password_lasts


def _remember(session: Session, user: User) -> None:
    if user.password_hash and not user.must_change_password:
        session.add(
            FormerPassword(user_id=user.id, password_hash=user.password_hash, set_at=user.password_set_at)
        )
        session.flush()


def _forget_oldest(session: Session, access: Access, user: User) -> None:
    kept = (
        select(FormerPassword.id)
        .where(FormerPassword.user_id == user.id)
        .order_by(FormerPassword.set_at.desc())
        .limit(access.policy.passwords_remembered)
    )
    session.execute(
        delete(FormerPassword).where(FormerPassword.user_id == user.id, FormerPassword.id.not_in(kept))
    )
