"""What should not be used together: two drugs or two herbs in one prescription, on one day, in one visit."""

from __future__ import annotations

from typing import Any

from mingcha.knowledge.kinds.medication import InteractingPair
from mingcha.sample.goods import HERB
from mingcha.sample.scenes.limits import Limited
from mingcha.sample.scenes.writing import Writer
from mingcha.sample.script import NEAR_MISS, VIOLATION, Charge, Visit, units

# Where the partner stands, the drug being on day 1 in prescription 2: used together, and just not.
_TOGETHER: dict[str, tuple[dict[str, int], ...]] = {
    "处方": ({"day": 1, "prescription": 2},),
    "日": ({"day": 1, "prescription": 2}, {"day": 1, "prescription": 3}),
    "就诊": ({"day": 1, "prescription": 2}, {"day": 3, "prescription": 3}),
}
_APART: dict[str, tuple[dict[str, int], ...]] = {
    "处方": ({"day": 1, "prescription": 3},),
    "日": ({"day": 2, "prescription": 2}, {"day": 0, "prescription": 2}),
    "就诊": (),
}


def write_interactions(writer: Writer) -> None:
    """All plays of pairs that should not be used together."""
    for point in writer.library.of(InteractingPair):
        code, partner = point.codes[0], point.partners[0]
        around = writer.circumstances(code, point)
        if around is None or not writer.alone(code, point) or not writer.alone(partner, point):
            continue
        if writer.goods[code].list_type == HERB:
            around = around._replace(department="A50")
        _write(Limited(writer, point, code, around), partner)


def _write(scene: Limited, partner: str) -> None:
    point, writer = scene.point, scene.writer

    def own(note: str = "", planted: str = "", **when: int) -> Charge:
        charge = writer.charge(scene.code, units(3), **{"day": 1, "minute": 600, "prescription": 2, **when})
        # A danger to the patient: no money is claimed for it.
        if planted == VIOLATION:
            return charge._replace(truth=writer.truth(point, note, excess=0, amount=0))
        return charge._replace(truth=writer.near_miss(point, note)) if planted else charge

    def other(**more: Any) -> Charge:
        return writer.charge(partner, units(2), **{"minute": 610, **more})

    def stay(*charges: Charge, **more: int) -> Visit:
        return scene.visit(list(charges), stay=True, nights=4, jitter=1, **more)

    for together in _TOGETHER[point.within]:
        note = f"同一{point.within}内合用"
        scene.stage(VIOLATION, note, stay(own(note, VIOLATION), other(**together)))
    note = "合用而分两行，只报一次"
    together = _TOGETHER[point.within][0]
    scene.stage(VIOLATION, note, stay(own(note, VIOLATION), own(minute=640), other(**together)))
    for apart in _APART[point.within]:
        note = f"不在同一{point.within}"
        scene.stage(NEAR_MISS, note, stay(own(note, NEAR_MISS), other(**apart)))
    note = "在另一次就诊"
    scene.stage(NEAR_MISS, note, stay(other(day=1)), stay(own(note, NEAR_MISS), after=30))
    note = "不宜合用的已退费"
    back = writer.charge(partner, -units(2), **{**together, "minute": 700}, refund_of=1)
    scene.stage(NEAR_MISS, note, stay(own(note, NEAR_MISS), other(**together), back))
