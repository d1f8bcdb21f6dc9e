"""Our own template: what it writes it reads, and what cannot be taken is named by cell."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from mingcha.domain.values import day_of
from mingcha.ingest.knowledge import template
from mingcha.ingest.knowledge.grids import grids
from mingcha.knowledge.kinds.by_slug import KINDS
from mingcha.knowledge.kinds.charging import PriceCeiling
from mingcha.knowledge.kinds.limits import CourseLimit
from mingcha.knowledge.kinds.scope import Indication, SexLimit
from mingcha.knowledge.point import Certainty, KnowledgePoint
from mingcha.knowledge.validation import validate

SERVICE = "003109020050000"


def filled(path: Path, kind: type[KnowledgePoint], *rows: dict[str, Any]) -> Path:
    """A template in which somebody has filled in rows of one kind, by label."""
    labels = [field.label for field in template.columns(kind)]
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet(kind.label)
        sheet.write_row(0, 0, labels)
        sheet.write_row(1, 0, ["说明：必填"])
        for index, row in enumerate(rows):
            assert set(row) <= set(labels)
            sheet.write_row(2 + index, 0, [row.get(label, "") for label in labels])
    return path


PRICE = {
    "知识点编号": "fz-001",
    "规则编码": "GZ10000102001000",
    "知识点名称": "胃镜",
    "代码": SERVICE,
    "最高单价": "180.5",
    "适用机构级别": "3",
    "适用地区": "3501",
    "生效日期": "2026-03-01",
    "来源文件": "福州市医疗服务价格目录",
    "文号或批次": "榕医保〔2026〕1号",
}


def test_the_template_has_a_sheet_for_every_kind_with_headings_help_and_example(tmp_path: Path) -> None:
    template.template(tmp_path / "t.xlsx")
    book = grids(tmp_path / "t.xlsx")

    assert [sheet.sheet for sheet in book] == [kind.label for kind in KINDS.values()]
    assert all(sheet.rows[0][:4] == ["知识点编号", "规则编码", "知识点名称", "代码"] for sheet in book)
    assert all(sheet.rows[1][0] == "说明" and sheet.rows[2][0].startswith("示例") for sheet in book)


def test_an_empty_template_holds_no_points(tmp_path: Path) -> None:
    template.template(tmp_path / "t.xlsx")
    book = grids(tmp_path / "t.xlsx")

    assert template.recognise(book)
    assert template.read(book) == []


def test_a_filled_row_becomes_a_typed_point_with_its_source(tmp_path: Path) -> None:
    (point,) = template.read(grids(filled(tmp_path / "t.xlsx", PriceCeiling, PRICE)))

    assert isinstance(point, PriceCeiling)
    assert (point.ceiling, point.rank, point.region) == (180_500_000, 3, "3501")
    assert point.effective_from == day_of(date(2026, 3, 1))
    assert point.certainty == Certainty.VIOLATION
    assert point.source_document == "福州市医疗服务价格目录"
    assert validate([point]) == []


def test_a_catalogued_source_fills_in_document_number_and_date(tmp_path: Path) -> None:
    row = {**PRICE, "来源文件": "", "文号或批次": "", "来源编号": "nkb-08"}
    (point,) = template.read(grids(filled(tmp_path / "t.xlsx", PriceCeiling, row)))

    assert (point.source_id, point.source_number) == ("nkb-08", "第八批")


def test_sexes_are_written_in_chinese_and_codes_in_any_width(tmp_path: Path) -> None:
    row = {
        "知识点编号": "a",
        "规则编码": "ｇz10000301004000",
        "代码": "xg04cba088a001010101467；XG04CBA088A001010201467",
        "限定性别": "女",
        "生效日期": "2026/3/1",
        "演示": "是",
    }
    (point,) = template.read(grids(filled(tmp_path / "t.xlsx", SexLimit, row)))

    assert isinstance(point, SexLimit)
    assert (point.sex, point.demonstration, len(point.codes)) == ("2", True, 2)


def test_a_person_gives_a_published_text_its_codes_by_its_id(tmp_path: Path) -> None:
    row = {
        "知识点编号": "nkb-12:GZ10000101008000:0005",
        "规则编码": "GZ10000101008000",
        "代码": "XA10BJA085B002010106474",
        "适应症诊断编码": "E11",
        "生效日期": "2026-05-23",
        "来源编号": "nkb-12",
    }
    (point,) = template.read(grids(filled(tmp_path / "t.xlsx", Indication, row)))

    assert isinstance(point, Indication)
    assert (point.point_id, point.diagnoses) == ("nkb-12:GZ10000101008000:0005", ("E11",))


@pytest.mark.parametrize(
    ("changed", "field", "reason"),
    [
        ({"代码": ""}, "代码", "必填"),
        ({"最高单价": ""}, "最高单价", "必填"),
        ({"最高单价": "一百八"}, "最高单价", "应为数字"),
        ({"生效日期": "三月一日"}, "生效日期", "应为日期"),
        ({"生效日期": "2026-02-30"}, "生效日期", "没有这一天"),
        ({"失效日期": "2026-02-01"}, "失效日期", "晚于生效日期"),
        ({"规则编码": "GZ99"}, "规则编码", "不在规则目录中"),
        ({"规则编码": "GZ10000301004000"}, "规则编码", "不属于“限定单价”"),
        ({"确定性": "大概"}, "确定性", "只能填 明确违规、可疑"),
        ({"来源编号": "nkb-99"}, "来源编号", "不在来源目录中"),
        ({"来源文件": ""}, "来源文件", "知识点要有来源"),
        ({"演示": "也许"}, "演示", "应为 是 或 否"),
    ],
)
def test_each_wrong_cell_is_named_with_row_and_reason(
    tmp_path: Path, changed: dict[str, str], field: str, reason: str
) -> None:
    path = filled(tmp_path / "t.xlsx", PriceCeiling, PRICE, {**PRICE, "知识点编号": "b", **changed})

    with pytest.raises(template.TemplateError) as raised:
        template.read(grids(path))

    (fault,) = raised.value.faults
    assert (fault.field, reason in fault.reason) == (field, True)
    assert "“限定单价” 第 4 行" in fault.where
    assert field in str(raised.value)


def test_all_faults_are_reported_at_once_and_nothing_is_taken(tmp_path: Path) -> None:
    rows = [{**PRICE, "知识点编号": f"p{index}", "最高单价": "贵"} for index in range(30)]
    path = filled(tmp_path / "t.xlsx", PriceCeiling, *rows)

    with pytest.raises(template.TemplateError, match="另有 10 处") as raised:
        template.read(grids(path))
    assert len(raised.value.faults) == 30


def test_a_period_takes_only_the_words_of_its_kind(tmp_path: Path) -> None:
    row = {
        **{name: PRICE[name] for name in ("知识点编号", "代码", "生效日期", "来源文件")},
        "支付天数上限": "14",
    }
    row |= {"规则编码": "GZ10000102010000", "计算范围": "周"}

    with pytest.raises(template.TemplateError, match="只能填 就诊、年"):
        template.read(grids(filled(tmp_path / "t.xlsx", CourseLimit, row)))
