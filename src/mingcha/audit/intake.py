"""From what a user names to a dataset: a dataset as it is, anything else is imported first, once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mingcha import __version__
from mingcha.audit.outputs import read_json, sha256_of, write_json
from mingcha.ingest.claims import import_claims
from mingcha.ingest.report import ImportReport
from mingcha.ingest.sources import files_of
from mingcha.store.lake import MANIFEST

ImportProgress = Callable[[str, int, int], None]
FOLDER = "dataset"
RECORD = "import.json"


@dataclass(frozen=True)
class Intake:
    """The dataset to be audited, and what its import reported if it was imported just now."""

    dataset: Path
    imported: ImportReport | None = None


def is_dataset(path: Path) -> bool:
    """Whether a folder holds a dataset (or what claims to be one)."""
    return (path / MANIFEST).is_file() and (path / "items.parquet").is_file()


def take_in(
    inputs: Sequence[Path],
    out: Path,
    *,
    mapping: Path | None = None,
    progress: ImportProgress | None = None,
) -> Intake:
    """The dataset that these inputs name; claims in files are imported into `out`/dataset.

    The same files that an interrupted run has imported there before are not imported again.

    Raises:
        InputError: a file that cannot be read.
    """
    if len(inputs) == 1 and is_dataset(inputs[0]):
        return Intake(inputs[0])
    dataset, record = out / FOLDER, out / RECORD
    sources = _sources(inputs, mapping)
    if is_dataset(dataset) and read_json(record) == sources:
        return Intake(dataset)
    record.unlink(missing_ok=True)
    report = import_claims(inputs, dataset, mapping, progress)
    write_json(record, sources)
    return Intake(dataset, report)


def _sources(inputs: Sequence[Path], mapping: Path | None) -> dict[str, Any]:
    files, _ = files_of(inputs)
    digests = {str(path): sha256_of(path) for path in files}
    return {
        "version": __version__,
        "inputs": digests,
        "mapping": hashlib.sha256(mapping.read_bytes()).hexdigest()
        if mapping and mapping.is_file()
        else None,
    }
