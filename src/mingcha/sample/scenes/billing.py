"""What is billed though nothing shows that it was done, or more than can have been."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mingcha.knowledge.kinds.capacity import StayLimit
from mingcha.knowledge.kinds.charging import AddOnLimit, RequiredCompanion, Substitution
from mingcha.sample.library import codes_beside
from mingcha.sample.scenes.limits import Limited
from mingcha.sample.scenes.writing import STAY_BEGINS, STAY_ENDS, Writer
from mingcha.sample.script import NEAR_MISS, VIOLATION, Charge, Coded, Visit, amount_of, units

ONE = units(1)
NIGHTS = 3
OPERATION = Coded("86.0400", "皮肤切开引流术")


def write_billing(writer: Writer) -> None:
    """All plays of companions that are missing, add-ons, substitutions and time beyond the stay."""
    for kind, write in _SCENES.items():
        for point in writer.library.of(kind):
            code = point.codes[0]
            around = writer.circumstances(code, point)
            if around is not None and writer.alone(code, point):
                write(_InStay(writer, point, code, around))


class _InStay(Limited):
    """Writes plays in stays of three nights, the item of the point on the second day."""

    def in_stay(self, *charges: Charge, **more: Any) -> Visit:
        return self.visit(list(charges), stay=True, nights=NIGHTS, jitter=1, **more)

    def other(self, code: str, quantity: int = ONE, day: int = 1, **more: Any) -> Charge:
        """A charge for an item beside that of the point."""
        return self.writer.charge(code, quantity, day=day, **{"minute": 620, **more})

    def whole(self, note: str, quantity: int = ONE) -> Charge:
        """A charge of the point's item, all of it in excess."""
        return self.writer.whole(self.point, note, self.line(quantity, day=1))

    def lawful(self, note: str, quantity: int = ONE) -> Charge:
        """A charge of the point's item that is as it should be."""
        return self.near(quantity, note, day=1)


def _required(scene: _InStay) -> None:
    note = f"没有{scene.point.companion_name}"
    for quantity in (ONE, units(2)):
        scene.stage(VIOLATION, note, scene.in_stay(scene.whole(note, quantity)))
    if scene.point.record_suffices:
        _recorded(scene)
    for companion in codes_beside(scene.point)[:2]:
        _beside(scene, companion)


def _recorded(scene: _InStay) -> None:
    note = "有手术操作记录"
    scene.stage(NEAR_MISS, note, scene.in_stay(scene.lawful(note), procedures=(OPERATION,)))
    note = "门诊不报手术操作"
    scene.stage(NEAR_MISS, note, scene.visit([scene.lawful(note)._replace(day=0)]))


def _beside(scene: _InStay, companion: str) -> None:
    name = scene.point.companion_name
    note = f"同日有{name}"
    scene.stage(NEAR_MISS, note, scene.in_stay(scene.other(companion), scene.lawful(note)))
    note = f"前一日有{name}"
    the_day_before = scene.other(companion, day=0)
    if scene.point.interval == "单日":
        scene.stage(VIOLATION, note, scene.in_stay(the_day_before, scene.whole(note)))
    else:
        scene.stage(NEAR_MISS, note, scene.in_stay(the_day_before, scene.lawful(note)))
    note = f"{name}已退费"
    back = scene.other(companion, -ONE, minute=700, refund_of=0)
    scene.stage(VIOLATION, note, scene.in_stay(scene.other(companion), back, scene.whole(note)))
    note = f"{name}在另一次就诊"
    apart = scene.in_stay(scene.whole(note), after=60)
    scene.stage(VIOLATION, note, scene.in_stay(scene.other(companion)), apart)


def _add_on(scene: _InStay) -> None:
    main, allowed = scene.point.mains[0], scene.point.allowed
    note = "一个主项目多加收一次"
    over = scene.over(allowed + ONE, ONE, note, day=1, minute=630)
    scene.stage(VIOLATION, note, scene.in_stay(scene.other(main), over))
    note = "主项目退掉一次之后加收超次"
    back = scene.other(main, -ONE, minute=700, refund_of=0)
    over = scene.over(2 * allowed, allowed, note, day=1, minute=630)
    scene.stage(VIOLATION, note, scene.in_stay(scene.other(main, units(2)), back, over))
    note = "恰好为主项目允许的次数"
    full = scene.lawful(note, 2 * allowed)
    scene.stage(NEAR_MISS, note, scene.in_stay(scene.other(main, units(2)), full))
    note = "没有主项目，由另一规则管"
    scene.stage(NEAR_MISS, note, scene.in_stay(scene.lawful(note, allowed + ONE)))


def _substituted(scene: _InStay) -> None:
    point = scene.point
    if point.cheap_price is None:
        return
    trace, evidence = scene.other(point.traces[0]), scene.other(point.evidence[0], minute=625)

    def dear(note: str, quantity: int) -> Charge:
        charge = scene.line(quantity, price=2 * point.cheap_price, day=1)
        amount = charge.billed - amount_of(point.cheap_price, quantity)
        return charge._replace(truth=scene.writer.truth(point, note, amount=amount))

    for quantity in (ONE, units(2)):
        note = "没有必有的项目，却有低价项目的痕迹"
        scene.stage(VIOLATION, note, scene.in_stay(trace, dear(note, quantity)))
    note = "必有的项目已退费"
    back = scene.other(point.evidence[0], -ONE, minute=700, refund_of=1)
    scene.stage(VIOLATION, note, scene.in_stay(trace, evidence, back, dear(note, ONE)))
    note = "有必有的项目"
    scene.stage(NEAR_MISS, note, scene.in_stay(trace, evidence, scene.lawful(note)))
    note = "没有低价项目的痕迹"
    scene.stage(NEAR_MISS, note, scene.in_stay(scene.lawful(note)))
    note = "按低价项目的价格收费"
    same = scene.near(ONE, note, price=point.cheap_price, day=1)
    scene.stage(NEAR_MISS, note, scene.in_stay(trace, same))
    if point.interval == "单日":
        note = "低价项目的痕迹在前一日"
        earlier = scene.other(point.traces[0], day=0)
        scene.stage(NEAR_MISS, note, scene.in_stay(earlier, scene.lawful(note)))


def _time(scene: _InStay) -> None:
    lasting = _hours() if scene.point.unit == "小时" else _days(scene.writer)
    allowed = units(lasting)
    for more in (ONE, units(3)):
        note = "超过在院时间"
        scene.stage(VIOLATION, note, scene.in_stay(scene.over(allowed + more, more, note, day=1)))
    for fellow in _fellows(scene):
        note = "同组两个项目合计超过在院时间"
        last = _InStay(scene.writer, fellow, fellow.codes[0], scene.around)
        both = scene.line(allowed - ONE, day=0), last.over(units(2), ONE, note, day=2)
        scene.stage(VIOLATION, note, scene.in_stay(*both))
    note = "恰好等于在院时间"
    scene.stage(NEAR_MISS, note, scene.in_stay(scene.lawful(note, allowed)))
    note = "退费冲抵后恰好等于在院时间"
    back = scene.line(-ONE, day=2, refund_of=0)
    scene.stage(NEAR_MISS, note, scene.in_stay(scene.lawful(note, allowed + ONE), back))
    if not scene.around.care_type.startswith(("2", "52")):
        note = "不是住院"
        scene.stage(NEAR_MISS, note, scene.visit([scene.lawful(note, allowed + ONE)._replace(day=0)]))


def _hours() -> int:
    """The hours of a stay that may be billed: begun ones, and one for the hand-over."""
    return -(-(NIGHTS * 1440 + STAY_ENDS - STAY_BEGINS) // 60) + 1


def _days(writer: Writer) -> int:
    """The days of a stay that may be billed."""
    return NIGHTS + writer.library.setting("time-over-stay", "discharge_day", 1)


def _fellows(scene: _InStay) -> list[Any]:
    """One other point of the same group, if there is one that may be used in the same circumstances."""
    fellows = [
        point
        for point in scene.writer.library.of(StayLimit)
        if point.group == scene.point.group
        and point.codes != scene.point.codes
        and scene.writer.alone(point.codes[0], point)
    ]
    return fellows[:1]


_SCENES: dict[type[Any], Callable[[_InStay], None]] = {
    RequiredCompanion: _required,
    AddOnLimit: _add_on,
    Substitution: _substituted,
    StayLimit: _time,
}
