"""The journal of one process: when it writes, and what it does when its disk does not take what is to be kept."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mingcha.store.journal import writing
from mingcha.store.journal.answered import Answered
from mingcha.store.journal.records import SUFFIX, Heads, JournalError, Sealer
from mingcha.store.journal.writing import Journal
from mingcha.store.keys import Keyring


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    keyring = Keyring(tmp_path / "keys.json")
    keyring.create()
    with closing(Journal(tmp_path / "journal", "w", Sealer(keyring.keys))) as made:
        yield made


def keys(journal: Journal) -> list[list[bytes]]:
    """What each file of the journal holds."""
    found = []
    for path in sorted(journal.path.parent.glob(f"*{SUFFIX}")):
        with closing(Heads(path)) as heads:
            found.append([key for key, _ in heads])
            assert heads.offset == path.stat().st_size, "nothing stands there that is not whole"
    return found


def refused(journal: Journal, key: bytes) -> None:
    with pytest.raises(JournalError):
        journal.append(key, b"x").result(20)


def full(*_: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_records_wait_for_company_until_told_that_none_is_coming_and_share_a_sync(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs = []
    monkeypatch.setattr(writing, "_GATHERED_FOR", 600)
    monkeypatch.setattr(writing.os, "fdatasync", syncs.append)
    together = [journal.append(name * 16, b"x") for name in (b"a", b"b")]
    journal.hurry()
    for record in together:
        record.result(20)
    journal.hurry()  # nothing waits: the next one has to be hurried itself
    last = journal.append(b"c" * 16, b"x")
    journal.hurry()
    last.result(20)
    assert keys(journal) == [[b"a" * 16, b"b" * 16, b"c" * 16]]
    assert len(syncs) == 2


def test_there_is_no_file_before_there_is_a_record_and_a_full_disk_keeps_no_process_from_starting(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing.os, "open", full)
    refused(journal, b"a" * 16)
    monkeypatch.undo()
    assert keys(journal) == []
    journal.append(b"b" * 16, b"x").result(20)
    assert keys(journal) == [[b"b" * 16]]


def test_what_was_half_written_is_taken_back_and_nothing_stands_where_somebody_may_have_read_it(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = journal.append(b"a" * 16, b"x").result(20)
    reader = Heads(first.path)
    assert len(list(reader)) == 1
    seen: list[bytes] = []
    whole = writing._write_whole

    def half(file: int, content: bytes) -> None:
        whole(file, content + content[: len(content) // 2])
        seen.extend(key for key, _ in reader)
        full()

    monkeypatch.setattr(writing, "_write_whole", half)
    refused(journal, b"b" * 16)
    refused(journal, b"c" * 16)
    monkeypatch.undo()
    assert seen == [b"b" * 16], "another process reads quickly"
    journal.append(b"d" * 16, b"x").result(20)
    assert list(reader) == []
    reader.close()
    assert keys(journal) == [[b"a" * 16], [b"d" * 16]]


def test_a_file_that_is_long_enough_is_followed_by_one_even_where_that_fails_at_first(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_MOST_BYTES", 1)
    journal.append(b"a" * 16, b"x").result(20)
    opening = os.open
    monkeypatch.setattr(writing.os, "open", full)
    refused(journal, b"b" * 16)
    refused(journal, b"c" * 16)
    monkeypatch.setattr(writing.os, "open", opening)
    journal.append(b"d" * 16, b"x").result(20)
    assert keys(journal) == [[b"a" * 16], [b"d" * 16]]


def test_a_journal_begun_at_the_moment_of_another_is_seen_too(journal: Journal, tmp_path: Path) -> None:
    sealer = Sealer(Keyring(tmp_path / "keys.json").keys)
    folder, first, second = journal.path.parent, b"a" * 16, b"b" * 16
    journal.append(first, b"x").result(20)
    answered, at = Answered(folder), os.stat(folder).st_mtime_ns
    assert answered.place_of(first)
    with closing(Journal(folder, "other", sealer)) as other:
        other.append(second, b"x").result(20)
        os.utime(folder, ns=(at, at))
        assert answered.place_of(second)
