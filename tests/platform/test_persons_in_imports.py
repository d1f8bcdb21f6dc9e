"""Imports of an installation: the register learns who is told of, and nothing of it lies anywhere else."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from mingcha.access.context import Access
from mingcha.access.personal import PersonField
from mingcha.access.persons import values_of, with_keys
from mingcha.ingest.claims import import_claims
from mingcha.ingest.registered import NOT_KEPT, Registered
from mingcha.store.lake import Lake

NAMES = ("欧阳建国", "赫连春花", "司徒大海")
NUMBERS = ("350100000000000001", "350100000000000002", "350100000000000003")
ID_NUMBERS = ("35010219800101123X", "350102199002023456", "350102197003034567")
PHONES = ("13805917788", "13905917799", "13705917766")
HEADS = (
    *("psn_no", "psn_name", "certno", "tel", "gend", "mdtrt_id", "fixmedins_code", "begntime", "insutype"),
    *("feedetl_sn", "med_list_codg", "fee_ocur_time", "cnt", "pric", "det_item_fee_sumamt"),
)


def line(person: int, number: int, **more: str) -> dict[str, str]:
    values = (
        *(NUMBERS[person], NAMES[person], ID_NUMBERS[person], PHONES[person]),
        *("1", f"E{person}", "H1", "2026-03-01 08:00:00", "310"),
        *(f"L{number}", "X01", "2026-03-01 09:30:00", "2", "1.50", "3.00"),
    )
    return {**dict(zip(HEADS, values, strict=True)), **more}


def table(path: Path, rows: Sequence[dict[str, str]], broken: str = "") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADS)
        writer.writeheader()
        writer.writerows(rows)
        file.write(broken)
    return path


def message(person: int, encounter: str) -> dict[str, object]:
    sent = {
        "mdtrt_id": encounter,
        "medins_id": "H2",
        "adm_date": "2026-03-02 08:00:00",
        "fsi_order_dtos": [
            {
                "rx_id": f"R{encounter}",
                "hilist_code": "X01",
                "cnt": "1",
                "pric": "1.50",
                "sumamt": "1.50",
                "drord_begn_date": "2026-03-02 09:00:00",
            }
        ],
    }
    patient = {
        "patn_id": NUMBERS[person],
        "patn_name": NAMES[person],
        "curr_mdtrt_id": encounter,
        "fsi_encounter_dtos": [sent],
    }
    return {"infno": "3101", "input": {"data": {"patient_dtos": [patient]}}}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with all ways in which names reach an import, also in rows that cannot be accepted."""
    folder = tmp_path / "files"
    folder.mkdir()
    rows = [line(0, 1), line(1, 2), line(1, 3, cnt="两支"), line(1, 4, med_list_codg="")]
    too_many = f"{NUMBERS[0]},{NAMES[0]},{ID_NUMBERS[0]}" + ",多" * 20
    table(folder / "lines.csv", rows, broken=too_many + "\n")
    unreadable = {"patn_name": NAMES[2]}
    sent = [json.dumps(one, ensure_ascii=False) for one in (message(2, "E7"), unreadable)]
    (folder / "messages.ndjson").write_text("\n".join(sent), "utf-8")
    return folder


def imported(access: Access, files: Path, out: Path) -> Lake:
    import_claims([files], out, persons=Registered(access))
    return Lake(out)


def everything_in(folder: Path) -> str:
    """All that a dataset holds, as text: cells of tables and files as they are."""
    texts = []
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            texts.append(json.dumps(pl.read_parquet(path).to_dicts(), ensure_ascii=False, default=str))
        elif path.is_file():
            texts.append(path.read_text("utf-8"))
    return "\n".join(texts)


def test_no_name_number_or_telephone_lies_in_a_dataset_its_rejects_or_its_notes(
    access: Access, files: Path, tmp_path: Path
) -> None:
    lake = imported(access, files, tmp_path / "dataset")
    whole = everything_in(lake.path)
    assert "RE7" in whole  # what is looked through is what was imported
    assert NOT_KEPT in whole
    assert not [value for value in (*NAMES, *NUMBERS, *ID_NUMBERS, *PHONES) if value in whole]


def test_the_register_knows_whom_the_files_tell_of(access: Access, files: Path, tmp_path: Path) -> None:
    lake = imported(access, files, tmp_path / "dataset")
    encounters = lake.read_bucket(0).encounters
    with access.database.reading() as session:
        rows = with_keys(session, encounters["person_id"])
        known = {key: values_of(access, row, list(PersonField)) for key, row in rows.items()}
    told = {
        encounter: tuple(known[key].values())
        for encounter, key in encounters.select("encounter_id", "person_id").iter_rows()
    }
    assert told["E0"] == (NUMBERS[0], NAMES[0], ID_NUMBERS[0], PHONES[0])
    assert told["E7"] == (NUMBERS[2], NAMES[2], None, None)


def test_the_same_files_give_the_same_dataset_again(access: Access, files: Path, tmp_path: Path) -> None:
    first, second = (imported(access, files, tmp_path / name) for name in ("first", "second"))
    assert everything_in(first.path) == everything_in(second.path)


def in_order(rows: pl.DataFrame, key: str) -> pl.DataFrame:
    return rows.select(pl.exclude("person", "enc")).sort(key)


def test_a_dataset_differs_from_that_of_the_command_line_in_what_persons_are_called_alone(
    access: Access, files: Path, tmp_path: Path
) -> None:
    registered = imported(access, files, tmp_path / "registered")
    import_claims([files], tmp_path / "written")
    written = Lake(tmp_path / "written")
    called = dict(
        registered.read_bucket(0)
        .encounters.join(written.read_bucket(0).encounters, on="encounter_id", suffix="_written")
        .select("person_id_written", "person_id")
        .iter_rows()
    )
    assert len(set(called.values())) == len(called) == 3
    ours, theirs = written.read_bucket(0), registered.read_bucket(0)
    renamed = ours.encounters.with_columns(pl.col("person_id").replace_strict(called))
    # Persons are sorted by what they are called: the rows stand in another order.
    assert in_order(renamed, "encounter_id").equals(in_order(theirs.encounters, "encounter_id"))
    assert in_order(ours.lines, "line_key").equals(in_order(theirs.lines, "line_key"))
    assert written.quality().equals(registered.quality())


def test_rejected_rows_come_again_under_the_key_and_are_the_same_person(
    access: Access, files: Path, tmp_path: Path
) -> None:
    lake = imported(access, files, tmp_path / "dataset")
    rejects = pl.read_csv(lake.path / "rejects.csv")
    sources = [
        json.loads(text)
        for text in rejects.filter(pl.col("file") == "lines.csv")["source"]
        if text != NOT_KEPT
    ]
    mended = [{**row, "med_list_codg": "X01", "cnt": "2"} for row in sources]
    with (tmp_path / "again.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(mended[0]))
        writer.writeheader()
        writer.writerows(mended)
    again = imported(access, tmp_path / "again.csv", tmp_path / "second")
    before = set(lake.read_bucket(0).encounters["person_id"])
    assert set(again.read_bucket(0).encounters["person_id"]) <= before
