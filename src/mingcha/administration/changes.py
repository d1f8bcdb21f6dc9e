"""Values that hold from a day on: one person proposes them, a second lets them pass; nothing is written over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Denied, Invalid, missing
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.access.scope import Place
from mingcha.access.trail import Action, record
from mingcha.administration.dated import (
    EVERYWHERE,
    ChangeState,
    SettingKind,
    in_force,
    in_reach,
    parameters_in_force,
)
from mingcha.store.database.settings import SettingChange, SettingValue

MOST_VALUES = 5000


@dataclass(frozen=True)
class NewValue:
    """A value that is to hold in a region, or everywhere; none ends what held before."""

    key: str
    value: dict[str, Any] | None
    region: str = EVERYWHERE


@dataclass(frozen=True)
class Proposal:
    """Values that somebody wants to hold from a day on, and why."""

    kind: SettingKind
    subject: str
    effective_from: date
    reason: str
    values: Sequence[NewValue]


@dataclass(frozen=True)
class SettingChangeView:
    """A change in a list."""

    id: UUID
    kind: SettingKind
    subject: str
    effective_from: date
    reason: str
    state: ChangeState
    proposed_at: datetime
    proposer: str
    decided_at: datetime | None
    decider: str | None
    remark: str | None
    values: int


@dataclass(frozen=True)
class ChangedValue:
    """What a change does to one value: what holds on its day without it, and with it."""

    key: str
    region: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True)
class ChangeFilter:
    """What to look for; what is left out limits nothing."""

    kind: SettingKind | None = None
    subject: str | None = None
    state: ChangeState | None = None
    key: str | None = None


_SORTS = {
    "proposed_at": SettingChange.proposed_at,
    "effective_from": SettingChange.effective_from,
    "subject": SettingChange.subject,
}


def propose(access: Access, actor: Actor, proposal: Proposal) -> SettingChangeView:
    """Ask for values to hold; nothing changes before a second person has let them pass.

    Raises:
        Denied: a region that the actor does not reach, or everywhere where the actor reaches a part.
        Invalid: nothing, or twice the same, or nothing new.
        Conflict: another change of one of them still waits.
    """
    _check_reach(actor, Permission.SETTINGS_EDIT, (value.region for value in proposal.values))
    _check_values(proposal.values)
    with access.database.writing() as session:
        _check_none_waits(session, proposal)
        _check_something_new(session, proposal)
        row = SettingChange(
            kind=proposal.kind.value,
            subject=proposal.subject,
            effective_from=proposal.effective_from,
            reason=proposal.reason,
            state=ChangeState.PROPOSED.value,
            proposed_at=access.now(),
            proposer_id=actor.user_id,
            proposer=actor.login,
        )
        session.add(row)
        session.flush()
        session.add_all(
            SettingValue(
                change_id=row.id,
                kind=row.kind,
                subject=row.subject,
                key=value.key,
                region=value.region,
                value=value.value,
            )
            for value in proposal.values
        )
        _record(session, access, actor, Action.SETTINGS_PROPOSED, row, proposal.reason)
        return _view(row, len(proposal.values))


def changes(access: Access, actor: Actor, wanted: ChangeFilter, listing: Listing) -> Page[SettingChangeView]:
    """What was asked for, in the actor's regions and everywhere."""
    scope = actor.scope(Permission.SETTINGS_VIEW)
    touched = (
        exists().where(SettingValue.change_id == SettingChange.id).where(in_reach(scope, SettingValue.region))
    )
    if wanted.key is not None:
        touched = touched.where(SettingValue.key == wanted.key)
    query = select(SettingChange).where(touched)
    for value, column in (
        (wanted.kind, SettingChange.kind),
        (wanted.subject, SettingChange.subject),
        (wanted.state, SettingChange.state),
    ):
        if value is not None:
            query = query.where(column == value)
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="-proposed_at", tie=SettingChange.id)
        rows = [row[0] for row in found.items]
        counted = select(SettingValue.change_id, func.count()).where(
            SettingValue.change_id.in_([row.id for row in rows])
        )
        values = {
            change_id: many for change_id, many in session.execute(counted.group_by(SettingValue.change_id))
        }
        return Page([_view(row, values.get(row.id, 0)) for row in rows], found.total)


def change(access: Access, actor: Actor, change_id: UUID) -> tuple[SettingChangeView, list[ChangedValue]]:
    """One change, value by value beside what holds on its day without it.

    Raises:
        Missing: none in the actor's regions.
    """
    scope = actor.scope(Permission.SETTINGS_VIEW)
    with access.database.reading() as session:
        row = session.get(SettingChange, change_id)
        values = session.scalars(
            select(SettingValue)
            .where(SettingValue.change_id == change_id)
            .where(in_reach(scope, SettingValue.region))
            .order_by(SettingValue.key, SettingValue.region)
        ).all()
        if row is None or not values:
            raise missing("这项变更")
        # What was let pass later must not stand where an old change found something else.
        held = _held(session, row.kind, row.subject, row.effective_from, row.decided_at)
        lines = [
            ChangedValue(value.key, value.region, held.get((value.key, value.region)), value.value)
            for value in values
        ]
        return _view(row, len(values)), lines


def approve(access: Access, actor: Actor, change_id: UUID, remark: str | None) -> SettingChangeView:
    """Let a change pass: its values hold from its day on.

    A parameter's day that has gone by meanwhile becomes today: what was decided by the old one stays right.

    Raises:
        Denied: whoever proposed it, or whoever does not reach all of it.
        Conflict: it is decided already.
    """
    return _decide(access, actor, change_id, ChangeState.APPROVED, remark)


def reject(access: Access, actor: Actor, change_id: UUID, remark: str) -> SettingChangeView:
    """Refuse a change, and say why.

    Raises:
        Denied: whoever proposed it, or whoever does not reach all of it.
        Conflict: it is decided already.
    """
    return _decide(access, actor, change_id, ChangeState.REJECTED, remark)


def withdraw(access: Access, actor: Actor, change_id: UUID) -> SettingChangeView:
    """Take back one's own change before it is decided.

    Raises:
        Denied: somebody else proposed it.
        Conflict: it is decided already.
    """
    with access.database.writing() as session:
        row, values = _waiting(session, change_id, actor, Permission.SETTINGS_EDIT)
        if not _is_proposer(row, actor):
            raise Denied("只有提出的人能撤回", remedy="不同意的，请由复核人驳回")
        row.state, row.decided_at = ChangeState.WITHDRAWN.value, access.now()
        _record(session, access, actor, Action.SETTINGS_WITHDRAWN, row, None)
        return _view(row, values)


def _decide(
    access: Access, actor: Actor, change_id: UUID, state: ChangeState, remark: str | None
) -> SettingChangeView:
    with access.database.writing() as session:
        row, values = _waiting(session, change_id, actor, Permission.SETTINGS_REVIEW)
        if _is_proposer(row, actor):
            raise Denied("自己提出的变更须由另一个人复核", remedy="请有复核权限的同事处理")
        row.state, row.decided_at = state.value, access.now()
        row.decider_id, row.decider, row.remark = actor.user_id, actor.login, remark
        if state is ChangeState.APPROVED and row.kind == SettingKind.PARAMETER:
            row.effective_from = max(row.effective_from, access.today())
        action = Action.SETTINGS_APPROVED if state is ChangeState.APPROVED else Action.SETTINGS_REJECTED
        _record(session, access, actor, action, row, remark)
        view = _view(row, values)
    parameters_in_force.forget(access)
    return view


def _waiting(
    session: Session, change_id: UUID, actor: Actor, permission: Permission
) -> tuple[SettingChange, int]:
    row = session.get(SettingChange, change_id, with_for_update=True)
    if row is None:
        actor.check(permission)
        raise missing("这项变更")
    regions = session.scalars(select(SettingValue.region).where(SettingValue.change_id == change_id)).all()
    _check_reach(actor, permission, regions)
    if row.state != ChangeState.PROPOSED:
        raise Conflict(
            f"这项变更{ChangeState(row.state).label}，不能再改", remedy="需要再改时，请另提一项变更"
        )
    return row, len(regions)


def _is_proposer(row: SettingChange, actor: Actor) -> bool:
    return row.proposer_id == actor.user_id if actor.user_id is not None else row.proposer == actor.login


def _check_reach(actor: Actor, permission: Permission, regions: Iterable[str]) -> None:
    for region in sorted(set(regions)):
        if region == EVERYWHERE:
            actor.check_whole(permission)
        elif not actor.scope(permission).covers(Place(region=region)):
            raise Denied(f"地区 {region} 不在您的数据范围内", where="region")


def _check_values(values: Sequence[NewValue]) -> None:
    if not 1 <= len(values) <= MOST_VALUES:
        raise Invalid("没有要改的值，或太多", where="values", remedy=f"一次 1 到 {MOST_VALUES} 条")
    keys = [(value.key, value.region) for value in values]
    if len(set(keys)) < len(keys):
        twice = next(key for key, region in keys if keys.count((key, region)) > 1)
        raise Invalid(f"“{twice}”出现了两次", where="values", remedy="每个编码在一个地区只写一次")


def _check_none_waits(session: Session, proposal: Proposal) -> None:
    wanted = {(value.key, value.region) for value in proposal.values}
    waiting = session.execute(
        select(SettingValue.key, SettingValue.region, SettingChange.proposer)
        .join(SettingChange, SettingChange.id == SettingValue.change_id)
        .where(SettingChange.state == ChangeState.PROPOSED)
        .where(SettingValue.kind == proposal.kind.value, SettingValue.subject == proposal.subject)
    )
    for key, region, proposer in waiting:
        if (key, region) in wanted:
            raise Conflict(
                f"“{key}”已有一项变更在等待复核（{proposer} 提出）", remedy="请等它复核，或请提出的人先撤回"
            )


def _check_something_new(session: Session, proposal: Proposal) -> None:
    held = _held(session, proposal.kind.value, proposal.subject, proposal.effective_from, None)
    same = [value.key for value in proposal.values if held.get((value.key, value.region)) == value.value]
    if len(same) == len(proposal.values):
        raise Invalid("和现在的一样，没有变化", where="values", remedy="请核对要改的值和生效日期")


def _held(
    session: Session, kind: str, subject: str, day: date, before: datetime | None
) -> dict[tuple[str, str], dict[str, Any]]:
    held = in_force(day, before)
    rows = session.execute(
        select(held.c.key, held.c.region, held.c.value).where(held.c.kind == kind, held.c.subject == subject)
    )
    return {(key, region): value for key, region, value in rows}


def _record(
    session: Session, access: Access, actor: Actor, action: Action, row: SettingChange, reason: str | None
) -> None:
    details = {"kind": row.kind, "subject": row.subject, "from": row.effective_from.isoformat()}
    about = ("setting_change", row.id)
    record(session, access, actor, action, about=about, reason=reason, details=details)


def _view(row: SettingChange, values: int) -> SettingChangeView:
    return SettingChangeView(
        id=row.id,
        kind=SettingKind(row.kind),
        subject=row.subject,
        effective_from=row.effective_from,
        reason=row.reason,
        state=ChangeState(row.state),
        proposed_at=row.proposed_at,
        proposer=row.proposer,
        decided_at=row.decided_at,
        decider=row.decider,
        remark=row.remark,
        values=values,
    )
