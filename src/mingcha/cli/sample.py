"""`mingcha sample`: a synthetic city with planted violations and the truth about them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from mingcha.catalogue.messages import title_of
from mingcha.cli.app import app, command
from mingcha.cli.console import lines_bar, print_json, quoted, say, table
from mingcha.cli.options import AsJson
from mingcha.sample.city import CASES_A_THOUSAND_LINES, MOST_CASES, START, CityReport, make_city


@command(app, "sample")
def sample(
    out: Annotated[Path, typer.Argument(help="写到哪个文件夹")] = Path("sample-city"),
    *,
    lines: Annotated[int, typer.Option("--lines", help="大约多少行明细")] = 100_000,
    seed: Annotated[int, typer.Option("--seed", help="随机种子；种子、行数、知识相同则文件逐字节相同")] = 1,
    start: Annotated[
        datetime | None, typer.Option("--start", formats=["%Y-%m-%d"], help=f"这一年从哪天开始；默认 {START}")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="parquet 或 csv")] = "parquet",
    planted: Annotated[
        int, typer.Option("--planted", help=f"每千行明细植入多少例违规和擦边情形，1 至 {MOST_CASES}")
    ] = CASES_A_THOUSAND_LINES,
    as_json: AsJson = False,
) -> None:
    """生成样例城市：一年的模拟结算，埋有各种违规和擦边的合规情形。

    明细在 claims/ 下，真值在 truth.parquet；真值来自埋设，不来自规则。
    """
    with lines_bar("生成") as progress:
        report = make_city(
            out,
            lines,
            seed,
            START if start is None else start.date(),
            format=format,
            planted=planted,
            progress=progress,
        )
    if as_json:
        print_json({**vars(report), "out": str(report.out)})
    else:
        show_city(report)


def show_city(report: CityReport, *, details: bool = True) -> None:
    """What was made, for people."""
    if details:
        table(
            "埋设",
            ("机制", "标识", "违规行", "擦边合规行"),
            [(title_of(mechanism), mechanism, *counts) for mechanism, counts in report.planted.items()],
            numbers=2,
        )
    say(
        f"样例城市：参保人 {report.persons:,}，就诊 {report.encounters:,}，明细 {report.lines:,} 行；"
        f"有知识点的明细 {report.knowledge_share:.1%}，埋设违规 {report.violations:,} 行，"
        f"擦边合规 {report.near_misses:,} 行，脏数据 {report.dirty_lines:,} 行"
    )
    say(f"写在 {quoted(report.out)}")
