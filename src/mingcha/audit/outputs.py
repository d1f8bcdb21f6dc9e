"""Files of a run: written beside their place and moved there when whole."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from mingcha.domain.errors import InputError
from mingcha.store.whole import whole_file


def write_json(path: Path, content: Any) -> None:
    """Write a JSON file that is either the old one or the new one, never a part of it."""
    with whole_file(path) as unfinished:
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
        unfinished.write_text(text + "\n", "utf-8")
        sync(unfinished)


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON object, None where there is no such file.

    Raises:
        InputError: there is one, and it is no JSON object.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise InputError(
            "运行记录无法读取", where=str(path), remedy="请删除这个结果文件夹后重新审核"
        ) from error
    if not isinstance(content, dict):
        raise InputError("运行记录的内容不对", where=str(path), remedy="请删除这个结果文件夹后重新审核")
    return content


def sync(path: Path) -> None:
    """Make sure that a file outlives a power cut before something else says it is there."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
