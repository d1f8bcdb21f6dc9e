"""What is written whole: several at once, one that fails, one that stands there already."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from mingcha.store.whole import whole_file, whole_folder

_AT_ONCE = 8


def at_once(write: Callable[[int], None]) -> None:
    """Let so many threads begin before the first of them ends."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(write, range(_AT_ONCE)))


def test_several_threads_that_write_the_same_file_each_write_it_whole(tmp_path: Path) -> None:
    begun, path = Barrier(_AT_ONCE), tmp_path / "file"

    def write(number: int) -> None:
        with whole_file(path) as unfinished:
            unfinished.write_text(str(number) * 1000)
            begun.wait()

    at_once(write)
    text = path.read_text()
    assert len(text) == 1000
    assert len(set(text)) == 1
    assert list(tmp_path.iterdir()) == [path]


def test_several_threads_that_replace_the_same_folder_leave_one_whole(tmp_path: Path) -> None:
    begun, path = Barrier(_AT_ONCE), tmp_path / "folder"
    path.mkdir()
    (path / "old").touch()

    def write(number: int) -> None:
        with whole_folder(path, replacing=True) as unfinished:
            for name in ("a", "b"):
                (unfinished / name).write_text(str(number))
            begun.wait()

    at_once(write)
    assert sorted(one.name for one in path.iterdir()) == ["a", "b"]
    assert (path / "a").read_text() == (path / "b").read_text()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("whole", [whole_file, whole_folder])
def test_what_fails_leaves_nothing_and_what_stood_there_stands(
    tmp_path: Path, whole: Callable[..., Any]
) -> None:
    (tmp_path / "old").write_text("old")

    def fail(name: str) -> None:
        with whole(tmp_path / name) as unfinished:
            (unfinished if whole is whole_file else unfinished / "part").write_text("half")
            raise ZeroDivisionError

    for name in ("old", "new"):
        with pytest.raises(ZeroDivisionError):
            fail(name)
    assert [one.name for one in tmp_path.iterdir()] == ["old"]
    assert (tmp_path / "old").read_text() == "old"


def test_a_folder_that_stands_there_is_not_replaced_unless_told(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    with whole_folder(path) as first:
        (first / "a").touch()
    with pytest.raises(OSError, match=r"not empty|exists"), whole_folder(path) as second:
        (second / "b").touch()
    assert [one.name for one in path.iterdir()] == ["a"]
