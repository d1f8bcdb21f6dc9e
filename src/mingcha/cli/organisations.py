"""`mingcha organisations …`: what the platform knows of institutions and staff, for audits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mingcha.bootstrap import application
from mingcha.cli.app import app, command, group
from mingcha.cli.console import print_json, say
from mingcha.cli.options import AsJson, Home
from mingcha.cli.users import this_console

organisations = group("平台里的机构与医务人员。")
app.add_typer(organisations, name="organisations")


@command(organisations, "facts")
def facts(
    folder: Annotated[Path, typer.Argument(help="写到哪个文件夹；同名的表会更新")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """把机构、科室、医师、服务协议、处方权按日期写成资料表，与结算文件一起导入。"""
    from mingcha.ingest.organisation_facts import write_organisation_facts

    written = write_organisation_facts(application(home).access, this_console(), folder)
    if as_json:
        print_json({"files": [str(path) for path in written]})
        return
    for path in written:
        say(f"已写入 {path}")
    if not written:
        say("平台里还没有机构。")
