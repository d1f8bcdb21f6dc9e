"""All that is wrong with a rule so far, each at its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.permissions import Permission
from mingcha.audit.reading.rules import definition_kept
from mingcha.catalogue.mechanisms import Mechanism, mechanism_of
from mingcha.catalogue.spelled import Spelled
from mingcha.catalogue.writing import (
    CONDITION,
    LIMIT,
    VALUE,
    WHEN,
    check_value,
    structured,
)
from mingcha.domain.errors import MingchaError
from mingcha.knowledge.definition.form import definition_of, place_of
from mingcha.knowledge.definition.model import HEADINGS, Over, State
from mingcha.knowledge.expressions.structure import Node
from mingcha.library.rule_writing.beginning import Written
from mingcha.library.rule_writing.examples import Ran, as_in_files, ran, wanting
from mingcha.library.rule_writing.faults import EXAMPLES, WritingFault


@dataclass(frozen=True)
class Checked:
    """A rule as far as it is written.

    Args:
        when, condition: the texts as groups and lines; None where there is none or it cannot be read.
        examples: each one run, None where it cannot be.
        written: the whole as it would be kept; None while something is wrong.
    """

    faults: list[WritingFault]
    when: Node | None
    condition: Node | None
    examples: list[Ran | None]
    written: Written | None


def check(access: Access, actor: Actor, written: Written, cases: Sequence[Spelled]) -> Checked:
    """All that is wrong with a rule so far, each at its place, and its examples run. Nothing is kept."""
    actor.check(Permission.RULES_EDIT)
    code = str(written.get("编码") or "")
    kept = definition_kept(access.home, code)
    whole = {
        **{name: value for name, value in written.items() if value not in ("", None, [], {})},
        "版本": kept.version + 1 if kept else 1,
        "状态": State.IN_USE.value,
        EXAMPLES: as_in_files(cases),
    }
    faults: list[WritingFault] = []
    when, condition = _read_texts(whole, faults)
    runs: list[Ran | None] = [None] * len(cases)
    readable = not faults
    faults += _missing(whole)
    if readable:
        # Examples run before all words are written: who writes a condition wants to see what it does.
        judging = _made(_with_stand_ins(whole), faults)
        if judging is not None:
            runs = [ran(judging, case, number, faults) for number, case in enumerate(cases, 1)]
            faults += wanting(judging, cases)
            # Where nothing can be judged, the rule itself has now said for want of what.
            whole[EXAMPLES] = as_in_files(cases)
    return Checked(faults, when, condition, runs, None if faults else whole)


_STAND_INS: Mapping[str, Any] = {"名称": "……", "提示": "{item}", "依据": ["fund-regulation"]}


def _missing(written: Written) -> list[WritingFault]:
    """Words that are still to be written, all at once."""
    told = written.get("说明")
    said = told if isinstance(told, Mapping) else {}
    lacking = [(name, name) for name in _STAND_INS if not written.get(name)]
    lacking += [(f"说明.{name}", name) for name in HEADINGS if not said.get(name)]
    return [WritingFault(part, f"缺少“{name}”", "", f"补上“{name}”") for part, name in lacking]


def _with_stand_ins(written: Written) -> Written:
    told = written.get("说明")
    said = told if isinstance(told, Mapping) else {}
    stood = {name: stand_in for name, stand_in in _STAND_INS.items() if not written.get(name)}
    return {**written, **stood, "说明": {name: said.get(name) or "……" for name in HEADINGS}}


def _read_texts(written: Written, faults: list[WritingFault]) -> tuple[Node | None, Node | None]:
    """Precondition and condition taken apart; what cannot be read is a fault of its own place."""
    over = written.get("判断")
    known = next((one for one in Over if one.value == over), Over.LINE)
    told = written.get("参数")
    # Parameters of a mechanism are values, and no words of a condition.
    parameters = told if isinstance(told, Mapping) and not written.get("机制") else {}
    kind = str(written.get("知识点种类") or "")
    whole = known if known in (Over.BILL, Over.VISIT) else Over.BILL
    nodes: dict[str, Node] = {}
    for part, reads in ((WHEN, whole), (CONDITION, known)):
        if text := str(written.get(part) or ""):
            try:
                nodes[part] = structured(text, reads, kind if part == CONDITION else "", parameters)
            except MingchaError as error:
                faults.append(WritingFault(part, error.what, error.where, error.remedy))
    for part in (VALUE, LIMIT):
        if text := str(written.get(part) or ""):
            try:
                check_value(text, known, kind, parameters)
            except MingchaError as error:
                faults.append(WritingFault(part, error.what, error.where, error.remedy))
    return nodes.get(WHEN), nodes.get(CONDITION)


def _made(written: Written, faults: list[WritingFault]) -> Mechanism | None:
    try:
        definition = definition_of(written)
        # Examples are read one by one; all but one of them may be right.
        judging = mechanism_of(replace(definition, examples={"cases": []}))
        judging.examples  # noqa: B018  # reads the message and its placeholders
    except MingchaError as error:
        faults.append(
            WritingFault(place_of(error.what) or _part_in(error.where), error.what, error.where, error.remedy)
        )
        return None
    return judging


def _part_in(where: str) -> str:
    return next((part for part in (CONDITION, WHEN) if part in where), "")
