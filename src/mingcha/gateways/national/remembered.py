"""The connections as they were last known: a process that starts while the database is away still knows who calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import msgspec

from mingcha.access.connections import KnownConnection
from mingcha.store.keys import Keyring, KeysError
from mingcha.store.whole import whole_file

_ABOUT = b"connections"
_encode = msgspec.msgpack.Encoder(order="sorted").encode
_decode = msgspec.msgpack.Decoder(list[KnownConnection]).decode


class Remembered:
    """Kept in the data folder, sealed: with the secrets of hospitals."""

    def __init__(self, home: Path, keyring: Keyring) -> None:
        self._path = home / "connections.sealed"
        self._keyring = keyring
        self._kept = b""

    def keep(self, known: Iterable[KnownConnection]) -> None:
        """Remember these from now on."""
        content = _encode([replace(one, used_today=0) for one in known])
        if content == self._kept:
            return
        with whole_file(self._path) as unfinished:
            unfinished.write_bytes(self._keyring.keys.seal_bytes(content, _ABOUT))
        self._kept = content

    def told(self) -> list[KnownConnection]:
        """Those that were kept last, by any process; none where that cannot be read."""
        try:
            return _decode(self._keyring.keys.open_bytes(self._path.read_bytes(), _ABOUT))
        except (OSError, KeysError, msgspec.DecodeError):
            return []
