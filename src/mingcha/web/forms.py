"""What forms have in common: texts without control characters, no unknown fields, one way to ask for a page."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from mingcha.access.listing import Listing, Page

T = TypeVar("T")
# PostgreSQL takes no NUL, and people write no control characters.
PRINTED = r"^[^\x00-\x1f\x7f]*$"

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PRINTED)]
ShortLine = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=PRINTED)
]
Text = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=20_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$"
    ),
]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\s\x00-\x1f\x7f/\\]+$")]
Login = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{1,63}$")]
Number = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z+() -]{5,32}$")]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=4, max_length=500, pattern=PRINTED)
]
Password = Annotated[SecretStr, Field(min_length=1, max_length=256)]
Secret = Annotated[SecretStr, Field(min_length=1, max_length=128)]


class Form(BaseModel):
    """What a client sends."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class ReasonForm(Form):
    """Why something is done; it stands in the trail."""

    reason: Reason


class Listed(BaseModel, Generic[T]):
    """One page of a list, and how many there are in all."""

    items: list[T]
    total: int


def _listing(
    page: Annotated[int, Query(ge=1, le=1_000_000, description="第几页")] = 1,
    size: Annotated[int, Query(ge=1, le=100, description="每页几条")] = 20,
    sort: Annotated[
        str, Query(max_length=200, pattern=PRINTED, description="排序字段，逗号分隔，前加 - 为倒序")
    ] = "",
) -> Listing:
    return Listing(page, size, sort)


Paging = Annotated[Listing, Depends(_listing)]


def listed(page: Page[Any]) -> dict[str, Any]:
    """A page as it is sent."""
    return {"items": page.items, "total": page.total}
