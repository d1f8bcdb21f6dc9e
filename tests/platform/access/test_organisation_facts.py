"""The platform's organisations beside bills: known where something was said, and unknown everywhere else."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mingcha.access import organisations, staff_rights
from mingcha.access.actor import Actor, Held
from mingcha.access.roles import Role
from mingcha.access.scope import Reach
from mingcha.access.staff_rights import NewRight, Right
from mingcha.bootstrap import application
from mingcha.cli import commands
from mingcha.cli.app import run
from mingcha.domain.schema import OPTIONAL_TABLES
from mingcha.domain.values import MINUTES_A_DAY, day_of
from mingcha.ingest.beside.bill import read_beside
from mingcha.ingest.beside.tables import Beside
from mingcha.ingest.organisation_facts import organisation_facts, write_organisation_facts
from tests.support.platform import ROOT, Town

DAY = date(2026, 3, 2)


def beside(town: Town) -> Beside:
    tables = organisation_facts(town.access, ROOT)
    return Beside({OPTIONAL_TABLES[slug]: frame for slug, frame in tables.items()})


def line(tables: Beside, day: date, fact: str, doctor: str = "D-H1-内科", hospital: str = "H1") -> Any:
    encounters = pl.DataFrame({"person_id": "P1", "institution_id": hospital})
    rows = {"enc": 0, "item_code": "X", "doctor_id": doctor, "charged_at": day_of(day) * MINUTES_A_DAY}
    found = tables.of_lines(pl.DataFrame(rows), encounters)
    return found[fact][0] if fact in found.columns else None


def visit(tables: Beside, day: date, fact: str) -> Any:
    rows = {"person_id": "P1", "institution_id": "H1", "started_at": day_of(day) * MINUTES_A_DAY}
    found = tables.of_encounters(pl.DataFrame(rows))
    return found[fact][0] if fact in found.columns else None


@pytest.mark.parametrize(
    ("after", "insured", "antibiotic"), [(-1, None, None), (0, True, 2), (9, True, 2), (10, False, 3)]
)
def test_a_doctor_is_entitled_by_the_day_and_nothing_is_known_before_the_first_word(
    town: Town, after: int, insured: bool | None, antibiotic: int | None
) -> None:
    doctor = town.ids["D-H1-内科"]
    for new in (NewRight(Right.INSURED, DAY), NewRight(Right.ANTIBIOTIC, DAY, grade=2)):
        staff_rights.give(town.access, ROOT, doctor, new)
    change = DAY + timedelta(days=10)
    staff_rights.withdraw(town.access, ROOT, doctor, Right.INSURED, change - timedelta(days=1))
    staff_rights.give(town.access, ROOT, doctor, NewRight(Right.ANTIBIOTIC, change, grade=3))
    tables, day = beside(town), DAY + timedelta(days=after)
    assert line(tables, day, "doctor_insured") is insured
    assert line(tables, day, "antibiotic_right") == antibiotic
    assert line(tables, day, "doctor_insured", "D-H1-外科") is None
    assert line(tables, day, "doctor_insured", hospital="H2") is None


def test_an_agreement_says_when_a_hospital_may_settle_and_its_level_is_told_while_it_is_one(
    town: Town,
) -> None:
    organisations.change(town.access, ROOT, town.ids["H1"], DAY, level="2", category="A1")
    new = NewRight(Right.AGREEMENT, DAY, DAY + timedelta(days=364), number="2026-001")
    staff_rights.give(town.access, ROOT, town.ids["H1"], new)
    tables = beside(town)
    assert visit(tables, DAY, "institution_contracted") is True
    assert visit(tables, DAY + timedelta(days=365), "institution_contracted") is False
    assert visit(tables, DAY - timedelta(days=1), "institution_contracted") is None
    assert visit(tables, DAY, "institution_level") == "2"
    assert visit(tables, DAY, "care_region") == "350102"


def test_a_hospital_s_facts_are_its_own_and_files_say_the_same(town: Town, tmp_path: Path) -> None:
    for hospital in ("H1", "H2"):
        doctor = town.ids[f"D-{hospital}-内科"]
        staff_rights.give(town.access, ROOT, doctor, NewRight(Right.INSURED, DAY))
    own = Actor(None, "h1", (Held(Role.READER, Reach(institution="H1")),))
    facts = organisation_facts(town.access, own)
    assert set(facts["doctor-states"]["institution_id"]) == {"H1"}
    assert set(facts["institutions"]["institution_id"]) == {"H1"}
    write_organisation_facts(town.access, own, tmp_path)
    read = read_beside([tmp_path])
    assert read.slugs() == set(facts)
    assert line(read, DAY, "doctor_insured") is True
    assert line(read, DAY - timedelta(days=1), "doctor_insured") is None


def test_the_command_writes_the_same_tables(tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    installation = application(home)
    installation.prepare_database()
    town = Town(installation.access).found()
    assert commands.COMMANDS
    assert run(["organisations", "facts", str(out), "--home", str(home)]) == 0
    assert {path.stem for path in out.iterdir()} == set(organisation_facts(town.access, ROOT))
    assert read_beside([out]).slugs() == set(organisation_facts(town.access, ROOT))
    installation.access.database.dispose()
