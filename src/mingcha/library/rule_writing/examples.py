"""Examples of a rule that somebody writes: run, and as they are kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mingcha.audit import definitions
from mingcha.audit.reading.rule_pages import Tried, said_by, tried
from mingcha.audit.trial import faults as faults_of
from mingcha.audit.trial import findings_of, trial_plan
from mingcha.catalogue.example import FACTS, LINE, Example
from mingcha.catalogue.mechanisms import Mechanism
from mingcha.catalogue.spelled import Spelled
from mingcha.domain.errors import MingchaError
from mingcha.library.rule_writing.faults import EXAMPLES, WritingFault


@dataclass(frozen=True)
class Ran:
    """An example that was run, and where the rule says something else than it should."""

    tried: Tried
    faults: list[str]
    said: list[list[str]]


def ran(judging: Mechanism, case: Spelled, number: int, faults: list[WritingFault]) -> Ran | None:
    """An example run, with what is wrong with it added to the faults; None where it cannot be."""
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


def wanting(judging: Mechanism, cases: Sequence[Spelled]) -> list[WritingFault]:
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


def as_in_files(cases: Sequence[Spelled]) -> Spelled:
    """Examples as files hold them."""
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
