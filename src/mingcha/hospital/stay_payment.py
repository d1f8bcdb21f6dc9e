"""By what an open stay is paid, beside what it costs so far, with the lines of earlier days that the history gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mingcha.audit.past import PastEncounter, rows_that_stand, told_at
from mingcha.audit.reminding.asking import Asked
from mingcha.domain.values import PRICE_SCALE, QUANTITY_SCALE, decimal_text, yuan
from mingcha.engine.facts import RANK_OF_LEVEL, inpatient
from mingcha.hospital.matching import Match, StandardBook, Stay
from mingcha.hospital.spent import share
from mingcha.ingest.messages import BilledEncounter


@dataclass(frozen=True)
class StayPayment:
    """A standard, and what the stay costs so far; amounts in yuan.

    Args:
        scheme: DRG, DIP or 单病种.
        points, rate: what the standard is made from, where it is.
        left: below nothing where more was spent.
        used: in per cent.
        by: how the group was found.
        source: the document that says the standard.
    """

    scheme: str
    code: str
    name: str
    standard: str
    points: str | None
    rate: str | None
    cost: str
    left: str
    used: str | None
    over: bool
    by: str
    source: str


def beside_message(book: StandardBook, encounters: Sequence[BilledEncounter]) -> list[StayPayment]:
    """Of the stay that a message is about, after its earlier days were laid beside it."""
    current = next((one for one in encounters if one.current), None) if len(book) else None
    if current is None or not _is_stay(current.facts):
        return []
    cost = sum(fen for fen in current.lines.get("amount") or () if fen is not None)
    return _told(book, _stay(current.facts, current.procedures.get("procedure_code") or ()), cost)


def beside_past(book: StandardBook, asked: Asked, past: Sequence[PastEncounter]) -> list[StayPayment]:
    """Of a stay that is asked about before anything more is ordered: what was told of it until now.

    What the asking system says of the stay goes before what its earlier messages said; where the institution is, and
    of which rank, any of its bills says.
    """
    if not len(book):
        return []
    here = [one for one in past if one.facts["institution_id"] == asked.institution_id]
    told = sorted((one for one in here if one.encounter_id == asked.encounter_id), key=told_at)
    facts: dict[str, Any] = {}
    for one in (*sorted(here, key=lambda one: one.facts["started_at"]), *told):
        facts |= {name: one.facts[name] for name in _OF_PLACE if one.facts.get(name)}
    for one in told:
        facts |= {name: one.facts[name] for name in _OF_STAY if one.facts.get(name)}
    procedures = asked.procedures or (told[-1].procedures.get("procedure_code") or () if told else ())
    said = {"main_diagnosis": asked.main_diagnosis, "disease_id": asked.disease_id}
    facts |= {name: value for name, value in said.items() if value}
    if not (asked.inpatient or _is_stay(facts)) or any(one.settled for one in told):
        return []
    facts["institution_id"] = asked.institution_id
    cost = sum(
        amounts[row] or 0
        for _, lines, rows in rows_that_stand(told)
        if (amounts := lines.get("amount"))
        for row in rows
    )
    return _told(book, _stay(facts, procedures), cost)


_OF_PLACE = ("care_region", "institution_level", "insurance_type")
_OF_STAY = ("main_diagnosis", "disease_id", "visit_type", "care_type")


def _is_stay(facts: Mapping[str, Any]) -> bool:
    return inpatient(facts.get("visit_type"), facts.get("care_type")) is True


def _stay(facts: Mapping[str, Any], procedures: Sequence[str]) -> Stay:
    return Stay(
        region=facts.get("care_region") or "",
        institution_id=facts["institution_id"],
        institution_rank=RANK_OF_LEVEL.get(facts.get("institution_level") or ""),
        insurance_type=facts.get("insurance_type") or "",
        main_diagnosis=facts.get("main_diagnosis") or "",
        procedures=[one for one in procedures if one],
        group_code=facts.get("disease_id") or "",
    )


def _told(book: StandardBook, stay: Stay, cost: int) -> list[StayPayment]:
    return [_payment(match, cost) for match in book.of(stay)]


def _payment(match: Match, cost: int) -> StayPayment:
    one = match.standard
    return StayPayment(
        scheme=one.scheme.label,
        code=one.code,
        name=one.name,
        standard=yuan(one.amount_fen),
        points=None if one.points is None else decimal_text(one.points, QUANTITY_SCALE),
        rate=None if one.rate is None else decimal_text(one.rate, PRICE_SCALE),
        cost=yuan(cost),
        left=yuan(one.amount_fen - cost),
        used=share(cost, one.amount_fen),
        over=cost > one.amount_fen,
        by=match.by.label,
        source=one.source,
    )
