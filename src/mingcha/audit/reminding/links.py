"""Links to pages in a hospital's own system, where nobody signs in: each for one patient, once, and soon over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import delete, select

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import AccessError
from mingcha.access.labelled import Labelled
from mingcha.access.secrets import hash_of, new_secret
from mingcha.access.trail import Action, record
from mingcha.store.database.embedded import EmbeddedLink

LASTS = timedelta(minutes=15)
ANSWERED_WITHIN = timedelta(hours=1)
_KEPT = timedelta(days=1)


class LinkOver(AccessError):
    """A link that shows nothing: unknown, opened before, or too old; which of them is not said."""

    code = "link_over"


class Page(Labelled):
    """What is shown."""

    REMINDER = "reminder", "事前提醒"
    AUDIT = "audit", "审核结果"
    CHARGING = "charging", "收费审核结果"


class Shown(msgspec.Struct, frozen=True):
    """What a link shows.

    Args:
        message_id: of the audit whose result it is.
        person_id, encounter_id, started_at, inpatient, and what follows: of whom one is reminded (see
            `asking.Asked`).
    """

    page: str
    message_id: str = ""
    person_id: str = ""
    encounter_id: str = ""
    started_at: datetime | None = None
    inpatient: bool = False
    items: tuple[str, ...] = ()
    department_id: str = ""
    main_diagnosis: str = ""
    procedures: tuple[str, ...] = ()
    disease_id: str = ""


@dataclass(frozen=True)
class Opened:
    """A link that was opened; `answer_key` lets whoever opened it answer.

    Args:
        answered: what was done about a result, in words.
    """

    link_id: UUID
    institution_id: str
    shown: Shown
    answer_key: str
    answered: dict[str, str]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Shown).decode


def make(access: Access, actor: Actor, institution_id: str, shown: Shown) -> tuple[str, datetime]:
    """A link for whoever asks; returns its token, which is kept nowhere, and when it is over."""
    token, now = new_secret(), access.now()
    with access.database.writing() as session:
        session.execute(delete(EmbeddedLink).where(EmbeddedLink.ends_at < now - _KEPT))
        row_id = uuid4()
        row = EmbeddedLink(
            id=row_id,
            token_hash=hash_of(token),
            institution_id=institution_id,
            shown=access.keys.seal(_encode(shown).decode(), _about(row_id)),
            ends_at=now + LASTS,
            answered={},
        )
        session.add(row)
        session.flush()
        details = {"institution": institution_id, "page": shown.page}
        record(session, access, actor, Action.LINK_MADE, about=("embedded", row.id), details=details)
    return token, now + LASTS


def open_link(access: Access, token: str) -> Opened:
    """What a link shows; afterwards it shows nothing any more.

    Raises:
        LinkOver: it is none, was opened, or is too old.
    """
    now, key = access.now(), new_secret()
    with access.database.writing() as session:
        query = select(EmbeddedLink).where(EmbeddedLink.token_hash == hash_of(token)).with_for_update()
        row = session.scalar(query)
        if row is None or row.opened_at is not None or row.ends_at <= now:
            raise _over()
        row.opened_at, row.answer_hash = now, hash_of(key)
        return _opened(access, row, key)


def opened(access: Access, key: str) -> Opened:
    """The link that somebody opened who answers now.

    Raises:
        LinkOver: nobody did, or too long ago.
    """
    with access.database.reading() as session:
        row = session.scalar(select(EmbeddedLink).where(EmbeddedLink.answer_hash == hash_of(key)))
        if row is None or row.opened_at is None or row.opened_at + ANSWERED_WITHIN <= access.now():
            raise _over()
        return _opened(access, row, key)


def note_answer(access: Access, found: Opened, result_id: str, words: str) -> Opened:
    """The link with one more answer."""
    with access.database.writing() as session:
        row = session.get_one(EmbeddedLink, found.link_id, with_for_update=True)
        row.answered = {**row.answered, result_id: words}
        return replace(found, answered=dict(row.answered))


def _opened(access: Access, row: EmbeddedLink, key: str) -> Opened:
    shown = _decode(access.keys.open(row.shown, _about(row.id)))
    return Opened(row.id, row.institution_id, shown, key, dict(row.answered))


def _over() -> LinkOver:
    return LinkOver("链接已经打开过或已过期", remedy="请在医生站重新打开")


def _about(row_id: UUID) -> str:
    # `keys rotate` names the row in the same way: table, column, key.
    return f"embedded_links.shown:{row_id}"
