"""`mingcha conformance`: a vendor tries the access of a hospital's system against a test address."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from mingcha.access.context import CHINA
from mingcha.cli.app import CHECK_FAILED, app, command
from mingcha.cli.console import print_json, quoted, say, table
from mingcha.cli.options import AsJson
from mingcha.domain.errors import InputError

SECRET = "MINGCHA_ACCESS_SECRET"


@command(app, "conformance")
def conformance(
    address: Annotated[str, typer.Argument(help="接入地址，如 http://10.1.2.3:8000/fsi/api")],
    institution: Annotated[str, typer.Argument(help="定点医药机构编号，须已接入（联调）")],
    *,
    access_key: Annotated[
        str, typer.Option("--access-key", help=f"_api_access_key；密钥放在环境变量 {SECRET} 里；不签名的不给")
    ] = "",
    messages: Annotated[
        list[Path] | None, typer.Option("--message", help="再发本系统自己的报文：JSON 文件或文件夹，可给多个")
    ] = None,
    answers: Annotated[Path | None, typer.Option("--answers", help="把自己报文的应答存进这个文件夹")] = None,
    as_json: AsJson = False,
) -> None:
    """按接入规范逐项检查一个接入地址，再检查医院系统自己的报文；有一项不符，退出码为 4。"""
    from mingcha.gateways.conformance.running import run_checks, run_own, timed
    from mingcha.gateways.conformance.sender import Sender
    from mingcha.sample.messages import STAY, sample_message

    def bill(number: int) -> dict[str, Any]:
        content: dict[str, Any] = sample_message(STAY, number)["input"]
        return content

    secret = os.environ.get(SECRET) if access_key else None
    if access_key and not secret:
        raise InputError("没有密钥", where=SECRET, remedy="请把密钥放在这个环境变量里，不要写在命令行上")
    sender = Sender(address, institution, access_key, secret, lambda: datetime.now(CHINA))
    outcomes = [*run_checks(sender, bill), *run_own(sender, _files(messages or ()), answers)]
    times = timed(sender, bill)
    if as_json:
        print_json(
            {
                "checks": [{**vars(one), "passed": one.passed} for one in outcomes],
                "milliseconds": {name: round(value, 1) for name, value in vars(times).items()},
            }
        )
    else:
        rows = [
            (one.number, one.title, "通过" if one.passed else "不符", quoted("\n".join(one.faults)))
            for one in outcomes
        ]
        table(f"接入检查 {len(rows)} 项", ("编号", "检查", "结果", "问题"), rows)
        say(
            f"逐次发送，应答用时（含网络）：一半在 {times.median:.0f} 毫秒内，九成在 {times.ninetieth:.0f} 毫秒内，"
            f"最慢 {times.slowest:.0f} 毫秒"
        )
    if not all(one.passed for one in outcomes):
        raise typer.Exit(CHECK_FAILED)


def _files(given: list[Path] | tuple[()]) -> list[Path]:
    found = []
    for path in given:
        if not path.exists():
            raise InputError("找不到文件", where=str(path))
        found += sorted(path.glob("*.json")) if path.is_dir() else [path]
    return found
