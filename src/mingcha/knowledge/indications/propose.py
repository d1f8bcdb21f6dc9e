"""Diagnosis codes proposed for an indication text, from the names of a diagnosis table and known synonyms.

Nothing here is knowledge: a proposal is for a person to read, mend and approve.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from mingcha.knowledge.indications.text import normalise, read
from mingcha.knowledge.packaged import packaged

_LONGEST = 24
# Part of the codes beneath a prefix that must bear the name before the prefix stands for them all.
_MOST = 0.6
# Where the unspecified code of a category bears the very name, fewer have to repeat it.
_SOME = 0.3
# Chapters that repeat diseases for mothers and newborns; symptoms, poisonings, resistance, causes, contacts.
_OTHER_CHAPTERS = ("O", "P", "R", "T3", "T4", "T5", "T6", "U8", "V", "W", "X", "Y", "Z")
_ENDINGS = (
    "病",
    "症",
    "炎",
    "癌",
    "瘤",
    "综合征",
    "衰竭",
    "感染",
    "障碍",
    "缺陷",
    "硬化",
    "贫血",
    "溃疡",
    "不全",
)
_SHORTEST = 3
_TUMOUR, _CANCER = "恶性肿瘤", "癌"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for one text."""

    codes: tuple[str, ...]
    """prefixes, any one of which satisfies the disease part"""
    excludes: tuple[str, ...]
    """narrower prefixes beneath `codes` that the text rules out"""
    conditions: tuple[str, ...]
    """what the text asks beyond a diagnosis"""
    fully: bool
    """codes alone decide: there are codes, no condition, and nothing that is ruled out without a code"""
    reasons: tuple[str, ...]
    """in Chinese: from which words the codes come, and why they do not decide alone"""


class DiseaseIndex:
    """Names of a diagnosis table, found by the words of a text."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """Index a table {code: name}."""
        self._names = {code: normalise(name) for code, name in names.items()}
        self._exact: dict[str, list[str]] = defaultdict(list)
        self._beneath: dict[str, list[str]] = defaultdict(list)
        for code, name in self._names.items():
            self._exact[name].append(code)
            for length in range(2, len(code) + 1):
                self._beneath[code[:length]].append(code)
        self._all = "\n" + "\n".join(self._exact)

    def knows(self, prefix: str) -> bool:
        """Whether any code lies beneath the prefix."""
        return prefix in self._beneath

    def beneath(self, prefixes: Iterable[str]) -> set[str]:
        """All codes of the table beneath these prefixes."""
        return {code for prefix in prefixes for code in self._beneath.get(prefix, ())}

    def name(self, prefix: str) -> str:
        """The name of the first code beneath a prefix and how many there are, for people to recognise it."""
        beneath = sorted(self._beneath.get(prefix, ()))
        if not beneath:
            return ""
        more = f" 等 {len(beneath)} 个编码" if len(beneath) > 1 else ""
        return self._names[beneath[0]] + more

    def without(self, codes: Iterable[str], excludes: Iterable[str]) -> tuple[str, ...]:
        """Prefixes that say `codes` less `excludes` without an exclusion: what the field of a point can hold.

        A code that is meant while an extension of it is not stays: one indication too many accuses nobody.
        """
        out = tuple(excludes)
        kept: list[str] = []
        for prefix in codes:
            if prefix.startswith(out or "?"):
                continue
            if prefix in self._names or not any(excluded.startswith(prefix) for excluded in out):
                kept.append(prefix)
                continue
            longer = 5 if len(prefix) < 5 else None
            kept += self.without(sorted({code[:longer] for code in self._beneath.get(prefix, ())}), out)
        return _shortest(kept)

    def found(self, words: str) -> tuple[str, ...]:
        """Prefixes for a name of a disease; empty where the table and the synonyms have no such name."""
        synonyms = _synonyms()
        if words in synonyms:
            return tuple(prefix for prefix in synonyms[words] if self.knows(prefix))
        if words in _no_names():
            return ()
        for name in _spellings(words):
            if codes := [code for code in self._exact.get(name, ()) if not code.startswith(_OTHER_CHAPTERS)]:
                return self._around(name, codes)
        # Words that begin no name start in the middle of one: 性高胆固醇血症, 细胞肉瘤.
        if len(words) < _SHORTEST or not words.endswith(_ENDINGS) or f"\n{words}" not in self._all:
            return ()
        containing = [
            code
            for code, name in self._names.items()
            if words in name and not code.startswith(_OTHER_CHAPTERS)
        ]
        heads = {code[:5] for code in containing if code[5:] == "00" and self._names[code].startswith(words)}
        return self._collapsed(containing, heads)

    def _around(self, name: str, exact: list[str]) -> tuple[str, ...]:
        if _TUMOUR in name:
            return tuple(dict.fromkeys(code[:3] for code in exact if code < "C77"))
        bearing: set[str] = set(exact)
        for code in exact:
            bearing.update(other for other in self._beneath[code[:3]] if name in self._names[other])
        heads = {code[:5] for code in exact if code[5:] in ("0", "00")}
        named = frozenset(code[:3] for code in exact if code[3:5] in (".9", ".x"))
        return self._collapsed(bearing, heads, named)

    def _collapsed(
        self, codes: Iterable[str], heads: Iterable[str] = (), named: frozenset[str] = frozenset()
    ) -> tuple[str, ...]:
        """The shortest prefixes whose codes nearly all are meant.

        `heads` stand for all that is beneath them; of the categories in `named` a smaller part is enough.
        """
        meant = set(codes)
        for head in heads:
            meant.update(self._beneath[head])
        kept: list[str] = []
        for category in sorted({code[:3] for code in meant}):
            kept += self._within(category, meant, _SOME if category in named else _MOST)
        return tuple(kept)

    def _within(self, prefix: str, meant: set[str], part: float) -> Iterator[str]:
        beneath = self._beneath[prefix]
        within = [code for code in beneath if code in meant]
        if len(within) >= part * len(beneath) or len(prefix) > 5:
            yield prefix.partition("+")[0]
        elif len(prefix) == 3:
            for narrower in sorted({code[:5] for code in within}):
                yield from self._within(narrower, meant, _MOST)
        else:
            # The first code of a dagger pair stands for the pair.
            yield from (code.partition("+")[0] for code in within)

    def mentions(self, clause: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Names of diseases in a clause with their prefixes, the longest at each place, from left to right."""
        start = 0
        while start < len(clause):
            for end in range(min(len(clause), start + _LONGEST), start + 1, -1):
                if prefixes := self._found_once(clause[start:end]):
                    yield clause[start:end], prefixes
                    start = end
                    break
            else:
                start += 1

    def _found_once(self, words: str) -> tuple[str, ...]:
        if words in _synonyms() or words in self._exact or words.endswith(_ENDINGS):
            return self.found(words)
        return ()


def propose(text: str, index: DiseaseIndex) -> Proposal:
    """Propose codes for an indication text; without any, a person has to find them."""
    reading = read(text)
    by_words: dict[str, tuple[str, ...]] = {}
    for clause in reading.clauses:
        by_words.update(index.mentions(clause))
    codes = _shortest(prefix for prefixes in by_words.values() for prefix in prefixes)
    out = _shortest(
        prefix for passage in reading.ruled_out for _, found in index.mentions(passage) for prefix in found
    )
    excludes = tuple(p for p in out if any(p.startswith(code) and p != code for code in codes))
    reasons = [f"“{words}”→{'、'.join(prefixes)}" for words, prefixes in by_words.items()]
    reasons += [f"原文排除“{passage}”" for passage in reading.ruled_out]
    if not codes:
        reasons.append("没有认出病名，须人工查找编码")
    fully = bool(codes) and not reading.conditions and len(out) == len(excludes) and not reading.ruled_out
    return Proposal(codes, excludes, reading.conditions, fully, tuple(reasons))


def _shortest(prefixes: Iterable[str]) -> tuple[str, ...]:
    kept = sorted(set(prefixes))
    return tuple(p for p in kept if not any(p.startswith(other) and p != other for other in kept))


def _spellings(words: str) -> Iterator[str]:
    yield words
    if words.endswith(_CANCER):
        site = words.removesuffix(_CANCER)
        for cells in ("鳞状细胞", "鳞", "腺", "细胞", ""):
            if site.endswith(cells) and len(site) > len(cells):
                yield site.removesuffix(cells) + _TUMOUR
    elif words.endswith(_TUMOUR):
        yield words.removesuffix(_TUMOUR) + _CANCER
    if words.endswith("综合症"):
        yield words.removesuffix("症") + "征"
    if words.endswith("病变"):
        yield words.removesuffix("变")


@cache
def _synonyms() -> dict[str, tuple[str, ...]]:
    """Synonyms that name codes, by their normalised words."""
    return {normalise(words): tuple(codes) for words, codes in _data()["codes"].items()}


@cache
def _no_names() -> frozenset[str]:
    return frozenset(_data()["no-names"])


@cache
def _data() -> dict[str, Any]:
    held: dict[str, Any] = packaged("mingcha.knowledge.indications", "synonyms.yaml")
    return held
