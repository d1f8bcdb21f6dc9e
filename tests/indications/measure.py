"""How far proposals agree with the hand-mapped sample, apart for the half that was looked at while building.

`python -m tests.indications.measure` prints the tables of docs/indications.md.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mingcha.ingest.icd import read_diseases
from mingcha.knowledge.indications.propose import DiseaseIndex, Proposal, propose
from mingcha.knowledge.indications.text import LABELS
from tests.indications.draw import draw, identity, read_points
from tests.unit.knowledge.shared import COMPILED, SHARED

DISEASES = SHARED / "data" / "icd" / "ZD_INFO.dat"
HALVES = ("development", "held-out")
_TITLES = {"development": "开发用的一半", "held-out": "未参考的一半"}
Entry = dict[str, Any]


@dataclass
class Agreement:
    """Counts over texts of one half."""

    texts: int = 0
    precision_sum: float = 0.0
    recall_sum: float = 0.0
    right: int = 0
    proposed: int = 0
    wanted: int = 0
    decided: Counter[tuple[bool, bool]] = field(default_factory=Counter)
    """(proposed as decided by codes alone, so in the sample) → texts"""
    conditions: dict[str, Counter[str]] = field(default_factory=dict)
    """word → found, missed, wrong"""

    def figures(self) -> dict[str, float]:
        """Mean precision and recall per text, and both over all pairs of text and code."""
        return {
            "precision": self.precision_sum / self.texts,
            "recall": self.recall_sum / self.texts,
            "pair_precision": self.right / self.proposed,
            "pair_recall": self.right / self.wanted,
        }


def half(text_id: str) -> str:
    """The half of the sample in which a text lies, by a hash of its identity: fixed before anything was built."""
    return HALVES[int(hashlib.sha256(f"half:{text_id}".encode()).hexdigest(), 16) % 2]


@cache
def agreement() -> dict[str, Agreement]:
    """Both halves measured against the diagnosis table of ../shared."""
    index = DiseaseIndex(read_diseases(DISEASES))
    texts = {identity(point.text): point.text for point in draw(read_points(COMPILED))}
    sample = yaml.safe_load((Path(__file__).parent / "sample.yaml").read_text(encoding="utf-8"))["texts"]
    found = {name: Agreement() for name in HALVES}
    for entry in sample:
        _count(found[half(entry["text"])], propose(texts[entry["text"]], index), entry, index)
    return found


def _count(sums: Agreement, proposal: Proposal, entry: Entry, index: DiseaseIndex) -> None:
    got = _codes(index, proposal.codes, proposal.excludes)
    wanted = _codes(index, entry["codes"], entry["excludes"])
    both = len(got & wanted)
    sums.texts += 1
    # Nothing proposed is right only where nothing is wanted.
    sums.precision_sum += both / len(got) if got else float(not wanted)
    sums.recall_sum += both / len(wanted) if wanted else float(not got)
    sums.right += both
    sums.proposed += len(got)
    sums.wanted += len(wanted)
    sums.decided[proposal.fully, entry["fully"]] += 1
    for word in {*proposal.conditions, *entry["conditions"]}:
        kind = "missed" if word not in proposal.conditions else "wrong"
        outcome = "found" if word in proposal.conditions and word in entry["conditions"] else kind
        sums.conditions.setdefault(word, Counter())[outcome] += 1


def _codes(index: DiseaseIndex, codes: Iterable[str], excludes: Iterable[str]) -> set[str]:
    return index.beneath(codes) - index.beneath(excludes)


def tables() -> str:
    """The figures as they stand in docs/indications.md."""
    lines = [
        "| | 文本 | 逐条平均精确率 | 逐条平均召回率 | 全部编码对精确率 | 全部编码对召回率 |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, found in agreement().items():
        figures = " | ".join(f"{value:.1%}" for value in found.figures().values())
        lines.append(f"| {_TITLES[name]} | {found.texts} | {figures} |")
    lines += [
        "",
        "| | 都说可判 | 只有建议说可判 | 只有人工说可判 | 都说不可判 |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, found in agreement().items():
        cells = (found.decided[pair] for pair in ((True, True), (True, False), (False, True), (False, False)))
        lines.append(f"| {_TITLES[name]} | {' | '.join(map(str, cells))} |")
    lines += ["", "| 条件 | 开发：认出/漏/误 | 未参考：认出/漏/误 |", "|---|---|---|"]
    for word in sorted({word for found in agreement().values() for word in found.conditions}):
        cells_of = (found.conditions.get(word, Counter()) for found in agreement().values())
        shown = (f"{cell['found']}/{cell['missed']}/{cell['wrong']}" for cell in cells_of)
        lines.append(f"| {LABELS[word]} | {' | '.join(shown)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(tables())
