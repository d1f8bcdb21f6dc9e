"""Plays and ordinary visits as tables, one row each, from which millions are staged by gathering rows.

Charges of a visit stand together in time order, as do the visits of a play and the visits of a class.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import polars as pl

from mingcha.domain.values import PRICE_SCALE, QUANTITY_SCALE, decimal_text, yuan
from mingcha.sample.goods import Good, Goods
from mingcha.sample.ordinary import BANDS, KINDS, Class, Pool
from mingcha.sample.places import DEPARTMENTS, PHARMACY, Places
from mingcha.sample.scenes.writing import STAY_BEGINS, STAY_ENDS
from mingcha.sample.script import After, Age, Change, Charge, Coded, Play, Script, Truth, Visit

SEXES = ("", "1", "2", "9")
UNITS = ("岁", "月", "天")
# How often a line that no scene holds on to is left out: visits staged from one script still differ.
LEFT_OUT_ONE_IN = 8


@dataclass
class Tables:
    """The script of a city as frames."""

    goods: pl.DataFrame
    institutions: pl.DataFrame
    departments: list[str]
    groups: pl.DataFrame
    members: list[int]
    visits: pl.DataFrame
    charges: pl.DataFrame
    coded: pl.DataFrame
    listings: list[tuple[Change, ...]]
    truths: pl.DataFrame
    papers: dict[str, pl.DataFrame]
    """By table, rows of a visit of the script: days as whole numbers, those after the visit's first as `after:…`."""
    plays: pl.DataFrame
    mechanisms: pl.DataFrame
    together: range
    classes: pl.DataFrame


@dataclass
class _Rows:
    visits: list[dict[str, Any]] = field(default_factory=list)
    charges: list[dict[str, Any]] = field(default_factory=list)
    coded: list[dict[str, Any]] = field(default_factory=list)
    listings: list[tuple[Change, ...]] = field(default_factory=list)
    truths: list[dict[str, Any]] = field(default_factory=list)
    papers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    departments: dict[str, int] = field(default_factory=dict)


def tables_of(script: Script, pools: Mapping[Class, Pool], goods: Goods, places: Places) -> Tables:
    """Lay out everything that can be staged."""
    rows = _Rows(departments={code: number for number, code in enumerate(DEPARTMENTS)})
    play_rows: list[dict[str, Any]] = []
    mechanism_rows: list[dict[str, Any]] = []
    for mechanism, staged in script.plays.items():
        mechanism_rows.append({"mechanism": mechanism, "offset": len(play_rows), "count": len(staged)})
        play_rows += [_play(rows, play, goods, places) for play in staged]
    together = range(len(play_rows), len(play_rows) + len(script.together))
    play_rows += [_play(rows, play, goods, places) for play in script.together]
    class_rows = [_class(rows, key, pool, goods, places) for key, pool in pools.items()]
    step = [9 if len(group) % 9 == 0 and len(group) > 9 else 1 for group in places.groups]
    offsets = [sum(len(group) for group in places.groups[:n]) for n in range(len(places.groups))]
    return Tables(
        goods=_goods(goods.values()),
        institutions=_institutions(places),
        departments=list(rows.departments),
        groups=pl.DataFrame(
            {"offset": offsets, "size": [len(group) for group in places.groups], "step": step}
        ),
        members=[number for group in places.groups for number in group],
        visits=pl.DataFrame(rows.visits, schema_overrides=_VISIT_TYPES, infer_schema_length=None),
        charges=pl.DataFrame(rows.charges, schema_overrides=_CHARGE_TYPES, infer_schema_length=None),
        coded=pl.DataFrame(rows.coded, schema_overrides={"truth": pl.Int32}, infer_schema_length=None),
        listings=rows.listings,
        truths=pl.DataFrame(
            rows.truths,
            schema_overrides={"excess": pl.Int64, "amount": pl.Int64, "part": pl.String},
            infer_schema_length=None,
        ),
        papers={
            table: pl.DataFrame(written, infer_schema_length=None) for table, written in rows.papers.items()
        },
        plays=pl.DataFrame(play_rows, schema_overrides={"died": pl.Int64}, infer_schema_length=None),
        mechanisms=pl.DataFrame(mechanism_rows),
        together=together,
        classes=pl.DataFrame(class_rows),
    )


def class_number(kind: int, rank: int, sex: int, band: int) -> int:
    """The row of a class in the dense table of all thinkable ones."""
    return ((kind * 4 + rank) * 3 + sex) * (len(BANDS) + 1) + band


CLASSES = len(KINDS) * 4 * 3 * (len(BANDS) + 1)

_VISIT_TYPES: dict[str, Any] = {
    "truth": pl.Int32,
    "fund_percent": pl.Int64,
    "own_doctor": pl.Int64,
    "deductible": pl.Int64,
    "before": pl.Int64,
}
_CHARGE_TYPES: dict[str, Any] = {
    "good": pl.UInt32,
    "day": pl.Int32,
    "minute": pl.Int32,
    "department": pl.Int32,
    "back": pl.Int32,
    "truth": pl.Int32,
    "prescription": pl.Int8,
}


def _play(rows: _Rows, play: Play, goods: Goods, places: Places) -> dict[str, Any]:
    first = len(rows.visits)
    for visit in play.visits:
        _visit(rows, visit, goods, places)
    age = play.age or Age(40, spread_days=365)
    return {
        "first_visit": first,
        "visits": len(play.visits),
        "lines": sum(len(visit.charges) for visit in play.visits),
        "first_day": play.first_day,
        "days": play.last_day - play.first_day + 1,
        "sex": SEXES.index(play.sex),
        "born_known": play.age is not None,
        "age_value": age.value,
        "age_unit": UNITS.index(age.unit),
        "age_more": age.more_days,
        "age_spread": age.spread_days,
        "died": play.died,
    }


def _class(rows: _Rows, key: Class, pool: Pool, goods: Goods, places: Places) -> dict[str, Any]:
    first = len(rows.visits)
    for visit in (*pool.winter, *pool.usual, *pool.once):
        _visit(rows, visit, goods, places)
    return {
        "number": class_number(key.kind, key.rank, SEXES.index(key.sex), key.band),
        "first_visit": first,
        "winter": len(pool.winter),
        "usual": len(pool.usual),
        "once": len(pool.once),
    }


def _visit(rows: _Rows, visit: Visit, goods: Goods, places: Places) -> None:
    starts = STAY_BEGINS if visit.is_stay else min([c.minute for c in visit.charges] or [490]) - 5
    rows.visits.append(
        {
            "after": visit.after,
            "nights": visit.nights,
            "returning": visit.returning,
            "starts": starts,
            "ends": STAY_ENDS if visit.is_stay else -1,
            "jitter": visit.jitter,
            "group": places.group(visit.venue),
            "states_level": visit.venue.states_level,
            "care_type": visit.care_type,
            "visit_type": visit.visit_type,
            "maternity": visit.maternity_state,
            "discharge_way": visit.discharge_way if visit.is_stay else "",
            "insurance": visit.insurance,
            "disease": visit.disease,
            "department": _department(rows, visit.department),
            "total_off": visit.total_off,
            "own_percent": visit.settling.own_percent,
            "fund_percent": visit.settling.fund_percent,
            "deductible": visit.settling.deductible,
            "over": visit.settling.over,
            "before": visit.settling.before,
            "remote": visit.settling.remote,
            "own_doctor": visit.doctor,
            "first_charge": len(rows.charges),
            "charges": len(visit.charges),
            "kept": sum(LEFT_OUT_ONE_IN if charge.fixed else LEFT_OUT_ONE_IN - 1 for charge in visit.charges),
            "first_coded": len(rows.coded),
            "coded": len(visit.diagnoses) + len(visit.procedures),
            "procedure_count": str(len(visit.procedures)) if visit.is_stay else "",
            "listing": _listing(rows, visit),
            "main_diagnosis": visit.diagnoses[0].code if visit.diagnoses else "",
            "truth": _truth(rows, visit.truth),
        }
    )
    for paper in visit.papers:
        said = {
            name if not isinstance(day, After) else f"after:{name}": _said(day) for name, day in paper.said
        }
        rows.papers.setdefault(paper.table, []).append({"script": len(rows.visits) - 1, **said})
    for number, charge in enumerate(visit.charges):
        rows.charges.append(_charge(rows, visit, number, charge, goods))
    for number, row in enumerate(visit.diagnoses):
        rows.coded.append(_coded(rows, row, number, procedure=False))
    for number, row in enumerate(visit.procedures):
        rows.coded.append(_coded(rows, row, number, procedure=True))


def _listing(rows: _Rows, visit: Visit) -> int:
    if visit.listing is None:
        return -1
    rows.listings.append(visit.listing)
    return len(rows.listings) - 1


def _said(value: str | int | After) -> str | int:
    return value.days if isinstance(value, After) else value


def _charge(rows: _Rows, visit: Visit, number: int, charge: Charge, goods: Goods) -> dict[str, Any]:
    directory = charge.price if charge.directory_price is None else charge.directory_price
    return {
        "good": goods.index[charge.code],
        "day": charge.day,
        "minute": charge.minute,
        "department": _department(rows, charge.department or visit.department),
        "fixed": charge.fixed,
        "fen": charge.billed,
        "cnt": decimal_text(charge.quantity, QUANTITY_SCALE),
        "pric": _price_text(charge.price),
        "sumamt": yuan(charge.billed),
        "hilist_pric": _price_text(directory),
        "blank": charge.blank,
        "in_scope": yuan(_in_scope(charge)),
        "prescription": charge.prescription,
        "supply_days": "" if charge.supply_days is None else str(charge.supply_days),
        "first_line": charge.first_line,
        "herb_use": charge.herb_use,
        "approved": charge.approved,
        "payment_class": charge.payment_class or goods[charge.code].payment_class,
        "title": charge.title,
        "antibiotic_right": charge.antibiotic_right,
        "executor": charge.executor,
        "uploaded_after": -1 if charge.uploaded_after is None else charge.uploaded_after,
        "dose": charge.dosing.dose,
        "frequency": charge.dosing.frequency,
        "way": charge.dosing.way,
        "own_spec": charge.dosing.spec,
        "take_home": charge.dosing.take_home,
        # So many rows before this one stands the line a refund takes back; 0 where none is named.
        "back": number - charge.refund_of if charge.refund_of is not None and charge.names_original else 0,
        "truth": _truth(rows, charge.truth),
    }


def _in_scope(charge: Charge) -> int:
    """What is reckoned with: all of it, of 丙类 nothing, unless the scene says otherwise."""
    if charge.in_scope is not None:
        return charge.in_scope
    return 0 if charge.payment_class == "03" else charge.billed


def _coded(rows: _Rows, row: Coded, number: int, *, procedure: bool) -> dict[str, Any]:
    return {
        "procedure": procedure,
        "code": row.code,
        "name": row.name,
        "order": number + 1,
        "after": row.day,
        "minute": row.minute,
        "truth": _truth(rows, row.truth),
    }


def _truth(rows: _Rows, truth: Truth | None) -> int | None:
    if truth is None:
        return None
    rows.truths.append(
        {
            "rule_code": truth.rule_code,
            "mechanism": truth.mechanism,
            "excess": truth.excess_quantity,
            "amount": truth.amount,
            "certain": truth.certain,
            "planted": truth.planted,
            "note": truth.note,
            "part": truth.part or None,
            "of_institution": truth.of_institution,
        }
    )
    return len(rows.truths) - 1


def _department(rows: _Rows, code: str) -> int:
    return rows.departments.setdefault(code, len(rows.departments))


@cache
def _price_text(price: int) -> str:
    """At least two decimals, as price lists have them."""
    text = decimal_text(price, PRICE_SCALE)
    whole, _, part = text.partition(".")
    return f"{whole}.{part.ljust(2, '0')}"


def _goods(goods: Iterable[Good]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "hilist_code": good.code,
                "hilist_name": good.name,
                "hosplist_code": good.local_code,
                "hosplist_name": good.name,
                "hilist_type": good.list_type,
                "chrg_type": good.charge_type,
                "spec": good.spec,
                "spec_unt": good.unit,
                "known": good.known,
            }
            for good in goods
        ]
    )


def _institutions(places: Places) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "medins_id": place.id,
                "medins_name": place.name,
                "medins_admdvs": place.city,
                "medins_type": "" if place.type == PHARMACY else place.type,
                "medins_lv": place.level,
            }
            for place in places.institutions
        ]
    )
