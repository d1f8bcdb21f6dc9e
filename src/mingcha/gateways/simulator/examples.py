"""Ready-made orders to try, each with the rule that it is to be found by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from mingcha.gateways.simulator.prescribing import Diagnosed, Earlier, Operated, Order, Scene
from mingcha.knowledge.packaged import packaged


@dataclass(frozen=True)
class Example:
    """One of them.

    Args:
        finds: code of the rule.
        sex: of the patient that it needs, where it needs one.
    """

    name: str
    about: str
    finds: str
    scene: Scene
    diagnoses: list[Diagnosed]
    orders: list[Order]
    earlier: list[Earlier] = field(default_factory=list)
    operations: list[Operated] = field(default_factory=list)
    sex: str | None = None


@cache
def examples() -> tuple[Example, ...]:
    """All of them, in the order of the buttons."""
    return tuple(map(_example, packaged("mingcha.gateways.simulator", "examples.yaml")))


def _example(told: Mapping[str, Any]) -> Example:
    return Example(
        **{name: told[name] for name in ("name", "about", "finds")},
        scene=Scene(told["scene"]),
        diagnoses=_diagnoses(told),
        orders=_orders(told),
        earlier=[Earlier(one["days_ago"], _diagnoses(one), _orders(one)) for one in told.get("earlier", ())],
        operations=[Operated(**one) for one in told.get("operations", ())],
        sex=told.get("sex"),
    )


def _diagnoses(told: Mapping[str, Any]) -> list[Diagnosed]:
    return [Diagnosed(**one) for one in told["diagnoses"]]


def _orders(told: Mapping[str, Any]) -> list[Order]:
    return [
        Order(number, **{**one, "price": Decimal(one["price"]), "quantity": Decimal(one["quantity"])})
        for number, one in enumerate(told["orders"], 1)
    ]
