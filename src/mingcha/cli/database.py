"""`mingcha database|keys|trail …`: what keeps an installation whole."""

from __future__ import annotations

import typer

from mingcha.bootstrap import application
from mingcha.cli.app import CHECK_FAILED, app, command, group
from mingcha.cli.console import print_json, say, table, working
from mingcha.cli.options import AsJson, Home
from mingcha.cli.users import this_console

database = group("数据库：SQLite（默认）或 PostgreSQL（MINGCHA_DATABASE_URL）。")
keys = group("个人信息的加密密钥（SM4-GCM）。密钥文件须与数据库分开备份。")
trail = group("操作记录：只增不改，按块封存，前后相连。")
app.add_typer(database, name="database")
app.add_typer(keys, name="keys")
app.add_typer(trail, name="trail")


@command(database, "upgrade")
def upgrade(home: Home = None, as_json: AsJson = False) -> None:
    """建立数据库，或升级到这一版的结构；新装时一并生成密钥文件。serve 启动时会自动做。"""
    installation = application(home)
    changed = installation.prepare_database()
    if as_json:
        print_json({"upgraded": changed, "key_file": installation.settings.key_file})
        return
    say("数据库已升级到最新结构。" if changed else "数据库已是最新结构。")
    say(f"密钥文件：{installation.settings.key_file}（请另行备份；丢失后加密的个人信息无法读出）")


@command(keys, "rotate")
def rotate(home: Home = None, as_json: AsJson = False) -> None:
    """启用新密钥，把全部个人信息用它重新加密；中断后再次运行会继续。服务不必停。"""
    from mingcha.access.rotation import rotate as seal_anew

    with working("重新加密……"):
        done = seal_anew(application(home).access, this_console())
    if as_json:
        print_json({"key": done.key_id, "sealed_anew": done.sealed_anew})
    else:
        say(
            f"现用密钥 {done.key_id}，重新加密 {done.sealed_anew:,} 项。旧密钥仍在文件中，可用 keys retire 移除。"
        )


@command(keys, "retire")
def retire(home: Home = None, as_json: AsJson = False) -> None:
    """移除不再使用的旧密钥；还有内容用旧密钥加密时拒绝。旧备份要用旧密钥文件才能读出，请一并保管。"""
    from mingcha.access.rotation import retire as remove

    retired = remove(application(home).access, this_console())
    if as_json:
        print_json({"retired": retired})
        return
    say(f"已移除：{'、'.join(retired)}" if retired else "没有可移除的旧密钥。")


@command(trail, "verify")
def verify(home: Home = None, as_json: AsJson = False) -> None:
    """校验操作记录：任何改动、缺失、插入、换位都会指出；有问题时退出码为 4。"""
    from mingcha.access.verifying import verify as check

    with working("逐块校验……"):
        verdict = check(application(home).access, this_console())
    faults = [(fault.block, fault.what) for fault in verdict.faults]
    if as_json:
        counts = {"blocks": verdict.blocks, "entries": verdict.entries, "unsealed": verdict.unsealed}
        print_json({**counts, "faults": [{"block": block, "what": what} for block, what in faults]})
    else:
        say(f"{verdict.blocks:,} 块，{verdict.entries:,} 条记录，其中 {verdict.unsealed:,} 条尚未封存。")
        if faults:
            table("问题", ("块", "说明"), faults)
        else:
            say("[bold green]完整[/]：没有发现改动、缺失、插入或换位。")
    if faults:
        raise typer.Exit(CHECK_FAILED)
