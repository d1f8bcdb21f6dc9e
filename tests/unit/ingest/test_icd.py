"""The user's table of diagnoses is read in each of its forms, and refused with a reason otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingcha.domain.errors import InputError
from mingcha.ingest.icd import read_diseases


def test_lines_of_code_and_name_are_read(tmp_path: Path) -> None:
    """Blank or tab between; names may hold blanks; the x of an extension stays small."""
    table = tmp_path / "ZD_INFO.dat"
    table.write_text("A00.000 霍乱\n\nA00.000x001\t古典生物型 霍乱\nX59.900 意外\n", encoding="utf-8")
    assert read_diseases(table) == {"A00.000": "霍乱", "A00.000x001": "古典生物型 霍乱", "X59.900": "意外"}


def test_a_csv_with_columns_for_code_and_name_is_read(tmp_path: Path) -> None:
    """Whatever else stands beside them."""
    table = tmp_path / "诊断.csv"
    table.write_text("序号,诊断代码,诊断名称\n1,A00.000,霍乱\n2,,无码\n", encoding="utf-8")
    assert read_diseases(table) == {"A00.000": "霍乱"}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("空.dat", "", "空的"),
        ("错.dat", "A00.000 霍乱\n霍乱\n", "第 2 行"),
        ("错.csv", "甲,乙\n1,2\n", "没有编码和名称"),
    ],
)
def test_another_file_is_refused_with_the_place(tmp_path: Path, name: str, content: str, said: str) -> None:
    """What was wrong, and where."""
    table = tmp_path / name
    table.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_diseases(table)
    assert said in str(error.value)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    """The path stands in the message."""
    with pytest.raises(InputError, match="找不到诊断编码表"):
        read_diseases(tmp_path / "无.dat")


def test_an_unreadable_encoding_is_said(tmp_path: Path) -> None:
    """GB18030 lines are asked for in UTF-8."""
    table = tmp_path / "gb.dat"
    table.write_bytes("A00.000 霍乱".encode("gb18030"))
    with pytest.raises(InputError, match="文字编码"):
        read_diseases(table)
