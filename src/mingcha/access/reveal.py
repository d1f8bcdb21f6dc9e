"""Showing a personal value whole: a right of its own, for a reason, and never without an entry in the trail."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid
from mingcha.access.permissions import Permission
from mingcha.access.personal import PersonalField, opened
from mingcha.access.trail import Action, record
from mingcha.access.users_known import user_within

_SHORTEST_REASON = 4


def reveal(
    access: Access, actor: Actor, user_id: UUID, fields: Sequence[PersonalField], reason: str
) -> dict[PersonalField, str | None]:
    """The values of a user in the actor's scope; what was asked, of whom and why stands in the trail before they go.

    Raises:
        Invalid: no reason is given.
    """
    if len(reason.strip()) < _SHORTEST_REASON:
        raise Invalid(
            "请写明查看的理由", where="reason", remedy=f"至少 {_SHORTEST_REASON} 个字，供审计员核对"
        )
    with access.database.writing() as session:
        found = user_within(session, access, actor, Permission.USERS_REVEAL, user_id)
        shown: dict[PersonalField, str | None] = {}
        for field in fields:
            sealed = getattr(found, field.value)
            shown[field] = None if sealed is None else opened(access.keys, field, found.id, sealed)
        details = {"fields": sorted(shown)}
        about = ("user", found.id)
        record(session, access, actor, Action.USER_REVEALED, about=about, reason=reason, details=details)
    return shown
