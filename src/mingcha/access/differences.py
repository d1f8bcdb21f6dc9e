"""What a hospital's own list of units or staff says that the tree does not: new, changed, left, come back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mingcha.access.labelled import Labelled
from mingcha.access.organisations import PARENTS, Kind
from mingcha.access.staff_rights import GRADES, Right, held_on
from mingcha.domain.codelists import CODE_LISTS
from mingcha.store.database.organisations import Organisation, OrganisationPeriod, StaffRight
from mingcha.store.database.people import User

_DAY = timedelta(days=1)
# Of rights: not held. A grade of nothing is a right without grades.
NOT_HELD = -1
NO_GRADE = 0


class Change(Labelled):
    """What happens to a unit or somebody when a list is applied."""

    NEW = "new", "新增"
    CHANGED = "changed", "变更"
    LEFT = "left", "离开"
    RETURNED = "returned", "恢复"
    REFUSED = "refused", "不能处理"


@dataclass(frozen=True)
class Said:
    """What a row of a list says; what it does not speak about is absent.

    Args:
        facts: by column of a period: name, title, category, local_code.
        unit: code of the unit above; the institution itself where the list says that there is none.
        rights: the grade held, NO_GRADE, or NOT_HELD.
    """

    row: int
    kind: Kind
    code: str
    facts: Mapping[str, str | None]
    unit: str | None = None
    unit_said: bool = False
    since: date | None = None
    until: date | None = None
    rights: Mapping[Right, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SaidList:
    """A list of one institution, as of a day.

    Args:
        whole: it names everybody of the kinds that stand in it: who is missing has left.
    """

    rows: Sequence[Said]
    on: date
    whole: bool


@dataclass(frozen=True)
class DifferenceLine:
    """One thing that differs, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class StaffDifference:
    """One unit or person that the list and the tree do not agree about.

    Args:
        login: the account of somebody who leaves or comes back.
    """

    change: Change
    change_label: str
    kind: Kind
    kind_label: str
    code: str
    name: str
    day: date
    lines: tuple[DifferenceLine, ...] = ()
    login: str | None = None
    row: int | None = None
    organisation_id: UUID | None = None


@dataclass(frozen=True)
class Known:
    """A unit or somebody as the tree knows them by the newest word."""

    organisation: Organisation
    period: OrganisationPeriod
    rights: Mapping[Right, int]

    def active(self, day: date) -> bool:
        """Whether they are there on a day."""
        return self.period.valid_to is None or self.period.valid_to >= day


class Tree:
    """All units and people of one institution by the newest word."""

    def __init__(self, session: Session, institution: Organisation, day: date) -> None:
        self.institution = institution
        query = (
            select(Organisation, OrganisationPeriod)
            .join(OrganisationPeriod, OrganisationPeriod.organisation_id == Organisation.id)
            .where(Organisation.institution_code == institution.code)
            .order_by(OrganisationPeriod.valid_from)
        )
        newest = {one.id: (one, period) for one, period in session.execute(query)}
        rights = _rights(session, institution, day)
        self.known = {
            (Kind(one.kind), one.code): Known(one, period, rights.get(one.id, {}))
            for one, period in newest.values()
        }
        self.units = {
            code: known for (kind, code), known in self.known.items() if kind in PARENTS[Kind.DOCTOR]
        }
        self._by_local = {
            (kind, known.period.local_code): known
            for (kind, _), known in self.known.items()
            if known.period.local_code
        }
        self.codes = {known.organisation.id: known.organisation.code for known in self.known.values()}
        users = select(User.organisation_id, User.login).where(User.organisation_id.in_(newest))
        self.logins = {place: login for place, login in session.execute(users) if place is not None}

    def of(self, said: Said) -> Known | None:
        """Whom a row means: by the national code, else by the hospital's own."""
        local = said.facts.get("local_code")
        found = self.known.get((said.kind, said.code))
        return self._by_local.get((said.kind, local)) if found is None and local is not None else found

    def unit_of(self, known: Known) -> str | None:
        """The code of the unit above; none where that is the institution itself."""
        above = known.period.parent_id
        return None if above is None else self.codes.get(above)


def differences(tree: Tree, said: SaidList) -> list[StaffDifference]:
    """What the list would change, in its order; who is missing from a whole list stands at the end."""
    found: list[StaffDifference] = []
    named: set[UUID] = set()
    listed = {one.code for one in said.rows}
    for one in said.rows:
        known = tree.of(one)
        if known is not None:
            named.add(known.organisation.id)
        found += _of_row(tree, one, known, said.on, listed)
    if said.whole:
        kinds = {one.kind for one in said.rows}
        found += [
            _left(tree, known, said.on - _DAY, None, said.on)
            for (kind, _), known in tree.known.items()
            if kind in kinds and known.organisation.id not in named and known.active(said.on)
        ]
    return found


def digest_of(found: Sequence[StaffDifference]) -> str:
    """What a preview and its application must have in common."""
    plain = json.dumps([asdict(one) for one in found], default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def _of_row(
    tree: Tree, one: Said, known: Known | None, on: date, listed: set[str]
) -> Iterator[StaffDifference]:
    gone = one.until is not None and one.until < on
    if gone and known is not None and known.active(on):
        assert one.until is not None
        yield _left(tree, known, max(one.until, known.period.valid_from), one.row, on)
    if gone:
        return
    if one.unit is not None and one.unit not in tree.units and one.unit not in listed:
        yield _refused(one, on, f"上级“{one.unit}”不在本院的科室里，请先同步科室")
        return
    if known is None:
        lines = (*_facts(one, None), *_unit(tree, one, None), *_rights_lines(one, {}))
        yield _difference(Change.NEW, one, min(one.since or on, on), lines)
        return
    if known.period.valid_from > on:
        yield _refused(one, on, f"已有 {known.period.valid_from} 起的内容，请换一个生效日期")
        return
    if not known.active(on):
        lines = (*_facts(one, None), *_unit(tree, one, None), *_rights_lines(one, {}))
        login = tree.logins.get(known.organisation.id)
        yield replace(
            _difference(Change.RETURNED, one, on, lines), login=login, organisation_id=known.organisation.id
        )
        return
    lines = (*_facts(one, known), *_unit(tree, one, known), *_rights_lines(one, known.rights))
    if lines:
        yield replace(_difference(Change.CHANGED, one, on, lines), organisation_id=known.organisation.id)


def _left(tree: Tree, known: Known, last_day: date, row: int | None, on: date) -> StaffDifference:
    kind = Kind(known.organisation.kind)
    if known.period.valid_from > last_day:
        why = DifferenceLine("原因", "", f"已有 {known.period.valid_from} 起的内容，请换一个生效日期")
        change, lines = Change.REFUSED, (why,)
    else:
        change, lines = Change.LEFT, (DifferenceLine("最后一天", "至今", last_day.isoformat()),)
    return StaffDifference(
        change=change,
        change_label=change.label,
        kind=kind,
        kind_label=kind.label,
        code=known.organisation.code,
        name=known.period.name,
        day=last_day if change is Change.LEFT else on,
        lines=lines,
        login=tree.logins.get(known.organisation.id),
        row=row,
        organisation_id=known.organisation.id,
    )


def _difference(change: Change, one: Said, day: date, lines: Sequence[DifferenceLine]) -> StaffDifference:
    name = one.facts.get("name") or one.code
    return StaffDifference(
        change, change.label, one.kind, one.kind.label, one.code, name, day, tuple(lines), row=one.row
    )


def _refused(one: Said, on: date, why: str) -> StaffDifference:
    return _difference(Change.REFUSED, one, on, [DifferenceLine("原因", "", why)])


_LABELS = {"name": "名称", "title": "职称", "category": "科别", "local_code": "工号"}
_WORDS = {"title": CODE_LISTS["drord_dr_profttl"]}


def _facts(one: Said, known: Known | None) -> Iterator[DifferenceLine]:
    for name, value in one.facts.items():
        before = None if known is None else getattr(known.period, name)
        if value != before:
            words = _WORDS.get(name, {})
            yield DifferenceLine(
                _LABELS[name], words.get(before or "", before or ""), words.get(value or "", value or "")
            )


def _unit(tree: Tree, one: Said, known: Known | None) -> Iterator[DifferenceLine]:
    if not one.unit_said:
        return
    before = None if known is None else tree.unit_of(known)
    if known is None or before != one.unit:
        yield DifferenceLine("所在", "" if known is None else before or "直属医院", one.unit or "直属医院")


def _rights_lines(one: Said, held: Mapping[Right, int]) -> Iterator[DifferenceLine]:
    for right, grade in one.rights.items():
        before = held.get(right, NOT_HELD)
        if before != grade:
            yield DifferenceLine(right.label, _graded(before), _graded(grade))


def _graded(grade: int) -> str:
    if grade == NOT_HELD:
        return "无"
    return "有" if grade == NO_GRADE else GRADES.get(grade, str(grade))


def _rights(session: Session, institution: Organisation, day: date) -> dict[UUID, dict[Right, int]]:
    rows = session.scalars(
        select(StaffRight)
        .join(Organisation, Organisation.id == StaffRight.organisation_id)
        .where(Organisation.institution_code == institution.code, held_on(day))
    )
    found: dict[UUID, dict[Right, int]] = {}
    for row in rows:
        found.setdefault(row.organisation_id, {})[Right(row.right_name)] = row.grade or NO_GRADE
    return found
