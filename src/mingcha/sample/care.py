"""Kinds of care and whom they are for: a visit is written for a class of persons at a rank of institution."""

from __future__ import annotations

from dataclasses import dataclass

from mingcha.sample.script import FEMALE, MALE

UNKNOWN_SEX = ""
# Ages in days, both ends included, with room between the bands: no birthday of a limit falls inside a stay.
BANDS = (
    (0, 14), (40, 320), (380, 1_050), (1_110, 4_340), (4_400, 5_060), (5_130, 6_530), (6_600, 16_400),
    (16_500, 21_860), (21_950, 36_000),
)  # fmt: skip
NO_BAND = len(BANDS)
LONGEST_STAY = 12
CHILD, ADULT, ELDER = range(6), (6, 7), (8,)


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
    Kind("门诊", ("11",), (3, 2, 1, 0), (4, 10), visits=14),
    Kind("急诊", ("13", "1301"), (3, 2), (6, 13), visits=8),
    Kind("门诊慢特病", ("14",), (3, 2, 1), (3, 7), bands=(*ADULT, *ELDER, NO_BAND), visits=10),
    Kind("住院", ("2101", "2102"), (3, 2, 1), (16, 30), nights=(3, LONGEST_STAY), visits=6),
    Kind("药店购药", ("41",), (0,), (1, 4), visits=10),
    Kind("生育门诊", ("51",), (3, 2), (5, 9), sexes=(FEMALE,), bands=(6,), visits=12),
    Kind("生育住院", ("52",), (3, 2), (14, 24), nights=(3, 5), sexes=(FEMALE,), bands=(6,), visits=8),
)


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
