"""What a national drug code says of the drug: which part of it names the drug, whatever its strength and maker."""

from __future__ import annotations

# 西药: X, four levels of anatomical class, the name; form, strength, package and maker follow.
# 中成药: Z, class, the name with its form; strength, package and maker follow.
_NAMED_BY = {"X": 10, "Z": 11}


def drug_of(code: str) -> str:
    """The part of a code that two packages of one drug share; the whole code of what is no drug."""
    return code[: _NAMED_BY.get(code[:1], len(code))]
