"""The keys of an installation: personal texts are sealed with SM4-GCM, found again and vouched for by HMAC-SM3.

A key file holds them all; it belongs neither in the database nor in the backups of one:
{"current": "k1", "texts": {"k1": …}, "index": …, "trail": …}, each key as base64.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from mingcha.domain.errors import MingchaError
from mingcha.store.whole import whole_file

_TEXT_KEY_BYTES = 16
_MAC_KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16


class KeysError(MingchaError):
    """Keys that are missing, unreadable, or not those that something was sealed with."""


class Sealed(str):
    """A personal text as it is stored: the id of its key, a colon, then nonce, ciphertext and tag in base64."""

    __slots__ = ()

    @property
    def key_id(self) -> str:
        """The key that it was sealed with."""
        return self.partition(":")[0]


@dataclass(frozen=True, repr=False)
class Keys:
    """One state of the keys; its representation shows ids only."""

    current: str
    texts: Mapping[str, bytes]
    index: bytes
    trail: bytes

    def __repr__(self) -> str:
        return f"Keys(current={self.current!r}, texts={sorted(self.texts)!r})"

    @classmethod
    def fresh(cls) -> Self:
        """Keys for a new installation."""
        return cls(
            current="k1",
            texts={"k1": secrets.token_bytes(_TEXT_KEY_BYTES)},
            index=secrets.token_bytes(_MAC_KEY_BYTES),
            trail=secrets.token_bytes(_MAC_KEY_BYTES),
        )

    @classmethod
    def from_json(cls, text: str, where: str) -> Self:
        """Keys as a key file writes them.

        Raises:
            KeysError: it does not hold usable keys.
        """
        try:
            data = json.loads(text)
            keys = cls(
                current=str(data["current"]),
                texts={
                    str(name): base64.b64decode(key, validate=True) for name, key in data["texts"].items()
                },
                index=base64.b64decode(data["index"], validate=True),
                trail=base64.b64decode(data["trail"], validate=True),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise _unusable(where) from None  # the cause would show what stands in the file
        sound = (
            keys.current in keys.texts
            and all(len(key) == _TEXT_KEY_BYTES for key in keys.texts.values())
            and min(len(keys.index), len(keys.trail)) >= _MAC_KEY_BYTES
            and not any(":" in name for name in keys.texts)
        )
        if not sound:
            raise _unusable(where)
        return keys

    def to_json(self) -> str:
        """What a key file holds."""
        written = {name: base64.b64encode(key).decode() for name, key in self.texts.items()}
        index, trail = (base64.b64encode(key).decode() for key in (self.index, self.trail))
        return json.dumps(
            {"current": self.current, "texts": written, "index": index, "trail": trail}, indent=1
        )

    def with_new_text_key(self) -> Self:
        """The same keys and a new one that seals from now on."""
        number = 1 + max(int(name[1:]) for name in self.texts if name[1:].isdigit())
        texts = {**self.texts, f"k{number}": secrets.token_bytes(_TEXT_KEY_BYTES)}
        return replace(self, current=f"k{number}", texts=texts)

    def with_current_text_key_only(self) -> Self:
        """The same keys without those that seal no more."""
        return replace(self, texts={self.current: self.texts[self.current]})

    def seal(self, text: str, about: str) -> Sealed:
        """A text that only these keys open, and only as what it is about (`table.column:row`)."""
        sealed = _encrypted(self._sealing, text.encode(), about.encode())
        return Sealed(f"{self.current}:{base64.b64encode(sealed).decode()}")

    def open(self, sealed: Sealed, about: str) -> str:
        """The text that was sealed as being about this.

        Raises:
            KeysError: its key is gone, or the stored text was changed or moved to another row.
        """
        key = self.texts.get(sealed.key_id)
        if key is None:
            raise KeysError(
                f"缺少密钥 {sealed.key_id}，无法读出加密的个人信息",
                where=about,
                remedy="请恢复含有这个密钥的密钥文件",
            )
        try:
            raw = base64.b64decode(sealed.partition(":")[2], validate=True)
            return _decrypted(key, raw, about.encode()).decode()
        except (InvalidTag, ValueError):
            raise KeysError(
                "加密的个人信息与封存时不一致：被改动过，或密钥文件不是原来的",
                where=about,
                remedy="请核对密钥文件；若属实，请从备份恢复这一行并查看操作记录",
            ) from None

    def seal_bytes(self, content: bytes, about: bytes) -> bytes:
        """Content that only these keys open, and only as what it is about: id of the key, colon, nonce, text, tag."""
        sealed = _encrypted(self._sealing, content, about)
        return self.current.encode() + b":" + sealed

    def open_bytes(self, sealed: bytes, about: bytes) -> bytes:
        """The content that was sealed as being about this.

        Raises:
            KeysError: its key is gone, or it was changed.
        """
        name, _, raw = sealed.partition(b":")
        key = self.texts.get(name.decode("ascii", "replace"))
        if key is None:
            raise KeysError("缺少密钥，无法读出封存的内容", remedy="请恢复含有这个密钥的密钥文件")
        try:
            return _decrypted(key, raw, about)
        except (InvalidTag, ValueError):
            raise KeysError(
                "封存的内容与当时不一致：被改动过，或密钥文件不是原来的", remedy="请核对密钥文件"
            ) from None

    def blind_index(self, normalised: str, about: str) -> str:
        """What equal texts share and nobody can read back; `about` keeps columns apart."""
        mac = self._indexing.copy()
        mac.update(f"{about}\0{normalised}".encode())
        return mac.finalize().hex()

    def vouch(self, content: bytes) -> str:
        """The seal of a block of the trail: without the key nobody can make it for a changed block."""
        mac = hmac.HMAC(self.trail, hashes.SM3())
        mac.update(content)
        return mac.finalize().hex()

    # An import seals and seeks a million values: what depends on the key alone is made once.
    @cached_property
    def _sealing(self) -> algorithms.SM4:
        return algorithms.SM4(self.texts[self.current])

    @cached_property
    def _indexing(self) -> hmac.HMAC:
        return hmac.HMAC(self.index, hashes.SM3())


def _encrypted(key: algorithms.SM4, content: bytes, about: bytes) -> bytes:
    """Nonce, ciphertext and tag."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    cipher = Cipher(key, modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(about)
    return b"".join((nonce, cipher.update(content), cipher.finalize(), cipher.tag))


def _decrypted(key: bytes, raw: bytes, about: bytes) -> bytes:
    nonce, body, tag = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:-_TAG_BYTES], raw[-_TAG_BYTES:]
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    cipher.authenticate_additional_data(about)
    return cipher.update(body) + cipher.finalize()


def _unusable(where: str) -> KeysError:
    return KeysError("密钥文件的内容不可用", where=where, remedy="请从备份恢复密钥文件；不要手工改动它")


class Keyring:
    """The keys where they lie: in a file that a rotation may change while we run, or given by the environment."""

    def __init__(self, path: Path, given: str | None = None) -> None:
        self.path = path
        self._given = None if given is None else Keys.from_json(given, "环境变量 MINGCHA_KEYS")
        self._read: tuple[int, Keys] | None = None

    @property
    def keys(self) -> Keys:
        """The keys as they are now.

        Raises:
            KeysError: there is no key file.
        """
        if self._given is not None:
            return self._given
        try:
            changed = self.path.stat().st_mtime_ns
            if self._read is None or self._read[0] != changed:
                self._read = (changed, Keys.from_json(self.path.read_text("utf-8"), str(self.path)))
        except FileNotFoundError:
            raise KeysError(
                "没有密钥文件",
                where=str(self.path),
                remedy="新装时运行 mingcha database upgrade；否则请从备份恢复",
            ) from None
        return self._read[1]

    @property
    def exists(self) -> bool:
        """Whether there are keys."""
        return self._given is not None or self.path.exists()

    def check(self) -> None:
        """Refuse to go on without usable keys.

        Raises:
            KeysError: there are none, or not such as can be used.
        """
        _ = self.keys

    def create(self) -> None:
        """Make the keys of a new installation; never over others."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(Keys.fresh().to_json())

    def replace(self, keys: Keys) -> None:
        """Put other keys in their place, whole or not at all.

        Raises:
            KeysError: the keys come from the environment, which only its owner can change.
        """
        if self._given is not None:
            raise KeysError(
                "密钥由环境变量给出，不能在这里更换",
                where="MINGCHA_KEYS",
                remedy="请改用密钥文件（MINGCHA_KEY_FILE），或在保管密钥的地方更换",
            )
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with (
            whole_file(self.path) as unfinished,
            os.fdopen(os.open(unfinished, flags, 0o600), "w") as file,
        ):
            file.write(keys.to_json())
            file.flush()
            os.fsync(file.fileno())
