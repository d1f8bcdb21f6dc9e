"""`mingcha user …`: the first administrators, and what only the server's console may do."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from mingcha.bootstrap import Application, application
from mingcha.cli.app import app, command, group
from mingcha.cli.console import print_json, quoted, say, table
from mingcha.cli.options import AsJson, Home
from mingcha.domain.errors import InputError

if TYPE_CHECKING:
    from mingcha.access.actor import Actor
    from mingcha.access.invitations import Invited

users = group("用户：首批管理员、在服务器上重置口令。日常的用户管理在页面上做。")
app.add_typer(users, name="user")
Login = Annotated[str, typer.Argument(help="登录名")]
Reason = Annotated[str, typer.Option("--reason", help="理由，记入操作记录")]


def this_console() -> Actor:
    """Whoever has a shell on the server."""
    from mingcha.access.actor import console

    return console(getpass.getuser())


@command(users, "invite")
def invite_(
    *,
    address: Annotated[
        str, typer.Option("--address", help="服务的地址，写在链接里")
    ] = "http://127.0.0.1:8000",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """为还没有人担任的三员（系统、安全、审计）各生成一个一次性设置链接；以前的链接作废。"""
    from mingcha.access.invitations import invite

    installation = application(home)
    installation.prepare_database()
    invited = invite(installation.access, this_console())
    if as_json:
        print_json(invitations_json(invited))
    else:
        show_invited(invited, address)


@command(users, "list")
def list_(home: Home = None, as_json: AsJson = False) -> None:
    """列出用户；姓名已遮盖。"""
    from mingcha.access.listing import Listing
    from mingcha.access.users import UserFilter
    from mingcha.access.users import users as found_users

    access = application(home).access
    page = found_users(access, this_console(), UserFilter(), Listing(size=10_000))
    heads = ("login", "full_name", "roles", "status", "created_at")
    rows = [tuple(getattr(one, head) for head in heads) for one in page.items]
    if as_json:
        print_json([dict(zip(heads, row, strict=True)) for row in rows])
        return
    shown = [
        (login, name, "、".join(roles), _STATUS[status], made) for login, name, roles, status, made in rows
    ]
    table("用户", ("登录名", "姓名", "角色", "状态", "建立"), shown)


_STATUS = {"active": "在用", "locked": "停用"}


@command(users, "reset-password")
def reset_password(
    login: Login, *, reason: Reason = "在服务器上重置", home: Home = None, as_json: AsJson = False
) -> None:
    """给一个用户新的临时口令，首次登录须修改；三员的口令只能这样重置。"""
    from mingcha.access.users import reset_password as reset

    installation = application(home)
    given = reset(installation.access, this_console(), _id_of(installation, login), reason)
    if as_json:
        print_json({"login": login, "temporary_password": given.password, "ends_at": given.ends_at})
    else:
        say(f"临时口令：[bold]{quoted(given.password)}[/]")
        say(f"请当面告知；首次登录须修改，{given.ends_at.astimezone():%m-%d %H:%M} 以后失效。")


@command(users, "unlock")
def unlock(
    login: Login, *, reason: Reason = "在服务器上恢复", home: Home = None, as_json: AsJson = False
) -> None:
    """恢复一个停用的或因登录失败次数过多而暂停的用户。"""
    from mingcha.access.users import unlock as let_in

    installation = application(home)
    view = let_in(installation.access, this_console(), _id_of(installation, login), reason)
    if as_json:
        print_json({"login": view.login, "status": view.status})
    else:
        say(f"已恢复：{quoted(view.login)}")


def invitations_json(invited: Sequence[Invited]) -> list[dict[str, object]]:
    """The links for a program that hands them on."""
    return [{"role": one.role, "token": one.token, "ends_at": one.ends_at} for one in invited]


def show_invited(invited: Sequence[Invited], address: str) -> None:
    """The links, each for one person."""
    from mingcha.access.roles import ROLES

    say("[bold]首批管理员的设置链接[/]（各用一次，48 小时内有效；请分别交给三个人）：")
    for one in invited:
        # After the #, so that no server or proxy on the way writes it down.
        say(f"  {ROLES[one.role].label}  {quoted(f'{address}/setup#token={one.token}')}")


def _id_of(installation: Application, login: str) -> UUID:
    from mingcha.access.listing import Listing
    from mingcha.access.sign_in import login_of
    from mingcha.access.users import UserFilter
    from mingcha.access.users import users as found_users

    wanted = UserFilter(login=login)
    page = found_users(installation.access, this_console(), wanted, Listing(size=10_000))
    for one in page.items:
        if one.login == login_of(login):
            return one.id
    raise InputError("没有这个用户", where=login, remedy="用 mingcha user list 查看登录名")
