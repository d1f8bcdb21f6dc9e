"""The cost of a line: six line rules by 明察, by a rule engine asked line by line, and by a plain Python loop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks import zen_peer
from benchmarks.bills import Visit
from benchmarks.datasets import city_dataset
from benchmarks.figures import Better, Figure, Goal
from benchmarks.library import MadeLibrary
from benchmarks.measure import seconds_of
from mingcha.audit.bucket import columns_read
from mingcha.catalogue.entries import entries
from mingcha.domain.values import MINUTES_A_DAY
from mingcha.engine.partition import PartitionJudge
from mingcha.engine.plan import Plan
from mingcha.engine.tables import Tables
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.release import Release
from mingcha.rules.registry import RULES
from mingcha.store.lake import Bucket, Lake

REPETITIONS = 3
# The limit that each of these kinds states, for a peer that has no kinds.
LIMITS = {
    "sex-limit": "sex",
    "care-type-limit": "accepted",
    "department-limit": "accepted",
    "price-ceiling": "ceiling",
    "second-line": "name",
    "herb-never-paid": "name",
}
EVERY_LEVEL = -1


@dataclass(slots=True)
class PlainLine:
    """A line as an object, with what these rules read of its bill."""

    place: int
    item_code: str
    day: int
    unit_price: int | None
    department_id: str | None
    first_line_used: bool | None
    sex: str | None
    care_type: str | None


def figures(lines: int, asked: int, library: MadeLibrary, cache: Path) -> list[Figure]:
    """Microseconds a line.

    Args:
        lines: of the city; its first bucket is judged.
        asked: lines that the peers are asked about.
    """
    release = library.release()
    chosen = {slug: rule for slug, rule in RULES.items() if slug in zen_peer.LINE_RULES}
    plan = Plan(_every_level(release), entries(), chosen)
    lake = Lake(city_dataset(lines, library, cache))
    bucket, codes = lake.read_bucket(0, **columns_read(plan)), lake.items()["item_code"]
    judge = PartitionJudge(plan, codes.to_list())
    found, ours = seconds_of(lambda: _judged(judge, bucket), REPETITIONS)
    by_code = limits_by_code(plan)
    plain, building = seconds_of(lambda: plain_lines(bucket, codes, asked), REPETITIONS)
    by_loop, loop = seconds_of(lambda: judged_by_loop(plain, by_code), REPETITIONS)
    decision = zen_peer.loaded(zen_peer.table_of_line_rules())
    by_zen, zen = seconds_of(lambda: judged_by_zen(plain, by_code, decision), 1)
    same = {hit for hit in found if hit[0] < asked}
    asked = min(asked, bucket.lines.height)
    differences = len(same ^ by_loop) + len(same ^ by_zen)
    topic = f"每行成本：{len(zen_peer.LINE_RULES)} 条逐行规则（{'、'.join(zen_peer.LINE_RULES)}）"
    cost = ours / bucket.lines.height * 1e6
    building, looping = building / asked * 1e6, loop / asked * 1e6
    return [
        Figure(
            topic, "明察按列审核", cost, "微秒/行", Goal(Better.LESS), zen / asked * 1e6,
            "zen-engine 决策表逐行调用", "对方的知识查找由字典代做，无知识的行不调用；单进程",
        ),
        Figure(
            topic, "同上", cost, "微秒/行", Goal(Better.LESS), building + looping, "每行一个对象的 Python 循环",
            f"对方建对象 {building:.2f}，循环 {looping:.2f}；知识同样由字典查",
        ),
        Figure(topic, "三者不同的疑点", differences, "条", Goal(Better.LESS, 0), note=f"比较 {len(same):,} 条"),
    ]  # fmt: skip


def _judged(judge: PartitionJudge, bucket: Bucket) -> set[tuple[int, str, str]]:
    """What 明察 finds in a bucket: place of the line, slug, point."""
    outcome = judge(Tables(bucket.encounters, bucket.lines, bucket.diagnoses, bucket.procedures))
    return {(hit.row[1], hit.check.slug, hit.point.point_id) for hit in outcome.hits if hit.row and hit.point}


def plain_lines(bucket: Bucket, codes: pl.Series, number: int) -> list[PlainLine]:
    """The first so many lines of a bucket as objects; of lines that refunds have cancelled nothing is left."""
    lines = bucket.lines.head(number).with_row_index("place")
    lines = lines.filter(pl.col("quantity").is_null() | (pl.col("quantity") > 0))
    sex = bucket.encounters.select(pl.when(pl.col("sex").is_in(("1", "2"))).then("sex")).to_series()
    columns = (
        lines["place"],
        codes.gather(lines["item"]),
        lines["charged_at"] // MINUTES_A_DAY,
        lines["unit_price"],
        lines["department_id"],
        lines["first_line_used"],
        sex.gather(lines["enc"]),
        bucket.encounters["care_type"].gather(lines["enc"]),
    )
    return [PlainLine(*row) for row in zip(*(column.to_list() for column in columns), strict=True)]


Limits = Mapping[str, Sequence[tuple[str, KnowledgePoint]]]


def limits_by_code(plan: Plan) -> dict[str, list[tuple[str, KnowledgePoint]]]:
    """Slug of the rule and point, by item code."""
    found: dict[str, list[tuple[str, KnowledgePoint]]] = defaultdict(list)
    for check in plan.variant("").checks:
        if check.slug in zen_peer.LINE_RULES:
            for point in check.points:
                for code in point.codes:
                    found[code].append((check.slug, point))
    return dict(found)


def judged_by_loop(lines: Sequence[PlainLine], known: Limits) -> set[tuple[int, str, str]]:
    """One line after the other, one rule after the other."""
    found = set()
    for line in lines:
        for slug, point in known.get(line.item_code, ()):
            if point.effective_from <= line.day < point.effective_to and BROKEN[slug](line, point):
                found.add((line.place, slug, point.point_id))
    return found


BROKEN: dict[str, Callable[[PlainLine, Any], bool]] = {
    "sex-mismatch": lambda line, p: line.sex is not None and line.sex != p.sex,
    "care-type-mismatch": lambda line, p: (
        line.care_type is not None and not line.care_type.startswith(p.accepted)
    ),
    "department-mismatch": lambda line, p: (
        line.department_id is not None and not line.department_id.startswith(p.accepted)
    ),
    "unit-price-over-ceiling": lambda line, p: line.unit_price is not None and line.unit_price > p.ceiling,
    "second-line-first": lambda line, _: line.first_line_used is False,
    "herb-never-paid": lambda _line, _p: True,
}


def judged_by_zen(lines: Sequence[PlainLine], known: Limits, decision: Any) -> set[tuple[int, str, str]]:
    """The decision table, asked about every line with every limit in force."""
    return {
        (line.place, slug, point.point_id)
        for line in lines
        for point, context in _contexts(line, known)
        for slug in zen_peer.broken_by(decision, context)
    }


def contexts_of_case(plan: Plan, visit: Visit) -> list[dict[str, Any]]:
    """What a decision table is asked about one bill."""
    known = limits_by_code(plan)
    facts, lines = visit.facts, visit.lines
    columns = ("item_code", "charged_at", "unit_price", "department_id", "first_line_used")
    return [
        context
        for place, (code, charged, price, department, first) in enumerate(
            zip(*(lines[name] for name in columns), strict=True)
        )
        for _, context in _contexts(
            PlainLine(place, code, charged // MINUTES_A_DAY, price, department, first,
                      facts["sex"], facts["care_type"]), known
        )
    ]  # fmt: skip


def _contexts(line: PlainLine, known: Limits) -> Iterator[tuple[KnowledgePoint, dict[str, Any]]]:
    for _, point in known.get(line.item_code, ()):
        if point.effective_from <= line.day < point.effective_to:
            limit = getattr(point, LIMITS[point.slug])
            yield (
                point,
                {
                    "kind": point.slug,
                    "limit": list(limit) if isinstance(limit, tuple) else limit,
                    "sex": line.sex,
                    "care_type": line.care_type,
                    "department": line.department_id,
                    "price": line.unit_price,
                    "first_line_used": line.first_line_used,
                },
            )


def _every_level(release: Release) -> Release:
    """The release without ceilings for one level only, which these peers do not know of."""
    points = {
        slug: tuple(point for point in held if getattr(point, "rank", EVERY_LEVEL) == EVERY_LEVEL)
        for slug, held in release.points.items()
    }
    return Release(release.number, points, release.settings)
