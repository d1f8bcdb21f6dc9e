"""What belongs to a place: the codes of where its maker stood when it was made."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column


class Placed:
    """Who made it, and from where; what a data scope is compared with. Nobody's is whoever sees everything's."""

    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    region_code: Mapped[str | None] = mapped_column(String(6), index=True)
    institution_code: Mapped[str | None] = mapped_column(String(64))
    department_code: Mapped[str | None] = mapped_column(String(64))
    doctor_code: Mapped[str | None] = mapped_column(String(64))
