"""The written form of a rule without code, read with messages that say what is wrong, where, and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from mingcha.domain.errors import InputError
from mingcha.domain.fields import Field
from mingcha.domain.values import ValueType
from mingcha.knowledge.definition.model import HEADINGS, Over, Parameter, RuleDefinition, State
from mingcha.knowledge.kinds.by_slug import KINDS, kind
from mingcha.knowledge.point import Certainty, KnowledgePoint
from mingcha.knowledge.reading import value_of
from mingcha.knowledge.sources import source, sources

CODE = re.compile(r"MC9[0-9]{13}")
KNOWN = (
    "编码", "名称", "版本", "状态", "停用原因", "确定性", "判断", "机制", "前提", "条件", "读到", "限定",
    "知识点种类", "知识点", "参数", "提示", "依据", "说明", "例子",
)  # fmt: skip
_TYPES = {
    "整数": ValueType.NUMBER,
    "金额": ValueType.MONEY,
    "单价": ValueType.PRICE,
    "数量": ValueType.QUANTITY,
    "比例": ValueType.RATIO,
}
_OF_PARAMETER = ("类型", "缺省", "单位", "最小", "最大")


def definition_of(written: object, where: str = "") -> RuleDefinition:
    """The definition that is written.

    Raises:
        InputError: something is missing, unknown or cannot be read.
    """
    return _Form(written, where).definition()


def parameter_types(written: Mapping[str, Any]) -> dict[str, ValueType]:
    """The types of parameters as they are written, for reading what stands beside them; unknown ones are numbers."""
    return {
        str(name): _TYPES.get(str(told.get("类型")) if isinstance(told, Mapping) else "", ValueType.NUMBER)
        for name, told in written.items()
    }


_PLACES = (("参数“", "参数"), ("知识点第", "知识点"), ("提示中", "提示"))


def place_of(message: str) -> str:
    """The part of the form that a message of it speaks of, "" where of none."""
    for said, part in _PLACES:
        if said in message:
            return part
    named = re.findall(r"“([^”]+)”", message)
    of_sections = next((f"说明.{part}" for part in named if part in HEADINGS), "")
    return next((part for part in named if part in KNOWN), of_sections)


class _Form:
    def __init__(self, written: object, where: str) -> None:
        self.where = where
        self.told = self.mapping(written, KNOWN)
        self.where = f"{where} {self.told.get('编码', '')}".strip()

    def definition(self) -> RuleDefinition:
        code, mechanism, condition = self.text("编码"), self.optional("机制"), self.optional("条件")
        if not CODE.fullmatch(code):
            self.wrong(
                f"编码“{code}”不合格式", "自建规则的编码为 MC9 加 13 位数字，用 mingcha rules new 取下一个"
            )
        if bool(mechanism) == bool(condition):
            self.wrong("“机制”和“条件”应写且只写一个", "照已有机制做的写“机制”，自己写条件的写“条件”和“判断”")
        slug = self.optional("知识点种类")
        if slug and slug not in KINDS:
            self.wrong(f"没有“{slug}”这种知识点", f"可用：{'、'.join(KINDS)}")
        sources = self.sources()
        return RuleDefinition(
            code=code,
            name=self.text("名称"),
            version=self.number("版本", 1),
            state=State(self.one_of("状态", [one.value for one in State], State.DRAFT)),
            certainty=self.one_of("确定性", [one.value for one in Certainty], Certainty.SUSPICION),
            over=Over(self.one_of("判断", [one.value for one in Over])) if condition else None,
            mechanism=mechanism,
            when=self.optional("前提"),
            condition=condition,
            value=self.optional("读到"),
            limit=self.optional("限定"),
            kind=slug,
            points=self.points(code, slug, sources[0]),
            parameters=self.parameters() if condition else (),
            settings={} if condition else dict(self.mapping(self.told.get("参数") or {})),
            message=self.text("提示"),
            sources=sources,
            sections=self.sections(),
            examples=self.mapping(self.told.get("例子") or self.lacks("例子")),
            written=self.told,
        )

    def points(self, code: str, slug: str, cited: str) -> tuple[KnowledgePoint, ...]:
        written = self.told.get("知识点") or []
        if written and not slug:
            self.wrong("有知识点而没有写“知识点种类”", f"可用：{'、'.join(KINDS)}")
        return tuple(self.point(code, slug, cited, one, number) for number, one in enumerate(written, 1))

    def point(self, code: str, slug: str, cited: str, written: object, number: int) -> KnowledgePoint:
        shape, document = kind(slug), source(cited)
        fields = {name: held for held in shape.fields().values() for name in (held.label, held.name)}
        values: dict[str, Any] = {
            "point_id": f"{code}:{number:04d}",
            "rule_code": code,
            "certainty": self.told.get("确定性", Certainty.SUSPICION),
            "source_id": document.id,
            "source_document": document.document,
            "source_number": document.number,
        }
        for name, raw in self.mapping(written, tuple(fields)).items():
            values[fields[name].name] = self.read(fields[name], raw, f"知识点第 {number} 条")
        if not values.get("codes"):
            self.wrong(f"知识点第 {number} 条没有“代码”", "写出它所指的医保目录、诊断或手术操作编码")
        return shape(**values)

    def parameters(self) -> tuple[Parameter, ...]:
        return tuple(
            self.parameter(str(name), self.mapping(told, _OF_PARAMETER))
            for name, told in self.mapping(self.told.get("参数") or {}).items()
        )

    def parameter(self, name: str, told: Mapping[str, Any]) -> Parameter:
        word = str(told.get("类型", "整数"))
        if word not in _TYPES:
            self.wrong(f"参数“{name}”的类型没有“{word}”", f"可用：{'、'.join(_TYPES)}")
        shape: Field[Any] = Field(_TYPES[word], name)

        def read(label: str) -> Any:
            raw = told.get(label)
            return None if raw is None else self.read(shape, raw, f"参数“{name}”的{label}")

        return Parameter(
            name, _TYPES[word], read("缺省"), str(told.get("单位", "")), read("最小"), read("最大")
        )

    def sources(self) -> tuple[str, ...]:
        named = self.told.get("依据") or self.lacks("依据")
        found = tuple(map(str, named if isinstance(named, list) else [named]))
        for name in found:
            if name not in sources():
                self.wrong(f"来源“{name}”不在来源目录中", f"可用：{'、'.join(sources())}")
        return found

    def sections(self) -> dict[str, str]:
        told = self.mapping(self.told.get("说明") or self.lacks("说明"), HEADINGS)
        found = {heading: str(told.get(heading) or "").strip() for heading in HEADINGS}
        for heading, text in found.items():
            if not text:
                self.wrong(f"说明缺少“{heading}”", "四个标题都要写，给医保办的人读")
        return {"": self.text("名称"), **found}

    def read(self, held: Field[Any], raw: object, place: str) -> Any:
        try:
            return value_of(held, raw)
        except ValueError as error:
            self.wrong(f"{place}“{held.label}”{error}", "改正后再试")

    def mapping(self, written: object, known: Sequence[str] = ()) -> Mapping[str, Any]:
        if not isinstance(written, Mapping):
            self.wrong("层次不对，应为“名称: 值”", "用 mingcha rules new 写出一份草稿，照它填写")
        unknown = [str(name) for name in written if known and name not in known]
        if unknown:
            self.wrong(f"不认得“{'、'.join(unknown)}”", f"可用：{'、'.join(known)}")
        return written

    def text(self, label: str) -> str:
        return self.optional(label) or str(self.lacks(label))

    def optional(self, label: str) -> str:
        return str(self.told.get(label) or "").strip()

    def number(self, label: str, default: int) -> int:
        value = self.told.get(label, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            self.wrong(f"“{label}”应为正整数，实为“{value}”", "第一次为 1，每改一次加 1")
        return int(value)

    def one_of(self, label: str, known: Sequence[str], default: str = "") -> str:
        word = self.optional(label) or default or str(self.lacks(label))
        if word not in known:
            self.wrong(f"“{label}”没有“{word}”", f"可用：{'、'.join(known)}")
        return word

    def lacks(self, label: str) -> NoReturn:
        self.wrong(f"缺少“{label}”", f"补上“{label}”")

    def wrong(self, what: str, remedy: str) -> NoReturn:
        raise InputError(what, where=self.where, remedy=remedy)
