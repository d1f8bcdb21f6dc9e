"""What an encounter was charged for: the same codes for a case and for a partition, and only what refunds left."""

from __future__ import annotations

import polars as pl
import pytest

from mingcha.domain.claims import Encounter
from mingcha.engine.case import EncounterFacts
from mingcha.engine.closures import Source, define
from mingcha.engine.columns import Columns
from mingcha.engine.layout import Layout
from mingcha.engine.plan import Check
from mingcha.engine.points import PointTable
from mingcha.engine.prefixes import with_prefix_columns
from mingcha.engine.tables import Tables
from mingcha.knowledge.kinds.coding import DiagnosisCharge
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points
from mingcha.rules.registry import RULES
from tests.support.random_cases import City, partition_of

RELEASE = release_of(1, starter_points(), with_demonstration=True)
PREFIXES = ("X", "Z", "0033", "00", "T0", "C9", "X-UNKNOWN-1")


def encounter(*lines: tuple[str, int | None]) -> EncounterFacts:
    codes, left = [code for code, _ in lines], [quantity for _, quantity in lines]
    charged = list(range(len(lines)))
    return EncounterFacts({"started_at": 0}, {"charged_at": charged, "item_code": codes, "quantity": left})


@pytest.mark.parametrize(
    ("lines", "items"),
    [
        ([("A", 10_000), ("B", 10_000), ("A", 20_000)], ("A", "B")),
        ([("A", 0), ("B", 10_000)], ("B",)),
        ([("A", None)], ("A",)),
        ([("A", 0), ("B", -10_000)], None),
        ([], None),
    ],
)
def test_what_refunds_left_of_a_bill_is_what_it_was_charged_for(
    lines: list[tuple[str, int | None]], items: tuple[str, ...] | None
) -> None:
    assert encounter(*lines).items == items


def random_tables(seed: int) -> tuple[list[EncounterFacts], Tables]:
    city = City(RELEASE, 200, seed)
    tables, items = partition_of(city.cases)
    tables.codes = items["item_code"].to_list()
    return [enc for case in city.cases for enc in case], tables


@pytest.mark.parametrize("seed", range(5))
def test_the_items_of_a_case_and_of_a_partition_are_the_same(seed: int) -> None:
    encounters, tables = random_tables(seed)
    numbers = pl.Series(range(len(encounters)))[::3]
    listed = tables.of_encounters("items", numbers).to_list()
    told = tables.fact_of_encounters("items", numbers)
    by_case = [encounters[number].items for number in numbers]
    assert [None if codes is None else tuple(codes) for codes in listed] == by_case
    assert told == listed
    assert None in by_case
    assert any(codes is not None and len(codes) > 1 for codes in by_case)


@pytest.mark.parametrize("seed", range(5))
def test_a_bill_without_any_of_these_items_is_the_same_by_case_and_by_column(seed: int) -> None:
    encounters, tables = random_tables(seed)
    points = [
        DiagnosisCharge(point_id=p, rule_code="GZ10000201003000", codes=("J",), items=(p,), item_name=p)
        for p in PREFIXES
    ]
    condition = Encounter.items.has_none_of(DiagnosisCharge.items)
    judge = define("judge", f"def judge(e, p):\n    return {Source(Layout(()), {}).of(condition)}\n")
    pairs = [(number, pt) for number in range(len(encounters)) for pt in range(len(points))]
    frame = pl.DataFrame(pairs, schema={"encounter": pl.UInt32, "pt": pl.Int32}, orient="row")
    table = PointTable(Check(0, RULES["diagnosis-without-charge"](), points=points))
    told = (
        with_prefix_columns(frame, [condition], table, tables).select(Columns({}).of(condition)).to_series()
    )
    assert told.to_list() == [judge(encounters[number], points[pt]) for number, pt in pairs]
    assert {True, False, None} == set(told)
