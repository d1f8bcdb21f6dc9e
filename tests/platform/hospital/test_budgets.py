"""Budgets: set, changed and undone by a hospital's own people; beside each how far it is spent."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from mingcha.access.actor import Actor
from mingcha.access.context import CHINA, Access
from mingcha.access.errors import AccessError, Conflict, Denied, Invalid, Missing
from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.access.trail import Action
from mingcha.audit.histories import replace
from mingcha.audit.past import past_of
from mingcha.audit.reminding.asking import Asked
from mingcha.domain.values import minute_of
from mingcha.hospital import budgets
from mingcha.hospital.budget_tables import compare_table
from mingcha.hospital.budgets import BudgetFilter, BudgetView, NewBudget
from mingcha.hospital.periods import Period
from mingcha.hospital.reminding import remind
from mingcha.store.database.trail import TrailEntry
from tests.support.browser import Browser
from tests.support.platform import ROOT, START, Town

HERE, INTERNAL, SURGERY = "H1", "H1-内科", "H1-外科"


def shown(access: Access, actor: Actor, **wanted: Any) -> list[BudgetView]:
    return list(budgets.budgets(access, actor, BudgetFilter(**wanted), Listing()).items)


def put(access: Access, actor: Actor, *rows: tuple[str, str, int]) -> int:
    return budgets.set_budgets(access, actor, HERE, [NewBudget(*row) for row in rows], "年初下达")


def office(town: Town, at: str = HERE, login: str = "office") -> Actor:
    town.user(login, town.grant(Role.INSURANCE_OFFICE, at), at=at)
    return town.actor(login)


def spend(access: Access, rows: Iterable[tuple[str, date, int, bool]]) -> None:
    """Bills and orders of departments of the hospital, one person and encounter each."""
    pasts = []
    for number, (department, day, fen, is_settled) in enumerate(rows):
        at = minute_of(START.replace(tzinfo=None)) - (START.date() - day).days * 1440
        facts = {"encounter_id": f"E{number}", "institution_id": HERE, "started_at": at}
        lines = {
            "item_code": ["X"], "line_id": ["L"], "amount": [fen], "charged_at": [at], "department_id": [department],
        }  # fmt: skip
        told = past_of(facts, lines, {}, {}, told_by=b"" if is_settled else b"call", as_of=1)
        pasts.append((f"P{number}", [told]))
    with access.database.writing() as session:
        replace(session, access, pasts)


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("2026", "2026"), ("2026年", "2026"), ("2026-3", "2026-03"), ("2026-03", "2026-03"), ("202603", "2026-03"),
        ("2026年3月", "2026-03"), ("2026/03", "2026-03"), ("2026-03-01 00:00:00", "2026-03"), ("2026-12", "2026-12"),
    ],
)  # fmt: skip
def test_a_period_is_read_as_people_and_spreadsheets_write_it(written: str, period: str) -> None:
    assert str(Period.of(written)) == period


@pytest.mark.parametrize("written", ["", "三月", "2026-13", "2026-00", "26-03", "2026-03-15", "1999"])
def test_what_is_no_period_is_refused(written: str) -> None:
    with pytest.raises(Invalid):
        Period.of(written)


def test_days_left_end_with_the_period() -> None:
    month = Period(2026, 2)
    assert [month.days_left(date(2026, 2, day)) for day in (1, 27, 28)] == [27, 1, 0]
    assert month.days_left(date(2026, 3, 1)) == 0
    assert Period(2026).days_left(date(2025, 12, 31)) == 365


def test_a_budget_is_shown_beside_what_was_spent_and_the_newest_setting_holds(town: Town) -> None:
    access, actor = town.access, office(town)
    spend(
        access,
        [
            (INTERNAL, date(2026, 3, 1), 300_00, True),
            (INTERNAL, date(2026, 3, 2), 50_50, False),
            (INTERNAL, date(2026, 1, 31), 100_00, True),
            (SURGERY, date(2026, 3, 2), 999_00, True),
        ],
    )
    assert put(access, actor, (INTERNAL, "2026-03", 500_00), (INTERNAL, "2026", 400_00)) == 2
    assert put(access, actor, (INTERNAL, "2026年3月", 1000_00)) == 1
    month, year = shown(access, actor)
    assert (month.period, month.amount_fen, month.settled_fen, month.open_fen) == (
        "2026-03",
        1000_00,
        300_00,
        50_50,
    )
    assert (month.used, month.over, month.days_left, month.changes) == ("35%", False, 29, 2)
    assert (year.settled_fen, year.open_fen, year.used, year.over) == (400_00, 50_50, "112.6%", True)
    assert month.department_name == f"科室{INTERNAL}"
    assert [view.period for view in shown(access, actor, used_from=100)] == ["2026"]
    assert shown(access, actor, department="外科") == []
    with pytest.raises(Invalid, match="没有变化"):
        put(access, actor, (INTERNAL, "2026-03", 1000_00))


def test_undoing_brings_back_what_held_and_at_last_nothing(town: Town) -> None:
    access, actor = town.access, office(town)
    put(access, actor, (INTERNAL, "2026-03", 1))
    put(access, actor, (INTERNAL, "2026-03", 2))
    (second,) = shown(access, actor)
    budgets.undo(access, actor, second.id, "金额写错了")
    (again,) = shown(access, actor)
    assert (again.amount_fen, again.changes) == (1, 3)
    with pytest.raises(Conflict):
        budgets.undo(access, actor, second.id, "金额写错了")
    assert [(one.amount_fen, one.set_by) for one in budgets.history(access, actor, again.id)] == [
        (1, "office"), (2, "office"), (1, "office"),
    ]  # fmt: skip
    put(access, actor, (SURGERY, "2026", 5))
    (first,) = shown(access, actor, department="外科")
    budgets.undo(access, actor, first.id, "不该有的")
    assert shown(access, actor, department="外科") == []
    with access.database.reading() as session:
        actions = [row.action for row in session.query(TrailEntry) if row.object_kind == "budget"]
    done, undone = Action.BUDGET_SET, Action.BUDGET_UNDONE
    assert actions == [done, done, undone, done, undone]


@pytest.mark.one_database
def test_nobody_sets_or_sees_budgets_of_another_hospital_or_department(town: Town) -> None:
    access, mine = town.access, office(town)
    theirs = office(town, "H2", "other")
    put(access, mine, (INTERNAL, "2026", 7))
    (view,) = shown(access, mine)
    assert shown(access, theirs) == []
    refused: list[AccessError] = []
    for attempt in (
        lambda: put(access, theirs, (INTERNAL, "2026", 9)),
        lambda: budgets.undo(access, theirs, view.id, "试一试的"),
        lambda: budgets.history(access, theirs, view.id),
        lambda: compare_table(access, theirs, HERE, "x.csv", b""),
        lambda: put(access, mine, ("H2-内科", "2026", 9)),
        lambda: put(access, mine, ("没有的科", "2026", 9)),
    ):
        with pytest.raises(AccessError) as error:
            attempt()
        refused.append(error.value)
    assert [type(one) for one in refused[:3]] == [Missing] * 3
    assert all(isinstance(one, Missing) for one in refused[4:])
    town.user("head", town.grant(Role.DEPARTMENT_HEAD, SURGERY), at=SURGERY)
    assert shown(access, town.actor("head")) == []
    put(access, mine, (SURGERY, "2026", 8))
    assert [one.department_id for one in shown(access, town.actor("head"))] == [SURGERY]
    with pytest.raises(Denied):
        put(access, town.actor("head"), (SURGERY, "2026", 80))


@pytest.mark.one_database
def test_a_patient_who_was_moved_is_in_the_department_that_was_told_last(town: Town) -> None:
    access = town.access
    spend(access, [(INTERNAL, START.date(), 1_00, True), (SURGERY, START.date(), 1_00, True)])
    put(access, ROOT, (INTERNAL, "2026-03", 400_00), (SURGERY, "2026-03", 77_00))
    local = START.replace(tzinfo=None)
    facts = {"encounter_id": "E-now", "institution_id": HERE, "started_at": minute_of(local)}
    told = [
        past_of({**facts, "department_id": department}, {}, {}, {}, told_by=b"call%d" % at, as_of=at)
        for department, at in ((SURGERY, 2), (INTERNAL, 1))  # as journals of two processes are read
    ]
    with access.database.writing() as session:
        replace(session, access, [("P", told)])
    (state,) = remind(access, ROOT, Asked(HERE, "P", "E-now", local), None).budgets
    assert state.department_id == SURGERY


@pytest.mark.one_database
def test_a_doctor_is_reminded_of_the_own_department_alone(town: Town) -> None:
    access = town.access
    spend(access, [(INTERNAL, date(2026, 3, 1), 300_00, True), (SURGERY, date(2026, 3, 1), 1_00, True)])
    for department, amount in ((INTERNAL, 400_00), (SURGERY, 77_00)):
        put(access, ROOT, (department, "2026-03", amount), (department, "2025", 1_00))
    local = access.now().astimezone(CHINA).replace(tzinfo=None)
    asked = Asked(HERE, "P", "E-now", local, department_id=INTERNAL)
    (state,) = remind(access, ROOT, asked, None).budgets
    assert (state.department_id, state.period_label, state.amount) == (INTERNAL, "2026 年 3 月", "400.00")
    assert (state.settled, state.open, state.left, state.used, state.days_left) == (
        "300.00", "0.00", "100.00", "75%", 29,
    )  # fmt: skip
    assert remind(access, ROOT, Asked(HERE, "P", "E-now", local), None).budgets == []
    other = Asked("H2", "P", "E-now", local, department_id=INTERNAL)
    assert remind(access, ROOT, other, None).budgets == []


@pytest.mark.one_database
def test_a_table_is_compared_row_by_row_and_then_set_over_the_web(town: Town) -> None:
    office(town)
    put(town.access, ROOT, (INTERNAL, "2026-03", 500_00), (SURGERY, "2026", 10_00))
    browser = Browser(town.access).sign_in("office")
    table = (
        "科室编码,预算期间,预算金额\n"
        f"{INTERNAL},2026-03,\"1,500.00\"\n{SURGERY},2026,10\n{SURGERY},2026-04,20.5\n"
        f"没有的科,2026,1\n{INTERNAL},三月,1\n{INTERNAL},2026,一百\n{SURGERY},2026-04,3\n{INTERNAL},2026,0\n"
    )  # fmt: skip
    sent = {"institution_id": HERE, "file_name": "预算.csv", "content": b64encode(table.encode()).decode()}
    answer = browser("POST", "/budgets/preview", sent)
    assert answer.status_code == 200, answer.text
    rows = answer.json()
    assert [row["step"] for row in rows] == ["changed", "same", "new", *["faulty"] * 5]
    assert [row["row"] for row in rows] == list(range(2, 10))
    assert (rows[0]["before_fen"], rows[0]["amount_fen"]) == (500_00, 1500_00)
    assert all(row["fault"] for row in rows[3:])
    usable = [
        {name: row[name] for name in ("department_id", "period")}
        | {"amount": f"{row['amount_fen'] / 100:.2f}"}
        for row in rows
        if row["step"] in ("new", "changed")
    ]
    done = browser("POST", "/budgets", {"institution_id": HERE, "rows": usable, "remark": "年度下达"})
    assert done.json() == {"changed": 2}
    listed = browser("GET", "/budgets?sort=department").json()
    assert {(one["department_id"], one["period"]): one["amount_fen"] for one in listed["items"]} == {
        (INTERNAL, "2026-03"): 1500_00, (SURGERY, "2026"): 10_00, (SURGERY, "2026-04"): 20_50,
    }  # fmt: skip
    wrong = browser("POST", "/budgets/preview", {**sent, "content": b64encode(b"a,b\n1,2\n").decode()})
    assert wrong.status_code == 400
    assert "科室编码" in wrong.json()["remedy"]
