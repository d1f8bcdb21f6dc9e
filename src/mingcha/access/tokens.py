"""API tokens: a program acts for their owner, with a part of the owner's permissions, until a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Denied, Invalid, NotSignedIn, missing
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.permissions import WITHHELD, Permission
from mingcha.access.secrets import hash_of, new_secret
from mingcha.access.standing import held_by
from mingcha.access.trail import Action, record
from mingcha.access.users_known import own_row
from mingcha.store.database.admission import ApiToken
from mingcha.store.database.people import User

PREFIX = "mingcha_"
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class TokenView:
    """A token as its owner sees it; the secret is shown once, when it is made."""

    id: UUID
    name: str
    hint: str
    permissions: list[str]
    created_at: datetime
    ends_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


_SORTS = {"name": ApiToken.name, "created_at": ApiToken.created_at, "ends_at": ApiToken.ends_at}


def own_tokens(access: Access, actor: Actor, listing: Listing) -> Page[TokenView]:
    """The actor's tokens."""
    actor.check(Permission.OWN_ACCOUNT)
    query = select(ApiToken).where(ApiToken.user_id == actor.user_id)
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="-created_at", tie=ApiToken.id)
        return Page([_view(row[0]) for row in found.items], found.total)


def create(
    access: Access, actor: Actor, name: str, permissions: Iterable[Permission], days: int
) -> tuple[TokenView, str]:
    """Make a token; returns its secret too, which is kept nowhere.

    Raises:
        Denied: it would allow more than its owner may.
        Invalid: it would last too long, or allow nothing.
        Conflict: there are too many already.
    """
    actor.check(Permission.OWN_ACCOUNT)
    wanted = frozenset(permissions)
    # A token that could make tokens or change the password would outlive its end.
    given = actor.permissions - {Permission.OWN_ACCOUNT}
    if not wanted <= given:
        refused = "、".join(permission.label for permission in sorted(wanted - given))
        raise Denied(f"令牌不能有您没有的权限：{refused}", where="permissions")
    lasts = timedelta(days=days)
    if not wanted or not timedelta(0) < lasts <= access.policy.token_lasts_at_most:
        most = access.policy.token_lasts_at_most.days
        raise Invalid(
            "令牌须至少有一项权限，并有期限", where="permissions, days", remedy=f"期限 1 到 {most} 天"
        )
    secret = PREFIX + new_secret()
    with access.database.writing() as session:
        own_row(session, actor)  # held, so that two at once cannot pass the limit together
        check_not_too_many(session, access, actor)
        row = ApiToken(
            user_id=actor.user_id,
            name=name,
            token_hash=hash_of(secret),
            hint=secret[: len(PREFIX) + 4],
            permissions=sorted(wanted),
            created_at=access.now(),
            ends_at=access.now() + lasts,
        )
        session.add(row)
        session.flush()
        details = {"permissions": sorted(wanted), "days": days}
        record(session, access, actor, Action.TOKEN_CREATED, about=("token", row.id), details=details)
        return _view(row), secret


def check_not_too_many(session: Session, access: Access, actor: Actor) -> None:
    """Refuse one more than a user may have."""
    living = session.scalar(
        select(func.count())
        .select_from(ApiToken)
        .where(ApiToken.user_id == actor.user_id, ApiToken.revoked_at.is_(None))
        .where(ApiToken.ends_at > access.now())
    )
    if (living or 0) >= access.policy.tokens_a_user:
        raise Conflict(
            f"有效的令牌已有 {living} 个", remedy=f"最多 {access.policy.tokens_a_user} 个，请先撤销不用的"
        )


def revoke(access: Access, actor: Actor, token_id: UUID) -> None:
    """Take back one of the actor's own tokens.

    Raises:
        Missing: the actor has no such token.
    """
    actor.check(Permission.OWN_ACCOUNT)
    with access.database.writing() as session:
        row = session.scalar(
            select(ApiToken).where(ApiToken.id == token_id, ApiToken.user_id == actor.user_id)
        )
        if row is None:
            raise missing("这个令牌")
        if row.revoked_at is None:
            row.revoked_at = access.now()
            record(session, access, actor, Action.TOKEN_REVOKED, about=("token", row.id))


def do_revoke_all(session: Session, access: Access, user_id: UUID) -> None:
    """Take back every token of a user."""
    session.execute(
        update(ApiToken)
        .where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=access.now())
    )


def admit_token(access: Access, secret: str, address: str) -> Actor:
    """For whom a token stands, and what it allows at most.

    Raises:
        NotSignedIn: no such token, or no longer.
    """
    now = access.now()
    with access.database.reading() as session:
        found = session.execute(
            select(ApiToken, User)
            .join(User, User.id == ApiToken.user_id)
            .where(ApiToken.token_hash == hash_of(secret))
        ).one_or_none()
        if found is None or found[0].revoked_at is not None or now >= found[0].ends_at:
            raise _refused()
        row, user = found
        if user.status != "active":
            raise _refused()
        actor = Actor(
            user_id=user.id,
            login=user.login,
            held=held_by(session, user, access.today()),
            via=f"令牌 {row.id}",
            address=address,
            withheld=WITHHELD if user.restricted else frozenset(),
            must_change_password=user.must_change_password,
            limited_to=frozenset(Permission(value) for value in row.permissions if value in set(Permission)),
        )
    if row.used_at is None or now - row.used_at >= _USED_EVERY:
        with access.database.writing() as session:
            session.execute(update(ApiToken).where(ApiToken.id == row.id).values(used_at=now))
    return actor


def _view(row: ApiToken) -> TokenView:
    return TokenView(
        id=row.id,
        name=row.name,
        hint=row.hint,
        permissions=list(row.permissions),
        created_at=row.created_at,
        ends_at=row.ends_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )


def _refused() -> NotSignedIn:
    return NotSignedIn("API 令牌无效、已撤销或已到期", remedy="请在“个人中心”新建令牌")
