"""Wrong versions of a rule, made from its source and from its points, to show that a wrong rule scores worse."""

from __future__ import annotations

import ast
import copy
import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from mingcha.domain.values import ValueType
from mingcha.knowledge.point import FOREVER, KnowledgePoint
from mingcha.rules.base import Rule

NEGATED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
}
# One step of a limit, in stored units: one time, one day, one fen of price or amount, one per cent.
STEPS = {
    ValueType.QUANTITY: 10_000,
    ValueType.NUMBER: 1,
    ValueType.MONEY: 1,
    ValueType.PRICE: 10_000,
    ValueType.RATIO: 100,
}
DECLARED = ("forbids", "only_if", "when", "part")


Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Mutant:
    """A changed rule class, changed points or changed settings, and what was changed."""

    what: str
    rule: type[Rule[Any]]
    points: Sequence[KnowledgePoint]
    settings: Settings


def mutants(rule: type[Rule[Any]], points: Sequence[KnowledgePoint], settings: Settings) -> Iterator[Mutant]:
    """All mutants of a rule: each comparison flipped, each limit one step up and down, each window halved.

    Args:
        points: those of the rule's kind.
        settings: of the rule, name → value.
    """
    for what, changed in _flipped(rule):
        yield Mutant(what, changed, points, settings)
    for what, moved in _moved(points):
        yield Mutant(what, rule, moved, settings)
    for name, value in settings.items():
        if isinstance(value, int):
            for step in (max(1, value // 100), -max(1, value // 100)):
                yield Mutant(f"{name} {step:+d}", rule, points, {**settings, name: value + step})


def _flipped(rule: type[Rule[Any]]) -> Iterator[tuple[str, type[Rule[Any]]]]:
    module = sys.modules[rule.__module__]
    tree = ast.parse(inspect.getsource(module))
    for number, what in enumerate(_places(tree, rule)):
        changed = copy.deepcopy(tree)
        node = list(_nodes(changed, rule))[number]
        if isinstance(node, ast.Compare):
            node.ops = [NEGATED[type(node.ops[0])]()]
        yield what, _class_of(changed, rule)


def _places(tree: ast.Module, rule: type[Rule[Any]]) -> list[str]:
    return [f"flipped: {ast.unparse(node)}" for node in _nodes(tree, rule)]


def _nodes(tree: ast.Module, rule: type[Rule[Any]]) -> Iterator[ast.Compare]:
    """Comparisons of the declaration and the body that have an opposite."""
    for statement in tree.body:
        if not isinstance(statement, ast.ClassDef) or statement.name != rule.__name__:
            continue
        for member in statement.body:
            target = member.targets[0] if isinstance(member, ast.Assign) else None
            declared = isinstance(target, ast.Name) and target.id in DECLARED
            if declared or isinstance(member, ast.FunctionDef):
                for node in ast.walk(member):
                    if isinstance(node, ast.Compare) and type(node.ops[0]) in NEGATED:
                        yield node


def _class_of(tree: ast.Module, rule: type[Rule[Any]]) -> type[Rule[Any]]:
    module = ModuleType(rule.__module__)
    exec(compile(ast.fix_missing_locations(tree), "<mutant>", "exec"), module.__dict__)
    made: type[Rule[Any]] = module.__dict__[rule.__name__]
    return made


def _moved(points: Sequence[KnowledgePoint]) -> Iterator[tuple[str, list[KnowledgePoint]]]:
    if not points:
        return
    kind = type(points[0])
    own = {name: field for name, field in kind.fields().items() if name not in KnowledgePoint.fields()}
    for name, field in own.items():
        if field.type in STEPS:
            for step in (STEPS[field.type], -STEPS[field.type]):
                moved = [_with(point, name, step) for point in points]
                if any(new is not old for new, old in zip(moved, points, strict=True)):
                    yield f"{name} {step:+d}", moved
        if name == "days":
            yield f"{name} halved", [_changed(point, name, getattr(point, name) // 2) for point in points]


def _with(point: KnowledgePoint, name: str, step: int) -> KnowledgePoint:
    value = getattr(point, name)
    if value is None or value <= 0 or value >= FOREVER or (name == "rank" and value < 0):
        return point
    return _changed(point, name, value + step)


def _changed(point: KnowledgePoint, name: str, value: Any) -> KnowledgePoint:
    return type(point)(**{**vars(point), name: value})
