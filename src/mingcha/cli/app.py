"""The command tree, its Chinese help, and what an error looks like."""

from __future__ import annotations

import errno
import re
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.text import Text
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from mingcha import __version__
from mingcha.cli.console import err, show_error
from mingcha.domain.errors import InputError, MingchaError

EXIT_CODES = """
退出码：0 完成（有没有疑点都是 0）；1 程序内部错误；2 输入或用法有误；3 未能完成，再次运行同样的命令会继续；
4 检查未通过（knowledge validate、replay、docs --check、evaluate --perfect、conformance）；
130 被中断。
"""
INTERNAL, CHECK_FAILED, INTERRUPTED = 1, 4, 130
# Typer has no setting for these words.
rich_utils.ARGUMENTS_PANEL_TITLE = "参数"
rich_utils.OPTIONS_PANEL_TITLE = "选项"
rich_utils.COMMANDS_PANEL_TITLE = "命令"
rich_utils.REQUIRED_LONG_STRING = "[必填]"
rich_utils.DEFAULT_STRING = "[默认：{}]"


class _Folding(rich_utils.OptionHighlighter):
    """A Chinese sentence has no blanks to break it at: without this, help is cut at the edge of its column."""

    def highlight(self, text: Text) -> None:
        text.overflow = "fold"
        super().highlight(text)


rich_utils.highlighter = _Folding()


class _InChinese:
    """Help of a command in Chinese where Typer would speak English."""

    def get_usage(self, ctx: Any) -> str:
        usage: str = super().get_usage(ctx)  # type: ignore[misc]  # of the command it is mixed into
        words = (("Usage:", "用法："), ("[OPTIONS]", "[选项]"), ("COMMAND [ARGS]...", "命令 [参数]…"))
        for english, chinese in words:
            usage = usage.replace(english, chinese)
        bare: str = re.sub(r"\{([^{}]+)\}", r"\1", usage)
        return bare.replace("...", "…")

    def get_params(self, ctx: Any) -> Any:
        """The parameters, each with a Chinese word for what it takes."""
        params = super().get_params(ctx)  # type: ignore[misc]  # of the command it is mixed into
        for param in params:
            if param.metavar is None:
                param.metavar = _placeholder(param)
        return params

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]  # of the command it is mixed into
        if option is not None:
            option.help = "显示本帮助"
        return option


# What stands for the value of an option, by its type, and for an argument, by its name.
_KINDS = {"Path": "路径", "int": "整数", "str": "文字", "datetime": "日期", "bool": ""}
_ARGUMENTS = {
    "inputs": "文件或文件夹",
    "files": "文件",
    "file": "文件",
    "out": "文件",
    "run": "结果文件夹",
    "truth": "样例城市",
    "number": "指标编号",
    "code": "编码",
    "before": "较早版",
    "after": "较晚版",
    "entity": "词",
    "root": "项目文件夹",
    "workbook": "映射表",
}


def _untyped(ctx: Any) -> None:  # as Typer calls it
    """No word for a type in the help."""


def _placeholder(param: Any) -> str:
    if param.param_type_name == "argument":
        param.display_type_rich = _untyped  # its name says what it is
        return _ARGUMENTS.get(param.name, str(param.name))
    kind = str(re.sub(r"^list\[(.*)\]$", r"\1", param.bare_type()))
    return _KINDS.get(kind, kind) + ("，可几个" if param.multiple else "")


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


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"明察 {__version__}\n")
        raise typer.Exit


@app.callback(epilog=EXIT_CODES)
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="显示版本", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """The root of the tree: its epilogue, and the version."""


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


# What the parsers behind Typer say of a value, as far as it matters to a user.
_WRONG_VALUES = (
    (re.compile("valid integer"), "应为整数"),
    (re.compile("does not match the format"), "应为日期，如 2026-01-31"),
    (re.compile("valid boolean"), "应为 true 或 false"),
)


def _wrong_value(message: str) -> str:
    return next((told for pattern, told in _WRONG_VALUES if pattern.search(message)), message)


_NO_COMMAND = re.compile(r"No such command '([^']*)'\.?(?: Did you mean (.*)\?)?.*", re.DOTALL)
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
        argument = parameter.param_type_name == "argument"
        name = parameter.metavar if argument else "、".join(parameter.opts)
    if name is not None:
        wrong = type(error).__name__ == "BadParameter"
        said = _wrong_value(error.message) if wrong else getattr(parameter, "help", "")
        return f"{name}（{said}）" if said and not said.startswith(str(name)) else str(said or name)
    unknown = _NO_COMMAND.fullmatch(error.message)
    if unknown is None:
        return error.message
    meant = "、".join(re.findall("'([^']+)'", unknown[2] or ""))
    return f"没有命令 {unknown[1]}" + (f"，是不是 {meant}？" if meant else "")
