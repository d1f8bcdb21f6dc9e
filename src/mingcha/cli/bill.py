"""`mingcha bill`: one message in, the national answer out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mingcha.audit.bill import Answer, BillAuditor
from mingcha.audit.plans import plan_of
from mingcha.bootstrap import application
from mingcha.cli.app import app, command
from mingcha.cli.console import err, quoted, say, table
from mingcha.cli.options import Home, ReleaseNumber
from mingcha.domain.errors import InputError
from mingcha.domain.values import money
from mingcha.gateways.national.envelope import answered, envelope_of, refused
from mingcha.ingest.beside.bill import read_beside
from mingcha.knowledge.strategy.model import SCENES


@command(app, "bill")
def bill(
    file: Annotated[
        Path, typer.Argument(help="3101/3102 JSON 报文，或 4101 结算清单报文；写 - 则从标准输入读取")
    ],
    *,
    lists: Annotated[
        list[Path] | None, typer.Option("--list", help="报文中就诊的 4101 结算清单报文，可给多个")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json/--text", help="输出国家接口的 JSON 应答，或给人看的文字")
    ] = True,
    beside: Annotated[
        list[Path] | None,
        typer.Option("--beside", help="参保期、待遇、备案、医师状态等资料表的文件或文件夹，可给多个"),
    ] = None,
    scene: Annotated[
        str | None,
        typer.Option(
            "--scene", help="触发场景（1 到 10，或 事后）；默认报文中的 trig_scen，影响按场景的规则集"
        ),
    ] = None,
    release: ReleaseNumber = None,
    home: Home = None,
) -> None:
    """审核一张单据：读入一个 3101/3102 报文，输出国家接口格式的应答；给出 4101 报文则检查结算清单。

    curr_mdtrt_id 所指的就诊受审，其余就诊作历史；报文写明 rule_ids 的，只答这些规则。
    报文不能读取时应答 infcode 为 -1，退出码为 2。
    """
    if scene is not None and scene not in SCENES:
        raise InputError(f"没有触发场景“{scene}”", remedy=f"可用：{'、'.join(SCENES)}")
    auditor = BillAuditor(
        plan_of(application(home).release(release)), read_beside(beside) if beside else None
    )
    content = _read(file)
    try:
        answer = auditor(content, scene or "", [_read(path) for path in lists or ()])
    except InputError as error:
        if as_json:
            _write(refused(envelope_of(content), str(error)))
        error.where = error.where or str(file)
        err.print(f"[bold red]错误[/]：{quoted(error)}", soft_wrap=True)
        raise typer.Exit(error.exit_status) from None
    if as_json:
        _write(answered(envelope_of(content), answer.output, answer.note))
    else:
        _show(auditor, answer)
    for fault in answer.left_out:
        what = f"第 {fault.encounter + 1} 次就诊" + (f"第 {fault.row + 1} 行" if fault.row >= 0 else "")
        err.print(
            f"未审核：{what}，{quoted(fault.field.label)} {quoted(fault.value)}：{quoted(fault.reason)}"
        )


def _read(file: Path) -> bytes:
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()


def _write(content: bytes) -> None:
    sys.stdout.buffer.write(content + b"\n")
    sys.stdout.flush()


def _show(auditor: BillAuditor, answer: Answer) -> None:
    held = [row for row in answer.findings if row["exemption"] is None]
    if not held:
        say("没有疑点。")
    else:
        # Without rule sets nothing is done with a finding but to show it.
        acts = any(row["action"] for row in held)
        elsewhere = any(row["judging_region"] for row in held)
        heads = (
            "确定性",
            *(("处理动作",) if acts else ()),
            "规则",
            "说明",
            "明细标识",
            *(("判断地区",) if elsewhere else ()),
            "超收（元）",
        )
        rows = [
            (
                row["certainty"],
                *((row["action"] or "",) if acts else ()),
                row["rule_name"],
                auditor.explain.sentence(row),
                row["line_id"] or "",
                *((row["judging_region"] or "",) if elsewhere else ()),
                money(row["amount_fen"] or 0),
            )
            for row in held
        ]
        table(f"疑点 {len(held)} 条", heads, rows, numbers=1)
    for row in answer.findings:
        if row["exemption"] is not None:
            say(
                f"特例 {quoted(row['exemption'])}（{quoted(row['exemption_reason'])}）：{quoted(row['rule_name'])}"
            )
    if answer.unjudged:
        names = {entry.code: entry.name for entry in auditor.plan.entries.values()}
        table(
            "无法判断",
            ("规则编码", "名称", "原因", "处数"),
            [(rule, names.get(rule), why, rows) for (rule, why), rows in sorted(answer.unjudged.items())],
            numbers=1,
        )
