"""`mingcha rules sets …`: rule sets, exemptions and jurisdictions checked, shown, and a sample of their file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from mingcha.audit.releasing import read_strategy
from mingcha.bootstrap import application
from mingcha.catalogue.defined import all_entries
from mingcha.cli.app import command, group
from mingcha.cli.console import print_json, quoted, say, table
from mingcha.cli.options import AsJson, Home, ReleaseNumber
from mingcha.cli.rules import rules
from mingcha.domain.errors import InputError
from mingcha.domain.values import day_of
from mingcha.ingest.definitions import definitions_in_use
from mingcha.knowledge.strategy.checks import of_strategy
from mingcha.knowledge.strategy.form import ELSEWHERE, EXEMPTIONS, SAMPLE, SETS, written_form
from mingcha.knowledge.strategy.model import Strategy

sets = group("规则集：哪些规则在何处、何时、以多强的动作判断，以及特例。")
rules.add_typer(sets, name="sets")


@command(sets, "validate")
def validate(
    file: Annotated[Path, typer.Argument(help="规则集文件（YAML）")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """校验规则集文件：写法，以及互相遮蔽、次序未定、未列入的规则、过期的特例；发布用 release create --rule-sets。"""
    own = definitions_in_use(application(home).home)
    strategy = read_strategy(file, own)
    problems = of_strategy(strategy, all_entries(own), day_of(date.today()))
    counted = {
        "sets": len(strategy.sets),
        "exemptions": len(strategy.exemptions),
        "jurisdictions": len(strategy.jurisdictions),
    }
    if as_json:
        print_json({**counted, "problems": list(map(asdict, problems))})
        return
    if problems:
        rows = [(problem.check, problem.what, problem.remedy) for problem in problems]
        table(f"请看一看：{len(problems)} 处", ("检查", "问题", "处理"), rows)
    else:
        say("[bold green]没有问题。[/]")
    say(
        f"规则集 {counted['sets']} 个，特例 {counted['exemptions']} 条，"
        f"异地就医的设定 {counted['jurisdictions']} 条，都可以发布。"
    )


@command(sets, "show")
def show(
    file: Annotated[Path | None, typer.Argument(help="规则集文件；不写则显示发布版中的")] = None,
    release: ReleaseNumber = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """显示规则集和特例，先判断的在前。"""
    installation = application(home)
    if file is None:
        strategy = installation.release(release).strategy
    else:
        strategy = read_strategy(file, definitions_in_use(installation.home))
    written = written_form(strategy)
    if as_json:
        print_json(written)
    elif not strategy:
        say("没有规则集、特例和异地就医的设定：全部规则在各处判断，异地就医按国家规定。")
    else:
        _show(strategy, written)


@command(sets, "template")
def template(
    out: Annotated[Path, typer.Argument(help="写到哪个文件")] = Path("规则集.yaml"), as_json: AsJson = False
) -> None:
    """写出一份规则集样例，改好后用 rules sets validate 校验。"""
    if out.exists():
        raise InputError("文件已存在，不覆盖", where=str(out), remedy="换一个文件名")
    out.write_text(SAMPLE, "utf-8")
    if as_json:
        print_json({"template": str(out)})
    else:
        say(f"样例已写到 {quoted(out)}：改好后用 mingcha rules sets validate 校验。")


def _show(strategy: Strategy, written: Mapping[str, Any]) -> None:
    columns = ("名称", "优先级", "启用", "停用", "范围", "场景", "规则", "不含", "参数", "动作", "门槛")
    if strategy.sets:
        _table(SETS, columns, written[SETS])
    if strategy.exemptions:
        held = [
            {**one, "对象": {name: one[name] for name in one if name not in _PLAIN}}
            for one in written[EXEMPTIONS]
        ]
        _table(EXEMPTIONS, (*_PLAIN, "对象"), held)
    if strategy.jurisdictions:
        _table(ELSEWHERE, ("规则", "按", "启用", "停用"), written[ELSEWHERE])


_PLAIN = ("编号", "类型", "理由", "起", "止", "规则")


def _table(title: str, columns: tuple[str, ...], held: list[dict[str, Any]]) -> None:
    used = [name for name in columns if any(name in one for one in held)]
    table(title, used, [[_text(one.get(name, "")) for name in used] for one in held])


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "；".join(f"{name} {_text(inner)}" for name, inner in value.items())
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
