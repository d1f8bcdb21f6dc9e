"""The description of requests for OpenAPI, made from the declared fields."""

from __future__ import annotations

from typing import Any

from mingcha.domain.codelists import CODE_LISTS
from mingcha.domain.fields import Field
from mingcha.domain.values import ValueType
from mingcha.gateways.rest.words import ENCOUNTER, MOST_ID, PERSON, WAYS, Node
from mingcha.knowledge.strategy.model import SCENES

_MOST_CODES = 12


def schema_of(node: Node) -> dict[str, Any]:
    """The description of an object."""
    fields = node.entity.fields()
    properties = {name: _described(fields[name]) for name in node.names}
    properties |= {name: schema_of(inner) for name, inner in node.one.items()}
    properties |= {
        name: {"type": "array", "items": schema_of(inner)} for name, (_, inner) in node.many.items()
    }
    required = [name for name in node.names if fields[name].required and name != "institution_id"]
    return {
        "type": "object",
        "title": node.entity.label,
        "additionalProperties": False,
        "properties": properties,
        **({"required": required} if required else {}),
    }


def _described(declared: Field[Any]) -> dict[str, Any]:
    said = "；".join(part for part in (declared.label, _written_as(declared), declared.note) if part)
    return {"type": "string", "description": said}


_WRITTEN = {
    ValueType.MONEY: "元，至多两位小数",
    ValueType.PRICE: "元，至多六位小数",
    ValueType.DAY: "yyyy-MM-dd",
    ValueType.MOMENT: "yyyy-MM-dd HH:mm:ss",
    ValueType.FLAG: "1 是，0 否",
}


def _written_as(declared: Field[Any]) -> str:
    known = CODE_LISTS.get(declared.codes)
    if known and len(known) <= _MOST_CODES:
        return "、".join(f"{code} {label}" for code, label in known.items())
    return _WRITTEN.get(declared.type, declared.unit)


AUDIT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["institution_id", "message_id", "scene", "person", "encounter"],
    "properties": {
        "institution_id": {"type": "string", "description": "定点医药机构编号"},
        "message_id": {
            "type": "string",
            "maxLength": MOST_ID,
            "description": "同一标识再发，得到第一次的应答",
        },
        "scene": {
            "type": "string",
            "enum": [one for one in SCENES if one.isdigit()],
            "description": "、".join(f"{code} {label}" for code, label in SCENES.items() if code.isdigit()),
        },
        "rule_codes": {
            "type": "array",
            "items": {"type": "string"},
            "description": "只审这些规则；不给则全部",
        },
        "person": schema_of(PERSON),
        "encounter": schema_of(ENCOUNTER),
        "history": {
            "type": "array",
            "items": schema_of(ENCOUNTER),
            "description": "以前的就诊；系统自己知道的不用再给",
        },
    },
}
FEEDBACK_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["institution_id", "message_id", "scene", "answers"],
    "properties": {
        **{name: AUDIT_SCHEMA["properties"][name] for name in ("institution_id", "message_id", "scene")},
        "answers": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["result_id", "way"],
                "properties": {
                    "result_id": {"type": "string", "description": "疑点的 result_id"},
                    "way": {
                        "type": "string",
                        "enum": list(WAYS),
                        "description": "go_on 继续，take_back 返回修改",
                    },
                    "reason": {"type": "string", "description": "继续的须写原因"},
                },
            },
        },
    },
}
