"""A user's code tables become part of the next release, under its digest, and judge codes that no edition has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mingcha.audit.code_lists import import_code_lists
from mingcha.catalogue.entries import entries
from mingcha.domain.errors import InputError
from mingcha.engine.case import EncounterFacts
from mingcha.engine.frames import findings_of_case
from mingcha.engine.judge import CaseJudge
from mingcha.engine.plan import Plan
from mingcha.knowledge.release import Release
from mingcha.store import releases

TABLE = "J18.900 肺炎\nJ18.900x001 重症肺炎\nK80.200 胆囊结石\n51.2300 腹腔镜下胆囊切除术\n"
_SHARED = Path(os.environ.get("MINGCHA_SHARED", Path(__file__).parents[3] / "shared")) / "data" / "icd"


def said(release: Release, diagnoses: list[str], procedures: list[str]) -> list[tuple[str, str, str]]:
    stay = EncounterFacts(
        {"encounter_id": "E1", "person_id": "P1", "started_at": 29_540_700, "care_type": "2101"},
        {},
        diagnoses,
        procedures,
    )
    plan = Plan(release, entries())
    found = findings_of_case(plan, [stay], CaseJudge(plan)([stay]))
    return sorted(found.select("slug", "code", "limit").rows())


def table(folder: Path, text: str = TABLE) -> Path:
    path = folder / "编码.txt"
    path.write_text(text, "utf-8")
    return path


def test_codes_outside_the_imported_edition_are_found_and_none_inside(tmp_path: Path) -> None:
    listed = import_code_lists(tmp_path / "home", [table(tmp_path)], "某版", effective_from=0)
    assert (listed.diagnoses, listed.procedures) == (3, 1)
    release = releases.load(tmp_path / "home", listed.report.release.number)
    assert said(release, ["J18.900", "J18.900X001", "K80.200"], ["51.2300"]) == []
    assert said(release, ["J18.901", "B99.000"], ["51.2400"]) == [
        ("diagnosis-not-listed", "J18.901", "某版"),
        ("procedure-not-listed", "51.2400", "某版"),
    ]


def test_a_later_edition_takes_the_place_of_the_earlier_and_changes_the_digest(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = import_code_lists(home, [table(tmp_path)], "旧版", effective_from=0).report.release
    later = table(tmp_path, "J18.901 肺炎\n")
    second = import_code_lists(home, [later], "新版", effective_from=0).report.release
    assert second.knowledge_digest != first.knowledge_digest
    assert said(second, ["J18.901"], []) == []
    assert said(second, ["J18.900"], []) == [("diagnosis-not-listed", "J18.900", "新版")]
    assert said(second, ["K80.299"], []) == [("diagnosis-not-listed", "K80.299", "旧版")]


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有诊断或手术操作编码"):
        import_code_lists(tmp_path / "home", [table(tmp_path, "003109020050000 胃镜\n")], "某版")


@pytest.mark.skipif(not _SHARED.is_dir(), reason="没有 ../shared（或 MINGCHA_SHARED），跳过国家版本的编码表")
def test_the_national_tables_are_taken_whole_and_find_no_fault_in_themselves(tmp_path: Path) -> None:
    tables = [_SHARED / "ZD_INFO.dat", _SHARED / "SS_INFO.dat"]
    listed = import_code_lists(tmp_path / "home", tables, "医保 2.0 版", effective_from=0)
    texts = [path.read_text("utf-8-sig").splitlines() for path in tables]
    codes = [[line.split(maxsplit=1)[0].upper() for line in lines if line.strip()] for lines in texts]
    assert [listed.diagnoses, listed.procedures] == [len(set(one)) for one in codes]
    assert not [problem for problem in listed.report.problems if problem.severity.value == "错误"]
    assert said(listed.report.release, codes[0][::400], codes[1][::400]) == []
    assert said(listed.report.release, ["J18.999X999"], []) != []
