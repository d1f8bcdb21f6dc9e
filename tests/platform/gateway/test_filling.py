"""Imported bills become the past of their persons, as calls make it: the same words, once, the newest saying."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mingcha.access.context import Access
from mingcha.audit import filling
from mingcha.audit.filling import Filled, fill
from mingcha.audit.histories import DAYS_KEPT, PastLookup
from mingcha.audit.past import PastEncounter, kept
from mingcha.ingest.claims import import_claims
from mingcha.ingest.messages import read_message
from mingcha.ingest.registered import Registered
from mingcha.store.lake import Lake
from tests.platform.gateway.calling import bill, encounter
from tests.platform.gateway.conftest import Installed
from tests.platform.gateway.test_past import person_of
from tests.support.platform import clock_of

pytestmark = pytest.mark.one_database


def imported(access: Access, folder: Path, *messages: dict[str, Any]) -> Lake:
    folder.mkdir(parents=True)
    for number, one in enumerate(messages):
        (folder / f"{number}.json").write_text(json.dumps(one, ensure_ascii=False), encoding="utf-8")
    import_claims([folder], folder / "dataset", None, lambda *_: None, Registered(access))
    return Lake(folder / "dataset")


def past(installed: Installed, person: str) -> list[PastEncounter]:
    return installed.look_up()(person)


def told(one: PastEncounter) -> tuple[Any, ...]:
    """All that is kept of an encounter, whatever order its rows and names stand in."""
    parts = [{"": [one.facts]}, one.lines, one.diagnoses, one.procedures]
    return tuple({name: values for name, values in sorted(part.items())} for part in parts)


def test_an_imported_bill_is_the_same_past_as_one_that_a_call_told(
    installed: Installed, tmp_path: Path
) -> None:
    sent = bill("stay-with-history")
    for one in sent["input"]["data"]["patient_dtos"][0]["fsi_encounter_dtos"]:
        one["fsi_order_dtos"][0]["drord_stop_date"] = one["dscg_date"]
    lake = imported(installed.access, tmp_path / "a", sent)
    message = read_message(json.dumps(sent).encode())
    expected = {one.facts["encounter_id"]: kept(one) for one in message.encounters}
    filled = fill(installed.access, lake, 1)
    known = {one.encounter_id: one for one in past(installed, person_of(sent))}
    assert known.keys() == expected.keys()
    assert filled == Filled(1, sum(len(one.lines["line_key"]) for one in known.values()), 0)
    for encounter_id, one in known.items():
        assert told(one) == told(expected[encounter_id])
        assert one.settled


def test_filling_again_or_in_other_parts_changes_nothing(
    installed: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = imported(installed.access, tmp_path / "a", *(bill("stay", seed=n) for n in (1, 2, 3)))
    fill(installed.access, lake, 1)
    persons = [person_of(bill("stay", seed=n)) for n in (1, 2, 3)]
    before = [past(installed, person) for person in persons]
    assert all(before)
    monkeypatch.setattr(filling, "_LINES_AT_ONCE", 1)
    said: list[tuple[int, int]] = []
    fill(installed.access, lake, 1, lambda done, total: said.append((done, total)))
    assert [past(installed, person) for person in persons] == before
    assert [done for done, _ in said] == sorted(done for done, _ in said)
    assert len(said) == 3
    assert said[-1][0] == said[-1][1]


def test_the_newest_saying_of_a_bill_stands_in_whichever_order_they_come(
    installed: Installed, tmp_path: Path
) -> None:
    old, new = bill("visit"), bill("visit")
    encounter(new)["fsi_order_dtos"] = encounter(new)["fsi_order_dtos"][:1]
    first = imported(installed.access, tmp_path / "a", old)
    second = imported(installed.access, tmp_path / "b", new)
    for order in ((first, 1), (second, 2)), ((second, 2), (first, 1)):
        for lake, as_of in order:
            fill(installed.access, lake, as_of)
        (known,) = past(installed, person_of(old))
        assert len(known.lines["line_key"]) == 1


def test_a_call_that_settles_after_the_import_stands_and_an_older_one_does_not(
    installed: Installed, ask: Any, tmp_path: Path
) -> None:
    sent = bill("visit", "6")
    encounter(sent)["fsi_order_dtos"] = encounter(sent)["fsi_order_dtos"][:1]
    ask(sent)
    installed.drain()
    lake = imported(installed.access, tmp_path / "a", bill("visit"))
    now = int(installed.access.now().timestamp())
    fill(installed.access, lake, now - 60)
    assert len(past(installed, person_of(sent))[0].lines["line_key"]) == 1
    fill(installed.access, lake, now + 60)
    assert len(past(installed, person_of(sent))[0].lines["line_key"]) > 1


def test_imported_bills_are_seen_by_the_next_call(installed: Installed, ask: Any, tmp_path: Path) -> None:
    """What only a history tells is found: the lines of the day before break a limit over both days or repeat."""
    person = person_of(bill("visit"))
    assert PastLookup(installed.access)(person) == []
    fill(installed.access, imported(installed.access, tmp_path / "a", bill("stay-with-history")), 1)
    alone = read_message(json.dumps(bill("stay")).encode())
    seen: list[int] = []
    look = installed.look_up()
    installed.auditor.of_message(alone, past=lambda one: seen.append(len(look(one))) or look(one))
    assert seen[0] > 1
    assert sum(not one.current for one in alone.encounters) == seen[0] - 1


def test_what_no_window_reaches_is_left_out(installed: Installed, tmp_path: Path) -> None:
    sent = bill("visit")
    lake = imported(installed.access, tmp_path / "a", sent)
    clock_of(installed.access).forward(days=DAYS_KEPT + 400)
    assert fill(installed.access, lake, 1) == Filled(0, 0, 0)
    assert past(installed, person_of(sent)) == []


def test_persons_that_the_register_does_not_know_are_counted_and_left(
    installed: Installed, tmp_path: Path
) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "0.json").write_text(json.dumps(bill("visit")), encoding="utf-8")
    import_claims([folder], folder / "dataset", None)
    assert fill(installed.access, Lake(folder / "dataset"), 1).unknown == 1
