"""YAML files as people write them: codes keep their leading zeros, and a broken file says where."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from mingcha.domain.errors import InputError


class _Loader(yaml.SafeLoader):
    """Reads 0301 as the code it is, not as an octal number."""


_INTEGER = "tag:yaml.org,2002:int"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in held if tag != _INTEGER]
    for first, held in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_INTEGER, re.compile(r"^[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789"))


def read_yaml(path: Path) -> Any:
    """The content of a YAML file.

    Raises:
        InputError: no such file, or not YAML in UTF-8.
    """
    try:
        return yaml.load(path.read_text("utf-8"), _Loader)  # a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" 第 {mark.line + 1} 行第 {mark.column + 1} 列" if mark else ""
        raise InputError(
            "文件无法读取：不是正确的 YAML", where=f"{path}{place}", remedy="核对缩进、冒号后的空格和引号"
        ) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError("文件无法读取", where=str(path), remedy="应为 UTF-8 编码的 YAML 文件") from error
