"""审核结果.xlsx: readable by Excel and by people, every number where it belongs, split where Excel ends."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from mingcha.audit.batch import FINDINGS, QUALITY, UNJUDGED, AuditResult, audit
from mingcha.audit.indicators import INDICATORS
from mingcha.audit.plans import plan_of
from mingcha.audit.sheets import CERTAINTIES
from mingcha.audit.summary import by_rule
from mingcha.audit.workbook.book import write_workbooks
from mingcha.audit.workbook.contents import Contents
from mingcha.domain.values import money
from mingcha.knowledge.release import Release, release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from tests.support.small_lake import write_lake

SHEETS = ["汇总", "按规则", "按机构", "按医师", "疑点明细", "统计指标", "无法判断", "数据质量"]


@pytest.fixture(scope="module")
def release() -> Release:
    return release_of(1, starter_points(), starter_settings(), with_demonstration=True)


@pytest.fixture(scope="module")
def run(release: Release, tmp_path_factory: pytest.TempPathFactory) -> AuditResult:
    folder = tmp_path_factory.mktemp("workbook")
    write_lake(folder / "dataset", release, persons=60, buckets=2)
    return audit(folder / "dataset", release, folder / "out")


def sheet(path: Path, name: str) -> pl.DataFrame:
    return pl.DataFrame(fastexcel.read_excel(path).load_sheet(name, dtypes="string"))


def test_the_workbook_has_a_sheet_for_every_question(run: AuditResult) -> None:
    assert fastexcel.read_excel(run.out / "审核结果.xlsx").sheet_names == SHEETS


def test_every_finding_stands_in_the_details_with_its_amounts_in_yuan(run: AuditResult) -> None:
    details = sheet(run.out / "审核结果.xlsx", "疑点明细")
    findings = pl.read_parquet(run.out / FINDINGS)
    assert details["疑点编号"].to_list() == findings["finding_id"].to_list()
    yuan = [Decimal(text) for text in details["计入金额（元）"]]
    assert yuan == [Decimal(fen) / 100 for fen in findings["claimed_fen"]]
    assert details["判断地区"].to_list() == findings["judging_region"].to_list()
    assert details["判断地区"].drop_nulls().unique().to_list() == ["350100"]
    assert details["疑点说明"].null_count() == 0
    assert details["处理建议"].null_count() == 0
    assert set(details["确定性"]) <= {"● 明确违规", "○ 可疑", "◇ 提醒"}


def test_amounts_and_times_are_numbers_to_excel_and_codes_are_text(run: AuditResult) -> None:
    book = fastexcel.read_excel(run.out / "审核结果.xlsx")
    types = pl.DataFrame(book.load_sheet("疑点明细")).schema
    assert types["计入金额（元）"].is_float()
    assert types["计费时间"] == pl.Datetime("ms")
    assert types["编码"] == pl.String


def test_what_a_finding_says_stays_in_sight_and_columns_of_rule_sets_stand_only_where_there_are_some(
    run: AuditResult,
) -> None:
    path = run.out / "审核结果.xlsx"
    with zipfile.ZipFile(path) as parts:
        listing = parts.read(f"xl/worksheets/sheet{SHEETS.index('疑点明细') + 1}.xml").decode()
    assert '<pane xSplit="2" ySplit="1"' in listing
    details = sheet(path, "疑点明细")
    assert details.columns[:2] == ["确定性", "疑点说明"]
    assert details.columns.index("处理意见（人工填写）") == details.columns.index("处理建议") + 1
    assert not {"规则集", "处理动作", "特例"} & set(details.columns)


def test_doctors_are_named_and_departments_told(run: AuditResult) -> None:
    path = run.out / "审核结果.xlsx"
    named = dict(sheet(path, "按医师").select("医师编码", "医师姓名").iter_rows())
    details = sheet(path, "疑点明细").filter(pl.col("医师编码").is_not_null())
    assert details.height
    assert all(named[code] == name for code, name in details.select("医师编码", "医师姓名").iter_rows())


def test_the_overview_tells_the_money_of_each_certainty(run: AuditResult) -> None:
    rows = dict(
        (label, text)
        for label, text, *_ in sheet(run.out / "审核结果.xlsx", "汇总").iter_rows()
        if label is not None
    )
    by_certainty = (
        pl.DataFrame(run.manifest["by_rule"]).group_by("certainty").agg(pl.col("claimed_fen").sum())
    )
    for certainty, fen in by_certainty.iter_rows():
        if certainty != "提醒":
            assert f"计入 {money(fen)} 元" in rows[CERTAINTIES[certainty]]


def test_indicators_show_one_share_and_days_as_days(run: AuditResult) -> None:
    book = fastexcel.read_excel(run.out / "审核结果.xlsx")
    shown = pl.DataFrame(book.load_sheet("统计指标"))
    kept = pl.read_parquet(run.out / INDICATORS)
    assert shown.height == kept.height
    assert shown.schema["周期起"] in {pl.Date, pl.Datetime("ms")}
    for share, text in shown.select("占比", "读到的值").iter_rows():
        if share is not None:
            assert Decimal(str(text).removesuffix("%")) == Decimal(str(round(share * 100, 2)))


def test_each_cited_source_is_that_of_the_point(run: AuditResult, release: Release) -> None:
    points = {point.point_id: point for point in release.all_points()}
    details = sheet(run.out / "审核结果.xlsx", "疑点明细").filter(pl.col("知识点编号").is_not_null())
    assert details.height
    for row in details.select("知识点编号", "来源文件").unique().iter_rows(named=True):
        point = points[row["知识点编号"]]
        if point.demonstration:
            assert row["来源文件"] == "演示知识点，无公布来源"
        else:
            assert row["来源文件"].startswith(point.source_document)


def test_sums_by_rule_and_by_institution_agree_with_the_details(run: AuditResult) -> None:
    path = run.out / "审核结果.xlsx"
    details = sheet(path, "疑点明细")
    total = sum(Decimal(text) for text in details["计入金额（元）"])
    for name in ("按规则", "按机构"):
        summed = sheet(path, name)
        assert sum(Decimal(text) for text in summed["计入金额（元）"]) == total
        assert sum(int(text) for text in summed["疑点数"]) == details.height


def test_could_not_judge_names_the_missing_fact_in_chinese(run: AuditResult) -> None:
    unjudged = sheet(run.out / "审核结果.xlsx", "无法判断")
    assert "性别未知" in set(unjudged["无法判断的原因"])
    assert not any("sex" in text for text in unjudged["无法判断的原因"])


def test_findings_beyond_one_sheet_lie_in_further_files_and_the_first_one_says_so(
    run: AuditResult, release: Release, tmp_path: Path
) -> None:
    findings = pl.scan_parquet(run.out / FINDINGS)
    total = findings.select(pl.len()).collect().item()
    contents = Contents(
        findings=run.out / FINDINGS,
        unjudged=run.out / UNJUDGED,
        quality=run.out / QUALITY,
        summary=run.counts,
        audited=[("数据集", "x")],
        by_rule=by_rule(findings),
        by_institution=pl.DataFrame(run.manifest["by_institution"]),
        indicators=pl.read_parquet(run.out / INDICATORS),
        by_doctor=pl.DataFrame(
            schema={
                name: pl.String
                for name in (
                    "institution_id", "department_name", "doctor_id", "doctor_name", "findings", "violations",
                    "encounters", "persons", "amount_fen", "claimed_fen", "recoverable_fen",
                )
            }
        ),
    )  # fmt: skip
    paths = write_workbooks(tmp_path, plan_of(release), contents, rows_a_sheet=total // 2)
    assert len(paths) == (3 if total % 2 else 2)
    rows = [sheet(path, "疑点明细") for path in paths]
    assert [row for part in rows for row in part["疑点编号"]] == findings.collect()["finding_id"].to_list()
    overview = sheet(paths[0], "汇总")
    assert any(paths[1].name in str(cell) for row in overview.iter_rows() for cell in row)


def test_a_run_without_findings_has_a_workbook_too(release: Release, tmp_path: Path) -> None:
    write_lake(tmp_path / "dataset", release, persons=5, buckets=1)
    out = audit(tmp_path / "dataset", release_of(3, []), tmp_path / "out").out
    assert sheet(out / "审核结果.xlsx", "疑点明细").height == pl.read_parquet(out / FINDINGS).height
