"""异地就医: whether the insured region or the place of care judges, where they differ, by rule and time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mingcha.knowledge.entry import Entry
from mingcha.knowledge.point import FOREVER

EVERY_RULE = "全部"


class Place(StrEnum):
    """Which of the two regions of an encounter judges."""

    INSURED = "参保地"
    CARE = "就医地"


@dataclass(frozen=True)
class Jurisdiction:
    """Rules that one of the two regions judges by, for encounters that begin on starts … before ends.

    Args:
        rules: codes, mechanisms, categories or groups of the catalogue; 全部 for all.
    """

    rules: tuple[str, ...]
    by: Place
    starts: int = 0
    ends: int = FOREVER

    def names(self, entry: Entry, mechanism: str) -> bool:
        """Whether a rule of the catalogue, judged by this mechanism, is meant."""
        return bool({EVERY_RULE, entry.code, mechanism, entry.category, entry.group} & set(self.rules))


# What holds where a release says nothing else: 执行就医地规定的支付范围及有关规定，执行参保地规定的起付标准、支付比例、
# 最高支付限额、门诊慢特病病种范围 (医保发〔2022〕22号; how far that was checked: `remote-care` in sources.yaml).
NATIONAL_PRACTICE = (
    Jurisdiction(
        (
            "not-insured",
            "not-entitled",
            "disease-not-registered",
            "deductible-too-low",
            "fund-share-too-high",
            "unreferred-share-too-high",
            "fund-over-yearly-cap",
            "basic-layer-overpaid",
            "critical-layer-overpaid",
            "subsidy-layer-overpaid",
            "assistance-layer-overpaid",
        ),
        Place.INSURED,
    ),
    Jurisdiction((EVERY_RULE,), Place.CARE),
)


class Jurisdictions:
    """What is stated, and the national practice behind it; the first that names a rule decides.

    A turn is a stretch of time in which nothing changes: the number of days in `turns` that have come.
    """

    def __init__(self, stated: Sequence[Jurisdiction]) -> None:
        self.turns = sorted({day for one in stated for day in (one.starts, one.ends)} - {0, FOREVER})
        self._order = (*stated, *NATIONAL_PRACTICE)

    def turn(self, day: int) -> int:
        """The turn that a day lies in."""
        return bisect_right(self.turns, day)

    def place(self, entry: Entry, mechanism: str, turn: int) -> Place:
        """Whose knowledge and settings a rule judges by in a turn."""
        day = self.turns[turn - 1] if turn else 0
        return next(
            one.by for one in self._order if one.starts <= day < one.ends and one.names(entry, mechanism)
        )
