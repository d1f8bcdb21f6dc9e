"""Persons of an identity provider, each linked to one account that is here already; none is made, no right given."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import CodeNeeded, Conflict, SignInFailed
from mingcha.access.failures import check_attempt
from mingcha.access.permissions import Permission
from mingcha.access.secrets import hash_of, new_secret
from mingcha.access.sessions import Secrets
from mingcha.access.sign_in import do_let_in, failed
from mingcha.access.trail import Action, record
from mingcha.access.users_known import own_row
from mingcha.store.database.admission import ProvidedIdentity, SignInFlow
from mingcha.store.database.people import User

_LASTS = timedelta(minutes=10)


@dataclass(frozen=True)
class Identity:
    """A person as a provider numbers them."""

    issuer: str
    subject: str


@dataclass(frozen=True)
class Flow:
    """A sign-in that went to a provider and is to come back.

    Args:
        user_id: whose account is to be linked, where somebody who is signed in began it.
        identity: whom the provider said, once it did: its code serves only once.
    """

    id: UUID
    state: str
    nonce: str
    verifier: str
    user_id: UUID | None
    identity: Identity | None


def begin_flow(access: Access, actor: Actor | None) -> Flow:
    """Remember that a browser goes to the provider."""
    state, nonce, verifier = new_secret(), new_secret(), new_secret() + new_secret()
    now = access.now()
    with access.database.writing() as session:
        session.execute(delete(SignInFlow).where(SignInFlow.ends_at < now))
        row = SignInFlow(
            state_hash=hash_of(state),
            nonce=nonce,
            verifier=verifier,
            user_id=None if actor is None else actor.user_id,
            ends_at=now + _LASTS,
        )
        session.add(row)
        session.flush()
        return Flow(row.id, state, nonce, verifier, row.user_id, None)


def flow_of(access: Access, state: str) -> Flow:
    """The sign-in that comes back.

    Raises:
        SignInFailed: none such, or it took too long.
    """
    with access.database.reading() as session:
        row = session.scalar(select(SignInFlow).where(SignInFlow.state_hash == hash_of(state)))
        if row is None or access.now() >= row.ends_at:
            raise SignInFailed("这次登录已失效", remedy="请重新登录")
        said = None if row.subject is None or row.issuer is None else Identity(row.issuer, row.subject)
        return Flow(row.id, state, row.nonce, row.verifier, row.user_id, said)


def proved(access: Access, flow: Flow, identity: Identity) -> Identity:
    """Keep whom the provider said, for as long as a second factor is asked for."""
    with access.database.writing() as session:
        row = session.get(SignInFlow, flow.id, with_for_update=True)
        if row is not None:
            row.issuer, row.subject = identity.issuer, identity.subject
    return identity


def enter(
    access: Access,
    flow: Flow,
    identity: Identity,
    *,
    second_factor: str | None,
    address: str,
    held_token: str | None,
) -> Secrets:
    """Begin a session of the account that a person is linked to.

    Raises:
        SignInFailed: none, or one that is stopped; or the flow was begun to link an account.
        CodeNeeded: the second factor is still to come.
        LockedOut: too many failures in a row.
    """
    guest = Actor(None, "统一身份认证", via="统一身份认证", address=address)
    with access.database.reading() as session:
        user = session.scalar(
            select(User)
            .join(ProvidedIdentity, ProvidedIdentity.user_id == User.id)
            .where(ProvidedIdentity.issuer == identity.issuer, ProvidedIdentity.subject == identity.subject)
        )
    if user is None or user.status != "active" or flow.user_id is not None:
        _end(access, flow)
        failed(access, guest)
        raise SignInFailed(
            "统一身份认证的这个人没有关联本系统的账号，或账号已停用",
            remedy="先用登录名和口令登录，在“个人中心”关联；没有账号的请申请",
        )
    guest = replace(guest, user_id=user.id, login=user.login)
    if user.totp_confirmed and not second_factor:
        raise CodeNeeded("请输入动态码", where="second_factor", remedy="打开手机上的验证器，输入 6 位数字")
    check_attempt(access, guest, user.login)
    secrets = do_let_in(access, guest, second_factor, held_token, "oidc")
    _end(access, flow)
    return secrets


def link(access: Access, actor: Actor, flow: Flow, identity: Identity) -> None:
    """Link the own account to a person of the provider, in place of who it was linked to.

    Raises:
        SignInFailed: somebody else began this.
        Conflict: the person is linked to another account.
    """
    actor.check(Permission.OWN_ACCOUNT)
    if flow.user_id is None or flow.user_id != actor.user_id:
        raise SignInFailed("这次关联不是您发起的", remedy="请在“个人中心”重新关联")
    with access.database.writing() as session:
        user = own_row(session, actor)
        same = (ProvidedIdentity.issuer == identity.issuer) & (ProvidedIdentity.subject == identity.subject)
        owner = session.scalar(select(ProvidedIdentity.user_id).where(same))
        if owner is not None and owner != user.id:
            raise Conflict("统一身份认证的这个人已关联另一个账号", remedy="请先在那个账号里解除关联")
        _forget(session, user.id)
        session.add(
            ProvidedIdentity(
                user_id=user.id, issuer=identity.issuer, subject=identity.subject, created_at=access.now()
            )
        )
        session.execute(delete(SignInFlow).where(SignInFlow.id == flow.id))
        record(session, access, actor, Action.IDENTITY_LINKED, about=("user", user.id))


def unlink(access: Access, actor: Actor) -> None:
    """Sign in by the provider no more."""
    actor.check(Permission.OWN_ACCOUNT)
    with access.database.writing() as session:
        user = own_row(session, actor)
        _forget(session, user.id)
        record(session, access, actor, Action.IDENTITY_UNLINKED, about=("user", user.id))


def is_linked(session: Session, user_id: UUID) -> bool:
    """Whether an account can be entered by the provider."""
    query = select(ProvidedIdentity.id).where(ProvidedIdentity.user_id == user_id)
    return session.scalar(query.limit(1)) is not None


def _forget(session: Session, user_id: UUID) -> None:
    session.execute(delete(ProvidedIdentity).where(ProvidedIdentity.user_id == user_id))


def _end(access: Access, flow: Flow) -> None:
    with access.database.writing() as session:
        session.execute(delete(SignInFlow).where(SignInFlow.id == flow.id))
