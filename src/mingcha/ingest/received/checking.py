"""Whether a file that came in may be read at all: its name, its beginning, and how much it is when unpacked."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from mingcha.domain.errors import InputError
from mingcha.ingest.sources import DELIMITED, MESSAGES, PARQUET, SPREADSHEETS

ARCHIVES = frozenset({".zip"})
READABLE = DELIMITED | SPREADSHEETS | PARQUET | MESSAGES
_PACKED = frozenset({".xlsx", ".xlsm", ".xlsb", ".ods"}) | ARCHIVES
_LONGEST_NAME = 180
_LOOKED_AT = 4096
# Control characters, what separates folders, and what Windows forbids.
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# A small file is harmless however well it is packed.
_ALWAYS_ALLOWED = 64 * 2**20


@dataclass(frozen=True)
class Limits:
    """How much a packed file may become: in all, and so many times its own size."""

    unpacked_bytes: int
    spreadsheet_bytes: int
    packed_at_most: int


def check_name(name: str) -> str:
    """The name of a file as it may be kept.

    Raises:
        InputError: it would lie elsewhere or hide, or it is of no kind that can be read.
    """
    if _FORBIDDEN.search(name) or name.startswith((".", "~")) or not name.strip():
        raise InputError(
            "文件名不能用",
            where=_shown(name),
            remedy="文件名不能含路径、斜杠、控制字符，也不能以点开头；请改名后再上传",
        )
    if len(name.encode()) > _LONGEST_NAME:
        raise InputError("文件名太长", where=_shown(name), remedy="请改短（不超过 60 个汉字）后再上传")
    if Path(name).suffix.lower() not in READABLE | ARCHIVES:
        raise InputError(
            f"不支持的文件类型“{_shown(Path(name).suffix) or '无后缀'}”",
            where=name,
            remedy="可上传 CSV、TSV、xlsx、xls、Parquet、3101/3102 JSON 报文，或装着它们的 zip；请转换后再上传",
        )
    return name


def _shown(name: str) -> str:
    return _FORBIDDEN.sub("·", name)[:60]


def check_content(path: Path, limits: Limits) -> None:
    """Refuse a file that is not what its name says, or that would become too much when it is unpacked.

    Raises:
        InputError: which of them it is.
    """
    suffix = path.suffix.lower()
    with path.open("rb") as file:
        beginning = file.read(_LOOKED_AT)
    if not beginning:
        raise InputError("文件是空的", where=path.name, remedy="请确认导出是否成功")
    if not _is_what_it_says(suffix, beginning):
        raise InputError(
            f"文件的内容不是 {suffix.removeprefix('.')}",
            where=path.name,
            remedy="它可能被改过后缀、加了密或没有传完；请用原来的程序另存一份再上传",
        )
    if suffix in _PACKED:
        _check_unpacked(path, limits)


def _is_what_it_says(suffix: str, beginning: bytes) -> bool:
    if suffix in _PACKED:
        return beginning.startswith(b"PK\x03\x04")
    if suffix == ".xls":
        return beginning.startswith(b"\xd0\xcf\x11\xe0")
    if suffix in PARQUET:
        return beginning.startswith(b"PAR1")
    return beginning.startswith(_UTF_16) or b"\x00" not in beginning


def _check_unpacked(path: Path, limits: Limits) -> None:
    """What an archive says of itself; what really comes out of it is counted again where it is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError(
            "压缩内容损坏，或没有传完", where=path.name, remedy="请重新导出或重新上传这个文件"
        ) from error
    if any(member.flag_bits & 0x1 for member in members):
        raise InputError("文件加了密", where=path.name, remedy="请去掉打开密码后再上传")
    spreadsheet = path.suffix.lower() not in ARCHIVES
    most = limits.spreadsheet_bytes if spreadsheet else limits.unpacked_bytes
    unpacked = sum(member.file_size for member in members)
    ratio = max(
        (
            member.file_size / max(member.compress_size, 1)
            for member in members
            if member.file_size > _ALWAYS_ALLOWED
        ),
        default=0.0,
    )
    if unpacked > most or ratio > limits.packed_at_most:
        raise too_much(path.name, most, spreadsheet=spreadsheet)


def too_much(name: str, most: int, *, spreadsheet: bool) -> InputError:
    """A packed file that would become too much."""
    remedy = "请分成几个文件" + ("，或另存为 CSV" if spreadsheet else "，或不压缩直接上传")
    return InputError(
        "文件解开后太大，或压缩得异常紧（可能是压缩炸弹）",
        where=name,
        remedy=f"解开后不得超过 {most // 2**20:,} MB；{remedy}",
    )
