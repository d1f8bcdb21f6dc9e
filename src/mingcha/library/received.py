"""A file of knowledge on its way into a draft, and the empty template that people fill in."""

from __future__ import annotations

import tempfile
from pathlib import Path
from uuid import UUID, uuid4

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.permissions import Permission
from mingcha.domain.errors import InputError
from mingcha.ingest.knowledge.template import template
from mingcha.ingest.received.checking import Limits, check_content, check_name
from mingcha.library.bulk import FOLDER
from mingcha.library.drafts import EDITABLE, row_in
from mingcha.library.imports import Imported, take_in
from mingcha.library.reach import check_office

TEMPLATE = "知识模板.xlsx"
_READ = frozenset({".xlsx", ".xls", ".csv"})


class Receiving:
    """A file as it comes in, piece by piece; nothing of it is left behind.

    Raises:
        InputError: a name that cannot be kept.
        Conflict: the draft is not being edited.
    """

    def __init__(self, access: Access, actor: Actor, draft_id: UUID, name: str) -> None:
        check_office(actor, Permission.KNOWLEDGE_EDIT)
        self._access, self._actor, self._draft_id = access, actor, draft_id
        kept = check_name(name)
        if Path(kept).suffix.lower() not in _READ:
            raise InputError("不能导入这种文件", where=kept, remedy="知识表格应为 .xlsx、.xls 或 .csv")
        with access.database.reading() as session:
            row_in(session, draft_id, EDITABLE)
        (access.home / FOLDER).mkdir(parents=True, exist_ok=True)
        self._folder = tempfile.TemporaryDirectory(prefix=".incoming-", dir=access.home / FOLDER)
        self._path = Path(self._folder.name) / kept
        self._file = self._path.open("wb")

    def write(self, piece: bytes) -> None:
        """Take in a piece."""
        self._file.write(piece)

    def finish(self) -> Imported:
        """Check what has come in, and read it into the draft.

        Raises:
            InputError: it is not what it says, or has no known layout.
        """
        self._file.close()
        policy = self._access.policy
        try:
            check_content(
                self._path, Limits(policy.upload_bytes, policy.spreadsheet_bytes, policy.packed_at_most)
            )
            return take_in(self._access, self._actor, self._draft_id, self._path)
        except InputError as error:
            # Said of the name that people know, and not of where it lay here.
            where = error.where.replace(str(self._path), self._path.name)
            raise type(error)(error.what, where=where, remedy=error.remedy) from error

    def end(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._folder.cleanup()


def template_file(access: Access, actor: Actor) -> Path:
    """The empty template: one sheet a kind."""
    actor.check(Permission.KNOWLEDGE_VIEW)
    path = access.home / FOLDER / TEMPLATE
    path.parent.mkdir(parents=True, exist_ok=True)
    # Made anew each time: a newer version of the program knows more kinds.
    unfinished = path.with_name(f".{uuid4().hex}.xlsx")
    template(unfinished)
    return unfinished.rename(path)
