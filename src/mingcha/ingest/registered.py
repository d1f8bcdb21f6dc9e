"""Imports of an installation: persons are entered into its register, and go on under their keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from mingcha.access.context import Access
from mingcha.access.persons import Told, enter
from mingcha.domain.claims import Person
from mingcha.ingest.clean import identifiers, stripped

NOT_KEPT = "（原文可能含个人信息，不保留；请按行号查看原文件）"
# Field of a source → what the register calls it.
_TOLD = {
    Person.person_name.name: "full_name",
    Person.certificate_number.name: "id_number",
    Person.phone.name: "phone",
}
_NUMBER, _KEY, _SAID = "number", "key", "said"


class Registered:
    """Persons of one import; who was seen in it once is not looked up again."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._known = pl.DataFrame(schema={_NUMBER: pl.Utf8, _KEY: pl.Utf8})
        self._said = pl.Series(_SAID, [], pl.UInt64)

    def wanted(self, of_person: Mapping[str, str]) -> list[str]:
        """All of them: the register keeps what sources tell."""
        return [of_person[field] for field in _TOLD if field in of_person]

    def enter(
        self, frame: pl.DataFrame, numbers: Iterable[str], of_person: Mapping[str, str]
    ) -> pl.DataFrame:
        """Person numbers become keys; names, ID numbers and phones stay in the register, sealed."""
        for place, column in enumerate(dict.fromkeys(numbers)):
            number = identifiers(frame[column], Person.person_id).alias(_NUMBER)
            told = pl.DataFrame([number, *(self._told(frame, of_person) if place == 0 else ())])
            self._learn(told)
            keys = told.join(self._known, on=_NUMBER, how="left", maintain_order="left")[_KEY]
            frame = frame.with_columns(keys.alias(column))
        return frame.drop(name for name in of_person.values() if name in frame.columns)

    def unread(self, text: str) -> str:
        """Nothing: a name may stand anywhere in it."""
        del text
        return NOT_KEPT

    def _told(self, frame: pl.DataFrame, of_person: Mapping[str, str]) -> list[pl.Series]:
        return [
            stripped(frame[of_person[field]]).alias(name)
            for field, name in _TOLD.items()
            if field in of_person and of_person[field] in frame.columns
        ]

    def _learn(self, told: pl.DataFrame) -> None:
        """Enter whoever, and whatever of somebody, this import has not told before; the last that is said counts."""
        said = told.select(pl.struct(pl.all()).hash().alias(_SAID)).to_series()
        rows = told.with_columns(said).filter(pl.col(_NUMBER).is_not_null())
        rows = rows.unique(_SAID, keep="first", maintain_order=True)
        # Not by the hash alone: two that shared one would leave somebody without a key.
        repeated = pl.col(_SAID).is_in(self._said.implode()) & pl.col(_NUMBER).is_in(
            self._known[_NUMBER].implode()
        )
        fresh = rows.filter(~repeated)
        if not fresh.height:
            return
        people = fresh.group_by(_NUMBER, maintain_order=True).agg(
            pl.col(name).drop_nulls().last() for name in told.columns if name != _NUMBER
        )
        entered = enter(self._access, (Told(**row) for row in people.iter_rows(named=True)))
        keys = people.select(_NUMBER).with_columns(pl.Series(_KEY, list(entered), pl.Utf8))
        self._known = pl.concat([self._known, keys.join(self._known, on=_NUMBER, how="anti")])
        self._said = pl.concat([self._said, fresh[_SAID]])
