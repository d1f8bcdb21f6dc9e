"""What changes from one release to the next, in words: parts by their names, values as people write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mingcha.domain.codelists import coded
from mingcha.domain.fields import Field
from mingcha.domain.values import ValueType, written
from mingcha.knowledge.kinds.by_slug import KINDS
from mingcha.knowledge.point import FOREVER, KnowledgePoint
from mingcha.rules.registry import RULES

EVERYWHERE, NOT_SET = "全部地区", "没有设定"
_FIELDS: dict[str, Field[Any]] = {
    **{name: field for kind in KINDS.values() for name, field in kind.fields().items()},
    **KnowledgePoint.fields(),
}


def changes_of_point(changed: Mapping[str, tuple[Any, Any]]) -> str:
    """The fields of a point that changed: 失效日期：不限 → 2026-07-01."""
    return "；".join(
        f"{_label(name)}：{_value(name, old)} → {_value(name, new)}" for name, (old, new) in changed.items()
    )


def fields_told(old: KnowledgePoint | None, new: KnowledgePoint | None) -> list[tuple[str, str, str]]:
    """The fields in which two versions of a point differ: label, before, after; "" where there was or is no point."""
    declared = (new or old or KnowledgePoint()).fields()
    found = []
    if old is not None and new is not None and type(old) is not type(new):
        found.append((_label("kind"), _value("kind", old.slug), _value("kind", new.slug)))
    names = dict.fromkeys((*(vars(old) if old else ()), *(vars(new) if new else ())))
    for name in sorted(names, key=list({**declared, **names}).index):
        before, after = getattr(old, name, None), getattr(new, name, None)
        if before == after or name == KnowledgePoint.point_id.name:
            continue
        told = ("" if old is None else _value(name, before), "" if new is None else _value(name, after))
        found.append((_label(name), *told))
    return found


def _label(name: str) -> str:
    return "种类" if name == "kind" else _FIELDS[name].label if name in _FIELDS else name


def _value(name: str, value: Any) -> str:
    field = _FIELDS.get(name)
    if value is None or value in ("", (), []):
        return "空"
    if name == "kind":
        return KINDS[value].label if value in KINDS else str(value)
    if field is None:
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= FOREVER:
        return "不限"
    if field.codes and field.type is ValueType.CODE:
        return coded(field.codes, str(value))
    return written(tuple(value) if isinstance(value, list) else value, field.type)


def change_of_setting(name: str, old: Any, new: Any) -> str:
    """A parameter that changed.

    Args:
        name: rule/region/parameter, as differences name them.
        old, new: as they were written.
    """
    told, before, after = setting_told(name, old, new)
    return f"{told}：{NOT_SET if old is None else before} → {NOT_SET if new is None else after}"


def setting_told(name: str, old: Any, new: Any) -> tuple[str, str, str]:
    """What a parameter is called, where it holds, and its values in its unit; "" where it is not set."""
    slug, region, parameter = name.split("/")
    rule = RULES.get(slug)
    label, told, unit = parameter, slug, ""
    if rule is not None:
        told = f"{rule.title}（{slug}）"
        if (known := rule.settings().get(parameter)) is not None:
            label, unit = f"{known.label}（{parameter}）", known.unit
    before, after = ("" if value is None else _set(value, unit) for value in (old, new))
    return f"{told}，{region or EVERYWHERE}，{label}", before, after


def setting_in_words(slug: str, name: str, value: Any) -> str:
    """A parameter by its label, and its value in its unit."""
    known = RULES[slug].settings().get(name) if slug in RULES else None
    return f"{name} {_set(value, '')}" if known is None else f"{known.label} {_set(value, known.unit)}"


def _set(value: Any, unit: str) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    return f"{value} {unit}" if isinstance(value, int | float) and unit else str(value)
