"""The sample of indication texts, drawn by a fixed seed from the published points of 药品限适应症.

A text is named by the first twelve hex digits of its SHA-256; the sentences themselves stay where they are published.
"""

from __future__ import annotations

import csv
import hashlib
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SEED = 20261123
SIZE = 120
RULE = "药品限适应症"


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """One published point: its batch and row in the attachment of that batch, its drug and its text."""

    batch: int
    row: int
    drug: str
    text: str


def identity(text: str) -> str:
    """First twelve hex digits of the SHA-256 of the exact text (UTF-8)."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def read_points(table: Path) -> list[Point]:
    """Points of the rule in the compiled table, in order of batch and row."""
    with table.open(encoding="utf-8-sig", newline="") as file:
        return sorted(
            Point(int(row["批次"]), int(row["行号"]), row["知识点名称"], row["逻辑依据_限定"])
            for row in csv.DictReader(file)
            if row["规则名称"] == RULE
        )


def draw(points: Iterable[Point]) -> list[Point]:
    """The drawn texts in order of drawing; of points that share a text, the first published stands for it."""
    first: dict[str, Point] = {}
    for point in points:
        first.setdefault(point.text, point)
    return [first[text] for text in random.Random(SEED).sample(sorted(first), SIZE)]


def main(table: Path) -> None:
    """Print identity, batch, row, drug and text of each drawn point, for the person who maps."""
    for point in draw(read_points(table)):
        print(identity(point.text), point.batch, point.row, point.drug, point.text, sep="\t")


if __name__ == "__main__":
    import sys

    main(Path(sys.argv[1]))
