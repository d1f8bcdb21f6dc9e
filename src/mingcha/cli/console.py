"""What the command line prints: results on standard output, progress and errors on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from mingcha.audit.batch import Progress as Done
from mingcha.domain.errors import MingchaError

# Piped output has no width of its own; 80 columns would cut codes in two.
_PIPED_WIDTH = 160
out = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
err = Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=_plain) + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, Iterable):
        return list(value)
    return str(value)


def say(text: str = "") -> None:
    """A line for people; the text may carry rich's markup."""
    out.print(text)


def quoted(text: object) -> str:
    """Text from data, with nothing in it taken for markup."""
    return escape(str(text))


def table(
    title: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    numbers: int = 0,
    whole: Sequence[int] = (),
    folded: bool = False,
    lines: bool = False,
) -> None:
    """A table for people.

    Args:
        numbers: how many last columns are right-aligned and never wrapped.
        whole: columns that are never wrapped, beside the first.
        folded: whether the first may be wrapped too.
        lines: whether rows are set apart, for rows of several lines.
    """
    drawn = Table(
        title=title, title_justify="left", header_style="bold", title_style="bold", show_lines=lines
    )
    for place, head in enumerate(heads):
        right = place >= len(heads) - numbers
        kept_whole = right or (place == 0 and not folded) or place in whole
        drawn.add_column(head, justify="right" if right else "left", overflow="fold", no_wrap=kept_whole)
    for row in rows:
        drawn.add_row(*map(_cell, row))
    out.print(drawn)


def _cell(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return quoted("" if value is None else value)


def show_error(error: MingchaError, *, as_json: bool) -> None:
    """What was wrong, where, and what to do; as JSON on standard output where JSON was asked for."""
    if as_json:
        print_json({"error": {"what": error.what, "where": error.where, "remedy": error.remedy}})
        return
    err.print(f"[bold red]错误[/]：{quoted(error.what)}", soft_wrap=True)
    if error.where:
        err.print(f"[bold]位置[/]：{quoted(error.where)}", soft_wrap=True)
    if error.remedy:
        err.print(f"[bold]处理[/]：{quoted(error.remedy)}", soft_wrap=True)


@contextmanager
def _bar(*columns: Any) -> Iterator[Progress]:
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        yield progress


@contextmanager
def import_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A bar a stage of an import."""
    with _bar(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()) as progress:
        stages: dict[str, TaskID] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in stages:
                stages[stage] = progress.add_task(escape(stage))
            progress.update(stages[stage], completed=done, total=max(total, done))

        yield report


@contextmanager
def audit_bar() -> Iterator[Callable[[Done], None]]:
    """The bar of an audit: lines done, lines a second, time left."""
    columns = (TextColumn("审核"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    with _bar(*columns, TimeRemainingColumn()) as progress:
        task = progress.add_task("审核", total=None, rate="")

        def report(done: Done) -> None:
            rate = "" if done.lines_a_second is None else f"{done.lines_a_second:,.0f} 行/秒"
            progress.update(task, completed=done.lines_done, total=done.lines, rate=rate)

        yield report


@contextmanager
def lines_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar of lines made."""
    with _bar(TextColumn(title), BarColumn(), MofNCompleteColumn()) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def working(title: str) -> Iterator[None]:
    """A sign of life while something of unknown length goes on."""
    if err.is_terminal:
        with err.status(title):
            yield
    else:
        yield
