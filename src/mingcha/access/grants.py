"""What each user may do where; given and taken by who may, never to oneself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Denied, Invalid, missing
from mingcha.access.organisations import NAMELESS_ON_BILLS, Kind
from mingcha.access.permissions import Permission
from mingcha.access.roles import DUTIES, ROLES, Role
from mingcha.access.standing import current_period, granted_place
from mingcha.access.trail import Action, record
from mingcha.access.users_known import check_not_oneself, holds_duty, user_within, users_within
from mingcha.store.database.organisations import Organisation, OrganisationPeriod
from mingcha.store.database.people import Grant, User


@dataclass(frozen=True)
class NewGrant:
    """A role to be held over a part of the data.

    Args:
        organisation_id: the node whose data, with all below it, is meant; everything where none and not `own`.
        own: the user's own data, where the user is a doctor of the tree.
        insurance_types: only these; all where none.
    """

    role: Role
    organisation_id: UUID | None = None
    own: bool = False
    insurance_types: frozenset[str] | None = None


@dataclass(frozen=True)
class GrantView:
    """A grant as people read it."""

    role: Role
    role_label: str
    organisation_id: UUID | None
    organisation_name: str | None
    own: bool
    insurance_types: list[str] | None


def grants_of(access: Access, actor: Actor, user_id: UUID) -> list[GrantView]:
    """What a user in the actor's scope holds."""
    with access.database.reading() as session:
        query = users_within(actor.scope(Permission.USERS_VIEW), access).where(User.id == user_id)
        found = session.execute(query).one_or_none()
        if found is None:
            raise missing("这个用户")
        return grant_views(session, access, found[0])


def grant_views(session: Session, access: Access, user: User) -> list[GrantView]:
    """What a user holds."""
    period = (OrganisationPeriod.organisation_id == Grant.organisation_id) & current_period(access.today())
    rows = session.execute(
        select(Grant, OrganisationPeriod.name)
        .outerjoin(OrganisationPeriod, period)
        .where(Grant.user_id == user.id)
        .order_by(Grant.role, Grant.id)
    )
    return [
        GrantView(
            role=Role(grant.role),
            role_label=ROLES[Role(grant.role)].label,
            organisation_id=grant.organisation_id,
            organisation_name=name,
            own=grant.own,
            insurance_types=grant.insurance_types,
        )
        for grant, name in rows
    ]


def replace_grants(
    access: Access, actor: Actor, user_id: UUID, wanted: Sequence[NewGrant]
) -> list[GrantView]:
    """Let a user hold just these from now on.

    Raises:
        Denied: the actor may not give or take one of them, or is the user.
        Invalid: two of the three separated duties, or a place that does not exist.
        Conflict: nobody would be left to do one of the three duties.
    """
    with access.database.writing() as session:
        user = user_within(session, access, actor, Permission.GRANTS_EDIT, user_id)
        check_not_oneself(actor, user)
        check_duties_apart(wanted)
        check_places_named(session, wanted)
        present = list(session.scalars(select(Grant).where(Grant.user_id == user.id)))
        new = [_row(access, user, one) for one in wanted]
        check_may_give(session, access, actor, user, present, new)
        duty = next((one.duty for one in new if one.duty is not None), None)
        if duty != user.duty:
            check_duty_stays_held(session, user)
        before = [_told(grant) for grant in present]
        session.execute(delete(Grant).where(Grant.user_id == user.id))
        user.duty = duty
        session.flush()
        session.add_all(new)
        session.flush()
        details = {"before": before, "after": [_told(grant) for grant in new]}
        record(session, access, actor, Action.GRANTS_CHANGED, about=("user", user.id), details=details)
        return grant_views(session, access, user)


def do_add_grant(session: Session, access: Access, actor: Actor, user: User, new: NewGrant) -> None:
    """Let a new user hold one role.

    Raises:
        Denied: the actor may not give it.
        Invalid: its place does not exist, or is none that bills name.
    """
    check_places_named(session, [new])
    row = _row(access, user, new)
    check_may_give(session, access, actor, user, [], [row])
    session.add(row)
    session.flush()
    details = {"before": [], "after": [_told(row)]}
    record(session, access, actor, Action.GRANTS_CHANGED, about=("user", user.id), details=details)


def check_duties_apart(wanted: Sequence[NewGrant]) -> None:
    """Refuse two of the three separated duties in one hand."""
    duties = sorted({one.role for one in wanted if one.role in DUTIES})
    if len(duties) > 1:
        raise Invalid(
            "一个用户不能同时担任" + "、".join(ROLES[role].label for role in duties),
            where="grants",
            remedy="系统管理员、安全管理员、审计员须由三个人分别担任",
        )


def check_places_named(session: Session, wanted: Sequence[NewGrant]) -> None:
    """Refuse a reach that no bill could be told by: all of the department or hospital above would be meant."""
    places = [one.organisation_id for one in wanted if one.organisation_id is not None]
    for kind in session.scalars(select(Organisation.kind).where(Organisation.id.in_(places))):
        if Kind(kind) in NAMELESS_ON_BILLS:
            raise Invalid(
                f"单据上没有{Kind(kind).label}，不能作为数据范围",
                where="grants",
                remedy="请选择科室、医师或整个机构",
            )


def check_may_give(
    session: Session, access: Access, actor: Actor, user: User, present: Sequence[Grant], new: Sequence[Grant]
) -> None:
    """Refuse giving or taking a role or a reach that is not the actor's to give."""
    scope = actor.scope(Permission.GRANTS_EDIT)
    for grant in (*present, *new):
        role = Role(grant.role)
        if role not in actor.may_assign():
            raise Denied(
                f"您不能授予或收回“{ROLES[role].label}”", where="grants", remedy="请由安全管理员处理"
            )
        place = granted_place(session, user, grant, access.today())
        types = None if grant.insurance_types is None else frozenset(grant.insurance_types)
        if place is None and grant in new:
            raise Invalid(
                "授权的机构不存在或已停用，或用户不是机构树中的医师（“本人”须是医师）",
                where="grants",
                remedy="请选择现有的机构；“本人”请先把用户放到医师下",
            )
        if place is not None and not scope.covers_grant(place, types):
            raise Denied("授权的范围超出您的数据范围", where="grants", remedy="请由上级的安全管理员处理")


def check_duty_stays_held(session: Session, user: User) -> None:
    """Refuse leaving one of the three duties to nobody."""
    if not holds_duty(user):
        return
    others = session.scalar(
        select(func.count())
        .select_from(User)
        .where(User.duty == user.duty, User.id != user.id, User.status == "active")
    )
    if not others:
        raise Conflict(
            f"这是唯一在任的{ROLES[Role(user.duty or '')].label}", remedy="请先另设一位，再调整这个账号"
        )


def _row(access: Access, user: User, one: NewGrant) -> Grant:
    if one.own and one.organisation_id is not None:
        raise Invalid("“本人”和机构只能选一个", where="grants")
    return Grant(
        user_id=user.id,
        role=one.role.value,
        duty=one.role.value if one.role in DUTIES else None,
        organisation_id=one.organisation_id,
        own=one.own,
        insurance_types=None if one.insurance_types is None else sorted(one.insurance_types),
        created_at=access.now(),
    )


def _told(grant: Grant) -> dict[str, object]:
    return {
        "role": grant.role,
        "organisation": None if grant.organisation_id is None else str(grant.organisation_id),
        "own": grant.own,
        "insurance_types": grant.insurance_types,
    }
