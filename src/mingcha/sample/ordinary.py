"""Background care: visits that keep the terms of every code on them, so that nothing in them is a violation.

A visit is written for a class of persons (sex, band of age), a kind of care and a rank of institution; the
crowd then lives through these visits many times over.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mingcha.sample.care import CHILD, Class, classes
from mingcha.sample.chance import Dice
from mingcha.sample.goods import HERB, SERVICE, Goods
from mingcha.sample.library import Library
from mingcha.sample.places import PHARMACY, TYPES
from mingcha.sample.scenes.writing import in_time_order
from mingcha.sample.script import Charge, Coded, Venue, Visit, units
from mingcha.sample.shelves import Shelf, Store
from mingcha.sample.terms import Terms

DRUGS_A_PRESCRIPTION = 5
_KNOWN_IN_A_HUNDRED = 82

_DEPARTMENTS = {
    "门诊": ("A03", "A03.01", "A03.02", "A04.01", "A04.03", "A10", "A11", "A50"),
    "急诊": ("A20",),
    "门诊慢特病": ("A03", "A03.06"),
    "住院": ("A03", "A03.01", "A04.01", "A04.03", "A21"),
    "药店购药": ("Y00",),
    "生育门诊": ("A05",),
    "生育住院": ("A05",),
}
_RESPIRATORY = (("J06.900", "急性上呼吸道感染"), ("J20.900", "急性支气管炎"), ("J18.900", "肺炎"))


@dataclass
class Pool:
    """The visits of a class: those of winter first, those that only a person's first visit may use last."""

    winter: list[Visit] = field(default_factory=list)
    usual: list[Visit] = field(default_factory=list)
    once: list[Visit] = field(default_factory=list)


def ordinary_pools(library: Library, goods: Goods, random: Dice) -> dict[Class, Pool]:
    """Visits for every class there is."""
    store = Store(library, goods)
    return {key: _pool(key, store.shelf(key), random) for key in classes()}


def ordinary_visits(key: Class, library: Library, goods: Goods, random: Dice) -> list[Visit]:
    """Visits that any member of one class may make."""
    pool = _pool(key, Store(library, goods).shelf(key), random)
    return [*pool.usual, *pool.winter]


def _pool(key: Class, shelf: Shelf, random: Dice) -> Pool:
    pool = Pool()
    for number in range(key.care.visits):
        respiratory = number % 4 == 0
        once = number % 6 == 1
        visit = VisitWriter(key, shelf, random, once).write(respiratory)
        (pool.winter if respiratory else pool.once if once else pool.usual).append(visit)
    return pool


class VisitWriter:
    """Writes one visit, keeping in mind what is already on the bill."""

    def __init__(self, key: Class, shelf: Shelf, random: Dice, once: bool) -> None:
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
        diagnoses.append(Coded(*self.random.pick(_RESPIRATORY if respiratory else self.shelf.diagnoses)))
        indicated = self._indicated() if self.random.random() < 0.3 else None
        if indicated is not None:
            code, diagnosis = indicated
            diagnoses.append(diagnosis)
            self._add(code)
        for _ in range(self.random.between(2, 4) if self.nights else 0):
            self._add_daily()
        for _ in range(self.random.between(*care.lines)):
            self._add(self._pick())
        if self.department == "A50":
            self._add_herbs()
        kind = PHARMACY if care.name == "药店购药" else TYPES[self.key.rank]
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
        if self.key.band in CHILD and self.key.care.name in ("门诊", "住院"):
            return "A07"
        return self.random.pick(_DEPARTMENTS[self.key.care.name])

    def _pick(self) -> str:
        known = self.shelf.known(self.care_type, self.department)
        if known and self.random.below(100) < _KNOWN_IN_A_HUNDRED:
            return self.random.pick(known)
        return self.random.pick(self.shelf.plain[self.random.pick(self.shelf.kinds)])

    def _indicated(self) -> tuple[str, Coded] | None:
        pairs = self.shelf.indicated(self.care_type, self.department)
        return self.random.pick(pairs) if pairs else None

    def _add(self, code: str) -> None:
        if not self._may_add(code):
            return
        terms = self.shelf.terms.get(code)
        many = 1 if terms is not None and (terms.once or terms.max_quantity < units(3)) else 3
        is_drug = code[:1] in "XZ"
        charge = Charge(
            code,
            units(self.random.between(1, many)),
            self.shelf.goods[code].price,
            day=self.random.between(0, self.nights),
            minute=self.random.between(495, 980),
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
        code = self.random.pick(known if known and self.random.below(4) else plain)
        if not self._may_add(code):
            return
        minute = self.random.between(485, 500)
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
                    units(self.random.pick((6, 9, 10, 12, 15))),
                    self.shelf.goods[code].price,
                    minute=985 + number,
                    prescription=2,
                    herb_use="1",
                    department=self.department,
                    # The plain herbs stay: without them only such herbs would be left.
                    fixed=number < len(base),
                )
            )
