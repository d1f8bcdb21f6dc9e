"""The indexes that this process has open: the last ones used, bounded by the memory they take."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

from mingcha.access.context import Access
from mingcha.access.errors import missing
from mingcha.audit.advised import advice_on
from mingcha.audit.ledger.folders import run_folder
from mingcha.audit.reading.index import FindingIndex, read_index
from mingcha.audit.reading.indexing import write_index
from mingcha.audit.run import finished_run
from mingcha.domain.errors import InputError
from mingcha.store.lake import MANIFEST

MOST_BYTES = 1024**3


class OpenIndexes:
    """Indexes by run; where a run has none yet, it is made.

    Args:
        most_bytes: those used longest ago are let go beyond this; the last one stays, whatever its size.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self._held: OrderedDict[Path, tuple[tuple[int, int], FindingIndex]] = OrderedDict()
        self._lock = Lock()
        self._making: dict[Path, Lock] = {}

    def of(self, access: Access, run: Path) -> FindingIndex:
        """The index of a finished run.

        Raises:
            InputError: no finished run, or its dataset is gone and it has no index.
        """
        with self._lock:
            making = self._making.setdefault(run, Lock())
        with making:  # two who ask at once make it once
            stamp = _stamp(run)
            with self._lock:
                held = self._held.get(run)
                if held is not None and held[0] == stamp:
                    self._held.move_to_end(run)
                    return held[1]
            index = _open(access, run)
            with self._lock:
                self._held[run] = (stamp, index)
                self._held.move_to_end(run)
                while len(self._held) > 1 and self.bytes > self.most_bytes:
                    self._held.popitem(last=False)
            return index

    @property
    def bytes(self) -> int:
        """What is held."""
        return sum(index.size for _, index in self._held.values())


_OPEN = OpenIndexes()


def index_of(access: Access, run_id: UUID) -> FindingIndex:
    """The index of a finished audit of this installation.

    Raises:
        Missing: there is none of this number.
    """
    run = run_folder(access, run_id)
    if not (run / MANIFEST).is_file():
        raise missing("这次审核的结果")
    return _OPEN.of(access, run)


def dataset_of(access: Access, manifest: dict[str, Any]) -> Path:
    """Where the claims of a run lie: where they lay, or under the same name in a data folder that was moved."""
    then = Path(manifest["identity"]["dataset_path"])
    return then if (then / MANIFEST).is_file() else access.home / "datasets" / then.name


def _open(access: Access, run: Path) -> FindingIndex:
    manifest = finished_run(run)
    index = read_index(run, manifest)
    if index is None:
        write_index(run, dataset_of(access, manifest), partial(advice_on, access))
        index = read_index(run, manifest)
    if index is None:
        raise InputError("疑点索引没有写成", where=str(run), remedy="请检查磁盘空间后重试")
    return index


def _stamp(run: Path) -> tuple[int, int]:
    """What changes when a run is made anew."""
    state = (run / MANIFEST).stat()
    return state.st_mtime_ns, state.st_size
