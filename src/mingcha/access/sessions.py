"""Sessions of browsers: begun at sign-in with secrets of their own, ended by time, idleness or a change of password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import NotSignedIn
from mingcha.access.passwords import has_aged
from mingcha.access.permissions import WITHHELD
from mingcha.access.secrets import hash_of, new_secret
from mingcha.access.standing import held_by
from mingcha.access.trail import Action, record
from mingcha.store.database.admission import SignedIn
from mingcha.store.database.people import User

# A row that is written at every request would make every reader a writer.
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Secrets:
    """What the browser keeps: the session's token, and what its pages must say with every change."""

    token: str
    csrf: str


@dataclass(frozen=True)
class Admitted:
    """Whom a session let in, and the hash that its pages' header must have."""

    actor: Actor
    csrf_hash: str


def do_begin(session: Session, access: Access, user: User, address: str) -> tuple[Secrets, UUID]:
    """Begin a session; its secrets are new, whatever the browser held before."""
    secrets = Secrets(new_secret(), new_secret())
    row = SignedIn(
        user_id=user.id,
        token_hash=hash_of(secrets.token),
        csrf_hash=hash_of(secrets.csrf),
        address=address,
        created_at=access.now(),
        seen_at=access.now(),
        ends_at=access.now() + access.policy.session_lasts,
    )
    session.add(row)
    session.flush()
    return secrets, row.id


def admit(access: Access, token: str, address: str, *, attended: bool = True) -> Admitted:
    """Whom a session's token stands for.

    Args:
        attended: somebody is there; what a page asks by itself keeps no session alive.

    Raises:
        NotSignedIn: no such session, or no longer.
    """
    now = access.now()
    with access.database.reading() as session:
        found = session.execute(
            select(SignedIn, User)
            .join(User, User.id == SignedIn.user_id)
            .where(SignedIn.token_hash == hash_of(token))
        ).one_or_none()
        if found is None:
            raise not_signed_in()
        row, user = found
        idle = now - row.seen_at >= access.policy.session_idle
        if row.ended_at is not None or idle or now >= row.ends_at or user.status != "active":
            raise not_signed_in()
        actor = Actor(
            user_id=user.id,
            login=user.login,
            held=held_by(session, user, access.today()),
            via=f"会话 {row.id}",
            address=address,
            withheld=WITHHELD if user.restricted else frozenset(),
            must_change_password=user.must_change_password or has_aged(access, user),
        )
    if attended and now - row.seen_at >= _SEEN_EVERY:
        with access.database.writing() as session:
            session.execute(update(SignedIn).where(SignedIn.id == row.id).values(seen_at=now))
    return Admitted(actor, row.csrf_hash)


def end(access: Access, actor: Actor, token: str) -> None:
    """Sign out."""
    with access.database.writing() as session:
        do_end_token(session, access, token)
        record(session, access, actor, Action.SIGNED_OUT)


def do_end_token(session: Session, access: Access, token: str) -> None:
    """End the session of a token, where it still goes on."""
    session.execute(
        update(SignedIn)
        .where(SignedIn.token_hash == hash_of(token), SignedIn.ended_at.is_(None))
        .values(ended_at=access.now())
    )


def do_end_all(session: Session, access: Access, user_id: UUID) -> None:
    """End every session of a user."""
    session.execute(
        update(SignedIn)
        .where(SignedIn.user_id == user_id, SignedIn.ended_at.is_(None))
        .values(ended_at=access.now())
    )


def not_signed_in() -> NotSignedIn:
    """Nobody is signed in."""
    return NotSignedIn("没有登录，或登录已过期", remedy="请重新登录")
