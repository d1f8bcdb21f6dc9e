"""Failures to sign in, counted in the database before the password is looked at, so that no rush gets round them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import CHINA, Access
from mingcha.access.errors import LockedOut
from mingcha.access.trail import Action, record
from mingcha.store.database.people import SignInFailures


@dataclass(frozen=True)
class Attempt:
    """An attempt that counts as failed until it succeeds."""

    locked_until: datetime | None
    locked_now: bool


def check_attempt(access: Access, actor: Actor, login: str) -> None:
    """Count an attempt before anything is looked at.

    Raises:
        LockedOut: too many failures in a row.
    """
    with access.database.writing() as session:
        attempt = count_attempt(session, access, login)
        if attempt.locked_now:
            record(session, access, actor, Action.LOCKED_OUT)
    if attempt.locked_until is not None:
        raise _locked_out(attempt)


def count_attempt(session: Session, access: Access, login: str) -> Attempt:
    """Count an attempt under a name, whether or not anybody has it; locked where there were too many."""
    now = access.now()
    key = _key(login)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    none_yet = insert(SignInFailures).values(login_hash=key, failures=0, last_at=now)
    session.execute(none_yet.on_conflict_do_nothing())
    row = session.scalars(
        select(SignInFailures).where(SignInFailures.login_hash == key).with_for_update()
    ).one()
    if row.locked_until is not None:
        if now < row.locked_until:
            return Attempt(row.locked_until, locked_now=False)
        row.locked_until, row.failures = None, 0
    row.failures += 1
    row.last_at = now
    locked_now = row.failures > access.policy.failures_allowed
    if locked_now:
        row.locked_until = now + access.policy.locked_for
    session.flush()
    return Attempt(row.locked_until, locked_now)


def forget_failures(session: Session, login: str) -> None:
    """Start again from none: a success, or somebody who may let in again."""
    session.execute(delete(SignInFailures).where(SignInFailures.login_hash == _key(login)))


def forget_old_failures(session: Session, access: Access) -> None:
    """Drop what is too old to matter, so that made-up names do not pile up."""
    before = access.now() - access.policy.failures_forgotten
    session.execute(delete(SignInFailures).where(SignInFailures.last_at < before))


def _locked_out(attempt: Attempt) -> LockedOut:
    assert attempt.locked_until is not None
    until = attempt.locked_until.astimezone(CHINA)
    return LockedOut(
        "登录失败次数过多，已暂停登录",
        where=f"{until:%H:%M} 以后可以再试",
        remedy="不是您本人所为，请告知安全管理员或审计员；管理员恢复账号也会解除",
    )


def _key(login: str) -> str:
    return hashlib.sha256(login.encode("utf-8", "replace")).hexdigest()
