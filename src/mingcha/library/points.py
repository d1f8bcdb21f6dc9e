"""One knowledge point: what it says, where it is published, how it was in each release; and writing it in a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid, missing
from mingcha.access.permissions import Permission
from mingcha.catalogue.differences import fields_told
from mingcha.catalogue.entries import entries
from mingcha.domain.fields import Field
from mingcha.domain.values import ValueType, date_of, day_of, written
from mingcha.ingest.knowledge.template import (
    Fault,
    choices_of,
    columns,
    demanded,
    filled_in,
)
from mingcha.knowledge.changes import ChangePart
from mingcha.knowledge.completion import DEFAULTS, everywhere, status_of
from mingcha.knowledge.kinds.by_slug import KINDS
from mingcha.knowledge.point import FOREVER, KnowledgePoint, Status
from mingcha.library.bases import base
from mingcha.library.drafts import OPEN, State, row_of
from mingcha.library.proposing import ChangeView, Proposed, changes_in, propose
from mingcha.library.reach import check_office
from mingcha.library.searching import chosen, day_or_none
from mingcha.library.telling import Line
from mingcha.store import releases
from mingcha.store.database.drafts import Draft, DraftChange

# The first day that is a day: a point without a beginning.
ALWAYS = 0


@dataclass(frozen=True)
class PointFieldView:
    """A field of a kind as a form asks for it.

    Args:
        choices: the only words that it takes; any where there are none.
        general: whether every kind has it.
    """

    name: str
    label: str
    type: str
    unit: str
    note: str
    demanded: bool
    choices: tuple[str, ...]
    general: bool


@dataclass(frozen=True)
class RuleName:
    """A rule that reads points of a kind."""

    code: str
    name: str


@dataclass(frozen=True)
class KindOfPoint:
    """A kind of point."""

    kind: str
    label: str
    subject: str
    about: str
    rules: tuple[RuleName, ...]
    fields: tuple[PointFieldView, ...]


@dataclass(frozen=True)
class PointVersion:
    """How a point came out of a release: what differs from how it was before; nothing where it came in."""

    release: int
    effective_from: date | None
    what: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Pending:
    """An open draft that changes a point."""

    draft: UUID
    title: str
    state: State
    state_label: str


@dataclass(frozen=True)
class PointView:
    """A point whole.

    Args:
        lines: what it says of its limit, its codes apart; values as people write them.
        values: all fields by name, as a form takes them.
    """

    point_id: str
    release: int
    kind: str
    kind_label: str
    rule_code: str
    rule_name: str
    name: str
    codes: tuple[str, ...]
    certainty: str
    status: str
    reason: str
    region: str
    effective_from: date | None
    effective_to: date | None
    basis: str
    source_document: str
    source_number: str
    source_date: date | None
    source_row: str
    demonstration: bool
    lines: tuple[Line, ...]
    values: Mapping[str, str]
    history: tuple[PointVersion, ...]
    drafts: tuple[Pending, ...]


def kinds(actor: Actor) -> list[KindOfPoint]:
    """All kinds of point, with the fields of their forms and the rules that read them."""
    actor.check(Permission.KNOWLEDGE_VIEW)
    return [_kind(shape) for shape in KINDS.values()]


def point(access: Access, actor: Actor, point_id: str, release: int | None = None) -> PointView:
    """A point of a release, the newest by default.

    Raises:
        Missing: it has none of this number.
    """
    actor.check(Permission.KNOWLEDGE_VIEW)
    number = chosen(access, release)
    found = base(access, number).content.get((ChangePart.POINT, point_id)) if number else None
    if found is None:
        raise missing("这条知识点")
    return _view(access, number, found)


def write(
    access: Access,
    actor: Actor,
    draft_id: UUID,
    point_id: str,
    kind: str,
    values: Mapping[str, str],
    note: str = "",
) -> ChangeView:
    """Put a point into a draft as a form says it, new or in place of what was there.

    Raises:
        Invalid: fields that cannot be taken, each with its reason.
    """
    check_office(actor, Permission.KNOWLEDGE_EDIT)
    shape = KINDS.get(kind)
    if shape is None:
        raise Invalid("没有这种知识点", where="kind", remedy="可选：" + "、".join(KINDS))
    by_name = {field.name: field.label for field in columns(shape)}
    if unknown := sorted(set(values) - set(by_name)):
        raise Invalid(
            f"{shape.label}没有字段 {'、'.join(unknown)}", where="values", remedy="请刷新页面后重填"
        )
    before = standing(access, draft_id, point_id)
    record = {by_name[name]: text.strip() for name, text in values.items()} | {by_name["point_id"]: point_id}
    begins = by_name["effective_from"]
    if before is not None and before.effective_from == ALWAYS and not record.get(begins):
        record[begins] = date_of(ALWAYS).isoformat()
    faults: list[Fault] = []
    made = filled_in(shape, record, shape.label, faults)
    if made is None:
        raise Invalid(
            "；".join(f"{fault.field}：{fault.reason}" for fault in faults),
            where="、".join(dict.fromkeys(fault.field for fault in faults)),
            remedy="请改正后再保存",
        )
    return propose(
        access, actor, draft_id, Proposed(ChangePart.POINT, point_id, _kept_state(before, made), note)
    )


def _kept_state(before: KnowledgePoint | None, made: KnowledgePoint) -> KnowledgePoint:
    """A form says nothing of the state: what was replaced or ended stays so, what waited waits until it is complete."""
    if before is None or before.slug != made.slug:
        return made
    waits = before.status == Status.NEEDS_MAPPING and status_of(made, DEFAULTS)[0] is not Status.NEEDS_MAPPING
    kept = {} if waits else {"status": before.status, "reason": before.reason}
    return type(made)(**{**vars(made), **{name: value for name, value in kept.items() if value}})


def end(
    access: Access, actor: Actor, draft_id: UUID, point_id: str, last_day: date, reason: str
) -> ChangeView:
    """Let a point hold until a day and no longer; earlier services are judged by it as before.

    Raises:
        Missing: neither draft nor release has it.
        Invalid: it would end before it began.
    """
    check_office(actor, Permission.KNOWLEDGE_EDIT)
    found = standing(access, draft_id, point_id)
    if found is None:
        raise missing("这条知识点")
    until = day_of(last_day) + 1
    if until <= found.effective_from:
        raise Invalid(
            "失效日期早于生效日期", where="last_day", remedy="要去掉还没有生效的，请撤销新增它的改动"
        )
    over = until <= day_of(access.today())
    values = {**vars(found), "effective_to": until, "reason": reason}
    if over:
        values["status"] = Status.ENDED
    return propose(
        access, actor, draft_id, Proposed(ChangePart.POINT, point_id, type(found)(**values), reason)
    )


def standing(access: Access, draft_id: UUID, point_id: str) -> KnowledgePoint | None:
    """A point as a draft has it so far."""
    address = (ChangePart.POINT, point_id)
    with access.database.reading() as session:
        row = row_of(session, draft_id)
        found = base(access, row.base).content.get(address)
        for change in changes_in(session, access, row):
            if change.address == address:
                found = change.after
    return found


def _kind(shape: type[KnowledgePoint]) -> KindOfPoint:
    general = KnowledgePoint.fields()
    return KindOfPoint(
        kind=shape.slug,
        label=shape.label,
        subject=shape.subject.value,
        about=(shape.__doc__ or "").strip().split("\n")[0],
        rules=tuple(RuleName(one.code, one.name) for one in entries() if shape.slug in one.kinds),
        fields=tuple(_field(shape, field, general) for field in columns(shape)),
    )


def _field(shape: type[KnowledgePoint], field: Field[Any], general: Mapping[str, Any]) -> PointFieldView:
    choices = choices_of(shape, field) or {}
    return PointFieldView(
        name=field.name,
        label=field.label,
        type=field.type.name.lower(),
        unit=field.unit,
        note=field.note,
        demanded=demanded(field),
        choices=tuple(word for word in choices if not word.isdigit()),
        general=field.name in general,
    )


def _view(access: Access, number: int, found: KnowledgePoint) -> PointView:
    rule = next((one for one in entries() if one.code == found.rule_code), None)
    own = [name for name in type(found).fields() if name not in KnowledgePoint.fields()]
    fields = type(found).fields()
    # As the list has it: what the settings of this release make of the point.
    status, reason = status_of(found, everywhere(base(access, number).release.settings))
    return PointView(
        point_id=found.point_id,
        release=number,
        kind=found.slug,
        kind_label=KINDS[found.slug].label,
        rule_code=found.rule_code,
        rule_name=rule.name if rule else found.rule_code,
        name=found.name or "",
        codes=found.codes,
        certainty=str(found.certainty),
        status=str(status),
        reason=reason,
        region=found.region,
        effective_from=day_or_none(found.effective_from),
        effective_to=day_or_none(found.effective_to),
        basis=found.basis,
        source_document=found.source_document,
        source_number=found.source_number,
        source_date=day_or_none(found.source_date or 0),
        source_row=found.source_row,
        demonstration=bool(found.demonstration),
        lines=tuple(
            Line(fields[name].label, "", shown)
            for name in own
            if (shown := form_value(type(found), fields[name], getattr(found, name)))
        ),
        values={
            field.name: form_value(type(found), field, getattr(found, field.name))
            for field in columns(type(found))
        },
        history=_history(access, found),
        drafts=_pending(access, found.point_id),
    )


def form_value(shape: type[KnowledgePoint], field: Field[Any], value: Any) -> str:
    """A stored value as a form takes it back; "" for nothing, always and for ever."""
    if value is None or value in ("", ()):
        return ""
    if field.type is ValueType.DAY and (value <= 0 or value >= FOREVER):
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and value >= FOREVER:
        return ""
    for word, stored in (choices_of(shape, field) or {}).items():
        if stored == value and not word.isdigit():
            return word
    return written(tuple(value) if isinstance(value, list) else value, field.type)


def _history(access: Access, found: KnowledgePoint) -> tuple[PointVersion, ...]:
    """The releases in which a point came, changed or went; the newest first."""
    told: list[PointVersion] = []
    before: KnowledgePoint | None = None
    for manifest in releases.manifests(access.home):
        number = manifest["number"]
        now = next(iter(releases.points_named(access.home, number, [found.point_id])), None)
        lines = fields_told(before, now) if before is not None and now is not None else []
        what = (
            "加入"
            if before is None and now
            else "去掉"
            if before and now is None
            else "修改"
            if lines
            else ""
        )
        if what:
            day = day_or_none(manifest["effective_from"])
            told.append(PointVersion(number, day, what, tuple(Line(*line) for line in lines)))
        before = now
    return tuple(reversed(told))


def _pending(access: Access, point_id: str) -> tuple[Pending, ...]:
    query = (
        select(Draft)
        .join(DraftChange, DraftChange.draft_id == Draft.id)
        .where(DraftChange.part == ChangePart.POINT.value, DraftChange.key == point_id)
        .where(DraftChange.undone_at.is_(None), Draft.state.in_([state.value for state in OPEN]))
        .distinct()
    )
    with access.database.reading() as session:
        return tuple(
            Pending(row.id, row.title, State(row.state), State(row.state).label)
            for row in session.scalars(query)
        )
