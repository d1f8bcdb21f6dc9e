"""`mingcha indicator`: the cases behind a number; and how a run's indicators are shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from mingcha.audit.indicators import indicator_of
from mingcha.bootstrap import application
from mingcha.catalogue.messages import indicator_sentence, measured
from mingcha.cli.app import app, command
from mingcha.cli.console import print_json, quoted, say, table
from mingcha.cli.options import AsJson, Home
from mingcha.domain.values import date_of

SHOWN = 50


def show_indicators(told: Mapping[str, Any]) -> None:
    """The indicators that stand out, and how many could not be judged."""
    if told["standing_out"]:
        table(
            "超过界限的统计指标",
            ("指标", "对象", "就诊", "说明"),
            [
                (f"{row['rule_name']}\n{row['indicator_id']}", _of(row), row["cases"], row["says"])
                for row in told["standing_out"][:SHOWN]
            ],
            whole=(1,),
            lines=True,
        )
        say("每项指标的第二行是指标编号：mingcha indicator 结果文件夹 指标编号 列出背后的就诊。")
        if (more := len(told["standing_out"]) - SHOWN) > 0:
            say(f"另有 {more:,} 项，见“统计指标”表。")
    if told["resting"]:
        say(f"没有盘存表，没有运行：{'、'.join(told['resting'])}")
    waiting = sum(told["unjudged"].values())
    if told["judged"] or waiting:
        say(
            f"统计指标判断了 {told['judged']:,} 项，另有 {waiting:,} 项无法判断（就诊数或同类机构不足、缺少事实）"
        )


def _of(row: Mapping[str, Any]) -> str:
    """Whose indicator this is, and over which days."""
    way = {True: "住院", False: "门诊"}.get(row["inpatient"])
    whose = (
        row["institution_id"],
        row["doctor_id"],
        row["item_code"],
        row["knowledge_point"],
        way,
        _span(row),
    )
    return "\n".join(part for part in whose if part)


def _span(row: Mapping[str, Any]) -> str:
    return f"{date_of(row['period_from'])} 至 {date_of(row['period_to'])}"


@command(app, "indicator")
def indicator(
    run: Annotated[Path, typer.Argument(help="审核结果文件夹（audit 的 --out）")],
    number: Annotated[str, typer.Argument(help="指标编号（audit 列出的，或“统计指标”表的最后一列）")],
    *,
    dataset: Annotated[
        Path | None, typer.Option("--dataset", help="数据集现在的位置；默认当时的位置")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """指标：列出一个统计指标背后的就诊，计入分子最多的在前。"""
    cases = application(home).cases_behind(run, number, dataset=dataset)
    if as_json:
        print_json(cases)
        return
    heads = ("就诊标识", "计入分子", "可能计入", "计入分母")
    names = ("part", "part_open", "whole")
    found = indicator_of(run, number)
    say(f"{quoted(found['institution_id'])}，{_span(found)}：{quoted(indicator_sentence(found))}")
    rows = [
        (case["encounter_id"], *(measured(found["slug"], case[name]) for name in names))
        for case in cases[:SHOWN]
    ]
    table("指标背后的就诊", heads, rows, numbers=3)
    say(f"共 {len(cases):,} 次就诊。全部就诊可用 --json 取得（其中金额以分计，数量以万分之一计）。")
