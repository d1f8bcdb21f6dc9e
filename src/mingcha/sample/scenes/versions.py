"""Law at its date: between a stricter and a more generous version of a point only the stricter one speaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mingcha.domain.values import PRICE_SCALE, QUANTITY_SCALE
from mingcha.knowledge.kinds.charging import PriceCeiling
from mingcha.knowledge.kinds.limits import DispenseLimit, QuantityLimit
from mingcha.knowledge.kinds.scope import AgeLimit, LevelLimit
from mingcha.knowledge.point import FOREVER
from mingcha.sample.scenes.limits import Limited
from mingcha.sample.scenes.writing import Circumstances, Writer
from mingcha.sample.script import NEAR_MISS, VIOLATION, Age, Charge, Truth, Venue, units

_TYPES = {3: "A100", 2: "A100", 1: "B100", 0: "D300"}
# A charge between two limits, and the circumstances it needs: made from scene, strict and generous point.
Between = Callable[[Limited, Any, Any], tuple[Charge, Circumstances, int | None, int] | None]


def write_versions(writer: Writer) -> None:
    """Plays on the days before and after a limit changed."""
    for kind, between in _BETWEEN.items():
        for newer in writer.library.of(kind):
            for code in writer.codes(newer):
                around = writer.circumstances(code, newer)
                for older in writer.rivals(newer, code) if around is not None else ():
                    if older.effective_to == newer.effective_from and around is not None:
                        _write(writer, between, code, older, newer, around)


def _write(
    writer: Writer, between: Between, code: str, older: Any, newer: Any, around: Circumstances
) -> None:
    change = newer.effective_from
    for point, other, day in ((older, newer, change - 1), (newer, older, change)):
        scene = Limited(writer, point, code, around)
        if not writer.year.start <= day < writer.year.end:
            continue
        found = between(scene, point, other) or between(scene, other, point)
        if found is None:
            continue
        charge, changed, excess, amount = found
        strict = between(scene, point, other) is not None
        note = f"版本交替之日，{'从严' if strict else '从宽'}的一版有效"
        truth: Truth = (
            writer.truth(point, note, excess=excess, amount=amount)
            if strict
            else writer.near_miss(point, note)
        )
        visit = writer.visit(changed, [charge._replace(truth=truth)])
        planted = VIOLATION if strict else NEAR_MISS
        scene.stage(planted, note, visit, around=changed, days=(day, day))


def _quantity(
    scene: Limited, strict: Any, generous: Any
) -> tuple[Charge, Circumstances, int | None, int] | None:
    if strict.period != generous.period or strict.allowed >= generous.allowed:
        return None
    charge = scene.line(generous.allowed)
    excess = generous.allowed - strict.allowed
    return charge, scene.around, excess, charge.billed * excess // generous.allowed


def _price(
    scene: Limited, strict: Any, generous: Any
) -> tuple[Charge, Circumstances, int | None, int] | None:
    if strict.ceiling >= generous.ceiling:
        return None
    charge = scene.line(units(1), price=generous.ceiling)
    excess = (generous.ceiling - strict.ceiling) * units(1) // (PRICE_SCALE * QUANTITY_SCALE // 100)
    return charge, scene.around, None, excess


def _dispense(
    scene: Limited, strict: Any, generous: Any
) -> tuple[Charge, Circumstances, int | None, int] | None:
    if strict.max_days >= generous.max_days or generous.max_days >= FOREVER:
        return None
    quantity = units(generous.max_days)
    charge = scene.line(quantity, supply_days=generous.max_days)
    more = generous.max_days - strict.max_days
    return charge, scene.around, units(more), charge.billed * more // generous.max_days


def _level(
    scene: Limited, strict: Any, generous: Any
) -> tuple[Charge, Circumstances, int | None, int] | None:
    if strict.at_least <= generous.at_least:
        return None
    venue = Venue(generous.at_least, _TYPES[generous.at_least])
    charge = scene.line(units(1))
    return charge, scene.around._replace(venue=venue), charge.quantity, charge.billed


def _age(scene: Limited, strict: Any, generous: Any) -> tuple[Charge, Circumstances, int | None, int] | None:
    if strict.unit != generous.unit or strict.below >= generous.below or strict.at_least != generous.at_least:
        return None
    charge = scene.line(units(1))
    around = scene.around._replace(age=Age(strict.below, strict.unit, more_days=20, spread_days=30))
    return charge, around, charge.quantity, charge.billed


_BETWEEN: dict[type[Any], Between] = {
    QuantityLimit: _quantity,
    PriceCeiling: _price,
    DispenseLimit: _dispense,
    LevelLimit: _level,
    AgeLimit: _age,
}
