"""The mapping file: what the columns of a hospital's own export mean, where their names do not say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from fractions import Fraction
from pathlib import Path
from typing import Any

from mingcha.domain.errors import InputError
from mingcha.domain.fields import Field
from mingcha.domain.schema import OPTIONAL_TABLES
from mingcha.ingest.clean import Writing
from mingcha.ingest.recognise import CLAIMS, known_names, normal
from mingcha.ingest.written import read_yaml

_KEYS = frozenset({"match", "sheet", "columns", "constants", "dates", "scale", "only", "skip"})
_SHARED = frozenset({"encounter_id", "person_id", "institution_id"})
_OPTIONAL = tuple(OPTIONAL_TABLES.values())
Fields = tuple[Field[Any], ...]


@dataclass(frozen=True)
class Recipe:
    """How the files of one pattern are read."""

    match: str = "*"
    sheet: str = ""
    columns: Mapping[str, Fields] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    writing: Mapping[str, Writing] = field(default_factory=dict)
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    skip: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def meanings(self) -> dict[str, Fields]:
        """Source columns, and constants under the name of their pretended column."""
        pretended = {constant_column(name): _fields(name, self.match) for name in self.constants}
        return {**self.columns, **pretended}

    @property
    def wanted(self) -> frozenset[str]:
        """Source columns that this recipe names."""
        return frozenset({*self.columns, *self.only, *self.skip})


UNMAPPED = Recipe()


def constant_column(name: str) -> str:
    """The pretended source column of a constant."""
    return f"={name}"


def load_mapping(path: Path) -> list[Recipe]:
    """Read a mapping file.

    Raises:
        InputError: no such file, no YAML, or something in it that is not understood.
    """
    content = read_yaml(path)
    files = content.get("files") if isinstance(content, dict) else None
    if not isinstance(files, list) or not all(isinstance(entry, dict) for entry in files):
        raise InputError(
            "映射文件应以 files: 开头，其下每项写一类文件",
            where=str(path),
            remedy="可用 mingcha import --suggest-mapping 生成一份草稿",
        )
    return [_recipe(entry, f"{path} 第 {number} 项") for number, entry in enumerate(files, 1)]


def recipe_for(path: Path, recipes: list[Recipe]) -> Recipe:
    """The first recipe whose pattern fits the file name."""
    return next(
        (recipe for recipe in recipes if fnmatchcase(path.name.lower(), recipe.match.lower())), UNMAPPED
    )


def _recipe(entry: Mapping[str, Any], where: str) -> Recipe:
    if strange := sorted(set(map(str, entry)) - _KEYS):
        raise _misread(f"不认识的键：{'、'.join(strange)}", where, f"可用的键：{'、'.join(sorted(_KEYS))}")
    columns = {
        str(column): tuple(f for name in _listed(names) for f in _fields(str(name), where))
        for column, names in _section(entry, "columns", where).items()
    }
    writing: dict[str, Writing] = {}
    for name, format_ in _section(entry, "dates", where).items():
        writing[_only(name, where)] = Writing(date_format=str(format_))
    for name, scale in _section(entry, "scale", where).items():
        try:
            writing[_only(name, where)] = Writing(scale=Fraction(str(scale)))
        except (ValueError, ZeroDivisionError):
            raise _misread(
                f"scale 中“{scale}”不是数字", where, "写成十进制数，如 0.01 表示源数据以分计"
            ) from None
    return Recipe(
        match=str(entry.get("match", "*")),
        sheet=str(entry.get("sheet") or ""),
        columns=columns,
        constants={str(name): str(value) for name, value in _section(entry, "constants", where).items()},
        writing=writing,
        only=_filters(entry, "only", where),
        skip=_filters(entry, "skip", where),
    )


def _section(entry: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    section = entry.get(key) or {}
    if not isinstance(section, dict):
        raise _misread(f"{key} 应写成“名称: 值”的形式", where, "每行一个，冒号后空一格")
    return section


def _filters(entry: Mapping[str, Any], key: str, where: str) -> dict[str, frozenset[str]]:
    section = _section(entry, key, where)
    return {
        str(column): frozenset(str(value) for value in _listed(values)) for column, values in section.items()
    }


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _only(name: Any, where: str) -> str:
    declared = _fields(str(name), where)[0]
    return f"{declared.owner.__name__}.{declared.name}"


def _fields(name: str, where: str) -> Fields:
    """The fields that a name in a mapping file means; keys are shared by all entities that have them."""
    found = known_names().get(normal(name)) or known_names(_OPTIONAL).get(normal(name), ())
    keys = [f for f in found if f.name in _SHARED and f.owner in CLAIMS]
    if keys:
        return tuple(
            declared for entity in CLAIMS for n, declared in entity.fields().items() if n == keys[0].name
        )
    if len(found) != 1:
        wrong = "有歧义" if found else "不认识"
        choices = "、".join(map(repr, found)) or "mingcha schema 列出的字段"
        raise _misread(f"字段“{name}”{wrong}", where, f"请写成 实体.字段，可选：{choices}")
    return found


def _misread(what: str, where: str, remedy: str) -> InputError:
    return InputError(f"映射文件：{what}", where=where, remedy=remedy)
