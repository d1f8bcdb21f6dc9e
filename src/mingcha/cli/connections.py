"""`mingcha connection …`: connect a hospital's system from the server's console."""

from __future__ import annotations

from typing import Annotated

import typer

from mingcha.bootstrap import application
from mingcha.cli.app import app, command, group
from mingcha.cli.console import print_json, quoted, say, table
from mingcha.cli.options import AsJson, Home
from mingcha.cli.users import this_console

connections = group("接入：哪些医院的系统可以发报文。日常的维护在页面上做。")
app.add_typer(connections, name="connection")


@command(connections, "add")
def add(
    institution: Annotated[str, typer.Argument(help="定点医药机构编号")],
    *,
    unsigned_from: Annotated[
        list[str] | None, typer.Option("--unsigned-from", help="不签名，只收来自这些地址的报文，可给多个")
    ] = None,
    a_second: Annotated[int, typer.Option("--a-second", help="每秒最多几次")] = 200,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """接入一家医院（或更换它的密钥），即时上线；签名用的密钥只显示这一次。"""
    from mingcha.access.connections.given import connect
    from mingcha.access.connections.states import ConnectionState

    installation = application(home)
    installation.prepare_database()
    view, secret = connect(
        installation.access,
        this_console(),
        institution,
        signed=not unsigned_from,
        networks=unsigned_from or (),
        a_second=a_second,
        state=ConnectionState.LIVE,
        new_secret=True,
    )
    if as_json:
        print_json({**vars(view), "secret": secret})
    elif secret is None:
        say(f"{quoted(institution)} 已接入，不签名，只收来自 {'、'.join(view.networks)} 的报文")
    else:
        say(f"{quoted(institution)} 已接入。_api_access_key：{view.access_key}，密钥（只显示一次）：{secret}")


@command(connections, "list")
def list_(home: Home = None, as_json: AsJson = False) -> None:
    """列出已接入的医院。"""
    from mingcha.access.connections.given import connections as known
    from mingcha.access.listing import Listing

    installation = application(home)
    found = known(installation.access, this_console(), Listing(size=1_000_000)).items
    if as_json:
        print_json([vars(one) for one in found])
        return
    rows = [
        (one.institution_id, one.state, "是" if one.signed else "否", "、".join(one.networks), one.a_second)
        for one in found
    ]
    table(f"接入 {len(rows)} 家", ("机构", "状态", "签名", "来源地址", "每秒"), rows, numbers=1)
