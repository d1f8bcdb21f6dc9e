"""An archive that came in becomes the files in it, side by side, each checked as if it had come alone."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePosixPath

from mingcha.domain.errors import InputError
from mingcha.ingest.received.checking import (
    ARCHIVES,
    READABLE,
    Limits,
    check_content,
    check_name,
    too_much,
)

_AT_A_TIME = 1 << 20


def unpack(archive: Path, into: Path, limits: Limits, most_files: int) -> list[Path]:
    """The readable files of a checked archive; the others (notices, pictures, folders' own files) are left out.

    Raises:
        InputError: a name that lies elsewhere, two files of one name, too many, too much, or nothing to read.
    """
    made: list[Path] = []
    left = limits.unpacked_bytes
    try:
        with zipfile.ZipFile(archive) as opened:
            for member in opened.infolist():
                target = _target(archive, member, into)
                if target is None:
                    continue
                if len(made) >= most_files:
                    raise InputError(
                        f"压缩包里的文件超过 {most_files} 个", where=archive.name, remedy="请合并或分批上传"
                    )
                if target.exists():
                    raise InputError(
                        "有两个同名的文件", where=target.name, remedy="请改名后重新压缩，或分开上传"
                    )
                made.append(target)
                left = _write(opened, member, target, left, archive, limits)
                check_content(target, limits)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, InputError, OSError) as error:
        for path in made:
            path.unlink(missing_ok=True)
        if isinstance(error, InputError):
            raise
        raise InputError("压缩包损坏，解不开", where=archive.name, remedy="请重新压缩后上传") from error
    if not made:
        raise InputError(
            "压缩包里没有可导入的文件",
            where=archive.name,
            remedy="应有 CSV、xlsx、Parquet 或 JSON；压缩包里不能再套压缩包",
        )
    return made


def _target(archive: Path, member: zipfile.ZipInfo, into: Path) -> Path | None:
    place = PurePosixPath(member.filename.replace("\\", "/"))
    if place.is_absolute() or ".." in place.parts:
        raise InputError(
            "压缩包里有指向别处的文件名", where=archive.name, remedy="请用常用的压缩软件重新压缩"
        )
    hidden = place.name.startswith((".", "~")) or "__MACOSX" in place.parts
    suffix = place.suffix.lower()
    if member.is_dir() or hidden or suffix not in READABLE - ARCHIVES:
        return None
    return into / check_name(place.name)


def _write(
    opened: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int, archive: Path, limits: Limits
) -> int:
    """Unpack one file; what it says of its size is not believed."""
    with opened.open(member) as source, target.open("wb") as file:
        while piece := source.read(_AT_A_TIME):
            left -= len(piece)
            if left < 0:
                raise too_much(archive.name, limits.unpacked_bytes, spreadsheet=False)
            file.write(piece)
    return left
