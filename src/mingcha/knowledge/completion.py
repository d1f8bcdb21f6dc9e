"""From a stored point and the settings of a region to a point that can be judged, or the reason why not yet.

Importing stores what is published and nothing else; what has no national value is filled in here, when a plan
is compiled or statistics are drawn, so that both always agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from mingcha.domain.doses import unit_of
from mingcha.domain.values import PER_CENT
from mingcha.knowledge.kinds.charging import SameIncisionGroup
from mingcha.knowledge.kinds.coding import DiagnosisAge
from mingcha.knowledge.kinds.limits import CourseLimit, DispenseLimit, SupplyLimit
from mingcha.knowledge.kinds.medication import (
    NO_DOSE_LIMIT,
    AntibioticGrade,
    DoseLimit,
    DrugClass,
    HerbDose,
    PregnancyLimit,
)
from mingcha.knowledge.kinds.scope import AgeLimit, InsuranceLimit, InternetLimit
from mingcha.knowledge.point import FOREVER, KnowledgePoint, Status
from mingcha.knowledge.reading import scaled

P = TypeVar("P", bound=KnowledgePoint)
Settings = Mapping[str, Any]

# What holds where a region says nothing; None has no national value. Rules declare the same defaults.
DEFAULTS: dict[str, Any] = {
    "child_below": 18,
    "newborn_below": 29,
    "infant_below": 12,
    "toddler_below": 3,
    "working_age_from": 16,
    "working_age_below": None,
    "elderly_from": 65,
    "pregnancy_diagnoses": ("O1", "O2", "O3", "O4", "Z33", "Z34", "Z35"),
    "lactation_diagnoses": ("O91", "O92", "Z39.1"),
    "work_injury": (),
    "maternity": ("510", "310/51", "310/52"),
    "internet_care_types": (),
    "restricted_titles": ("231", "232", "233"),
    "special_titles": ("231", "232"),
    "herb_multiple": 300,
    "outpatient_care_types": ("11", "14", "51"),
    "period": None,
    "counting": None,
    "later_ratio": None,
    "overlap_days": 7,
    "left_days": 30,
}
# Of these people write per cent: how many of what a point stores one per cent is.
_PER_CENT = {"later_ratio": PER_CENT, "herb_multiple": 1}
# What stands in for an age limit that is left to the region: unit, setting for `at_least`, for `below`.
_AUDIENCES = {
    "儿童": ("岁", "", "child_below"),
    "新生儿": ("天", "", "newborn_below"),
    "婴儿": ("月", "", "infant_below"),
    "婴幼儿": ("岁", "", "toddler_below"),
    "法定就业年龄": ("岁", "working_age_from", "working_age_below"),
    "儿童禁用": ("岁", "child_below", ""),
    "老年人禁用": ("岁", "", "elderly_from"),
}
_STATES = {"3": "pregnancy_diagnoses", "4": "lactation_diagnoses"}
# What a grade of antibiotics leaves to the region: the setting for each field. Anybody may order the lowest.
_GRADES = {
    2: {"titles": "restricted_titles"},
    3: {"titles": "special_titles", "barred_care_types": "outpatient_care_types"},
}
# Limits are written in grams at the largest: beyond it a limit would not fit into sixty-four bits.
LARGEST_UNIT = 10**6
# Times the heaviest weight this still stands in sixty-four bits: a hundred grams a kilogram.
LARGEST_PER_KG = 10**12
_GROUNDS = {"工伤": "work_injury", "生育": "maternity"}


@dataclass(frozen=True)
class Incomplete:
    """Why a point cannot be judged yet; `setting` names the parameter that would complete it."""

    status: Status
    reason: str
    setting: str = ""


def complete(point: P, settings: Settings, region: str = "") -> P | Incomplete:
    """The point as the engine judges by it: itself if nothing is left open, else a copy with the gaps filled.

    A superseded or ended point is completed too: it judges earlier services, its dates decide.

    Args:
        settings: name → value as rules compute with it, resolved for the region (later_ratio in ten-thousandths).
        region: only named in the reason.
    """
    if point.status == Status.NEEDS_MAPPING:
        return Incomplete(Status.NEEDS_MAPPING, point.reason or "待人工映射")
    missing = _missing(point)
    if missing:
        return Incomplete(Status.NEEDS_MAPPING, point.reason or missing)
    fill = _FILLING.get(type(point))
    if fill is None:
        return point
    try:
        filled = fill(point, settings)
    except _NotSet as unset:
        place = f"（地区 {region}）" if region else ""
        return Incomplete(Status.NEEDS_SETTING, f"待设参数 {unset.name}{place}", unset.name)
    if not filled:
        return point
    return type(point)(**{**vars(point), **filled, "status": Status.JUDGEABLE})


def as_stored(written: Settings) -> dict[str, Any]:
    """Settings as a file says them, as points store them: 50% of a later operation is 5,000 ten-thousandths."""
    return {
        name: scaled(str(value).removesuffix("%"), _PER_CENT[name]) if name in _PER_CENT else value
        for name, value in written.items()
    }


def everywhere(settings: Mapping[str, Mapping[str, Settings]]) -> Settings:
    """The settings of all rules for everywhere as points store them, over the national defaults.

    Args:
        settings: rule → region → name → value, as a release has them.
    """
    merged: dict[str, Any] = {**DEFAULTS}
    for by_region in settings.values():
        merged.update(as_stored(by_region.get("", {})))
    return merged


def status_of(point: KnowledgePoint, settings: Settings, region: str = "") -> tuple[Status, str]:
    """What can be done with the point under these settings, and why not more."""
    if point.status in (Status.SUPERSEDED, Status.ENDED):
        return Status(point.status), point.reason
    completed = complete(point, settings, region)
    if isinstance(completed, Incomplete):
        return completed.status, completed.reason
    return Status.JUDGEABLE, ""


class _NotSet(Exception):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _missing(point: KnowledgePoint) -> str:
    held = point.__dict__
    for name, label in _required(type(point)):
        if not held.get(name) and held.get(name) != 0:
            return f"{label}未公布，待人工映射"
    if (
        isinstance(point, DispenseLimit)
        and point.max_days == FOREVER
        and point.max_quantity == FOREVER * 10_000
    ):
        return "最大开药天数与开药量均未给出，待人工映射"
    if isinstance(point, DoseLimit):
        return _missing_of_dose(point)
    return ""


def _missing_of_dose(point: DoseLimit) -> str:
    read = unit_of(point.unit)
    if read is None or read[1].denominator != 1 or read[1] > LARGEST_UNIT:
        return f"剂量单位“{point.unit}”不能识别，待人工映射"
    by_weight = max(point.single_per_kg, point.daily_per_kg)
    if by_weight * read[1] > LARGEST_PER_KG:
        return "每公斤最大剂量过大，待人工核对单位"
    if not by_weight and point.single_max >= NO_DOSE_LIMIT and point.daily_max >= NO_DOSE_LIMIT:
        return "单次与每日最大剂量均未给出，待人工映射"
    return ""


_REQUIRED: dict[type[KnowledgePoint], tuple[tuple[str, str], ...]] = {}


def _required(kind: type[KnowledgePoint]) -> tuple[tuple[str, str], ...]:
    if kind not in _REQUIRED:
        fields = kind.fields().values()
        names = [(field.name, field.label) for field in fields if field.required]
        if kind.slug == "indication":
            names.append(("diagnoses", "适应症诊断编码"))
        _REQUIRED[kind] = tuple(names)
    return _REQUIRED[kind]


def _value(settings: Settings, name: str) -> Any:
    value = settings.get(name)
    if value is None or value in ("", (), []):
        raise _NotSet(name)
    return tuple(value) if isinstance(value, list) else value


def _age(point: Any, settings: Settings) -> dict[str, Any]:
    if point.audience not in _AUDIENCES:
        return {}
    unit, lower, upper = _AUDIENCES[point.audience]
    if point.at_least > 0 or point.below < FOREVER:
        return {}  # the point states its own limits
    filled = {"unit": unit}
    if lower:
        filled["at_least"] = _value(settings, lower)
    if upper:
        filled["below"] = _value(settings, upper)
    return filled


def _insurance(point: Any, settings: Settings) -> dict[str, Any]:
    if point.accepted:
        return {}
    return {"accepted": _value(settings, _GROUNDS[point.ground])}


def _internet(point: Any, settings: Settings) -> dict[str, Any]:
    if point.internet_care_types:
        return {}
    return {"internet_care_types": _value(settings, "internet_care_types")}


def _pregnancy(point: Any, settings: Settings) -> dict[str, Any]:
    if point.diagnoses or point.state not in _STATES:
        return {}
    return {"diagnoses": _value(settings, _STATES[point.state])}


def _antibiotic(point: Any, settings: Settings) -> dict[str, Any]:
    """Each of the two rules over this kind has the settings of its own field only."""
    return {
        name: _value(settings, setting)
        for name, setting in _GRADES.get(point.grade, {}).items()
        if setting in settings and not getattr(point, name)
    }


def _herb_dose(point: Any, settings: Settings) -> dict[str, Any]:
    if point.daily is not None:
        return {}
    multiple = 100 if point.toxic else _value(settings, "herb_multiple")
    return {"daily": point.largest * multiple // 100}


def _course(point: Any, settings: Settings) -> dict[str, Any]:
    return {name: _value(settings, name) for name in ("period", "counting") if not getattr(point, name)}


def _days_of(name: str) -> Callable[[Any, Settings], dict[str, Any]]:
    """Fills in a number of days where the point gives none."""
    return lambda point, settings: {} if getattr(point, name) is not None else {name: _value(settings, name)}


def _dose(point: Any, _settings: Settings) -> dict[str, Any]:
    read = unit_of(point.unit)
    assert read is not None
    return {"measure": str(read[0]), "base_units": int(read[1])}


def _same_incision(point: Any, settings: Settings) -> dict[str, Any]:
    if point.later_ratio is not None:
        return {}
    return {"later_ratio": _value(settings, "later_ratio")}


_FILLING: dict[type[KnowledgePoint], Callable[[Any, Settings], dict[str, Any]]] = {
    AgeLimit: _age,
    DiagnosisAge: _age,
    InsuranceLimit: _insurance,
    InternetLimit: _internet,
    CourseLimit: _course,
    DoseLimit: _dose,
    DrugClass: _days_of("overlap_days"),
    SupplyLimit: _days_of("left_days"),
    PregnancyLimit: _pregnancy,
    AntibioticGrade: _antibiotic,
    HerbDose: _herb_dose,
    SameIncisionGroup: _same_incision,
}
