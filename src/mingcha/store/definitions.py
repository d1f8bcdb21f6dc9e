"""Rules without code on disk: every version is kept, and a code is never used again.

<home>/rules/MC90000000001000/0001.yaml   one version as it was written
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from mingcha.domain.errors import KnowledgeError
from mingcha.store.whole import whole_file

FOLDER = "rules"


def keep(home: Path, code: str, version: int, written: Mapping[str, Any]) -> Path:
    """Keep one version of a rule; the file appears whole.

    Raises:
        KnowledgeError: this or a later version is kept already.
    """
    last = last_version(home, code)
    if version <= last:
        raise KnowledgeError(
            f"规则 {code} 已有第 {last} 版，保存过的版本不能改动",
            where=str(home / FOLDER / code),
            remedy=f"把“版本”改为 {last + 1}",
        )
    path = home / FOLDER / code / f"{version:04d}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as unfinished:
        unfinished.write_text(yaml.safe_dump(dict(written), allow_unicode=True, sort_keys=False), "utf-8")
    return path


def last_version(home: Path, code: str) -> int:
    """The newest version of a rule that is kept, 0 for none."""
    return max(_versions(home, code), default=0)


def newest(home: Path) -> Iterator[Path]:
    """The file of the newest version of every rule, by code."""
    for code in codes(home):
        yield home / FOLDER / code / f"{last_version(home, code):04d}.yaml"


def codes(home: Path) -> list[str]:
    """The codes that have been used."""
    folder = home / FOLDER
    return (
        sorted(path.name for path in folder.iterdir() if _versions(home, path.name))
        if folder.is_dir()
        else []
    )


def _versions(home: Path, code: str) -> list[int]:
    folder = home / FOLDER / code
    return [int(path.stem) for path in folder.glob("[0-9]*.yaml")] if folder.is_dir() else []
