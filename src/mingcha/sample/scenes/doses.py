"""Doses beyond what the leaflet allows, once or on a day, and those that come as near as is allowed."""

from __future__ import annotations

from typing import Any

from mingcha.domain.values import QUANTITY_SCALE, decimal_text
from mingcha.knowledge.kinds.medication import NO_DOSE_LIMIT, DoseLimit
from mingcha.knowledge.point import FOREVER
from mingcha.sample.scenes.limits import Limited
from mingcha.sample.scenes.writing import Circumstances, Writer
from mingcha.sample.script import NEAR_MISS, VIOLATION, After, Age, Charge, Dosing, Paper, units

FREQUENCIES = {1: "qd", 2: "bid", 3: "一日三次", 4: "每日4次", 6: "q4h", 8: "每3小时一次"}
WAYS = {"": "口服", "静脉": "静脉滴注", "肌内": "肌注", "皮下": "皮下注射", "口服": "po"}
ELSEWHERE = "皮下注射"
BOUGHT = units(4)
WEIGHT = units(20)


def write_doses(writer: Writer) -> None:
    """All plays of doses."""
    for point in writer.library.of(DoseLimit):
        for code in writer.codes(point):
            around = writer.circumstances(code, point)
            if around is not None:
                _write(_Dosed(writer, point, code, _of_age(around, point)))


class _Dosed(Limited):
    """Writes plays in which one drug is dosed."""

    @property
    def most(self) -> int:
        """The highest dose that may be taken once on a day, in the point's unit."""
        limits: list[int] = [self.point.single_max, self.point.daily_max, *self.by_weight()]
        return min(limits)

    def by_weight(self) -> list[int]:
        """What is allowed once and on a day by the weight that is known."""
        rates = (self.point.single_per_kg, self.point.daily_per_kg)
        return [rate * (self.around.weight or 0) // QUANTITY_SCALE or NO_DOSE_LIMIT for rate in rates]

    def dosed(self, amount: int, times: int = 1, *, way: str = "", spec: str = "", text: str = "") -> Dosing:
        """So much of the point's unit, so many times a day, by the way it speaks of."""
        dose = text or decimal_text(amount, QUANTITY_SCALE) + self.point.unit
        return Dosing(dose, FREQUENCIES.get(times, "prn"), way or WAYS[self.point.route], spec)

    def twice_too_much(self, dosing: Dosing, note: str) -> Charge:
        """A charge of which half is in excess."""
        return self.over(BOUGHT, BOUGHT // 2, note, dosing=dosing)

    def plant(self, note: str, dosing: Dosing, age: Age | None = None) -> None:
        self.stage(
            VIOLATION,
            note,
            self.visit([self.twice_too_much(dosing, note)], company=1),
            around=self._aged(age),
        )

    def spare(self, note: str, dosing: Dosing, age: Age | None = None) -> None:
        charge = self.near(BOUGHT, note, dosing=dosing)
        self.stage(NEAR_MISS, note, self.visit([charge], company=1), around=self._aged(age))

    def _aged(self, age: Age | None) -> Circumstances:
        return self.around if age is None else self.around._replace(age=age)


def _write(scene: _Dosed) -> None:
    point = scene.point
    if point.single_max < NO_DOSE_LIMIT:
        _single(scene)
    if point.daily_max < NO_DOSE_LIMIT:
        _daily(scene)
    if point.single_per_kg or point.daily_per_kg:
        unweighed = scene
        scene = _Dosed(scene.writer, point, scene.code, scene.around._replace(weight=WEIGHT))
        _weighed(scene)
        unweighed.spare("体重未知，按体重限定的无法判断", scene.dosed(2 * scene.most))
    if point.route:
        scene.spare("以别的途径给药", scene.dosed(2 * scene.most, way=ELSEWHERE))
    if point.at_least > 0 or point.below < FOREVER:
        _by_age(scene)


def _single(scene: _Dosed) -> None:
    most = scene.point.single_max
    too_much = scene.dosed(2 * most)
    scene.plant("单次剂量为上限的两倍", too_much)
    scene.spare("单次剂量恰好等于上限", scene.dosed(most))
    scene.spare("剂量写成范围，不能识别", scene.dosed(most, text=f"1-4{scene.point.unit}"))
    if scene.point.measure == "质量":
        spec = f"{decimal_text(most, QUANTITY_SCALE)}{scene.point.unit}*10片/盒"
        scene.plant("按片书写，由规格换算为上限的两倍", scene.dosed(0, text="2片", spec=spec))
        scene.spare("按片书写，由规格换算恰好等于上限", scene.dosed(0, text="1片", spec=spec))
    if scene.around.age is not None and not scene.point.at_least and scene.point.below >= FOREVER:
        note = "出生日期未知，上限不分年龄"
        charge = scene.twice_too_much(too_much, note)
        scene.stage(VIOLATION, note, scene.visit([charge]), around=scene.around._replace(age=None))


def _daily(scene: _Dosed) -> None:
    most, single = scene.point.daily_max, scene.point.single_max
    times = next((n for n in FREQUENCIES if 2 * most <= n * single and 2 * most % n == 0), None)
    if times is not None:
        scene.plant("单次未超，每日剂量为上限的两倍", scene.dosed(2 * most // times, times))
    often = next(n for n in FREQUENCIES if most <= n * single and most % n == 0)
    scene.spare("每日剂量恰好等于上限", scene.dosed(most // often, often))
    scene.spare("必要时服用，单次未超", scene.dosed(min(most, single), 0))


def _weighed(scene: _Dosed) -> None:
    """By weight: at the limit, at twice the limit, and what is too much for this weight given to one twice as heavy."""
    single, daily = scene.by_weight()
    too_much = scene.dosed(2 * scene.most)
    scene.plant("按体重为上限的两倍", too_much)
    scene.spare("按体重恰好等于上限", scene.dosed(scene.most))
    heavy = scene.around._replace(weight=2 * WEIGHT)
    _Dosed(scene.writer, scene.point, scene.code, heavy).spare("体重加倍，同样的剂量恰好等于上限", too_much)
    _measured(scene, heavy, too_much)
    if daily < NO_DOSE_LIMIT:
        times = next(
            (n for n in FREQUENCIES if n > 1 and 2 * daily <= n * single and 2 * daily % n == 0), None
        )
        if times is not None:
            scene.plant("按体重单次未超，每日为上限的两倍", scene.dosed(2 * daily // times, times))
            scene.spare("按体重每日恰好等于上限", scene.dosed(daily // times, times))


def _measured(scene: _Dosed, heavy: Circumstances, dosing: Dosing) -> None:
    """The bill says twice the weight, for which the dose is just right; what was measured before it says otherwise."""

    def weighed(day: int, weight: int) -> Paper:
        return Paper("vital-signs", (("rcd_time", After(day)), ("wt", decimal_text(weight, QUANTITY_SCALE))))

    of_bill = _Dosed(scene.writer, scene.point, scene.code, heavy)
    before, after = weighed(0, WEIGHT), weighed(1, WEIGHT)
    note = "护理记录的体重只有单据的一半，按它为上限的两倍"
    charge = of_bill.twice_too_much(dosing, note)
    of_bill.stage(
        VIOLATION, note, of_bill.visit([charge], company=1, papers=(weighed(-3, 2 * WEIGHT), before))
    )
    note = "次日才称得的体重不管前一日的用量"
    of_bill.stage(
        NEAR_MISS,
        note,
        of_bill.visit([of_bill.near(BOUGHT, note, dosing=dosing)], company=1, papers=(after,)),
    )


def _by_age(scene: _Dosed) -> None:
    point = scene.point
    too_much = scene.dosed(2 * scene.most)
    just_over = scene.dosed(scene.most + units(1))
    if point.at_least:
        scene.plant("年龄恰好满下限", too_much, Age(point.at_least, point.age_unit, spread_days=20))
        below = Age(point.at_least - 1, point.age_unit, spread_days=300)
        if not _spoken_of(scene, point.at_least - 1):
            scene.spare("未满年龄下限", just_over, below)
    if point.below < FOREVER:
        last = Age(point.below - 1, point.age_unit, more_days=300, spread_days=40)
        scene.plant("年龄将满上限", too_much, last)
        scene.spare("恰好满年龄上限", just_over, Age(point.below, point.age_unit, spread_days=20))


def _spoken_of(scene: _Dosed, age: int) -> bool:
    """Whether another limit holds at this age."""
    others = scene.writer.library.versions(scene.point, scene.code)
    return any(other.at_least <= age < other.below for other in others if isinstance(other, DoseLimit))


def _of_age(around: Circumstances, point: Any) -> Circumstances:
    if point.at_least == 0 and point.below >= FOREVER:
        return around
    return around._replace(age=Age(point.at_least, point.age_unit, more_days=10, spread_days=300))
