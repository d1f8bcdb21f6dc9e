"""How long a release of 300,000 point-code pairs takes to become a plan that answers, online and by columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import polars as pl

from benchmarks import zen_peer
from benchmarks.figures import Better, Figure, Goal
from benchmarks.library import MadeLibrary, made_library, national_points, pairs_of
from benchmarks.measure import seconds_of
from mingcha.audit.plans import plan_of
from mingcha.engine.case import EncounterFacts
from mingcha.engine.judge import CaseJudge
from mingcha.engine.partition import PartitionJudge
from mingcha.engine.plan import Plan
from mingcha.engine.tables import Tables
from mingcha.knowledge.point import KnowledgePoint
from mingcha.store import columns as c

TOPIC = "编译：一个发布版变成可用的计划"
REPETITIONS = 5


def figures(pairs: int) -> list[Figure]:
    """Seconds for the made library, and for the national one where its tables are at hand."""
    found = _of_library("入门包加仿造的知识点", made_library(pairs))
    if (national := national_points()) is not None:
        found += _of_library("已公布的国家知识点加仿造的", made_library(pairs, national))
    return found


def _of_library(name: str, library: MadeLibrary) -> list[Figure]:
    points, release = library.points, library.release()
    codes = sorted({code for point in points for code in point.codes})
    plan, compiling = seconds_of(lambda: plan_of(release), REPETITIONS)
    _, indexing = seconds_of(lambda: online_index(plan), REPETITIONS)
    _, pairing = seconds_of(lambda: pair_tables(plan, codes), REPETITIONS)
    _, listing = seconds_of(lambda: lists_by_code(points), REPETITIONS)
    table = zen_peer.table_of_codes(points)
    _, loading = seconds_of(lambda: zen_peer.loaded(table), 1)
    whole = compiling + indexing + pairing
    return [
        Figure(
            TOPIC,
            f"{pairs_of(points):,} 对（{len(points):,} 个知识点、{len(codes):,} 个代码；{name}）",
            whole,
            "秒",
            Goal(Better.LESS, 1.0, 0.4),
            loading,
            "zen-engine 载入同样多行的决策表",
            f"编译 {compiling:.2f}，逐单索引 {indexing:.2f}，分区对照表 {pairing:.2f}（全部代码都在用）",
        ),
        Figure(
            TOPIC,
            "同上",
            whole,
            "秒",
            Goal(Better.LESS),
            listing,
            "Python 字典：代码 → 知识点列表",
            "只是下限：字典不判地区、日期、参数，也没有条件",
        ),
    ]


def online_index(plan: Plan) -> CaseJudge:
    """A judge of single cases that has its index and its closures."""
    judge = CaseJudge(plan)
    judge([EncounterFacts({"person_id": "0", "encounter_id": "0", "started_at": 0}, {})])
    return judge


def pair_tables(plan: Plan, codes: Sequence[str]) -> PartitionJudge:
    """A judge of partitions that has its tables for a dataset of these item codes."""
    judge = PartitionJudge(plan, codes)
    encounter = pl.DataFrame({"person": [0], "encounter_id": ["0"], "started_at": [0]})
    nothing = [pl.DataFrame(schema=columns) for columns in (c.LINES, c.DIAGNOSES, c.PROCEDURES)]
    judge(Tables(c.conform(encounter, c.ENCOUNTERS), *nothing))
    return judge


def lists_by_code(points: Iterable[KnowledgePoint]) -> dict[str, list[tuple[str, KnowledgePoint]]]:
    """The least that any index must do."""
    found: dict[str, list[tuple[str, KnowledgePoint]]] = defaultdict(list)
    for point in points:
        for code in point.codes:
            found[code].append((point.rule_code, point))
    return found
