"""Code lists: national codes stay as they are; a table of local ones is looked at row by row before it is kept."""

from __future__ import annotations

import base64
import io
import zipfile

import pytest
import xlsxwriter

from mingcha.access.listing import Listing
from mingcha.administration import changes, dictionaries
from mingcha.administration.dated import SettingKind
from mingcha.administration.dictionaries import CodeOrigin, RowFault, RowStep
from mingcha.domain.codelists import CODE_LISTS
from mingcha.domain.errors import InputError
from mingcha.ingest.code_rows import read_code_rows
from tests.platform.administration.test_changes import MONDAY, REVIEWER
from tests.support.browser import Browser
from tests.support.platform import ROOT, Town

HOSTILE = "<img src=x onerror=alert(1)>"


def table(*rows: tuple[str, ...]) -> bytes:
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return kept.getvalue()


@pytest.mark.parametrize("kind", ["xlsx", "utf-8", "gb18030"])
def test_a_table_is_read_whatever_it_was_written_with(kind: str) -> None:
    rows = (
        ("院内编码", "名称", "国家编码", "地区"),
        ("A1", "门诊特病", "14", "350100"),
        ("A2", "急诊", "13", ""),
    )
    if kind == "xlsx":
        read = read_code_rows("对照.xlsx", table(*rows))
    else:
        read = read_code_rows("对照.csv", "\n".join(map(",".join, rows)).encode(kind))
    assert [(row.code, row.label, row.national, row.region, row.number) for row in read] == [
        ("A1", "门诊特病", "14", "350100", 2),
        ("A2", "急诊", "13", "", 3),
    ]


def test_what_is_no_table_of_codes_is_refused_with_what_to_do() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w") as archive:
        archive.writestr("../../evil", "x")
    for name, content in (
        ("编码.txt", b"x"),
        ("编码.xlsx", b"not a workbook"),
        ("编码.xlsx", bomb.getvalue()),
        ("../../编码.csv", "甲,乙\n1,2".encode()),
        ("编码.csv", "编码,名称\n".encode()),
        ("编码.csv", "编码,名称\n".encode() + b"a,b\n" * 5001),
    ):
        with pytest.raises(InputError) as refused:
            read_code_rows(name, content)
        assert refused.value.remedy


def test_a_preview_tells_of_each_row_what_it_would_do_and_keeps_nothing(town: Town) -> None:
    town.administrators()
    rows = (("编码", "名称"), ("1", "男性"), ("7", "其他"), ("7", "又一个"), ("", "无"), ("8", ""))
    body = {"what": "codes", "file_name": "性别.xlsx", "content": base64.b64encode(table(*rows)).decode()}
    browser = Browser(town.access).sign_in("system_admin")
    looked = browser("POST", "/dictionaries/gend/preview", body).json()
    assert [(one["step"], one["fault"]) for one in looked] == [
        ("faulty", "national"),
        ("new", None),
        ("faulty", "twice"),
        ("faulty", "no_code"),
        ("faulty", "no_label"),
    ]
    assert browser("GET", "/dictionaries/gend/codes?origin=local").json()["total"] == 0
    assert browser("POST", "/dictionaries/nothing/preview", body).status_code == 404


def test_a_code_that_was_added_has_a_word_everywhere_from_its_day_on(town: Town) -> None:
    access = town.access
    row = dictionaries.CodeRow("7", HOSTILE)
    made = dictionaries.propose_rows(
        access, ROOT, SettingKind.DICTIONARY, "gend", [row], [], MONDAY, "省里要求"
    )
    assert dictionaries.words(access)["gend"] == CODE_LISTS["gend"]
    changes.approve(access, REVIEWER, made.id, None)
    dictionaries._local_words.forget(access)
    assert dictionaries.words(access)["gend"] == {**CODE_LISTS["gend"], "7": HOSTILE}
    local = dictionaries.codes(access, ROOT, "gend", None, CodeOrigin.LOCAL, Listing())
    assert [(view.code, view.label, view.since) for view in local.items] == [("7", HOSTILE, MONDAY)]
    again = dictionaries.compare(
        access, ROOT, SettingKind.DICTIONARY, "gend", [row, dictionaries.CodeRow("7", "别的")]
    )
    assert [(one.step, one.fault) for one in again] == [
        (RowStep.SAME, None),
        (RowStep.FAULTY, RowFault.TWICE),
    ]
    counted = {view.name: view for view in dictionaries.dictionaries(access, ROOT)}
    assert (counted["gend"].local, counted["gend"].label) == (1, "性别")


def test_every_code_list_is_listed_whole_and_paged(town: Town) -> None:
    for view in dictionaries.dictionaries(town.access, ROOT):
        pages = [
            dictionaries.codes(town.access, ROOT, view.name, None, None, Listing(page, 20, "-code")).items
            for page in range(1, view.national // 20 + 2)
        ]
        listed = [code.code for page in pages for code in page]
        assert listed == sorted(CODE_LISTS[view.name], reverse=True), view.name
