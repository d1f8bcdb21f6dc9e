"""Bills and persons on the screen: whole as far as the scope reaches, and nothing of what lies beyond."""

from __future__ import annotations

import shutil
from datetime import date
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.access.actor import Actor, Held, console
from mingcha.access.errors import Denied, Invalid, Missing
from mingcha.access.permissions import Permission
from mingcha.access.personal import PersonField
from mingcha.access.roles import ROLES, Role
from mingcha.access.scope import Reach
from mingcha.access.trail import Action
from mingcha.audit.reading import bills, persons
from mingcha.audit.reading.bills import LinesWanted
from mingcha.audit.reading.medication import medication
from mingcha.store.database.trail import TrailEntry
from mingcha.store.lake_index import FOLDER, LakeIndex, write_index
from tests.support.care import DRESSING, METFORMIN, PERSONS, cared, line, ordinary
from tests.support.platform import Town

BOTH, ONLY_H1, ONLY_H2 = PERSONS
WHOLE = console("测试")


def reviewer(**reach: Any) -> Actor:
    """Somebody who may see bills and persons in a part of the data."""
    return Actor(None, "reviewer", (Held(Role.FIRST_REVIEWER, Reach(**reach)),))


def details(town: Town, action: Action) -> list[TrailEntry]:
    with town.access.database.reading() as session:
        return list(session.query(TrailEntry).where(TrailEntry.action == action.value))


def encounters(found: persons.Timeline) -> list[str]:
    return [visit.encounter_id for visit in found.visits]


def test_a_person_is_found_by_name_only_where_a_bill_is_in_the_scope(town: Town) -> None:
    known = cared(town.access)
    for actor, expected in (
        (WHOLE, {ONLY_H1, ONLY_H2}),
        (reviewer(institution="H1"), {ONLY_H1}),
        (reviewer(region="350103"), {ONLY_H2}),
        (reviewer(insurance_types=frozenset({"390"})), set()),
    ):
        found = persons.find(town.access, actor, PersonField.FULL_NAME, "赫连春花")
        assert {one.person.key for one in found.persons} == {known.keys[number] for number in expected}
    assert [entry.details for entry in details(town, Action.PERSON_SOUGHT)][1:3] == [
        {"field": "full_name", "found": 1}
    ] * 2


def test_of_a_person_whose_bills_all_lie_outside_nothing_is_said(town: Town) -> None:
    known = cared(town.access)
    for actor in (reviewer(institution="H1"), reviewer(region="350102")):
        with pytest.raises(Missing):
            persons.timeline(town.access, actor, known.keys[ONLY_H2])
        with pytest.raises(Missing):
            persons.reveal(town.access, actor, known.keys[ONLY_H2], [PersonField.PHONE], "核实身份")
        with pytest.raises(Missing):
            bills.bill(town.access, actor, "E6")
        with pytest.raises(Missing):
            bills.lines(town.access, actor, "E6", LinesWanted())
    assert not details(town, Action.PERSON_REVEALED)


def test_the_timeline_goes_across_institutions_as_far_as_the_scope_reaches(town: Town) -> None:
    key = cared(town.access).keys[BOTH]
    assert encounters(persons.timeline(town.access, WHOLE, key)) == ["E1", "E2", "E3", "E4"]
    assert encounters(persons.timeline(town.access, reviewer(institution="H1"), key)) == ["E1", "E3"]
    assert encounters(persons.timeline(town.access, reviewer(region="350103"), key)) == ["E2", "E4"]


def test_a_stay_soon_after_another_says_how_many_days_lie_between(town: Town) -> None:
    key = cared(town.access).keys[BOTH]
    since = {v.encounter_id: v.days_since_stay for v in persons.timeline(town.access, WHOLE, key).visits}
    assert since == {"E1": None, "E2": None, "E3": 3, "E4": None}


def test_a_department_sees_the_bills_with_its_lines_and_of_them_its_lines_only(town: Town) -> None:
    cared(town.access)
    surgery = reviewer(institution="H1", department="H1-外科")
    seen = bills.lines(town.access, surgery, "E1", LinesWanted())
    assert [row.code for row in seen.items] == [DRESSING]
    assert bills.bill(town.access, surgery, "E1").lines_in_all == 1
    with pytest.raises(Missing):
        bills.bill(town.access, surgery, "E5")


def test_a_bill_shows_all_that_is_known_and_nobody_by_name(town: Town) -> None:
    cared(town.access)
    shown = bills.bill(town.access, WHOLE, "E2")
    assert (shown.visit.institution_name, shown.visit.nights, shown.age, shown.sex) == ("医院H2", 4, 46, "男")
    assert shown.person.full_name == "欧阳**"
    facts = {fact.label: fact.text for group in shown.facts for fact in group.facts}
    assert facts["险种"] == "职工基本医疗保险（310）"
    whole = str(shown)
    assert not [value for value in (*PERSONS[BOTH], BOTH, "1980-01-01") if value in whole]
    assert [entry.object_id for entry in details(town, Action.BILL_VIEWED)] == ["E2"]


def test_values_are_shown_whole_for_a_reason_that_stands_in_the_trail(town: Town) -> None:
    key = cared(town.access).keys[ONLY_H1]
    fields = [PersonField.FULL_NAME, PersonField.NUMBER]
    with pytest.raises(Invalid):
        persons.reveal(town.access, WHOLE, key, fields, " 看 ")
    reader = Actor(None, "reader", (Held(Role.READER, Reach()),))
    with pytest.raises(Denied):
        persons.reveal(town.access, reader, key, fields, "核实身份")
    shown = persons.reveal(town.access, reviewer(institution="H1"), key, fields, "核实身份")
    assert shown == {PersonField.FULL_NAME: "赫连春花", PersonField.NUMBER: ONLY_H1}
    (entry,) = details(town, Action.PERSON_REVEALED)
    assert (entry.object_id, entry.reason, entry.details) == (
        key,
        "核实身份",
        {"fields": ["full_name", "number"]},
    )


def test_lines_come_in_parts_that_make_up_the_whole_in_any_order(town: Town) -> None:
    rows = [
        line(BOTH, "E9", "H1", f"2026-03-{day:02d}", item, det_item_fee_sumamt=f"{day}.00")
        for day in range(1, 29)
        for item in (METFORMIN, DRESSING)
    ]
    cared(town.access, rows)
    for sort in ("number", "-amount", "code", "charged_at"):
        parts = [
            bills.lines(town.access, WHOLE, "E9", LinesWanted(sort=sort, offset=first, limit=17))
            for first in range(0, 56, 17)
        ]
        numbers = [row.number for part in parts for row in part.items]
        assert sorted(numbers) == list(range(1, 57))
        assert {part.total for part in parts} == {56}
    drugs = bills.lines(town.access, WHOLE, "E9", LinesWanted(text="双胍"))
    assert (drugs.total, drugs.amount_fen) == (28, sum(range(1, 29)) * 100)
    key = parts[0].items[3].line_key
    (named,) = bills.lines(town.access, WHOLE, "E9", LinesWanted(lines=frozenset({key, "none"}))).items
    assert named.number == parts[0].items[3].number
    with pytest.raises(Invalid):
        bills.lines(town.access, WHOLE, "E9", LinesWanted(sort="person_id"))


def test_of_an_encounter_in_two_datasets_the_newest_saying_counts(town: Town) -> None:
    key = cared(town.access).keys[BOTH]
    newer = UUID("00000000-0000-4000-8000-000000000002")
    cared(town.access, [line(BOTH, "E1", "H1", "2026-01-02", DRESSING)], newer)
    assert bills.bill(town.access, WHOLE, "E1").visit.first_day == "2026-01-02"
    assert encounters(persons.timeline(town.access, WHOLE, key)) == ["E1", "E2", "E3", "E4"]
    assert encounters(persons.timeline(town.access, WHOLE, key, newer)) == ["E1"]
    with pytest.raises(Missing):
        bills.bill(town.access, WHOLE, "E1", UUID(int=7))


def test_days_left_when_more_is_dispensed_are_added_to_it(town: Town) -> None:
    key = cared(town.access).keys[BOTH]
    (drug,) = persons.timeline(town.access, WHOLE, key, day=date(2026, 2, 20)).medication
    # Thirty days from 1 January lasts until the 31st: six are left on the 25th, when thirty more come.
    assert [(one.day, one.left, one.lasts_until) for one in drug.dispensings] == [
        ("2026-01-25", 6, "2026-03-02"),
        ("2026-01-01", 0, "2026-01-31"),
    ]
    assert drug.days_left == 10
    (partly,) = persons.timeline(
        town.access, reviewer(institution="H1"), key, day=date(2026, 2, 20)
    ).medication
    assert partly.days_left == 0


@given(courses=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 60)), min_size=1, max_size=12))
def test_supplies_are_used_up_one_day_a_day_and_never_below_nothing(courses: list[tuple[int, int]]) -> None:
    courses = sorted(courses)
    frame = pl.DataFrame(
        {
            "row": list(range(len(courses))),
            "charged_at": [day * 1440 for day, _ in courses],
            "supply_days": [days for _, days in courses],
        },
        schema={"row": pl.UInt32, "charged_at": pl.Int32, "supply_days": pl.Int32},
    ).with_columns(
        *(pl.lit(10_000, pl.Int64).alias(name) for name in ("quantity", "billed_quantity")),
        *(
            pl.lit(None, pl.Utf8).alias(name)
            for name in ("single_dose", "frequency", "specification", "unit")
        ),
        *(pl.lit("x").alias(name) for name in ("dataset", "encounter_id", "item_name", "institution_name")),
        pl.lit(METFORMIN).alias("item_code"),
        pl.lit(value=False).alias("inpatient"),
    )
    (found,) = medication(frame, 300)
    at_home, today = 0, courses[0][0]
    for day in range(courses[0][0], 301):
        at_home = max(0, at_home - (day - today)) + sum(days for at, days in courses if at == day)
        today = day
    assert found.days_left == at_home
    for later, earlier in pairwise(found.dispensings):
        assert later.lasts_until >= earlier.lasts_until


def test_the_index_finds_every_encounter_and_person_and_is_made_anew_where_it_is_lacking(town: Town) -> None:
    lake = cared(town.access, [*ordinary()]).lake
    write_index(lake)
    shutil.rmtree(lake.path / FOLDER)
    index = LakeIndex(lake)
    told = lake.read_bucket(0)
    for enc, row in enumerate(told.encounters.iter_rows(named=True)):
        stand = index.encounter(row["encounter_id"])
        assert stand is not None
        assert index.rows(stand, "encounters").row(0, named=True) == row
        assert index.rows(stand, "lines").equals(told.lines.filter(pl.col("enc") == enc))
    for key in told.encounters["person_id"].unique():
        (stand,) = index.persons([key])
        assert set(index.rows(stand, "encounters")["person_id"]) == {key}
    assert index.encounter("none") is None
    assert list(index.persons(["none"])) == []


def test_a_dataset_without_any_bill_has_an_index_that_finds_nobody(tmp_path: Path) -> None:
    lake: Any = SimpleNamespace(path=tmp_path, buckets=[])
    index = LakeIndex(lake)
    assert index.encounter("E1") is None
    assert list(index.persons(["P1"])) == []


def test_everybody_who_may_find_persons_may_see_their_bills() -> None:

    for entry in ROLES.values():
        if entry.permissions & {Permission.PERSONS_FIND, Permission.PERSONS_REVEAL}:
            assert Permission.BILLS_VIEW in entry.permissions
