"""The shape of a 3101/3102 message, made from the declared fields: what is nested in what, all leaves as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from mingcha.domain.claims import Diagnosis, Encounter, Line, Person, Procedure, Settlement
from mingcha.domain.errors import InputError
from mingcha.domain.fields import Entity

_REMEDY = "请按国家接口规范组织 3101/3102 报文：input.data 下有 patient_dtos，其下有 fsi_encounter_dtos"
# The specification's own extension keys, and facts that only other transactions have a place for.
_EXTENSIONS = ("supply_days", "first_line_used", "single_dose", "frequency")
_BESIDE = ("herb_use", "administration", "original_line_id", "approved")


def national_names(entity: type[Entity]) -> dict[str, str]:
    """Field name → its name in 3101/3102 (the first national one), of what is stored of this entity."""
    return {
        name: declared.national[0]
        for name, declared in entity.fields().items()
        if declared.national and not (declared.derived or declared.personal)
    }


def _record(name: str, leaves: Iterable[str], nested: dict[str, Any]) -> Any:
    """A record with text leaves and nested records that are one object, a list of them, or absent."""
    fields: list[Any] = [(leaf, str, "") for leaf in dict.fromkeys(leaves) if leaf not in nested]
    fields += [(inner, type_ | None, None) for inner, type_ in nested.items()]
    # Records hold no cycles: the garbage collector need not look at thousands of them per message.
    return msgspec.defstruct(name, fields, gc=False)


def _one_or_many(type_: Any) -> Any:
    return type_ | list[type_]


_LINE = national_names(Line)
ORDER = [(name, national) for name, national in _LINE.items() if name not in (*_EXTENSIONS, "encounter_id")]
EXTENSION = [(name, _LINE[name]) for name in (*_EXTENSIONS, *_BESIDE)]
DIAGNOSIS = [(n, national) for n, national in national_names(Diagnosis).items() if n != "encounter_id"]
PROCEDURE = [(n, national) for n, national in national_names(Procedure).items() if n != "encounter_id"]

PERSON = list(national_names(Person).items())
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
    (*(national for _, national in PERSON), "curr_mdtrt_id"),
    {"fsi_encounter_dtos": _one_or_many(EncounterDto)},
)
_PATIENTS = {"patient_dtos": _one_or_many(PatientDto)}
_Data = _record("Data", ("trig_scen",), _PATIENTS)
_Input = _record("Input", ("trig_scen",), {**_PATIENTS, "data": _Data})
_Envelope = _record("Envelope", ("infno", "trig_scen"), {**_PATIENTS, "data": _Data, "input": _Input})

_typed = msgspec.json.Decoder(_Envelope)
# Decimals stay the text they were: no float ever comes of them.
_untyped = msgspec.json.Decoder(float_hook=str)


def decode(content: bytes) -> tuple[str, str, list[Any]]:
    """Transaction, trigger scene and patients of a message; empty where it does not say.

    Raises:
        InputError: no JSON, or no message of this kind.
    """
    try:
        envelope = _typed.decode(content)
    except msgspec.ValidationError:
        envelope = _leniently(content)
    except msgspec.DecodeError as error:
        raise InputError(
            f"不是正确的 JSON：{error}", remedy="请检查报文是否被截断，编码应为 UTF-8"
        ) from error
    node, trigger = envelope, envelope.trig_scen
    for inner in ("input", "data"):
        deeper = getattr(node, inner, None)
        if deeper is not None:
            node, trigger = deeper, deeper.trig_scen or trigger
    patients = many(node.patient_dtos)
    if not patients:
        raise InputError("报文中没有参保人信息（patient_dtos）", remedy=_REMEDY)
    return envelope.infno, trigger, patients


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
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise InputError(f"报文结构不符合 3101/3102：{error}", remedy=_REMEDY) from error


def _as_text(node: Any) -> Any:
    match node:
        case dict():
            # An absent collection may be sent as "" or null.
            return {
                key: _as_text(value)
                for key, value in node.items()
                if not (value in (None, "") and (key.endswith("_dtos") or key in _NESTED))
            }
        case list():
            return [_as_text(inner) for inner in node if inner is not None]
        case None:
            return ""
        case bool():
            return str(int(node))
        case _:
            return str(node)


_NESTED = ("input", "data", "extend_order_map")
