"""Twenty inputs broken in twenty ways: each gets one clear Chinese error, exit status 2, and nothing half-written."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from mingcha.cli.app import run
from mingcha.cli.commands import COMMANDS

assert COMMANDS  # importing them registers them

HEAD = "就诊标识,参保人标识,医疗机构编码,入院（就诊）时间,明细标识,医保目录编码,计费时间,计费数量,单价,金额"
ROW = "E1,P1,H1,2026-03-01 08:00:00,L1,001102000030000,2026-03-01 09:00:00,1,8.00,8.00"
GOOD = f"{HEAD}\n{ROW}\n"


def nothing_there(_folder: Path) -> None:
    """The folder stays empty."""


def missing(folder: Path) -> None:
    folder.rmdir()


def empty_file(folder: Path) -> None:
    (folder / "明细.csv").write_bytes(b"")


def only_a_header(folder: Path) -> None:
    (folder / "明细.csv").write_text(HEAD + "\n", "utf-8")


def neither_utf8_nor_gb18030(folder: Path) -> None:
    (folder / "明细.csv").write_bytes(GOOD.encode() + b"E2,P2,\xff\xfe\xff\x81\x30\xff,x\n")


def impossible_dates_throughout(folder: Path) -> None:
    (folder / "明细.csv").write_text(GOOD.replace("2026-03-01 09", "2026-02-30 09"), "utf-8")


def truncated_xlsx(folder: Path) -> None:
    path = folder / "明细.xlsx"
    pl.DataFrame({"就诊标识": ["E1"] * 500}).write_excel(path)
    path.write_bytes(path.read_bytes()[:2000])


def truncated_parquet(folder: Path) -> None:
    path = folder / "明细.parquet"
    pl.DataFrame({"就诊标识": ["E1"] * 500}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-20])


def a_picture_called_csv(folder: Path) -> None:
    (folder / "明细.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)


def an_old_xls_called_xlsx(folder: Path) -> None:
    (folder / "明细.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000))


def another_sheet(folder: Path) -> None:
    pl.DataFrame({"说明": ["本表为汇总"], "备注": ["无"]}).write_excel(folder / "明细.xlsx", worksheet="封面")


def missing_key_column(folder: Path) -> None:
    lines = [",".join(row.split(",")[:5] + row.split(",")[6:]) for row in GOOD.splitlines()]
    (folder / "明细.csv").write_text("\n".join(lines), "utf-8")


def missing_encounter_facts(folder: Path) -> None:
    lines = [",".join([row.split(",")[0], *row.split(",")[4:]]) for row in GOOD.splitlines()]
    (folder / "明细.csv").write_text("\n".join(lines), "utf-8")


def the_same_column_twice(folder: Path) -> None:
    lines = [f"{row},{row.split(',')[5]}" for row in GOOD.splitlines()]
    (folder / "明细.csv").write_text("\n".join(lines), "utf-8")


def unknown_columns_only(folder: Path) -> None:
    (folder / "明细.csv").write_text("a,b,c\n1,2,3\n", "utf-8")


def one_endless_line(folder: Path) -> None:
    with (folder / "明细.csv").open("wb") as file:
        for _ in range(64):  # in life two gigabytes; it is given up long before
            file.write(b"x" * 1_000_000)


def broken_json(folder: Path) -> None:
    (folder / "报文.json").write_text('{"infno": "3101", "input": {"data": ', "utf-8")


def json_of_something_else(folder: Path) -> None:
    (folder / "报文.json").write_text(json.dumps({"hello": ["world"]}), "utf-8")


def an_unclosed_quote(folder: Path) -> None:
    (folder / "明细.csv").write_text(f'{HEAD}\n"{ROW}\n{ROW}\n', "utf-8")


def an_unknown_kind_of_file(folder: Path) -> None:
    (folder / "明细.docx").write_bytes(b"PK\x03\x04 not a table")


BROKEN: list[Callable[[Path], None]] = [
    nothing_there,
    missing,
    empty_file,
    only_a_header,
    neither_utf8_nor_gb18030,
    impossible_dates_throughout,
    truncated_xlsx,
    truncated_parquet,
    a_picture_called_csv,
    an_old_xls_called_xlsx,
    another_sheet,
    missing_key_column,
    missing_encounter_facts,
    the_same_column_twice,
    unknown_columns_only,
    one_endless_line,
    broken_json,
    json_of_something_else,
    an_unclosed_quote,
    an_unknown_kind_of_file,
]


@pytest.mark.parametrize("break_it", BROKEN, ids=lambda break_it: break_it.__name__)
def test_a_broken_input_gives_one_clear_error_and_leaves_nothing_behind(
    break_it: Callable[[Path], None], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder, out = tmp_path / "三月", tmp_path / "dataset"
    folder.mkdir()
    break_it(folder)
    status = run(["import", str(folder), "--out", str(out)])
    said = "".join(capfd.readouterr())
    with capfd.disabled():
        if os.environ.get("SHOW"):
            print(f"\n—— {break_it.__name__}\n{said}")
    assert status == 2
    assert "位置：" in said
    assert "处理：" in said
    assert "Traceback" not in said
    assert not out.exists()
    assert not [path for path in os.listdir(tmp_path) if path != "三月"]


def test_a_mapping_file_that_names_what_is_not_there_says_so(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "明细.csv").write_text(GOOD, "utf-8")
    mapping = tmp_path / "映射.yaml"
    mapping.write_text("tables:\n- match: '*.csv'\n  columns: {没有的列: Line.item_code}\n", "utf-8")
    options = ["--mapping", str(mapping), "--out", str(tmp_path / "d")]
    assert run(["import", str(tmp_path / "明细.csv"), *options]) == 2
    assert "处理：" in "".join(capfd.readouterr())


def test_the_same_file_unbroken_is_imported(tmp_path: Path) -> None:
    (tmp_path / "明细.csv").write_text(GOOD, "utf-8")
    assert run(["import", str(tmp_path / "明细.csv"), "--out", str(tmp_path / "d")]) == 0
