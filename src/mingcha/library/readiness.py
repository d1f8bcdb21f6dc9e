"""Whether a draft may be handed in: it compiles, its own rules pass their examples, and it adds no error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.permissions import Permission
from mingcha.audit.definitions import failures
from mingcha.audit.releasing import check_release
from mingcha.catalogue.defined import all_entries
from mingcha.domain.errors import MingchaError
from mingcha.knowledge.changes import Change, ChangePart, against, apply
from mingcha.knowledge.definition.form import definition_of
from mingcha.knowledge.release import Release
from mingcha.knowledge.validation import Problem, Severity, validate
from mingcha.library.bases import Base, base, newest_number
from mingcha.library.drafts import row_of
from mingcha.library.proposing import changes_together
from mingcha.library.reach import check_office


@dataclass(frozen=True)
class Hindrance:
    """Something that keeps a draft from being handed in, or that somebody should look at.

    Args:
        blocks: whether it must be mended first.
        points: ids of the points that it concerns.
    """

    blocks: bool
    check: str
    where: str
    what: str
    remedy: str
    points: tuple[str, ...] = ()


def hindrances_of(access: Access, actor: Actor, draft_id: UUID) -> list[Hindrance]:
    """What stands in the way of a draft, the blocking first."""
    check_office(actor, Permission.KNOWLEDGE_VIEW)
    with access.database.reading() as session:
        row = row_of(session, draft_id)
        number, changes = row.base, changes_together(session, access, row)
    ground = base(access, number)
    found = hindrances(ground, changes)
    if number != newest_number(access) and against(base(access, newest_number(access)).release, changes):
        found.insert(0, _moved(newest_number(access)))
    return found


def hindrances(ground: Base, changes: list[Change]) -> list[Hindrance]:
    """What stands in the way of these changes on this base, the blocking first."""
    if not changes:
        return [Hindrance(True, "没有改动", "", "草稿里没有任何改动", "先加入要改的内容")]
    found = list(_of_examples(changes))
    try:
        made = apply(ground.release, changes)
        found += _of_points(ground.release, made, changes)
        # Of what a check has named already, the compiler would only say it less clearly.
        if not blocking(found):
            check_release(made)
    except MingchaError as error:
        found.append(Hindrance(True, "无法编译", error.where, error.what, error.remedy))
    return sorted(found, key=lambda one: not one.blocks)


def _of_examples(changes: list[Change]) -> list[Hindrance]:
    found = []
    for change in changes:
        if change.part is not ChangePart.DEFINITION or change.after is None:
            continue
        definition = definition_of(change.after)
        found += [
            Hindrance(
                True,
                "例子不通过",
                f"自建规则 {definition.code} {definition.name}",
                f"{one.example}：{one.what}" if one.example else one.what,
                "改正规则或例子，全部通过后再送审",
            )
            for one in failures(definition)
        ]
    return found


def _of_points(before: Release, made: Release, changes: list[Change]) -> list[Hindrance]:
    """Problems that the base does not have already: what is published was let through once."""
    if not any(change.part in (ChangePart.POINT, ChangePart.DEFINITION) for change in changes):
        return []
    known = {_told(problem) for problem in validate(before.all_points(), all_entries(before.rules))}
    return [
        Hindrance(
            problem.severity is Severity.ERROR,
            problem.check,
            problem.code,
            problem.what,
            problem.remedy,
            problem.points,
        )
        for problem in validate(made.all_points(), all_entries(made.rules))
        if _told(problem) not in known
    ]


def _told(problem: Problem) -> tuple[Any, ...]:
    return (problem.check, problem.points, problem.code, problem.what)


def _moved(newest: int) -> Hindrance:
    return Hindrance(
        True,
        "基准已变",
        f"第 {newest} 版",
        "草稿建立以后又发布了新版，两边改了同一内容",
        "按“移到最新版”，逐处决定用哪一个",
    )


def blocking(found: list[Hindrance]) -> Mapping[str, int]:
    """How many of each sort must be mended first."""
    counted: dict[str, int] = {}
    for one in found:
        if one.blocks:
            counted[one.check] = counted.get(one.check, 0) + 1
    return counted
