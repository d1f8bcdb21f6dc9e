"""What is known of a person from earlier bills: one packed row each, so that a call waits for one look-up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Connection, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, Moment
from mingcha.store.database.engine import Database, Unavailable


class History(Base):
    """One person, by blind index; `packed` holds no name and no number of a person."""

    __tablename__ = "histories"

    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    packed: Mapped[bytes] = mapped_column(LargeBinary)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    # Whether it is in the sums of departments; not said by versions that had none.
    counted: Mapped[bool | None] = mapped_column(Boolean)


class HistoryReader:
    """Looks up one person at a time for a call that waits: past the mapper, on a connection that is kept.

    For one thread.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._query = f"SELECT packed FROM histories WHERE person = {'?' if database.is_sqlite else '%s'}"
        self._held: Connection | None = None

    def packed(self, person: str) -> bytes | None:
        """What is kept of a person.

        Raises:
            Unavailable: the database does not answer; the next question tries anew.
        """
        try:
            if self._held is None:
                self._held = self._connected()
            cursor = self._held.connection.cursor()
            cursor.execute(self._query, (person,))
            found = cursor.fetchone()
            cursor.close()
        except Exception as error:
            self.close()
            raise Unavailable("数据库没有响应", remedy="请检查数据库") from error
        return None if found is None else bytes(found[0])

    def close(self) -> None:
        """Let go of the connection."""
        if self._held is not None:
            self._held.invalidate()
            self._held = None

    def _connected(self) -> Connection:
        # Each question is a transaction of its own: what was drained since is seen.
        return self._database.engine.execution_options(isolation_level="AUTOCOMMIT").connect()
