"""Facts of health from a FHIR R4 bundle: what maps without a guess; of the rest, why it was left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from hashlib import blake2b
from typing import Any

import msgspec

from mingcha.audit.health.facts import FactKind, HealthFact
from mingcha.domain.errors import InputError
from mingcha.domain.values import day_of

MOST_RESOURCES = 5_000
_LONGEST = 500
# Digits of a measured value say how exact it is: they stay as they were written.
_decode = msgspec.json.Decoder(float_hook=str).decode
_REFUTED = frozenset({"refuted", "entered-in-error"})
Resource = Mapping[str, Any]


@dataclass(frozen=True)
class ResourceLeft:
    """A resource that was not taken, by its place in the bundle."""

    entry: int
    resource: str
    why: str


@dataclass(frozen=True)
class Document:
    """A bundle read: of whom it says it is, what it tells, what was left."""

    identifiers: tuple[str, ...]
    facts: tuple[HealthFact, ...]
    left: tuple[ResourceLeft, ...]


@dataclass(frozen=True)
class _Left(Exception):
    why: str


@dataclass(frozen=True)
class _Shape:
    """How a kind of resource tells a fact.

    Args:
        code: the element that says of what.
        days: elements of which the first says when; a period by its beginning.
        status: those with which it holds; any where there are none.
        said: elements shown beside, with their labels.
    """

    kind: FactKind
    code: str
    days: tuple[str, ...]
    status: frozenset[str] = frozenset()
    said: Callable[[Resource], Iterator[tuple[str, str]]] = lambda _: iter(())


def read_bundle(content: bytes, *, institution_id: str, region: str, as_of: int) -> Document:
    """The facts of one patient's bundle.

    Raises:
        InputError: no bundle, or of none or several patients.
    """
    try:
        bundle = _decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("不是正确的 JSON", remedy="请以 UTF-8 的 JSON 发送") from error
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise InputError("不是 FHIR R4 的 Bundle", where="resourceType")
    resources = [_dict(_dict(entry).get("resource")) for entry in _list(bundle.get("entry"))]
    if len(resources) > MOST_RESOURCES:
        raise InputError(f"资源超过 {MOST_RESOURCES} 个", where="entry", remedy="请分成几份导入")
    patients = [one for one in resources if one.get("resourceType") == "Patient"]
    if len(patients) != 1:
        raise InputError("须恰好有一位患者", where="entry", remedy="一份 Bundle 只放一位患者的资料")
    told = partial(HealthFact, institution_id=institution_id, region=region, as_of=as_of)
    facts, left = [], []
    for number, one in enumerate(resources):
        kind = str(one.get("resourceType", ""))[:60]
        if kind == "Patient":
            continue
        try:
            facts.append(_fact(one, kind, patients[0], told))
        except _Left as reason:
            left.append(ResourceLeft(number, kind, reason.why))
    identifiers = [str(_dict(one).get("value", "")).strip() for one in _list(patients[0].get("identifier"))]
    return Document(tuple(filter(None, identifiers)), tuple(facts), tuple(left))


def _fact(one: Resource, kind: str, patient: Resource, told: Callable[..., HealthFact]) -> HealthFact:
    shape = _SHAPES.get(kind)
    if shape is None:
        raise _Left("不读取这种资源")
    subject = _dict(one.get("subject") or one.get("patient")).get("reference", "")
    if subject and str(subject).rpartition("/")[2] not in (patient.get("id"), ""):
        raise _Left("不是这位患者的")
    if shape.status and one.get("status") not in shape.status:
        raise _Left("状态不是已完成")
    verified = _coding(_dict(one.get("verificationStatus")))[0]
    if verified in _REFUTED:
        raise _Left("已被否定或撤销")
    code, name = _coding(_dict(one.get(shape.code)))
    if not (code or name):
        raise _Left("没有编码和名称")
    day = next((found for name_ in shape.days if (found := _day(one.get(name_))) is not None), None)
    if day is None:
        raise _Left("没有完整的日期")
    identity = f"{kind}/{one.get('id') or name}"
    return told(
        kind=shape.kind.value,
        code=code[:64],
        name=name[:_LONGEST],
        day=day,
        said=tuple((label, text[:_LONGEST]) for label, text in shape.said(one)),
        source=f"fhir:{kind}",
        reference=blake2b(identity.encode(), digest_size=8).hexdigest(),
    )


def _coding(concept: Resource) -> tuple[str, str]:
    """Code and name of a concept; of several codings the one that the user chose, or else the first."""
    codings = [_dict(one) for one in _list(concept.get("coding"))]
    chosen = next((one for one in codings if one.get("userSelected") is True), codings[0] if codings else {})
    name = concept.get("text") or chosen.get("display") or ""
    return str(chosen.get("code") or "").strip(), str(name).strip()


def _day(value: Any) -> int | None:
    """The day of a dateTime or of a period's beginning; a month or a year alone is no day."""
    text = str(_dict(value).get("start", "") if isinstance(value, dict) else value or "")
    try:
        return day_of(date.fromisoformat(text[:10])) if len(text) >= 10 else None
    except ValueError:
        return None


def _measured(one: Resource) -> Iterator[tuple[str, str]]:
    """The value of an observation, as it is written."""
    quantity = _dict(one.get("valueQuantity"))
    if quantity.get("value") is not None:
        yield "结果", f"{quantity['value']} {quantity.get('unit', '')}".strip()
    if text := one.get("valueString") or _coding(_dict(one.get("valueCodeableConcept")))[1]:
        yield "结果", str(text)
    for found in _list(one.get("interpretation")):
        if name := _coding(_dict(found))[1]:
            yield "判断", name


def _concluded(one: Resource) -> Iterator[tuple[str, str]]:
    if text := one.get("conclusion"):
        yield "结论", str(text)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


_DONE = frozenset({"final", "amended", "corrected", "appended"})
_MEDICATION = "medicationCodeableConcept"
_SHAPES: Mapping[str, _Shape] = {
    "AllergyIntolerance": _Shape(FactKind.ALLERGY, "code", ("onsetDateTime", "recordedDate")),
    "Condition": _Shape(FactKind.DIAGNOSIS, "code", ("onsetDateTime", "onsetPeriod", "recordedDate")),
    "Procedure": _Shape(
        FactKind.OPERATION, "code", ("performedDateTime", "performedPeriod"), frozenset({"completed"})
    ),
    "DiagnosticReport": _Shape(
        FactKind.EXAMINATION, "code", ("effectiveDateTime", "effectivePeriod", "issued"), _DONE, _concluded
    ),
    "Observation": _Shape(
        FactKind.EXAMINATION, "code", ("effectiveDateTime", "effectivePeriod", "issued"), _DONE, _measured
    ),
    "MedicationStatement": _Shape(
        FactKind.DRUG,
        _MEDICATION,
        ("effectiveDateTime", "effectivePeriod", "dateAsserted"),
        frozenset({"active", "completed"}),
    ),
    "MedicationRequest": _Shape(
        FactKind.DRUG, _MEDICATION, ("authoredOn",), frozenset({"active", "completed"})
    ),
}
