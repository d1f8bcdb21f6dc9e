"""The attachments as published; the fixture is built from a description, no original was at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingcha.domain.errors import InputError
from mingcha.ingest.knowledge import official
from mingcha.ingest.knowledge.grids import grids
from mingcha.ingest.knowledge.importing import read_files
from mingcha.ingest.knowledge.join import join
from mingcha.knowledge.kinds.charging import DuplicatePair
from mingcha.knowledge.kinds.limits import QuantityLimit
from mingcha.knowledge.kinds.scope import SexLimit
from tests.unit.knowledge.attachments import attachment, pairs, sex_of_drugs, swapped_herbs


def test_headings_in_row_four_are_found_and_trailing_rows_are_no_points(tmp_path: Path) -> None:
    rows = list(official.read(grids(sex_of_drugs(tmp_path))))

    assert [(row.row, row.name, row.source_id) for row in rows] == [
        (1, "甲药片", "nkb-01"),
        (2, "乙药栓", "nkb-01"),
    ]


def test_codes_come_from_the_second_sheet_in_half_width_capitals(tmp_path: Path) -> None:
    first, second = official.read(grids(sex_of_drugs(tmp_path)))

    assert first.codes == ("XG04CBA088A001010101467", "XG04CBA088A001010201467")
    assert second.codes == ("ZD02BAB0480010105433",)


def test_the_sex_column_makes_the_point_judgeable(tmp_path: Path) -> None:
    points = join(official.read(grids(sex_of_drugs(tmp_path)))).points

    assert [(type(point), point.sex) for point in points if isinstance(point, SexLimit)] == [
        (SexLimit, "1"),
        (SexLimit, "2"),
    ]


def test_of_a_pair_the_second_item_is_the_contained_one(tmp_path: Path) -> None:
    (pair,) = join(official.read(grids(pairs(tmp_path)))).points

    assert isinstance(pair, DuplicatePair)
    assert (pair.containing, pair.codes, pair.interval) == (
        ("001103000010000",),
        ("001102000030000",),
        "单日",
    )


def test_a_daily_limit_of_an_attachment_is_a_limit_a_day(tmp_path: Path) -> None:
    path = attachment(
        tmp_path / "第8批.xlsx",
        "“医疗服务项目限定频次”规则对应知识点明细",
        ["序号", "医疗服务项目名称", "检出逻辑", "逻辑依据", "单日上限数量", "项目代码数量"],
        [[1, "住院诊查费", "使用项目的数量总计超过上限数量", "", 1, 1]],
        [[1, "住院诊查费", 1, "001102000050000"]],
        named="医疗服务项目名称",
    )
    (point,) = join(official.read(grids(path))).points

    assert isinstance(point, QuantityLimit)
    assert (point.period, point.allowed, point.source_id) == ("日", 10_000, "nkb-08")


def test_what_the_rows_detect_wins_over_a_title_that_was_swapped(tmp_path: Path) -> None:
    (row,) = official.read(grids(swapped_herbs(tmp_path)))

    assert row.rule_code == "GZ10000101003000"


def test_the_reissue_is_told_by_its_title(tmp_path: Path) -> None:
    path = sex_of_drugs(tmp_path, "1.“药品区分性别使用”规则对应知识点明细.xlsx")
    assert [row.source_id for row in official.read(grids(path))] == ["nkb-01", "nkb-01"]

    path = attachment(
        tmp_path / "2026年1月更新.xlsx",
        "“药品区分性别使用”规则对应知识点明细",
        ["序号", "药品通用名", "检出逻辑", "逻辑依据", "药品代码数量", "限定性别"],
        [[1, "甲药片", "与限定性别不符", "", 1, "男"]],
        [[1, "甲药片", 1, "XG04CBA088A001010101467"]],
    )
    assert [row.source_id for row in official.read(grids(path))] == ["nkb-2026-01"]


def test_a_batch_that_cannot_be_told_is_asked_for_not_guessed(tmp_path: Path) -> None:
    path = attachment(
        tmp_path / "明细.xlsx",
        "“药品限适应症”规则对应部分知识点明细",
        ["序号", "药品通用名", "检出逻辑", "逻辑依据", "药品代码数量"],
        [[1, "丙药片", "", "限2型糖尿病。", 1]],
        [[1, "丙药片", 1, "XA10BDE083A001010104522"]],
    )

    with pytest.raises(InputError, match="看不出“药品限适应症”属于哪一批") as raised:
        list(official.read(grids(path)))
    assert "第 5 行" in raised.value.where


def test_a_rule_that_cannot_be_told_is_asked_for(tmp_path: Path) -> None:
    path = attachment(
        tmp_path / "明细.xlsx",
        "知识点明细",
        ["序号", "药品通用名", "检出逻辑", "逻辑依据"],
        [[1, "丙药片", "", ""]],
        [[1, "丙药片", 1, "XA10BDE083A001010104522"]],
    )

    with pytest.raises(InputError, match="看不出这是哪条规则"):
        list(official.read(grids(path)))


def test_a_point_without_codes_names_its_row(tmp_path: Path) -> None:
    path = attachment(
        tmp_path / "第一批 药品区分性别使用.xlsx",
        "药品区分性别使用",
        ["序号", "药品通用名", "检出逻辑", "逻辑依据"],
        [[1, "丙药片", "", ""], [2, "丁药片", "", ""]],
        [[1, "丙药片", 1, "XA10BDE083A001010104522"]],
    )

    with pytest.raises(InputError, match="“丁药片”在代码表中没有代码") as raised:
        list(official.read(grids(path)))
    assert "第 6 行" in raised.value.where


def test_a_folder_of_attachments_is_read_by_content(tmp_path: Path) -> None:
    sex_of_drugs(tmp_path)
    pairs(tmp_path)

    reading = read_files([tmp_path])

    assert sorted(layout for _, layout, _ in reading.files) == ["官方附件", "官方附件"]
    assert len(reading.rows) == 3
