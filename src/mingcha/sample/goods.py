"""What is billed: items with knowledge and plain ones that no point speaks about, each with price, name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

from mingcha.domain.values import PRICE_SCALE
from mingcha.knowledge.packaged import packaged
from mingcha.sample.library import Library

DRUG, HERB, SERVICE, CONSUMABLE = "101", "102", "201", "301"

_CHARGE_TYPES = {HERB: "10", CONSUMABLE: "08"}
_UNITS = {DRUG: "盒", HERB: "克", SERVICE: "次", CONSUMABLE: "个"}
_SPECS = ("0.25g×24片/盒", "10mg×14片/盒", "100ml/瓶", "5ml×10支/盒", "20mg×7粒/盒", "10g×10袋/盒")
_PRICE_RANGES = {DRUG: (680, 16_800), HERB: (5, 90), SERVICE: (300, 18_000), CONSUMABLE: (80, 9_000)}


@dataclass(frozen=True)
class Good:
    """An item as a hospital's catalogue has it; the price is in millionths of a yuan, whole fen."""

    code: str
    name: str
    list_type: str
    price: int
    known: bool
    ordinary: bool = True

    @property
    def charge_type(self) -> str:
        """收费类别, from the kind of item; services by their first digits as far as this city goes."""
        if self.list_type == DRUG:
            return "11" if self.code.startswith("Z") else "09"
        if self.list_type == SERVICE:
            return {"0011": "02", "0012": "07", "0021": "03", "0025": "04", "0033": "06"}.get(
                self.code[:4], "05"
            )
        return _CHARGE_TYPES[self.list_type]

    @property
    def payment_class(self) -> str:
        """甲 or 乙; 丙 is paid by nobody and stays out of this city's bills."""
        return "01" if crc32(self.code.encode()) % 3 else "02"

    @property
    def unit(self) -> str:
        return _UNITS[self.list_type]

    @property
    def spec(self) -> str:
        return _SPECS[crc32(self.code.encode()) % len(_SPECS)] if self.list_type == DRUG else "-"

    @property
    def local_code(self) -> str:
        return f"HIS{crc32(self.code.encode()):010d}"


class Goods(Mapping[str, Good]):
    """All items of the city by code."""

    def __init__(self, library: Library) -> None:
        self._by_code = {good.code: good for good in (*_plain(), *_reserved())}
        for code in library.item_codes():
            self._by_code[code] = _known(library, code)

    def __getitem__(self, code: str) -> Good:
        return self._by_code[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_code)

    def __len__(self) -> int:
        return len(self._by_code)

    @cached_property
    def index(self) -> dict[str, int]:
        """The position of each code in iteration order."""
        return {code: number for number, code in enumerate(self._by_code)}

    def plain(self, list_type: str) -> list[Good]:
        """The items of a kind that no point speaks about."""
        of_kind = [good for good in self._by_code.values() if good.list_type == list_type]
        return [good for good in of_kind if good.ordinary and not good.known]


def list_type_of(code: str) -> str:
    """目录类别 by the first letter of the code; services are all digits."""
    return {"X": DRUG, "Z": DRUG, "T": HERB, "C": CONSUMABLE}.get(code[:1], SERVICE)


def _known(library: Library, code: str) -> Good:
    price = _price(code, list_type_of(code))
    at_most = library.terms(code).price_at_most
    if at_most is not None and price * 4 > at_most:
        price = at_most // 4 // (PRICE_SCALE // 100) * (PRICE_SCALE // 100)
    return Good(code, library.name_of(code), list_type_of(code), price, known=True)


def _price(code: str, list_type: str) -> int:
    low, high = _PRICE_RANGES[list_type]
    # Cheap things are common: the square of an even draw, in whole fen.
    draw = crc32(code.encode()) % 1000
    return (low + (high - low) * draw * draw // 1_000_000) * (PRICE_SCALE // 100)


# Items that the directory of the scenes lists as 丙类, for half a year only, and as 乙类.
CLASS_C, LAPSED, CLASS_B = "009900000006001", "009900000006002", "009900000006003"
_RESERVED = {CLASS_C: "演示健康体检", LAPSED: "演示理疗（试行）", CLASS_B: "演示康复评定"}


def _reserved() -> list[Good]:
    return [
        Good(code, name, SERVICE, _price(code, SERVICE), known=False, ordinary=False)
        for code, name in _RESERVED.items()
    ]


def _plain() -> list[Good]:
    return [
        Good(
            code,
            name,
            group["list_type"],
            _price(code, group["list_type"]),
            known=False,
            ordinary=group.get("ordinary", True),
        )
        for group in packaged("mingcha.sample", "plain_items.yaml")
        for number, name in enumerate(group["names"], 1)
        for code in [group["code"].format(number)]
    ]
