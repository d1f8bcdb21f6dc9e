"""Cost follows knowledge, not the number of rules: the same bucket with 20, 60 and all mechanisms."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.datasets import city_dataset
from benchmarks.figures import Better, Figure, Goal
from benchmarks.library import MadeLibrary
from benchmarks.measure import seconds_of
from mingcha.audit.bucket import columns_read
from mingcha.catalogue.entries import entries
from mingcha.engine.finding_columns import findings_of_partition
from mingcha.engine.partition import PartitionJudge
from mingcha.engine.plan import Plan
from mingcha.engine.tables import Tables
from mingcha.knowledge.release import Release, release_of
from mingcha.rules.base import Rule
from mingcha.rules.registry import RULES
from mingcha.store.lake import Lake

FEW, MANY = 20, 60
REPETITIONS = 3

Rules = Mapping[str, type[Rule[Any]]]


def figures(lines: int, library: MadeLibrary, cache: Path) -> list[Figure]:
    """Microseconds a line with more and more mechanisms, on one core.

    Once with the knowledge of the first twenty only (what the number of rules costs), once with the knowledge
    of all that are on (what knowledge costs).

    Args:
        lines: of the city; its first bucket is judged.
    """
    lake, release = Lake(city_dataset(lines, library, cache)), library.release()
    few = first(FEW)
    topic = "成本随知识增长，不随规则数增长：同一分区，机制按名称排列"
    found: list[Figure] = []
    for what, of_few in ((f"知识只有前 {FEW} 个机制的", True), ("知识是所开机制的全部", False)):
        base: float | None = None
        for count in (FEW, MANY, len(RULES)):
            rules = first(count)
            cost, findings = _cost(lake, known_to(release, few if of_few else rules), rules)
            found.append(
                Figure(
                    topic, f"{len(rules)} 个机制，{what}", cost, "微秒/行", Goal(Better.LESS), base,
                    f"{FEW} 个机制" if base is not None else "", f"疑点 {findings:,} 条；含写出疑点各列",
                )
            )  # fmt: skip
            base = cost if base is None else base
    return found


def first(count: int) -> Rules:
    """The first so many mechanisms by name; an arbitrary choice that mixes all families."""
    return {slug: RULES[slug] for slug in sorted(RULES)[:count]}


def known_to(release: Release, rules: Rules) -> Release:
    """The release with the points of these mechanisms only."""
    kinds = {rule.knowledge.slug for rule in rules.values() if rule.knowledge is not None}
    points = [point for point in release.all_points() if point.slug in kinds]
    return release_of(1, points, release.settings, with_demonstration=True)


def _cost(lake: Lake, release: Release, rules: Rules) -> tuple[float, int]:
    """Microseconds a line of the first bucket, and how many findings it has."""
    plan = Plan(release, entries(), rules)
    bucket, items = lake.read_bucket(0, **columns_read(plan)), lake.items()
    judge = PartitionJudge(plan, items["item_code"].to_list())

    def judged() -> int:
        tables = Tables(bucket.encounters, bucket.lines, bucket.diagnoses, bucket.procedures)
        return findings_of_partition(plan, tables, judge(tables).hits, items).height

    findings, seconds = seconds_of(judged, REPETITIONS)
    return seconds / bucket.lines.height * 1e6, findings
