"""Rows of users as services look for them: the actor's own, or one in the actor's scope."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Denied, missing
from mingcha.access.permissions import Permission
from mingcha.access.roles import DUTIES, ROLES, Role
from mingcha.access.scope import Scope, within
from mingcha.access.standing import PLACE_OF_PERIOD, current_period, granted_place
from mingcha.store.database.organisations import OrganisationPeriod
from mingcha.store.database.people import Grant, User


def own_row(session: Session, actor: Actor) -> User:
    """The actor's own row, held until the transaction ends."""
    user = session.scalar(select(User).where(User.id == actor.user_id).with_for_update())
    if user is None:
        raise missing("本人账号")
    return user


def users_within(scope: Scope, access: Access) -> Select[User, OrganisationPeriod]:
    """Users whose place today is in a scope, each with that place."""
    place = (OrganisationPeriod.organisation_id == User.organisation_id) & current_period(access.today())
    query = select(User, OrganisationPeriod).outerjoin(OrganisationPeriod, place)
    return query.where(within(scope, PLACE_OF_PERIOD))


def user_within(
    session: Session, access: Access, actor: Actor, permission: Permission, user_id: UUID
) -> User:
    """A user on whom the actor may do this, held until the transaction ends.

    Raises:
        Missing: there is none, or none in the scope.
    """
    query = users_within(actor.scope(permission), access).where(User.id == user_id)
    found = session.execute(query.with_for_update(of=User)).one_or_none()
    if found is None:
        raise missing("这个用户")
    return found[0]


def check_not_above(
    session: Session, access: Access, actor: Actor, permission: Permission, user: User
) -> None:
    """Refuse acting on an account that reaches further, or ranks higher, than the actor's own right.

    Whoever has the right by one of the three duties acts on every account within reach; whoever was delegated it,
    only on accounts with roles that are theirs to give.

    Raises:
        Denied: the account holds something outside of that.
    """
    scope = actor.scope(permission)
    by_duty = actor.console or any(
        held.role in DUTIES and permission in ROLES[held.role].permissions for held in actor.held
    )
    for grant in session.scalars(select(Grant).where(Grant.user_id == user.id)):
        types = None if grant.insurance_types is None else frozenset(grant.insurance_types)
        place = granted_place(session, user, grant, access.today())
        outside = place is not None and not scope.covers_grant(place, types)
        if outside or not (by_duty or Role(grant.role) in actor.may_assign()):
            raise Denied("这个账号的权限超出您可以管理的范围", remedy="请由系统管理员或安全管理员处理")


def check_not_oneself(actor: Actor, user: User) -> None:
    """Refuse acting on oneself where another must.

    Raises:
        Denied: it is the actor's own account.
    """
    if actor.user_id == user.id:
        raise Denied("不能对本人的账号这样做", remedy="请由另一位管理员处理")


def holds_duty(user: User) -> bool:
    """Whether a user is one of the three administrators who are kept apart."""
    return user.duty in DUTIES
