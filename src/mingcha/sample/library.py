"""The knowledge the city is built around: points that can be judged, by mechanism and by code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mingcha.domain.item_codes import WHOLE, is_beginning
from mingcha.knowledge.completion import DEFAULTS, Incomplete, as_stored, complete
from mingcha.knowledge.kinds.charging import AddOnLimit, DuplicatePair, RequiredCompanion, Substitution
from mingcha.knowledge.kinds.medication import InteractingPair
from mingcha.knowledge.point import KnowledgePoint, Status, Subject
from mingcha.knowledge.reading import scaled
from mingcha.knowledge.starter import starter_problems
from mingcha.sample.terms import Terms, merged

_SIDES = ("containing", "partners", "companions", "mains", "evidence", "traces")
_SERVICE_CODE = 15

Settings = Mapping[str, Mapping[str, Mapping[str, Any]]]

# Which mechanism judges a kind of point: one each, by the official list.
MECHANISM_OF_KIND = {
    "sex-limit": "sex-mismatch",
    "age-limit": "age-out-of-range",
    "insurance-limit": "insurance-mismatch",
    "care-type-limit": "care-type-mismatch",
    "internet-limit": "internet-prescribing",
    "level-limit": "level-too-low",
    "institution-type-limit": "institution-type-mismatch",
    "department-limit": "department-mismatch",
    "course-limit": "course-over-limit",
    "dispense-limit": "dispense-over-limit",
    "dose-limit": "dose-over-limit",
    "drug-class": "repeated-drug",
    "supply-limit": "medication-left",
    "step-drug": "step-skipped",
    "quantity-limit": "quantity-over-limit",
    "window-limit": "window-over-limit",
    "price-ceiling": "unit-price-over-ceiling",
    "spending-cap": "spending-over-cap",
    "duplicate-pair": "contained-item-charged",
    "required-companion": "companion-missing",
    "add-on-limit": "add-on-over-main",
    "substitution": "substituted-item",
    "stay-limit": "time-over-stay",
    "work-time": "executor-day-over-time",
    "device-capacity": "device-day-over-capacity",
    "split-charge": "split-charge",
    "same-incision-group": "same-incision-full-price",
    "second-line": "second-line-first",
    "herb-alone": "herb-alone",
    "herb-never-paid": "herb-never-paid",
    "indication": "indication-mismatch",
    "contraindication": "contraindicated",
    "pregnancy-limit": "pregnancy-unsafe",
    "interacting-pair": "interacting-drugs",
    "antibiotic-grade": "antibiotic-beyond-right",
    "herb-dose": "herb-over-dose",
    "notice": "notice-due",
    "approval-required": "approval-missing",
    "stay-length": "disease-stay-length",
    "disease-list": "drug-outside-disease-list",
    "prophylaxis": "perioperative-prophylaxis",
    "benefit-standard": "basic-layer-overpaid",
    "diagnosis-sex": "diagnosis-sex-mismatch",
    "diagnosis-age": "diagnosis-age-mismatch",
    "procedure-sex": "procedure-sex-mismatch",
    "procedure-indication": "procedure-diagnosis-mismatch",
    "main-diagnosis-limit": "main-diagnosis-unfit",
    "diagnosis-charge": "diagnosis-without-charge",
    "diagnosis-code-list": "diagnosis-not-listed",
    "procedure-code-list": "procedure-not-listed",
}

# Kinds by whose points a second mechanism judges too.
_BESIDE = {
    "antibiotic-grade": ("special-antibiotic-outpatient",),
    "approval-required": ("approval-exceeded",),
}
MECHANISMS_OF_KIND = {
    kind: (mechanism, *_BESIDE.get(kind, ())) for kind, mechanism in MECHANISM_OF_KIND.items()
}


class Library:
    """The points of a release as the city needs them.

    Args:
        points: all points; those that nobody can judge (待映射, 已停用, a setting missing) are left aside.
        settings: rule slug → region → name → value; only those for everywhere ('') are used.
    """

    def __init__(self, points: Iterable[KnowledgePoint], settings: Settings) -> None:
        self._settings = settings
        self._problems = starter_problems()
        self.points: list[KnowledgePoint] = []
        self._by_code: dict[str, list[KnowledgePoint]] = defaultdict(list)
        self._terms: dict[tuple[str, str], Terms] = {}
        points = list(points)
        whole = _whole_codes(points)
        self._diagnosis_terms: dict[str, Terms] = {}
        for point in points:
            completed = _completed(point, settings)
            if completed is None:
                continue
            if completed.by_prefix:
                completed = _by_whole_codes(completed, whole)
            self.points.append(completed)
            if completed.subject is Subject.ITEM:
                for code in dict.fromkeys((*completed.codes, *codes_beside(completed))):
                    self._by_code[code].append(completed)

        self._diagnoses = self.coded(Subject.DIAGNOSIS)
        self.regional = any(point.region for point in self.points)
        """Whether any point holds in some region only."""

    def of(self, kind: type[KnowledgePoint]) -> list[Any]:
        """The points of exactly this kind."""
        return [point for point in self.points if type(point) is kind]

    def setting(self, mechanism: str, name: str, default: int, scale: int = 1) -> int:
        """The number that a mechanism's setting has everywhere, or else this one.

        Args:
            scale: of how many parts one unit is written: 100 fen are a yuan.
        """
        written = self._settings.get(mechanism, {}).get("", {}).get(name)
        return default if written is None else scaled(str(written).removesuffix("%"), scale)

    def problems(self, point: KnowledgePoint) -> tuple[str, ...]:
        """The typical problems that a point is an example of, as list/number."""
        return self._problems.get(point.point_id, ())

    def item_codes(self) -> list[str]:
        """Every item code that a point speaks about, partners included, in order."""
        return sorted(self._by_code)

    def about(self, code: str) -> list[KnowledgePoint]:
        """The points that speak about an item code."""
        return self._by_code.get(code, [])

    def name_of(self, code: str) -> str:
        """A name for a code: that of a point of its own."""
        about = self.about(code)
        own = [point for point in about if code in point.codes] or about
        return _name(own[0], code)

    def terms(self, code: str, beside: KnowledgePoint | None = None) -> Terms:
        """The terms of a code; `beside` a point, only what the points of other mechanisms ask."""
        but = "" if beside is None else beside.slug
        if (code, but) not in self._terms:
            self._terms[code, but] = merged((one for one in self.about(code) if one.slug != but), code)
        return self._terms[code, but]

    def versions(self, point: KnowledgePoint, code: str) -> list[KnowledgePoint]:
        """Other points of the same mechanism about the same code: older and newer ones, other regions."""
        about = self.about(code)
        if len(about) == 1 and about[0] is point:
            return []
        return [other for other in about if other.slug == point.slug and other.point_id != point.point_id]

    def terms_of_diagnosis(self, code: str) -> Terms:
        """What points about diagnoses ask of the person who has this one."""
        if code not in self._diagnosis_terms:
            about = [point for point in self._diagnoses if code.startswith(point.codes)]
            self._diagnosis_terms[code] = merged(about, code)
        return self._diagnosis_terms[code]

    def coded(self, subject: Subject) -> list[KnowledgePoint]:
        """The points about diagnoses or procedures."""
        return [point for point in self.points if point.subject is subject]


def _name(point: KnowledgePoint, code: str) -> str:
    """The name of an item that a point speaks about, its own or one beside it."""
    name, own = point.name or code, code in point.codes
    match point:
        case DuplicatePair() if "×" in name:
            return name.split("×")[1 if own else 0]
        case InteractingPair() if "×" in name:
            return name.split("×")[0 if own else 1]
        case RequiredCompanion() if not own:
            return point.companion_name
        case AddOnLimit() if not own:
            return name.partition("(")[0]
        case Substitution() if not own:
            return point.trace_name if code in point.traces else point.evidence_name
    return name


def codes_beside(point: KnowledgePoint) -> tuple[str, ...]:
    """Codes of the other items that a point speaks about; where it gives a chapter, of the chapter's first."""
    beside = tuple(code for name in _SIDES for code in getattr(point, name, ()))
    return tuple(code.ljust(_SERVICE_CODE, "0") if code.isdigit() else code for code in beside)


def _whole_codes(points: Iterable[KnowledgePoint]) -> list[str]:
    """Every whole code that a point speaks about."""
    named = {code for point in points if point.subject is Subject.ITEM for code in point.codes}
    return sorted(code for code in named if not is_beginning(code))


def _by_whole_codes(point: KnowledgePoint, whole: Sequence[str]) -> KnowledgePoint:
    """The point with drugs in place of the classes it names: two that nothing else speaks about, and all known ones."""
    sides = {name: getattr(point, name) for name in ("codes", "partners") if hasattr(point, name)}
    if not any(is_beginning(code) for codes in sides.values() for code in codes):
        return point
    drugs = {
        name: tuple(drug for code in codes for drug in _drugs_of(code, whole))
        for name, codes in sides.items()
    }
    return type(point)(**{**vars(point), **drugs})


def _drugs_of(code: str, whole: Sequence[str]) -> Iterator[str]:
    if not is_beginning(code):
        yield code
        return
    for number in (1, 2):
        yield f"{code}{number}".ljust(WHOLE[code[0]], "0")
    yield from (known for known in whole if known.startswith(code))


def _completed(point: KnowledgePoint, settings: Settings) -> KnowledgePoint | None:
    if point.status == Status.ENDED:
        return None
    values = {**DEFAULTS, **as_stored(settings.get(MECHANISM_OF_KIND[point.slug], {}).get("", {}))}
    completed = complete(point, values, "")
    return None if isinstance(completed, Incomplete) else completed
