"""The file that a document came in."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Invalid, missing
from mingcha.access.permissions import Permission
from mingcha.access.trail import Action
from mingcha.library.documents.rows import articles_of, found_document, own_document, record_change
from mingcha.library.documents.shown import DocumentView, view_of
from mingcha.store.whole import whole_file

FOLDER = "basis"
MOST_FILE_BYTES = 6 * 1024 * 1024
# How a file begins that is what its name says.
_BEGINS = {
    ".pdf": (b"%PDF-",),
    ".docx": (b"PK\x03\x04",),
    ".doc": (b"\xd0\xcf\x11\xe0",),
    ".txt": (b"",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
}


def attach(access: Access, actor: Actor, document_id: UUID, name: str, content: bytes) -> DocumentView:
    """Keep the file that a document came in; it is what its name says, and lies under its digest.

    Raises:
        Invalid: of another kind, or too large.
    """
    actor.check_whole(Permission.BASIS_EDIT)
    suffix = Path(name).suffix.lower()
    if suffix not in _BEGINS or not content.startswith(_BEGINS[suffix]) or len(content) > MOST_FILE_BYTES:
        kinds = "、".join(kind.removeprefix(".") for kind in _BEGINS)
        raise Invalid(
            "附件的类型不对、内容与扩展名不符，或太大",
            where="file_name",
            remedy=f"请用 {kinds}，不超过 {MOST_FILE_BYTES // 1024 // 1024} MB",
        )
    digest = hashlib.sha256(content).hexdigest()
    with access.database.writing() as session:
        row = own_document(session, document_id)
        _keep(access.home / FOLDER / digest, content)
        row.file_name, row.file_digest = re.sub(r"[^\w.（）()〔〕《》-]", "_", Path(name).name)[-120:], digest
        row.changed_at, row.changed_by = access.now(), actor.login
        record_change(
            session, access, actor, Action.BASIS_CHANGED, row, {"title": row.title, "changed": ["file"]}
        )
        return view_of(row, len(articles_of(session, document_id)), access.today(), [])


def attachment(access: Access, actor: Actor, document_id: UUID) -> tuple[str, bytes]:
    """The file that a document came in, and its name.

    Raises:
        Missing: no such document, or it has none.
        Conflict: what lies in the folder is not what was kept.
    """
    actor.check(Permission.BASIS_VIEW)
    with access.database.reading() as session:
        row = found_document(session, document_id)
    path = access.home / FOLDER / (row.file_digest or "none")
    if row.file_name is None or not path.is_file():
        raise missing("这份附件")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != row.file_digest:
        raise Conflict("附件与存入时不一致，可能被改动过", remedy="请从备份恢复，或重新上传")
    return row.file_name, content


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as unfinished:
        unfinished.write_bytes(content)
