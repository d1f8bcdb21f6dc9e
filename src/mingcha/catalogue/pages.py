"""One page a rule, made from its source, settings, kind of knowledge and cases; and their index."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from mingcha.catalogue.document import Items, Part, RulePage, Table, Text, table_of
from mingcha.catalogue.entries import entries, entries_of
from mingcha.catalogue.example import Example
from mingcha.catalogue.example_tables import Telling, laid_out
from mingcha.catalogue.examples import examples_of
from mingcha.catalogue.glossary import type_in_words
from mingcha.catalogue.markdown import table, text_of_page
from mingcha.domain.claims import Encounter, Line
from mingcha.domain.codelists import CODE_LISTS
from mingcha.domain.errors import DeclarationError
from mingcha.domain.fields import Field
from mingcha.domain.values import written
from mingcha.knowledge.completion import DEFAULTS
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.point import FOREVER, KnowledgePoint, Subject
from mingcha.knowledge.sources import source
from mingcha.rules.base import Grain, Rule, VisitRule
from mingcha.rules.period import CapacityRule, PeriodRule, StockRule
from mingcha.rules.registry import RULES
from mingcha.rules.settings import Setting

HEADINGS = ("检查什么", "为何违规", "不报什么", "处理建议")
INDEX = "README.md"
_MADE = "<!-- 由规则源码生成，请勿手改；改规则后运行 make docs。 -->"


@cache
def sections_of(slug: str) -> dict[str, str]:
    """The docstring of a rule's module by heading; "" is its first line, the fault in a sentence.

    Raises:
        DeclarationError: a heading is missing, empty or in another order.
    """
    rule = RULES[slug]
    text = sys.modules[rule.__module__].__doc__ or ""
    parts = re.split(r"^## +(.+)$", text, flags=re.MULTILINE)
    found = {"": parts[0].strip()}
    found.update({name.strip(): _joined(body) for name, body in zip(parts[1::2], parts[2::2], strict=True)})
    if tuple(found) != ("", *HEADINGS) or not all(found.values()):
        raise DeclarationError(f"规则 {slug} 的说明须依次有：{'、'.join(HEADINGS)}", where=rule.__module__)
    return found


def sections_of_rule(rule: type[Rule[Any]]) -> Mapping[str, str]:
    """The same of any rule; one without code brings its own."""
    own: Mapping[str, str] | None = getattr(rule, "sections", None)
    return sections_of(rule.slug) if own is None else own


def _joined(body: str) -> str:
    """Chinese lines joined without a blank; the source is wrapped for reading, the page by its reader."""
    return "".join(line.strip() for line in body.strip().splitlines())


def pages(telling: Telling) -> dict[str, str]:
    """All generated pages by file name: the index and one a rule.

    Args:
        telling: says what a rule finds in an example, by running it.
    """
    return {INDEX: index(), **{f"{slug}.md": page(slug, telling) for slug in RULES}}


def page(slug: str, telling: Telling) -> str:
    """The page of one mechanism in Markdown."""
    return page_of(RULES[slug], sections_of(slug), entries_of(slug), examples_of(slug), telling)


def page_of(
    rule: type[Rule[Any]],
    sections: Mapping[str, str],
    listed: Sequence[Entry],
    examples: Sequence[Example],
    telling: Telling,
) -> str:
    """The page that these say of a rule in Markdown: its sections, its entries of the catalogue, its examples."""
    page = rule_page(rule, sections, listed, examples, telling)
    return "\n\n".join([_MADE, *text_of_page(page)]) + "\n"


def rule_page(
    rule: type[Rule[Any]],
    sections: Mapping[str, str],
    listed: Sequence[Entry],
    examples: Sequence[Example],
    telling: Telling,
) -> RulePage:
    """The same before it is written."""
    shared, laid = laid_out(rule, examples, telling)
    parts = page_parts(rule, sections, listed, examples, telling)
    return RulePage(rule.title, fault_of(sections), parts, shared, laid)


def fault_of(sections: Mapping[str, str]) -> str:
    """What is wrong, in a sentence."""
    return sections[""].partition("：")[2] or sections[""]


def page_parts(
    rule: type[Rule[Any]],
    sections: Mapping[str, str],
    listed: Sequence[Entry],
    examples: Sequence[Example],
    telling: Telling,
) -> tuple[Part, ...]:
    """All that stands on the page before the examples: for the documents and for the screen of the rule library."""
    return (
        *(Part(heading, (Text(sections[heading]),)) for heading in HEADINGS),
        Part(_heading(listed), (_entries(listed),)),
        Part("怎样判断", (Items(tuple(_how(rule, examples, telling))),)),
        *_knowledge(rule),
        *_settings(rule),
        Part("依据", (Items(tuple(source(name).citation for name in rule.legal_basis)),)),
    )


def _heading(listed: Sequence[Entry]) -> str:
    official = [bool(entry.number) for entry in listed]
    if all(official):
        return "对应的官方规则"
    return "对应的规则" if any(official) else "规则编码"


def _entries(listed: Sequence[Entry]) -> Table:
    rows = [
        [entry.code, entry.name, f"{entry.category} / {entry.group}", entry.certainty] for entry in listed
    ]
    return table_of(["编码", "名称", "类别", "默认确定性"], rows)


# What an example adds to the sentence of a finding.
_TAKEN = re.compile(r"（(?:数量|超收) [^（）]*）$")


def _how(rule: type[Rule[Any]], examples: Sequence[Example], telling: Telling) -> Iterator[str]:
    since = f"自软件 {rule.since} 版起" if rule.slug in RULES else "自建"
    yield f"机制：`{rule.slug}`，第 {rule.version} 版，{since}"
    yield f"判断的对象：{_looked_at(rule)}"
    if rule.needs:
        yield f"需要的事实：{'、'.join(field.label for field in rule.needs)}；缺失而影响结论的，记为“无法判断”"
    sentences = (
        text for example in examples if example.fires for told in telling(example).values() for text in told
    )
    first = next((text for text in sentences if not text.startswith("**无法判断**")), "")
    if first:
        yield f"提示的写法：{_TAKEN.sub('', first.partition('：')[2])}"


_UNITS = {
    Grain.LINE: "每条费用明细",
    Grain.ENCOUNTER: "每次就诊（一次住院或一次门诊的全部明细合在一起看）",
    Grain.PERSON: "每名参保人（本人各次就诊合在一起看，包括历史就诊）",
    Grain.INSTITUTION_PERIOD: "每家机构，每个统计周期",
}


def _looked_at(rule: type[Rule[Any]]) -> str:
    """What one judgement looks at, in words."""
    if rule.grain is Grain.LINE and rule.knowledge and rule.knowledge.subject in _CODED:
        return _CODED[rule.knowledge.subject]
    if issubclass(rule, VisitRule) and rule.forbids is not None:
        return "每次就诊"
    if issubclass(rule, StockRule):
        return "每家机构的每种项目，相邻两次盘存之间"
    if issubclass(rule, CapacityRule):
        whose = "的每名执行人" if Line.executing_doctor_id.name in {field.name for field in rule.by} else ""
        return f"每家机构{whose}{'、每个知识点' if rule.by_point else ''}，每日"
    if issubclass(rule, PeriodRule) and Encounter.doctor_id.name in {field.name for field in rule.by}:
        return "每家机构的每名医师，每个统计周期"
    return _UNITS[rule.grain]


_CODED = {Subject.DIAGNOSIS: "就诊的每个诊断", Subject.PROCEDURE: "就诊的每个手术操作"}


def _knowledge(rule: type[Rule[Any]]) -> Iterator[Part]:
    kind = rule.knowledge
    if kind is None:
        return
    own = [
        field
        for name, field in kind.fields().items()
        if name not in KnowledgePoint.fields() and not field.derived
    ]
    rows = [[field.label, type_in_words(field), _default(field), _note(field)] for field in own]
    heading = f"知识点：{kind.label}"
    intro = f"按{kind.subject}匹配，种类标识 `{kind.slug}`。"
    if own:
        told = Text(f"{intro}每条知识点除代码、名称、地区、生效和失效日期、出处外，还有：")
        yield Part(heading, (told, table_of(["字段", "类型", "缺省", "说明"], rows)))
    else:
        yield Part(heading, (Text(f"{intro}每条知识点只有代码、名称、地区、生效和失效日期、出处。"),))


def _default(field: Field[Any]) -> str:
    default = field.default
    if field.required:
        return "必填"
    if default is None or default in ("", ()):
        return "空"
    if isinstance(default, int) and not isinstance(default, bool) and default >= FOREVER:
        return "不限"
    if isinstance(default, int) and default < 0:
        return "不分"
    return written(default, field.type)


def _note(field: Field[Any]) -> str:
    """What a field says more; the words of its code list where it says nothing and the list is short."""
    listed = CODE_LISTS.get(field.codes, {})
    if field.one_of and field.one_of[-1] not in field.note:
        words = "、".join(one for one in field.one_of if one)
        return "；".join(part for part in (words, field.note) if part)
    if field.note or not listed or len(listed) > _SHORT:
        return field.note
    return "、".join(f"{code} {label}" for code, label in listed.items())


_SHORT = 6


def _settings(rule: type[Rule[Any]]) -> Iterator[Part]:
    declared = rule.settings()
    if not declared:
        return
    rows = [
        [held.label, f"`{name}`", _default_of(name, held), _allowed(held)] for name, held in declared.items()
    ]
    yield Part("参数", (table_of(["参数", "写作", "缺省", "可以是"], rows),))


def _default_of(name: str, held: Setting) -> str:
    if held.default in (None, ()):
        return "由地区给出" if name in DEFAULTS else "无"
    return "不限" if _endless(held.default, held) else held.text(held.default)


def _endless(value: Any, held: Setting) -> bool:
    return held.numeric and isinstance(value, int) and value >= FOREVER * held.scale


def _allowed(held: Setting) -> str:
    if held.one_of:
        return "、".join(held.one_of)
    if isinstance(held.default, tuple):
        return "代码的列表"
    return "是（true）、否（false）" if isinstance(held.default, bool) else held.bounds().removeprefix("为 ")


def index() -> str:
    """All rules in the order of the catalogue, with the page of the mechanism that judges each."""
    parts = [
        _MADE,
        "# 规则",
        f"官方规则 {sum(bool(entry.number) for entry in entries())} 条，按官方目录的类别、分组和次序排列；"
        f"自有规则 {sum(not entry.number for entry in entries())} 条在后。"
        "每个机制（一种判断方法）一页；一个机制可以服务几条规则，一条规则也可以由几个机制判断。",
        "默认确定性可以由知识点改变：明确违规的，事前、事中可以拦截；可疑的，先听取机构说明；提醒不涉及金额。",
    ]
    for category, of_category in groupby(entries(), key=lambda entry: entry.category):
        parts.append(f"## {category}")
        for group, of_group in groupby(of_category, key=lambda entry: entry.group):
            rows = [[entry.code, entry.name, _links(entry.mechanisms), entry.certainty] for entry in of_group]
            parts.append(f"### {group}\n\n{table(['编码', '名称', '机制', '默认确定性'], rows)}")
    return "\n\n".join(parts) + "\n"


def _links(mechanisms: tuple[str, ...]) -> str:
    return "、".join(f"[{RULES[slug].title}]({slug}.md)" for slug in mechanisms) or "尚未实现"
