"""The command tree, its Chinese help, and what an error looks like."""

from __future__ import annotations

import errno
import re
import sys
from collections.abc import Callable
from typing import Any

import typer
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from mingcha import __version__
from mingcha.cli.console import err, show_error
from mingcha.domain.errors import InputError, MingchaError

EXIT_CODES = """
退出码：0 完成（有没有疑点都是 0）；1 程序内部错误；2 输入或用法有误；3 未能完成，再次运行同样的命令会继续；
4 检查未通过（knowledge validate、replay、docs --check、evaluate --perfect）；130 被中断。
"""
INTERNAL, CHECK_FAILED, INTERRUPTED = 1, 4, 130
# Typer has no setting for these words.
rich_utils.ARGUMENTS_PANEL_TITLE = "参数"
rich_utils.OPTIONS_PANEL_TITLE = "选项"
rich_utils.COMMANDS_PANEL_TITLE = "命令"
rich_utils.REQUIRED_LONG_STRING = "[必填]"
rich_utils.DEFAULT_STRING = "[默认：{}]"


class _InChinese:
    """Help of a command in Chinese where Typer would speak English."""

    def get_usage(self, ctx: Any) -> str:
        usage: str = super().get_usage(ctx)  # type: ignore[misc]
        words = (("Usage:", "用法："), ("[OPTIONS]", "[选项]"), ("COMMAND [ARGS]...", "命令 [参数]…"))
        for english, chinese in words:
            usage = usage.replace(english, chinese)
        return usage

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "显示本帮助"
        return option


class ChineseCommand(_InChinese, TyperCommand):
    """A command with Chinese help."""


class ChineseGroup(_InChinese, TyperGroup):
    """A group of commands with Chinese help."""


def group(help: str) -> typer.Typer:
    """A group of commands."""
    return typer.Typer(
        cls=ChineseGroup,
        help=help,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a command with Chinese help."""
    return app.command(name, cls=ChineseCommand)


app = group(
    f"明察 {__version__}：医保基金智能审核。\n\n"
    "第一次使用：先 knowledge import 导入两库，再 audit 审核；只想看看，运行 demo。"
)


@app.callback(epilog=EXIT_CODES)
def _root() -> None:
    """Only here so that the group has an epilogue."""


def run(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit code and never raises what a user could have caused."""
    given = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in given
    try:
        status = app(given, prog_name="mingcha", standalone_mode=False)
    except MingchaError as error:
        show_error(error, as_json=as_json)
        return error.exit_status
    except TyperException as error:
        return _usage(error, as_json=as_json)
    except OSError as error:
        show_error(_refused(error), as_json=as_json)
        return MingchaError.exit_status
    if status == INTERRUPTED:
        err.print("已中断。审核和导入不会留下半截结果；再次运行同样的命令会继续。")
    return status if isinstance(status, int) else 0


def _refused(error: OSError) -> MingchaError:
    what = _REFUSALS.get(error.errno or 0, f"系统拒绝了操作：{error.strerror or error}")
    return InputError(what, where=str(error.filename or ""), remedy="请检查路径、权限和磁盘空间")


_REFUSALS = {
    errno.ENOENT: "找不到文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.ENOSPC: "磁盘已满",
    errno.EROFS: "磁盘是只读的",
}


_NO_COMMAND = re.compile(r"No such command '(.*)'\.?.*", re.DOTALL)
# What Typer says of wrong usage, by the name of its error.
_USAGE = {
    "NoSuchOption": "没有这个选项",
    "MissingParameter": "缺少参数",
    "BadParameter": "参数的值不对",
    "BadOptionUsage": "选项的用法不对",
    "BadArgumentUsage": "参数的用法不对",
}


def _usage(error: TyperException, *, as_json: bool) -> int:
    kind = type(error).__name__
    context = getattr(error, "ctx", None)
    if kind == "NoArgsIsHelpError":
        sys.stdout.write(error.format_message() + "\n")
        return 0
    command_path = getattr(context, "command_path", "mingcha")
    shown = InputError(
        f"{_USAGE.get(kind, '命令的用法不对')}：{_named(error)}",
        remedy=f"用 {command_path} --help 查看用法",
    )
    show_error(shown, as_json=as_json)
    return error.exit_code


def _named(error: TyperException) -> str:
    """What the error is about: the option, the parameter, the command."""
    parameter = getattr(error, "param", None)
    name = getattr(error, "option_name", None)
    if name is None and parameter is not None:
        name = "、".join(parameter.opts) or parameter.name
    if name is not None:
        said = error.message if type(error).__name__ == "BadParameter" else ""
        return f"{name}（{said}）" if said else str(name)
    unknown = _NO_COMMAND.fullmatch(error.message)
    return f"没有命令 {unknown[1]}" if unknown else error.message
