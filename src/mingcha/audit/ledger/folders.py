"""Where the files of uploads, datasets, runs and exports lie in the data folder."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from mingcha.access.context import Access


def upload_folder(access: Access, upload_id: UUID) -> Path:
    """The files of an upload."""
    return access.home / "uploads" / str(upload_id)


def dataset_folder(access: Access, dataset_id: UUID) -> Path:
    """A dataset (see `mingcha.store.lake`)."""
    return access.home / "datasets" / str(dataset_id)


def run_folder(access: Access, run_id: UUID) -> Path:
    """The results of an audit (see `mingcha.audit.run`)."""
    return access.home / "runs" / str(run_id)


def export_folder(access: Access, run_id: UUID) -> Path:
    """The file that an export made."""
    return access.home / "exports" / str(run_id)
