"""`mingcha rules sets …`: rule sets, exemptions and jurisdictions checked, shown, and a sample of their file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from mingcha.audit.releasing import read_strategy
from mingcha.bootstrap import application
from mingcha.catalogue.defined import all_entries
from mingcha.catalogue.differences import setting_in_words
from mingcha.catalogue.entries import entries
from mingcha.catalogue.messages import title_of
from mingcha.cli.app import command, group
from mingcha.cli.console import print_json, quoted, say, table
from mingcha.cli.options import AsJson, Home, ReleaseNumber
from mingcha.cli.rules import rules
from mingcha.domain.claims import Encounter
from mingcha.domain.codelists import coded
from mingcha.domain.errors import InputError
from mingcha.domain.values import day_of
from mingcha.ingest.definitions import definitions_in_use
from mingcha.knowledge.strategy.checks import of_strategy
from mingcha.knowledge.strategy.form import ELSEWHERE, EXEMPTIONS, SAMPLE, SCOPE, SETS, written_form
from mingcha.knowledge.strategy.model import SCENES, STAGES, Strategy

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
    for place, one in enumerate(written[SETS], 1):
        _block(f"规则集 {place}：{one['名称']}", {name: one[name] for name in one if name != "名称"})
    for one in written[EXEMPTIONS]:
        _block(f"特例 {one['编号']}", {name: one[name] for name in one if name != "编号"})
    for place, one in enumerate(written.get(ELSEWHERE, ()), 1):
        _block(f"{ELSEWHERE} {place}", one)
    if len(strategy.sets) > 1:
        say("一条规则在一次就诊上由排在最前、范围符合的一个规则集决定。")


def _block(title: str, held: Mapping[str, Any]) -> None:
    table(title, ("项", "内容"), [(name, _text(name, value)) for name, value in held.items()])


def _text(name: str, value: Any) -> str:
    match name:
        case "规则" | "不含":
            return "、".join(_named(word) for word in value)
        case "场景":
            return "、".join(_stages(value))
        case "参数":
            return "\n".join(_parameter(rule, *one) for rule, named in value.items() for one in named.items())
        case "动作":
            return "，".join(f"{certainty}的{action}" for certainty, action in value.items())
        case "门槛":
            return f"超收不足 {value['金额']} 元的只{value['以下']}"
        case "范围":
            return "；".join(f"{label} {_codes(SCOPE[label], words)}" for label, words in value.items())
        case _:
            return "、".join(value) if isinstance(value, list) else str(value)


def _codes(fact: str, codes: list[str]) -> str:
    field = Encounter.fields().get(fact)
    return "、".join(coded(field.codes if field is not None else "", code) for code in codes)


def _named(word: str) -> str:
    """A code or mechanism with its name; a category or group is its own name."""
    names = {entry.code: entry.name for entry in entries()}
    name = names.get(word, title_of(word))
    return word if name == word else f"{name}（{word}）"


def _parameter(slug: str, name: str, value: Any) -> str:
    return f"{_named(slug)}：{setting_in_words(slug, name, value)}"


def _stages(scenes: list[str]) -> Iterator[str]:
    """Stages that are there with all their scenes, then the other scenes with their names."""
    left = list(scenes)
    for stage, held in STAGES.items():
        if set(held) <= set(left):
            yield stage
            left = [scene for scene in left if scene not in held]
    yield from (f"{scene} {SCENES[scene]}" for scene in left)
