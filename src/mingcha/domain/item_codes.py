"""How drug codes of the national catalogue begin: with the anatomical class, then the name; form and maker follow."""

from __future__ import annotations

# 西药 X, 中成药 Z, 饮片 T: how long a whole code is. Services and consumables have no beginnings that name a drug.
WHOLE = {"X": 23, "Z": 20, "T": 10}


def is_beginning(code: str) -> bool:
    """Whether this is only the beginning of a drug's code: it names a class, or one drug in all its packages."""
    return len(code) < WHOLE.get(code[:1], 0)


def beginnings(code: str) -> list[str]:
    """Every shorter beginning of a code, the shortest first."""
    return [code[:length] for length in range(1, len(code))]
