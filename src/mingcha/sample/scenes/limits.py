"""How much and how often is paid: what exceeds a limit lies on the latest lines of its group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mingcha.knowledge.kinds.limits import CourseLimit, DispenseLimit, QuantityLimit, WindowLimit
from mingcha.knowledge.point import FOREVER
from mingcha.sample.scenes.writing import Circumstances, Writer
from mingcha.sample.script import NEAR_MISS, VIOLATION, Charge, Visit, units

ONE = units(1)


def write_limits(writer: Writer) -> None:
    """All plays of limits on quantity, window, course and dispensing."""
    for kind, write in _SCENES.items():
        for point in writer.library.of(kind):
            for code in writer.codes(point):
                around = writer.circumstances(code, point)
                if around is not None and _free(writer, point, code):
                    write(Limited(writer, point, code, around))


def _free(writer: Writer, point: Any, code: str) -> bool:
    """Whether no other limit on quantity or time would speak up as well."""
    terms = writer.library.terms(code, beside=point)
    return not terms.once and terms.max_quantity >= FOREVER and terms.max_days >= FOREVER


class Limited:
    """Writes the plays of one point about one code in lawful circumstances."""

    def __init__(self, writer: Writer, point: Any, code: str, around: Circumstances) -> None:
        self.writer = writer
        self.point = point
        self.code = code
        self.around = around
        self.stay = self.stays(around)
        # A first price in whole fen that any quantity divides without remainder.
        self.price = writer.goods[code].price

    def stays(self, around: Circumstances) -> Circumstances:
        """The same as a stay where the other points leave it open."""
        return around._replace(care_type="2101") if around.care_type == "11" else around

    def line(self, quantity: int, **more: Any) -> Charge:
        """A charge for the code that is within the limit."""
        return self.writer.charge(self.code, quantity, **more)

    def over(self, quantity: int, excess: int, note: str, **more: Any) -> Charge:
        """A charge of which so much exceeds the limit."""
        charge = self.line(quantity, **more)
        amount = charge.billed * excess // quantity
        return charge._replace(truth=self.writer.truth(self.point, note, excess=excess, amount=amount))

    def near(self, quantity: int, note: str, **more: Any) -> Charge:
        """A charge that comes as near to the limit as is allowed."""
        return self.line(quantity, truth=self.writer.near_miss(self.point, note), **more)

    def stage(
        self,
        planted: str,
        note: str,
        *visits: Visit,
        around: Circumstances | None = None,
        days: tuple[int, int] | None = None,
    ) -> None:
        """Add a play of these visits on days on which the point alone rules."""
        lasting = max(visit.after + max([visit.nights, *(c.day for c in visit.charges)]) for visit in visits)
        chosen = self.writer.days(self.point, self.code, lasting + 1) if days is None else days
        self.writer.play(self.point, planted, chosen, around or self.around, visits, note)

    def visit(self, charges: Sequence[Charge], *, stay: bool = False, **more: Any) -> Visit:
        """A visit with these charges."""
        return self.writer.visit(self.stay if stay else self.around, charges, **more)


def _quantity(scene: Limited) -> None:
    point, allowed = scene.point, scene.point.allowed
    per_stay = point.period == "就诊"
    hourly = point.period == "小时"
    jitter = 5 if hourly else 20
    scene.stage(
        VIOLATION, "一行超一",
        scene.visit([scene.over(allowed + ONE, ONE, "一行超一")], stay=True, nights=2, jitter=jitter),
    )  # fmt: skip
    note = "两行相加超限，超在后一行"
    two = [scene.line(allowed, minute=605), scene.over(units(2), units(2), note, minute=645)]
    scene.stage(VIOLATION, note, scene.visit(two, stay=True, nights=2, jitter=jitter))
    if allowed > ONE:
        note = "后一行只有一部分超限"
        partly = [scene.line(allowed - ONE, minute=605), scene.over(units(3), units(2), note, minute=645)]
        scene.stage(VIOLATION, note, scene.visit(partly, stay=True, nights=2, jitter=jitter))
    scene.stage(
        NEAR_MISS, "恰好等于上限",
        scene.visit([scene.near(allowed, "恰好等于上限")], stay=True, nights=2, jitter=jitter),
    )  # fmt: skip
    note = "退费冲抵后恰好等于上限"
    back = scene.line(-ONE, minute=900 if not hourly else 650, refund_of=0)
    refunded = [scene.near(allowed + ONE, note, minute=605), back]
    scene.stage(NEAR_MISS, note, scene.visit(refunded, stay=True, nights=2, jitter=jitter))
    if per_stay:
        note = "两次就诊各等于上限"
        scene.stage(
            NEAR_MISS, note,
            scene.visit([scene.near(allowed, note)]), scene.visit([scene.near(allowed, note)], after=1),
        )  # fmt: skip
    else:
        later = {"day": 0, "minute": 665} if hourly else {"day": 1, "minute": 605}
        note = "相邻两个周期各等于上限"
        both = [scene.near(allowed, note, minute=605), scene.near(allowed, note, **later)]
        scene.stage(NEAR_MISS, note, scene.visit(both, stay=True, nights=2, jitter=jitter))


def _window(scene: Limited) -> None:
    allowed, days = scene.point.allowed, scene.point.days
    last = scene.visit([scene.over(ONE, ONE, "周期最后一日又计一次")], after=days - 1)
    scene.stage(VIOLATION, "周期最后一日又计一次", scene.visit([scene.line(allowed)]), last)
    note = "周期内第三次就诊连超两次"
    scene.stage(
        VIOLATION, note,
        scene.visit([scene.line(allowed)]),
        scene.visit([scene.over(ONE, ONE, note)], after=1),
        scene.visit([scene.over(ONE, ONE, note)], after=min(2, days - 1)),
    )  # fmt: skip
    note = "一次就诊即超"
    scene.stage(VIOLATION, note, scene.visit([scene.over(allowed + units(2), units(2), note)]))
    note = "满一个周期之后再计"
    scene.stage(
        NEAR_MISS, note,
        scene.visit([scene.line(allowed)]), scene.visit([scene.near(allowed, note)], after=days),
    )  # fmt: skip
    note = "前一次已退费"
    scene.stage(
        NEAR_MISS, note,
        scene.visit([scene.line(allowed, minute=600), scene.line(-allowed, minute=700, refund_of=0)]),
        scene.visit([scene.near(allowed, note)], after=days - 1),
    )  # fmt: skip


def _span(scene: Limited) -> None:
    """A course counted from its first day: what was not used in between makes no difference."""
    limit = scene.point.days
    used = [scene.line(ONE, day=0), scene.line(ONE, day=1)]
    note = f"首次使用后第 {limit + 1} 天仍在用，其间有间断"
    beyond = scene.over(ONE, ONE, note, day=limit)
    scene.stage(VIOLATION, note, scene.visit([*used, beyond], stay=True, nights=limit + 1))
    note = "最后一次恰在疗程末日"
    last = scene.near(ONE, note, day=limit - 1)
    scene.stage(NEAR_MISS, note, scene.visit([*used, last], stay=True, nights=limit))
    note = "每次就诊另计疗程"
    again = scene.near(ONE, note, day=0)
    scene.stage(
        NEAR_MISS, note,
        scene.visit(used, stay=True, nights=2),
        scene.visit([again], stay=True, nights=1, after=limit + 10),
    )  # fmt: skip


def _course(scene: Limited) -> None:
    limit = scene.point.days
    if scene.point.counting == "跨度":
        _span(scene)
        return
    daily = [scene.line(ONE, day=n) for n in range(limit)]
    for extra in (1, 2):
        note = f"用药 {limit + extra} 天"
        beyond = [scene.over(ONE, ONE, note, day=limit + n) for n in range(extra)]
        scene.stage(VIOLATION, note, scene.visit([*daily, *beyond], stay=True, nights=limit + extra))
    note = "恰好用满天数，同日两次不算两天"
    twice = [*daily, scene.near(ONE, note, day=limit - 1, minute=900)]
    scene.stage(NEAR_MISS, note, scene.visit(twice, stay=True, nights=limit))
    if scene.point.period == "就诊":
        note = "两次住院各自用满天数"
        again = [*daily[:-1], scene.near(ONE, note, day=limit - 1)]
        scene.stage(
            NEAR_MISS, note,
            scene.visit(daily, stay=True, nights=limit),
            scene.visit(again, stay=True, nights=limit, after=limit + 10),
        )  # fmt: skip
        return
    note = "一年内两次住院合计超限"
    last = [scene.over(ONE, ONE, note, day=n) for n in range(2)]
    scene.stage(
        VIOLATION, note,
        scene.visit(daily, stay=True, nights=limit),
        scene.visit(last, stay=True, nights=3, after=limit + 10),
    )  # fmt: skip


def _dispense(scene: Limited) -> None:
    days, most = scene.point.max_days, scene.point.max_quantity
    if days < FOREVER:
        quantity = units(days + 2)
        note = "超最大天数"
        for more in (1, 2):
            excess = quantity * more // (days + more)
            line = scene.over(quantity, excess, note, supply_days=days + more)
            amount = line.billed * more // (days + more)
            line = line._replace(truth=scene.writer.truth(scene.point, note, excess=excess, amount=amount))
            if most >= FOREVER:
                scene.stage(VIOLATION, note, scene.visit([line]))
        note = "恰好最大天数"
        scene.stage(NEAR_MISS, note, scene.visit([scene.near(ONE, note, supply_days=days)]))
        note = "天数未填"
        scene.stage(NEAR_MISS, note, scene.visit([scene.near(ONE, note)]))
    if most < FOREVER:
        for more in (1, 3):
            over = scene.over(most + units(more), units(more), "超最大开药量", supply_days=7)
            scene.stage(VIOLATION, "超最大开药量", scene.visit([over]))
        note = "恰好最大开药量"
        scene.stage(NEAR_MISS, note, scene.visit([scene.near(most, note, supply_days=7)]))
        note = "退费后恰好最大开药量"
        back = scene.line(-ONE, minute=900, refund_of=0, supply_days=7)
        scene.stage(NEAR_MISS, note, scene.visit([scene.near(most + ONE, note, supply_days=7), back]))


_SCENES: dict[type[Any], Callable[[Limited], None]] = {
    QuantityLimit: _quantity,
    WindowLimit: _window,
    CourseLimit: _course,
    DispenseLimit: _dispense,
}
