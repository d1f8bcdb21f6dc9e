"""The national lists of typical faults: which of our mechanisms find each item, or which facts nobody sends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from mingcha.domain.errors import DeclarationError
from mingcha.knowledge.packaged import packaged
from mingcha.knowledge.sources import source
from mingcha.knowledge.starter import starter_points, starter_problems
from mingcha.rules.registry import RULES

DATA = "typical_problems.yaml"
EXAMPLES = 2
FOUND, IN_PART, NOT_FOUND = "可查", "部分可查", "缺少事实"


@dataclass(frozen=True)
class Problem:
    """One item of a published list.

    Args:
        list_name, number: which list, and its number there.
        about: what it is about, in our own words.
        found_by: slugs of the mechanisms that find it once points name its items.
        missing: facts without which it cannot be found, or only in part.
    """

    list_name: str
    source: str
    number: int
    speciality: str
    fault: str
    about: str
    found_by: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def key(self) -> str:
        """The item as points and the sample city refer to it."""
        return f"{self.list_name}/{self.number}"

    @property
    def coverage(self) -> str:
        """可查, 部分可查 (some of its forms need a fact that nobody sends) or 缺少事实."""
        if not self.found_by:
            return NOT_FOUND
        return IN_PART if self.missing else FOUND


@cache
def problems() -> tuple[Problem, ...]:
    """All items, list by list in the order of their numbers.

    Raises:
        DeclarationError: a mechanism that does not exist, or an item that says neither who finds it nor what is
            missing.
    """
    found = [problem for written in packaged("mingcha.catalogue", DATA) for problem in _of_list(written)]
    for problem in found:
        where = f"{DATA} {problem.list_name} {problem.number}"
        if unknown := [slug for slug in problem.found_by if slug not in RULES]:
            raise DeclarationError(f"没有“{unknown[0]}”这个规则机制", where=where)
        if not (problem.found_by or problem.missing):
            raise DeclarationError("既没有写由哪些机制查出，也没有写缺少哪些事实", where=where)
    return tuple(found)


def _of_list(written: dict[str, Any]) -> list[Problem]:
    found = [
        Problem(
            list_name=written["list"],
            source=written["source"],
            number=number,
            speciality=speciality["name"],
            fault=row["fault"],
            about=row["about"],
            found_by=tuple(row["found_by"]),
            missing=tuple(row["missing"]),
        )
        for speciality in written["specialities"]
        for row in speciality["problems"]
        for number in _numbers(row["numbers"])
    ]
    return sorted(found, key=lambda problem: problem.number)


def _numbers(text: str) -> Iterator[int]:
    """The numbers of 145,147-151."""
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def problems_page() -> str:
    """The map of coverage as a page."""
    return (
        "\n\n".join(
            [
                "<!-- 由 typical_problems.yaml 生成，请勿手改；改后运行 make docs。 -->",
                "# 典型问题覆盖表",
                "国家医保局历年公布的定点医药机构违法违规使用医保基金典型问题，逐条列出由哪些规则机制查出，"
                "或缺少哪些事实。内容为本项目的概述，原文以公布的清单为准。“可查”指有相应知识点（项目编码、"
                "价格和内涵各地不同，由各地录入）即可从结算数据查出；“部分可查”的其余形式要靠表中所列的事实；"
                "“知识点举例”列出入门包里属于这一条的知识点，没有公布的为演示；样例城市为每条可查、部分可查的问题都植入了"
                "这一种违规，`mingcha evaluate` 按条给出植入和查出。没有举例的按机制植入；药店清单的都在药店植入。",
                _summary(),
                *(_of_one_list(list(same)) for _, same in groupby(problems(), key=lambda p: p.list_name)),
            ]
        )
        + "\n"
    )


# Lists that were published as parts of one document.
_PARTS = {"2025-institutions": "：定点医疗机构", "2025-pharmacies": "：定点零售药店"}


def _summary() -> str:
    counts = {
        state: sum(problem.coverage == state for problem in problems())
        for state in (FOUND, IN_PART, NOT_FOUND)
    }
    told = "，".join(f"{state} {count} 条" for state, count in counts.items())
    return f"共 {len(problems())} 条：{told}。"


def list_title(list_name: str) -> str:
    """The list in words: its year, and whom it is for where a year has two."""
    return f"{list_name[:4]} 年清单{_PARTS.get(list_name, '')}"


def _of_one_list(same: list[Problem]) -> str:
    rows = "\n".join(
        f"| {p.number} | {p.speciality} | {p.fault} | {p.about} | {p.coverage} | {_links(p)} | {_examples(p)} "
        f"| {'、'.join(p.missing)} |"
        for p in same
    )
    head = (
        "| 序号 | 领域 | 类型 | 概述 | 覆盖 | 规则机制 | 知识点举例 | 缺少的事实 |\n"
        "|---|---|---|---|---|---|---|---|\n"
    )
    part = _PARTS.get(same[0].list_name, "")
    return f"## {source(same[0].source).citation}{part}\n\n{head}{rows}"


def _examples(problem: Problem) -> str:
    """A few points of the starter pack that are examples of a problem."""
    told = [
        f"{point.name}{'（演示）' if point.demonstration else ''}"
        for point in starter_points()
        if problem.key in starter_problems().get(point.point_id, ())
    ]
    return "、".join(dict.fromkeys(told[:EXAMPLES]))


def _links(problem: Problem) -> str:
    return "、".join(f"[{RULES[slug].title}](rules/{slug}.md)" for slug in problem.found_by)
