"""What is known of a person from earlier bills, packed into one row, and laid beside the encounters of a message."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping, Sequence
from itertools import repeat
from typing import Any

import msgspec
from zstandard import ZstdCompressor, ZstdDecompressor

from mingcha.ingest.leaves import Columns
from mingcha.ingest.messages import BilledEncounter

# Whose it is stands in the key of the row, and is not read from it.
_OF_KEY = "person_id"
_MOST_BYTES = 64 * 1024 * 1024


class PackedColumns(MutableMapping[str, list[Any]]):
    """Columns that are unpacked when they are asked for: a call reads few lines of few earlier encounters.

    Args:
        packed: a map from name to values.
    """

    def __init__(self, packed: msgspec.Raw) -> None:
        self._packed: dict[str, msgspec.Raw] = _decode_names(packed)
        self._read: dict[str, list[Any]] = {}

    def __getitem__(self, name: str) -> list[Any]:
        if name not in self._read:
            self._read[name] = _decode_values(self._packed[name])
        return self._read[name]

    def __setitem__(self, name: str, values: list[Any]) -> None:
        self._packed[name] = msgspec.Raw()
        self._read[name] = values

    def __delitem__(self, name: str) -> None:
        del self._packed[name]
        self._read.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


class PastEncounter(msgspec.Struct, array_like=True, gc=False):
    """An encounter as it is kept: what is unknown of all its rows is left out.

    Args:
        packed_lines: columns, packed by themselves.
        told_by: the key of the call that told of it, empty where a file did.
        as_of: when it was told, in seconds since 1970.
        settling: the call settled its bill.
    """

    facts: dict[str, Any]
    packed_lines: msgspec.Raw
    diagnoses: Columns
    procedures: Columns
    told_by: bytes = b""
    as_of: int = 0
    settling: bool = False

    @property
    def encounter_id(self) -> str:
        """The encounter."""
        found: str = self.facts["encounter_id"]
        return found

    @property
    def lines(self) -> PackedColumns:
        """Its lines as columns."""
        return PackedColumns(self.packed_lines)

    @property
    def settled(self) -> bool:
        """Whether its bill was settled; otherwise it is part of a stay that goes on."""
        return self.settling or not self.told_by


class _Contexts(threading.local):
    """What (de)compression works with: costly to make, and for one thread."""

    def __init__(self) -> None:
        self.compress = ZstdCompressor(level=3).compress
        self.decompress = ZstdDecompressor().decompress


_contexts = _Contexts()
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[PastEncounter]).decode
_decode_names = msgspec.msgpack.Decoder(dict[str, msgspec.Raw]).decode
_decode_values = msgspec.msgpack.Decoder(list[Any]).decode


def pack(encounters: Sequence[PastEncounter]) -> bytes:
    """One row's content."""
    return _contexts.compress(_encode(encounters))


def unpack(packed: bytes) -> list[PastEncounter]:
    """All that a row holds, what other sayings stand for among it."""
    return _decode(_contexts.decompress(packed, max_output_size=_MOST_BYTES))


def past_in(packed: bytes) -> list[PastEncounter]:
    """What stands of a row."""
    return standing(unpack(packed))


def standing(told: Sequence[PastEncounter]) -> list[PastEncounter]:
    """What counts of all that was told: of an encounter its newest bill, or all orders where none stands."""
    if _each_once(told):
        return list(told)
    bills = _newest(one for one in told if one.settled)
    return [one for one in told if bills.get(one.encounter_id, one) is one]


def lasting(told: Sequence[PastEncounter], until: int) -> list[PastEncounter]:
    """What may stand some day: all but what is older than a bill that nobody takes back any more.

    Args:
        until: a call before this moment, in seconds since 1970, is not taken back; neither is a file.
    """
    if _each_once(told):
        return list(told)
    bills = _newest(one for one in told if one.settled and (not one.told_by or one.as_of < until))
    return [one for one in told if told_at(one) >= told_at(bills.get(one.encounter_id, one))]


def _each_once(told: Sequence[PastEncounter]) -> bool:
    """Whether no encounter was told of twice, as in most pasts: a call that waits looks no further."""
    return len({one.encounter_id for one in told}) == len(told)


def _newest(told: Iterable[PastEncounter]) -> dict[str, PastEncounter]:
    """By encounter the newest saying."""
    return {one.encounter_id: one for one in sorted(told, key=told_at)}


def kept(
    encounter: BilledEncounter, told_by: bytes = b"", as_of: int = 0, *, settling: bool = False
) -> PastEncounter:
    """An encounter of a message as it is kept."""
    one = encounter
    return past_of(
        one.facts, one.lines, one.diagnoses, one.procedures, told_by=told_by, as_of=as_of, settling=settling
    )


def past_of(
    facts: Mapping[str, Any],
    lines: Mapping[str, list[Any]],
    diagnoses: Columns,
    procedures: Columns,
    *,
    told_by: bytes = b"",
    as_of: int = 0,
    settling: bool = False,
) -> PastEncounter:
    """An encounter without what is unknown of it."""
    told = {name: value for name, value in facts.items() if value is not None and name != _OF_KEY}
    return PastEncounter(
        told, packed_columns(_known(lines)), _known(diagnoses), _known(procedures), told_by, as_of, settling
    )


def packed_columns(columns: Mapping[str, Sequence[Any]]) -> msgspec.Raw:
    """Columns as a past keeps them."""
    return msgspec.Raw(_encode(columns))


def _known(columns: Mapping[str, list[Any]]) -> Columns:
    return {name: list(values) for name, values in columns.items() if values.count(None) < len(values)}


def lay_past_beside(encounters: list[BilledEncounter], past: Sequence[PastEncounter], person: str) -> None:
    """Add a person's earlier encounters as history, and to the stay under audit its lines of earlier days.

    What a message itself says of an encounter stands; of one that is settled nothing is added to it.
    """
    sent = {one.facts["encounter_id"]: one for one in encounters if one.facts["person_id"] == person}
    told: dict[str, list[PastEncounter]] = defaultdict(list)
    for one in past:
        told[one.encounter_id].append(one)
    for encounter_id, of_one in told.items():
        known = sent.get(encounter_id)
        if known is not None:
            open_ones = [one for one in of_one if not one.settled]
            _add_lines(known, rows_that_stand(open_ones, known.lines.get("line_id") or ()))
            continue
        (newest, _, _), *earlier = rows_that_stand(of_one)
        encounters.append(_as_history(newest, person))
        _add_lines(encounters[-1], earlier)


def rows_that_stand(
    told: Sequence[PastEncounter], sent: Sequence[str | None] | None = None
) -> Iterator[tuple[PastEncounter, PackedColumns, Sequence[int]]]:
    """Of all that was told of one encounter the rows that count, the newest word first.

    The newest word on a line is the one that stands; of what was told before, only lines that have an identifier
    can be told from it.

    Args:
        sent: the identifiers of the lines of a message that says more than all of it.
    """
    seen = {line for line in sent or () if line is not None}
    for place, one in enumerate(sorted(told, key=told_at, reverse=True)):
        lines = one.lines
        ids: Sequence[str | None] = lines.get("line_id") or ()
        if place or sent is not None:
            rows: Sequence[int] = [
                row for row, line in enumerate(ids) if line is not None and line not in seen
            ]
        else:
            rows = range(len(lines.get("item_code") or ()))
        seen.update(line for line in ids if line is not None)
        yield one, lines, rows


def told_at(one: PastEncounter) -> tuple[int, bytes]:
    """When something was told: which journal was read first decides nothing."""
    return one.as_of, one.told_by


def _as_history(one: PastEncounter, person: str) -> BilledEncounter:
    facts = {**one.facts, _OF_KEY: person}
    return BilledEncounter(-1, facts, one.lines, [], one.diagnoses, one.procedures, current=False)


def _add_lines(
    known: BilledEncounter, earlier: Iterable[tuple[PastEncounter, PackedColumns, Sequence[int]]]
) -> None:
    """Add rows of what was told before; all at once, for a long stay was told in many parts."""
    parts = [(lines, rows) for _, lines, rows in earlier if rows]
    if not parts:
        return
    size = _rows(known.lines)
    for name in known.lines.keys() | {name for lines, _ in parts for name in lines}:
        values = list(known.lines.get(name) or repeat(None, size))
        for lines, rows in parts:
            more = lines.get(name)
            values += repeat(None, len(rows)) if more is None else [more[row] for row in rows]
        known.lines[name] = values


def _rows(columns: Mapping[str, Sequence[Any]]) -> int:
    return max(map(len, columns.values()), default=0)


def with_call(past: Sequence[PastEncounter], new: PastEncounter) -> list[PastEncounter]:
    """All that was told of a person, and what is told of an encounter now; telling twice is telling once.

    Nothing else gives way to it yet: a bill may be taken back, and what was told before it stands again.
    """
    same = [one for one in past if one.told_by == new.told_by and one.encounter_id == new.encounter_id]
    if any(one.as_of > new.as_of for one in same):
        return list(past)
    return [*(one for one in past if one not in same), new]


def without_call(past: Sequence[PastEncounter], told_by: bytes) -> list[PastEncounter]:
    """The same when what a call told was taken back: orders that were not carried out, a bill that was not settled."""
    return [one for one in past if one.told_by != told_by]


def not_before(past: Sequence[PastEncounter], minute: int) -> list[PastEncounter]:
    """What is young enough to be asked for by any window."""
    return [one for one in past if (one.facts.get("ended_at") or one.facts["started_at"]) >= minute]


def keys_of(encounters: Sequence[BilledEncounter]) -> Collection[str]:
    """The lines that a message itself holds, by key."""
    return {key for one in encounters for key in one.lines.get("line_key") or ()}
