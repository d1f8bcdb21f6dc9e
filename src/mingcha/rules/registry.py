"""All mechanisms by slug, found by walking the package: a new rule file registers itself by being there."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from mingcha import rules
from mingcha.domain.errors import DeclarationError
from mingcha.rules.base import BillRule, ItemRule, LineRule, Rule, StandardRule, VisitRule
from mingcha.rules.period import CapacityRule, CeilingRule, PeerRule, PeriodRule, StockRule

BASES = (
    Rule,
    ItemRule,
    LineRule,
    BillRule,
    StandardRule,
    VisitRule,
    PeriodRule,
    CeilingRule,
    PeerRule,
    CapacityRule,
    StockRule,
)


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(rules.__path__, rules.__name__ + "."):
        if found.name.count(".") == 3:  # mingcha.rules.<family>.<fault>
            yield importlib.import_module(found.name)


def _discover() -> dict[str, type[Rule[Any]]]:
    found: dict[str, type[Rule[Any]]] = {}
    for module in _modules():
        for _, candidate in inspect.getmembers(module, inspect.isclass):
            here = candidate.__module__ == module.__name__
            if not here or not issubclass(candidate, Rule) or candidate in BASES:
                continue
            if candidate.slug in found:
                raise DeclarationError(f"规则标识 {candidate.slug} 重复：{candidate.__module__}")
            found[candidate.slug] = candidate
    return dict(sorted(found.items()))


RULES = _discover()
