"""An institution's link by which its people ask for accounts from the sign-in page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mingcha.access.account_links import Link
from mingcha.access.account_requests import Wish, do_ask
from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid, NotSignedIn, missing
from mingcha.access.organisations import Kind
from mingcha.access.permissions import Permission
from mingcha.access.roles import ROLES, WITHIN_A_HOSPITAL, Role
from mingcha.access.secrets import hash_of, new_secret
from mingcha.access.standing import current_period, place_of
from mingcha.access.trail import Action, record
from mingcha.store.database.organisations import Organisation, OrganisationPeriod
from mingcha.store.database.requests import InstitutionInvitation


@dataclass(frozen=True)
class Unit:
    """Where somebody may say to work."""

    id: UUID
    name: str


@dataclass(frozen=True)
class RoleChoice:
    """What somebody may ask to do."""

    role: Role
    label: str


@dataclass(frozen=True)
class Invites:
    """Whose invitation it is, and what may be asked for by it."""

    institution: str
    units: list[Unit]
    roles: list[RoleChoice]


def invite(access: Access, actor: Actor, organisation_id: UUID, days: int, uses: int) -> Link:
    """A new link of an institution in the actor's scope.

    Raises:
        Missing: no such institution in the scope.
    """
    with access.database.writing() as session:
        found = session.execute(
            select(Organisation, OrganisationPeriod)
            .join(OrganisationPeriod, OrganisationPeriod.organisation_id == Organisation.id)
            .where(Organisation.id == organisation_id, current_period(access.today()))
        ).one_or_none()
        if found is None or not actor.scope(Permission.ACCOUNTS_DECIDE).covers(place_of(found[1])):
            raise missing("这家医药机构")
        if Kind(found[0].kind) is not Kind.INSTITUTION:
            raise Invalid("只有定点医药机构有申请链接", where="organisation_id")
        link = Link(new_secret(), access.now() + timedelta(days=days))
        session.add(
            InstitutionInvitation(
                organisation_id=organisation_id,
                token_hash=hash_of(link.token),
                created_by=actor.user_id,
                created_at=access.now(),
                ends_at=link.ends_at,
                uses_left=uses,
            )
        )
        about = ("organisation", organisation_id)
        details = {"days": days, "uses": uses}
        record(session, access, actor, Action.ACCOUNT_INVITED, about=about, details=details)
        return link


def look(access: Access, token: str) -> Invites:
    """What may be asked for by a link.

    Raises:
        NotSignedIn: it is worth nothing.
    """
    with access.database.reading() as session:
        invitation = _living(session, access, token)
        units = session.execute(
            select(Organisation.id, OrganisationPeriod.name)
            .join(OrganisationPeriod, OrganisationPeriod.organisation_id == Organisation.id)
            .where(Organisation.kind == Kind.DEPARTMENT.value, current_period(access.today()))
            .where(Organisation.institution_code == _institution(session, invitation).code)
            .order_by(OrganisationPeriod.name)
        )
        name = session.scalars(
            select(OrganisationPeriod.name)
            .where(OrganisationPeriod.organisation_id == invitation.organisation_id)
            .where(current_period(access.today()))
        ).first()
        roles = [RoleChoice(role, ROLES[role].label) for role in Role if role in WITHIN_A_HOSPITAL]
        return Invites(name or "", [Unit(id_, unit) for id_, unit in units], roles)


def ask_invited(access: Access, token: str, wish: Wish, *, address: str) -> None:
    """Ask for an account by a link; it is used up by one.

    Raises:
        NotSignedIn: the link is worth nothing.
        Invalid: the place is not of this institution, or the role is none of a hospital's.
        Conflict: somebody has this login, or it was asked for already.
    """
    with access.database.writing() as session:
        invitation = _living(session, access, token)
        place = session.get(Organisation, wish.organisation_id)
        of_here = place is not None and (
            place.id == invitation.organisation_id
            or (
                place.kind == Kind.DEPARTMENT.value
                and place.institution_code == _institution(session, invitation).code
            )
        )
        if not of_here or wish.role not in WITHIN_A_HOSPITAL:
            raise Invalid("科室或角色不在这个链接的范围内", where="organisation_id、role")
        row = do_ask(session, access, wish)
        row.invitation_id = invitation.id
        invitation.uses_left -= 1
        session.flush()
        guest = Actor(None, row.login, via="申请链接", address=address)
        details = {"login": row.login, "role": row.role, "organisation": str(row.organisation_id)}
        about = ("account_request", row.id)
        record(session, access, guest, Action.ACCOUNT_ASKED, about=about, details=details)


def _institution(session: Session, invitation: InstitutionInvitation) -> Organisation:
    return session.get_one(Organisation, invitation.organisation_id)


def _living(session: Session, access: Access, token: str) -> InstitutionInvitation:
    found = session.scalar(
        select(InstitutionInvitation)
        .where(InstitutionInvitation.token_hash == hash_of(token))
        .with_for_update()
    )
    if found is None or found.uses_left <= 0 or access.now() >= found.ends_at:
        raise NotSignedIn("申请链接无效或已过期", remedy="请向本院的账号管理员重新要一个")
    return found
