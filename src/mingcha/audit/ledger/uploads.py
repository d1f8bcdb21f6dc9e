"""Files that people upload to be imported: each upload a folder of its own, for its maker alone."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.belonging import do_place
from mingcha.access.context import Access
from mingcha.access.errors import Invalid, missing
from mingcha.access.permissions import Permission
from mingcha.audit.ledger.folders import upload_folder
from mingcha.store.database.runs import Upload


def begin(access: Access, actor: Actor) -> UUID:
    """A new, empty upload."""
    actor.check(Permission.DATA_IMPORT)
    with access.database.writing() as session:
        row = Upload(created_at=access.now())
        do_place(session, access, actor, row)
        session.add(row)
        session.flush()
        files_folder(access, row.id).mkdir(parents=True)
        return row.id


def check_upload(session: Session, actor: Actor, upload_id: UUID) -> Upload:
    """The actor's own upload; what others uploaded holds names and numbers, and is nobody else's.

    Raises:
        Missing: the actor has none of this number.
    """
    actor.check(Permission.DATA_IMPORT)
    own = select(Upload).where(Upload.id == upload_id)
    if not actor.console:
        own = own.where(Upload.created_by == actor.user_id)
    found = session.scalar(own)
    if found is None:
        raise missing("这次上传")
    return found


def check_not_empty(access: Access, actor: Actor, upload_id: UUID) -> None:
    """Refuse an upload that nothing can be imported from.

    Raises:
        Missing: the actor has none of this number.
        Invalid: there is no file in it.
    """
    with access.database.reading() as session:
        check_upload(session, actor, upload_id)
    if not any(files_folder(access, upload_id).glob("*")):
        raise Invalid("还没有上传文件", where="upload_id", remedy="请先上传要导入的文件")


def files_folder(access: Access, upload_id: UUID) -> Path:
    """Where the files themselves lie."""
    return upload_folder(access, upload_id) / "files"


def mapping_file(access: Access, upload_id: UUID) -> Path:
    """What the columns of these files mean, where somebody said so."""
    return upload_folder(access, upload_id) / "mapping.yaml"
