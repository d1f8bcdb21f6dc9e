"""`mingcha knowledge indications …`: indication texts to diagnosis codes, proposed and approved."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mingcha.audit.indications import approve_mappings, propose_mappings
from mingcha.bootstrap import application
from mingcha.cli.app import command, group
from mingcha.cli.console import print_json, quoted, say, table, working
from mingcha.cli.knowledge import knowledge
from mingcha.cli.options import AsJson, Home
from mingcha.knowledge.indications.text import LABELS

indications = group("限适应症：把公布的文字映射为诊断编码，人批准后生效。")
knowledge.add_typer(indications, name="indications")


@command(indications, "propose")
def propose(
    icd: Annotated[
        Path, typer.Option("--icd", help="诊断编码表：每行“编码 名称”，或带编码、名称两列的 xlsx、csv")
    ],
    out: Annotated[Path, typer.Option("--out", help="映射表写到哪个 xlsx 文件")] = Path("映射.xlsx"),
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """为待映射的限适应症建议诊断编码，写成供人核对的映射表；不改动知识。"""
    with working("建议编码……"):
        found = propose_mappings(application(home).home, icd, out)
    if as_json:
        print_json({"workbook": str(out), **asdict(found)})
        return
    say(f"映射表已写到 {quoted(out)}：{found.points} 条，其中 {found.with_codes} 条有建议代码，")
    say(f"{found.fully} 条看来仅凭编码可判断。逐条核对，填写“批准代码”“批准人”“日期”后运行")
    say(f"  mingcha knowledge indications approve {quoted(out)}")
    asked = sorted(found.conditions.items(), key=lambda counted: -counted[1])
    table("编码判断不了的条件", ("条件", "条数"), [(LABELS[word], count) for word, count in asked], numbers=1)


@command(indications, "approve")
def approve(
    workbook: Annotated[Path, typer.Argument(help="填好的映射表")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """把映射表中批准的行变为可判断的知识点，并发布下一个发布版。

    仅凭编码不能完全判断的只报可疑；没有批准的行仍然待映射。
    """
    with working("合并、发布……"):
        found = approve_mappings(application(home).home, workbook)
    number = found.report.release.number
    if as_json:
        print_json({"release": number, "approved": found.points, "fully": found.fully})
        return
    say(f"已发布第 {number} 版：批准 {found.points} 条，其中 {found.fully} 条仅凭编码可判断，")
    say(f"{found.points - found.fully} 条还有编码判断不了的条件，只报可疑。")
