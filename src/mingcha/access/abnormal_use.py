"""What in the trail looks like abnormal use: too many look-ups, reveals or exports, odd hours, failed sign-ins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import CHINA, Access
from mingcha.access.labelled import Labelled
from mingcha.access.policy import AlarmPolicy
from mingcha.access.trail import Action, record
from mingcha.store.database.alarms import Alarm, AlarmProgress
from mingcha.store.database.engine import ChangedMeanwhile
from mingcha.store.database.trail import TrailEntry

_AT_ONCE = 5000
SYSTEM = Actor(None, "系统", via="后台")


class AlarmRule(Labelled):
    """What is watched for."""

    LOOK_UPS = "look_ups", "查找过多"
    REVEALS = "reveals", "查看完整信息过多"
    EXPORTS = "exports", "导出过多"
    ODD_HOURS = "odd_hours", "非工作时间查看或导出"
    FAILURES_OF_LOGIN = "failures_of_login", "同一登录名多次登录失败"
    FAILURES_FROM_ADDRESS = "failures_from_address", "同一地址多次登录失败"


def _named(*endings: str) -> frozenset[str]:
    """Actions by how their names end: what is added to the trail later is watched without a word here."""
    return frozenset(action.value for action in Action if action.value.rpartition(".")[2] in endings)


LOOK_UPS, REVEALS, EXPORTS = _named("sought", "found"), _named("revealed"), _named("exported")
FAILURES = frozenset({Action.SIGN_IN_FAILED.value, Action.LOCKED_OUT.value})


@dataclass(frozen=True)
class Watch:
    """A rule: which actions count, by whom or from where, and how many are too many in which time."""

    rule: AlarmRule
    actions: frozenset[str]
    threshold: Callable[[AlarmPolicy], int]
    window: Callable[[AlarmPolicy], timedelta]
    subject: Callable[[TrailEntry], str]
    same_subject: Callable[[TrailEntry], ColumnElement[bool]]
    odd: bool = False


def _by_actor(entry: TrailEntry) -> ColumnElement[bool]:
    return TrailEntry.actor_id == entry.actor_id


def _by_login(entry: TrailEntry) -> ColumnElement[bool]:
    return TrailEntry.actor == entry.actor


def _by_address(entry: TrailEntry) -> ColumnElement[bool]:
    return TrailEntry.address == entry.address


def _login(entry: TrailEntry) -> str:
    return entry.actor


def _hour(policy: AlarmPolicy) -> timedelta:
    return policy.window


WATCHES = (
    Watch(AlarmRule.LOOK_UPS, LOOK_UPS, lambda policy: policy.look_ups, _hour, _login, _by_actor),
    Watch(AlarmRule.REVEALS, REVEALS, lambda policy: policy.reveals, _hour, _login, _by_actor),
    Watch(AlarmRule.EXPORTS, EXPORTS, lambda policy: policy.exports, _hour, _login, _by_actor),
    Watch(
        AlarmRule.ODD_HOURS,
        REVEALS | EXPORTS | LOOK_UPS,
        lambda policy: policy.odd_actions,
        lambda policy: policy.odd_window,
        _login,
        _by_actor,
        odd=True,
    ),
    Watch(AlarmRule.FAILURES_OF_LOGIN, FAILURES, lambda policy: policy.failures, _hour, _login, _by_login),
    Watch(
        AlarmRule.FAILURES_FROM_ADDRESS,
        FAILURES,
        lambda policy: policy.failures_from_address,
        _hour,
        lambda entry: entry.address,
        _by_address,
    ),
)
WATCH_OF = {watch.rule: watch for watch in WATCHES}
_WATCHED = frozenset[str]().union(*(watch.actions for watch in WATCHES))


def _begin(access: Access) -> None:
    """See to it that how far the trail was looked through is written down; who comes second finds it there."""
    with access.database.reading() as session:
        if session.get(AlarmProgress, 1) is not None:
            return
    try:
        with access.database.writing() as session:
            session.add(AlarmProgress(id=1, entry=0))
    except ChangedMeanwhile:
        return


def raise_alarms(access: Access) -> int:
    """Look through what was added to the trail since the last time; returns how many alarms were raised."""
    _begin(access)
    with access.database.writing() as session:
        progress = session.get_one(AlarmProgress, 1, with_for_update=True)
        newest = select(TrailEntry).where(TrailEntry.id > progress.entry).order_by(TrailEntry.id)
        found = session.scalars(newest.limit(_AT_ONCE)).all()
        if not found:
            return 0
        progress.entry = found[-1].id
        # Of many by the same only the last one is looked at: its window holds the others.
        last: dict[tuple[AlarmRule, str], TrailEntry] = {}
        for entry in found:
            for watch in _watching(access, entry):
                last[watch.rule, watch.subject(entry)] = entry
        return sum(_looked(session, access, WATCH_OF[rule], entry) for (rule, _), entry in last.items())


def is_odd(policy: AlarmPolicy, at: datetime) -> bool:
    """Whether nobody is expected to work at a moment."""
    local = at.astimezone(CHINA)
    return not policy.day_begins <= local.hour < policy.day_ends


def behind(watch: Watch, alarm: Alarm) -> ColumnElement[bool]:
    """The entries of the trail that an alarm counts, odd hours not yet told apart."""
    if alarm.user_id is not None and watch.same_subject is _by_actor:
        whose: ColumnElement[bool] = TrailEntry.actor_id == alarm.user_id
    elif watch.same_subject is _by_address:
        whose = TrailEntry.address == alarm.subject
    else:
        whose = TrailEntry.actor == alarm.subject
    within = TrailEntry.at.between(alarm.since, alarm.until)
    return whose & within & TrailEntry.action.in_(sorted(watch.actions))


def _watching(access: Access, entry: TrailEntry) -> Iterator[Watch]:
    if entry.action not in _WATCHED:
        return
    for watch in WATCHES:
        if entry.action not in watch.actions or (watch.same_subject is _by_actor and entry.actor_id is None):
            continue
        if not watch.odd or is_odd(access.policy.alarms, entry.at):
            yield watch


def _looked(session: Session, access: Access, watch: Watch, entry: TrailEntry) -> int:
    """Raise an alarm where the entry is one too many; one that is open already is made longer."""
    policy = access.policy.alarms
    since, threshold = entry.at - watch.window(policy), watch.threshold(policy)
    counted = _counted(session, access, watch, entry, since)
    if counted < threshold:
        return 0
    same = (Alarm.rule == watch.rule.value) & (Alarm.subject == watch.subject(entry))
    known = session.scalars(
        select(Alarm).where(same, Alarm.until >= since).order_by(Alarm.until.desc()).limit(1)
    ).first()
    if known is not None and known.handled_at is None:
        known.until = entry.at
        known.counted = _counted(session, access, watch, entry, known.since)
        return 0
    if known is not None:
        # What was handled already is not told again; only what came after it counts.
        since = known.until + timedelta(microseconds=1)
        counted = _counted(session, access, watch, entry, since)
        if counted < threshold:
            return 0
    made = Alarm(
        rule=watch.rule.value,
        user_id=_known_user(watch, entry),
        subject=watch.subject(entry),
        since=since,
        until=entry.at,
        counted=counted,
        threshold=threshold,
        raised_at=access.now(),
    )
    session.add(made)
    session.flush()
    details = {"rule": watch.rule.value, "subject": made.subject, "counted": counted, "threshold": threshold}
    record(session, access, SYSTEM, Action.ALARM_RAISED, about=("alarm", made.id), details=details)
    return 1


def _known_user(watch: Watch, entry: TrailEntry) -> UUID | None:
    return entry.actor_id if watch.same_subject is _by_actor else None


def _counted(session: Session, access: Access, watch: Watch, entry: TrailEntry, since: datetime) -> int:
    those = (
        watch.same_subject(entry)
        & TrailEntry.action.in_(sorted(watch.actions))
        & TrailEntry.at.between(since, entry.at)
    )
    if not watch.odd:
        return session.scalar(select(func.count()).select_from(TrailEntry).where(those)) or 0
    moments = session.scalars(select(TrailEntry.at).where(those))
    return sum(is_odd(access.policy.alarms, at) for at in moments)
