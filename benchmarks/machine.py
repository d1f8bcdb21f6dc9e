"""What the figures were measured on, and with which versions: cores and memory, no names."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

_NAMED = ("polars", "duckdb", "zen-engine")


@dataclass(frozen=True)
class Machine:
    """Cores that this process may use, memory in GiB, and versions."""

    cores: int
    memory_gib: int
    python: str
    packages: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        packages = "、".join(f"{name} {number}" for name, number in self.packages)
        return f"{self.cores} 核，{self.memory_gib} GiB 内存；Python {self.python}，{packages}。"


def this_machine() -> Machine:
    """The machine this runs on."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return Machine(
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_gib=round(pages * size / 2**30),
        python=platform.python_version(),
        packages=tuple((name, _version(name)) for name in _NAMED),
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "未安装"
