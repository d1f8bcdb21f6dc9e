"""Writing a rule without code: what to begin with, and what is wrong with it while somebody writes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import missing
from mingcha.access.permissions import Permission
from mingcha.audit import definitions
from mingcha.audit.reading.rule_pages import BillView, Tried, said_by, tried
from mingcha.audit.reading.rules import definition_kept
from mingcha.audit.trial import faults as faults_of
from mingcha.audit.trial import findings_of, trial_plan
from mingcha.catalogue.example import FACTS, LINE, Example
from mingcha.catalogue.mechanisms import Mechanism, mechanism_of
from mingcha.catalogue.setting_forms import Plain
from mingcha.catalogue.spelled import Spelled, spelled
from mingcha.catalogue.writing import (
    CONDITION,
    LIMIT,
    VALUE,
    WHEN,
    Copiable,
    Word,
    check_value,
    copiable,
    structured,
    word_list,
)
from mingcha.domain.errors import MingchaError
from mingcha.knowledge.changes import ChangePart
from mingcha.knowledge.definition.form import definition_of, place_of
from mingcha.knowledge.definition.model import HEADINGS, Over, State
from mingcha.knowledge.expressions.structure import Node
from mingcha.knowledge.sources import sources
from mingcha.library.standing import standing
from mingcha.store.database.drafts import DraftChange

Written = Mapping[str, Any]
EXAMPLES = "例子"


@dataclass(frozen=True)
class Citation:
    """A document that a rule may rest on."""

    id: str
    citation: str


@dataclass(frozen=True)
class WritingWords:
    """What a rule may be made of, by what it judges."""

    words: list[Word]
    mechanisms: list[Copiable]
    sources: list[Citation]


@dataclass(frozen=True)
class CaseView:
    """An example as its form shows it."""

    name: str
    items: Mapping[str, str]
    settings: Mapping[str, Plain]
    bills: list[BillView]
    finds: list[Mapping[str, Plain]]
    cannot: list[list[str]]


@dataclass(frozen=True)
class BegunRule:
    """A rule to write on: its written form without the examples, and these one by one.

    Args:
        known: whether the rule stands in a release or was kept before, so that this is a change of it.
    """

    written: Written
    examples: list[CaseView]
    known: bool


@dataclass(frozen=True)
class WritingFault:
    """Something that is wrong.

    Args:
        part: of the form; 说明.检查什么, 例子.2 …; "" where it concerns the whole.
    """

    part: str
    message: str
    where: str
    remedy: str


@dataclass(frozen=True)
class Ran:
    """An example that was run, and where the rule says something else than it should."""

    tried: Tried
    faults: list[str]
    said: list[list[str]]


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


def writing_words(_access: Access, actor: Actor, over: Over, kind: str, parameters: Written) -> WritingWords:
    """Words, mechanisms and documents that a rule may use."""
    actor.check(Permission.RULES_VIEW)
    return WritingWords(
        words=word_list(over, kind, parameters),
        mechanisms=copiable(),
        sources=[Citation(one.id, one.citation) for one in sources().values()],
    )


def begin(
    access: Access,
    actor: Actor,
    draft_id: UUID | None,
    *,
    over: Over | None,
    mechanism: str,
    code: str,
    copy: bool,
) -> BegunRule:
    """A rule to begin with: a new one, one like another, or one that is there, to be changed.

    Raises:
        Missing: there is no rule with this code.
        InputError: no such mechanism.
    """
    actor.check(Permission.RULES_EDIT)
    fresh = definitions.next_code(access.home, _codes_in_drafts(access))
    if code:
        written = standing(access, actor, draft_id).of(ChangePart.DEFINITION).get(code)
        kept = definition_kept(access.home, code)
        written = written or (kept.written if kept else None)
        if written is None:
            raise missing("这条自建规则")
        if copy:
            written = {**written, "编码": fresh, "名称": f"{written.get('名称', '')}（副本）"}
        return _begun(written, known=kept is not None and not copy)
    made = definitions.draft(access.home, mechanism=mechanism, over=over or Over.LINE)
    return _begun({**made, "编码": fresh}, known=False)


def _codes_in_drafts(access: Access) -> list[str]:
    with access.database.reading() as session:
        query = select(DraftChange.key).where(DraftChange.part == ChangePart.DEFINITION.value)
        return list(session.scalars(query.distinct()))


def _begun(written: Written, *, known: bool) -> BegunRule:
    held = dict(written)
    examples = held.pop(EXAMPLES, None) or {}
    cases = [spelled(examples, case) for case in examples.get("cases", ())]
    return BegunRule(
        _texts(held),
        [
            CaseView(
                name=case["name"],
                items=case["items"],
                settings=case["settings"],
                bills=[BillView(**bill) for bill in case["bills"]],
                finds=case["finds"],
                cannot=case["cannot"],
            )
            for case in cases
        ],
        known,
    )


def _texts(value: Any) -> Any:
    """Written values without float: the number 200.01 is the text 200.01."""
    if isinstance(value, Mapping):
        return {str(name): _texts(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [_texts(held) for held in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def check(access: Access, actor: Actor, written: Written, cases: Sequence[Spelled]) -> Checked:
    """All that is wrong with a rule so far, each at its place, and its examples run. Nothing is kept."""
    actor.check(Permission.RULES_EDIT)
    code = str(written.get("编码") or "")
    kept = definition_kept(access.home, code)
    whole = {
        **{name: value for name, value in written.items() if value not in ("", None, [], {})},
        "版本": kept.version + 1 if kept else 1,
        "状态": State.IN_USE.value,
        EXAMPLES: _as_in_files(cases),
    }
    faults: list[WritingFault] = []
    when, condition = _read_texts(whole, faults)
    ran: list[Ran | None] = [None] * len(cases)
    readable = not faults
    faults += _missing(whole)
    if readable:
        # Examples run before all words are written: who writes a condition wants to see what it does.
        judging = _made(_with_stand_ins(whole), faults)
        if judging is not None:
            ran = [_ran(judging, case, number, faults) for number, case in enumerate(cases, 1)]
            faults += _wanting(judging, cases)
            # Where nothing can be judged, the rule itself has now said for want of what.
            whole[EXAMPLES] = _as_in_files(cases)
    return Checked(faults, when, condition, ran, None if faults else whole)


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


def _ran(judging: Mechanism, case: Spelled, number: int, faults: list[WritingFault]) -> Ran | None:
    place = f"{EXAMPLES}.{number}"
    try:
        example = judging.read({**case, "points": ()})
        judging.check_settings({k: v for k, v in example.settings.items() if v is not None})
        said = said_by(judging, example)
        expected = _with_facts(example, said_facts(judging, example))
        told = faults_of(expected, _plan(judging, expected))
        result = Ran(
            tried(judging, example), told, [[at, text] for at, held in said.items() for text in held]
        )
    except MingchaError as error:
        faults.append(WritingFault(place, error.what, error.where, error.remedy))
        return None
    faults += [
        WritingFault(place, _in_words(text), example.name, "核对条件，或改正例子里应有的结果")
        for text in told
    ]
    case["cannot"] = [[at, fact] for at, fact in expected.cannot]
    return result


def _in_words(text: str) -> str:
    """A fault of an example with facts called as people call them."""
    fields = {**FACTS, **LINE}
    return re.sub(
        r"（(\w+)）", lambda found: f"（{fields[found[1]].label}）" if found[1] in fields else found[0], text
    )


def _plan(judging: Mechanism, example: Example) -> Any:
    assert judging.definition is not None
    return trial_plan(example, judging.entries[0], [judging.definition])


def said_facts(judging: Mechanism, example: Example) -> list[tuple[str, str]]:
    """Place and fact of what cannot be judged of an example."""
    return findings_of(example, _plan(judging, example))[1]


def _with_facts(example: Example, open_: Sequence[tuple[str, str]]) -> Example:
    """People say where nothing can be judged; which fact is missing there, the rule says."""
    cannot = [
        one
        for at, fact in example.cannot
        for one in ([(at, fact)] if fact else [pair for pair in open_ if pair[0] == at] or [(at, "")])
    ]
    return replace(example, cannot=tuple(cannot))


def _wanting(judging: Mechanism, cases: Sequence[Spelled]) -> list[WritingFault]:
    """Examples that are still to be written, and words of the draft that nobody has replaced."""
    assert judging.definition is not None
    told = [
        WritingFault("", f"草稿里的“{text}”还没有改写", "", "写上自己的话")
        for text in definitions.unwritten(judging.definition)
    ]
    if not any(case.get("finds") for case in cases):
        told.append(WritingFault(EXAMPLES, "没有一个例子应当报出疑点", "", "加一个应当报的例子"))
    if not any(not case.get("finds") and not case.get("cannot") for case in cases):
        told.append(
            WritingFault(EXAMPLES, "没有一个例子应当不报", "", "加一个应当不报的例子，如恰好等于上限的")
        )
    return told


def _as_in_files(cases: Sequence[Spelled]) -> Spelled:
    items = {name: code for case in cases for name, code in case.get("items", {}).items()}
    told = []
    for case in cases:
        bills = [
            {
                "encounter": bill["facts"],
                **{name: held for name, held in bill.items() if name != "facts" and held != []},
            }
            for bill in case["bills"]
        ]
        kept = {name: case[name] for name in ("settings", "finds", "cannot") if case.get(name)}
        told.append({"name": case["name"], "encounters": bills, **kept})
    return {**({"items": items} if items else {}), "cases": told}


def retired(access: Access, actor: Actor, draft_id: UUID | None, code: str, reason: str) -> Written:
    """A rule as it is written when it is taken out of use: its versions and its code stay.

    Raises:
        Missing: there is no such rule.
    """
    actor.check(Permission.RULES_EDIT)
    kept = definition_kept(access.home, code)
    written = standing(access, actor, draft_id).of(ChangePart.DEFINITION).get(code) or (
        kept.written if kept else None
    )
    if written is None:
        raise missing("这条自建规则")
    version = (kept.version if kept else 0) + 1
    return {**written, "版本": version, "状态": State.RETIRED.value, "停用原因": reason}
