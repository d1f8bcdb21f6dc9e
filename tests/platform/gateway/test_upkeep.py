"""Journals are removed when all in them is read and old, and not before; administrators see how they stand."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta

import pytest
from sqlalchemy import select

from mingcha.access import upkeep
from mingcha.access.errors import Conflict
from mingcha.access.listing import Listing
from mingcha.access.notifications import own_notifications
from mingcha.access.policy import Policy
from mingcha.access.rotation import retire, rotate
from mingcha.access.upkeep import keep_up
from mingcha.audit import journals
from mingcha.audit.journals import forget_old_journals, journal_state
from mingcha.gateways.national.draining import audit_later
from mingcha.store.database.calls import CallRow, JournalRead
from mingcha.store.journal import answered, writing
from mingcha.store.journal.records import SUFFIX, journal_folder
from tests.platform.gateway.calling import answer_of, bill
from tests.platform.gateway.conftest import Installed
from tests.support.platform import ROOT, Town, clock_of

OLD = Policy().journals_kept + timedelta(minutes=1)


def names(installed: Installed) -> list[str]:
    return sorted(path.name for path in journal_folder(installed.access.home).glob(f"*{SUFFIX}"))


def age(installed: Installed, by: timedelta = OLD) -> None:
    """Let all journals have been written so long ago."""
    at = (installed.access.now() - by).timestamp()
    for path in journal_folder(installed.access.home).glob(f"*{SUFFIX}"):
        os.utime(path, (at, at))


def test_a_journal_is_removed_when_it_is_read_old_and_written_no_more(installed: Installed) -> None:
    gateway, sent = installed.gateway(), bill()
    first = answer_of(gateway(installed.hospital.request(sent)))
    installed.drain()
    age(installed)
    assert forget_old_journals(installed.access) == 0, "its process lives and may write on"
    gateway.journal.close()
    installed.journals.clear()
    age(installed, OLD - timedelta(minutes=2))
    assert forget_old_journals(installed.access) == 0, "not old enough"
    age(installed)
    assert forget_old_journals(installed.access) == 1
    assert names(installed) == []
    with installed.access.database.reading() as session:
        assert session.scalars(select(JournalRead)).all() == []
    # A process that had seen it does not know what it answered any more: the message is judged anew.
    other = {**bill(seed=2), "msgid": sent["msgid"]}
    again = installed.gateway(answered=gateway.answered)
    assert answer_of(again(installed.hospital.request(other))) != first


def test_what_is_not_read_or_still_to_be_audited_is_never_removed(installed: Installed) -> None:
    answer_of(installed.gateway(auditors=lambda: None)(installed.hospital.request(bill())))
    installed.journals.pop().close()
    age(installed)
    assert forget_old_journals(installed.access) == 0, "it is not in the database"
    installed.drain()
    assert forget_old_journals(installed.access) == 0, "it waits to be audited"
    folder = journal_folder(installed.access.home)
    assert audit_later(installed.access, installed.sealer, folder, lambda: installed.auditor) == 1
    torn = folder / names(installed)[0]
    with torn.open("ab") as file:
        file.write(b"\0\0\1")  # its process died while it wrote
    age(installed)
    assert forget_old_journals(installed.access) == 1
    with installed.access.database.reading() as session:
        assert len(session.scalars(select(CallRow)).all()) == 1


def test_a_file_is_followed_by_another_however_little_is_written(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = installed.gateway()
    answer_of(gateway(installed.hospital.request(bill())))
    monkeypatch.setattr(writing, "_LONGEST_SECONDS", 0.0)
    answer_of(gateway(installed.hospital.request(bill())))
    assert len(names(installed)) == 2


def test_a_process_that_starts_does_not_read_journals_to_which_nobody_adds(installed: Installed) -> None:
    old, new = bill(), bill()
    answer_of(installed.gateway()(installed.hospital.request(old)))
    age(installed, timedelta(seconds=answered._SECONDS_BACK) + timedelta(hours=1))
    at = installed.access.now().timestamp()
    answer_of(installed.gateway()(installed.hospital.request(new)))
    os.utime(installed.journals[-1].path, (at, at))
    remembered = installed.gateway().answered
    remembered.place_of(b"")
    assert len(remembered._known) == 1


def test_how_journals_stand_is_told_to_who_runs_the_installation(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in (1, 2):
        answer_of(installed.gateway()(installed.hospital.request(bill(seed=seed))))
    monkeypatch.setattr(journals.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**11, 0, 2**30))
    before = journal_state(installed.access, ROOT)
    assert (before.files, before.waiting, before.kept_days, before.low) == (2, 2, 30, True)
    assert before.bytes > 1000
    installed.drain()
    assert journal_state(installed.access, ROOT).waiting == 0


def test_administrators_are_told_once_a_day_that_the_disk_is_nearly_full(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.administrators()
    free = 2**30

    monkeypatch.setattr(upkeep.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**11, 0, free))
    access = town.access

    def told(login: str) -> list[str]:
        found = own_notifications(access, town.actor(login), Listing()).items
        return [one.title for one in found if one.kind == upkeep.DISK_LOW]

    keep_up(access)
    keep_up(access)
    (title,) = told("system_admin")
    assert "剩余 1.0 GB" in title
    assert told("auditor") == []
    clock_of(access).forward(hours=25)
    keep_up(access)
    assert len(told("system_admin")) == 2
    free = 2**40
    clock_of(access).forward(hours=25)
    keep_up(access)
    assert len(told("system_admin")) == 2


def test_a_key_that_sealed_a_journal_is_not_retired_before_the_journal_is_gone(installed: Installed) -> None:
    access = installed.access
    answer_of(installed.gateway()(installed.hospital.request(bill())))
    rotate(access, ROOT)
    with pytest.raises(Conflict, match="报文日志"):
        retire(access, ROOT)
    installed.drain()
    installed.journals.pop().close()
    age(installed)
    assert forget_old_journals(access) == 1
    answer_of(installed.gateway()(installed.hospital.request(bill())))
    assert retire(access, ROOT) == ["k1"]
