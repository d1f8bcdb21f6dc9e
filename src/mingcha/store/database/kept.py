"""What somebody keeps of a list, wherever they sign in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base


class KeptOfList(Base):
    """Of one user and one list: named sets of filters, and the columns that are not shown."""

    __tablename__ = "kept_of_lists"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    list_name: Mapped[str] = mapped_column(String(64), primary_key=True)
    sets: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    hidden: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
