"""`mingcha audit`, `replay` and `evaluate`: a run, the same run again, and how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer

from mingcha.audit.batch import AuditResult
from mingcha.audit.evaluation import Evaluation, ProblemScore, Score
from mingcha.audit.evaluation import evaluate as evaluate_run
from mingcha.audit.extent import extent_of
from mingcha.audit.intake import Intake
from mingcha.bootstrap import application
from mingcha.catalogue.messages import title_of
from mingcha.catalogue.problems import list_title
from mingcha.cli.app import CHECK_FAILED, app, command
from mingcha.cli.claims import import_json, show_import
from mingcha.cli.console import audit_bar, import_bar, print_json, quoted, say, table, working
from mingcha.cli.indicators import show_indicators
from mingcha.cli.options import AsJson, Home, Mapping, ReleaseNumber, Workers
from mingcha.domain.values import money
from mingcha.knowledge.point import default_certainty

Run = Annotated[Path, typer.Argument(help="审核结果文件夹（audit 的 --out）")]


@command(app, "audit")
def audit(
    inputs: Annotated[list[Path], typer.Argument(help="数据集文件夹，或要先导入的文件、文件夹")],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="结果写到哪个文件夹")],
    release: ReleaseNumber = None,
    first: Annotated[
        str | None, typer.Option("--from", help="只审核这一天（月）起结算的就诊，其余作历史；如 2026-03")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="只审核到这一天（月）为止结算的就诊；如 2026-03")
    ] = None,
    institutions: Annotated[
        list[str] | None,
        typer.Option(
            "--institution", help="只审核这家机构（填编号）的就诊，其余作为历史；可写几个，默认全部"
        ),
    ] = None,
    rule_sets: Annotated[
        list[str] | None, typer.Option("--rule-set", help="只用发布版中的这个规则集；可写几个，默认全部")
    ] = None,
    mapping: Mapping = None,
    again: Annotated[bool, typer.Option("--again", help="不要这个文件夹里原来的结果，重新审核")] = False,
    no_xlsx: Annotated[bool, typer.Option("--no-xlsx", help="不写 审核结果.xlsx")] = False,
    home: Home = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """审核：写出疑点、无法判断、数据质量和一份 xlsx。

    中途停止（断电、被结束）后，再次运行同样的命令会从剩余部分继续，结果相同。
    """
    installation = application(home, workers)
    published = installation.release(release)
    extent = extent_of(first, last, institutions or ())
    with import_bar() as importing, audit_bar() as auditing:
        taken, result = installation.audit(
            inputs,
            out,
            release=published,
            rule_sets=tuple(rule_sets or ()),
            mapping=mapping,
            extent=extent,
            again=again,
            workbook=not no_xlsx,
            importing=importing,
            progress=auditing,
        )
    if as_json:
        print_json(audit_json(taken, result))
    else:
        show_audit(taken, result)


def audit_json(taken: Intake, result: AuditResult) -> dict[str, Any]:
    """A finished run as plain values: its manifest, and what was imported for it."""
    imported = None if taken.imported is None else import_json(taken.imported)
    return {
        "out": str(result.out),
        "finished_before": result.finished_before,
        "import": imported,
        **result.manifest,
    }


def show_audit(taken: Intake, result: AuditResult) -> None:
    """A finished run for people."""
    if taken.imported is not None:
        show_import(taken.imported)
        say()
    counts, rules = result.counts, result.manifest["by_rule"]
    table(
        "按规则",
        ("规则编码", "规则名称", "确定性", "疑点", "涉及明细", "计入（元）", "可追回（元）"),
        [
            (
                rule["rule_code"],
                rule["rule_name"],
                rule["certainty"],
                f"{rule['findings']:,}",
                f"{rule['lines']:,}",
                money(rule["claimed_fen"]),
                money(rule["recoverable_fen"]),
            )
            for rule in rules
        ],
        numbers=4,
    )
    show_indicators(result.manifest["indicators"])
    claimed, back = (sum(rule[name] for rule in rules) for name in ("claimed_fen", "recoverable_fen"))
    say(
        f"审核明细 {counts['audited_lines']:,} 行，{money(counts['billed_fen'])} 元；"
        f"有知识点的 {_share(counts['known_lines'], counts['audited_lines'])}，"
        f"有疑点的 {_share(counts['lines_with_findings'], counts['audited_lines'])}"
    )
    if counts["exempt"]:
        say(f"另有特例 {counts['exempt']:,} 条，保留而不计入：")
        for one in result.manifest["exemptions"]:
            reason, number = quoted(one["exemption_reason"]), quoted(one["exemption"])
            say(f"  {number} {reason}：{one['findings']:,} 条，{money(one['amount_fen'])} 元")
    found = counts["findings"] - counts["exempt"]
    say(f"疑点 {found:,} 条，计入 {money(claimed)} 元（不重复计算），可追回基金 {money(back)} 元")
    for certainty in dict.fromkeys(rule["certainty"] for rule in rules):
        of_it = [rule for rule in rules if rule["certainty"] == certainty]
        number, claimed, back = (
            sum(rule[name] for rule in of_it) for name in ("findings", "claimed_fen", "recoverable_fen")
        )
        say(f"  {certainty} {number:,} 条，计入 {money(claimed)} 元，可追回基金 {money(back)} 元")
    timing = result.manifest["timing"]
    if result.finished_before:
        say("这次审核早已完成，以上是原来的结果；要重新审核请加 --again。")
    elif timing["wall_lines_a_second"]:
        say(f"用时 {timing['wall_seconds']} 秒，{timing['wall_lines_a_second']:,} 行/秒")
    say(f"发布版 {result.manifest['identity']['release']}；结果在 {quoted(result.out)}：")
    for name in result.manifest["files"]:
        say(f"  {quoted(result.out / name)}")


@command(app, "replay")
def replay(
    run: Run,
    finding: Annotated[str | None, typer.Option("--finding", help="只核对这一条疑点（疑点编号）")] = None,
    dataset: Annotated[
        Path | None, typer.Option("--dataset", help="数据集现在的位置；默认当时的位置")
    ] = None,
    home: Home = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """重放：用当时的发布版重新审核，逐行核对疑点。

    与当时不完全相同时退出码为 4。
    """
    with working("重放……"):
        found = application(home, workers).replay(run, dataset=dataset, finding=finding)
    if as_json:
        print_json(found.as_json())
    elif found.identical:
        say(f"[bold green]完全相同[/]：核对了 {found.findings:,} 条疑点，{found.buckets} 个分区。")
    else:
        say(
            f"[bold red]有 {found.differences} 处不同[/]（当时程序 {found.code_then}，现在 {found.code_now}）"
        )
        if not found.unjudged_same:
            say("“无法判断”的计数不同。")
        if not found.indicators_same:
            say("统计指标不同。")
        table(
            "不同之处", ("疑点编号", "字段", "当时", "现在"), [tuple(vars(c).values()) for c in found.changes]
        )
    if not found.identical:
        raise typer.Exit(CHECK_FAILED)


@command(app, "evaluate")
def evaluate(
    run: Run,
    truth: Annotated[Path, typer.Argument(help="样例城市文件夹，或其中的 truth.parquet")],
    perfect: Annotated[
        bool, typer.Option("--perfect", help="明确违规的规则在干净行上未做到查全查准时，退出码为 4")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """评价：对照样例城市埋设的违规，逐条规则打分。

    给出查全率、查准率和金额误差，干净行与脏数据行分开；按典型问题清单给出植入和查出；并列出对不上的例子。
    """
    found = evaluate_run(run, truth)
    if as_json:
        print_json(found.as_json())
    else:
        show_evaluation(found)
    if perfect and not found.perfect:
        raise typer.Exit(CHECK_FAILED)


def show_evaluation(found: Evaluation) -> None:
    """Scores by rule, on clean and on dirty rows, and examples of what does not match."""
    heads = ("规则编码", "机制", "确定性", "埋设", "查出", "误报", "查全率", "查准率", "误差（元）")
    for title, of in (("干净行", "clean"), ("脏数据行", "dirty")):
        table(
            title,
            heads,
            [
                (
                    rule.rule_code,
                    title_of(rule.slug),
                    default_certainty(rule.rule_code),
                    *_scored(getattr(rule, of)),
                )
                for rule in found.rules
                if any(vars(getattr(rule, of)).values())
            ]
            + [("合计", "", "", *_scored(getattr(found, of)))],
            numbers=6,
        )
    if found.problems:
        _show_problems(found.problems)
    if found.unmatched:
        table(
            "对不上的（每条规则至多五例）",
            ("规则编码", "机制", "情形", "就诊标识", "明细/编码", "脏数据", "金额（元）", "说明"),
            [
                (
                    one.rule_code,
                    title_of(one.slug),
                    one.what,
                    one.encounter_id,
                    one.place,
                    "是" if one.dirty else "",
                    "" if one.amount_fen is None else money(one.amount_fen),
                    one.note,
                )
                for one in found.unmatched
            ],
        )


def _show_problems(problems: Sequence[ProblemScore]) -> None:
    """The lists of typical problems, and those of their items of which an instance was missed."""
    lists = [list(same) for _, same in groupby(problems, key=lambda problem: problem.list_name)]
    table(
        "典型问题（干净行）",
        ("清单", "植入的条目", "全部查出的条目", "植入", "查出"),
        [
            (
                list_title(same[0].list_name),
                len(same),
                sum(problem.found == problem.planted for problem in same),
                sum(problem.planted for problem in same),
                sum(problem.found for problem in same),
            )
            for same in lists
        ],
        numbers=4,
    )
    for problem in problems:
        if problem.found < problem.planted:
            title = list_title(problem.list_name)
            say(f"{title}第 {problem.number} 条：植入 {problem.planted}，查出 {problem.found}")


def _scored(score: Score) -> tuple[object, ...]:
    shares = ("—" if share is None else f"{share:.4f}" for share in (score.recall, score.precision))
    return (score.planted, score.found, score.false, *shares, money(score.amount_error_fen))


def _share(part: int, whole: int) -> str:
    return f"{part * 100 / whole:.1f}%" if whole else "—"
