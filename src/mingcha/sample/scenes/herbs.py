"""中药饮片: alone or only among themselves not paid, or never paid; more of one herb than its days allow."""

from __future__ import annotations

from mingcha.knowledge.kinds.medication import HerbDose
from mingcha.knowledge.kinds.scope import HerbAlone, HerbNeverPaid
from mingcha.sample.scenes.limits import Limited
from mingcha.sample.scenes.writing import Circumstances, Writer
from mingcha.sample.script import NEAR_MISS, VIOLATION, Charge, units

_AROUND = Circumstances(department="A50")
_DOSE = units(10)
_WEEK = 7


def write_herbs(writer: Writer) -> None:
    """All plays of the mechanisms over herbs."""
    listed = [code for point in writer.library.of(HerbAlone) for code in point.codes]
    for point in writer.library.of(HerbAlone):
        for code in writer.codes(point):
            if writer.alone(code, point):
                _alone(writer, point, code, [other for other in listed if other != code])
    for point in writer.library.of(HerbNeverPaid):
        for code in writer.codes(point):
            if writer.alone(code, point):
                _never_paid(writer, point, code)
    for point in writer.library.of(HerbDose):
        around = writer.circumstances(point.codes[0], point)
        if around is not None:
            _too_much(Limited(writer, point, point.codes[0], around._replace(department="A50")))


def _alone(writer: Writer, point: HerbAlone, code: str, others: list[str]) -> None:
    days = writer.days(point, code)

    def stage(planted: str, charges: list[Charge], note: str, days: tuple[int, int] = days) -> None:
        writer.play(point, planted, days, _AROUND, [writer.visit(_AROUND, charges)], note)

    def herb(code: str, use: str, minute: int = 600, prescription: int = 2) -> Charge:
        return writer.charge(code, _DOSE, minute=minute, herb_use=use, prescription=prescription)

    def lawful(charge: Charge, note: str) -> Charge:
        return charge._replace(truth=writer.near_miss(point, note))

    stage(VIOLATION, [writer.whole(point, "单味饮片处方", herb(code, "2"))], "单味饮片处方")
    beside = writer.herbs(2, prescription=3)
    stage(
        VIOLATION,
        [*beside, writer.whole(point, "复方在另一处方", herb(code, "2"))],
        "复方在另一处方，本处方仍是单方",
    )
    note = "同一处方有其他饮片"
    stage(NEAR_MISS, [*writer.herbs(1, prescription=2), lawful(herb(code, "1"), note)], note)
    if others:
        second = others[len(code) % len(others)]
        note = "处方全部由此类饮片组成"
        pair = [writer.whole(point, note, herb(code, "1")), writer.whole(point, note, herb(second, "1", 601))]
        if writer.library.about(second)[0].effective_from <= days[0]:
            stage(VIOLATION, pair, note)
            note = "此类两味之外另有一味"
            three = [lawful(herb(code, "1"), note), herb(second, "1", 601)]
            stage(NEAR_MISS, [*writer.herbs(1, prescription=2), *three], note)
    eve = (max(point.effective_from - 1, writer.year.start), point.effective_from - 1)
    if not writer.rivals(point, code):
        stage(NEAR_MISS, [lawful(herb(code, "2"), "知识点生效前一日")], "知识点生效前一日", eve)


def _never_paid(writer: Writer, point: HerbNeverPaid, code: str) -> None:
    days = writer.days(point, code)

    def stage(planted: str, charges: list[Charge], note: str, days: tuple[int, int] = days) -> None:
        writer.play(point, planted, days, _AROUND, [writer.visit(_AROUND, charges)], note)

    def herb(use: str, note: str, planted: str) -> Charge:
        charge = writer.charge(code, _DOSE, minute=600, herb_use=use, prescription=2)
        if planted == NEAR_MISS:
            return charge._replace(truth=writer.near_miss(point, note))
        return writer.whole(point, note, charge)

    stage(VIOLATION, [herb("2", "单方", VIOLATION)], "单方")
    stage(VIOLATION, [*writer.herbs(3, prescription=2), herb("1", "复方", VIOLATION)], "复方")
    back = writer.charge(code, -_DOSE, minute=700, herb_use="2", prescription=2, refund_of=0)
    stage(NEAR_MISS, [herb("2", "全部退费", NEAR_MISS), back], "全部退费")
    eve = (max(point.effective_from - 1, writer.year.start), point.effective_from - 1)
    if not writer.rivals(point, code):
        stage(NEAR_MISS, [herb("2", "知识点生效前一日", NEAR_MISS)], "知识点生效前一日", eve)


def _too_much(scene: Limited) -> None:
    """A week's prescription of a herb, and now and then a larger quantity than anybody takes in a week."""
    allowed = scene.point.daily * _WEEK
    week = {"supply_days": _WEEK, "herb_use": "1", "prescription": 2, "minute": 600}
    one = units(1)
    for excess, note in ((one, "比处方天数所允许的多一克"), (allowed, "数量写成两倍")):
        scene.stage(VIOLATION, note, scene.visit([scene.over(allowed + excess, excess, note, **week)]))
    note = "恰好是处方天数所允许的"
    scene.stage(NEAR_MISS, note, scene.visit([scene.near(allowed, note, **week)]))
    note = "数量大，处方天数也长"
    month = {**week, "supply_days": 4 * _WEEK}
    scene.stage(NEAR_MISS, note, scene.visit([scene.near(allowed + one, note, **month)]))
    note = "处方天数未上传"
    unknown = {**week, "supply_days": None}
    scene.stage(NEAR_MISS, note, scene.visit([scene.near(allowed + one, note, **unknown)]))
    note = "超出的已退费"
    back = scene.line(-one, **{**week, "minute": 700}, refund_of=0)
    scene.stage(NEAR_MISS, note, scene.visit([scene.near(allowed + one, note, **week), back]))
