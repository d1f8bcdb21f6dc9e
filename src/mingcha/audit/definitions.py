"""Rules without code as a service: tried on their examples, kept, copied, changed and retired."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mingcha.audit.telling import told
from mingcha.audit.trial import faults, trial_plan
from mingcha.catalogue.defined import (
    all_rules,
    entry_of,
    examples_of_definition,
    page_of_definition,
    points_kind,
)
from mingcha.catalogue.entries import entries_of
from mingcha.catalogue.example import Example
from mingcha.catalogue.pages import sections_of
from mingcha.domain.errors import InputError, KnowledgeError
from mingcha.ingest.definitions import kept_definitions
from mingcha.ingest.written import read_yaml
from mingcha.knowledge.definition.form import definition_of
from mingcha.knowledge.definition.model import HEADINGS, Over, RuleDefinition, State
from mingcha.store import definitions as kept

_FIRST = "MC9{:010d}000"
# What a draft begins with.
_CONDITIONS = {
    Over.LINE: "单价 > 100 且 性别 = 2",
    Over.ITEM: "单价 > 100 且 性别 = 2",
    Over.BILL: "合计(金额) > 5000",
    Over.VISIT: "年龄 > 80 且 生育状态 属于 [3, 4]",
}
_BILL = {"lines": [["c1", "001109000010000", "2026-03-02", 1, 10]]}
_VISIT = {"encounter": {"started_at": "2026-03-02 09:00", "birth_date": "1950-01-01"}}
# What a draft says where somebody has to write; a rule that still says it is not finished.
_NAME, _TEXT, _ITEM, _CASE = "（写明查什么）", "（写给医保办的人看）", "（项目）", "（一句话）"


@dataclass(frozen=True)
class Failure:
    """An example that a rule does not pass: what it should say and what it says."""

    example: str
    what: str


def read_definition(path: Path) -> RuleDefinition:
    """A rule without code from a file.

    Raises:
        InputError: it cannot be read; the message says where and what to do.
    """
    definition = definition_of(read_yaml(path), str(path))
    all_rules([definition])
    return definition


def failures(definition: RuleDefinition) -> list[Failure]:
    """The examples that the rule does not pass, and sorts of examples that it lacks."""
    examples = examples_of_definition(definition)
    found = [failure for example in examples for failure in _tried(definition, example)]
    found += [Failure("", f"草稿里的“{text}”还没有改写") for text in unwritten(definition)]
    if not any(example.fires for example in examples):
        found.append(Failure("", "没有一个例子应当报出疑点"))
    if not any(example.silent for example in examples):
        found.append(Failure("", "没有一个例子应当不报"))
    return found


def page_of(definition: RuleDefinition) -> str:
    """The page of a rule without code in Markdown, with what it says of its examples."""
    entry = entry_of(definition)
    return page_of_definition(definition, lambda example: told(example, entry, [definition]))


def unwritten(definition: RuleDefinition) -> list[str]:
    """What a draft says in place of words that are still to be written."""
    said = str(definition.written)
    return [text for text in (_NAME, _TEXT, _ITEM, _CASE) if text in said]


def adopt(home: Path, path: Path) -> RuleDefinition:
    """Keep a rule of which all examples pass; the next release takes it up if it is in use.

    Raises:
        KnowledgeError: an example fails, or the version is kept already.
    """
    definition = read_definition(path)
    failed = failures(definition)
    if failed:
        first = f"例子{failed[0].example}：{failed[0].what}" if failed[0].example else failed[0].what
        raise KnowledgeError(
            f"规则 {definition.code} 有 {len(failed)} 处不通过，第一处：{first}",
            where=str(path),
            remedy="用 mingcha rules check 看全部；全部通过才能收入",
        )
    kept.keep(home, definition.code, definition.version, definition.written)
    return definition


def retire(home: Path, code: str, reason: str) -> RuleDefinition:
    """Take a rule out of use with the next release; its versions and its code stay.

    Raises:
        InputError: there is no such rule.
    """
    before = _kept(home, code)
    written = {
        **before.written,
        "版本": before.version + 1,
        "状态": State.RETIRED.value,
        "停用原因": reason,
    }
    definition = definition_of(written)
    kept.keep(home, code, definition.version, written)
    return definition


def draft(home: Path, *, mechanism: str = "", over: Over = Over.LINE) -> dict[str, Any]:
    """A definition to begin with, under the next free code, from a mechanism or from a condition."""
    common = {
        "编码": next_code(home),
        "名称": _NAME,
        "版本": 1,
        "状态": State.DRAFT.value,
        "确定性": "可疑",
    }
    if mechanism:
        return {**common, **_from_mechanism(mechanism)}
    of_items = over is Over.ITEM
    points = {
        "知识点种类": "listed-item",
        "知识点": [{"知识点名称": _ITEM, "代码": ["001109000010000"]}],
    }
    return {
        **common,
        "判断": over.value,
        "前提": "是否住院 = 否",
        "条件": _CONDITIONS[over],
        **(points if of_items else {}),
        "提示": "{item} ……",
        "依据": ["fund-regulation"],
        "说明": dict.fromkeys(HEADINGS, _TEXT),
        "例子": {
            "encounter": {"visit_type": 1},
            "cases": [{"name": _CASE, **(_VISIT if over is Over.VISIT else _BILL)}],
        },
    }


def _from_mechanism(slug: str) -> dict[str, Any]:
    named = entries_of(slug)
    if not named:
        raise InputError(f"没有“{slug}”这个机制", remedy="用 mingcha rules list --json 查看全部机制")
    kind, sections = points_kind(slug), sections_of(slug)
    points = (
        {"知识点种类": kind, "知识点": [{"知识点名称": _ITEM, "代码": ["001109000010000"]}]} if kind else {}
    )
    rule = all_rules(())[slug]
    return {
        "机制": slug,
        "参数": {
            name: held.written(held.default)
            for name, held in rule.settings().items()
            if held.default is not None
        },
        **points,
        "提示": rule.message,
        "依据": list(rule.legal_basis),
        "说明": {heading: sections[heading] for heading in HEADINGS},
        "例子": {"cases": []},
    }


def copied(home: Path, code: str) -> dict[str, Any]:
    """A kept rule under a new code, as a draft; a mechanism of the catalogue as `draft` makes it.

    Raises:
        InputError: there is no such rule.
    """
    if entries_of(code):
        return draft(home, mechanism=code)
    before = _kept(home, code)
    return {**before.written, "编码": next_code(home), "版本": 1, "状态": State.DRAFT.value}


def next_code(home: Path, also: Iterable[str] = ()) -> str:
    """The first code that has never been used here.

    Args:
        also: codes that drafts use.
    """
    used = {*kept.codes(home), *also}
    return next(code for number in range(1, 10**10) if (code := _FIRST.format(number)) not in used)


def _kept(home: Path, code: str) -> RuleDefinition:
    for definition in kept_definitions(home):
        if definition.code == code:
            return definition
    raise InputError(f"没有自建规则 {code}", where=str(home), remedy="用 mingcha rules list 查看全部编码")


def _tried(definition: RuleDefinition, example: Example) -> list[Failure]:
    """Judge one example, and say where the rule says something else than it should."""
    plan = trial_plan(example, entry_of(definition), [definition])
    return [Failure(f"“{example.name}”", text) for text in faults(example, plan)]
