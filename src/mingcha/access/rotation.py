"""A new key for personal texts: everything sealed before is sealed anew, then the old keys can go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, Text, bindparam, select, type_coerce, update

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict
from mingcha.access.trail import Action, record
from mingcha.store.database.base import SealedText
from mingcha.store.database.tables import METADATA
from mingcha.store.journal.records import SUFFIX, journal_folder, oldest_key_of
from mingcha.store.keys import Sealed

_AT_ONCE = 5_000


@dataclass(frozen=True)
class Rotation:
    """What a rotation did."""

    key_id: str
    sealed_anew: int


def rotate(access: Access, actor: Actor) -> Rotation:
    """Begin a new key and seal every personal text with it; stopped in between, run it again to finish."""
    if not any(_sealed_before(access)):
        access.keyring.replace(access.keys.with_new_text_key())
    done = sum(_seal_anew(access, table, column) for table, column in sealed_columns())
    with access.database.writing() as session:
        details = {"key": access.keys.current, "texts": done}
        record(session, access, actor, Action.KEYS_ROTATED, details=details)
    return Rotation(access.keys.current, done)


def retire(access: Access, actor: Actor) -> list[str]:
    """Remove the keys that nothing is sealed with any more; returns their ids.

    Raises:
        Conflict: something is still sealed with one of them.
    """
    keys = access.keys
    if any(_sealed_before(access)):
        raise Conflict("还有个人信息用旧密钥加密", remedy="请先运行 mingcha keys rotate 到完成")
    if any(oldest_key_of(path) not in (None, keys.current) for path in _journals(access)):
        days = access.policy.journals_kept.days
        raise Conflict(
            "还有报文日志用旧密钥加密，移除了就读不出来", remedy=f"等它们清除以后（{days} 天）再运行"
        )
    retired = sorted(set(keys.texts) - {keys.current})
    access.keyring.replace(keys.with_current_text_key_only())
    with access.database.writing() as session:
        record(session, access, actor, Action.KEYS_ROTATED, details={"retired": retired})
    return retired


def _journals(access: Access) -> Iterator[Path]:
    return journal_folder(access.home).glob(f"*{SUFFIX}")


def sealed_columns() -> Iterator[tuple[Table, Column[Any]]]:
    """Every column of every table that holds personal texts."""
    for table in METADATA.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, SealedText):
                yield table, column


def _sealed_before(access: Access) -> Iterator[bool]:
    """Whether a column holds texts sealed with another key than the present one."""
    for table, column in sealed_columns():
        with access.database.reading() as session:
            old = _sealed_otherwise(column, access.keys.current)
            yield session.execute(select(table.c.id).where(old).limit(1)).first() is not None


def _sealed_otherwise(column: Column[Any], key_id: str) -> ColumnElement[bool]:
    return column.is_not(None) & ~type_coerce(column, Text).startswith(f"{key_id}:", autoescape=True)


def _seal_anew(access: Access, table: Table, column: Column[Any]) -> int:
    keys, done, last = access.keys, 0, None
    old = _sealed_otherwise(column, keys.current)
    again = update(table).where(table.c.id == bindparam("row")).values({column: bindparam("sealed")})
    while True:
        with access.database.writing() as session:
            query = select(table.c.id, column).where(old).order_by(table.c.id).limit(_AT_ONCE)
            if last is not None:
                # What was sealed anew is not looked through again: a register holds millions.
                query = query.where(table.c.id > last)
            rows = session.execute(query.with_for_update()).all()
            if rows:
                sealed = [
                    {"row": key, "sealed": keys.seal(keys.open(Sealed(text), about), about)}
                    for key, text in rows
                    for about in (f"{table.name}.{column.name}:{key}",)
                ]
                session.connection().execute(again, sealed)
                last = rows[-1].id
        if not rows:
            return done
        done += len(rows)
