"""The words of the project as data: every field by English name, 中文 and national name; and GLOSSARY.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mingcha.domain import schema
from mingcha.domain.fields import Entity, Field
from mingcha.domain.values import ValueType
from mingcha.knowledge.kinds.by_slug import KINDS
from mingcha.knowledge.point import KnowledgePoint

_MADE = "<!-- 由字段声明生成，请勿手改；改声明后运行 make docs。 -->"


# How people write what a field holds; it is stored in parts of it.
_TYPES = {
    ValueType.MONEY: "金额（元）",
    ValueType.PRICE: "单价（元）",
    ValueType.QUANTITY: "数量",
    ValueType.RATIO: "比例（如 50%）",
    ValueType.CODES: "代码，可以几个",
}


def type_in_words(field: Field[Any]) -> str:
    """What a person writes in this field."""
    if field.type is ValueType.NUMBER and field.unit:
        return f"整数（{field.unit}）"
    if field.type is ValueType.CODE and field.one_of:
        return "词语"
    if field.type is ValueType.CODE and field.codes:
        return "代码或词语"
    return _TYPES.get(field.type, str(field.type))


@dataclass(frozen=True)
class Word:
    """One field as people look it up."""

    entity: str
    entity_label: str
    name: str
    label: str
    national: tuple[str, ...]
    type: str
    written: str
    unit: str
    codes: str
    required: bool
    derived: bool
    beside: str
    personal: bool
    note: str


def entities() -> tuple[type[Entity], ...]:
    """All entities with declared fields: claims, optional facts, results, knowledge points by kind."""
    return (*schema.entities(), KnowledgePoint, *KINDS.values())


def words(*wanted: type[Entity]) -> Iterator[Word]:
    """The fields of these entities (all by default); a kind of point only with those it adds."""
    for entity in wanted or entities():
        inherited = KnowledgePoint.fields() if entity in KINDS.values() else {}
        for name, field in entity.fields().items():
            if name in inherited:
                continue
            yield Word(
                entity.__name__,
                entity.label or "知识点",
                name,
                field.label,
                tuple(dict.fromkeys(field.national)),
                str(field.type),
                type_in_words(field),
                field.unit,
                field.codes,
                field.required,
                field.derived,
                field.beside,
                field.personal,
                field.note,
            )


def glossary() -> str:
    """GLOSSARY.md."""
    parts = [
        _MADE,
        "# 词汇表",
        "每个字段只声明一次：英文名用于程序，中文名用于界面，国家标准名用于导入和接口。"
        "导入时三种名称都认得。金额以分、单价以百万分之一元、数量和比例以万分之一存储。",
    ]
    for entity in entities():
        rows = [_row(word) for word in words(entity)]
        if rows:
            head = "| 英文名 | 中文 | 国家标准名 | 类型 | 说明 |\n|---|---|---|---|---|\n"
            parts.append(f"## {entity.label or '知识点'} `{entity.__name__}`\n\n{head}" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _row(word: Word) -> str:
    national = "、".join(f"`{name}`" for name in word.national)
    note = remarks(word, "`").replace("|", "\\|")
    return f"| `{word.name}` | {word.label} | {national} | {word.type} | {note} |"


def remarks(word: Word, quote: str = "") -> str:
    """What is to be known of a field: whether it must be there, where it comes from, its code list, its note."""
    marks = [
        text
        for text, holds in (
            ("必填", word.required),
            ("由其他字段算出", word.derived and not word.beside),
            ("个人信息", word.personal),
        )
        if holds
    ]
    if word.beside:
        source = schema.OPTIONAL_TABLES[word.beside].label
        marks.append(f"由{source}得出" if word.derived else f"缺失时取自{source}")
    if word.codes:
        marks.append(f"码表 {quote}{word.codes}{quote}")
    return "；".join(part for part in (*marks, word.note) if part)
