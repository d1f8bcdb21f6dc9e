"""The mapping workbench: proposals for all indication texts that wait, approvals into the next release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mingcha.domain.errors import InputError
from mingcha.domain.values import date_of
from mingcha.ingest.icd import read_diseases
from mingcha.ingest.knowledge import indication_workbook as workbook
from mingcha.ingest.knowledge.importing import ImportReport, Reading, admit, library
from mingcha.ingest.knowledge.indication_workbook import Approval
from mingcha.ingest.knowledge.template import Fault, TemplateError
from mingcha.knowledge.indications.propose import DiseaseIndex, propose
from mingcha.knowledge.kinds.scope import Indication
from mingcha.knowledge.point import Certainty, KnowledgePoint, Status, default_certainty

LAYOUT = "适应症映射表"


@dataclass(frozen=True)
class Proposed:
    """What was written for a person to approve."""

    points: int
    with_codes: int
    fully: int
    """with codes and nothing asked beyond them"""
    conditions: dict[str, int]
    """condition → texts that ask for it"""


@dataclass(frozen=True)
class Approved:
    """What was approved and published."""

    points: int
    fully: int
    report: ImportReport


def propose_mappings(home: Path, diseases: Path, out: Path) -> Proposed:
    """Write the workbook for every imported indication that waits for its codes; nothing is approved by it.

    Raises:
        InputError: the diagnosis table cannot be read, or no point waits.
    """
    waiting = [point for point in _indications(home).values() if point.status == Status.NEEDS_MAPPING]
    if not waiting:
        raise InputError(
            "没有待映射的适应症", where=str(home), remedy="先用 mingcha knowledge import 导入限适应症的表格"
        )
    index = DiseaseIndex(read_diseases(diseases))
    rows = [(point, propose(point.basis, index)) for point in waiting]
    workbook.write(out, rows, index)
    return Proposed(
        points=len(rows),
        with_codes=sum(bool(proposal.codes) for _, proposal in rows),
        fully=sum(proposal.fully for _, proposal in rows),
        conditions=dict(Counter(word for _, proposal in rows for word in proposal.conditions)),
    )


def approve_mappings(home: Path, path: Path, *, effective_from: int | None = None) -> Approved:
    """Turn the approved rows of a workbook into mapped points and publish the next release.

    Args:
        effective_from: day number from which the release judges; today where left out.

    Raises:
        InputError: the file is no such workbook, or nothing in it is approved.
        TemplateError: with every cell that cannot be taken; then nothing of the file is.
    """
    known = {point.point_id: point for point in library(home).points}
    approvals = approvals_in(path, known)
    points = [mapped_by(approval, known) for approval in approvals]
    reading = Reading(points=list(points), files=[(path.name, LAYOUT, len(points))])
    report = admit(home, reading, effective_from=effective_from)
    return Approved(len(points), sum(approval.fully for approval in approvals), report)


def approvals_in(path: Path, known: Mapping[str, KnowledgePoint]) -> list[Approval]:
    """The approved rows of a workbook, each of a point that is known and says what the person read.

    Raises:
        InputError: the file is no such workbook, or nothing in it is approved.
        TemplateError: with every cell that cannot be taken.
    """
    approvals, faults = workbook.read(path)
    held = {point_id: point for point_id, point in known.items() if isinstance(point, Indication)}
    faults += [fault for approval in approvals for fault in _stale(approval, held)]
    faults += _twice(approvals)
    if faults:
        raise TemplateError(path.name, faults)
    if not approvals:
        raise InputError(
            "没有批准任何一行", where=str(path.name), remedy="核对后填写“批准代码”“批准人”“日期”，再运行一次"
        )
    return approvals


def mapped_by(approval: Approval, known: Mapping[str, KnowledgePoint]) -> Indication:
    """The point with the codes that were approved."""
    point = known[approval.point_id]
    assert isinstance(point, Indication)
    return _mapped(point, approval)


def _indications(home: Path) -> dict[str, Indication]:
    points = (point for point in library(home).points if isinstance(point, Indication))
    return {point.point_id: point for point in points}


def _stale(approval: Approval, known: dict[str, Indication]) -> list[Fault]:
    """An approval holds for the text that the person read, while the point is in force."""
    point = known.get(approval.point_id)
    if point is None:
        return [Fault(approval.where, "知识点编号", approval.point_id, "本机没有这条限适应症知识点")]
    if point.status in (Status.SUPERSEDED, Status.ENDED):
        return [Fault(approval.where, "知识点编号", approval.point_id, f"这条知识点{point.status}")]
    if _plain(point.basis) != _plain(approval.text):
        return [Fault(approval.where, "限定文字", approval.text, "与知识库中的原文不同，请重新生成映射表")]
    return []


def _twice(approvals: list[Approval]) -> list[Fault]:
    counted = Counter(approval.point_id for approval in approvals)
    return [
        Fault(approval.where, "知识点编号", approval.point_id, "同一知识点批准了不止一行")
        for approval in approvals
        if counted[approval.point_id] > 1
    ]


def _plain(text: str) -> str:
    return "".join(text.split())


def _mapped(point: Indication, approval: Approval) -> Indication:
    """The point with its codes; where codes do not decide alone, a bill without them is only a doubt."""
    said = [f"诊断编码由{approval.by}于 {date_of(approval.on)} 批准"]
    if not approval.fully:
        said.append(f"编码不能完全判断：{approval.conditions or '见限定文字'}")
    if approval.remark:
        said.append(f"备注：{approval.remark}")
    values = {
        **point.__dict__,
        "diagnoses": approval.codes,
        "status": Status.JUDGEABLE,
        "certainty": default_certainty(point.rule_code) if approval.fully else Certainty.SUSPICION,
        "reason": "；".join(said),
    }
    return Indication(**values)
