"""Background care: visits that keep the terms of every code on them, so that nothing in them is a violation.

A visit is written for a class of persons (sex, band of age), a kind of care and a rank of institution; the
crowd then lives through these visits many times over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from mingcha.sample.goods import CONSUMABLE, DRUG, HERB, SERVICE, Goods
from mingcha.sample.library import Library
from mingcha.sample.places import PHARMACY
from mingcha.sample.scenes.writing import coded, in_time_order
from mingcha.sample.script import FEMALE, MALE, Charge, Coded, Venue, Visit, units
from mingcha.sample.terms import Terms, safe_days

UNKNOWN_SEX = ""
DRUGS_A_PRESCRIPTION = 5
# Ages in days, both ends included, with room between the bands: no birthday of a limit falls inside a stay.
BANDS = (
    (0, 14), (40, 320), (380, 1_050), (1_110, 4_340), (4_400, 5_060), (5_130, 6_530), (6_600, 16_400),
    (16_500, 21_860), (21_950, 36_000),
)  # fmt: skip
NO_BAND = len(BANDS)
LONGEST_STAY = 12
_KNOWN_IN_A_HUNDRED = 82

_TYPES = {3: "A100", 2: "A100", 1: "B100", 0: "D300"}
_CHILD, _ADULT, _ELDER = range(6), (6, 7), (8,)


@dataclass(frozen=True)
class Kind:
    """A kind of care: its care types, the ranks it is given at, lines of a visit, and nights of a stay."""

    name: str
    care_types: tuple[str, ...]
    ranks: tuple[int, ...]
    lines: tuple[int, int]
    nights: tuple[int, int] = (0, 0)
    sexes: tuple[str, ...] = (UNKNOWN_SEX, MALE, FEMALE)
    bands: tuple[int, ...] = (*range(len(BANDS)), NO_BAND)
    visits: int = 10


KINDS = (
    Kind("门诊", ("11",), (3, 2, 1, 0), (4, 10), visits=18),
    Kind("急诊", ("13", "1301"), (3, 2), (6, 13), visits=8),
    Kind("门诊慢特病", ("14",), (3, 2, 1), (3, 7), bands=(*_ADULT, *_ELDER, NO_BAND), visits=16),
    Kind("住院", ("2101", "2102"), (3, 2, 1), (16, 30), nights=(3, LONGEST_STAY), visits=7),
    Kind("药店购药", ("41",), (0,), (1, 4), visits=12),
    Kind("生育门诊", ("51",), (3, 2), (5, 9), sexes=(FEMALE,), bands=(6,), visits=14),
    Kind("生育住院", ("52",), (3, 2), (14, 24), nights=(3, 5), sexes=(FEMALE,), bands=(6,), visits=8),
)

_DEPARTMENTS = {
    "门诊": ("A03", "A03.01", "A03.02", "A04.01", "A04.03", "A10", "A11", "A50"),
    "急诊": ("A20",),
    "门诊慢特病": ("A03", "A03.06"),
    "住院": ("A03", "A03.01", "A04.01", "A04.03", "A21"),
    "药店购药": ("Y00",),
    "生育门诊": ("A05",),
    "生育住院": ("A05",),
}
_DIAGNOSES = (
    ("I10.x00", "特发性高血压"), ("E78.500", "高脂血症"), ("K29.500", "慢性胃炎"), ("M54.500", "下背痛"),
    ("I63.900", "脑梗死"), ("N39.000", "泌尿道感染"), ("H10.900", "结膜炎"), ("L30.900", "皮炎"),
    ("S93.400", "踝扭伤"), ("G44.200", "紧张型头痛"), ("K80.200", "胆囊结石"), ("R10.400", "腹痛"),
)  # fmt: skip
_RESPIRATORY = (("J06.900", "急性上呼吸道感染"), ("J20.900", "急性支气管炎"), ("J18.900", "肺炎"))


@dataclass(frozen=True)
class Class:
    """Whom a visit is for and where: kind of care, rank of institution, sex and band of age."""

    kind: int
    rank: int
    sex: str
    band: int

    @property
    def care(self) -> Kind:
        return KINDS[self.kind]


@dataclass
class Pool:
    """The visits of a class: those of winter first, those that only a person's first visit may use last."""

    winter: list[Visit] = field(default_factory=list)
    usual: list[Visit] = field(default_factory=list)
    once: list[Visit] = field(default_factory=list)


def ordinary_pools(library: Library, goods: Goods, random: Random) -> dict[Class, Pool]:
    """Visits for every class there is."""
    usable = _without_pairs(library, goods)
    return {key: _pool(key, Shelf(key, usable, goods, library), random) for key in classes()}


def ordinary_visits(key: Class, library: Library, goods: Goods, random: Random) -> list[Visit]:
    """Visits that any member of one class may make."""
    pool = _pool(key, Shelf(key, _without_pairs(library, goods), goods, library), random)
    return [*pool.usual, *pool.winter]


def classes() -> list[Class]:
    """All classes; a person of unknown sex or between two bands has a class apart for each kind and rank."""
    return [
        Class(number, rank, sex, band)
        for number, kind in enumerate(KINDS)
        for rank in kind.ranks
        for sex in kind.sexes
        for band in kind.bands
        if (sex == UNKNOWN_SEX) == (band == NO_BAND)
    ]


def suits(terms: Terms, key: Class) -> bool:
    """Whether everybody of a class, at an institution of its rank, may have what has these terms."""
    if terms.never or terms.coverages or terms.rank > key.rank:
        return False
    if terms.not_in_maternity and key.care.name.startswith("生育"):
        return False
    if terms.sexes and terms.sexes != {key.sex}:
        return False
    if terms.ages:
        low, high = safe_days(terms.ages)
        if key.band == NO_BAND or BANDS[key.band][0] < low or BANDS[key.band][1] + LONGEST_STAY >= high:
            return False
    return True


def given_at(terms: Terms, care_type: str, department: str) -> bool:
    """Whether the care type and the department keep the terms."""
    if any(not care_type.startswith(accepted) for accepted in terms.care_types):
        return False
    if care_type.startswith(tuple(terms.barred_care_types)):
        return False
    return not any(not department.startswith(accepted) for accepted in terms.departments)


class Shelf:
    """The codes with knowledge that may be used in a class, by department; and the plain ones."""

    def __init__(self, key: Class, usable: dict[str, Terms], goods: Goods, library: Library) -> None:
        self.key = key
        self.goods = goods
        self.library = library
        self.terms = usable
        self._known: dict[tuple[str, str], list[str]] = {}
        self._daily: dict[tuple[str, str], list[str]] = {}
        self._indicated: dict[tuple[str, str], list[tuple[str, Coded]]] = {}
        drugs_only = key.care.name == "药店购药"
        self._suiting = {
            code: terms
            for code, terms in usable.items()
            if suits(terms, key) and (not drugs_only or code[:1] in "XZ")
        }
        # Ordinary diagnoses are kept clear of every rule about diagnoses.
        self.diagnoses = [row for row in _DIAGNOSES if library.terms_of_diagnosis(row[0]) == Terms()]
        kinds = (DRUG,) if drugs_only else (DRUG, SERVICE, SERVICE, CONSUMABLE)
        self.plain = {kind: [good.code for good in goods.plain(kind)] for kind in {*kinds, HERB}}
        self.kinds = kinds

    def known(self, care_type: str, department: str) -> list[str]:
        """Codes that some point speaks about and that are lawful here without a certain diagnosis."""
        place = (care_type, department)
        if place not in self._known:
            self._known[place] = [
                code
                for code, terms in self._suiting.items()
                if not (terms.compound or terms.diagnoses) and given_at(terms, care_type, department)
            ]
        return self._known[place]

    def daily(self, care_type: str, department: str) -> list[str]:
        """Services among them that may be charged on every day of a stay."""
        place = (care_type, department)
        if place not in self._daily:
            self._daily[place] = [
                code
                for code in self.known(care_type, department)
                if code[:3] in ("001", "003") and _every_day(self.terms[code])
            ]
        return self._daily[place]

    def indicated(self, care_type: str, department: str) -> list[tuple[str, Coded]]:
        """Codes that need a diagnosis, each with one that suits the class."""
        place = (care_type, department)
        if place not in self._indicated:
            self._indicated[place] = [
                (code, diagnosis)
                for code, terms in self._suiting.items()
                if len(terms.diagnoses) == 1 and given_at(terms, care_type, department)
                for diagnosis in map(coded, terms.diagnoses[0])
                if suits(self.library.terms_of_diagnosis(diagnosis.code), self.key)
            ]
        return self._indicated[place]


def _every_day(terms: Terms) -> bool:
    # A limit for the whole stay or for a time is not for an item of every day.
    lasting = terms.once or terms.per_visit
    return not lasting and not any(family[0] == "incision" for family in terms.families)


def _without_pairs(library: Library, goods: Goods) -> dict[str, Terms]:
    # No two codes of a pair anywhere in the background: then no interval, however read, can hold both.
    usable: dict[str, Terms] = {}
    for code in library.item_codes():
        terms = library.terms(code)
        if not terms.partners & usable.keys() and goods[code].price > 0:
            usable[code] = terms
    return usable


def _pool(key: Class, shelf: Shelf, random: Random) -> Pool:
    pool = Pool()
    for number in range(key.care.visits):
        respiratory = number % 4 == 0
        once = number % 6 == 1
        visit = VisitWriter(key, shelf, random, once).write(respiratory)
        (pool.winter if respiratory else pool.once if once else pool.usual).append(visit)
    return pool


class VisitWriter:
    """Writes one visit, keeping in mind what is already on the bill."""

    def __init__(self, key: Class, shelf: Shelf, random: Random, once: bool) -> None:
        self.key = key
        self.shelf = shelf
        self.random = random
        self.once = once
        self.care_type = random.choice(key.care.care_types)
        self.department = self._department()
        self.nights = random.randint(*key.care.nights)
        self.charges: list[Charge] = []
        self.diagnoses: list[Coded] = []
        self._used: set[str] = set()
        self._drugs = 0
        self._families: set[tuple[str, str]] = set()

    def write(self, respiratory: bool) -> Visit:
        """The visit with its charges, diagnoses and place."""
        care = self.key.care
        diagnoses = self.diagnoses
        diagnoses.append(Coded(*self.random.choice(_RESPIRATORY if respiratory else self.shelf.diagnoses)))
        indicated = self._indicated() if self.random.random() < 0.3 else None
        if indicated is not None:
            code, diagnosis = indicated
            diagnoses.append(diagnosis)
            self._add(code)
        for _ in range(self.random.randint(2, 4) if self.nights else 0):
            self._add_daily()
        for _ in range(self.random.randint(*care.lines)):
            self._add(self._pick())
        if self.department == "A50":
            self._add_herbs()
        kind = PHARMACY if care.name == "药店购药" else _TYPES[self.key.rank]
        return Visit(
            charges=in_time_order(self.charges),
            venue=Venue(self.key.rank, kind),
            care_type=self.care_type,
            insurance="310" if care.name.startswith("生育") else "",
            department=self.department,
            diagnoses=tuple(diagnoses),
            nights=self.nights,
            jitter=90,
        )

    def _department(self) -> str:
        if self.key.band in _CHILD and self.key.care.name in ("门诊", "住院"):
            return "A07"
        return self.random.choice(_DEPARTMENTS[self.key.care.name])

    def _pick(self) -> str:
        known = self.shelf.known(self.care_type, self.department)
        if known and self.random.randrange(100) < _KNOWN_IN_A_HUNDRED:
            return self.random.choice(known)
        return self.random.choice(self.shelf.plain[self.random.choice(self.shelf.kinds)])

    def _indicated(self) -> tuple[str, Coded] | None:
        pairs = self.shelf.indicated(self.care_type, self.department)
        return self.random.choice(pairs) if pairs else None

    def _add(self, code: str) -> None:
        if not self._may_add(code):
            return
        terms = self.shelf.terms.get(code)
        many = 1 if terms is not None and (terms.once or terms.max_quantity < units(3)) else 3
        is_drug = code[:1] in "XZ"
        charge = Charge(
            code,
            units(self.random.randint(1, many)),
            self.shelf.goods[code].price,
            day=self.random.randint(0, self.nights),
            minute=self.random.randint(495, 980),
            prescription=self._prescription() if is_drug else 1,
            supply_days=self._supply_days(terms) if is_drug else None,
            first_line="1" if terms is not None and terms.first_line else "",
            title=terms.title if terms is not None else "",
            department=self.department,
            fixed=False,
        )
        if self.random.random() < 0.02:
            self._add_refunded(charge)
        else:
            self.charges.append(charge)

    def _prescription(self) -> int:
        """So few drugs stand on a prescription; the numbers before are those of other orders and of herbs."""
        self._drugs += 1
        return 3 + (self._drugs - 1) // DRUGS_A_PRESCRIPTION

    def _supply_days(self, terms: Terms | None) -> int:
        longest = 7 if self.key.care.name != "门诊慢特病" else 28
        return min(longest, terms.max_days if terms is not None else longest)

    def _add_refunded(self, charge: Charge) -> None:
        self.charges.append(charge._replace(fixed=True))
        back = charge._replace(quantity=-charge.quantity, minute=charge.minute + 15, fixed=True)
        named = self.random.random() < 0.6
        self.charges.append(back._replace(refund_of=len(self.charges) - 1, names_original=named))

    def _may_add(self, code: str) -> bool:
        terms = self.shelf.terms.get(code)
        if code in self._used or (terms is not None and terms.once and not self.once):
            return False
        if terms is not None:
            barred = tuple(terms.barred_diagnoses)
            if terms.families & self._families or any(d.code.startswith(barred) for d in self.diagnoses):
                return False
            self._families |= terms.families
        self._used.add(code)
        return True

    def _add_daily(self) -> None:
        known = self.shelf.daily(self.care_type, self.department)
        plain = self.shelf.plain[SERVICE]
        code = self.random.choice(known if known and self.random.randrange(4) else plain)
        if not self._may_add(code):
            return
        minute = self.random.randint(485, 500)
        for day in range(self.nights):
            price = self.shelf.goods[code].price
            self.charges.append(
                Charge(code, units(1), price, day=day, minute=minute, department=self.department, fixed=False)
            )

    def _add_herbs(self) -> None:
        listed = [code for code, terms in self.shelf.terms.items() if terms.compound and not terms.never]
        base = self.random.sample(self.shelf.plain[HERB], 6)
        for number, code in enumerate([*base, *self.random.sample(listed, min(2, len(listed)))]):
            self.charges.append(
                Charge(
                    code,
                    units(self.random.choice((6, 9, 10, 12, 15))),
                    self.shelf.goods[code].price,
                    minute=985 + number,
                    prescription=2,
                    herb_use="1",
                    department=self.department,
                    # The plain herbs stay: without them only such herbs would be left.
                    fixed=number < len(base),
                )
            )
