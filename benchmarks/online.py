"""How long one bill takes, all rules on: from plain facts to finding rows, in process, after warm-up."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory

from benchmarks import duckdb_peer, zen_peer
from benchmarks.bills import HISTORY, LINES, Bills, Visit
from benchmarks.datasets import city_dataset
from benchmarks.figures import Better, Figure, Goal
from benchmarks.library import MadeLibrary, pairs_of
from benchmarks.line_rules import contexts_of_case
from benchmarks.measure import percentile
from mingcha.audit.plans import plan_to_keep
from mingcha.engine.case import EncounterFacts
from mingcha.engine.findings import Writer
from mingcha.engine.frames import written_findings
from mingcha.engine.judge import CaseJudge
from mingcha.engine.plan import Plan

WARM_UP = 200
_AT_ONCE = 500


def figures(bills: int, lines: int, library: MadeLibrary, cache: Path) -> list[Figure]:
    """Milliseconds a bill, over so many different bills from a city of so many lines."""
    plan = plan_to_keep(library.release())
    made = Bills(city_dataset(lines, library, cache), plan)
    judge = Judge(plan)
    for number in range(WARM_UP):
        judge(made.case(len(made) - 1 - number % len(made)))
    taken: list[float] = []
    judging: list[float] = []
    found = 0
    for start in range(0, min(bills, len(made)), _AT_ONCE):
        cases = [made.case(number) for number in range(start, min(start + _AT_ONCE, bills, len(made)))]
        gc.collect()
        for case in cases:
            whole, inside, findings = judge.timed(case)
            taken.append(whole)
            judging.append(inside)
            found += findings
    gc.unfreeze()  # as it was, for whatever is measured next in this process
    few = [made.case(number) for number in range(min(100, len(made)))]
    sql = _duckdb(plan, made, len(few))
    tables = _zen(plan, few)
    topic = f"逐单审核：{LINES} 行，另有同一人 {HISTORY} 行历史，{pairs_of(library.points):,} 对知识"
    sample = f"{len(taken):,} 张不同的单，{found / len(taken) / LINES:.1%} 的明细有疑点"
    return [
        Figure(
            topic, "p50", median(taken), "毫秒", Goal(Better.LESS, 1, 0.3), median(sql),
            f"DuckDB SQL（{len(duckdb_peer.SUBSET)} 条规则，不看历史，单据已在表中）",
            f"{sample}；其中整理事实之外（判断与疑点）{median(judging):.2f}",
        ),
        Figure(
            topic, "p99", percentile(taken, 0.99), "毫秒", Goal(Better.LESS, 5), percentile(sql, 0.99), "DuckDB SQL"
        ),
        Figure(
            topic, "平均", mean(taken), "毫秒", Goal(Better.LESS), mean(tables),
            f"zen-engine 逐行（{len(zen_peer.LINE_RULES)} 条规则，不看历史，知识由字典代查）",
        ),
    ]  # fmt: skip


class Judge:
    """What the online service does with one case, given its facts."""

    def __init__(self, plan: Plan) -> None:
        self.writer = Writer(plan)
        self.judge = CaseJudge(plan)

    def __call__(self, case: Sequence[Visit]) -> int:
        """Judge one case; how many findings it has."""
        return self.timed(case)[2]

    def timed(self, case: Sequence[Visit]) -> tuple[float, float, int]:
        """Milliseconds in all, milliseconds once the facts are in order, and the number of findings."""
        started = time.perf_counter()
        facts = [
            EncounterFacts(visit.facts, visit.lines, visit.diagnoses, audited=visit.audited) for visit in case
        ]
        ready = time.perf_counter()
        rows = written_findings(self.writer, facts, self.judge(facts))
        ended = time.perf_counter()
        return (ended - started) * 1000, (ended - ready) * 1000, sum(map(len, rows))


def _duckdb(plan: Plan, bills: Bills, number: int) -> list[float]:
    """Milliseconds of the SQL subset, a bill at a time; the bill is in its tables before the clock starts."""
    taken = []
    with TemporaryDirectory() as folder:
        work = Path(folder)
        duckdb_peer.write_knowledge(plan, work)
        encounters, lines = bills.frames(range(number))
        encounters.write_parquet(work / "encounters.parquet")
        lines.write_parquet(work / "lines.parquet")
        connection = duckdb_peer.connect(work)
        duckdb_peer.take_bills(connection, work)
        for bill in range(number):
            duckdb_peer.put_bill(connection, bill)
            started = time.perf_counter()
            duckdb_peer.audit_bill(connection)
            taken.append((time.perf_counter() - started) * 1000)
    return taken


def _zen(plan: Plan, cases: Sequence[Sequence[Visit]]) -> list[float]:
    """Milliseconds of a decision table asked line by line, for the bills under audit."""
    decision = zen_peer.loaded(zen_peer.table_of_line_rules())
    taken = []
    for case in cases:
        contexts = contexts_of_case(plan, case[-1])
        started = time.perf_counter()
        for context in contexts:
            zen_peer.broken_by(decision, context)
        taken.append((time.perf_counter() - started) * 1000)
    return taken
