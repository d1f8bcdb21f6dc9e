"""What the rules about age share: the bounds a region sets, and the comparison with a person's age."""

from __future__ import annotations

from typing import Any

from mingcha.domain.claims import Line, Person
from mingcha.domain.conditions import Age, Condition
from mingcha.knowledge.kinds.scope import AgeLimit
from mingcha.knowledge.point import FOREVER
from mingcha.rules.settings import setting

# Completed age on the day of service, in the unit of the point: newborns are counted in days.
age_that_day = Age(Person.birth_date, Line.day, AgeLimit.unit)


def outside_limits() -> Condition:
    """Too young or too old. A birth date after the service is an error of the record, not an age."""
    too_young = (Person.birth_date <= Line.day) & (age_that_day < AgeLimit.at_least)
    return too_young | (age_that_day >= AgeLimit.below)


class AgeBounds:
    """Settings for points that name an audience and no age; they are filled in when a plan is compiled."""

    child_below: Any = setting(18, label="儿童年龄上限（不含）", unit="岁", at_least=1, at_most=18)
    newborn_below: Any = setting(29, label="新生儿日龄上限（不含）", unit="天", at_least=1, at_most=60)
    infant_below: Any = setting(12, label="婴儿月龄上限（不含）", unit="月", at_least=1, at_most=36)
    toddler_below: Any = setting(3, label="婴幼儿年龄上限（不含）", unit="岁", at_least=1, at_most=7)
    working_age_from: Any = setting(16, label="法定就业年龄下限（含）", unit="岁", at_least=16, at_most=18)
    working_age_below: Any = setting(
        None, label="法定就业年龄上限（不含）", unit="岁", at_least=50, at_most=70
    )
    elderly_from: Any = setting(65, label="老年人年龄下限（含）", unit="岁", at_least=60, at_most=80)

    def evidence(self, value: Any, _limit: Any, point: Any) -> tuple[str | None, str | None]:
        """The age with its unit, and the bounds as they were in force here: 25岁; 不满18岁."""
        return f"{value}{point.unit}{_in_years(value, point.unit)}", ages_of(point)


def _in_years(age: int, unit: str) -> str:
    """The years that many months or days come to, where nobody reckons an age in them any more."""
    if unit == "月" and age >= 36:
        return f"（{age // 12}岁）"
    return f"（约{age // 365}岁）" if unit == "天" and age >= 365 else ""


def ages_of(point: AgeLimit) -> str:
    """The ages a point allows: 不满18岁, 满3岁不满12岁, 满16岁."""
    low = f"满{point.at_least}{point.unit}" if point.at_least > 0 else ""
    high = f"不满{point.below}{point.unit}" if point.below < FOREVER else ""
    return low + high
