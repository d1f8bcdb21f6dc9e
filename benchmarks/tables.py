"""The figures as a table on the screen and as docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure, number
from benchmarks.machine import Machine

HEADINGS = ("指标", "必须", "目标", "实测", "单位", "结论", "同类", "同类实测", "倍数", "说明")
_INTRODUCTION = """# 性能基准

由 `make bench` 生成，请勿手改。每项旁边是同一次运行、同一份数据上的同类软件；“倍数”大于 1 表示明察更好。
“结论”与[架构说明](../ARCHITECTURE.md)所定的“必须”“目标”比较，未达的写明差多少。
"""


def row(figure: Figure) -> tuple[str, ...]:
    """The cells of a figure, under `HEADINGS`."""
    goal, ratio = figure.goal, figure.ratio
    return (
        figure.what,
        "" if goal.must is None else f"{goal.better} {number(goal.must)}",
        "" if goal.aim is None else f"{goal.better} {number(goal.aim)}",
        number(figure.measured),
        figure.unit,
        figure.verdict,
        figure.peer_name,
        number(figure.peer),
        "" if ratio is None else f"{number(ratio)}×",
        figure.note,
    )


def show(figures: Sequence[Figure], console: Console) -> None:
    """Print the figures, a table a topic."""
    for topic, held in groupby(figures, key=lambda figure: figure.topic):
        table = Table(*HEADINGS, title=topic, title_justify="left", show_lines=False)
        for figure in held:
            table.add_row(*row(figure))
        console.print(table)


def markdown(figures: Sequence[Figure], machine: Machine, remarks: Sequence[str]) -> str:
    """The whole of docs/benchmarks.md."""
    parts = [_INTRODUCTION, f"**机器**：{machine}\n"]
    for topic, held in groupby(figures, key=lambda figure: figure.topic):
        parts.append(_section(topic, list(held)))
    parts.append("## 怎样测的\n\n" + "\n".join(f"- {remark}" for remark in remarks) + "\n")
    return "\n".join(parts)


def replace(figures: Sequence[Figure], path: Path) -> None:
    """Put the tables of these topics into docs/benchmarks.md, in the place of those that it has of them."""
    head, *sections = path.read_text("utf-8").split("\n## ")
    new = {topic: _section(topic, list(held)) for topic, held in groupby(figures, key=lambda one: one.topic)}
    kept = [section for section in sections if section.partition("\n")[0] not in new]
    parts = [*kept[:-1], *(section.removeprefix("## ") for section in new.values()), kept[-1]]
    path.write_text("\n## ".join([head, *parts]), "utf-8")


def write(figures: Sequence[Figure], machine: Machine, remarks: Sequence[str], path: Path) -> None:
    """Write docs/benchmarks.md."""
    path.write_text(markdown(figures, machine, remarks), "utf-8")


def _section(topic: str, figures: Sequence[Figure]) -> str:
    lines = [f"## {topic}\n", _line(HEADINGS), _line(["---"] * len(HEADINGS))]
    return "\n".join([*lines, *(_line(row(figure)) for figure in figures)]) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "／") for cell in cells) + " |"
