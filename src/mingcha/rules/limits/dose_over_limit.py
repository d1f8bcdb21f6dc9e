"""超说明书用量：一次或一日的用药剂量超过说明书的最大剂量。

## 检查什么
由单次剂量描述、规格和使用频次描述得出一次和一日（用药当日）的剂量，与知识点的单次、每日最大剂量比较；
知识点按每公斤体重限定的，乘以体重后比较：护理记录中不晚于计费日的最近一次，没有的取单据上的体重；
知识点限定给药途径或年龄的，只对相同途径、该年龄的参保人适用。剂量按规格换算（片与毫克、毫升与毫克），全部为整数运算。

## 为何违规
超过说明书用量的部分不属于合理用药；先作可疑，听取机构说明。超出的数量按剂量比例折算，向下取整。

## 不报什么
恰好等于上限的。剂量或频次没有上传的；写法存疑（如“1-2片”“适量”）、规格不足以换算、按需使用（prn）而只限每日剂量的；
按体重限定而体重未知的：都记为“无法判断”，并指出缺少的是单次剂量、规格、频次还是体重。

## 处理建议
核对医嘱剂量与规格；录入差错的更正后重传，病情需要超说明书用药的提供备案或循证依据。
"""

from collections.abc import Iterator
from fractions import Fraction
from operator import itemgetter
from typing import Any

from mingcha.domain.claims import Encounter, Line, Person
from mingcha.domain.conditions import Age, Condition, Expr
from mingcha.domain.doses import Measure
from mingcha.domain.fields import Field
from mingcha.domain.values import QUANTITY_SCALE, decimal_text
from mingcha.knowledge.kinds.medication import NO_DOSE_LIMIT, DoseLimit
from mingcha.knowledge.point import FOREVER
from mingcha.rules.base import Grain, Group, ItemRule, LineFacts, Verdicts

DOSES: dict[str, Field[int]] = {
    Measure.MASS: Line.dose_mass,
    Measure.UNITS: Line.dose_units,
    Measure.VOLUME: Line.dose_volume,
    Measure.PIECES: Line.dose_pieces,
}
SINGLE, DAILY = "单次", "每日"


def _over(measure: Measure) -> Condition:
    """Whether a dose of this measure, once or on a day, is more than a point in the same measure allows."""
    dose = DOSES[measure]
    a_day = dose * Line.times_a_day
    single = (dose > DoseLimit.single_max * DoseLimit.base_units) | _over_weight(
        dose, DoseLimit.single_per_kg
    )
    daily = (a_day > DoseLimit.daily_max * DoseLimit.base_units) | _over_weight(a_day, DoseLimit.daily_per_kg)
    return (DoseLimit.measure == str(measure)) & (single | daily)


def _over_weight(taken: Expr, per_kg: Field[int]) -> Condition:
    """Whether more is taken than a point allows by weight; a whole number is greater than any part of the next."""
    allowed = per_kg * DoseLimit.base_units
    weights = (Line.weight, Encounter.weight)
    by_that_day, by_visit = (taken > allowed * weight // QUANTITY_SCALE for weight in weights)
    return (per_kg > 0) & (by_that_day | by_visit)


class DoseOverLimit(ItemRule[DoseLimit]):
    slug, version, since = "dose-over-limit", 1, "0.1.0"
    title = "超说明书用量"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "prescription-measures")
    needs = (Line.quantity,)
    reads = (*DOSES.values(), Line.times_a_day, Line.weight)

    any_age = (DoseLimit.at_least == 0) & (DoseLimit.below == FOREVER)
    age_that_day = Age(Person.birth_date, Line.day, DoseLimit.age_unit)
    of_age = any_age | ((age_that_day >= DoseLimit.at_least) & (age_that_day < DoseLimit.below))
    by_route = (DoseLimit.route == "") | (Line.route == DoseLimit.route)
    when = (Line.single_dose != "") & of_age & by_route
    only_if = _over(Measure.MASS) | _over(Measure.UNITS) | _over(Measure.VOLUME) | _over(Measure.PIECES)
    message = "{item} {value}，说明书最大 {limit}"

    def judge(self, group: Group[DoseLimit], point: DoseLimit) -> Verdicts:
        (line,) = group.lines
        dose, times = group.read(line, DOSES[point.measure]), group.read(line, Line.times_a_day)
        if dose is None:
            yield group.cannot_judge(_unread(group, line))
            return
        # What was measured last before the dose; else what the bill says, which is of the admission.
        weight = group.read(line, Line.weight) or group.encounter.weight
        excesses = list(_excesses(point, dose, times, weight))
        if not excesses:
            if weight is None and max(point.single_per_kg, point.daily_per_kg):
                yield group.cannot_judge(Encounter.weight)
            elif times is None and (point.daily_per_kg or point.daily_max < NO_DOSE_LIMIT):
                yield group.cannot_judge(Line.frequency)
        elif line.quantity is None:
            yield group.cannot_judge(Line.quantity)
        else:
            share, value, limit = max(excesses, key=itemgetter(0))
            yield group.violates(
                line,
                excess=int(line.quantity * share),
                excess_amount=int((line.amount or 0) * share),
                value=value,
                limit=limit,
            )

    def evidence(self, value: Any, limit: Any, point: Any) -> tuple[str | None, str | None]:
        """Doses in the unit of the point: 单次 1.5g; 单次 1g."""
        return _in_unit(value, point), _in_unit(limit, point)


Taken = tuple[str, int]


def _excesses(
    point: DoseLimit, dose: int, times: int | None, weight: int | None
) -> Iterator[tuple[Fraction, Taken, Taken]]:
    """Which share of the dose is too much, what is taken and what is allowed: once, and on a day."""
    for what, taken, most, per_kg in (
        (SINGLE, dose, point.single_max, point.single_per_kg),
        (DAILY, dose * (times or 0), point.daily_max, point.daily_per_kg),
    ):
        for limited, allowed in _allowed(what, most, per_kg, weight):
            allowed *= point.base_units
            if taken > allowed:
                yield (taken - allowed) / taken, (what, taken), (limited, int(allowed))


def _allowed(what: str, most: int, per_kg: int, weight: int | None) -> Iterator[tuple[str, Fraction]]:
    """What is allowed in the unit of the point: by itself, and by the weight where both are known."""
    yield what, Fraction(most)
    if per_kg and weight is not None:
        kilograms = decimal_text(weight, QUANTITY_SCALE)
        yield f"按体重 {kilograms}kg {what}", Fraction(per_kg * weight, QUANTITY_SCALE)


def _unread(group: Group[DoseLimit], line: LineFacts) -> Field[str]:
    """What stands in the way: the dose if nothing of it can be read, else the specification it is converted by."""
    read = any(group.read(line, dose) is not None for dose in DOSES.values())
    return Line.specification if read else Line.single_dose


def _in_unit(taken: Taken, point: DoseLimit) -> str:
    what, amount = taken
    return f"{what} {decimal_text(amount // point.base_units, QUANTITY_SCALE)}{point.unit}"
