"""What may be billed in a class of care: the codes whose terms its members keep, by care type and department."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cached_property

from mingcha.sample.care import BANDS, LONGEST_STAY, NO_BAND, Class
from mingcha.sample.goods import CONSUMABLE, DRUG, HERB, SERVICE, Goods
from mingcha.sample.library import Library
from mingcha.sample.scenes.writing import coded
from mingcha.sample.script import Coded
from mingcha.sample.terms import Terms, safe_days

_DIAGNOSES = (
    ("I10.x00", "特发性高血压"), ("E78.500", "高脂血症"), ("K29.500", "慢性胃炎"), ("M54.500", "下背痛"),
    ("I63.900", "脑梗死"), ("N39.000", "泌尿道感染"), ("H10.900", "结膜炎"), ("L30.900", "皮炎"),
    ("S93.400", "踝扭伤"), ("G44.200", "紧张型头痛"), ("K80.200", "胆囊结石"), ("R10.400", "腹痛"),
)  # fmt: skip
_KINDS = (DRUG, SERVICE, SERVICE, CONSUMABLE)
_SOLD = "XZ"


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


class Store:
    """Everything that background care may bill, sorted by its terms: many codes, few different terms.

    Of two codes of a pair only one is in store: then no interval, however read, can hold both.
    """

    def __init__(self, library: Library, goods: Goods) -> None:
        self.library = library
        self.goods = goods
        self.terms: dict[str, Terms] = {}
        for code in library.item_codes():
            terms = library.terms(code)
            if not terms.partners & self.terms.keys() and goods[code].price > 0:
                self.terms[code] = terms
        self.whom = _alike(self.terms, _whom)
        self.where = _alike(self.terms, _where)
        self.plain = {
            kind: [good.code for good in goods.plain(kind)] for kind in (DRUG, SERVICE, CONSUMABLE, HERB)
        }
        # Ordinary diagnoses are kept clear of every rule about diagnoses.
        self.diagnoses = [row for row in _DIAGNOSES if library.terms_of_diagnosis(row[0]) == Terms()]
        self._given: dict[tuple[str, str], set[str]] = {}
        self._shelves: dict[tuple[object, ...], Shelf] = {}

    def shelf(self, key: Class) -> Shelf:
        """What may be billed in a class; classes that are asked the same share it."""
        maternity, pharmacy = key.care.name.startswith("生育"), key.care.name == "药店购药"
        asked = (key.rank, key.sex, key.band, maternity, pharmacy)
        if asked not in self._shelves:
            self._shelves[asked] = Shelf(key, self)
        return self._shelves[asked]

    def given(self, care_type: str, department: str) -> set[str]:
        """The codes that may be given there."""
        place = (care_type, department)
        if place not in self._given:
            self._given[place] = {
                code
                for codes in self.where
                if given_at(self.terms[codes[0]], care_type, department)
                for code in codes
            }
        return self._given[place]

    def suiting(self, key: Class) -> list[str]:
        """The codes that everybody of a class may have, in order."""
        suiting = {code for codes in self.whom if suits(self.terms[codes[0]], key) for code in codes}
        return [code for code in self.terms if code in suiting]

    @cached_property
    def indicated(self) -> dict[str, list[tuple[Coded, Terms | None]]]:
        """The codes that need one of certain diagnoses, and these, with what is asked of who has them."""
        return {
            code: [(row, self._asked(row)) for row in map(coded, terms.diagnoses[0])]
            for code, terms in self.terms.items()
            if len(terms.diagnoses) == 1
        }

    def _asked(self, diagnosis: Coded) -> Terms | None:
        asked = self.library.terms_of_diagnosis(diagnosis.code)
        return None if asked == Terms() else asked


class Shelf:
    """The codes with knowledge that may be used in a class, by care type and department; and the plain ones."""

    def __init__(self, key: Class, store: Store) -> None:
        self.key = key
        self.goods = store.goods
        self.terms = store.terms
        self.diagnoses = store.diagnoses
        self.plain = store.plain
        self.kinds = (DRUG,) if key.care.name == "药店购药" else _KINDS
        self._store = store
        self._known: dict[tuple[str, str], list[str]] = {}
        self._daily: dict[tuple[str, str], list[str]] = {}
        self._indicated: dict[tuple[str, str], list[tuple[str, Coded]]] = {}
        suiting = store.suiting(key)
        self._suiting = [c for c in suiting if c[:1] in _SOLD] if self.kinds == (DRUG,) else suiting

    def known(self, care_type: str, department: str) -> list[str]:
        """Codes that some point speaks about and that are lawful here without a certain diagnosis."""
        place = (care_type, department)
        if place not in self._known:
            given = self._store.given(care_type, department)
            self._known[place] = [code for code in self._without_diagnosis if code in given]
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
            given = self._store.given(care_type, department)
            self._indicated[place] = [pair for pair in self._with_diagnosis if pair[0] in given]
        return self._indicated[place]

    @cached_property
    def _without_diagnosis(self) -> list[str]:
        return [c for c in self._suiting if not (self.terms[c].compound or self.terms[c].diagnoses)]

    @cached_property
    def _with_diagnosis(self) -> list[tuple[str, Coded]]:
        return [
            (code, diagnosis)
            for code in self._suiting
            for diagnosis, asked in self._store.indicated.get(code, ())
            if asked is None or suits(asked, self.key)
        ]


def _every_day(terms: Terms) -> bool:
    # A limit for the whole stay or for a time is not for an item of every day.
    lasting = terms.once or terms.per_visit
    return not lasting and not any(family[0] == "incision" for family in terms.families)


def _whom(terms: Terms) -> tuple[object, ...]:
    """What `suits` looks at."""
    bound = bool(terms.coverages)
    return (terms.never, bound, terms.rank, terms.not_in_maternity, *sorted(terms.sexes), *terms.ages)


def _where(terms: Terms) -> tuple[object, ...]:
    """What `given_at` looks at."""
    return (*terms.care_types, "/", *sorted(terms.barred_care_types), "/", *terms.departments)


def _alike(terms: dict[str, Terms], asked: Callable[[Terms], tuple[object, ...]]) -> list[list[str]]:
    """Codes of which the same is asked, together."""
    found: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for code, asking in terms.items():
        found[asked(asking)].append(code)
    return list(found.values())
