"""`mingcha rules …`: the official list, and the page of each rule."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from typing import Annotated, Any

import typer
from rich.markdown import Markdown

from mingcha.audit.definitions import page_of
from mingcha.audit.rulebook import Listed, counted, rulebook
from mingcha.audit.telling import told
from mingcha.bootstrap import application
from mingcha.catalogue.defined import all_entries
from mingcha.catalogue.entries import entries, entries_of
from mingcha.catalogue.pages import page, sections_of
from mingcha.cli.app import app, command, group
from mingcha.cli.console import out, print_json, say, table
from mingcha.cli.options import AsJson, Home
from mingcha.domain.errors import InputError
from mingcha.ingest.definitions import definitions_in_use, kept_definitions
from mingcha.knowledge.definition.model import RuleDefinition
from mingcha.knowledge.entry import Entry

rules = group("规则：官方规则目录，以及每条规则怎样判断。")
app.add_typer(rules, name="rules")


@command(rules, "list")
def list_(home: Home = None, as_json: AsJson = False) -> None:
    """列出官方规则目录、自有规则和本机的自建规则：名称、确定性、知识点、状态；窗口够宽时加上机制。"""
    home_folder = application(home).home
    made = kept_definitions(home_folder)
    release, whose = application(home).release_or_starter()
    listed = rulebook(release, all_entries(definitions_in_use(home_folder)))
    if as_json:
        print_json([_plain(one) for one in listed])
        return
    heads = ("编码", "名称", "确定性", "知识点", "状态", "机制")[: 6 if out.width >= _WIDE else 5]
    for (category, name), of_group in groupby(listed, key=lambda one: (one.entry.category, one.entry.group)):
        rows = [_row(one)[: len(heads)] for one in of_group]
        table(f"{category}：{name}（{len(rows)} 条）", heads, rows)
    if made:
        kept = [(one.code, one.name, one.version, one.state) for one in made]
        table("自建规则", ("编码", "名称", "版本", "状态"), kept)
    say(f"{counted(listed)}知识点按{whose}计，为“可判断/全部”；每个机制当场试跑一个应报的例子。")
    say("用 mingcha rules show 编码 查看一条规则怎样判断、机制标识和参数。")


# Columns of a terminal from which the mechanisms stand in the list too.
_WIDE = 130


def _row(one: Listed) -> tuple[str, ...]:
    mechanisms = "、".join(one.entry.mechanisms)
    return one.entry.code, one.entry.name, one.entry.certainty, _points(one), _state(one), mechanisms


def _points(one: Listed) -> str:
    return f"{one.judgeable:,}/{one.points:,}" if one.entry.kind else "不需要"


def _state(one: Listed) -> str:
    failed = any(not run.passed for run in one.tried)
    return f"{one.state}，例子未通过" if failed else str(one.state)


def _plain(one: Listed) -> dict[str, Any]:
    """A listed rule for machines: the entry's fields, and its standing beside them."""
    standing = asdict(one)
    return {**standing.pop("entry"), **standing}


@command(rules, "show")
def show(
    code: Annotated[str, typer.Argument(help="规则编码（GZ…、MC…）或机制标识（如 sex-mismatch）")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """显示一条规则：检查什么、为何违规、不报什么、处理建议、参数、依据和例子。"""
    for definition in kept_definitions(application(home).home):
        if definition.code == code.strip().upper():
            _show_definition(definition, as_json=as_json)
            return
    named, mechanisms = _found(code)
    if as_json:
        print_json(
            {
                "entries": [asdict(entry) for entry in named],
                "mechanisms": {slug: sections_of(slug) for slug in mechanisms},
            }
        )
        return
    for slug in mechanisms:
        out.print(Markdown(page(slug, told)))
    if not mechanisms:
        entry = named[0]
        say(f"{entry.code} {entry.name}（{entry.category}，{entry.group}）：尚未实现判断机制。")


def _show_definition(definition: RuleDefinition, *, as_json: bool) -> None:
    if as_json:
        print_json(dict(definition.written))
    else:
        out.print(Markdown(page_of(definition)))


def _found(code: str) -> tuple[list[Entry], tuple[str, ...]]:
    """The entries that a code or slug names, and their mechanisms."""
    by_code = [entry for entry in entries() if entry.code == code.strip().upper()]
    if by_code:
        return by_code, by_code[0].mechanisms
    of_slug = list(entries_of(code.strip()))
    if of_slug:
        return of_slug, (code.strip(),)
    raise InputError(f"没有规则“{code}”", remedy="用 mingcha rules list 查看全部编码和机制")
