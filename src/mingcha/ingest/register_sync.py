"""A hospital's list of units or staff as it was sent: looked at, then applied to the tree just as it was looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from mingcha.access import synchronising
from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.differences import SaidList
from mingcha.access.synchronising import Applied, SyncPreview
from mingcha.ingest.registers import ReadColumn, Register, Rejected, fields_of, read_register


@dataclass(frozen=True)
class Sent:
    """A file, and what somebody says of it.

    Args:
        on: from which day it holds.
        whole: it names everybody of the kinds that stand in it.
        mapping: column to field, or to none, where somebody says so.
    """

    name: str
    content: bytes = field(repr=False)
    on: date
    whole: bool
    mapping: Mapping[str, str | None]


@dataclass(frozen=True)
class Looked:
    """What was read of a file, and what it would change."""

    list_of: str
    columns: list[ReadColumn]
    fields: dict[str, str]
    rows: int
    rejected: list[Rejected]
    preview: SyncPreview


def look(access: Access, actor: Actor, institution_id: UUID, sent: Sent) -> Looked:
    """What a file would change in the actor's institution; nothing is kept of it.

    Raises:
        Missing: no such institution in the scope.
        InputError: it is no list of units or staff.
    """
    synchronising.check_institution(access, actor, institution_id)
    register = _read(sent)
    preview = synchronising.preview(access, actor, institution_id, _said(register, sent))
    entity = register.entity
    return Looked(
        entity.label, register.columns, fields_of(entity), len(register.said), register.rejected, preview
    )


def take_over(access: Access, actor: Actor, institution_id: UUID, sent: Sent, digest: str) -> Applied:
    """Apply a file that was looked at.

    Raises:
        Conflict: something else would happen than was shown.
    """
    synchronising.check_institution(access, actor, institution_id)
    said = _said(_read(sent), sent)
    return synchronising.apply(access, actor, institution_id, said, digest, sent.name)


def _read(sent: Sent) -> Register:
    return read_register(sent.name, sent.content, sent.mapping, likely=True)


def _said(register: Register, sent: Sent) -> SaidList:
    return SaidList(register.said, sent.on, sent.whole)
