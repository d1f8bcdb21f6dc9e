"""`mingcha schema` and `docs`: the words of the project, and the documents made from its sources."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mingcha.audit.documentation import stale, write
from mingcha.catalogue.glossary import entities, remarks, words
from mingcha.cli.app import CHECK_FAILED, app, command
from mingcha.cli.console import print_json, quoted, say, table
from mingcha.cli.options import AsJson
from mingcha.domain.errors import InputError


@command(app, "schema")
def schema(
    entity: Annotated[str, typer.Argument(help="只看一种：英文名或中文名，如 Line、费用明细")] = "",
    as_json: AsJson = False,
) -> None:
    """列出字段：英文名、中文、国家标准名、类型、单位、码表。"""
    wanted = [one for one in entities() if not entity or entity in {one.__name__, one.label}]
    if not wanted:
        names = "、".join(one.label or "知识点" for one in entities())
        raise InputError(f"没有“{entity}”", remedy=f"可用的：{names}")
    if as_json:
        print_json([asdict(word) for word in words(*wanted)])
        return
    for one in wanted:
        table(
            f"{one.label or '知识点'} {one.__name__}",
            ("英文名", "中文", "国家标准名", "类型", "说明"),
            [
                (word.name, word.label, "\n".join(word.national), word.written, remarks(word))
                for word in words(one)
            ],
            whole=(2,),
        )
    say(
        "类型是表格和接口里的写法；数据集（Parquet）中金额以分、单价以百万分之一元、数量和比例以万分之一存储。"
    )


@command(app, "docs")
def docs(
    root: Annotated[Path, typer.Argument(help="项目文件夹")] = Path(),
    check: Annotated[bool, typer.Option("--check", help="只检查是否最新，不是则退出码为 4")] = False,
    as_json: AsJson = False,
) -> None:
    """由源码生成 docs/rules 的规则页和 GLOSSARY.md。"""
    changed = stale(root) if check else write(root)
    if as_json:
        print_json({"checked" if check else "written": [str(path) for path in changed]})
    elif not changed:
        say("生成的文档都是最新的。")
    else:
        for path in changed:
            say(f"{'不是最新' if check else '已更新'}：{quoted(path)}")
        if check:
            say("请运行 make docs，并提交更新后的文档。")
    if check and changed:
        raise typer.Exit(CHECK_FAILED)
