"""The user's code tables of diagnoses and operations, published as knowledge of the next release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mingcha.domain.errors import InputError
from mingcha.ingest.codes import read_codes
from mingcha.ingest.knowledge.importing import ImportReport, Reading, admit
from mingcha.knowledge.kinds.coding import CodeList, DiagnosisCodeList, ProcedureCodeList
from mingcha.knowledge.point import Certainty, Subject

LAYOUT = "编码库"
# Which rule reads a list, and how many characters its groups begin with: the chapter's letter, the first two digits.
_KINDS: dict[Subject, tuple[type[CodeList], str, int]] = {
    Subject.DIAGNOSIS: (DiagnosisCodeList, "GZ10000201003000", 1),
    Subject.PROCEDURE: (ProcedureCodeList, "GZ10000201004000", 2),
}


@dataclass(frozen=True)
class Listed:
    """What was published: so many codes of diagnoses and of operations."""

    diagnoses: int
    procedures: int
    report: ImportReport


def import_code_lists(
    home: Path, paths: Sequence[Path], edition: str, *, effective_from: int | None = None
) -> Listed:
    """Publish the codes of these files as the lists of an edition; an earlier import gives way.

    Args:
        effective_from: day number from which the release judges; today where left out.

    Raises:
        InputError: a file cannot be read, or holds codes of neither diagnoses nor operations.
    """
    found = {subject: codes for subject, codes in read_codes(paths).items() if subject in _KINDS}
    if not found:
        raise InputError(
            "文件里没有诊断或手术操作编码",
            where="、".join(map(str, paths)),
            remedy="每行一个编码；或 xlsx、csv 表格，其中一列是编码",
        )
    document = "、".join(path.name for path in paths)
    points = [
        point for subject, codes in found.items() for point in _points(subject, codes, edition, document)
    ]
    counted = {subject: len(codes) for subject, codes in found.items()}
    reading = Reading(points=list(points), files=[(document, LAYOUT, sum(counted.values()))])
    report = admit(home, reading, effective_from=effective_from)
    return Listed(counted.get(Subject.DIAGNOSIS, 0), counted.get(Subject.PROCEDURE, 0), report)


def _points(subject: Subject, codes: Iterable[str], edition: str, document: str) -> Iterable[CodeList]:
    """A point for each beginning, with all codes that begin so."""
    kind, rule_code, length = _KINDS[subject]
    groups: dict[str, list[str]] = defaultdict(list)
    for code in sorted(codes):
        groups[code[:length]].append(code)
    for begin, listed in sorted(groups.items()):
        yield kind(
            point_id=f"codes:{kind.slug}:{begin}",
            rule_code=rule_code,
            name=f"{kind.label} {begin}",
            codes=(begin,),
            certainty=Certainty.SUSPICION,
            edition=edition,
            listed=tuple(listed),
            source_document=document,
        )
