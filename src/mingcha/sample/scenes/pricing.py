"""What is charged for a unit, for an item in all, and for operations through one incision."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import Any

from mingcha.domain.values import PRICE_SCALE, QUANTITY_SCALE
from mingcha.knowledge.kinds.charging import PriceCeiling, SameIncisionGroup
from mingcha.knowledge.kinds.limits import SpendingCap
from mingcha.sample.scenes.limits import Limited
from mingcha.sample.scenes.writing import Writer
from mingcha.sample.script import NEAR_MISS, VIOLATION, Charge, Venue, amount_of, units

YUAN = PRICE_SCALE
ONE = units(1)
_TYPES = {3: "A100", 2: "A100", 1: "B100", 0: "D300"}


def write_pricing(writer: Writer) -> None:
    """All plays of unit price, spending cap and same incision."""
    for point in writer.library.of(PriceCeiling):
        for code in writer.codes(point):
            around = writer.circumstances(code, point)
            if around is not None:
                rank = around.venue.rank if point.rank < 0 else point.rank
                if rank >= writer.library.terms(code).rank:
                    venue = Venue(rank, _TYPES[rank])
                    _ceiling(Limited(writer, point, code, around._replace(venue=venue)))
    for point in writer.library.of(SpendingCap):
        for code in writer.codes(point):
            around = writer.circumstances(code, point)
            if around is not None and writer.library.terms(code, beside=point).price_at_most is None:
                _cap(Limited(writer, point, code, around))
    _incisions(writer)


def _ceiling(scene: Limited) -> None:
    ceiling = scene.point.ceiling
    # Also a price that is over by less than a fen: the least excess there is at these prices.
    for more, quantity in ((YUAN, 1), (YUAN * 15 // 2, 2), (YUAN // 100, 3)):
        note = f"单价超 {more / YUAN:.2f} 元"
        charge = scene.line(units(quantity), price=ceiling + more)
        amount = more * units(quantity) // (PRICE_SCALE * QUANTITY_SCALE // 100)
        truth = scene.writer.truth(scene.point, note, amount=amount)
        scene.stage(VIOLATION, note, scene.visit([charge._replace(truth=truth)]))
    note = "恰好等于最高单价"
    scene.stage(NEAR_MISS, note, scene.visit([scene.near(units(2), note, price=ceiling)]))
    note = "超价明细已全部退费"
    billed = scene.near(ONE, note, price=ceiling + YUAN)
    back = scene.line(-ONE, price=ceiling + YUAN, minute=700, refund_of=0)
    scene.stage(NEAR_MISS, note, scene.visit([billed, back]))


def _cap(scene: Limited) -> None:
    cap, step = scene.point.cap, 3_750
    whole = cap * (PRICE_SCALE // 100)
    over = step * (PRICE_SCALE // 100)

    def beyond(charge: Charge, note: str, amount: int) -> Charge:
        return charge._replace(truth=scene.writer.truth(scene.point, note, amount=amount))

    note = "一行超总额，只追超出部分"
    line = beyond(scene.line(ONE, price=whole + over), note, step)
    scene.stage(VIOLATION, note, scene.visit([line]))
    note = "第一行已满总额，其后整行超出"
    two = [scene.line(ONE, price=whole), beyond(scene.line(ONE, price=over, minute=640), note, step)]
    scene.stage(VIOLATION, note, scene.visit(two))
    note = "恰好等于总额"
    scene.stage(NEAR_MISS, note, scene.visit([scene.near(ONE, note, price=whole)]))
    note = "退费后恰好等于总额"
    back = scene.line(-ONE, price=over, minute=900, refund_of=1)
    refunded = [scene.near(ONE, note, price=whole), scene.line(ONE, price=over, minute=640), back]
    scene.stage(NEAR_MISS, note, scene.visit(refunded))
    if scene.point.period == "年":
        note = "一年内两次就诊合计超总额"
        later = scene.visit([beyond(scene.line(ONE, price=over), note, step)], after=30)
        scene.stage(VIOLATION, note, scene.visit([scene.line(ONE, price=whole)]), later)
        return
    note = "两次就诊各等于总额"
    scene.stage(
        NEAR_MISS, note,
        scene.visit([scene.near(ONE, note, price=whole)]),
        scene.visit([scene.near(ONE, note, price=whole)], after=3),
    )  # fmt: skip


def _incisions(writer: Writer) -> None:
    points = sorted(writer.library.of(SameIncisionGroup), key=lambda point: point.group)
    for _group, joined in groupby(points, key=lambda point: point.group):
        members = [
            (point, code)
            for point in joined
            for code in writer.codes(point)
            if writer.circumstances(code, point) is not None
        ]
        for (point, code), (later_point, later) in pairwise(members):
            if later not in writer.library.terms(code).partners:
                _incision(writer, point, code, later_point, later)
    _two_groups(writer, points)


def _incision(writer: Writer, point: Any, code: str, later_point: Any, later: str) -> None:
    around = writer.circumstances(code, point)
    other = writer.circumstances(later, later_point)
    if around is None or other is None:
        return
    scene = Limited(writer, point, code, around)
    days = writer.days(later_point, later)
    days = (max(days[0], writer.days(point, code)[0]), min(days[1], writer.days(point, code)[1]) - 2)
    main_price, later_price, ratio = 2000 * YUAN, 1200 * YUAN, later_point.later_ratio

    def operation(code: str, price: int, minute: int, charged: int | None = None) -> Charge:
        paid = price if charged is None else charged
        return writer.charge(code, ONE, paid, directory_price=price, minute=minute, day=1, prescription=1)

    def stage(planted: str, note: str, *charges: Charge) -> None:
        scene.stage(planted, note, scene.visit(list(charges), stay=True, nights=3), days=days)

    allowed = amount_of(later_price, ONE * ratio // QUANTITY_SCALE)
    note = "第二手术全价"
    full = operation(later, later_price, 640)
    full = full._replace(truth=writer.truth(later_point, note, amount=full.billed - allowed))
    stage(VIOLATION, note, operation(code, main_price, 600), full)
    note = "全价的第二手术排在主手术之前"
    stage(VIOLATION, note, full._replace(minute=590), operation(code, main_price, 600))
    note = "折价不足"
    charged = later_price * ratio // QUANTITY_SCALE + 100 * YUAN
    less = operation(later, later_price, 640, charged)
    less = less._replace(truth=writer.truth(later_point, note, amount=less.billed - allowed))
    stage(VIOLATION, note, operation(code, main_price, 600), less)
    note = "已按比例折价"
    right = operation(later, later_price, 640, later_price * ratio // QUANTITY_SCALE)
    right = right._replace(truth=writer.near_miss(later_point, note))
    stage(NEAR_MISS, note, operation(code, main_price, 600), right)
    note = "只做一个手术"
    stage(NEAR_MISS, note, operation(code, main_price, 600)._replace(truth=writer.near_miss(point, note)))


def _two_groups(writer: Writer, points: list[Any]) -> None:
    firsts = {point.group: point for point in reversed(points)}
    members = [(point, point.codes[0]) for point in firsts.values()]
    for (point, code), (other, later) in pairwise(members):
        around = writer.circumstances(code, point)
        if around is None or writer.circumstances(later, other) is None:
            continue
        note = "同日手术分属不同手术组"
        scene = Limited(writer, point, code, around)
        charges = [
            writer.charge(code, ONE, 2000 * YUAN, day=1, minute=600),
            writer.charge(later, ONE, 1200 * YUAN, day=1, minute=640, truth=writer.near_miss(other, note)),
        ]
        scene.stage(NEAR_MISS, note, scene.visit(charges, stay=True, nights=3))
