"""`mingcha knowledge …`: the official tables in, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from mingcha.audit.code_lists import import_code_lists
from mingcha.audit.releasing import difference_json, preview, statistics
from mingcha.bootstrap import application
from mingcha.catalogue.defined import all_entries
from mingcha.catalogue.entries import entries
from mingcha.catalogue.messages import in_words
from mingcha.cli.app import CHECK_FAILED, app, command, group
from mingcha.cli.console import print_json, quoted, say, table, working
from mingcha.cli.options import AsJson, Home, ReleaseNumber
from mingcha.cli.release import show_difference
from mingcha.domain.errors import InputError
from mingcha.domain.values import date_of
from mingcha.ingest.codes import read_codes
from mingcha.ingest.knowledge import template as own_template
from mingcha.ingest.knowledge.importing import ImportReport, import_knowledge
from mingcha.knowledge.kinds.by_slug import KINDS
from mingcha.knowledge.sources import Source, sources
from mingcha.knowledge.statistics import Row, Statistics
from mingcha.knowledge.strategy.checks import of_strategy
from mingcha.knowledge.validation import Problem, Severity
from mingcha.knowledge.validation import validate as problems_of

knowledge = group("知识：导入两库表格，查看、校验知识点。")
app.add_typer(knowledge, name="knowledge")
Files = Annotated[
    list[Path], typer.Argument(help="文件或文件夹：官方附件、整理版、汇编表，或填好的本系统模板")
]
_SHOWN, _A_CHECK = 30, 10


@command(knowledge, "import")
def import_(files: Files, home: Home = None, as_json: AsJson = False) -> None:
    """导入知识表格，并发布下一个发布版。

    几个来源先后导入不会重复；每次导入都与以前导入的合并。
    """
    installation = application(home)
    with working("读取、合并、发布……"):
        report = import_knowledge(installation.home, files)
    if as_json:
        print_json(_import_json(report))
        return
    table("读取的文件", ("文件", "格式", "行数"), report.files, numbers=1)
    if report.first:
        say("[bold]这是本机的第一个发布版。[/]")
    say(f"已发布第 {report.release.number} 版：{len(report.release.all_points()):,} 条知识点")
    show_statistics(statistics(report.release), details=False)
    _show_problems(report.problems)
    remarks = report.library.remarks
    if remarks:
        table(
            f"来源之间的差异与处理：{len(remarks)} 处",
            ("知识点编号", "名称", "处理"),
            [(remark.point_id, remark.name, remark.text) for remark in remarks[:_SHOWN]],
        )
    if len(remarks) > _SHOWN:
        say(f"…… 另有 {len(remarks) - _SHOWN} 处，用 --json 查看全部")


def _import_json(report: ImportReport) -> dict[str, Any]:
    return {
        "release": report.release.number,
        "first": report.first,
        "files": [dict(zip(("file", "layout", "rows"), file, strict=True)) for file in report.files],
        "statistics": statistics(report.release).as_json(),
        "problems": [asdict(problem) for problem in report.problems],
        "remarks": [remark._asdict() for remark in report.library.remarks],
    }


@command(knowledge, "stats")
def stats(release: ReleaseNumber = None, home: Home = None, as_json: AsJson = False) -> None:
    """统计知识点：按规则、种类、批次，各有多少可判断、待设参数、待映射、被替代、停用。"""
    found = statistics(application(home).release(release))
    if as_json:
        print_json(found.as_json())
    else:
        show_statistics(found, details=True)


def show_statistics(found: Statistics, *, details: bool) -> None:
    """The account of a release for people."""
    say(
        f"{found.rows_read:,} 行 = {found.points:,} 条知识点 + {found.notes} 条说明；"
        f"{found.distinct_codes:,} 个代码，{found.point_codes:,} 个知识点-代码对"
    )
    say("，".join(f"{status} {count:,}" for status, count in found.by_status.items()))
    if not details:
        return
    rules = {entry.code: entry.name for entry in entries()}
    kinds = {slug: kind.label for slug, kind in KINDS.items()}
    for title, rows, names in (
        ("规则", found.by_rule, rules),
        ("种类", found.by_kind, kinds),
        ("批次", found.by_batch, {name: _batch(known) for name, known in sources().items()}),
    ):
        _status_table(title, rows, names, found.by_status)
    if found.waiting_for:
        reasons = [(in_words(reason), count) for reason, count in found.waiting_for.items()]
        table("还不能判断的原因", ("原因", "知识点"), reasons[:_SHOWN], numbers=1)


def _batch(known: Source) -> str:
    """A national batch by its number and day; any other document as it is cited."""
    if known.rules and known.published is not None:
        return f"{known.number}，{date_of(known.published)} 公布"
    return known.citation


def _status_table(
    title: str, rows: tuple[Row, ...], names: Mapping[str, str], statuses: Mapping[str, int]
) -> None:
    table(
        f"按{title}",
        (title, "名称", "知识点", "代码对", *statuses),
        [
            (
                row.group,
                names.get(row.group, ""),
                row.points,
                row.codes,
                *(row.by_status.get(status, 0) for status in statuses),
            )
            for row in rows
        ],
        numbers=2 + len(statuses),
    )


@command(knowledge, "validate")
def validate(
    release: ReleaseNumber = None,
    codes: Annotated[
        list[Path] | None,
        typer.Option(
            "--codes", help="目录文件（药品、项目、耗材、诊断、手术编码，每行一个）；列出目录外的代码"
        ),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """校验知识点：重复、矛盾、永不触发、地区遮蔽、来源不明、目录外代码；有错误时退出码为 4。"""
    published = application(home).release(release)
    known = read_codes(codes) if codes else None
    listed = all_entries(published.rules)
    problems = problems_of(published.all_points(), listed, known) + of_strategy(published.strategy, listed)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if as_json:
        print_json({"release": published.number, "errors": errors, "problems": list(map(asdict, problems))})
    elif problems:
        _show_problems(problems)
    else:
        say(f"[bold green]没有问题[/]：第 {published.number} 版，{len(published.all_points()):,} 条知识点。")
    if errors:
        raise typer.Exit(CHECK_FAILED)


def _show_problems(problems: list[Problem] | tuple[Problem, ...]) -> None:
    if not problems:
        return
    say(f"校验：{len(problems)} 处")
    kinds: dict[tuple[Severity, str], list[Problem]] = {}
    for problem in sorted(problems, key=lambda one: one.severity is not Severity.ERROR):
        kinds.setdefault((problem.severity, problem.check), []).append(problem)
    for (severity, check), held in kinds.items():
        same = len({problem.remedy for problem in held}) == 1
        rows = [(p.what, *(() if same else (p.remedy,))) for p in held[:_A_CHECK]]
        left = f"，这里列出 {_A_CHECK} 处" if len(held) > _A_CHECK else ""
        table(
            f"{severity.value}：{check}（{len(held)} 处{left}）",
            ("问题",) if same else ("问题", "处理"),
            rows,
            folded=True,
        )
        if same:
            say(f"处理：{quoted(held[0].remedy)}")
    if any(len(held) > _A_CHECK for held in kinds.values()):
        say("用 --json 查看全部。")


@command(knowledge, "codes")
def codes_(
    files: Annotated[
        list[Path],
        typer.Argument(help="诊断、手术操作编码表：每行“编码 名称”，或有编码列的 xlsx、csv"),
    ],
    edition: Annotated[str, typer.Option("--edition", help="版本，写在疑点中，如 医保 2.0 版")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """导入诊断、手术操作编码库，并发布下一个发布版：此后住院编码不在其中的报可疑。

    再次导入替换以前的同类编码库。
    """
    with working("读取、发布……"):
        found = import_code_lists(application(home).home, files, edition)
    number = found.report.release.number
    if as_json:
        print_json({"release": number, "diagnoses": found.diagnoses, "procedures": found.procedures})
        return
    say(f"已发布第 {number} 版：诊断编码 {found.diagnoses:,} 个，手术操作编码 {found.procedures:,} 个。")


@command(knowledge, "diff")
def diff(files: Files, home: Home = None, as_json: AsJson = False) -> None:
    """试算：导入这些文件会使知识点有何变化；什么也不改动。"""
    with working("试算……"):
        difference = preview(application(home).home, files)
    if as_json:
        print_json(difference_json(difference))
    else:
        show_difference(difference)


@command(knowledge, "template")
def template(
    out: Annotated[Path, typer.Argument(help="模板写到哪个 xlsx 文件")] = Path("知识模板.xlsx"),
    as_json: AsJson = False,
) -> None:
    """写出填写本地知识的 xlsx 模板：每种知识一张表。"""
    if out.suffix.lower() != ".xlsx":
        raise InputError("模板是 xlsx 文件", where=str(out), remedy=f"写成 {out.with_suffix('.xlsx')}")
    if out.exists():
        raise InputError("文件已存在，不覆盖", where=str(out), remedy="换一个文件名")
    own_template.template(out)
    if as_json:
        print_json({"template": str(out)})
    else:
        say(f"模板已写到 {quoted(out)}：填好后用 mingcha knowledge import 导入。")
