"""Whether a value that somebody proposes can be read and taken, before it is kept in a draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mingcha.audit.releasing import check_strategy
from mingcha.catalogue.defined import all_rules, examples_of_definition
from mingcha.catalogue.entries import check_settings
from mingcha.domain.errors import DeclarationError, InputError, KnowledgeError
from mingcha.knowledge.changes import Address, Change, ChangePart
from mingcha.knowledge.definition.form import definition_of
from mingcha.knowledge.definition.model import RuleDefinition
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.strategy.form import ELSEWHERE, EXEMPTIONS, SETS, strategy_of

_LIST_OF = {ChangePart.RULE_SET: (SETS, "名称"), ChangePart.EXEMPTION: (EXEMPTIONS, "编号")}


def check_readable(change: Change, standing: Mapping[Address, Any]) -> None:
    """Refuse a value that could not stand in a release.

    Args:
        standing: all that the draft says so far; rules without code are named by sets and settings.

    Raises:
        KnowledgeError, InputError: what is wrong with it, where, and what to do.
    """
    value = change.after
    if value is None:
        return
    match change.part:
        case ChangePart.POINT:
            if not isinstance(value, KnowledgePoint) or value.point_id != change.key:
                raise KnowledgeError("知识点编号与所改的不一致", where=change.key, remedy="请用同一个编号")
        case ChangePart.SETTING:
            _check_setting(change.key, value, _own_rules(standing))
        case ChangePart.RULE_SET | ChangePart.EXEMPTION:
            label, named = _LIST_OF[change.part]
            if not isinstance(value, Mapping) or value.get(named) != change.key:
                raise InputError(f"“{named}”与所改的不一致", where=change.key, remedy=f"应为 {change.key}")
            check_strategy(strategy_of({label: [value]}, change.key), _own_rules(standing))
        case ChangePart.ELSEWHERE:
            if change.key != ELSEWHERE:
                raise InputError(f"没有“{change.key}”这个部分", remedy=f"应为 {ELSEWHERE}")
            check_strategy(strategy_of({ELSEWHERE: value}), _own_rules(standing))
        case ChangePart.DEFINITION:
            _check_definition(change.key, value)


def _check_setting(key: str, value: Any, own: list[RuleDefinition]) -> None:
    slug, _, rest = key.partition("/")
    region, _, name = rest.partition("/")
    rule = all_rules(own).get(slug)
    if rule is None or not name:
        raise InputError(f"没有参数“{key}”", where=key, remedy="应为 规则/地区/参数，规则为机制标识")
    if region and not (region.isdigit() and len(region) <= 6):
        raise InputError("地区应为行政区划代码或其开头", where=key, remedy="如 3501；全部地区留空")
    try:
        check_settings(rule, {name: tuple(value) if isinstance(value, list) else value})
    except DeclarationError as error:
        remedy = error.remedy or "请改成允许的值"
        raise KnowledgeError(error.what, where=error.where or key, remedy=remedy) from error


def _check_definition(key: str, value: Any) -> None:
    definition = definition_of(value, "")
    if definition.code != key:
        raise InputError("“编码”与所改的不一致", where=key, remedy=f"应为 {key}")
    all_rules([definition])
    # Written in an unreadable way they would fail at every look at the draft, not once here.
    examples_of_definition(definition)


def _own_rules(standing: Mapping[Address, Any]) -> list[RuleDefinition]:
    return [
        definition_of(value)
        for (part, _), value in standing.items()
        if part is ChangePart.DEFINITION and value
    ]
