"""The sentence of a finding, rendered when somebody reads it: codes as words, money in yuan."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from functools import cache
from typing import Any

from mingcha.domain.codelists import word
from mingcha.domain.conditions import Expr
from mingcha.domain.errors import DeclarationError
from mingcha.domain.fields import Field, value_type
from mingcha.domain.values import QUANTITY_SCALE, decimal_text, written, yuan
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import Excess, Rule
from mingcha.rules.period import PeriodRule
from mingcha.rules.registry import RULES

# Placeholders that every rule may use; the fields of its kind of knowledge point stand beside them.
COMMON = ("item", "value", "limit", "excess", "amount")
PERIODS = {"小时": "每小时", "日": "每日", "就诊": "本次就诊", "年": "一年内"}
UNKNOWN = "未知"


def sentence(
    finding: Mapping[str, Any], point: KnowledgePoint | None, rule: type[Rule[Any]] | None = None
) -> str:
    """One Chinese sentence that says what was read, what is allowed and what is in excess.

    Args:
        finding: fields of `Finding` by name.
        point: the knowledge point it names, None for rules without knowledge.
        rule: the rule that it bears, where it is none of the mechanisms.
    """
    rule = rule or RULES[finding["slug"]]
    value, limit = rule.shown()
    texts: dict[str, str] = {
        "item": finding["name"] or finding["code"] or "本次结算",
        "value": _in_words(finding["value"], value),
        "limit": _in_words(finding["limit"], limit),
        "excess": _quantity(finding["excess_quantity"]),
        "amount": yuan(finding["amount_fen"] or 0),
    }
    for name in placeholders(rule):
        if name not in texts:
            texts[name] = _of_point(point, name)
    return rule.message.format_map(texts).replace(" ）", "）")  # a part that the point leaves empty


def in_excess(finding: Mapping[str, Any], rule: type[Rule[Any]]) -> str:
    """What a finding takes, in parentheses, as far as its sentence does not say it already."""
    named = placeholders(rule)
    quantity = finding["excess_quantity"] if rule.excess is Excess.LINES and finding["amount_fen"] else None
    parts = [
        "" if quantity is None or "excess" in named else f"数量 {_quantity(quantity)}",
        "" if not finding["amount_fen"] or "amount" in named else f"超收 {yuan(finding['amount_fen'])} 元",
    ]
    shown = "，".join(part for part in parts if part)
    return f"（{shown}）" if shown else ""


def indicator_sentence(indicator: Mapping[str, Any]) -> str:
    """What an indicator says of an institution: value, and the limit where there is one."""
    rule = RULES[indicator["slug"]]
    value, limit = indicator_evidence(indicator)
    return rule.message.format(value=value, limit=limit or UNKNOWN)


def indicator_evidence(indicator: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Value and limit as people read them: a share in per cent, a sum in its unit; None where there is none."""
    rule = RULES[indicator["slug"]]
    assert issubclass(rule, PeriodRule)
    value, limit = (
        None if indicator[name] is None else rule.in_words(indicator[name]) for name in ("value", "threshold")
    )
    return value, limit


def is_share(slug: str) -> bool:
    """Whether what a rule over periods reads is a share."""
    rule = RULES[slug]
    return issubclass(rule, PeriodRule) and rule.part is not None


def measured(slug: str, value: int) -> str:
    """What a rule over periods adds up, in its unit: yuan, a quantity, a number of cases."""
    rule = RULES[slug]
    assert issubclass(rule, PeriodRule)
    return written(value, value_type(rule.measure))


def evidence(
    finding: Mapping[str, Any], rule: type[Rule[Any]] | None = None
) -> tuple[str | None, str | None]:
    """Value read and limit of a finding as people read them: 2 is 女, 11 is 普通门诊; None where there is none."""
    value, limit = (rule or RULES[finding["slug"]]).shown()
    return (
        finding["value"] and _in_words(finding["value"], value),
        finding["limit"] and _in_words(finding["limit"], limit),
    )


def title_of(slug: str) -> str:
    """The name of a mechanism; a rule without code has none beside its own."""
    return RULES[slug].title if slug in RULES else slug


def placeholders(rule: type[Rule[Any]]) -> tuple[str, ...]:
    """The names in the braces of a rule's message, in order."""
    return tuple(name for _, name, _, _ in string.Formatter().parse(rule.message) if name)


def check_message(rule: type[Rule[Any]]) -> None:
    """Raise unless every placeholder of the message is known.

    Raises:
        DeclarationError: a placeholder is neither common nor a field of the rule's kind of knowledge point.
    """
    known = {*COMMON, *(rule.knowledge.fields() if rule.knowledge else ())}
    for name in placeholders(rule):
        if name not in known:
            raise DeclarationError(f"规则 {rule.slug} 的提示中有未知的占位符 {{{name}}}")


def _in_words(text: str | None, shown: Expr | None) -> str:
    if not text:
        return UNKNOWN
    if isinstance(shown, Field) and shown.codes:
        return word(shown.codes, text)
    return text


def _quantity(value: int | None) -> str:
    return UNKNOWN if value is None else decimal_text(value, QUANTITY_SCALE)


def _of_point(point: KnowledgePoint | None, name: str) -> str:
    value = getattr(point, name, None)
    if value is None or point is None:
        return UNKNOWN
    if name in {"period", "interval"}:
        return PERIODS.get(value, str(value)) or UNKNOWN
    field = point.fields()[name]
    text = written(value, field.type)
    return word(field.codes, text) if field.codes else text


_WAITING = re.compile(r"待设参数 (\w+)")


@cache
def _labels() -> dict[str, str]:
    return {name: setting.label for rule in RULES.values() for name, setting in rule.settings().items()}


def in_words(reason: str) -> str:
    """Why a point cannot be judged yet, with the parameter named as the settings form names it."""
    labels = _labels()

    def named(found: re.Match[str]) -> str:
        return f"待设参数“{labels[found[1]]}”（{found[1]}）" if found[1] in labels else found[0]

    return _WAITING.sub(named, reason)
