"""On what terms a code may be used: all that knowledge points ask of it, at any time and anywhere, merged.

Background care keeps these terms whatever the day, so that it holds no violation by construction. A planted
case keeps them too, but for the one point it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from mingcha.domain.values import QUANTITY_SCALE
from mingcha.knowledge.kinds.capacity import DeviceCapacity, StayLimit, WorkTime
from mingcha.knowledge.kinds.charging import (
    AddOnLimit,
    DuplicatePair,
    PriceCeiling,
    RequiredCompanion,
    SameIncisionGroup,
    SplitCharge,
    Substitution,
)
from mingcha.knowledge.kinds.coding import (
    DiagnosisAge,
    DiagnosisCharge,
    DiagnosisCodeList,
    DiagnosisSex,
    MainDiagnosisLimit,
    ProcedureSex,
    StayLength,
)
from mingcha.knowledge.kinds.entitlement import ApprovalRequired
from mingcha.knowledge.kinds.limits import (
    CourseLimit,
    DispenseLimit,
    QuantityLimit,
    SpendingCap,
    SupplyLimit,
    WindowLimit,
)
from mingcha.knowledge.kinds.medication import (
    AntibioticGrade,
    Contraindication,
    DoseLimit,
    DrugClass,
    HerbDose,
    InteractingPair,
    PregnancyLimit,
    Prophylaxis,
)
from mingcha.knowledge.kinds.own import Notice
from mingcha.knowledge.kinds.scope import (
    AgeLimit,
    CareTypeLimit,
    DepartmentLimit,
    HerbAlone,
    HerbNeverPaid,
    Indication,
    InstitutionTypeLimit,
    InsuranceLimit,
    InternetLimit,
    LevelLimit,
    SecondLine,
    SexLimit,
    StepDrug,
)
from mingcha.knowledge.point import FOREVER, KnowledgePoint


@dataclass
class Terms:
    """What is asked of one use of a code. Empty means nothing is asked."""

    sexes: set[str] = field(default_factory=set)
    ages: list[tuple[str, int, int]] = field(default_factory=list)
    coverages: list[tuple[str, ...]] = field(default_factory=list)
    care_types: list[tuple[str, ...]] = field(default_factory=list)
    barred_care_types: set[str] = field(default_factory=set)
    departments: list[tuple[str, ...]] = field(default_factory=list)
    diagnoses: list[tuple[str, ...]] = field(default_factory=list)
    barred_diagnoses: set[str] = field(default_factory=set)
    not_in_maternity: bool = False
    rank: int = 0
    first_line: bool = False
    title: str = ""
    compound: bool = False
    never: bool = False
    max_days: int = FOREVER
    max_quantity: int = FOREVER * QUANTITY_SCALE
    price_at_most: int | None = None
    once: bool = False
    per_visit: bool = False
    partners: set[str] = field(default_factory=set)
    families: set[tuple[str, str]] = field(default_factory=set)


def merged(points: Iterable[KnowledgePoint], code: str) -> Terms:
    """The terms of a code under all these points."""
    terms = Terms()
    for point in points:
        _ASKED[type(point)](terms, point, code)
    return terms


def _sex(terms: Terms, point: Any, _code: str) -> None:
    terms.sexes.add(point.sex)


def _age(terms: Terms, point: Any, _code: str) -> None:
    terms.ages.append((point.unit, point.at_least, point.below))


def _insurance(terms: Terms, point: Any, _code: str) -> None:
    terms.coverages.append(point.accepted)


def _care_type(terms: Terms, point: Any, _code: str) -> None:
    terms.care_types.append(point.accepted)


def _internet(terms: Terms, point: Any, _code: str) -> None:
    terms.barred_care_types.update(point.internet_care_types)


def _level(terms: Terms, point: Any, _code: str) -> None:
    terms.rank = max(terms.rank, point.at_least)


def _department(terms: Terms, point: Any, _code: str) -> None:
    terms.departments.append(point.accepted)


def _indication(terms: Terms, point: Any, _code: str) -> None:
    terms.diagnoses.append(point.diagnoses)


def _contraindication(terms: Terms, point: Any, _code: str) -> None:
    terms.barred_diagnoses.update(point.diagnoses)


def _pregnancy(terms: Terms, point: Any, _code: str) -> None:
    terms.not_in_maternity = True
    terms.barred_diagnoses.update(point.diagnoses)


def _dispense(terms: Terms, point: Any, _code: str) -> None:
    terms.max_days = min(terms.max_days, point.max_days)
    terms.max_quantity = min(terms.max_quantity, point.max_quantity)


def _dose(_terms: Terms, _point: Any, _code: str) -> None:
    """Nothing: ordinary care writes no doses."""


def _quantity(terms: Terms, point: Any, _code: str) -> None:
    terms.max_quantity = min(terms.max_quantity, point.allowed)
    terms.per_visit |= point.period == "就诊"
    terms.families.add(("quantity", point.codes[0]))


def _antibiotic(terms: Terms, point: Any, _code: str) -> None:
    terms.title = point.titles[0] if point.titles else ""
    terms.barred_care_types.update(point.barred_care_types)


def _herb_dose(_terms: Terms, _point: Any, _code: str) -> None:
    """Ordinary herbs bear no number of days, without which no dose is too large."""


def _over_time(terms: Terms, point: Any, _code: str) -> None:
    terms.once = True
    terms.families.add(("time", point.codes[0]))


def _cap(terms: Terms, point: Any, code: str) -> None:
    _over_time(terms, point, code)
    _price_at_most(terms, point.cap * 10_000)


def _ceiling(terms: Terms, point: Any, _code: str) -> None:
    _price_at_most(terms, point.ceiling)


def _price_at_most(terms: Terms, price: int) -> None:
    terms.price_at_most = price if terms.price_at_most is None else min(terms.price_at_most, price)


def _pair(terms: Terms, point: Any, code: str) -> None:
    terms.partners.update(point.containing if code in point.codes else point.codes)


def _interaction(terms: Terms, point: Any, code: str) -> None:
    terms.partners.update(point.partners if code in point.codes else point.codes)


def _accompanied(terms: Terms, point: Any, code: str) -> None:
    terms.never |= code in point.codes  # nobody in the background sees to it that both are charged


def _stay(terms: Terms, point: Any, _code: str) -> None:
    terms.families.add(("stay", point.group))


def _bundle(terms: Terms, point: Any, _code: str) -> None:
    terms.families.add(("bundle", point.bundle))


def _incision(terms: Terms, point: Any, _code: str) -> None:
    terms.families.add(("incision", point.group))


def _second_line(terms: Terms, _point: Any, _code: str) -> None:
    terms.first_line = True


def _step(terms: Terms, point: Any, _code: str) -> None:
    terms.first_line |= point.step > 1


def _compound(terms: Terms, _point: Any, _code: str) -> None:
    terms.compound = True


def _nothing(_terms: Terms, _point: Any, _code: str) -> None:
    """Nothing is asked of the use of a code."""


def _never(terms: Terms, _point: Any, _code: str) -> None:
    terms.never = True


def _of_the_code_alone(_terms: Terms, _point: Any, _code: str) -> None:
    """Asks nothing of who has the diagnosis."""


_ASKED: dict[type[KnowledgePoint], Callable[[Terms, Any, str], None]] = {
    SexLimit: _sex,
    StayLength: _nothing,  # a matter of the stay
    DiagnosisSex: _sex,
    ProcedureSex: _sex,
    AgeLimit: _age,
    DiagnosisAge: _age,
    InsuranceLimit: _insurance,
    CareTypeLimit: _care_type,
    InternetLimit: _internet,
    LevelLimit: _level,
    DepartmentLimit: _department,
    CourseLimit: _over_time,
    DispenseLimit: _dispense,
    DoseLimit: _dose,
    DrugClass: _over_time,
    SupplyLimit: _over_time,
    QuantityLimit: _quantity,
    WindowLimit: _over_time,
    PriceCeiling: _ceiling,
    SpendingCap: _cap,
    DuplicatePair: _pair,
    InteractingPair: _interaction,
    RequiredCompanion: _accompanied,
    AddOnLimit: _accompanied,
    Substitution: _accompanied,
    StayLimit: _stay,
    WorkTime: _nothing,  # a matter of who carries it out
    DeviceCapacity: _nothing,  # a matter of the institution
    SplitCharge: _bundle,
    SameIncisionGroup: _incision,
    SecondLine: _second_line,
    StepDrug: _step,
    HerbAlone: _compound,
    HerbNeverPaid: _never,
    Notice: _never,  # used without remark by nobody: any use is worth the reminder
    ApprovalRequired: _never,  # nobody in the background asks for leave
    InstitutionTypeLimit: _never,  # or minds what kind of place it is at
    Indication: _indication,
    Contraindication: _contraindication,
    PregnancyLimit: _pregnancy,
    AntibioticGrade: _antibiotic,
    HerbDose: _herb_dose,
    MainDiagnosisLimit: _of_the_code_alone,
    DiagnosisCharge: _never,  # nobody in the background sees to it that what belongs to it is charged
    DiagnosisCodeList: _of_the_code_alone,
    Prophylaxis: _of_the_code_alone,
}

# A bound in days that is safe whatever the calendar: (shortest, longest) days of one unit.
_DAYS_OF_UNIT = {"岁": (365, 366), "月": (28, 31), "天": (1, 1)}


def safe_days(ages: Iterable[tuple[str, int, int]]) -> tuple[int, int]:
    """Ages in days, from (included) to (excluded), that lie within all these limits whatever the calendar."""
    low, high = 0, 36_500
    for unit, at_least, below in ages:
        shortest, longest = _DAYS_OF_UNIT[unit]
        low = max(low, at_least * longest)
        high = min(high, below * shortest)
    return low, high
