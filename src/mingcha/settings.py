"""Where the installation keeps its data, and how much of the machine it may use.

| variable        | meaning                                   | default     |
|-----------------|-------------------------------------------|-------------|
| MINGCHA_HOME    | data folder: published releases           | ~/.mingcha  |
| MINGCHA_WORKERS | worker processes of a batch (1 … 256)     | all cores   |
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mingcha.domain.errors import MingchaError

HOME = "MINGCHA_HOME"
WORKERS = "MINGCHA_WORKERS"
MOST_WORKERS = 256


class SettingsError(MingchaError):
    """A setting of the installation that cannot be used."""


@dataclass(frozen=True)
class Settings:
    """The settings of this installation.

    Args:
        home: the data folder; need not exist yet.
        workers: worker processes of a batch.
    """

    home: Path
    workers: int


def settings_from(
    environment: Mapping[str, str], *, home: Path | None = None, workers: int | None = None
) -> Settings:
    """Settings from the command line where given, else from the environment, else the defaults.

    Raises:
        SettingsError: a value that cannot be used.
    """
    named = environment.get(HOME, "").strip()
    return Settings(
        home=home or (Path(named).expanduser() if named else Path.home() / ".mingcha"),
        workers=_workers(workers if workers is not None else environment.get(WORKERS, "").strip()),
    )


def _workers(given: int | str) -> int:
    if given == "":
        return available_cores()
    try:
        count = int(given)
    except ValueError:
        count = 0
    if not 1 <= count <= MOST_WORKERS:
        raise SettingsError(
            f"进程数“{given}”不可用",
            where=f"--workers 或 {WORKERS}",
            remedy=f"请写 1 到 {MOST_WORKERS} 之间的整数，或不写（用全部处理器）",
        )
    return count


def available_cores() -> int:
    """Processor cores that this process may use; fewer than the machine has where it is confined."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
