"""The texts of a message as stored values; what was written the same way before is looked up, not read again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from mingcha.domain.fields import Entity, Field
from mingcha.domain.values import ValueType
from mingcha.ingest import parse
from mingcha.ingest.clean import is_identifier, words

Columns = dict[str, list[Any]]
# Told of a value that could not be read: row, field, text, reason.
Note = Callable[[int, Field[Any], str, str], None]
# Field name → text → why it could not be read; most fields have none to look through.
Reasons = dict[str, dict[str, str]]
_MOST_REMEMBERED = 1 << 16


def identifier(text: str) -> str:
    """An identifier as it is compared: half width, without outer blanks."""
    return parse.half_width(text).strip()


class Reader(dict[str, Any]):
    """Reads the texts of one field, remembering them: text → stored value, None for empty and unreadable ones."""

    def __init__(self, declared: Field[Any], reasons: Reasons) -> None:
        super().__init__({"": None})
        self.declared = declared
        self._reasons = reasons
        self.words = words(declared.codes) if declared.codes else {}
        self.identifying = is_identifier(declared)
        # A number that is empty is sent as 0, and so is one that is nothing: only where a number must be sent is 0
        # a number. Codes and flags are no numbers: 0 is a value there, unless its code list says that it is none.
        self.zero_is_empty = declared.type in parse.SCALES and not declared.required

    def column(self, texts: Sequence[str]) -> list[Any]:
        """Stored values of these texts."""
        if not any(texts):
            return [None] * len(texts)
        if self.declared.type is ValueType.TEXT:
            return _texts(texts, identifying=self.identifying)
        return list(map(self.__getitem__, texts))

    def single(self, text: str) -> Any:
        """Stored value of one text that is not to be remembered."""
        return (identifier(text) if self.identifying else text.strip()) or None

    def __missing__(self, text: str) -> Any:
        try:
            value = self._read(text)
        except parse.Unreadable as error:
            self._reasons[self.declared.name][text] = str(error)
            value = None
        self[text] = value
        return value

    def _read(self, text: str) -> Any:
        clean = parse.half_width(text).strip()
        if clean.lower() in parse.EMPTY:
            return None
        if self.declared.type in (ValueType.CODE, ValueType.FLAG):
            clean = "".join(clean.upper().split())
            clean = clean.removesuffix(".0") if self.declared.codes else clean
            found = self.words.get(clean, clean)
            if found is None or self.declared.type is ValueType.CODE:
                return found
            clean = found
        value = parse.value(clean, self.declared.type)
        return None if value == 0 and self.zero_is_empty else value


def _texts(texts: Sequence[str], *, identifying: bool) -> list[Any]:
    """Texts without outer blanks, identifiers in half width; empty ones are unknown."""
    together = "".join(texts)
    if identifying and not together.isascii():
        return [identifier(text) or None for text in texts]
    if together.split(None, 1) == [together]:
        return list(texts) if all(texts) else [text or None for text in texts]
    return [text.strip() or None for text in texts]


class Leaves:
    """Reads rows of one entity.

    Args:
        entity: whose fields they are.
        attributes: field name and national name, in the order of the rows' texts.
    """

    def __init__(self, entity: type[Entity], attributes: Sequence[tuple[str, str]]) -> None:
        declared = entity.fields()
        self.names = [name for name, _ in attributes]
        self.required = [declared[name] for name in self.names if declared[name].required]
        self._reasons: Reasons = defaultdict(dict)
        self._readers = [Reader(declared[name], self._reasons) for name in self.names]
        self._values = [
            reader.single if reader.declared.type is ValueType.TEXT else reader.__getitem__
            for reader in self._readers
        ]

    def forget(self) -> None:
        """Between messages: start afresh where too much is remembered."""
        if max(map(len, self._readers), default=0) > _MOST_REMEMBERED:
            for reader in self._readers:
                reader.clear()
            self._reasons.clear()

    def record(self, texts: Sequence[str], row: int, note: Note) -> list[Any]:
        """The stored values of one row; what cannot be read is noted."""
        values = [value(text) if text else None for value, text in zip(self._values, texts, strict=True)]
        if self._reasons:
            for reader, text in zip(self._readers, texts, strict=True):
                if reason := self._reason(reader.declared, text):
                    note(row, reader.declared, text, reason)
        return values

    def read(self, texts: Sequence[Sequence[str]], note: Note) -> Columns:
        """Columns of stored values; what cannot be read is noted, no row is left out yet."""
        columns: Columns = {}
        for name, reader, column in zip(self.names, self._readers, texts, strict=True):
            columns[name] = values = reader.column(column)
            if name in self._reasons and None in values:
                for row, text in enumerate(column):
                    if reason := self._reason(reader.declared, text):
                        note(row, reader.declared, text, reason)
        return columns

    def lacking(self, columns: Columns) -> dict[int, tuple[Field[Any], str]]:
        """Rows that lack a required fact: which, and why."""
        lost: dict[int, tuple[Field[Any], str]] = {}
        for declared in self.required:
            if None in columns[declared.name]:
                for row, value in enumerate(columns[declared.name]):
                    if value is None:
                        lost.setdefault(row, (declared, f"缺少{declared.label}"))
        return lost

    def why(self, declared: Field[Any], text: str, otherwise: str) -> str:
        """Why this text of a field could not be read."""
        reason = self._reason(declared, text)
        return f"{declared.label}{reason}" if reason else otherwise

    def _reason(self, declared: Field[Any], text: str) -> str | None:
        return self._reasons[declared.name].get(text) if declared.name in self._reasons else None
