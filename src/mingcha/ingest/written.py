"""YAML files as people write them: codes keep their leading zeros, and a broken file says where."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from mingcha.domain.errors import InputError


class _Loader(yaml.SafeLoader):
    """Reads 0301 as the code it is, not as an octal number; a day that does not exist has a place in the file."""

    def construct_yaml_timestamp(self, node: Any) -> Any:
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError as error:
            problem = f"{_NO_DAY}：{node.value}"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from error


_NO_DAY = "没有这个日期"
_INTEGER = "tag:yaml.org,2002:int"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in held if tag != _INTEGER]
    for first, held in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_yaml_timestamp)
_Loader.add_implicit_resolver(_INTEGER, re.compile(r"^[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789"))


def read_yaml(path: Path) -> Any:
    """The content of a YAML file.

    Raises:
        InputError: no such file, or not YAML in UTF-8.
    """
    try:
        return yaml.load(path.read_text("utf-8-sig"), _Loader)  # a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" 第 {mark.line + 1} 行第 {mark.column + 1} 列" if mark else ""
        no_day = (error.problem or "").startswith(_NO_DAY)
        raise InputError(
            str(error.problem) if no_day else "文件无法读取：不是正确的 YAML",
            where=f"{path}{place}",
            remedy="改为存在的日期，如 2026-01-31" if no_day else "核对缩进、冒号后的空格和引号",
        ) from error
    except FileNotFoundError as error:
        raise InputError("找不到文件", where=str(path), remedy="请检查路径是否写对") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError("文件无法读取", where=str(path), remedy="应为 UTF-8 编码的 YAML 文件") from error
