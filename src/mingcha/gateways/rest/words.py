"""An audit asked for in the words of this project, as the national message that says the same.

One service reads both: what is nested in what differs, and how fields are called; values are written alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from mingcha.domain.claims import Diagnosis, Encounter, Line, Person, Procedure, Settlement
from mingcha.domain.errors import InputError
from mingcha.domain.fields import Entity
from mingcha.ingest import dto
from mingcha.knowledge.strategy.model import STAGES

BEFORE_CARE, BEFORE_SETTLEMENT = "事前", "事中"
_REMEDY = "字段见接口文档 /api/docs"
_EXTENSION = "extend_order_map"
MOST_ID = 64


@dataclass(frozen=True)
class Node:
    """An object of a request.

    Args:
        names: what may be said of it, and what that is called in the national message.
        one: objects in it, whose names stand beside its own there.
        many: lists in it, by name, and what they are called there.
        elsewhere: names that stand in the extension there.
    """

    entity: type[Entity]
    names: Mapping[str, str]
    one: Mapping[str, Node] = field(default_factory=dict)
    many: Mapping[str, tuple[str, Node]] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()


LINE = Node(
    Line,
    {**dict(dto.EXTENSION), **dict(dto.ORDER)},
    elsewhere=frozenset(dto.EXTENSION_ONLY),
)
ENCOUNTER = Node(
    Encounter,
    dict(dto.ENCOUNTER),
    one={"settlement": Node(Settlement, dict(dto.SETTLEMENT))},
    many={
        "lines": ("fsi_order_dtos", LINE),
        "diagnoses": ("fsi_diagnose_dtos", Node(Diagnosis, dict(dto.DIAGNOSIS))),
        "procedures": ("fsi_operation_dtos", Node(Procedure, dict(dto.PROCEDURE))),
    },
)
PERSON = Node(Person, dict((*dto.PERSON, *dto.PERSONAL)))
_OF_AUDIT = ("institution_id", "message_id", "scene", "rule_codes", "person", "encounter", "history")
_OF_FEEDBACK = ("institution_id", "message_id", "scene", "answers")
_OF_ANSWER = {"result_id": "warn_rslt_id", "way": "dspo_way", "reason": "dspo_way_rea"}
WAYS = {"go_on": "1", "take_back": "2"}
# Decimals stay the text they were: no float ever comes of them.
_decode = msgspec.json.Decoder(float_hook=str).decode
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Said:
    """A request that can be answered: who sends it, its own id, and the national message that says the same."""

    institution_id: str
    message_id: str
    national: bytes


def audit_said(content: bytes) -> Said:
    """What an audit is asked for.

    Raises:
        InputError: no JSON, or something that is not as the description says.
    """
    asked = _object(content, _OF_AUDIT)
    scene = _scene(asked)
    person = _national(asked.get("person"), PERSON, "person")
    current = _encounter(asked.get("encounter"), "encounter", asked)
    earlier = [
        _encounter(one, f"history[{number}]", asked)
        for number, one in enumerate(_list(asked.get("history"), "history"))
    ]
    person["curr_mdtrt_id"] = current.get("mdtrt_id", "")
    person["fsi_encounter_dtos"] = [current, *earlier]
    rules = [_text(one, "rule_codes") for one in _list(asked.get("rule_codes"), "rule_codes")]
    data = {"trig_scen": scene, "rule_ids": rules, "patient_dtos": [person]}
    return _said(asked, "3101" if scene in STAGES[BEFORE_CARE] else "3102", data)


def feedback_said(content: bytes) -> Said:
    """What was done about results.

    Raises:
        InputError: no JSON, or something that is not as the description says.
    """
    asked = _object(content, _OF_FEEDBACK)
    stage = "1" if _scene(asked) in STAGES[BEFORE_CARE] else "2"
    warns = []
    for number, one in enumerate(_list(asked.get("answers"), "answers")):
        where = f"answers[{number}]"
        told = _renamed(_is_object(one, where), _OF_ANSWER, where)
        way = told.get("dspo_way", "")
        if way not in WAYS:
            raise InputError(
                "处理方式不对", where=f"{where}.way", remedy="go_on（继续）或 take_back（返回修改）"
            )
        warns.append({**told, "dspo_way": WAYS[way]})
    return _said(asked, "3103", {"warn_type": stage, "warns": warns})


def in_these_words(error: InputError) -> InputError:
    """What the national reader says of a message, with the place as it was sent here."""
    return InputError(error.what, where=_own_place(error.where), remedy=error.remedy)


def _said(asked: Mapping[str, Any], transaction: str, data: dict[str, Any]) -> Said:
    sender, number = (_identifier(asked, name) for name in ("institution_id", "message_id"))
    envelope = {"infno": transaction, "msgid": number, "fixmedins_code": sender, "input": {"data": data}}
    return Said(sender, number, _encode(envelope))


def _object(content: bytes, names: Iterable[str]) -> dict[str, Any]:
    try:
        read = _decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("不是正确的 JSON", remedy="请以 UTF-8 的 JSON 发送") from error
    asked = _is_object(read, "请求内容")
    _check_known(asked, names, "")
    return asked


def _encounter(value: Any, where: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    told = _national(value, ENCOUNTER, where)
    told.setdefault("medins_id", _text(asked.get("institution_id"), "institution_id"))
    return told


def _national(value: Any, node: Node, where: str) -> dict[str, Any]:
    """An object and what is in it, as the national message has them."""
    said = _is_object(value, where)
    leaves = {name: one for name, one in said.items() if name not in node.one and name not in node.many}
    found: dict[str, Any] = _renamed(leaves, node.names, where, (*node.one, *node.many))
    if beside := {node.names[name]: found.pop(node.names[name]) for name in node.elsewhere & leaves.keys()}:
        found[_EXTENSION] = beside
    for name, inner in node.one.items():
        if said.get(name) is not None:
            found |= _national(said[name], inner, f"{where}.{name}")
    for name, (national, inner) in node.many.items():
        rows = _list(said.get(name), f"{where}.{name}")
        found[national] = [_national(one, inner, f"{where}.{name}[{at}]") for at, one in enumerate(rows)]
    return found


def _renamed(
    said: Mapping[str, Any], names: Mapping[str, str], where: str, more: Iterable[str] = ()
) -> dict[str, str]:
    _check_known(said, (*names, *more), f"{where}.")
    return {names[name]: _text(value, f"{where}.{name}") for name, value in said.items()}


def _check_known(said: Mapping[str, Any], names: Iterable[str], where: str) -> None:
    unknown = next(iter(said.keys() - set(names)), None)
    if unknown is not None:
        # What a program made up may be anything, and is not repeated whole.
        raise InputError("没有这个字段", where=f"{where}{unknown[:40]}", remedy=_REMEDY)


def _text(value: Any, where: str) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case str() | int():
            return str(value)
    raise InputError("应为文本或数字", where=where, remedy=_REMEDY)


def _identifier(asked: Mapping[str, Any], name: str) -> str:
    found = _text(asked.get(name), name).strip()
    if not 0 < len(found) <= MOST_ID or not found.isprintable():
        raise InputError(f"必须填写，不超过 {MOST_ID} 位", where=name)
    return found


def _scene(asked: Mapping[str, Any]) -> str:
    scene = _text(asked.get("scene"), "scene")
    if scene not in (*STAGES[BEFORE_CARE], *STAGES[BEFORE_SETTLEMENT]):
        raise InputError("没有这个触发场景", where="scene", remedy="1 到 10，见接口文档")
    return scene


def _is_object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError("应为对象", where=where, remedy=_REMEDY)
    return value


def _list(value: Any, where: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise InputError("应为列表", where=where, remedy=_REMEDY)
    return value


_PLACE = re.compile(
    r"input\.data\.patient_dtos(?:\[0\])?(?:\.fsi_encounter_dtos\[(?P<encounter>\d+)\])?"
    r"(?:\.(?P<rows>fsi_\w+_dtos)\[(?P<row>\d+)\])?(?:\.(?:extend_order_map\.)?(?P<leaf>\w+))?"
)
_ROWS = {national: (name, node) for name, (national, node) in ENCOUNTER.many.items()}
_WARN = re.compile(r"warns\[(\d+)\]\.(\w+)")


def _own_place(where: str) -> str:
    if warn := _WARN.fullmatch(where):
        return f"answers[{warn[1]}].{_named(_OF_ANSWER, warn[2])}"
    found = _PLACE.fullmatch(where)
    if found is None:
        return where
    if found["encounter"] is None:
        place, names = "person", PERSON.names
    else:
        number = int(found["encounter"])
        place, names = ("encounter" if number == 0 else f"history[{number - 1}]"), ENCOUNTER.names
    if found["rows"] is not None:
        name, node = _ROWS[found["rows"]]
        place, names = f"{place}.{name}[{found['row']}]", node.names
    return place if found["leaf"] is None else f"{place}.{_named(names, found['leaf'])}"


def _named(names: Mapping[str, str], national: str) -> str:
    """Our word for a national one; of a settlement where the encounter has none of this name."""
    settlement = ENCOUNTER.one["settlement"].names
    own = {theirs: ours for ours, theirs in names.items()}
    beside = {theirs: f"settlement.{ours}" for ours, theirs in settlement.items()}
    return own.get(national) or beside.get(national, national)
