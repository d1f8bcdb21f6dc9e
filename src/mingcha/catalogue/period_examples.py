"""The example cases of rules over periods: many small bills of several institutions, and tables beside them.

A bill is `[institution, day, {kind: amount}]` or a mapping with `at`, `day`, `of`, `nights`, `times`, `diagnoses` and
any fact of person, encounter or settlement. `kinds` say once what the lines of a name are; an amount in yuan may be
written as [quantity, amount]. What all bills share stands in `place`. `tables` are rows of optional facts, and
`records` what these share.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mingcha.catalogue.example import FACTS, LINE, Example, ExampleEncounter, Expected, Facts, read_fact
from mingcha.domain.errors import DeclarationError
from mingcha.domain.schema import OPTIONAL_TABLES
from mingcha.domain.values import MINUTES_A_DAY, PRICE_SCALE, QUANTITY_SCALE, day_of
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.reading import scaled
from mingcha.rules.base import Rule

SHORT = ("at", "day", "of")
_OF_BILL = {*SHORT, "nights", "times", "diagnoses", "procedures"}
TEN = 600


def period_example(
    rule: type[Rule[Any]],
    common: Mapping[str, Any],
    case: Mapping[str, Any],
    points: tuple[KnowledgePoint, ...] = (),
) -> Example:
    """One case of a rule over periods."""
    return Example(
        name=case["name"],
        rule=rule.slug,
        points=points,
        settings={**common.get("settings", {}), **case.get("settings", {})},
        encounters=tuple(_encounters(common, case)),
        finds=tuple(
            Expected(at=str(found["at"]), value=found.get("value"), limit=found.get("limit"))
            for found in case.get("finds", ())
        ),
        cannot=tuple((str(place), str(fact)) for place, fact in case.get("cannot", ())),
        tables={
            slug: [_record(slug, {**common.get("records", {}), **row}) for row in rows]
            for slug, rows in case.get("tables", common.get("tables", {})).items()
        },
    )


def _record(slug: str, written: Mapping[str, Any]) -> Facts:
    """A row of an optional table; what `records` says of all tables is left out where a table has no such field."""
    declared = OPTIONAL_TABLES[slug].fields()
    return {name: read_fact(declared[name], raw) for name, raw in written.items() if name in declared}


def _encounters(common: Mapping[str, Any], case: Mapping[str, Any]) -> Iterator[ExampleEncounter]:
    kinds = {**common.get("kinds", {}), **case.get("kinds", {})}
    place = {**common.get("place", {}), **case.get("place", {})}
    number = 0
    for written in case["bills"]:
        bill = dict(written) if isinstance(written, Mapping) else dict(zip(SHORT, written, strict=False))
        for _ in range(bill.get("times", 1)):
            number += 1
            yield _encounter(number, {**place, **bill}, kinds, case["name"])


def _encounter(
    number: int, bill: Mapping[str, Any], kinds: Mapping[str, Any], where: str
) -> ExampleEncounter:
    day = day_of(bill["day"])
    ended = day + bill.get("nights", 0)
    facts: dict[str, Any] = {
        "person_id": f"P{number}",
        "encounter_id": f"E{number}",
        "institution_id": str(bill["at"]),
        "started_at": day * MINUTES_A_DAY + TEN,
        "ended_at": ended * MINUTES_A_DAY + TEN + 60,
        "lines_rejected": 0,
    }
    for name, raw in bill.items():
        if name not in _OF_BILL:
            if name not in FACTS:
                raise DeclarationError(f"没有事实 {name}", where=where)
            facts[name] = read_fact(FACTS[name], raw)
    lines = [
        {**_line(place, kinds[kind], amount, day), "item_name": kind}
        for place, (kind, amount) in enumerate(bill.get("of", {}).items(), 1)
    ]
    diagnoses, procedures = (tuple(map(str, bill.get(name, ()))) for name in ("diagnoses", "procedures"))
    stated = tuple(name for name in bill if name not in _OF_BILL)
    return ExampleEncounter(facts, lines, diagnoses, procedures, audited=True, stated=stated)


def _line(place: int, kind: Mapping[str, Any], written: Any, day: int) -> dict[str, Any]:
    quantity, amount = written if isinstance(written, Sequence) else (1, written)
    line: dict[str, Any] = {
        "line_id": str(place),
        "item_code": "0",
        "charged_at": day * MINUTES_A_DAY + TEN,
        "unit_price": PRICE_SCALE,
    }
    line |= {name: read_fact(LINE[name], raw) for name, raw in kind.items()}
    line["quantity"] = line["billed_quantity"] = scaled(quantity, QUANTITY_SCALE)
    line["amount"] = line["billed_amount"] = scaled(amount, 100)
    return line
