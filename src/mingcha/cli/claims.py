"""`mingcha import`: claims in files become a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mingcha.cli.app import app, command
from mingcha.cli.console import import_bar, print_json, quoted, say, table
from mingcha.cli.options import AsJson, Mapping
from mingcha.domain.errors import InputError
from mingcha.ingest.claims import import_claims
from mingcha.ingest.report import ImportReport


@command(app, "import")
def import_(
    inputs: Annotated[
        list[Path], typer.Argument(help="文件或文件夹：CSV、xlsx、Parquet、3101/3102 JSON 报文")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="数据集写到哪个文件夹")] = Path("dataset"),
    mapping: Mapping = None,
    suggest: Annotated[
        Path | None, typer.Option("--suggest-mapping", help="不导入，只把列名映射草稿写到这个文件")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """导入结算明细：读取、清洗、核对行数，写成数据集。

    每一行都有去向：接受、拒收（rejects.csv 写明文件、行、字段、值、原因）或重复。
    """
    if suggest is not None:
        _suggest(inputs, suggest, as_json=as_json)
        return
    with import_bar() as progress:
        report = import_claims(inputs, out, mapping, progress)
    if as_json:
        print_json(import_json(report))
    else:
        show_import(report)


def _suggest(inputs: list[Path], target: Path, *, as_json: bool) -> None:
    from mingcha.ingest.claims import suggest_mapping

    if target.exists():
        raise InputError("文件已存在，不覆盖", where=str(target), remedy="换一个文件名")
    target.write_text(suggest_mapping(inputs), "utf-8")
    if as_json:
        print_json({"mapping": str(target)})
    else:
        say(f"映射草稿已写到 {quoted(target)}：填好后以 --mapping 导入。")


def show_import(report: ImportReport) -> None:
    """What an import did, for people."""
    table(
        "导入",
        ("表", "种类", "读取", "接受", "拒收", "重复", "跳过"),
        [
            (
                t.label,
                t.kind,
                *(f"{count:,}" for count in (t.read, t.accepted, t.rejected, t.duplicates, t.skipped)),
            )
            for t in report.tables
        ],
        numbers=5,
    )
    say(
        f"接受 {report.accepted:,} + 拒收 {report.rejected:,} + 重复 {report.duplicates:,}"
        f" = 读取 {report.read:,} 行"
    )
    say(
        f"参保人 {report.persons:,}，就诊 {report.encounters:,}，明细 {report.lines:,}，"
        f"退费冲抵 {report.refunds_netted:,}（未能冲抵 {report.refunds_unmatched:,}）"
    )
    if report.rejected:
        say(f"拒收的行在 {quoted(report.rejects_file)}")
    unknown = sorted({name for t in report.tables for name in t.unknown_columns})
    if unknown:
        say(f"未识别的列（未使用）：{quoted('、'.join(unknown))}")
    for t in report.tables:
        if t.visits_by_another:
            columns = quoted("、".join(t.visits_by_another))
            say(f"{quoted(t.label)}：就诊有两种编号，按费用明细所用的一种联接，未使用 {columns}")
    say(f"数据集：{quoted(report.out)}")


def import_json(report: ImportReport) -> dict[str, Any]:
    """What an import did, as plain values."""
    return {
        "dataset": str(report.out),
        "read": report.read,
        "accepted": report.accepted,
        "rejected": report.rejected,
        "duplicates": report.duplicates,
        "persons": report.persons,
        "encounters": report.encounters,
        "lines": report.lines,
        "items": report.items,
        "buckets": report.buckets,
        "refunds_netted": report.refunds_netted,
        "refunds_unmatched": report.refunds_unmatched,
        "rejects_file": str(report.rejects_file),
        "tables": [vars(one) for one in report.tables],
    }
