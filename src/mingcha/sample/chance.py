"""Chance that repeats: numbers drawn by mixing a row's number with the seed, the same on every machine.

Polars' own hash may change between versions, so the mixing (the finaliser of SplitMix64) is written out here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import TypeVar

import polars as pl

T = TypeVar("T")
_MASK = 2**64 - 1


def _word(value: int) -> pl.Expr:
    return pl.lit(value & _MASK, pl.UInt64)


def _mixed(keys: pl.Series) -> pl.Series:
    # Step by step: as one expression, each step would reckon all those before it twice.
    mixed = keys * _FIRST
    mixed = (mixed ^ (mixed // (1 << 30))) * _SECOND
    mixed = (mixed ^ (mixed // (1 << 27))) * _THIRD
    return mixed ^ (mixed // (1 << 31))


def _series(word: int) -> pl.Series:
    return pl.Series([word], dtype=pl.UInt64)


_FIRST, _SECOND, _THIRD = map(_series, (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


@dataclass(frozen=True)
class Chance:
    """Draws for one seed; every purpose has its own name and with it its own independent stream."""

    seed: int

    def number(self, purpose: str) -> int:
        """A 64-bit number for this seed and purpose."""
        return int.from_bytes(blake2b(f"{self.seed}/{purpose}".encode(), digest_size=8).digest(), "big")

    def bits(self, key: pl.Expr, purpose: str) -> pl.Expr:
        """64 mixed bits for each key (UInt64)."""
        return (key.cast(pl.UInt64) + _word(self.number(purpose))).map_batches(_mixed, return_dtype=pl.UInt64)

    def below(self, key: pl.Expr, purpose: str, bound: pl.Expr | int) -> pl.Expr:
        """A whole number from 0 to below `bound`, evenly; `bound` 0 gives 0."""
        limit = bound.cast(pl.UInt64) if isinstance(bound, pl.Expr) else _word(bound)
        limit = pl.max_horizontal(limit, _word(1)) if isinstance(bound, pl.Expr) else limit
        return (self.bits(key, purpose) // _word(1 << 8) % limit).cast(pl.Int64)

    def early(self, key: pl.Expr, purpose: str, bound: pl.Expr) -> pl.Expr:
        """A whole number from 0 to below `bound` far more often small than large (few large hospitals)."""
        share = self.below(key, purpose + "/share", 1000) * self.below(key, purpose + "/again", 1000)
        return share * bound.cast(pl.Int64) // 1_000_000

    def one_in(self, key: pl.Expr, purpose: str, parts: int) -> pl.Expr:
        """True once in so many keys."""
        return self.below(key, purpose, parts) == 0


def lookup(name: str, values: list[int] | list[str], index: pl.Expr) -> pl.Expr:
    """The value at each index, from a short table."""
    return pl.lit(pl.Series(name, values)).gather(index)


class Dice(Random):
    """Draws one at a time for what is written once; even enough for small bounds, at a third of the library's cost."""

    def below(self, bound: int) -> int:
        """A whole number from 0 to below `bound`."""
        return int(self.random() * bound)

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.random() * (high - low + 1))

    def pick(self, among: Sequence[T]) -> T:
        """One of these."""
        return among[int(self.random() * len(among))]
