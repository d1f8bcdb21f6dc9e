"""The shape of a 3101/3102 message, made from the declared fields: what is nested in what, all leaves as text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from mingcha.domain.claims import Diagnosis, Encounter, Line, Person, Procedure, Settlement
from mingcha.domain.errors import InputError
from mingcha.domain.fields import Entity

_REMEDY = "请按国家接口规范组织 3101/3102 报文：input.data 下有 patient_dtos，其下有 fsi_encounter_dtos"
# The specification's own extension keys, and facts that only other transactions have a place for.
EXTENSION_ONLY = ("supply_days", "first_line_used", "single_dose", "frequency")
_BESIDE = ("herb_use", "administration", "original_line_id", "approved", "take_home", "order_id")


def national_names(entity: type[Entity]) -> dict[str, str]:
    """Field name → its name in 3101/3102 (the first national one), of what is stored of this entity."""
    return {
        name: declared.national[0]
        for name, declared in entity.fields().items()
        if declared.national and not (declared.derived or declared.personal)
    }


def not_json(error: Exception) -> str:
    """That something is no JSON, and at which byte."""
    place = re.search(r"\(byte (\d+)\)", str(error))
    if place:
        return f"不是正确的 JSON：第 {int(place[1]) + 1} 字节处不对"
    return "不是正确的 JSON：没有写完" if "truncated" in str(error) else "不是正确的 JSON"


def _record(name: str, leaves: Iterable[str], nested: dict[str, Any]) -> Any:
    """A record with text leaves and nested records that are one object, a list of them, or absent."""
    fields: list[Any] = [(leaf, str, "") for leaf in dict.fromkeys(leaves) if leaf not in nested]
    fields += [(inner, type_ | None, None) for inner, type_ in nested.items()]
    # Records hold no cycles: the garbage collector need not look at thousands of them per message.
    return msgspec.defstruct(name, fields, gc=False)


def _one_or_many(type_: Any) -> Any:
    return type_ | list[type_]


_LINE = national_names(Line)
ORDER = [
    (name, national) for name, national in _LINE.items() if name not in (*EXTENSION_ONLY, "encounter_id")
]
EXTENSION = [(name, _LINE[name]) for name in (*EXTENSION_ONLY, *_BESIDE)]
DIAGNOSIS = [(n, national) for n, national in national_names(Diagnosis).items() if n != "encounter_id"]
PROCEDURE = [(n, national) for n, national in national_names(Procedure).items() if n != "encounter_id"]

PERSON = list(national_names(Person).items())
# For the register of persons alone: no rule and no dataset hears of them.
PERSONAL = [(name, f.national[0]) for name, f in Person.fields().items() if f.personal]
ENCOUNTER = [(n, national) for n, national in national_names(Encounter).items() if n != "person_id"]
SETTLEMENT = [(n, national) for n, national in national_names(Settlement).items() if n != "encounter_id"]

Extension = _record("Extension", (national for _, national in EXTENSION), {})
Order = _record("Order", (national for _, national in ORDER), {"extend_order_map": Extension})
DiagnosisDto = _record("DiagnosisDto", (national for _, national in DIAGNOSIS), {})
OperationDto = _record("OperationDto", (national for _, national in PROCEDURE), {})
EncounterDto = _record(
    "EncounterDto",
    (national for _, national in (*ENCOUNTER, *SETTLEMENT)),
    {
        "fsi_order_dtos": _one_or_many(Order),
        "fsi_diagnose_dtos": _one_or_many(DiagnosisDto),
        "fsi_operation_dtos": _one_or_many(OperationDto),
    },
)
PatientDto = _record(
    "PatientDto",
    (*(national for _, national in (*PERSON, *PERSONAL)), "curr_mdtrt_id"),
    {"fsi_encounter_dtos": _one_or_many(EncounterDto)},
)
_PATIENTS = {"patient_dtos": _one_or_many(PatientDto)}
_RULES = {"rule_ids": list[str] | str}
_ASKED = {**_PATIENTS, **_RULES}
_Data = _record("Data", ("trig_scen",), _ASKED)
_Input = _record("Input", ("trig_scen",), {**_ASKED, "data": _Data})
_Envelope = _record(
    "Envelope", ("infno", "msgid", "inf_time", "trig_scen"), {**_ASKED, "data": _Data, "input": _Input}
)

_typed = msgspec.json.Decoder(_Envelope)
# Decimals stay the text they were: no float ever comes of them.
_untyped = msgspec.json.Decoder(float_hook=str)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A message taken apart, its leaves still text; empty where it does not say.

    `root` is the path of the node that holds the patients: "input.data." or "input." or "".
    """

    transaction: str
    message_id: str
    sent_at: str
    trigger: str
    rule_ids: tuple[str, ...]
    root: str
    patients: list[Any]


def decode(content: bytes) -> Decoded:
    """Take a message apart.

    Raises:
        InputError: no JSON, or no message of this kind.
    """
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        envelope = _typed.decode(content)
    except msgspec.ValidationError:
        envelope = _leniently(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(error) from error
    node, trigger, rules, root = envelope, envelope.trig_scen, envelope.rule_ids, ""
    for inner in ("input", "data"):
        deeper = getattr(node, inner, None)
        if deeper is not None:
            node, root = deeper, f"{root}{inner}."
            trigger, rules = deeper.trig_scen or trigger, deeper.rule_ids or rules
    patients = many(node.patient_dtos)
    if not patients:
        raise InputError("报文中没有参保人信息", where=f"{root}patient_dtos", remedy=_REMEDY)
    return Decoded(envelope.infno, envelope.msgid, envelope.inf_time, trigger, _listed(rules), root, patients)


def _listed(rules: list[str] | str | None) -> tuple[str, ...]:
    """Rules asked for: a list, or one text with commas between them."""
    found = rules.replace("，", ",").split(",") if isinstance(rules, str) else rules or ()
    return tuple(rule.strip() for rule in found if rule.strip())


def many(value: Any) -> list[Any]:
    """One object, a list of them, or nothing, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _leniently(content: bytes) -> Any:
    """A message with numbers, nulls or booleans where the specification has text, or `input` as a string."""
    try:
        plain = _untyped.decode(content)
        if isinstance(plain, dict) and isinstance(plain.get("input"), str):
            plain["input"] = _untyped.decode(plain["input"])
        return msgspec.convert(_as_text(plain), _Envelope)
    except msgspec.ValidationError as error:
        raise _misshapen(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(error) from error


def _unreadable(error: Exception) -> InputError:
    """What is wrong with a content that cannot be taken apart at all."""
    match error:
        case UnicodeDecodeError():
            return InputError("报文编码不是 UTF-8", remedy="请以 UTF-8 编码发送报文")
        case RecursionError():
            return InputError("报文嵌套过深", remedy=_REMEDY)
        case _:
            return InputError(not_json(error), remedy="请检查报文是否被截断，编码应为 UTF-8")


_EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]*)`, got `(?P<got>[^`]*)`(?: - at `\$\.?(?P<path>[^`]*)`)?")
_KINDS = {"object": "对象", "array": "数组", "str": "文本", "null": "空"}


def _misshapen(told: str) -> InputError:
    """What the decoder says of a node of the wrong kind, for people."""
    found = _EXPECTED.match(told)
    if found is None:
        return InputError(f"报文结构不符合 3101/3102：{told}", remedy=_REMEDY)
    wanted, got = (
        "或".join(_KINDS.get(kind, kind) for kind in found[name].split(" | ") if kind != "null")
        for name in ("wanted", "got")
    )
    return InputError(
        f"报文结构不符合 3101/3102：应为{wanted}，实为{got}", where=found["path"] or "报文", remedy=_REMEDY
    )


_NESTED = ("input", "data", "extend_order_map", "rule_ids")


def _as_text(node: Any) -> Any:
    match node:
        case dict():
            # An absent collection may be sent as "" or null, an empty map as [] (so do PHP and some Java maps).
            return {
                key: _as_text(value)
                for key, value in node.items()
                if not ((key.endswith("_dtos") or key in _NESTED) and value in (None, "", []))
            }
        case list():
            return [_as_text(inner) for inner in node if inner is not None]
        case None:
            return ""
        case bool():
            return str(int(node))
        case _:
            return str(node)
