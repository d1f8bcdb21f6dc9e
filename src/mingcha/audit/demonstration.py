"""The demonstration's folder: made clean for every run, and never somebody's own data."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from mingcha.audit.outputs import write_json
from mingcha.domain.errors import InputError

MARKER = "demo.json"


@dataclass(frozen=True)
class Folders:
    """Where the parts of a demonstration lie."""

    city: Path
    dataset: Path
    home: Path
    result: Path


def prepare(out: Path) -> Folders:
    """An empty folder for a demonstration; an earlier demonstration in it is removed.

    Raises:
        InputError: the folder holds something else.
    """
    if out.exists() and not (out / MARKER).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(
            "输出位置已存在，且不是明察的演示", where=str(out), remedy="请用 --out 换一个文件夹，或先清空它"
        )
    folders = Folders(out / "city", out / "dataset", out / "home", out / "result")
    out.mkdir(parents=True, exist_ok=True)
    for folder in vars(folders).values():
        shutil.rmtree(folder, ignore_errors=True)
    write_json(out / MARKER, {"kind": "demo"})
    return folders
