"""Tables beside one bill: read from files like those of an import, and laid beside the encounters of a message."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from mingcha.domain.claims import Encounter, Line, Person
from mingcha.domain.schema import OPTIONAL_TABLES
from mingcha.ingest.beside.tables import Beside
from mingcha.ingest.claims import sources_of
from mingcha.ingest.message_files import KIND, MessageFile
from mingcha.ingest.messages import BilledEncounter
from mingcha.ingest.notes import Notes, Rejects
from mingcha.ingest.orders import UNTIL
from mingcha.ingest.persons import AS_WRITTEN
from mingcha.ingest.reading import Stores, read_chunk
from mingcha.ingest.records import Records, is_record
from mingcha.ingest.report import TableReport
from mingcha.ingest.sources import MESSAGES, files_of
from mingcha.ingest.visit_names import PLATFORMS
from mingcha.store.columns import columns_of, conform, resolved_of

_ENCOUNTER = {**columns_of(Person, Encounter), **resolved_of(Person, Encounter)}
_LINE = {**columns_of(Line), **resolved_of(Line)}
_LINE_READ = (
    "item_code", "doctor_id", "charged_at", "approved", "antibiotic_right", "order_id", "stopped_at",
)  # fmt: skip


def read_beside(inputs: Sequence[Path]) -> Beside:
    """The tables of optional facts in these files, folders and messages; what is no such table is left aside.

    Raises:
        InputError: a file that cannot be read as what it claims to be.
    """
    files, _ = files_of(inputs)
    notes = Notes()
    with TemporaryDirectory() as folder, Rejects(Path(folder) / "rejects.csv", notes) as rejects:
        stores = Stores(Path(folder), 1)
        for path in (path for path in files if path.suffix.lower() in MESSAGES):
            _read_records(path, stores, notes, rejects)
        for source in sources_of([path for path in files if path.suffix.lower() not in MESSAGES], []):
            if source.recognition.primary in OPTIONAL_TABLES.values():
                for chunk in source.table.chunks(source.used_columns()):
                    read_chunk(source, chunk, stores, notes, rejects)
        tables = {
            entity: conform(store.take(0), columns_of(entity)) for entity, store in stores.optional.items()
        }
    return Beside(tables)


def _read_records(path: Path, stores: Stores, notes: Notes, rejects: Rejects) -> None:
    """Read what messages tell beside bills; bills themselves are no such message."""
    file = MessageFile(path)
    records = Records(path, TableReport(file.label, KIND), 0, PLATFORMS)
    for place, content in enumerate(file.messages(), 1):
        if is_record(content):
            records.add(content, place)
    records.store(stores, notes, rejects, AS_WRITTEN)


def told_by(encounters: Sequence[BilledEncounter]) -> frozenset[str]:
    """The optional tables whose facts these bills tell themselves."""
    return frozenset(("orders",) if any(UNTIL in one.lines for one in encounters) else ())


def lay_beside(encounters: Sequence[BilledEncounter], beside: Beside) -> None:
    """Add to the encounters of a message what the tables say of them and of their lines."""
    if not (beside.tables and encounters):
        return
    stated = [{name: one.facts.get(name) for name in _ENCOUNTER} for one in encounters]
    resolved = beside.of_encounters(pl.DataFrame(stated, schema=_ENCOUNTER))
    for number, (one, facts) in enumerate(zip(encounters, resolved.iter_rows(named=True), strict=True)):
        one.facts.update({name: value for name, value in facts.items() if value is not None})
        _lay_beside_lines(one, resolved[number], beside)


def _lay_beside_lines(one: BilledEncounter, encounter: pl.DataFrame, beside: Beside) -> None:
    read = {name: one.lines[name] for name in _LINE_READ if one.lines.get(name)}
    if "item_code" not in read:
        return
    lines = pl.DataFrame(read, schema={name: _LINE[name] for name in read}).with_columns(enc=pl.lit(0))
    resolved = beside.of_lines(lines, encounter)
    one.lines.update({name: resolved[name].to_list() for name in resolved.columns if name != "enc"})
