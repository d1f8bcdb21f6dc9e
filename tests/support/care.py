"""A dataset of an installation: some persons' care in the two hospitals of the town, entered into the register."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from mingcha.access.context import Access
from mingcha.ingest.claims import import_claims
from mingcha.ingest.registered import Registered
from mingcha.store.lake import Lake

DATASET = UUID("00000000-0000-4000-8000-000000000001")
REGIONS = {"H1": "350102", "H2": "350103"}
# Person number → name, ID number, telephone.
PERSONS = {
    "350100000001": ("欧阳建国", "35010219800101123X", "13805917788"),  # treated in both hospitals
    "350100000002": ("赫连春花", "350102199002023456", "13905917799"),  # in H1 only
    "350100000003": ("赫连春花", "350102197003034567", "13705917766"),  # in H2 only, of the same name
}
METFORMIN, DRESSING, STAY = "XA10BAE044A001010101", "001204000070000", "001102000010000"
Row = dict[str, str]


def line(person: str, encounter: str, hospital: str, day: str, item: str, **more: str) -> Row:
    """One wide row: person, encounter, line."""
    name, id_number, phone = PERSONS[person]
    return {
        "psn_no": person,
        "psn_name": name,
        "certno": id_number,
        "tel": phone,
        "gend": "1",
        "brdy": "1980-01-01",
        "mdtrt_id": encounter,
        "fixmedins_code": hospital,
        "fixmedins_name": f"医院{hospital}",
        "fix_blng_admdvs": REGIONS[hospital],
        "begntime": f"{day} 08:00:00",
        "insutype": "310",
        "med_type": "11",
        "adm_dept_codg": f"{hospital}-内科",
        "adm_dept_name": "内科",
        "dr_codg": f"D-{hospital}-内科",
        "feedetl_sn": f"{encounter}-{item[:5]}-{day}",
        "med_list_codg": item,
        "med_list_name": {METFORMIN: "二甲双胍片", DRESSING: "静脉输液", STAY: "住院诊查费"}[item],
        "fee_ocur_time": f"{day} 09:30:00",
        "cnt": "2",
        "pric": "10.00",
        "det_item_fee_sumamt": "20.00",
        **more,
    }


def ordinary() -> list[Row]:
    """A visit with medication, a stay elsewhere ten days later, medication again; and a visit of each other person."""
    both, first, second = PERSONS
    stay = {"med_type": "21", "endtime": "2026-01-15 10:00:00"}
    again = {"med_type": "21", "endtime": "2026-01-22 10:00:00"}
    surgery = {"bilg_dept_codg": "H1-外科", "bilg_dept_name": "外科", "bilg_dr_codg": "D-H1-外科"}
    return [
        line(both, "E1", "H1", "2026-01-01", METFORMIN, prd_days="30"),
        line(both, "E1", "H1", "2026-01-01", DRESSING, **surgery),
        line(both, "E2", "H2", "2026-01-11", STAY, **stay),
        line(both, "E3", "H1", "2026-01-18", STAY, **again),
        line(both, "E4", "H2", "2026-01-25", METFORMIN, prd_days="30"),
        line(first, "E5", "H1", "2026-02-01", DRESSING),
        line(second, "E6", "H2", "2026-02-02", DRESSING),
    ]


@dataclass(frozen=True)
class Cared:
    """The dataset, and by person number the key in it."""

    lake: Lake
    keys: Mapping[str, str]


def cared(access: Access, rows: Iterable[Row] | None = None, dataset: UUID = DATASET) -> Cared:
    """Import rows into the installation."""
    rows = list(ordinary() if rows is None else rows)
    folder = access.home / "datasets" / str(dataset)
    folder.parent.mkdir(exist_ok=True)
    source = access.home / f"{dataset}.csv"
    write(source, rows)
    import_claims([source], folder, persons=Registered(access))
    lake = Lake(folder)
    persons = {row["mdtrt_id"]: row["psn_no"] for row in rows}
    keys = {}
    for bucket in lake.buckets:
        told = lake.read_bucket(bucket, encounters=["encounter_id", "person_id"]).encounters
        keys |= {persons[encounter]: key for encounter, key in told.iter_rows()}
    return Cared(lake, keys)


def write(path: Path, rows: list[Row]) -> None:
    """Rows as CSV."""
    heads = list(dict.fromkeys(head for row in rows for head in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, heads)
        writer.writeheader()
        writer.writerows(rows)
