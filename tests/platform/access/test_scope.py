"""Nothing outside a scope comes out of a query, and everything inside does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, MetaData, String, Table, create_engine, insert, select

from mingcha.access.scope import EVERYTHING, Place, PlaceColumns, Reach, Scope, region_prefix, within
from mingcha.audit.reading.within import PlaceNames
from mingcha.audit.reading.within import within as within_frame
from mingcha.store.database.engine import Database

REGIONS = ("350000", "350100", "350102", "351000", "360100", None)
INSTITUTIONS = ("H1", "H2", "H%", None)
DEPARTMENTS = ("内科", "外科", None)
DOCTORS = ("D1", "D2", None)
INSURANCE = ("310", "390", None)

rows = Table(
    "scoped_rows",
    MetaData(),
    *(Column(name, String) for name in ("region", "institution", "department", "doctor", "insurance_type")),
)
COLUMNS = PlaceColumns(*rows.c)
ROWS = [
    dict(zip(rows.c.keys(), values, strict=True))
    for values in product(REGIONS, INSTITUTIONS, DEPARTMENTS, DOCTORS, INSURANCE)
]
types = st.none() | st.frozensets(st.sampled_from(("310", "390")), max_size=2)
reaches = st.builds(
    Reach,
    st.sampled_from(("35", "3501", "350102", "36", None)),
    st.sampled_from(INSTITUTIONS),
    st.sampled_from(DEPARTMENTS),
    st.sampled_from(DOCTORS),
    types,
)
scopes = st.lists(reaches, max_size=3).map(lambda some: Scope(tuple(some)))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "sqlite":
        made = create_engine("sqlite://")
    else:
        made = Database(request.getfixturevalue("postgres")).engine
    with made.begin() as connection:
        rows.create(connection)
        connection.execute(insert(rows), ROWS)
    yield made
    with made.begin() as connection:
        rows.drop(connection)
    made.dispose()


def belongs(row: dict[str, str | None], reach: Reach) -> bool:
    """What a reach means, said apart from the code under test."""
    if reach.region is not None and not (row["region"] or "-").startswith(reach.region):
        return False
    for name in ("institution", "department", "doctor"):
        wanted = getattr(reach, name)
        if wanted is not None and row[name] != wanted:
            return False
    return reach.insurance_types is None or row["insurance_type"] in reach.insurance_types


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scope=scopes)
def test_a_query_gives_the_rows_of_its_scope_and_no_other(engine: Engine, scope: Scope) -> None:
    with engine.connect() as connection:
        found = {tuple(row) for row in connection.execute(select(rows).where(within(scope, COLUMNS)))}
    expected = {tuple(row.values()) for row in ROWS if any(belongs(row, reach) for reach in scope.reaches)}
    assert found == expected


FRAME = pl.DataFrame(ROWS, schema=dict.fromkeys(rows.c.keys(), pl.String))
NAMES = PlaceNames("region", "institution", "department", "doctor", "insurance_type")


@given(scope=scopes, coded=st.booleans(), typed=st.booleans())
def test_a_frame_is_filtered_as_a_query_is(scope: Scope, coded: bool, typed: bool) -> None:
    """Of texts and of texts that are stored as codes; where rows have an insurance type and where they have none."""
    frame = FRAME.cast(pl.Categorical) if coded else FRAME
    names = NAMES if typed else PlaceNames("region", "institution", "department", "doctor", None)
    reaches = scope.reaches
    if not typed:
        reaches = tuple(Reach(r.region, r.institution, r.department, r.doctor) for r in reaches)
    expected = [any(belongs(row, reach) for reach in reaches) for row in ROWS]
    assert frame.with_columns(within=within_frame(scope, names))["within"].to_list() == expected
    assert frame.filter(within_frame(scope, names)).cast(pl.String).to_dicts() == [
        row for row, inside in zip(ROWS, expected, strict=True) if inside
    ]


@given(scope=scopes, row=st.sampled_from(ROWS))
def test_one_place_is_judged_as_a_query_would(scope: Scope, row: dict[str, str | None]) -> None:
    place = Place(row["region"], row["institution"], row["department"], row["doctor"])
    without_insurance = [Reach(r.region, r.institution, r.department, r.doctor) for r in scope.reaches]
    assert scope.covers(place) == any(belongs(row, reach) for reach in without_insurance)


@given(
    scope=scopes,
    region=st.sampled_from(REGIONS[:-1]),
    codes=st.sampled_from(
        (("H1", "内科", "D1"), ("H1", "内科", None), ("H2", None, None), (None, None, None))
    ),
    wanted=types,
)
def test_a_grant_within_a_scope_reaches_no_row_that_the_scope_does_not(
    scope: Scope, region: str, codes: tuple[str | None, ...], wanted: frozenset[str] | None
) -> None:
    place = Place(region, *codes)
    granted = Reach.below(place, wanted)
    if not scope.covers_grant(place, wanted):
        return
    # An institution stands in one region: its rows are those of the region of its node.
    for row in ROWS:
        if belongs(row, granted) and (codes[0] is None or row["region"] == region):
            assert any(belongs(row, reach) for reach in scope.reaches)


def test_no_grant_is_no_data_and_the_whole_is_the_whole(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(select(rows).where(within(Scope(), COLUMNS))).all() == []
        everything = connection.execute(select(rows).where(within(EVERYTHING, COLUMNS))).all()
    assert len(everything) == len(ROWS)


@pytest.mark.parametrize(
    ("code", "prefix"),
    [("350102", "350102"), ("350100", "3501"), ("350000", "35"), ("000000", ""), ("351000", "3510")],
)
def test_the_code_of_a_region_says_what_lies_below_it(code: str, prefix: str) -> None:
    assert region_prefix(code) == prefix
