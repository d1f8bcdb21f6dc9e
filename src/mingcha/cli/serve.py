"""`mingcha serve`: the pages for people and the API for programs."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from mingcha.bootstrap import application
from mingcha.cli.app import app, command
from mingcha.cli.console import print_json, say
from mingcha.cli.options import AsJson, Home
from mingcha.cli.users import invitations_json, show_invited, this_console
from mingcha.settings import HOME


@command(app, "serve")
def serve(
    *,
    host: Annotated[str, typer.Option("--host", help="监听地址；对外服务请放在 nginx 后面")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="监听端口")] = 8000,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="服务进程数")] = 1,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="不启动后台进程（另行运行 mingcha worker 时用）")
    ] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """启动服务。还没有用户时，打印首批三位管理员各自的一次性设置链接。"""
    from mingcha.access.invitations import invite, nobody_yet
    from mingcha.web.served import lacks_interface, run

    installation = application(home)
    away = installation.prepare_unless_away()
    address = f"http://{host}:{port}"
    nobody = away is None and nobody_yet(installation.access)
    invited = invite(installation.access, this_console()) if nobody else []
    lacking = lacks_interface()
    if as_json:
        print_json(
            {
                "address": address,
                "interface": lacking is None,
                "database": away is None,
                "invitations": invitations_json(invited),
            }
        )
    else:
        if invited:
            show_invited(invited, address)
        if lacking is not None:
            say(f"注意：{lacking}")
        if away is not None:
            say(f"注意：{away.what}。医院的报文照常审核，不看历史；页面等它回来，不用重启")
        say(f"明察启动于 {address}，接口文档 {address}/api/docs（Ctrl+C 停止）")
    os.environ[HOME] = str(installation.home)  # what the worker processes read
    run(installation, host=host, port=port, workers=workers, worker=not no_worker, prepared=away is None)
