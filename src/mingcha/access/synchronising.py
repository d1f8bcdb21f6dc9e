"""A hospital's own list of units or staff, first looked at, then applied just as it was looked at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.differences import (
    NOT_HELD,
    Change,
    Known,
    Said,
    SaidList,
    StaffDifference,
    Tree,
    differences,
    digest_of,
)
from mingcha.access.errors import AccessError, Conflict, Invalid, missing
from mingcha.access.grants import check_duty_stays_held
from mingcha.access.organisations import PARENTS, UNITS, Kind
from mingcha.access.permissions import Permission
from mingcha.access.scope import Place
from mingcha.access.sessions import do_end_all
from mingcha.access.staff_rights import NewRight, Right, do_give, may_say
from mingcha.access.standing import current_period, place_of
from mingcha.access.succession import do_begin_period, do_end, do_end_rights, under
from mingcha.access.trail import Action, record
from mingcha.access.users_known import check_not_above, check_not_oneself
from mingcha.store.database.organisations import Organisation, OrganisationPeriod
from mingcha.store.database.people import User

_LOCKED_BECAUSE = "离职：医院人员名单中已没有此人"


@dataclass(frozen=True)
class SyncPreview:
    """What applying a list would do.

    Args:
        unheard: rights that the list speaks of and that are not this actor's to say.
        digest: names just these differences; applying asks for it.
    """

    differences: list[StaffDifference]
    counts: dict[Change, int]
    unchanged: int
    unheard: list[str]
    digest: str


@dataclass(frozen=True)
class Applied:
    """What applying a list did, and which accounts are left for somebody with more rights."""

    counts: dict[Change, int]
    locked: list[str]
    not_locked: list[str]
    to_unlock: list[str]


def preview(access: Access, actor: Actor, institution_id: UUID, said: SaidList) -> SyncPreview:
    """What a list would change in the actor's institution; nothing is kept.

    Raises:
        Missing: no such institution in the scope.
    """
    with access.database.reading() as session:
        found, place = _institution(session, access, actor, institution_id)
        heard, unheard = _heard(actor, place, said)
        return _previewed(differences(Tree(session, found, said.on), heard), heard, unheard)


def apply(
    access: Access, actor: Actor, institution_id: UUID, said: SaidList, digest: str, file_name: str
) -> Applied:
    """Apply a list that was looked at; whoever left is locked out.

    Raises:
        Conflict: the tree changed since, so that something else would happen.
    """
    with access.database.writing() as session:
        found, place = _institution(session, access, actor, institution_id)
        heard, _ = _heard(actor, place, said)
        tree = Tree(session, found, said.on)
        changes = differences(tree, heard)
        if digest_of(changes) != digest:
            raise Conflict("预览以后情况有变化，没有同步", remedy="请重新预览，核对后再同步")
        work = _Work(session, found, heard, tree, access.now())
        for one in _in_order(changes):
            work.do(one)
        locked, not_locked = _lock_leavers(session, access, actor, changes)
        counts = dict(Counter(one.change for one in changes))
        about = ("organisation", found.id)
        told = {change.value: number for change, number in counts.items()}
        details = {"file": file_name, "on": said.on.isoformat(), **told}
        record(session, access, actor, Action.ORGANISATIONS_SYNCED, about=about, details=details)
        returned = [one.login for one in changes if one.change is Change.RETURNED and one.login]
        return Applied(counts, locked, not_locked, sorted(returned))


def check_institution(access: Access, actor: Actor, institution_id: UUID) -> None:
    """Refuse an institution outside the actor's scope before any file is looked at."""
    with access.database.reading() as session:
        _institution(session, access, actor, institution_id)


def _institution(
    session: Session, access: Access, actor: Actor, institution_id: UUID
) -> tuple[Organisation, Place]:
    row = session.execute(
        select(Organisation, OrganisationPeriod)
        .join(OrganisationPeriod, OrganisationPeriod.organisation_id == Organisation.id)
        .where(Organisation.id == institution_id, current_period(access.today()))
        .with_for_update(of=Organisation)
    ).one_or_none()
    if row is None or not actor.scope(Permission.ORGANISATIONS_SYNC).covers(place_of(row[1])):
        raise missing("这家医药机构")
    if Kind(row[0].kind) is not Kind.INSTITUTION:
        raise Invalid("只能同步定点医药机构的科室和人员", where="organisation_id")
    return row[0], place_of(row[1])


def _heard(actor: Actor, place: Place, said: SaidList) -> tuple[SaidList, list[str]]:
    """The list without the rights that are not this actor's to say."""
    unheard = {right for one in said.rows for right in one.rights if not may_say(actor, right, place)}
    rows = [
        replace(one, rights={right: grade for right, grade in one.rights.items() if right not in unheard})
        for one in said.rows
    ]
    return replace(said, rows=rows), sorted(right.label for right in unheard)


def _previewed(changes: list[StaffDifference], said: SaidList, unheard: list[str]) -> SyncPreview:
    counts = Counter(one.change for one in changes)
    rows = len({one.row for one in changes if one.row is not None})
    return SyncPreview(changes, dict(counts), len(said.rows) - rows, unheard, digest_of(changes))


_ORDER = (Change.NEW, Change.RETURNED, Change.CHANGED, Change.LEFT)


def _in_order(changes: list[StaffDifference]) -> list[StaffDifference]:
    """Units before those who work in them; whoever leaves goes before the unit that ends."""

    def turn(one: StaffDifference) -> tuple[int, int]:
        depth = UNITS.index(one.kind) if one.kind in UNITS else len(UNITS)
        leaving = one.change is Change.LEFT
        return (1, -depth) if leaving else (0, depth)

    return sorted((one for one in changes if one.change in _ORDER), key=turn)


class _Work:
    """Carries differences out in one transaction."""

    def __init__(
        self, session: Session, institution: Organisation, said: SaidList, tree: Tree, now: datetime
    ) -> None:
        self.session = session
        self.now = now
        self.institution = institution
        self.on = said.on
        self.tree = tree
        self.rows = {one.row: one for one in said.rows}
        self.units = {code: known.organisation for code, known in tree.units.items()}

    def do(self, one: StaffDifference) -> None:
        """Carry one out."""
        if one.change is Change.LEFT:
            found = self.session.get_one(Organisation, one.organisation_id)
            do_end(self.session, found, one.day)
            return
        assert one.row is not None
        said = self.rows[one.row]
        known = self.tree.of(said)
        found = known.organisation if known is not None else self._made(said)
        self._begin(found, said, known, one)
        held = known.rights if known is not None and one.change is Change.CHANGED else {}
        for right, grade in said.rights.items():
            self._say_right(found.id, right, grade, held.get(right, NOT_HELD))

    def _made(self, said: Said) -> Organisation:
        made = Organisation(
            id=uuid4(),
            kind=said.kind.value,
            code=said.code,
            institution_code=self.institution.code,
            created_at=self.now,
        )
        self.session.add(made)
        self.session.flush()
        if said.kind in PARENTS[Kind.DOCTOR]:
            self.units[said.code] = made
        return made

    def _begin(self, found: Organisation, said: Said, known: Known | None, one: StaffDifference) -> None:
        if one.change is Change.CHANGED and not _touches_period(one):
            return
        before = None if known is None else known.period
        facts = {
            name: None if before is None else getattr(before, name)
            for name in ("name", "level", "category", "local_code", "title")
        }
        facts |= dict(said.facts)
        if said.unit_said:
            parent = self.institution if said.unit is None else self.units[said.unit]
        elif before is not None and before.parent_id is not None:
            parent = self.session.get_one(Organisation, before.parent_id)
        else:
            parent = self.institution
        if Kind(parent.kind) not in PARENTS[said.kind]:
            allowed = "、".join(kind.label for kind in PARENTS[said.kind])
            raise Invalid(f"{said.kind.label}的上级只能是{allowed}", where=f"第 {said.row} 行，所在")
        above, day = self._above(parent, one.day)
        place = under(place_of(above), said.kind.value, found.code)
        do_begin_period(self.session, found, day, place, {**facts, "parent_id": parent.id})

    def _above(self, parent: Organisation, day: date) -> tuple[OrganisationPeriod, date]:
        """Where the unit above stands on a day; it cannot be joined before it was there."""
        periods = self.session.scalars(
            select(OrganisationPeriod)
            .where(OrganisationPeriod.organisation_id == parent.id)
            .order_by(OrganisationPeriod.valid_from)
        ).all()
        day = max(day, periods[0].valid_from)
        found = [
            one for one in periods if one.valid_from <= day and (one.valid_to is None or one.valid_to >= day)
        ]
        if not found or periods[-1].valid_to is not None:
            raise Conflict(
                f"上级“{periods[-1].name}”{day} 不在用", where="所在", remedy="请先恢复或换一个上级"
            )
        return found[0], day

    def _say_right(self, organisation_id: UUID, right: Right, grade: int, before: int) -> None:
        if grade == before:
            return
        if grade == NOT_HELD:
            do_end_rights(self.session, organisation_id, self.on - timedelta(days=1), [right.value])
        else:
            do_give(self.session, organisation_id, NewRight(right, self.on, grade=grade or None))


def _touches_period(one: StaffDifference) -> bool:
    """Whether anything but rights changes."""
    rights = {right.label for right in Right}
    return any(line.label not in rights for line in one.lines)


def _lock_leavers(
    session: Session, access: Access, actor: Actor, changes: list[StaffDifference]
) -> tuple[list[str], list[str]]:
    """Lock out whoever left; an account that is not the actor's to lock is told, so that somebody else does."""
    gone = [one.organisation_id for one in changes if one.change is Change.LEFT]
    query = select(User).where(User.organisation_id.in_(gone), User.status == "active").with_for_update()
    locked: list[str] = []
    refused: list[str] = []
    for user in session.scalars(query.order_by(User.login)):
        try:
            check_not_oneself(actor, user)
            check_not_above(session, access, actor, Permission.ORGANISATIONS_SYNC, user)
            check_duty_stays_held(session, user)
        except AccessError:
            refused.append(user.login)
            continue
        user.status = "locked"
        do_end_all(session, access, user.id)
        session.flush()
        record(session, access, actor, Action.USER_LOCKED, about=("user", user.id), reason=_LOCKED_BECAUSE)
        locked.append(user.login)
    return locked, refused
