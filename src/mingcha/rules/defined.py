"""Rules without code become rules like any other: a class made from a mechanism or from a condition."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from mingcha.domain.claims import Encounter, Line
from mingcha.domain.conditions import Both, Condition, Count, Distinct, Expr, Total
from mingcha.domain.errors import InputError, MingchaError
from mingcha.domain.fields import Field
from mingcha.domain.values import ValueType
from mingcha.knowledge.definition.model import Over, Parameter, RuleDefinition
from mingcha.knowledge.expressions.reading import condition_of, value_of
from mingcha.knowledge.expressions.words import Words, type_of, vocabulary
from mingcha.knowledge.kinds.by_slug import KINDS
from mingcha.knowledge.reading import SCALES
from mingcha.rules.base import BillRule, Grain, ItemRule, LineRule, Rule, VisitRule
from mingcha.rules.period import PeriodRule
from mingcha.rules.registry import RULES
from mingcha.rules.settings import Setting

_BASES: Mapping[Over, type[Rule[Any]]] = {
    Over.LINE: LineRule,
    Over.BILL: BillRule,
    Over.ITEM: ItemRule,
    Over.VISIT: VisitRule,
}
# What is judged as a whole has its ages on its first day; of a line they are those of its own day.
_AS_A_WHOLE = (Over.BILL, Over.VISIT)
SINCE = "自建"


def defined_rule(definition: RuleDefinition) -> type[Rule[Any]]:
    """The rule that a definition describes.

    Raises:
        InputError: no such mechanism, a condition that cannot be read or cannot stand here, a wrong setting.
    """
    try:
        made = _from_mechanism(definition) if definition.mechanism else _from_condition(definition)
    except MingchaError as error:
        place = f"规则 {definition.code}"
        raise InputError(
            error.what, where=f"{place} {error.where}".strip(), remedy=error.remedy or "改正后再试"
        ) from error
    return made


def words_of(over: Over, kind: str = "", settings: Words | None = None) -> dict[str, Expr]:
    """What a condition over lines, bills, items or visits may read."""
    shape = KINDS[kind] if kind else None
    age_on = Encounter.first_day if over in _AS_A_WHOLE else Line.day
    return vocabulary(shape, settings, age_on=age_on, lines=over is not Over.VISIT)


def _common(definition: RuleDefinition) -> dict[str, Any]:
    return {
        "__module__": __name__,
        "__doc__": definition.sections["检查什么"],
        "slug": definition.slug,
        "version": definition.version,
        "since": SINCE,
        "title": definition.name,
        "legal_basis": definition.sources,
        "message": definition.message,
        "sections": definition.sections,
    }


def _from_mechanism(definition: RuleDefinition) -> type[Rule[Any]]:
    if definition.mechanism not in RULES:
        raise InputError(
            f"没有“{definition.mechanism}”这个机制", remedy="用 mingcha rules list --json 查看全部机制"
        )
    base = RULES[definition.mechanism]
    if issubclass(base, PeriodRule):
        raise InputError(f"{base.slug} 是统计指标，不能照做", remedy="在规则集里改它的参数")
    wanted = base.knowledge.slug if base.knowledge else ""
    if definition.kind != wanted:
        raise InputError(
            f"机制 {base.slug} 的知识点种类是“{wanted or '（不需要知识点）'}”", remedy="改正“知识点种类”"
        )
    declared = base.settings()
    unknown = sorted(set(definition.settings) - set(declared))
    if unknown:
        raise InputError(
            f"机制没有参数 {'、'.join(unknown)}", remedy=f"可设的参数：{'、'.join(declared) or '无'}"
        )
    body = _common(definition)
    for name, value in definition.settings.items():
        held = tuple(value) if isinstance(value, list) else value
        body[name] = copy.copy(declared[name])
        body[name].default = declared[name].taken(held, base.slug)
    if definition.when:
        body["when"] = _narrowed(base, definition)
    return type(base.__name__, (base,), body)


def _narrowed(base: type[Rule[Any]], definition: RuleDefinition) -> Condition:
    """The mechanism's own precondition and the definition's."""
    if base.forbids is None and not issubclass(base, ItemRule):
        raise InputError(f"机制 {base.slug} 不能加前提", remedy="去掉“前提”，或改用条件")
    when = _when(definition, vocabulary(age_on=Encounter.first_day), {})
    return when if base.when is None else Both(base.when, when)


def _from_condition(definition: RuleDefinition) -> type[Rule[Any]]:
    over = definition.over or Over.LINE
    if (over is Over.ITEM) is not bool(definition.kind):
        raise InputError(
            "判断“项目”的规则要有知识点，判断明细、单据、就诊的没有",
            remedy="改正“判断”，或写上“知识点种类”和“知识点”",
        )
    settings = {one.name: _setting(one) for one in definition.parameters}
    types = {one.name: one.type for one in definition.parameters}
    words = words_of(over, definition.kind, settings)
    condition = condition_of(definition.condition, words, types)
    _check_scope(condition, over)
    body = {**_common(definition), **settings, "forbids": condition}
    if over is Over.BILL:
        body["needs"] = tuple(dict.fromkeys(_summed(condition)))
        body["value"] = next(_shown_of_bill(condition))
    elif over is not Over.VISIT:
        body["grain"] = Grain.LINE
    if definition.when:
        whole = over if over in _AS_A_WHOLE else Over.BILL
        body["when"] = _when(definition, words_of(whole, "", settings), types)
    for name, text in (("value", definition.value), ("limit", definition.limit)):
        if text:
            body[name] = value_of(text, words, types)
    if definition.kind:
        body["knowledge"] = KINDS[definition.kind]
    made: type[Rule[Any]] = type("DefinedRule", (_BASES[over],), body)
    # A setting is shown in its own unit, which only the definition knows.
    shown = (ValueType.NUMBER if part is None else type_of(part, types) for part in made.shown())
    made._types = tuple(shown)  # type: ignore[assignment]  # in the place of the property
    return made


def _setting(one: Parameter) -> Setting:
    made = Setting(
        one.default,
        one.name,
        one.unit,
        scale=SCALES.get(one.type, 1),
        at_least=one.at_least,
        at_most=one.at_most,
    )
    made.name = one.name
    if one.default is None:
        raise InputError(f"参数“{one.name}”没有缺省", remedy="写上“缺省”；各地不同的再在规则集里改")
    return made


def _when(definition: RuleDefinition, words: Words, types: Mapping[str, ValueType]) -> Condition:
    when = condition_of(definition.when, words, types)
    if any(isinstance(part, Total | Distinct | Count) or _of_line(part) for part in when.walk()):
        raise InputError("前提只能读就诊、参保人和结算", where="前提", remedy="明细的条件写在“条件”里")
    return when


def _check_scope(condition: Condition, over: Over) -> None:
    sums = [part for part in condition.walk() if isinstance(part, Total | Distinct | Count)]
    if over is not Over.BILL:
        if sums:
            raise InputError(
                "合计、种数、行数只用于判断“单据”", where="条件", remedy="把“判断”改为 单据，或逐行比较"
            )
        return
    alone = {field.label for field in _outside_sums(condition)}
    if alone:
        raise InputError(
            f"判断“单据”时，{'、'.join(sorted(alone))} 要放在 合计(…) 或 种数(…) 里",
            where="条件",
            remedy="改正条件",
        )


def _outside_sums(expression: Expr) -> Iterator[Field[Any]]:
    if isinstance(expression, Total | Distinct | Count):
        return
    if isinstance(expression, Field) and expression.owner is Line:
        yield expression
    for part in expression.parts():
        yield from _outside_sums(part)


def _shown_of_bill(expression: Expr) -> Iterator[Expr]:
    """What a finding on a whole bill can show: sums, and facts of the encounter."""
    if isinstance(expression, Total | Distinct | Count | Field):
        yield expression
        return
    for part in expression.parts():
        yield from _shown_of_bill(part)


def _of_line(part: Expr) -> bool:
    return isinstance(part, Field) and part.owner is Line


def _summed(condition: Condition) -> list[Field[Any]]:
    return [
        leaf
        for part in condition.walk()
        if isinstance(part, Total)
        for leaf in part.walk()
        if isinstance(leaf, Field)
    ]
