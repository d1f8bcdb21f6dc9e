"""What was last known of an installation's decisions: a process that starts while the database is away goes by it."""

from __future__ import annotations

from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from mingcha.store.keys import Keyring, KeysError
from mingcha.store.whole import whole_file

T = TypeVar("T")
_encode = msgspec.msgpack.Encoder(order="sorted").encode


class Remembered(Generic[T]):
    """Kept in the data folder, sealed: connections have the secrets of hospitals.

    Args:
        name: of the file, and what its content is sealed as being about.
        decode: reads what was written of it.
    """

    def __init__(self, home: Path, keyring: Keyring, name: str, decode: msgspec.msgpack.Decoder[T]) -> None:
        self._path = home / f"{name}.sealed"
        self._about = name.encode()
        self._keyring = keyring
        self._decode = decode.decode
        self._kept = b""

    def keep(self, known: T) -> None:
        """Remember this from now on.

        Raises:
            OSError: it cannot be written.
        """
        content = _encode(known)
        if content == self._kept:
            return
        with whole_file(self._path) as unfinished:
            unfinished.write_bytes(self._keyring.keys.seal_bytes(content, self._about))
        self._kept = content

    def told(self) -> T | None:
        """What was kept last, by any process; None where that cannot be read."""
        try:
            return self._decode(self._keyring.keys.open_bytes(self._path.read_bytes(), self._about))
        except (OSError, KeysError, msgspec.DecodeError):
            return None
