"""Links to pages that stand in a hospital's own system: for one patient, to be opened once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, Moment, SealedText
from mingcha.store.keys import Sealed


class EmbeddedLink(Base):
    """A link; what it shows is sealed, because it says of whom."""

    __tablename__ = "embedded_links"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    institution_id: Mapped[str] = mapped_column(String(64))
    shown: Mapped[Sealed] = mapped_column(SealedText)
    ends_at: Mapped[datetime] = mapped_column(Moment, index=True)
    opened_at: Mapped[datetime | None] = mapped_column(Moment)
    # Whoever opened it may answer: the token alone may not any more.
    answer_hash: Mapped[str | None] = mapped_column(String(64))
    # Result → what was done about it; what is written beside stands in the feedback.
    answered: Mapped[dict[str, str]] = mapped_column(JSON)
