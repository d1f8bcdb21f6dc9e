"""What departments are shown to have spent is what their lines come to, in whichever order it was told."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from mingcha.access.context import Access
from mingcha.audit.histories import Change, change, replace
from mingcha.audit.past import PastEncounter, past_of, with_call, without_call
from mingcha.audit.spending import count_waiting
from mingcha.domain.values import minute_of
from mingcha.ingest.messages import read_message
from mingcha.store.database.histories import History
from mingcha.store.database.hospital import DepartmentSpending
from tests.platform.gateway.calling import bill, encounter, message
from tests.platform.gateway.conftest import Installed, ask, auditor, installed
from tests.support.platform import START, clock_of

__all__ = ["ask", "auditor", "installed"]

NOW = minute_of(START.replace(tzinfo=None))
DEPARTMENTS = ("内科", "外科", None)
Shown = dict[tuple[str, str, date], tuple[int, int]]


def shown(access: Access) -> Shown:
    """Settled and open fen by institution, department and month; sums of nothing are none."""
    with access.database.reading() as session:
        return {
            (row.institution_id, row.department_id, row.month): (row.settled_fen, row.open_fen)
            for row in session.scalars(select(DepartmentSpending))
            if row.settled_fen or row.open_fen
        }


def forget(access: Access) -> None:
    with access.database.writing() as session:
        session.execute(delete(History))
        session.execute(delete(DepartmentSpending))


Told = tuple[int, int, str, list[tuple[int, int | None, int, int]]]
"""encounter, moment, what tells: orders, bill (calls) or file; lines: number, department, days before today, fen"""
TODAY = int(START.timestamp())
LINES = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from((0, 1, 2)), st.integers(0, 60), st.integers(1, 9_000)),
    min_size=1,
    max_size=4,
    unique_by=lambda line: line[0],
)
TOLD = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 10**5), st.sampled_from(("orders", "bill", "file")), LINES),
    max_size=8,
    unique_by=lambda told: told[1],
)


def told_as(one: Told) -> PastEncounter:
    number, at, by, lines = one
    facts = {
        "encounter_id": f"E{number}",
        "institution_id": f"H{number % 2}",
        "started_at": NOW - 70 * 1440,
        "department_id": "全科",
    }
    columns = {
        "line_id": [f"L{line}" for line, *_ in lines],
        "item_code": ["X"] * len(lines),
        "department_id": [DEPARTMENTS[department or 0] for _, department, *_ in lines],
        "charged_at": [NOW - ago * 1440 for _, _, ago, _ in lines],
        "amount": [fen for *_, fen in lines],
    }
    key = b"" if by == "file" else b"%d" % at
    return past_of(facts, columns, {}, {}, told_by=key, as_of=TODAY - 10**5 + at, settling=by == "bill")


def expected(told: list[Told], taken_back: set[int]) -> Shown:
    """The newest settled bill of an encounter; without one, of its orders the newest word on each line."""
    sums: dict[tuple[str, str, date], Counter[bool]] = {}
    for number in {number for number, *_ in told}:
        own = [one for one in told if one[0] == number and one[1] not in taken_back]
        settled = [one for one in own if one[2] != "orders"]
        lines: dict[int, tuple[int, int | None, int, int]] = {}
        for one in sorted(
            [max(settled, key=lambda bill: bill[1])] if settled else own, key=lambda call: call[1]
        ):
            lines |= {line[0]: line for line in one[3]}
        for _, department, ago, fen in lines.values():
            month = date.fromordinal(START.date().toordinal() - ago).replace(day=1)
            key = (f"H{number % 2}", DEPARTMENTS[department or 0] or "全科", month)
            sums.setdefault(key, Counter())[bool(settled)] += fen
    return {key: (counted[True], counted[False]) for key, counted in sums.items()}


@pytest.mark.one_database
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TOLD, st.data())
def test_what_is_shown_is_the_sum_of_the_lines_whatever_order_calls_arrive_in(
    access: Access, told: list[Told], data: st.DataObject
) -> None:
    """Repeats count once, what was taken back not at all, and a bill takes the place of the orders of its stay."""
    forget(access)
    back = data.draw(st.sets(st.sampled_from([one[1] for one in told if one[2] != "file"] or [-1])))
    steps: list[Change] = [partial(with_call, new=told_as(one)) for one in told]
    arriving = [*data.draw(st.permutations(steps + steps))]
    # Orders and bills are taken back after they were sent, and after their repeats.
    arriving += [partial(without_call, told_by=b"%d" % at) for at in back]
    parts = data.draw(st.integers(1, 4))
    for start in range(0, len(arriving), parts):
        with access.database.writing() as session:
            change(session, access, {"somebody": arriving[start : start + parts]})
    assert shown(access) == expected(told, back)


def test_sums_of_several_persons_add_up_on_every_database(access: Access) -> None:
    one = told_as((1, 5, "file", [(1, 0, 3, 500)]))
    with access.database.writing() as session:
        replace(session, access, [("a", [one]), ("b", [one])])
    with access.database.writing() as session:
        replace(session, access, [("b", []), ("c", [one])])
    assert shown(access) == {("H1", "内科", date(2026, 2, 1)): (1_000, 0)}


def test_histories_of_a_version_without_sums_are_counted_once(access: Access) -> None:
    past = [told_as((1, 5, "file", [(1, 0, 3, 500)])), told_as((2, 6, "orders", [(2, 1, 1, 70)]))]
    with access.database.writing() as session:
        replace(session, access, [("a", past), ("b", past)])
    counted = shown(access)
    with access.database.writing() as session:
        session.execute(delete(DepartmentSpending))
        session.execute(update(History).values(counted=None))
    with access.database.writing() as session:  # somebody is treated before the others are counted
        replace(session, access, [("a", past)])
    assert count_waiting(access) == 1
    assert count_waiting(access) == 0
    assert shown(access) == counted


def test_what_is_too_old_for_the_history_stays_in_the_sums(access: Access) -> None:
    old = told_as((1, 5, "file", [(1, 0, 3, 500)]))
    with access.database.writing() as session:
        replace(session, access, [("a", [old])])
    before = shown(access)
    clock_of(access).forward(days=900)
    with access.database.writing() as session:
        change(session, access, {row.person: [list] for row in session.scalars(select(History))})
    assert shown(access) == before


@pytest.mark.one_database
def test_calls_of_a_stay_are_counted_as_the_gateway_answers_them(installed: Installed, ask: Any) -> None:
    """Orders of two days, one sent again; one taken back; then the bill."""
    access = installed.access
    whole, first, second = bill(), bill(), bill()
    lines = encounter(whole)["fsi_order_dtos"]
    encounter(first)["fsi_order_dtos"], encounter(second)["fsi_order_dtos"] = lines[:30], lines[20:]
    ask(first)
    ask(first)
    installed.drain()
    clock_of(access).forward(seconds=2)
    (result,) = ask(second)["output"]["result"]
    installed.drain()
    assert sum(open_fen for _, open_fen in shown(access).values()) == amount_of(whole)
    warned = {"warn_rslt_id": result["jr_id"], "dspo_way": "2"}
    ask(message("3103", {"data": {"warn_type": "1", "warns": warned}}))
    installed.drain()
    assert sum(open_fen for _, open_fen in shown(access).values()) == amount_of(first)
    clock_of(access).forward(seconds=2)
    ask(bill(scene="8"))
    installed.drain()
    assert {open_fen for _, open_fen in shown(access).values()} == {0}
    assert sum(settled for settled, _ in shown(access).values()) == amount_of(whole)


@pytest.mark.one_database
def test_a_stay_whose_bill_was_taken_back_is_open_again_until_its_bill_is_sent_anew(
    installed: Installed, ask: Any
) -> None:
    access, stay = installed.access, bill()
    encounter(stay)["fsi_order_dtos"] = encounter(stay)["fsi_order_dtos"][:30]
    ask(stay)
    clock_of(access).forward(seconds=2)
    (result,) = ask(bill(scene="8"))["output"]["result"]
    installed.drain()
    assert {open_fen for _, open_fen in shown(access).values()} == {0}
    ask(
        message(
            "3103", {"data": {"warn_type": "2", "warns": {"warn_rslt_id": result["jr_id"], "dspo_way": "2"}}}
        )
    )
    installed.drain()
    assert {settled for settled, _ in shown(access).values()} == {0}
    assert sum(open_fen for _, open_fen in shown(access).values()) == amount_of(stay)
    clock_of(access).forward(seconds=2)
    again = bill(scene="8")
    ask(again)
    installed.drain()
    assert {open_fen for _, open_fen in shown(access).values()} == {0}
    assert sum(settled for settled, _ in shown(access).values()) == amount_of(again)


def amount_of(sent: dict[str, Any]) -> int:
    (one,) = read_message(json.dumps(sent).encode()).encounters
    return sum(one.lines["amount"])
