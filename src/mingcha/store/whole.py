"""Files and folders that appear whole under their name, or not at all, whoever else writes the same meanwhile."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Where to write a file that stands at `path` when this ends well, in place of one that stood there."""
    unfinished = _beside(path)
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path, *, replacing: bool = False) -> Iterator[Path]:
    """A folder that stands at `path` when this ends well.

    Args:
        replacing: in place of one that stood there.

    Raises:
        OSError: one stands there by then, and is not to be replaced.
    """
    unfinished = _beside(path)
    unfinished.mkdir()
    try:
        yield unfinished
        _move(unfinished, path, replacing=replacing)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _move(folder: Path, path: Path, *, replacing: bool) -> None:
    while True:
        try:
            folder.rename(path)
        except OSError as error:
            if not replacing or error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            _remove(path)
        else:
            return


def _remove(folder: Path) -> None:
    """Take a folder away from its name at once: what another puts there meanwhile is not touched."""
    aside = _beside(folder)
    with suppress(FileNotFoundError):  # another took it away
        folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def _beside(path: Path) -> Path:
    # A name of its own: a process may write the same from several threads.
    return path.with_name(f".{path.name}.{uuid4().hex}.tmp")
