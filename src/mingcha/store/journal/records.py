"""How a record lies in a journal: its length and key in the clear, its content compressed and sealed.

length   4 bytes   of the sealed content, big-endian
key      16 bytes  a digest of whose call it is; equal calls have equal keys
content  nonce, ciphertext and tag of SM4-GCM over the Zstandard frame; the key belongs to what is vouched for

A record that was not whole when its process died ends the file: nobody was told that it had been kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from struct import Struct

from zstandard import ZstdCompressor, ZstdDecompressor

from mingcha.domain.errors import MingchaError
from mingcha.store.keys import Keys

KEY_BYTES = 16
SUFFIX = ".journal"
_HEAD = Struct(f">I{KEY_BYTES}s")
_LEVEL = 1
_LONGEST_KEY_ID = 16
# Longer than any message that is let in; a length beyond it is no length.
_MOST_BYTES = 64 * 1024 * 1024


def journal_folder(home: Path) -> Path:
    """Where the journals of an installation lie."""
    return home / "journal"


def oldest_key_of(path: Path) -> str | None:
    """The id of the key that the first record of a journal is sealed with; None where there is no record."""
    with path.open("rb") as file:
        head = file.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return None
        name, _, _ = file.read(_LONGEST_KEY_ID).partition(b":")
    return name.decode("ascii", "replace")


class JournalError(MingchaError):
    """A journal that could not be written, or whose records are not as they were."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies: the file and the byte at which it begins."""

    path: Path
    offset: int


class Sealer:
    """Makes records and opens them, by the keys of the installation."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._compress = ZstdCompressor(level=_LEVEL).compress
        self._decompress = ZstdDecompressor().decompress

    def record(self, key: bytes, content: bytes) -> bytes:
        """A record as it is written."""
        sealed = self._keys.seal_bytes(self._compress(content), key)
        return _HEAD.pack(len(sealed), key) + sealed

    def content(self, place: Place) -> bytes:
        """The content of the record at a place.

        Raises:
            JournalError: there is no whole record.
            KeysError: it was changed, or its key is gone.
        """
        with place.path.open("rb") as file:
            file.seek(place.offset)
            head = file.read(_HEAD.size)
            if len(head) == _HEAD.size:
                length, key = _HEAD.unpack(head)
                sealed = file.read(min(length, _MOST_BYTES))
                if len(sealed) == length:
                    return self._opened(sealed, key)
        raise JournalError(
            "日志里没有完整的记录", where=f"{place.path.name} 第 {place.offset} 字节", remedy="从备份恢复"
        )

    def _opened(self, sealed: bytes, key: bytes) -> bytes:
        return self._decompress(self._keys.open_bytes(sealed, key), max_output_size=_MOST_BYTES)


class Heads:
    """The keys of a journal's records in order, read on from where the last reading stopped; contents are skipped."""

    def __init__(self, path: Path, offset: int = 0) -> None:
        self.path = path
        self.offset = offset
        self._file = os.open(path, os.O_RDONLY)

    @property
    def grown(self) -> bool:
        """Whether anything has come since."""
        return os.fstat(self._file).st_size > self.offset

    def __iter__(self) -> Iterator[tuple[bytes, Place]]:
        """The whole records that have come since."""
        size = os.fstat(self._file).st_size
        while size - self.offset >= _HEAD.size:
            length, key = _HEAD.unpack(os.pread(self._file, _HEAD.size, self.offset))
            end = self.offset + _HEAD.size + length
            if length > _MOST_BYTES or end > size:
                return
            place, self.offset = Place(self.path, self.offset), end
            yield key, place

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)
