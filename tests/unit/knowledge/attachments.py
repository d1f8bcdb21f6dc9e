"""Attachments in the published layout, built from its description; no original was at hand.

Sheet 1: title, headings in row 4, points, then 合计 and 备注. Sheet 2: 对应知识点序号, name, number, code.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

REMARK = "备注：各省级医保部门应当根据本省份的目录进行细化和本地化。"


def attachment(
    path: Path,
    title: str,
    headings: Sequence[str],
    points: Sequence[Sequence[Any]],
    codes: Sequence[Sequence[Any]],
    *,
    named: str = "药品通用名",
) -> Path:
    """Write an attachment: `points` by `headings` (序号 first), `codes` as (序号, name, number, code)."""
    with xlsxwriter.Workbook(str(path)) as book:
        first = book.add_worksheet("知识点明细")
        first.write(0, 0, "附件")
        first.write(1, 0, title)
        first.write_row(3, 0, headings)
        for index, row in enumerate(points):
            first.write_row(4 + index, 0, row)
        first.write(4 + len(points), 0, "合计")
        first.write(5 + len(points), 0, REMARK)
        second = book.add_worksheet("代码")
        second.write(0, 0, "附表")
        second.write_row(3, 0, ["对应知识点序号", named, "序号", "代码"])
        for index, row in enumerate(codes):
            second.write_row(4 + index, 0, row)
    return path


def sex_of_drugs(folder: Path, name: str = "第一批-1.药品区分性别使用.xlsx") -> Path:
    """Two drugs, one for men with two codes, one for women with one."""
    return attachment(
        folder / name,
        "“药品区分性别使用”规则对应知识点明细（第一批）",
        ["序号", "药品通用名", "检出逻辑", "逻辑依据", "药品代码数量", "限定性别"],
        [
            [1, "甲药片", "与限定性别不符", "适用于前列腺增生。", 2, "男"],
            [2, "乙药栓", "与限定性别不符", "用于阴道炎。", 1, "女"],
        ],
        [
            [1, "甲药片", 1, "XG04CBA088A001010101467"],
            [1, "甲药片", 2, "xg04cba088a001010201467 "],
            [2, "乙药栓", 1, "ZD02BAB0480010105433"],
        ],
    )


def pairs(folder: Path) -> Path:
    """One pair of services with its interval; the second sheet has a code for each side."""
    return attachment(
        folder / "第七批 重复收费.xlsx",
        "“医疗服务项目重复收费”规则对应知识点明细",
        ["序号", "项目A名称", "项目B名称", "检出逻辑", "逻辑依据", "时间区间", "项目代码数量"],
        [[1, "急诊监护费", "急诊诊查费", "项目A和项目B同时收费", "含监护、床位、诊查、护理", "单日", 2]],
        [[1, "急诊监护费", 1, "001103000010000"], [1, "急诊诊查费", 2, "001102000030000"]],
        named="项目名称",
    )


def swapped_herbs(folder: Path) -> Path:
    """An attachment whose title names the other rule of the batch, as published in batch 11."""
    return attachment(
        folder / "第十一批“中药饮片单方使用不予支付”规则对应知识点明细.xlsx",
        "“中药饮片单方使用不予支付”规则对应知识点明细",
        ["序号", "中药饮片名称", "检出逻辑", "逻辑依据", "代码数量"],
        [[1, "阿胶", "不得纳入基金支付范围的中药饮片", "", 1]],
        [[1, "阿胶", 1, "T001700233"]],
        named="中药饮片名称",
    )
