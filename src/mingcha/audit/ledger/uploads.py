"""Files that people upload to be imported: each upload a folder of its own, for its maker alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.belonging import do_place
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Invalid, TooLarge, missing
from mingcha.access.permissions import Permission
from mingcha.access.trail import Action, record
from mingcha.audit.ledger.folders import upload_folder
from mingcha.audit.ledger.runs import Status
from mingcha.domain.errors import InputError
from mingcha.ingest.mapping import Recipe, load_mapping
from mingcha.ingest.received.checking import ARCHIVES, Limits, check_content, check_name
from mingcha.ingest.received.preview import Preview, preview
from mingcha.ingest.received.unpacking import unpack
from mingcha.store.database.runs import Run, Upload

CHECK_COLUMNS = "请在“数据导入”里逐列核对，为没有认出的列选好含义，再开始导入"


@dataclass(frozen=True)
class UploadedFile:
    """A file that has come in whole."""

    name: str
    size: int


@dataclass(frozen=True)
class MappedTable:
    """What somebody says of the columns of a file, or of one of its sheets.

    Args:
        columns: by column the field that it means (Entity.field); nothing where it is not to be read.
    """

    file: str
    sheet: str
    columns: Mapping[str, str]


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
    if not files_of_upload(access, actor, upload_id):
        raise Invalid("还没有上传文件", where="upload_id", remedy="请先上传要导入的文件")


def files_of_upload(access: Access, actor: Actor, upload_id: UUID) -> list[UploadedFile]:
    """The files of the actor's own upload."""
    with access.database.reading() as session:
        check_upload(session, actor, upload_id)
    paths = sorted(path for path in files_folder(access, upload_id).glob("*") if path.name[0] != ".")
    return [UploadedFile(path.name, path.stat().st_size) for path in paths]


class Receiving:
    """A file on its way in; it lies under its name once it is whole and checked, and not at all otherwise.

    Raises:
        Missing: the actor has no such upload.
        InputError: a name that cannot be kept.
        Conflict: a file of this name is there.
    """

    def __init__(self, access: Access, actor: Actor, upload_id: UUID, name: str) -> None:
        there = files_of_upload(access, actor, upload_id)
        self._access, self._actor, self._upload_id = access, actor, upload_id
        self._name = check_name(name)
        self._folder = files_folder(access, upload_id)
        self._left = access.policy.upload_bytes - sum(file.size for file in there)
        self._files_left = access.policy.upload_files - len(there)
        if self._files_left < 1:
            raise TooLarge(f"一次上传最多 {access.policy.upload_files} 个文件", remedy="请合并，或分几次导入")
        check_free(self._folder, self._name)
        # Hidden, and with the ending by which its content is checked.
        self._unfinished = self._folder / f".{uuid4().hex}{Path(self._name).suffix.lower()}"
        self._file = self._unfinished.open("wb")

    def write(self, piece: bytes) -> None:
        """Take in a piece.

        Raises:
            TooLarge: that is more than an upload may hold.
        """
        self._left -= len(piece)
        if self._left < 0:
            most = self._access.policy.upload_bytes // 2**20
            raise TooLarge(
                f"这次上传超过了 {most:,} MB",
                where=self._name,
                remedy="请分几次导入，或请系统管理员调整 MINGCHA_UPLOAD_MB",
            )
        self._file.write(piece)

    def finish(self) -> list[UploadedFile]:
        """Check what has come in and keep it; an archive becomes the files in it.

        Raises:
            InputError: it is not what it says, or becomes too much.
        """
        self._file.close()
        policy = self._access.policy
        limits = Limits(self._left, policy.spreadsheet_bytes, policy.packed_at_most)
        try:
            check_content(self._unfinished, limits)
            kept = self._kept(limits)
        except InputError as error:
            # Said of the name that people know.
            where = error.where.replace(self._unfinished.name, self._name)
            raise InputError(error.what, where=where, remedy=error.remedy) from error
        files = [UploadedFile(path.name, path.stat().st_size) for path in kept]
        with self._access.database.writing() as session:
            details = {"files": [file.name for file in files], "bytes": sum(file.size for file in files)}
            about = ("upload", self._upload_id)
            record(session, self._access, self._actor, Action.FILE_UPLOADED, about=about, details=details)
        return files

    def _kept(self, limits: Limits) -> list[Path]:
        if self._unfinished.suffix in ARCHIVES:
            return unpack(self._unfinished, self._folder, limits, self._files_left)
        check_free(self._folder, self._name)
        return [self._unfinished.replace(self._folder / self._name)]

    def end(self) -> None:
        """Let go; what is not whole is not kept."""
        self._file.close()
        self._unfinished.unlink(missing_ok=True)


def check_free(folder: Path, name: str) -> None:
    """Refuse a second file of a name.

    Raises:
        Conflict: there is one.
    """
    if (folder / name).exists():
        raise Conflict("已经上传过同名的文件", where=name, remedy="请先移除原来的，或改名后再上传")


def remove_file(access: Access, actor: Actor, upload_id: UUID, name: str) -> None:
    """Take a file out of the actor's own upload."""
    if name not in {file.name for file in files_of_upload(access, actor, upload_id)}:
        raise missing("这个文件")
    (files_folder(access, upload_id) / name).unlink(missing_ok=True)


def tables_of(access: Access, actor: Actor, upload_id: UUID) -> Preview:
    """What is in the files of the actor's own upload, read as the mapping says."""
    files = files_of_upload(access, actor, upload_id)
    folder, recipes = files_folder(access, upload_id), _recipes(access, upload_id)
    return preview([folder / file.name for file in files], recipes, CHECK_COLUMNS)


def map_columns(access: Access, actor: Actor, upload_id: UUID, tables: Sequence[MappedTable]) -> Preview:
    """Say what columns mean, in place of what was said before; returns how the files are read by it.

    Raises:
        InputError: a field that there is not.
    """
    files_of_upload(access, actor, upload_id)
    entries: list[dict[str, Any]] = [
        {
            "match": escape(table.file),
            **({"sheet": table.sheet} if table.sheet else {}),
            "columns": {column: meant or None for column, meant in table.columns.items()},
        }
        for table in tables
        if table.columns
    ]
    target = mapping_file(access, upload_id)
    if not entries:
        target.unlink(missing_ok=True)
        return tables_of(access, actor, upload_id)
    unfinished = target.with_name(f".{uuid4().hex}.yaml")
    try:
        unfinished.write_text(json.dumps({"files": entries}, ensure_ascii=False, indent=1), "utf-8")
        load_mapping(unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return tables_of(access, actor, upload_id)


def mapping_of(access: Access, uploads: Sequence[UUID]) -> Path | None:
    """The mapping file that holds for these uploads together; what was said last counts first."""
    said = [mapping_file(access, upload_id) for upload_id in reversed(uploads)]
    there = [path for path in said if path.is_file()]
    if len(there) < 2:
        return there[0] if there else None
    entries = [entry for path in there for entry in json.loads(path.read_text("utf-8"))["files"]]
    together = there[0].with_name("mapping-together.yaml")
    together.write_text(json.dumps({"files": entries}, ensure_ascii=False, indent=1), "utf-8")
    return together


def _recipes(access: Access, upload_id: UUID) -> list[Recipe]:
    mapping = mapping_file(access, upload_id)
    return load_mapping(mapping) if mapping.is_file() else []


def forget_old_uploads(access: Access) -> int:
    """Remove uploads that nobody needs any more: what lies in them are people's names; returns how many."""
    begun_before = access.now() - access.policy.uploads_kept
    needed = select(Run.parameters).where(Run.status.in_((Status.WAITING, Status.RUNNING)))
    with access.database.writing() as session:
        in_use = {str(parameters.get("upload_id")) for parameters in session.scalars(needed)}
        old = session.scalars(select(Upload.id).where(Upload.created_at < begun_before)).all()
        gone = [upload_id for upload_id in old if str(upload_id) not in in_use]
        session.execute(delete(Upload).where(Upload.id.in_(gone)))
    for upload_id in gone:
        shutil.rmtree(upload_folder(access, upload_id), ignore_errors=True)
    return len(gone)


def files_folder(access: Access, upload_id: UUID) -> Path:
    """Where the files themselves lie."""
    return upload_folder(access, upload_id) / "files"


def mapping_file(access: Access, upload_id: UUID) -> Path:
    """What the columns of these files mean, where somebody said so."""
    return upload_folder(access, upload_id) / "mapping.yaml"
