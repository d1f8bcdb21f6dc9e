"""`mingcha rules new|check|add|copy|retire|words`: rules without code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from mingcha.audit.definitions import adopt, copied, draft, failures, read_definition
from mingcha.audit.definitions import retire as retire_rule
from mingcha.bootstrap import application
from mingcha.catalogue.defined import words as known_words
from mingcha.cli.app import CHECK_FAILED, command
from mingcha.cli.console import print_json, quoted, say, table
from mingcha.cli.options import AsJson, Home
from mingcha.cli.rules import rules
from mingcha.domain.errors import InputError
from mingcha.knowledge.definition.model import Over, RuleDefinition, State

File = Annotated[Path, typer.Argument(help="自建规则文件（YAML）")]
Out = Annotated[Path, typer.Argument(help="草稿写到哪个文件")]
Code = Annotated[str, typer.Argument(help="自建规则编码（MC9…）")]


@command(rules, "new")
def new(
    out: Out,
    *,
    mechanism: Annotated[
        str, typer.Option("--from", help="照哪个机制做（如 quantity-over-limit）；不写则自己写条件")
    ] = "",
    over: Annotated[
        str, typer.Option("--over", help="条件判断什么：明细、单据、项目、就诊")
    ] = Over.LINE.value,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """写出一份自建规则草稿，编码取下一个没有用过的。"""
    if over not in [one.value for one in Over]:
        raise InputError(f"不能判断“{over}”", remedy=f"可用：{'、'.join(one.value for one in Over)}")
    written = draft(application(home).home, mechanism=mechanism, over=Over(over))
    _write(out, written, as_json=as_json)


@command(rules, "copy")
def copy(
    code: Annotated[str, typer.Argument(help="自建规则编码（MC9…），或机制标识")],
    out: Out,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """把一条规则复制为新编码的草稿。"""
    _write(out, copied(application(home).home, code), as_json=as_json)


@command(rules, "check")
def check(file: File, as_json: AsJson = False) -> None:
    """校验自建规则：条件、参数、知识点、依据，并逐个试例子；有不通过的退出码为 4。"""
    definition = read_definition(file)
    failed = failures(definition)
    if as_json:
        print_json({"code": definition.code, "failures": [vars(one) for one in failed]})
    elif failed:
        table("不通过", ("例子", "说明"), [(one.example or "整条规则", one.what) for one in failed])
    else:
        say(
            f"[bold green]全部通过[/]：{definition.code} {quoted(definition.name)}。用 mingcha rules add 收入。"
        )
    if failed:
        raise typer.Exit(CHECK_FAILED)


@command(rules, "add")
def add(file: File, home: Home = None, as_json: AsJson = False) -> None:
    """收入一条自建规则（新的，或改过的下一版）；例子须全部通过，随下一个发布版生效。"""
    _told(adopt(application(home).home, file), as_json=as_json)


@command(rules, "retire")
def retire(
    code: Code,
    *,
    reason: Annotated[str, typer.Option("--reason", help="停用原因")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """停用一条自建规则，随下一个发布版生效；编码不再使用，各版本保留。"""
    _told(retire_rule(application(home).home, code, reason), as_json=as_json)


@command(rules, "words")
def words(as_json: AsJson = False) -> None:
    """列出自建规则的条件可以读的字段，以及写法。"""
    if as_json:
        print_json([list(one) for one in known_words()])
        return
    table("可用的字段", ("判断", "名称", "类型", "说明"), known_words())
    say(
        "写法：性别 ≠ 1 且 (年龄 < 18 或 险种 属于 [310, 390])；医疗类别 开头为 [21]；诊断编码 包含 [E10, E11]；"
    )
    say("单价 未知；单据可写 合计(金额) > 5000、种数(开单科室编码) > 3、行数 > 100。金额、单价以元计。")


class _Dumper(yaml.SafeDumper):
    """Writes a list of plain values in one line, as in the guide."""

    def represent_sequence(
        self, tag: str, sequence: Any, flow_style: bool | None = None
    ) -> yaml.SequenceNode:
        plain = not any(isinstance(one, list | dict) for one in sequence)
        return super().represent_sequence(tag, sequence, flow_style=plain or flow_style)


def _write(out: Path, written: dict[str, Any], *, as_json: bool) -> None:
    if out.exists():
        raise InputError("文件已存在，不覆盖", where=str(out), remedy="换一个文件名")
    text = yaml.dump(written, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)
    out.write_text(text, "utf-8")
    if as_json:
        print_json({"file": str(out), "code": written["编码"]})
    else:
        say(f"草稿 {written['编码']} 已写到 {quoted(out)}：写好后用 mingcha rules check 校验。")


def _told(definition: RuleDefinition, *, as_json: bool) -> None:
    if as_json:
        print_json({"code": definition.code, "version": definition.version, "state": definition.state.value})
    else:
        then = (
            "不随发布版生效；改为“启用”并把版本加一后再收入。"
            if definition.state is State.DRAFT
            else "随下一个发布版生效。"
        )
        say(
            f"{definition.code} {quoted(definition.name)} 第 {definition.version} 版，{definition.state}；{then}"
        )
