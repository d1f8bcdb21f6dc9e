"""Findings of a partition as columns: the money bill by bill, all else that a finding says read for all at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from mingcha.domain.findings import Finding
from mingcha.engine.findings import Claimed, Claims, digest, quantity_of, ruling_of, stamp_of
from mingcha.engine.frames import schema_of
from mingcha.engine.hits import Hit
from mingcha.engine.place import PLACE
from mingcha.engine.plan import Plan
from mingcha.engine.tables import Tables
from mingcha.engine.texts import SEPARATOR, texts_in_lists
from mingcha.knowledge.strategy.jurisdiction import Place

OF_BILL = ("person_id", "encounter_id", "settlement_id", "institution_id")
OF_LINE = ("line_id", "line_key", "item", "department_id", "doctor_id")
HEAD = ("rule_code", "rule_name", "slug", "rule_version", "certainty", "knowledge_point")
STAMP = ("release", "knowledge_digest", "settings_digest")
RULING = ("rule_set", "priority", "action", "exemption", "exemption_reason")
NAMED_BY = ("institution_id", "encounter_id", "place", "rule_code", "knowledge_point", "slug")
SCHEMA = schema_of(Finding)

Found = Sequence[Claimed]


def findings_of_partition(
    plan: Plan, tables: Tables, hits: Iterable[Hit], items: pl.DataFrame
) -> pl.DataFrame:
    """Findings of a partition in canonical order.

    Args:
        items: the dataset's items: item (row number), item_code, item_name.
    """
    claims = Claims(plan)
    found = list(_claimed(claims, tables, hits))
    if not found:
        return pl.DataFrame(schema=SCHEMA)
    lines = _of_lines(tables, items, _orders(found))
    columns = {
        **_heads(found),
        **_bills(tables, found),
        **_places(tables, found, lines),
        **_amounts(found),
        **_evidence(tables, found),
        **_stamps(plan, len(found)),
        "judging_region": _regions(plan, tables, found),
        **_rulings(found),
    }
    columns["finding_id"] = _ids(columns, lines["line_key"].fill_null(columns["code"]))
    return pl.DataFrame([columns[name].alias(name) for name in SCHEMA])


def _claimed(claims: Claims, tables: Tables, hits: Iterable[Hit]) -> Iterator[Claimed]:
    by_bill: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_bill[hit.encounter].append(hit)
    numbers = sorted(by_bill)
    encounters = pl.Series(numbers, dtype=PLACE)
    totals, paid = (tables.of_encounter(name)[encounters].to_list() for name in ("total_amount", "fund_paid"))
    for number, total_amount, fund_paid in zip(numbers, totals, paid, strict=True):
        yield from claims.of_bill(by_bill[number], total_amount, fund_paid)


def _orders(found: Found) -> pl.Series:
    """Which line each finding stands on; null beside the lines."""
    orders = [hit.row[1] if said.of_item and hit.row is not None else None for hit, said, _ in found]
    return pl.Series(orders, dtype=PLACE)


def _of_lines(tables: Tables, items: pl.DataFrame, orders: pl.Series) -> dict[str, pl.Series]:
    """What a finding says of the line it stands on; null where it stands on none."""
    read = {name: tables.of_line(name)[orders] for name in (*OF_LINE, "minute", "quantity", "amount")}
    item = read.pop("item")
    return {**read, "code": items["item_code"][item], "name": items["item_name"][item], "order": orders}


def _heads(found: Found) -> dict[str, pl.Series]:
    different = {id(told): told for _, told, _ in found}
    places = {key: place for place, key in enumerate(different)}
    place = pl.Series([places[id(told)] for _, told, _ in found], dtype=PLACE)
    columns = zip(*(told.head for told in different.values()), strict=True)
    return {
        name: pl.Series(column, dtype=SCHEMA[name])[place] for name, column in zip(HEAD, columns, strict=True)
    }


def _bills(tables: Tables, found: Found) -> dict[str, pl.Series]:
    encounters = pl.Series([hit.encounter for hit, _, _ in found], dtype=PLACE)
    return {name: tables.encounters[name][encounters] for name in (*OF_BILL, "department_id", "doctor_id")}


def _places(tables: Tables, found: Found, lines: dict[str, pl.Series]) -> dict[str, pl.Series]:
    """department_id … line_amount: of the line, or else of the bill, the diagnosis or the procedure."""
    beside = [
        (None, None, None)
        if said.of_item and hit.row is not None
        else (said.name, *((None, None) if hit.row is None else (hit.row[3], hit.row[0])))
        for hit, said, _ in found
    ]
    names, codes, minutes = zip(*beside, strict=True)
    bills = _bills(tables, found)
    on_line = lines["order"].is_not_null()
    return {
        "department_id": lines["department_id"].fill_null(bills["department_id"]),
        "doctor_id": lines["doctor_id"].fill_null(bills["doctor_id"]),
        "line_id": lines["line_id"],
        "line_key": lines["line_key"],
        "code": lines["code"].zip_with(on_line, pl.Series(codes, dtype=pl.String)),
        "name": lines["name"].zip_with(on_line, pl.Series(names, dtype=pl.String)),
        "charged_at": lines["minute"].zip_with(on_line, pl.Series(minutes, dtype=pl.Int32)),
        "line_quantity": lines["quantity"],
        "line_amount": lines["amount"],
    }


def _amounts(found: Found) -> dict[str, pl.Series]:
    quantities = [
        quantity_of(hit, said) if said.of_item and hit.row is not None else hit.excess_quantity
        for hit, said, _ in found
    ]
    return {
        "excess_quantity": pl.Series(quantities, dtype=pl.Int64),
        "amount_fen": pl.Series([claim.excess for _, _, claim in found], dtype=pl.Int64),
        "claimed_fen": pl.Series([claim.claimed for _, _, claim in found], dtype=pl.Int64),
        "recoverable_fen": pl.Series([claim.recoverable for _, _, claim in found], dtype=pl.Int64),
    }


def _evidence(tables: Tables, found: Found) -> dict[str, pl.Series]:
    shown = [hit.check.rule.evidence(hit.value, hit.limit, hit.point) for hit, _, _ in found]
    values, limits = zip(*shown, strict=True)
    related = [
        sorted({line.order for line in hit.related if line.encounter == hit.encounter}) if hit.related else ()
        for hit, _, _ in found
    ]
    orders = pl.Series([order for named in related for order in named], dtype=PLACE)
    keys = iter(tables.of_line("line_key")[orders].to_list())
    return {
        "value": pl.Series(values, dtype=pl.String),
        "limit": pl.Series(limits, dtype=pl.String),
        "related": texts_in_lists("related", [sorted({next(keys) for _ in named}) for named in related]),
    }


def _stamps(plan: Plan, height: int) -> dict[str, pl.Series]:
    return {
        name: pl.Series([value], dtype=SCHEMA[name]).new_from_index(0, height)
        for name, value in zip(STAMP, stamp_of(plan), strict=True)
    }


def _regions(plan: Plan, tables: Tables, found: Found) -> pl.Series:
    """The region whose knowledge and settings judged: where one is unknown, the other stands for it."""
    encounters = pl.Series([hit.encounter for hit, _, _ in found], dtype=PLACE)
    turns = map(plan.jurisdictions.turn, tables.encounters["first_day"][encounters])
    by_care = [said.places[turn] is Place.CARE for (_, said, _), turn in zip(found, turns, strict=True)]
    insured, care = (tables.encounters[name][encounters] for name in ("insured_region", "care_region"))
    return care.fill_null(insured).zip_with(pl.Series(by_care, dtype=pl.Boolean), insured.fill_null(care))


def _rulings(found: Found) -> dict[str, pl.Series]:
    ruled = [ruling_of(hit, said.head[4], claim.excess) for hit, said, claim in found]
    return {
        name: pl.Series(column, dtype=SCHEMA[name])
        for name, column in zip(RULING, zip(*ruled, strict=True), strict=True)
    }


def _ids(columns: dict[str, pl.Series], place: pl.Series) -> pl.Series:
    named = pl.DataFrame([({**columns, "place": place}[name]).fill_null("").alias(name) for name in NAMED_BY])
    texts = named.select(pl.concat_str(NAMED_BY, separator=SEPARATOR)).to_series().to_list()
    return pl.Series([digest(text) for text in texts], dtype=pl.String)
