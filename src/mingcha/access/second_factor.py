"""The second factor: a code that changes every half minute, and recovery codes for when the telephone is lost."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pyotp
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Invalid
from mingcha.access.failures import check_attempt, forget_failures
from mingcha.access.permissions import Permission
from mingcha.access.secrets import recovery_code, same
from mingcha.access.trail import Action, record
from mingcha.access.users_known import own_row
from mingcha.store.database.people import RecoveryCode, User

_STEP_SECONDS = 30
_ISSUER = "明察"
_DIGITS = 6


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator needs, shown once."""

    secret: str
    address: str


def start(access: Access, actor: Actor) -> Enrolment:
    """Draw a secret for the actor's own account; it counts from the first code that proves it arrived."""
    actor.check(Permission.OWN_ACCOUNT)
    with access.database.writing() as session:
        user = own_row(session, actor)
        if user.totp_confirmed:
            raise Conflict("已启用动态码", remedy="要换手机，请先停用再启用")
        secret = pyotp.random_base32()
        user.totp_secret = access.keys.seal(secret, _about(user.id))
        record(session, access, actor, Action.TOTP_STARTED, about=("user", user.id))
        return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=user.login, issuer_name=_ISSUER))


def confirm(access: Access, actor: Actor, code: str) -> list[str]:
    """Put the second factor in force; returns the recovery codes, shown once."""
    actor.check(Permission.OWN_ACCOUNT)
    with access.database.writing() as session:
        user = own_row(session, actor)
        if user.totp_confirmed or user.totp_secret is None:
            raise Conflict("没有等待确认的动态码", remedy="请先申请")
        if not _fits(access, user, code):
            raise Invalid("动态码不对", where="code", remedy="请核对手机时间，输入当前的 6 位数字")
        user.totp_confirmed = True
        codes = [recovery_code() for _ in range(access.policy.recovery_codes)]
        session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
        for one in codes:
            session.add(RecoveryCode(user_id=user.id, code_hash=_hash(access, one)))
        record(session, access, actor, Action.TOTP_CONFIRMED, about=("user", user.id))
        return codes


def remove(access: Access, actor: Actor, code: str) -> None:
    """Take the second factor from the actor's own account, against a last code; guesses are counted."""
    actor.check(Permission.OWN_ACCOUNT)
    check_attempt(access, actor, actor.login)
    with access.database.writing() as session:
        user = own_row(session, actor)
        if not user.totp_confirmed:
            raise Conflict("没有启用动态码")
        if proof_of(session, access, user, code) is None:
            raise Invalid("动态码不对", where="code", remedy="请输入当前的 6 位数字，或一个恢复码")
        do_remove(session, user)
        forget_failures(session, user.login)
        record(session, access, actor, Action.TOTP_REMOVED, about=("user", user.id))


def do_remove(session: Session, user: User) -> None:
    """Forget secret and recovery codes."""
    user.totp_secret, user.totp_confirmed, user.totp_last_step = None, False, 0
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def proof_of(session: Session, access: Access, user: User, code: str) -> str | None:
    """What a code proved itself as: `totp`, `recovery`, or nothing; either counts once."""
    if _fits(access, user, code):
        return "totp"
    kept = session.scalar(
        select(RecoveryCode)
        .where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
        .where(RecoveryCode.code_hash == _hash(access, code))
        .with_for_update()
    )
    if kept is None:
        return None
    kept.used_at = access.now()
    return "recovery"


def _fits(access: Access, user: User, code: str) -> bool:
    """Whether a code is that of this half minute, the one before or the one after, and newer than the last used."""
    if user.totp_secret is None or len(code) != _DIGITS or not code.isascii():
        return False
    totp = pyotp.TOTP(access.keys.open(user.totp_secret, _about(user.id)))
    this = int(access.now().timestamp()) // _STEP_SECONDS
    for step in (this - 1, this, this + 1):
        if step > user.totp_last_step and same(totp.at(step * _STEP_SECONDS), code):
            user.totp_last_step = step
            return True
    return False


def _hash(access: Access, code: str) -> str:
    return access.keys.blind_index(code.replace("-", "").strip().lower(), "recovery_codes")


def _about(user_id: UUID) -> str:
    return f"users.totp_secret:{user_id}"
