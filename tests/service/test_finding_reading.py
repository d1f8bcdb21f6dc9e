"""Lists, counts and details of findings say what the findings and their encounters say, whatever is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingcha.access.actor import Actor, Held, console
from mingcha.access.context import Access
from mingcha.access.errors import Invalid, Missing
from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.access.scope import Reach
from mingcha.audit.batch import FINDINGS
from mingcha.audit.reading.finding_detail import finding
from mingcha.audit.reading.finding_facets import LABELS, facet, facets
from mingcha.audit.reading.finding_filter import UNKNOWN, FindingFilter
from mingcha.audit.reading.finding_list import BY_PLACE, SORTS, FindingRow, findings
from mingcha.audit.reading.indexing import write_index
from mingcha.audit.reading.opened import OpenIndexes, dataset_of
from mingcha.audit.reading.surroundings import items_of
from mingcha.audit.run import INDEX, finished_run
from mingcha.domain.values import MINUTES_A_DAY, date_of
from mingcha.store.lake import Lake
from tests.support.judged import RUN, judged, reading

EVERYBODY = console("测试")
Plain = dict[str, Any]


@pytest.fixture(scope="module")
def access() -> Access:
    return reading()


class Findings(list[Plain]):
    """All of them; a failing example need not repeat them."""

    def __repr__(self) -> str:
        return f"{len(self)} findings"


@pytest.fixture(scope="module")
def plain() -> Findings:
    """Every finding with its encounter, as whoever opens the two files reads it."""
    run = judged() / "runs" / str(RUN)
    lake = Lake(judged() / "datasets" / "random")
    encounters = {
        row["encounter_id"]: row
        for number in lake.buckets
        for row in lake.read_bucket(number).encounters.to_dicts()
    }
    found = pl.read_parquet(run / FINDINGS, glob=False)
    return Findings({**encounters[row["encounter_id"]], **row} for row in found.to_dicts())


def day(row: Plain) -> int:
    moment = row["started_at"] if row["charged_at"] is None else row["charged_at"]
    return int(moment // MINUTES_A_DAY)


def one_of(row: Plain, name: str, values: Any) -> bool:
    return not values or (UNKNOWN if row[name] is None else row[name]) in values


def fits(row: Plain, wanted: FindingFilter) -> bool:
    """What a filter means, said apart from the code under test."""
    said = "\n".join(filter(None, (row["code"], row["name"])))
    amount = row["claimed_fen"]
    return (
        one_of(row, "rule_code", wanted.rule)
        and one_of(row, "certainty", wanted.certainty)
        and one_of(row, "institution_id", wanted.institution)
        and one_of(row, "department_id", wanted.department)
        and one_of(row, "insurance_type", wanted.insurance_type)
        and one_of(row, "care_region", wanted.care_region)
        and one_of(row, "care_type", wanted.care_type)
        and one_of(row, "code", wanted.item)
        and (wanted.text is None or wanted.text.lower() in said.lower())
        and (wanted.day_from is None or date_of(day(row)) >= wanted.day_from)
        and (wanted.claimed_from_fen is None or (amount is not None and amount >= wanted.claimed_from_fen))
        and (wanted.claimed_to_fen is None or (amount is not None and amount <= wanted.claimed_to_fen))
    )


def among(name: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Values that findings have, that none has, and unknown."""
    found = pl.read_parquet(judged() / "runs" / str(RUN) / FINDINGS, glob=False, columns=[name])[name]
    values = [*found.drop_nulls().unique().sort().head(6), UNKNOWN, "没有这个"]
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


@st.composite
def filters(draw: st.DrawFn) -> FindingFilter:
    amounts = st.none() | st.integers(-1, 30_000)
    return FindingFilter(
        rule=draw(among("rule_code")),
        certainty=draw(among("certainty")),
        institution=draw(among("institution_id")),
        department=draw(among("department_id")),
        insurance_type=draw(st.sampled_from(((), ("310",), ("390", UNKNOWN)))),
        care_region=draw(st.sampled_from(((), ("350102",), (UNKNOWN,)))),
        text=draw(st.none() | st.sampled_from(("项目", "X", "10", "%", "."))),
        day_from=draw(st.none() | st.just(date(2026, 3, 10))),
        claimed_from_fen=draw(amounts),
        claimed_to_fen=draw(amounts),
    )


some_filters = st.deferred(filters) | st.just(FindingFilter())


def every(access: Access, actor: Actor, wanted: FindingFilter, sort: str = "") -> list[FindingRow]:
    """All pages of a list together."""
    return list(_pages(access, actor, wanted, sort))


def _pages(access: Access, actor: Actor, wanted: FindingFilter, sort: str) -> Iterator[FindingRow]:
    page = findings(access, actor, RUN, wanted, Listing(1, 97, sort))
    yield from page.items
    for number in range(2, -(-page.total // 97) + 1):
        yield from findings(access, actor, RUN, wanted, Listing(number, 97, sort)).items


@settings(max_examples=60, deadline=None)
@given(wanted=some_filters)
def test_a_list_has_what_fits_the_filter_and_nothing_else(
    access: Access, plain: Findings, wanted: FindingFilter
) -> None:
    expected = {row["finding_id"]: row for row in plain if fits(row, wanted)}
    found = every(access, EVERYBODY, wanted)
    assert len(found) == len(expected)
    assert {row.finding_id for row in found} == set(expected)
    for row in found[:20]:
        said = expected[row.finding_id]
        for name in (
            "rule_code",
            "certainty",
            "institution_id",
            "person_id",
            "encounter_id",
            "line_key",
            "name",
        ):
            assert getattr(row, name) == said[name]
        assert (row.charged_fen, row.claimed_fen) == (said["line_amount"], said["claimed_fen"])
        assert row.insurance_type == said["insurance_type"]
        assert row.sentence


@settings(max_examples=40, deadline=None)
@given(wanted=some_filters)
def test_counts_and_sums_are_those_of_the_list(
    access: Access, plain: Findings, wanted: FindingFilter
) -> None:
    counted = facets(access, EVERYBODY, RUN, wanted)
    expected = [row for row in plain if fits(row, wanted)]
    assert counted.total.findings == len(expected)
    assert counted.total.persons == len({row["person_id"] for row in expected} - {None})
    assert counted.total.encounters == len({row["encounter_id"] for row in expected})
    assert counted.total.claimed_fen == sum(
        row["claimed_fen"] or 0 for row in expected if row["exemption"] is None
    )
    assert [one.name for one in counted.facets] == list(LABELS)
    by_name = {one.name: one for one in counted.facets}
    for name, column, without in (
        ("rule", "rule_code", replace(wanted, rule=())),
        ("institution", "institution_id", replace(wanted, institution=())),
        ("insurance_type", "insurance_type", replace(wanted, insurance_type=())),
        ("certainty", "certainty", replace(wanted, certainty=())),
    ):
        of_each = Counter(row[column] or UNKNOWN for row in plain if fits(row, without))
        shown = {value.value: value.findings for value in by_name[name].values}
        assert by_name[name].distinct == len(of_each)
        assert shown.items() <= of_each.items()
        assert len(shown) == min(len(of_each), 50)


def test_what_a_facet_says_is_what_its_value_finds(access: Access) -> None:
    """Every number opens what it counts: of every facet, every value."""
    for one in facets(access, EVERYBODY, RUN, FindingFilter()).facets:
        if one.name == "month":
            continue
        for value in one.values:
            more: Plain = {} if value.institution is None else {"institution": [value.institution]}
            wanted = FindingFilter(**{one.name: [value.value], **more})
            assert findings(access, EVERYBODY, RUN, wanted, Listing(1, 1)).total == value.findings, value


@pytest.mark.parametrize("sort", [*SORTS, *BY_PLACE])
@pytest.mark.parametrize("sign", ["", "-"])
def test_pages_in_any_order_hold_every_finding_once(access: Access, sort: str, sign: str) -> None:
    found = every(access, EVERYBODY, FindingFilter(), sign + sort)
    total = facets(access, EVERYBODY, RUN, FindingFilter()).total.findings
    assert len({row.finding_id for row in found}) == len(found) == total
    if sort in {"claimed_fen", "day"}:
        values = [getattr(row, sort) for row in found if getattr(row, sort) is not None]
        assert values == sorted(values, reverse=sign == "-")


def held(*reaches: Reach) -> Actor:
    return Actor(None, "someone", tuple(Held(Role.FIRST_REVIEWER, reach) for reach in reaches))


@pytest.mark.parametrize(
    "reach",
    [
        Reach(institution="H1"),
        Reach(region="3501"),
        Reach(insurance_types=frozenset({"310"})),
        Reach("36", "H2"),
    ],
)
def test_nothing_outside_the_scope_is_listed_counted_or_opened(
    access: Access, plain: Findings, reach: Reach
) -> None:
    def inside(row: Plain) -> bool:
        return (
            (reach.institution is None or row["institution_id"] == reach.institution)
            and (reach.region is None or (row["care_region"] or "").startswith(reach.region))
            and (reach.insurance_types is None or row["insurance_type"] in reach.insurance_types)
        )

    actor = held(reach)
    expected = {row["finding_id"] for row in plain if inside(row)}
    assert 0 < len(expected) < len(plain)
    assert {row.finding_id for row in every(access, actor, FindingFilter())} == expected
    counted = facets(access, actor, RUN, FindingFilter())
    assert counted.total.findings == len(expected)
    institutions = {row["institution_id"] for row in plain if inside(row)}
    assert {
        one.value for one in facet(access, actor, RUN, "institution", FindingFilter()).values
    } == institutions
    outside = next(row for row in plain if not inside(row))
    with pytest.raises(Missing):
        finding(access, actor, RUN, outside["finding_id"])
    for row in [row for row in plain if inside(row)][:30]:
        seen = finding(access, actor, RUN, row["finding_id"])
        others = {one.finding_id for one in (*seen.same_line, *seen.same_bill)}
        assert others <= expected
        if reach.institution is not None and seen.around is not None:
            names = {one.institution_name for one in (*seen.around.history, *seen.around.visits)}
            assert names <= {f"{reach.institution}医院"}


def test_a_finding_shows_its_line_among_its_neighbours(access: Access, plain: Findings) -> None:
    on_lines = [row for row in plain if row["line_key"]]
    for row in on_lines[:40]:
        seen = finding(access, EVERYBODY, RUN, row["finding_id"], days=3650)
        assert seen.around is not None
        (itself,) = [line for line in seen.around.bill.lines if line.itself]
        assert (itself.line_key, itself.code) == (row["line_key"], row["code"])
        assert itself.amount_fen == row["line_amount"]
        of_line = [one for one in on_lines if one["encounter_id"] == row["encounter_id"]]
        assert itself.findings == sum(one["line_key"] == row["line_key"] for one in of_line)
        assert {line.line_key for line in seen.around.bill.lines if line.related} == set(row["related"])
        assert seen.due_fen == row["line_amount"] - row["amount_fen"]
        assert {one.line_key for one in seen.same_line} <= {row["line_key"]}
        assert all(one.encounter_id != row["encounter_id"] for one in seen.around.history)
        assert (seen.identity.release, seen.identity.slug) == (row["release"], row["slug"])
        assert seen.explanation.legal_basis
        assert seen.explanation.remedy


def test_a_facet_of_many_values_is_looked_up_by_a_part_of_code_or_name(access: Access) -> None:
    found = facet(access, EVERYBODY, RUN, "institution", FindingFilter(), "h1")
    assert [value.value for value in found.values] == ["H1"]
    assert found.values[0].label == "H1医院"
    assert facet(access, EVERYBODY, RUN, "institution", FindingFilter(), "h%").values == []
    with pytest.raises(Missing):
        facet(access, EVERYBODY, RUN, "rows", FindingFilter())


def test_what_cannot_be_sorted_by_is_refused_with_what_can(access: Access) -> None:
    with pytest.raises(Invalid, match="不能按这个字段排序"):
        findings(access, EVERYBODY, RUN, FindingFilter(), Listing(1, 20, "finding_id"))


def test_an_index_is_made_anew_where_it_is_lost_spoilt_or_of_other_findings(access: Access) -> None:
    run = judged() / "runs" / str(RUN)
    known = OpenIndexes().of(access, run)
    for spoil in ("about", "gone", "other"):
        folder = run / INDEX
        if spoil == "about":
            (folder / "index.json").unlink()
        elif spoil == "gone":
            for path in folder.iterdir():
                path.unlink()
        else:
            (folder / "index.json").write_text('{"format": 0}', "utf-8")
        again = OpenIndexes().of(access, run)
        assert again.rows.equals(known.rows)
        assert again.places.equals(known.places)
    write_index(run, dataset_of(access, finished_run(run)))
    assert OpenIndexes().of(access, run).rows.equals(known.rows)
    assert not list(run.glob(".index*"))


def test_indexes_are_let_go_when_they_take_too_much_memory(access: Access) -> None:
    run = judged() / "runs" / str(RUN)
    twin = run.with_name("twin")
    twin.symlink_to(run)
    try:
        held = OpenIndexes(most_bytes=1)
        first = held.of(access, run)
        assert held.of(access, run) is first
        held.of(access, twin)
        assert held.bytes == first.size
        assert held.of(access, run) is not first
    finally:
        twin.unlink()


def test_history_of_a_class_of_drugs_is_every_drug_whose_code_begins_so() -> None:
    codes = [
        "XA10BAB074A001010100001",
        "XA10BAB074X000000000001",
        "XA10BB",
        "330100001000000",
        "3301000010000001",
    ]
    items = pl.DataFrame({"item": range(len(codes)), "item_code": codes})
    assert items_of(items, {"XA10BAB"}).to_list() == [0, 1]
    assert items_of(items, {codes[0]}).to_list() == [0]
    assert items_of(items, {"330100001000000"}).to_list() == [3]
    assert items_of(items, set()).to_list() == []
