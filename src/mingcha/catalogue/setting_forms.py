"""Parameters as their form shows them: what may be written, and what every region has written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from mingcha.knowledge.point import FOREVER
from mingcha.rules.base import Rule
from mingcha.rules.registry import RULES
from mingcha.rules.settings import Setting

# A value as people write it, numbers as texts: 0.5 is "0.5", and never a float.
Plain = str | bool | list[str | None] | None


@dataclass(frozen=True)
class SettingView:
    """A parameter; values are as people write them.

    Args:
        kind: number, flag, choice, codes or text.
        national: the default; None where each region must give one.
        regions: what is written, by region ("" is everywhere).
    """

    name: str
    label: str
    unit: str
    kind: str
    bounds: str
    choices: tuple[str, ...]
    codes: str
    national: Plain
    told: str
    regions: Mapping[str, Plain]


def setting_views(
    rule: type[Rule[Any]], by_region: Mapping[str, Mapping[str, Any]] | None = None
) -> list[SettingView]:
    """All parameters of a rule.

    Args:
        by_region: what a release says of the rule, region → name → value.
    """
    return [_view(name, held, by_region or {}) for name, held in rule.settings().items()]


@cache
def settings_by_mechanism() -> dict[str, list[SettingView]]:
    """The parameters of every mechanism that has any, by its name."""
    views = {slug: setting_views(rule) for slug, rule in RULES.items()}
    return {slug: held for slug, held in views.items() if held}


def _view(name: str, held: Setting, by_region: Mapping[str, Mapping[str, Any]]) -> SettingView:
    endless = held.numeric and isinstance(held.default, int) and held.default >= FOREVER * held.scale
    none = held.default in (None, ())
    return SettingView(
        name=name,
        label=held.label,
        unit=held.unit,
        kind=_kind(held),
        bounds=held.bounds(),
        choices=held.one_of,
        codes=held.codes,
        national=None if endless or held.default is None else plain(held.written(held.default)),
        told="不限" if endless else "由地区给出" if none else held.text(held.default),
        regions={region: plain(told[name]) for region, told in sorted(by_region.items()) if name in told},
    )


def _kind(held: Setting) -> str:
    if isinstance(held.default, tuple):
        return "codes"
    if held.numeric:
        return "number"
    if isinstance(held.default, bool):
        return "flag"
    return "choice" if held.one_of else "text"


def plain(value: Any) -> Plain:
    """A written value without float."""
    if isinstance(value, bool | str) or value is None:
        return value
    return [str(part) for part in value] if isinstance(value, list | tuple) else str(value)
