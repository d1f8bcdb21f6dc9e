"""Measure, print, and write docs/benchmarks.md: `make bench`, `make bench ARGS=--quick`, `make bench ARGS=--full`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from benchmarks import (
    batch,
    calls,
    care,
    city,
    compiling,
    findings,
    line_rules,
    online,
    popup,
    rule_count,
    tables,
)
from benchmarks.datasets import CACHE, cache_folder
from benchmarks.figures import Figure
from benchmarks.library import PAIRS, MadeLibrary, made_library
from benchmarks.machine import this_machine

WRITTEN = Path(__file__).parents[1] / "docs" / "benchmarks.md"
_WIDTH = 200


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    pairs: int
    bills: int
    lines: int
    asked: int
    repetitions: int
    people: int
    """Entered into the register of insured persons."""
    batches: tuple[tuple[int, int], ...]
    """Lines of a city, and how often it is audited."""
    findings: int
    soak: int
    """Calls without a pause."""
    signings: int
    """Of each scene, in a browser."""


QUICK = Sizes(30_000, 300, 100_000, 3_000, 1, 20_000, ((100_000, 1),), 20_000, 2_000, 10)
USUAL = Sizes(
    PAIRS, 5_000, 1_000_000, 50_000, 3, 1_000_000, ((1_000_000, 3), (5_100_000, 1)), 1_000_000, 30_000, 100
)
FULL = Sizes(
    PAIRS, 5_000, 1_000_000, 50_000, 3, 1_000_000, ((1_000_000, 3), (20_000_000, 1)), 1_000_000, 500_000, 100
)


def benchmarks(sizes: Sizes, cache: Path) -> dict[str, Callable[[MadeLibrary], list[Figure]]]:
    """Every benchmark by name."""
    return {
        "plan": lambda _: compiling.figures(sizes.pairs),
        "online": lambda library: online.figures(sizes.bills, sizes.lines, library, cache),
        "batch": lambda library: [
            figure
            for lines, repetitions in sizes.batches
            for figure in batch.figures(lines, library, cache, repetitions)
        ],
        "line": lambda library: line_rules.figures(sizes.lines, sizes.asked, library, cache),
        "rules": lambda library: rule_count.figures(sizes.lines, library, cache),
        "care": lambda library: care.figures(sizes.lines, sizes.people, library, cache),
        "findings": lambda library: findings.figures(sizes.findings, library, cache, sizes.repetitions),
        "calls": lambda library: calls.figures(sizes.lines, sizes.people // 10, sizes.soak, library, cache),
        "popup": lambda library: popup.figures(sizes.signings, library, cache),
        "city": lambda _: city.figures(sizes.lines, cache / "made", sizes.repetitions),
    }


def remarks(sizes: Sizes) -> list[str]:
    """How it was measured, for the end of the page."""
    batches = "、".join(f"{lines:,} 行 {times} 次" for lines, times in sizes.batches)
    return [
        f"时间取中位数：编译 {compiling.REPETITIONS} 次，批量 {batches}，样例城市 {sizes.repetitions} 次；"
        "内存取各次最大。",
        "知识：入门包加照它的样子仿造的知识点（标为“演示”，不引任何出处），参数用演示参数；"
        "仿造的代码形如真代码而非真代码。",
        "账单：样例城市（种子固定）经 `mingcha import` 成为数据集。"
        "城市按入门包和一部分仿造的知识点写成，其余知识点只在发布版里。",
        "逐单：从同类人的明细中切出 60 行一张的单和 200 行历史；时间从普通的字典和列表开始，"
        "到疑点各列写好为止，不含解析报文；垃圾回收开着，与在线服务一样先 `gc.freeze()`。",
        "批量：同一批 Parquet 文件，都已在文件缓存里；两边都另起进程，Python 启动和导入不计。"
        "DuckDB 的语句见 `benchmarks/subset.sql`。",
        "`make bench ARGS=--quick` 是给持续集成的小规模，不写本页；`make bench ARGS=--full` 加上 2000 万行。"
        f"数据集留在环境变量 {CACHE} 所指的文件夹，缺省在系统临时目录。",
    ]


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks asked for; 1 where a figure that is owed falls short and `--strict` is given."""
    given = _parsed(arguments)
    sizes = QUICK if given.quick else FULL if given.full else USUAL
    console, found = Console(width=_WIDTH), []
    library = made_library(sizes.pairs)
    for name, measure in benchmarks(sizes, cache_folder()).items():
        if given.only and name not in given.only:
            continue
        figures = measure(library)
        tables.show(figures, console)
        found += figures
    machine = this_machine()
    console.print(str(machine))
    if given.write:
        tables.replace(found, WRITTEN)
    elif not given.quick and not given.only:
        tables.write(found, machine, remarks(sizes), WRITTEN)
        console.print(f"已写入 {WRITTEN.relative_to(WRITTEN.parents[1])}")
    return int(given.strict and any(figure.verdict.startswith("未达") for figure in found))


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="性能基准，与同类软件在同一次运行中对比")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="小规模，几秒钟，不写文档")
    size.add_argument("--full", action="store_true", help="另测 2000 万行")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=["plan", "online", "batch", "line", "rules", "care", "findings", "calls", "popup", "city"],
        help="只测这些，不写文档",
    )
    parser.add_argument("--write", action="store_true", help="与 --only 同用：只换文档里的这些表")
    parser.add_argument("--strict", action="store_true", help="有“必须”未达到时以状态 1 结束")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
