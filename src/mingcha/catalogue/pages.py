"""One page a rule, made from its source, settings, kind of knowledge and cases; and their index."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from mingcha.catalogue.entries import entries, entries_of
from mingcha.catalogue.example import Example
from mingcha.catalogue.example_tables import example_text
from mingcha.catalogue.examples import examples_of
from mingcha.domain.errors import DeclarationError
from mingcha.domain.fields import Field
from mingcha.domain.values import written
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.point import FOREVER, KnowledgePoint
from mingcha.knowledge.sources import source
from mingcha.rules.base import Rule
from mingcha.rules.registry import RULES

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


def pages() -> dict[str, str]:
    """All generated pages by file name: the index and one a rule."""
    return {INDEX: index(), **{f"{slug}.md": page(rule) for slug, rule in RULES.items()}}


def page(rule: type[Rule[Any]]) -> str:
    """The page of one rule in Markdown."""
    return page_of(rule, sections_of(rule.slug), entries_of(rule.slug), examples_of(rule.slug))


def page_of(
    rule: type[Rule[Any]],
    sections: Mapping[str, str],
    listed: Sequence[Entry],
    examples: Sequence[Example],
) -> str:
    """The page that these say of a rule: its sections, its entries of the catalogue, its examples."""
    parts = [
        _MADE,
        f"# {rule.title}",
        sections[""],
        *(f"## {heading}\n\n{sections[heading]}" for heading in HEADINGS),
        "## 对应的官方规则\n\n" + "\n".join(_entries(listed)),
        "## 怎样判断\n\n" + "\n".join(_how(rule)),
        *_knowledge(rule),
        *_settings(rule),
        "## 依据\n\n" + "\n".join(f"- {source(name).citation}" for name in rule.legal_basis),
        "## 例子",
        *(example_text(example) for example in examples),
    ]
    return "\n\n".join(parts) + "\n"


def _entries(listed: Sequence[Entry]) -> Iterator[str]:
    yield "| 编码 | 名称 | 类别 | 默认确定性 |"
    yield "|---|---|---|---|"
    for entry in listed:
        yield f"| {entry.code} | {entry.name} | {entry.category} / {entry.group} | {entry.certainty} |"


def _how(rule: type[Rule[Any]]) -> Iterator[str]:
    yield f"- 机制：`{rule.slug}`，第 {rule.version} 版，自 {rule.since} 起"
    yield f"- 判断单位：{rule.grain}"
    if rule.needs:
        yield f"- 需要的事实：{'、'.join(field.label for field in rule.needs)}；缺失时记为“无法判断”"
    yield f"- 提示：{rule.message}"


def _knowledge(rule: type[Rule[Any]]) -> Iterator[str]:
    kind = rule.knowledge
    if kind is None:
        return
    own = [
        field
        for name, field in kind.fields().items()
        if name not in KnowledgePoint.fields() and not field.derived
    ]
    rows = "\n".join(f"| {field.label} | {field.type} | {_default(field)} | {field.note} |" for field in own)
    yield f"## 知识点：{kind.label}\n\n按{kind.subject}匹配，种类标识 `{kind.slug}`。" + (
        f"\n\n| 字段 | 类型 | 缺省 | 说明 |\n|---|---|---|---|\n{rows}" if own else ""
    )


def _default(field: Field[Any]) -> str:
    default = field.default
    if field.required:
        return "必填"
    if default is None or default in ("", ()):
        return "空"
    if isinstance(default, int) and default >= FOREVER:
        return "不限"
    return written(default, field.type)


def _settings(rule: type[Rule[Any]]) -> Iterator[str]:
    declared = rule.settings()
    if not declared:
        return
    rows = []
    for name, setting in declared.items():
        default = "由地区给出" if setting.default in (None, ()) else _written_setting(setting.default)
        bounds = "、".join(setting.one_of) or _bounds(setting.at_least, setting.at_most)
        rows.append(f"| {setting.label} | `{name}` | {default} | {setting.unit} | {bounds} |")
    head = "| 参数 | 名称 | 缺省 | 单位 | 可选 |\n|---|---|---|---|---|\n"
    yield "## 参数\n\n" + head + "\n".join(rows)


def _bounds(low: int | None, high: int | None) -> str:
    if high is not None and high >= FOREVER:
        high = None
    if low is None and high is None:
        return ""
    if high is None:
        return f"不少于 {low}"
    return f"不多于 {high}" if low is None else f"{low}–{high}"


def _written_setting(default: Any) -> str:
    if isinstance(default, bool):
        return "是" if default else "否"
    return "、".join(default) if isinstance(default, tuple) else str(default)


def index() -> str:
    """All rules in the order of the catalogue, with the page of the mechanism that judges each."""
    parts = [
        _MADE,
        "# 规则",
        "先按官方规则目录排列，自有规则在后。每个机制一页；一个机制可以服务几条官方规则，一条官方规则也可以由几个机制判断。",
    ]
    for category, of_category in groupby(entries(), key=lambda entry: entry.category):
        parts.append(f"## {category}")
        for group, of_group in groupby(of_category, key=lambda entry: entry.group):
            rows = [
                f"| {entry.code} | {entry.name} | {_links(entry.mechanisms)} | {entry.certainty} |"
                for entry in of_group
            ]
            table = "| 编码 | 名称 | 机制 | 默认确定性 |\n|---|---|---|---|\n" + "\n".join(rows)
            parts.append(f"### {group}\n\n{table}")
    return "\n\n".join(parts) + "\n"


def _links(mechanisms: tuple[str, ...]) -> str:
    return "、".join(f"[{RULES[slug].title}]({slug}.md)" for slug in mechanisms) or "尚未实现"
