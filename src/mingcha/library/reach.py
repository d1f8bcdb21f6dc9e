"""Where somebody may change what is judged by: knowledge and settings reach as far as their region."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Denied
from mingcha.access.permissions import Permission
from mingcha.access.standing import current_period
from mingcha.knowledge.changes import Change, ChangePart
from mingcha.store.database.organisations import OrganisationPeriod

EVERYWHERE = ""


def check_office(actor: Actor, permission: Permission) -> None:
    """Refuse who has the right within an institution alone: drafts speak of what others are judged by.

    Raises:
        Denied: the right reaches no region.
    """
    if not any(reach.institution is None for reach in actor.scope(permission).reaches):
        raise Denied("草稿和发布只对经办机构开放", remedy="医疗机构的意见请通过征求意见提出")


def check_regions(access: Access, actor: Actor, permission: Permission, regions: Iterable[str]) -> None:
    """Refuse what holds outside the regions that the right reaches; what holds everywhere is only for whose right does.

    Raises:
        Denied: one of them lies outside.
    """
    if _reaches_all(access, actor, permission):
        return
    scope = actor.scope(permission)
    for region in set(regions):
        if not any(
            reach.institution is None and reach.region is not None and region.startswith(reach.region)
            for reach in scope.reaches
        ):
            raise Denied(
                f"适用于{region or '全部地区'}的内容不在您的数据范围内",
                where="region",
                remedy="请由管理这一地区的人员处理",
            )


def check_everywhere(access: Access, actor: Actor, permission: Permission) -> None:
    """Refuse whose right does not reach everything: a release speaks for all.

    Raises:
        Denied: the right ends somewhere.
    """
    if not _reaches_all(access, actor, permission):
        raise Denied("发布版对全部地区生效，您的数据范围不够", remedy="请由管理全部地区的人员处理")


def _reaches_all(access: Access, actor: Actor, permission: Permission) -> bool:
    """Whether the right has no end, or ends where the installation does: at the top of its tree."""
    reaches = [
        reach
        for reach in actor.scope(permission).reaches
        if reach.institution is None and reach.insurance_types is None
    ]
    if any(reach.region is None for reach in reaches):
        return True
    if not reaches:
        return False
    top = select(OrganisationPeriod.region_code).where(
        OrganisationPeriod.parent_id.is_(None), current_period(access.today())
    )
    with access.database.reading() as session:
        regions = list(session.scalars(top))
    return bool(regions) and all(
        any(region is not None and region.startswith(str(reach.region)) for reach in reaches)
        for region in regions
    )


def regions_of(change: Change) -> set[str]:
    """Where what a change takes away, and what it puts there, holds."""
    return {_region(change, value) for value in (change.before, change.after) if value is not None}


def _region(change: Change, value: object) -> str:
    match change.part:
        case ChangePart.POINT:
            return str(getattr(value, "region", EVERYWHERE))
        case ChangePart.SETTING:
            return change.key.split("/")[1]
        case _:
            # Sets, exemptions and rules may name regions, and still decide what judges elsewhere.
            return EVERYWHERE
