"""审核结果.xlsx as a whole, in several files where one does not hold it."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from mingcha.audit.explain import Explainer
from mingcha.audit.sheets import MOST_ROWS, book_at
from mingcha.audit.workbook.contents import Contents
from mingcha.audit.workbook.findings import KEPT_IN_SIGHT, FindingSheet
from mingcha.audit.workbook.indicators import INDICATORS, indicator_rows
from mingcha.audit.workbook.overview import overview
from mingcha.audit.workbook.totals import (
    BY_DOCTOR,
    BY_INSTITUTION,
    BY_RULE,
    doctor_names,
    doctor_rows,
    institution_names,
    institution_rows,
    rule_rows,
)
from mingcha.audit.workbook.unjudged import QUALITY, UNJUDGED, quality_rows, unjudged_rows
from mingcha.engine.plan import Plan

NAME = "审核结果"


def workbook_name(part: int) -> str:
    """What the first file is called, and those with the findings that it does not hold."""
    return f"{NAME}.xlsx" if part == 1 else f"{NAME}-疑点明细-{part}.xlsx"


def write_workbooks(
    folder: Path, plan: Plan, contents: Contents, *, rows_a_sheet: int = MOST_ROWS - 1
) -> list[Path]:
    """Write 审核结果.xlsx, and 审核结果-疑点明细-2.xlsx … where the findings do not fit into one sheet.

    Args:
        rows_a_sheet: the most findings of one file; Excel allows no more rows in a sheet.
    """
    total = pl.scan_parquet(contents.findings, glob=False).select(pl.len()).collect().item()
    starts = list(range(0, total, rows_a_sheet)) or [0]
    paths = [folder / workbook_name(part) for part in range(1, len(starts) + 1)]
    names = institution_names(contents.by_institution)
    listing = FindingSheet(
        Explainer(plan.release), names, doctor_names(contents.by_doctor), bool(plan.release.strategy)
    )
    details = [listing.rows(contents.findings, start, rows_a_sheet) for start in starts]
    with book_at(paths[0]) as book:
        book.page("汇总", "医保基金智能审核结果", overview(plan, contents, [path.name for path in paths]))
        book.table("按规则", BY_RULE, rule_rows(contents.by_rule))
        book.table("按机构", BY_INSTITUTION, institution_rows(contents.by_institution))
        book.table("按医师", BY_DOCTOR, doctor_rows(contents.by_doctor, names))
        book.table("疑点明细", listing.columns, details[0], frozen=KEPT_IN_SIGHT)
        book.table("统计指标", INDICATORS, indicator_rows(contents.indicators, names))
        book.table("无法判断", UNJUDGED, unjudged_rows(contents.unjudged, names))
        book.table("数据质量", QUALITY, quality_rows(contents.quality))
    for path, rows in zip(paths[1:], details[1:], strict=True):
        with book_at(path) as book:
            book.table("疑点明细", listing.columns, rows, frozen=KEPT_IN_SIGHT)
    return paths
