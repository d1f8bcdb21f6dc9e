"""Code lists: the national ones as they are, what an installation adds, and what its local codes mean nationally."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import select

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid, missing
from mingcha.access.labelled import Labelled
from mingcha.access.listing import Listing, Page
from mingcha.access.permissions import Permission
from mingcha.access.scope import region_prefix
from mingcha.administration.changes import NewValue, Proposal, SettingChangeView, propose
from mingcha.administration.dated import EVERYWHERE, SettingKind, in_force, in_reach
from mingcha.administration.remembered import Remembered
from mingcha.domain.codelists import CODE_LISTS
from mingcha.domain.schema import entities

T = TypeVar("T")


class CodeOrigin(Labelled):
    """Whose code it is."""

    NATIONAL = "national", "国家"
    LOCAL = "local", "本地"


class RowFault(Labelled):
    """Why a row of a file cannot be taken."""

    NO_CODE = "no_code", "没有编码"
    NO_LABEL = "no_label", "没有名称"
    NATIONAL = "national", "国家字典里已有这个编码，不能改"
    UNKNOWN = "unknown", "对应的国家编码不在字典里"
    TWICE = "twice", "同一编码出现了两次"
    TOO_LONG = "too_long", "编码超过 64 个字，或名称超过 200 个字"


class RowStep(Labelled):
    """What a row of a file would change."""

    NEW = "new", "新增"
    CHANGED = "changed", "变更"
    SAME = "same", "没有变化"
    FAULTY = "faulty", "不能用"


@dataclass(frozen=True)
class DictionaryView:
    """A code list, and how much there is in it."""

    name: str
    label: str
    national: int
    local: int
    mappings: int


@dataclass(frozen=True)
class CodeView:
    """A code and what it means; since when, where the installation added it."""

    code: str
    label: str
    origin: CodeOrigin
    since: date | None = None


@dataclass(frozen=True)
class MappingView:
    """What a local code means nationally, in a region or everywhere."""

    code: str
    label: str
    national: str
    national_label: str
    region: str
    since: date


@dataclass(frozen=True)
class CodeRow:
    """A row as somebody wrote it: a code with its label, or with the national code that it means."""

    code: str
    label: str
    national: str = ""
    region: str = EVERYWHERE
    number: int = 0


@dataclass(frozen=True)
class ComparedRow:
    """A row beside what holds."""

    row: CodeRow
    step: RowStep
    fault: RowFault | None
    before: str | None


@cache
def labels() -> Mapping[str, str]:
    """What people call the code lists: after the first field that is written in one."""
    called: dict[str, str] = {}
    for entity in entities():
        for field in entity.fields().values():
            if field.codes in CODE_LISTS:
                called.setdefault(field.codes, field.label)
    return {name: called.get(name, name) for name in CODE_LISTS}


def _read_local(access: Access) -> dict[str, dict[str, str]]:
    held = in_force(access.today())
    words: dict[str, dict[str, str]] = {}
    with access.database.reading() as session:
        for name, code, value in session.execute(
            select(held.c.subject, held.c.key, held.c.value).where(held.c.kind == SettingKind.DICTIONARY)
        ):
            words.setdefault(name, {})[code] = value["label"]
    return words


_local_words = Remembered(_read_local)


def words(access: Access) -> dict[str, dict[str, str]]:
    """Words for the codes of all lists, with those that the installation added."""
    local = _local_words(access)
    return {name: {**local.get(name, {}), **national} for name, national in CODE_LISTS.items()}


def national_codes(access: Access, name: str, day: date, region: str) -> dict[str, str]:
    """What local codes of a list mean nationally on a day in a region: the nearest region says so."""
    held = in_force(day)
    with access.database.reading() as session:
        rows = session.execute(
            select(held.c.key, held.c.region, held.c.value).where(
                held.c.kind == SettingKind.MAPPING, held.c.subject == name
            )
        ).all()
    near = [row for row in rows if region.startswith(region_prefix(row.region))]
    return {
        row.key: row.value["national"] for row in sorted(near, key=lambda row: len(region_prefix(row.region)))
    }


def dictionaries(access: Access, actor: Actor) -> list[DictionaryView]:
    """All code lists."""
    rows = _visible(access, actor, (SettingKind.DICTIONARY, SettingKind.MAPPING), None)
    counted = {(kind, name): 0 for kind in SettingKind for name in CODE_LISTS}
    for row in rows:
        counted[SettingKind(row.kind), row.subject] += 1
    return [
        DictionaryView(
            name,
            label,
            len(CODE_LISTS[name]),
            counted[SettingKind.DICTIONARY, name],
            counted[SettingKind.MAPPING, name],
        )
        for name, label in labels().items()
    ]


def codes(
    access: Access, actor: Actor, name: str, text: str | None, origin: CodeOrigin | None, listing: Listing
) -> Page[CodeView]:
    """The codes of a list, national and local.

    Raises:
        Missing: no such list.
    """
    _known(name)
    local = [
        CodeView(row.key, row.value["label"], CodeOrigin.LOCAL, row.effective_from)
        for row in _visible(access, actor, (SettingKind.DICTIONARY,), name)
    ]
    national = [CodeView(code, label, CodeOrigin.NATIONAL) for code, label in CODE_LISTS[name].items()]
    found = [
        view
        for view in (*national, *local)
        if origin in (None, view.origin) and (text is None or text in view.code or text in view.label)
    ]
    return _page(found, listing, {"code": lambda view: view.code, "label": lambda view: view.label})


def mappings(
    access: Access, actor: Actor, name: str, text: str | None, region: str | None, listing: Listing
) -> Page[MappingView]:
    """What local codes of a list mean.

    Raises:
        Missing: no such list.
    """
    _known(name)
    known = words(access)[name]
    found = [
        MappingView(
            code=row.key,
            label=row.value["label"],
            national=row.value["national"],
            national_label=known.get(row.value["national"], ""),
            region=row.region,
            since=row.effective_from,
        )
        for row in _visible(access, actor, (SettingKind.MAPPING,), name)
        if region in (None, row.region)
        and (text is None or any(text in part for part in (row.key, *row.value.values())))
    ]
    return _page(found, listing, {"code": lambda view: view.code, "national": lambda view: view.national})


def compare(
    access: Access, actor: Actor, kind: SettingKind, name: str, rows: Iterable[CodeRow]
) -> list[ComparedRow]:
    """Rows beside what holds today; nothing is kept.

    Raises:
        Missing: no such list.
    """
    actor.check(Permission.SETTINGS_EDIT)
    _known(name)
    held = {(row.key, row.region): row.value for row in _visible(access, actor, (kind,), name)}
    known = words(access)[name]
    seen: set[tuple[str, str]] = set()
    compared = []
    for row in rows:
        fault = _fault(kind, name, row, known, seen)
        seen.add((row.code, row.region))
        before = held.get((row.code, row.region))
        if fault is not None:
            step = RowStep.FAULTY
        elif before is None:
            step = RowStep.NEW
        else:
            step = RowStep.SAME if before == _value(kind, row) else RowStep.CHANGED
        compared.append(ComparedRow(row, step, fault, None if before is None else _told(before)))
    return compared


def propose_rows(
    access: Access,
    actor: Actor,
    kind: SettingKind,
    name: str,
    rows: Sequence[CodeRow],
    ended: Sequence[CodeRow],
    effective_from: date,
    reason: str,
) -> SettingChangeView:
    """Ask for rows to hold from a day on, and for others to hold no longer.

    Raises:
        Missing: no such list.
        Invalid: a row that cannot be taken.
    """
    faulty = [one for one in compare(access, actor, kind, name, rows) if one.fault is not None]
    if faulty:
        first = faulty[0]
        assert first.fault is not None
        raise Invalid(
            f"“{first.row.code}”{first.fault.label}", where="rows", remedy="请改正或去掉不能用的行后再提交"
        )
    new = [NewValue(row.code, _value(kind, row), row.region) for row in rows]
    gone = [NewValue(row.code, None, row.region) for row in ended]
    return propose(access, actor, Proposal(kind, name, effective_from, reason, [*new, *gone]))


def _fault(
    kind: SettingKind, name: str, row: CodeRow, known: Mapping[str, str], seen: set[tuple[str, str]]
) -> RowFault | None:
    if not row.code:
        return RowFault.NO_CODE
    if len(row.code) > 64 or len(row.label) > 200:
        return RowFault.TOO_LONG
    if (row.code, row.region) in seen:
        return RowFault.TWICE
    if kind is SettingKind.MAPPING:
        return None if row.national in known else RowFault.UNKNOWN
    if not row.label:
        return RowFault.NO_LABEL
    return RowFault.NATIONAL if row.code in CODE_LISTS[name] else None


def _value(kind: SettingKind, row: CodeRow) -> dict[str, str]:
    return (
        {"label": row.label}
        if kind is SettingKind.DICTIONARY
        else {"label": row.label, "national": row.national}
    )


def _told(value: Mapping[str, str]) -> str:
    return f"{value['label']} → {value['national']}" if "national" in value else value["label"]


def _visible(access: Access, actor: Actor, kinds: Iterable[SettingKind], name: str | None) -> Sequence[Any]:
    scope = actor.scope(Permission.SETTINGS_VIEW)
    held = in_force(access.today())
    place = in_reach(scope, held.c.region)
    query = select(held).where(held.c.kind.in_([kind.value for kind in kinds]), place)
    if name is not None:
        query = query.where(held.c.subject == name)
    with access.database.reading() as session:
        return session.execute(query.order_by(held.c.key, held.c.region)).all()


def _known(name: str) -> None:
    if name not in CODE_LISTS:
        raise missing("这个字典")


def _page(found: list[T], listing: Listing, sorts: Mapping[str, Callable[[T], str]]) -> Page[T]:
    """One page of a list that is read whole: code lists are short."""
    for name in reversed((listing.sort or "code").split(",")):
        key = sorts.get(name.removeprefix("-").strip())
        if key is None:
            raise Invalid("不能按这个字段排序", where="sort", remedy="可选：" + "、".join(sorts))
        found = sorted(found, key=key, reverse=name.startswith("-"))
    first = (listing.page - 1) * listing.size
    return Page(found[first : first + listing.size], len(found))
