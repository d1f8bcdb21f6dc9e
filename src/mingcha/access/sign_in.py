"""Signing in: name, password, and the second factor where there is one."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import CodeNeeded, SignInFailed
from mingcha.access.failures import check_attempt, forget_failures
from mingcha.access.passwords import hash_password, matches
from mingcha.access.second_factor import proof_of
from mingcha.access.sessions import Secrets, do_begin, do_end_all, do_end_token
from mingcha.access.trail import Action, record
from mingcha.store.database.people import User


def login_of(text: str) -> str:
    """A login as it is kept: capitals do not make another person."""
    return text.strip().lower()


def sign_in(
    access: Access, login: str, password: str, *, code: str | None, address: str, held_token: str | None
) -> Secrets:
    """Begin a session; one that the browser held before is ended.

    Raises:
        SignInFailed: something is wrong; it is not said what.
        CodeNeeded: the second factor is still to come.
        LockedOut: too many failures in a row.
    """
    login = login_of(login)
    guest = Actor(None, login[:80], via="登录", address=address)
    check_attempt(access, guest, login)
    with access.database.reading() as session:
        user = session.scalar(select(User).where(User.login == login))
    if user is None:
        hash_password(access, password)  # takes as long as looking at a real one
        raise failed(access, guest)
    ended = user.password_ends_at is not None and access.now() >= user.password_ends_at
    if not matches(access, user.password_hash, password) or ended or user.status != "active":
        raise failed(access, guest)
    if user.totp_confirmed and not code:
        raise CodeNeeded(
            "请输入动态码", where="code", remedy="打开手机上的验证器，输入当前的 6 位数字，或一个恢复码"
        )
    return do_let_in(access, replace(guest, user_id=user.id), code, held_token, "password")


def do_let_in(access: Access, actor: Actor, code: str | None, held_token: str | None, factor: str) -> Secrets:
    """Begin a session for who has shown the first factor, if the second one is right too.

    Raises:
        SignInFailed: it is not.
    """
    with access.database.writing() as session:
        user = session.scalars(select(User).where(User.id == actor.user_id).with_for_update()).one()
        proof = proof_of(session, access, user, code or "") if user.totp_confirmed else factor
        if proof is not None:
            if held_token is not None:
                do_end_token(session, access, held_token)
            if access.policy.session_single:
                do_end_all(session, access, user.id)
            secrets, session_id = do_begin(session, access, user, actor.address)
            forget_failures(session, user.login)
            now_in = replace(actor, via=f"会话 {session_id}")
            record(session, access, now_in, Action.SIGNED_IN, details={"factor": proof})
            if proof == "recovery":
                record(session, access, now_in, Action.RECOVERY_CODE_USED)
            return secrets
    raise failed(access, actor)


def failed(access: Access, actor: Actor) -> SignInFailed:
    """A refusal that does not say what was wrong; that it was refused stands in the trail."""
    with access.database.writing() as session:
        record(session, access, actor, Action.SIGN_IN_FAILED)
    return SignInFailed(
        "登录名、口令或动态码不对，或账号已停用", remedy="请核对后再试；忘记口令请联系安全管理员重置"
    )
