"""What is charged twice: an item beside one that contains it, or the parts of one item."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from mingcha.domain.values import PRICE_SCALE
from mingcha.knowledge.kinds.charging import DuplicatePair, SplitCharge
from mingcha.sample.scenes.limits import Limited
from mingcha.sample.scenes.writing import Writer
from mingcha.sample.script import NEAR_MISS, VIOLATION, Charge, Truth, amount_of, units

ONE = units(1)
YUAN = PRICE_SCALE

# When the contained item is charged, the containing one standing on day 1 at 06:05: inside the interval, and
# the least that is outside. Both hold whether an interval is a distance or a stretch of the clock.
_INSIDE = {
    "同一小时": ({"day": 1, "minute": 365}, {"day": 1, "minute": 410}),
    "6小时": ({"day": 1, "minute": 365}, {"day": 1, "minute": 700}),
    "单日": ({"day": 1, "minute": 365}, {"day": 1, "minute": 1200}),
    "单次就诊": ({"day": 1, "minute": 365}, {"day": 3, "minute": 600}, {"day": 0, "minute": 600}),
}
_OUTSIDE = {
    "同一小时": {"day": 1, "minute": 430},
    "6小时": {"day": 1, "minute": 745},
    "单日": {"day": 2, "minute": 365},
}


def write_duplicates(writer: Writer) -> None:
    """All plays of contained items and split charges."""
    for point in writer.library.of(DuplicatePair):
        _pair(writer, point)
    bundles = sorted(writer.library.of(SplitCharge), key=lambda point: point.bundle)
    for _bundle, joined in groupby(bundles, key=lambda point: point.bundle):
        _split(writer, list(joined))


def _pair(writer: Writer, point: Any) -> None:
    code, containing = point.codes[0], point.containing[0]
    around = writer.circumstances(code, point)
    if around is None or not writer.alone(containing, point) or not writer.alone(code, point):
        return
    if sum(containing in _partners(other, code) for other in writer.library.about(code)) > 1:
        return
    scene = Limited(writer, point, code, around)

    def stage(planted: str, note: str, *charges: Charge, **more: Any) -> None:
        visit = scene.visit(list(charges), stay=True, nights=4, jitter=1)
        scene.stage(planted, note, visit, **more)

    def contains(minute: int = 365) -> Charge:
        return writer.charge(containing, ONE, day=1, minute=minute)

    def contained(note: str, planted: str, quantity: int = ONE, **when: int) -> Charge:
        charge = writer.charge(code, quantity, **when)
        if planted == NEAR_MISS:
            return charge._replace(truth=writer.near_miss(point, note))
        return writer.whole(point, note, charge)

    note = f"{point.interval}内同时收费"
    for number, when in enumerate(_INSIDE[point.interval]):
        stage(VIOLATION, note, contains(), contained(note, VIOLATION, units(1 + number % 2), **when))
    if point.interval in _OUTSIDE:
        note = f"刚出{point.interval}"
        outside = contained(note, NEAR_MISS, **_OUTSIDE[point.interval])
        stage(NEAR_MISS, note, contains(), outside)
    else:
        note = "在另一次就诊"
        other = scene.visit([contained(note, NEAR_MISS)], after=9)
        scene.stage(NEAR_MISS, note, scene.visit([contains()], stay=True, nights=4), other)
    note = "包含项目已退费"
    back = writer.charge(containing, -ONE, day=1, minute=366, refund_of=0)
    stage(NEAR_MISS, note, contains(), back, contained(note, NEAR_MISS, **_INSIDE[point.interval][0]))
    note = "只收被包含项目"
    stage(NEAR_MISS, note, contained(note, NEAR_MISS, day=1, minute=365))
    eve = (max(point.effective_from - 6, writer.year.start), point.effective_from - 5)
    if not writer.rivals(point, code):
        note = "知识点生效之前"
        lawful = contained(note, NEAR_MISS, **_INSIDE[point.interval][0])
        stage(NEAR_MISS, note, contains(), lawful, days=eve)


def _partners(point: Any, code: str) -> tuple[str, ...]:
    if point.slug != "duplicate-pair":
        return ()
    found: tuple[str, ...] = point.containing if code in point.codes else point.codes
    return found


def _split(writer: Writer, points: list[Any]) -> None:
    first = points[0]
    parts = [(point, code) for point in points for code in point.codes]
    parts = [(point, code) for point, code in parts if writer.alone(code, point)]
    needed = first.components
    if len(parts) < needed:
        return
    around = writer.circumstances(parts[0][1], first)
    if around is None:
        return
    scene = Limited(writer, first, parts[0][1], around)
    bundle = 60 * YUAN if first.bundle_price is None else first.bundle_price
    # Each part costs three quarters of the whole, in whole fen, so that the parts together always cost more.
    price = bundle * 3 // 4 // (YUAN // 100) * (YUAN // 100)

    def part(number: int, truth: Truth | None = None, quantity: int = ONE, **when: int) -> Charge:
        when.setdefault("minute", 600 + number)
        return writer.charge(parts[number][1], quantity, price, truth=truth, **when)

    for quantity in (ONE, units(2)):
        note = f"{needed} 个组成项目同日收费"
        split = [part(n, quantity=quantity) for n in range(needed)]
        if first.bundle_price is None:
            marked = [
                charge._replace(truth=writer.truth(parts[n][0], note)) for n, charge in enumerate(split)
            ]
        else:
            excess = sum(charge.billed for charge in split) - amount_of(bundle, quantity)
            marked = _on_the_latest(writer, split, parts, excess, note)
        scene.stage(VIOLATION, note, scene.visit(marked))
    note = "组成项目少一个"
    fewer = [part(n, writer.near_miss(parts[n][0], note)) for n in range(needed - 1)]
    scene.stage(NEAR_MISS, note, scene.visit(fewer))
    note = "组成项目分在两日"
    apart = [part(n, writer.near_miss(parts[n][0], note), day=int(n > 0)) for n in range(2)]
    if needed == 2:
        scene.stage(NEAR_MISS, note, scene.visit(apart, stay=True, nights=3))
    note = "同一组成项目收两次"
    twice = [part(0, writer.near_miss(parts[0][0], note)), part(0, minute=650)]
    if needed == 2:
        scene.stage(NEAR_MISS, note, scene.visit(twice))


def _on_the_latest(
    writer: Writer, split: list[Charge], parts: list[tuple[Any, str]], excess: int, note: str
) -> list[Charge]:
    marked = list(split)
    for number in reversed(range(len(split))):
        amount = min(excess, split[number].billed)
        if amount <= 0:
            break
        excess -= amount
        marked[number] = split[number]._replace(truth=writer.truth(parts[number][0], note, amount=amount))
    return marked
