"""The tree over time: what was true stays true of its days, and places always follow from the tree."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from mingcha.access import organisations
from mingcha.access.actor import Actor, Held
from mingcha.access.errors import Conflict, Denied, Invalid, Missing
from mingcha.access.listing import Listing
from mingcha.access.organisations import Facts, Kind, OrganisationFilter
from mingcha.access.roles import Role
from mingcha.access.scope import Place, Reach
from mingcha.access.standing import place_of
from mingcha.store.database.organisations import Organisation, OrganisationPeriod
from tests.support.platform import FOUNDED, ROOT, Town

DAY = date(2026, 3, 2)


def names(town: Town, actor: Actor, **wanted: Any) -> set[str]:
    page = organisations.organisations(town.access, actor, OrganisationFilter(**wanted), Listing(size=100))
    return {view.code for view in page.items}


def test_a_hospital_that_moves_is_where_it_was_on_earlier_days(town: Town) -> None:
    organisations.change(town.access, ROOT, town.ids["H1"], DAY, parent_id=town.ids["350103"])
    county = Actor(None, "chen", (Held(Role.SYSTEM_ADMIN, Reach(region="350102")),))
    whole = {"H1", "H1-内科", "H1-外科", "D-H1-内科", "D-H1-外科"}
    assert whole <= names(town, county, on=DAY - timedelta(days=1))
    assert not whole & names(town, county, on=DAY)
    neighbour = Actor(None, "li", (Held(Role.SYSTEM_ADMIN, Reach(region="350103")),))
    assert whole <= names(town, neighbour, on=DAY)
    assert not whole & names(town, neighbour, on=DAY - timedelta(days=1))


def test_a_new_word_about_the_same_day_corrects_the_old_one(town: Town) -> None:
    organisations.change(town.access, ROOT, town.ids["H1"], DAY, name="第一医院")
    organisations.change(town.access, ROOT, town.ids["H1"], DAY, name="第一人民医院", level="01")
    periods = organisations.periods_of(town.access, ROOT, town.ids["H1"])
    assert [(one.name, one.level, one.valid_from, one.valid_to) for one in periods] == [
        ("定点医药机构H1", None, FOUNDED, DAY - timedelta(days=1)),
        ("第一人民医院", "01", DAY, None),
    ]
    with pytest.raises(Conflict):
        organisations.change(town.access, ROOT, town.ids["H1"], DAY - timedelta(days=1), name="晚了")


def test_what_still_has_something_below_is_not_closed(town: Town) -> None:
    with pytest.raises(Conflict):
        organisations.close(town.access, ROOT, town.ids["H1-内科"], DAY)
    organisations.close(town.access, ROOT, town.ids["D-H1-内科"], DAY)
    organisations.close(town.access, ROOT, town.ids["H1-内科"], DAY)
    with pytest.raises(Conflict):
        town.add(Kind.DOCTOR, "D9", "H1-内科", DAY)


@pytest.mark.parametrize(
    ("kind", "code", "parent", "refusal"),
    [
        (Kind.REGION, "3501", "350100", Invalid),
        (Kind.REGION, "360102", "350100", Invalid),
        (Kind.INSTITUTION, "H9", "H1", Invalid),
        (Kind.DEPARTMENT, "X", "350102", Invalid),
        (Kind.DEPARTMENT, "X", "H1-内科", Invalid),
        (Kind.DOCTOR, "X", None, Invalid),
        (Kind.INSTITUTION, "H1", "350103", Conflict),
        (Kind.REGION, "350102", "350100", Conflict),
    ],
)
def test_what_does_not_fit_into_the_tree_is_refused(
    town: Town, kind: Kind, code: str, parent: str | None, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        town.add(kind, code, parent)


def test_a_doctor_of_two_hospitals_stands_in_both_and_moves_between_neither(town: Town) -> None:
    town.ids["second"] = town.add(Kind.DOCTOR, "D-H1-内科", "H2-内科")
    with pytest.raises(Invalid):
        organisations.change(town.access, ROOT, town.ids["second"], DAY, parent_id=town.ids["H1-内科"])


def test_a_county_edits_its_own_tree_only(town: Town) -> None:
    county = Actor(None, "chen", (Held(Role.SYSTEM_ADMIN, Reach(region="350102")),))
    facts = Facts("新院", town.ids["350103"])
    with pytest.raises(Missing):
        organisations.create(town.access, county, Kind.INSTITUTION, "H3", facts, DAY)
    with pytest.raises(Missing):
        organisations.change(town.access, county, town.ids["H2"], DAY, name="改名")
    with pytest.raises(Missing):
        organisations.change(town.access, county, town.ids["H1"], DAY, parent_id=town.ids["350103"])
    with pytest.raises(Denied):
        organisations.create(town.access, county, Kind.REGION, "360000", Facts("外省", None), DAY)


moves = st.lists(
    st.tuples(
        st.sampled_from(("H1", "H2", "D-H1-内科", "D-H1-外科", "D-H2-内科")),
        st.sampled_from(("350102", "350103", "350100", "H1", "H1-内科", "H1-外科", "H2-内科", "H2-外科")),
        st.integers(0, 40),
    ),
    max_size=8,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=moves)
def test_after_any_moves_every_place_is_that_of_its_parents_on_every_day(town: Town, moves: Any) -> None:
    for who, parent, day in moves:
        try:
            organisations.change(
                town.access, ROOT, town.ids[who], DAY + timedelta(days=day), parent_id=town.ids[parent]
            )
        except (Conflict, Invalid, Missing):
            continue
    with town.access.database.reading() as session:
        rows = session.execute(
            select(Organisation, OrganisationPeriod).join(
                OrganisationPeriod, OrganisationPeriod.organisation_id == Organisation.id
            )
        ).all()
    for day in (DAY + timedelta(days=number) for number in range(-1, 42)):
        today: dict[Any, Any] = {}
        for organisation, period in rows:
            if period.valid_from <= day and (period.valid_to is None or period.valid_to >= day):
                assert organisation.id not in today, "two periods on one day"
                today[organisation.id] = (organisation, period)
        assert len(today) == len({organisation.id for organisation, _ in rows})
        for organisation, period in today.values():
            assert place_of(period) == walked(today, organisation.id)


def walked(today: dict[Any, Any], key: Any) -> Place:
    """The place of an organisation as its parents on that day say it."""
    codes: dict[str, str] = {}
    while key is not None:
        organisation, period = today[key]
        codes.setdefault(organisation.kind, organisation.code)
        key = period.parent_id
    return Place(*(codes.get(kind) for kind in ("region", "institution", "department", "doctor")))


@pytest.mark.parametrize(
    ("reach", "top"),
    [
        (Reach(), {"350000"}),
        (Reach(region="3501"), {"350100"}),
        (Reach(institution="H1"), {"H1"}),
        (Reach(institution="H1", department="H1-内科"), {"H1-内科"}),
        (Reach(region="99"), set()),
    ],
)
def test_the_tree_begins_for_everybody_where_their_scope_does(
    town: Town, reach: Reach, top: set[str]
) -> None:
    actor = Actor(None, "chen", (Held(Role.READER, reach),))
    assert names(town, actor, top=True) == top


def test_walking_down_from_the_top_meets_everything_in_scope_once(town: Town) -> None:
    actor = Actor(
        None, "chen", (Held(Role.READER, Reach(region="350102")), Held(Role.READER, Reach(institution="H2")))
    )
    met: list[str] = []

    def walk(**wanted: Any) -> None:
        page = organisations.organisations(
            town.access, actor, OrganisationFilter(**wanted), Listing(size=100)
        )
        for view in page.items:
            met.append(view.code)
            walk(parent_id=view.id)

    walk(top=True)
    assert len(met) == len(set(met))
    assert set(met) == names(town, actor)
