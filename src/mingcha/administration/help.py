"""Help texts that an installation writes for its own people, in place of those built in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.permissions import Permission
from mingcha.access.trail import Action, record
from mingcha.store.database.administration import HelpText


@dataclass(frozen=True)
class HelpPart:
    """A heading and what stands under it."""

    title: str
    text: str


def own_help(access: Access) -> dict[str, list[HelpPart]]:
    """The screens whose help was rewritten, and what it says now."""
    with access.database.reading() as session:
        return {
            row.screen: [HelpPart(**part) for part in row.parts] for row in session.scalars(select(HelpText))
        }


def rewrite(access: Access, actor: Actor, screen: str, parts: Sequence[HelpPart]) -> None:
    """Let the help of a screen say this; nothing brings back what is built in."""
    actor.check_whole(Permission.SETTINGS_EDIT)
    written = [asdict(part) for part in parts]
    with access.database.writing() as session:
        row = session.get(HelpText, screen, with_for_update=True)
        if (row.parts if row is not None else []) == written:
            return
        if not written:
            session.delete(row)
        elif row is None:
            session.add(
                HelpText(screen=screen, parts=written, changed_at=access.now(), changed_by=actor.login)
            )
        else:
            row.parts, row.changed_at, row.changed_by = written, access.now(), actor.login
        details = {"parts": [part.title for part in parts]}
        record(session, access, actor, Action.HELP_CHANGED, about=("help", screen), details=details)
