"""What all scenes write with: lawful circumstances of a code, days a point rules alone, truths and visits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import le
from typing import Any, NamedTuple
from zlib import crc32

from mingcha.knowledge.point import Certainty, KnowledgePoint
from mingcha.sample.goods import HERB, SERVICE, Goods
from mingcha.sample.library import MECHANISM_OF_KIND, Library
from mingcha.sample.places import CITIES, Places
from mingcha.sample.script import (
    ADULT,
    FEMALE,
    MALE,
    NEAR_MISS,
    VIOLATION,
    Age,
    Charge,
    Coded,
    Play,
    Script,
    Truth,
    Venue,
    Visit,
    Year,
    is_inpatient,
    units,
)
from mingcha.sample.terms import Terms, safe_days

# Care types tried in this order when a point leaves a choice.
_CARE_TYPES = ("11", "2101", "13", "52", "14", "71")
HOSPITAL = Venue()
UNRELATED = Coded("R69.x00", "原因不明的疾病")
CODES_A_POINT = 2
STAY_BEGINS, STAY_ENDS = 480, 1050


class Circumstances(NamedTuple):
    """Person, place and papers around the use of a code; lawful unless a scene changes something."""

    sex: str = FEMALE
    age: Age | None = ADULT
    insurance: str = ""
    care_type: str = "11"
    department: str = "A03"
    line_department: str = ""
    venue: Venue = HOSPITAL
    diagnoses: tuple[Coded, ...] = (UNRELATED,)
    first_line: str = ""
    maternity: str | None = None
    weight: int | None = None
    herbs_beside: int = 0


class Writer:
    """Writes plays into a script.

    Args:
        library: the points; goods: the items; places: the institutions; year: the days to stage on.
    """

    def __init__(self, library: Library, goods: Goods, places: Places, year: Year) -> None:
        self.library = library
        self.goods = goods
        self.places = places
        self.year = year
        self.script = Script()
        self._services = [good.code for good in goods.plain(SERVICE)]
        self._herbs = [good.code for good in goods.plain(HERB)]
        self._companies: dict[tuple[int, int], tuple[Charge, ...]] = {}

    def codes(self, point: KnowledgePoint) -> list[str]:
        """The few codes of a point that plays are written for."""
        return list(point.codes[:CODES_A_POINT])

    def charge(self, code: str, quantity: int = units(1), price: int | None = None, **more: Any) -> Charge:
        """A charge for a code, at the city's price unless another is given."""
        return Charge(code, quantity, self.goods[code].price if price is None else price, **more)

    def circumstances(self, code: str, point: KnowledgePoint) -> Circumstances | None:
        """Circumstances in which only `point` could object to the code; None where the others contradict."""
        return lawful(self.library.terms(code, beside=point), code)

    def alone(self, code: str, point: KnowledgePoint) -> bool:
        """Whether only this point's mechanism has terms for the code that a single use could break."""
        terms = self.library.terms(code, beside=point)
        asked = (terms.sexes, terms.ages, terms.coverages, terms.care_types, terms.barred_care_types)
        more = (
            terms.departments,
            terms.diagnoses,
            terms.barred_diagnoses,
            terms.rank,
            terms.first_line,
            terms.compound,
            terms.never,
        )
        small = terms.max_quantity < units(3) or terms.max_days < 1
        return not any(asked) and not any(more) and not small

    def days(self, point: KnowledgePoint, code: str, needed: int = 1) -> tuple[int, int]:
        """The first and last day on which a case of so many days can begin and the point alone rules it.

        Other points of the same mechanism about the code (older versions, other rules) must not be in force.
        """
        first = max(point.effective_from, self.year.start)
        last = min(point.effective_to, self.year.end) - 1
        for other in self.rivals(point, code):
            if other.effective_from > first:
                last = min(last, other.effective_from - 1)
            elif other.effective_to > first:
                first = other.effective_to
        return first, last - needed + 1

    def rivals(self, point: KnowledgePoint, code: str) -> list[KnowledgePoint]:
        """Points that would judge the same use of the code by the same mechanism and region, if in force."""
        return [
            other
            for other in self.library.versions(point, code)
            if other.parallel == point.parallel and other.region == point.region
        ]

    def suited(self, around: Circumstances) -> Circumstances:
        """The same for a person whom the diagnoses fit."""
        for diagnosis in around.diagnoses:
            terms = self.library.terms_of_diagnosis(diagnosis.code)
            if terms.sexes:
                around = around._replace(sex=min(terms.sexes))
            if terms.ages:
                around = around._replace(age=age_within(*safe_days(terms.ages)))
        return around

    def whole(self, point: KnowledgePoint, note: str, charge: Charge) -> Charge:
        """The charge with the truth that all of it is in excess."""
        truth = self.truth(point, note, excess=charge.quantity, amount=charge.billed)
        return charge._replace(truth=truth)

    def truth(
        self, point: KnowledgePoint, note: str, *, excess: int | None = None, amount: int | None = None
    ) -> Truth:
        """The truth of a violation of a point; no excess quantity where only money is in excess."""
        if point.certainty == Certainty.REMINDER:  # bears no money
            excess, amount = None, 0
        return Truth(
            point.rule_code,
            MECHANISM_OF_KIND[point.slug],
            point.certainty == Certainty.VIOLATION,
            VIOLATION,
            excess,
            amount,
            note,
            problems=self.library.problems(point),
        )

    def near_miss(self, point: KnowledgePoint, note: str) -> Truth:
        """The truth of a line that looks like a violation of a point and is none."""
        return Truth(
            point.rule_code,
            MECHANISM_OF_KIND[point.slug],
            point.certainty == Certainty.VIOLATION,
            NEAR_MISS,
            0,
            0,
            note,
        )

    def visit(self, around: Circumstances, charges: Sequence[Charge], company: int = 2, **more: Any) -> Visit:
        """A visit in these circumstances, with a few ordinary charges beside those of the scene."""
        beside = self.company(charges[0].code if charges else "", company)
        if around.herbs_beside:
            beside += tuple(self.herbs(around.herbs_beside, prescription=charges[0].prescription))
        staged = [_placed(charge, around, len(beside)) for charge in charges]
        more.setdefault("jitter", 20)
        if is_inpatient(around.care_type):  # nobody is discharged on the day of admission
            more.setdefault("nights", 1)
        return Visit(
            charges=in_time_order([*beside, *staged]),
            venue=around.venue,
            care_type=around.care_type,
            insurance=around.insurance,
            department=around.department,
            diagnoses=around.diagnoses,
            maternity=around.maternity,
            weight=around.weight,
            **more,
        )

    def company(self, salt: str, count: int) -> tuple[Charge, ...]:
        """Ordinary charges that no point speaks about."""
        first = crc32(salt.encode()) % len(self._services)
        if (first, count) not in self._companies:
            picked = [self._services[(first + 7 * n) % len(self._services)] for n in range(count)]
            self._companies[first, count] = tuple(
                self.charge(code, minute=481 + n, fixed=False) for n, code in enumerate(picked)
            )
        return self._companies[first, count]

    def herbs(self, count: int, prescription: int) -> list[Charge]:
        """Ordinary 饮片 for a prescription of several."""
        return [
            self.charge(code, units(10), prescription=prescription, herb_use="1", minute=491)
            for code in self._herbs[:count]
        ]

    def play(
        self,
        point: KnowledgePoint,
        planted: str,
        days: tuple[int, int],
        around: Circumstances,
        visits: Iterable[Visit],
        note: str = "",
        mechanism: str = "",
    ) -> None:
        """Add a play about a point; of its mechanism, unless another judges by such points too."""
        visits = tuple(self._in_region(visit, point) for visit in visits)
        if all(self.places.has(visit.venue) for visit in visits):
            judging = mechanism or MECHANISM_OF_KIND[point.slug]
            self.script.add(Play(judging, planted, visits, days[0], days[1], around.sex, around.age, note))

    def elsewhere(self, point: KnowledgePoint) -> tuple[str, ...]:
        """The cities in which a regional point does not hold; none for a national one."""
        return tuple(city for city in CITIES if not city.startswith(point.region))

    def _in_region(self, visit: Visit, point: KnowledgePoint) -> Visit:
        if visit.venue.cities or not self.library.regional:
            return visit
        regional = [
            other.region
            for charge in visit.charges
            if charge.truth is not None
            for other in self.library.versions(point, charge.code)
            if len(other.region) > len(point.region)
        ]
        if not (point.region or regional):
            return visit
        cities = tuple(
            city
            for city in CITIES
            if city.startswith(point.region) and not city.startswith(tuple(regional) or ("-",))
        )
        if len(cities) == len(CITIES):
            return visit
        return visit._replace(venue=visit.venue._replace(cities=cities or ("-",)))


def lawful(terms: Terms, code: str) -> Circumstances | None:
    """Circumstances that keep the terms of a code; None where they contradict one another."""
    low, high = safe_days(terms.ages)
    care_type = _care_type(terms)
    if len(terms.sexes) > 1 or terms.never or high - low < 8 or care_type is None:
        return None
    around = Circumstances(
        sex=next(iter(terms.sexes)) if terms.sexes else (MALE, FEMALE)[crc32(code.encode()) % 2],
        age=age_within(low, high),
        care_type=care_type,
        venue=Venue(rank=max(2, terms.rank)),
        first_line="1" if terms.first_line else "",
        herbs_beside=3 if terms.compound else 0,
    )
    if terms.departments:
        around = around._replace(department=terms.departments[0][0])
    if terms.diagnoses:
        around = around._replace(diagnoses=tuple(coded(prefixes[0]) for prefixes in terms.diagnoses))
    if any(diagnosis.code.startswith(tuple(terms.barred_diagnoses)) for diagnosis in around.diagnoses):
        return None
    return _insured(around, terms)


def _placed(charge: Charge, around: Circumstances, before: int) -> Charge:
    """A charge in its circumstances, behind so many others; unless told otherwise it is of the visit's department."""
    if around.line_department:
        charge = charge._replace(department=around.line_department)
    if around.first_line and not charge.first_line:
        charge = charge._replace(first_line=around.first_line)
    return charge if charge.refund_of is None else charge._replace(refund_of=charge.refund_of + before)


def age_within(low: int, high: int) -> Age:
    """An age between two numbers of days: a grown-up one where that is allowed."""
    if low <= 25 * 365 and high >= 46 * 366:
        return ADULT
    spread = max(1, min(high - low - (60 if high - low > 120 else 8), 10 * 365))
    return Age(low, "天", more_days=2, spread_days=spread)


def coded(prefix: str) -> Coded:
    """A full diagnosis or procedure code under a prefix."""
    if "." not in prefix:
        return Coded(f"{prefix}.900", f"{prefix} 类疾病")
    return Coded(prefix if len(prefix.split(".")[1]) > 2 else f"{prefix}00", f"{prefix} 类")


def in_time_order(charges: Sequence[Charge]) -> tuple[Charge, ...]:
    """Charges by day and minute; references from refunds to their originals move along."""
    when = [(charge.day, charge.minute) for charge in charges]
    if all(map(le, when, when[1:])):
        return tuple(charges)
    order = sorted(range(len(charges)), key=when.__getitem__)
    place = {old: new for new, old in enumerate(order)}
    return tuple(
        charge if charge.refund_of is None else charge._replace(refund_of=place[charge.refund_of])
        for charge in (charges[old] for old in order)
    )


def _care_type(terms: Terms) -> str | None:
    for care_type in _CARE_TYPES:
        if care_type.startswith(tuple(terms.barred_care_types) or ("-",)):
            continue
        if all(care_type.startswith(accepted) for accepted in terms.care_types):
            return care_type
    return None


def _insured(around: Circumstances, terms: Terms) -> Circumstances | None:
    if not terms.coverages:
        return around
    if len(terms.coverages) > 1:
        return None
    insurance, _, care_type = terms.coverages[0][-1].partition("/")
    return around._replace(insurance=insurance, care_type=care_type or around.care_type)
