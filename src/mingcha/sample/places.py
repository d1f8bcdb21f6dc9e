"""Where care is given: institutions of all levels in nine cities, their departments and doctors."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from mingcha.sample.library import Library
from mingcha.sample.script import Venue

CITIES = {
    "350100": "福州", "350200": "厦门", "350300": "莆田", "350400": "三明", "350500": "泉州",
    "350600": "漳州", "350700": "南平", "350800": "龙岩", "350900": "宁德",
}  # fmt: skip
# Where those who come from another province are insured: the starter pack has settings of its own for it.
OTHER_PROVINCE = "360100"

PHARMACY = "药店"
# Pharmacies that no ordinary purchase goes to: whose agreement ended, and whose stock is counted.
UNCONTRACTED_PHARMACY, COUNTED_PHARMACY = "药店（协议到期）", "药店（盘点）"
# Hospitals that no ordinary visit goes to: whose agreement ended, and who report signed consents.
UNCONTRACTED, CONSENTING = "A411", "A412"
# Specialised hospitals whose figures scenes make up whole, a type each: nobody else comes there.
OBSERVED = {
    "drug-share": "A513",
    "examination-share": "A514",
    "consumable-share": "A516",
    "treatment-share": "A517",
    "ct-share": "A522",
    "magnetic-resonance-share": "A523",
    "hospital-infection-rate": "A524",
    "unplanned-readmission-rate": "A525",
    "stock": "A526",
    "executor-day-over-time": "A527",
    "doctor-day-over-capacity": "A529",
}
# Hospitals whose machines are known, by the identifiers that the starter pack's points name.
DEVICES = {"350100": "H350100DEVICES", "350200": "H350200DEVICES"}
WITH_DEVICES = "A528"
OBSERVED_CITIES = tuple(CITIES)[:6]
DEPARTMENTS = {
    "A01": "预防保健科", "A02": "全科医疗科", "A03": "内科", "A03.01": "呼吸内科", "A03.02": "消化内科",
    "A03.06": "肾内科", "A04": "外科", "A04.01": "普通外科", "A04.03": "骨科", "A05": "妇产科", "A07": "儿科",
    "A10": "眼科", "A11": "耳鼻咽喉科", "A12": "口腔科", "A15": "精神科", "A20": "急诊医学科",
    "A21": "康复医学科", "A28": "重症医学科", "A50": "中医科", "Y00": "药店",
}  # fmt: skip
# 职称 of the doctors of a department: 主任, 副主任, 主治 and 医师.
TITLES = ["231", "232", "233", "234"]
DOCTORS_A_DEPARTMENT = len(TITLES)

_LEVEL_NAMES = {3: "第{}医院", 2: "第{}区医院", 1: "第{}街道社区卫生服务中心", 0: "第{}卫生所"}
_LEVELS = {3: ("2", "3", "12"), 2: ("5", "6", "13"), 1: ("8", "9", "14"), 0: ("11",)}
TYPES = {3: "A100", 2: "A100", 1: "B100", 0: "D300"}
_COUNTS = {3: 4, 2: 7, 1: 12, 0: 8}
_PHARMACIES = 16
_SURNAMES = "陈林黄张吴李郑王刘许杨蔡苏谢叶郭洪江何周"
_GIVEN = "伟芳英敏静丽强磊洋艳勇军杰娟涛明超霞平桂"


@dataclass(frozen=True)
class Institution:
    """A hospital, a community centre or a pharmacy."""

    id: str
    name: str
    city: str
    type: str
    level: str
    rank: int


@dataclass
class Places:
    """All institutions, and for each kind of venue the list of those that fit, largest first."""

    institutions: list[Institution] = field(default_factory=list)
    groups: list[list[int]] = field(default_factory=list)
    _known: dict[tuple[int, str, tuple[str, ...]], int] = field(default_factory=dict)
    _alike: dict[tuple[int, str], list[int]] = field(default_factory=dict)

    def group(self, venue: Venue) -> int:
        """The number of the group of institutions that fit a venue; made when first asked for."""
        key = (venue.rank, venue.type, venue.cities)
        if key not in self._known:
            alike = self._alike.get((venue.rank, venue.type), ())
            fitting = [
                number
                for number in alike
                if not venue.cities or self.institutions[number].city in venue.cities
            ]
            if not fitting:
                raise LookupError(f"no institution of rank {venue.rank} and type {venue.type}")
            self._known[key] = len(self.groups)
            self.groups.append(fitting)
        return self._known[key]

    def only(self, venue: Venue) -> Institution:
        """The one institution that fits a venue."""
        (number,) = self.groups[self.group(venue)]
        return self.institutions[number]

    def has(self, venue: Venue) -> bool:
        """Whether any institution fits."""
        return (venue.rank, venue.type) in self._alike

    def add(self, institution: Institution) -> None:
        """One more institution, smaller than those of its kind before it."""
        self._alike.setdefault((institution.rank, institution.type), []).append(len(self.institutions))
        self.institutions.append(institution)


def places_for(library: Library) -> Places:
    """The institutions of the city, with the specialised hospitals that the points make exceptions for."""
    special = sorted(
        {
            (kind, rank)
            for point in library.points
            for kind in getattr(point, "exempt_types", ())
            for rank in (2, 1)
        }
    )
    places = Places()
    # By size, then by city: the first of a group get most of the visits.
    for rank in (3, 2, 1, 0):
        for number in range(_COUNTS[rank]):
            for city in CITIES:
                _add(places, city, rank, TYPES[rank], _LEVEL_NAMES[rank].format(number + 1), number)
    for kind, rank in (*special, (UNCONTRACTED, 2), (CONSENTING, 2)):
        for city in CITIES:
            _add(places, city, rank, kind, f"{kind}专科{'医院' if rank == 2 else '诊所'}", 0)
    for number in range(_PHARMACIES):
        for city in CITIES:
            _add(places, city, 0, PHARMACY, f"第{number + 1}大药房", number)
    for kind in (UNCONTRACTED_PHARMACY, COUNTED_PHARMACY):
        for city in OBSERVED_CITIES:
            _add(places, city, 0, kind, "连锁大药房", 0)
    for kind in OBSERVED.values():
        for city in OBSERVED_CITIES:
            _add(places, city, 2, kind, f"{kind}专科医院", 0)
    for city, identifier in DEVICES.items():
        _add(places, city, 2, WITH_DEVICES, f"{WITH_DEVICES}专科医院", 0)
        places.institutions[-1] = replace(places.institutions[-1], id=identifier)
    return places


def _add(places: Places, city: str, rank: int, kind: str, name: str, number: int) -> None:
    letter = "P" if is_pharmacy(kind) else "H"
    levels = _LEVELS[rank]
    places.add(
        Institution(
            id=f"{letter}{city}{len(places.institutions) + 1:05d}",
            name=f"样例{CITIES[city]}{name}",
            city=city,
            type=kind,
            level=levels[number % len(levels)],
            rank=rank,
        )
    )


def is_pharmacy(kind: str) -> bool:
    """Whether institutions of a type are pharmacies."""
    return kind.startswith(PHARMACY)


def person_name(number: int) -> str:
    """One of four hundred invented names."""
    return _SURNAMES[number % len(_SURNAMES)] + _GIVEN[number // len(_SURNAMES) % len(_GIVEN)]


NAMES = len(_SURNAMES) * len(_GIVEN)
