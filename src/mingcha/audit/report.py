"""审核结果.xlsx: what a person works with after an audit, in several files where one does not hold it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.audit.explain import Explainer, fact_label, lacking
from mingcha.audit.sheets import CERTAINTIES, MOST_ROWS, Column, Form, book_at
from mingcha.catalogue.messages import indicator_evidence, indicator_sentence, is_share
from mingcha.domain.codelists import coded
from mingcha.domain.values import QUANTITY_SCALE, date_of, money
from mingcha.engine.plan import Plan
from mingcha.knowledge.point import Certainty

NAME = "审核结果"
# Of the list of findings: how certain each is, and what it says.
_KEPT_IN_SIGHT = 2
_SLICE = 50_000
_MONEY = ("amount_fen", "claimed_fen", "recoverable_fen")
_MONEY_COLUMNS = (
    Column("超收金额（元）", Form.YUAN),
    Column("计入金额（元）", Form.YUAN),
    Column("可追回基金（元）", Form.YUAN),
)
BY_RULE = (
    Column("规则编码", width=19),
    Column("规则名称", width=30),
    Column("确定性", Form.CERTAINTY),
    Column("疑点数", Form.COUNT, 10),
    Column("涉及明细", Form.COUNT, 10),
    Column("涉及就诊", Form.COUNT, 10),
    Column("涉及参保人", Form.COUNT, 10),
    *_MONEY_COLUMNS,
)
BY_INSTITUTION = (
    Column("医疗机构编码", width=18),
    Column("医疗机构名称", width=28),
    Column("审核就诊", Form.COUNT, 10),
    Column("审核明细", Form.COUNT, 10),
    Column("审核金额（元）", Form.YUAN, 16),
    Column("疑点数", Form.COUNT, 10),
    Column("其中明确违规", Form.COUNT, 10),
    Column("涉及明细", Form.COUNT, 10),
    *_MONEY_COLUMNS,
    Column("计入占审核金额", Form.SHARE, 10),
)
BY_DOCTOR = (
    Column("医疗机构编码", width=18),
    Column("医疗机构名称", width=28),
    Column("科室", width=16),
    Column("医师编码", width=18),
    Column("医师姓名"),
    Column("疑点数", Form.COUNT, 10),
    Column("其中明确违规", Form.COUNT, 10),
    Column("涉及就诊", Form.COUNT, 10),
    Column("涉及参保人", Form.COUNT, 10),
    *_MONEY_COLUMNS,
)
# What only rule sets and exemptions fill.
_OF_SETS = (Column("规则集", width=16), Column("处理动作"), Column("特例", width=30))
DETAIL = (
    Column("确定性", Form.CERTAINTY),
    Column("疑点说明", width=60),
    Column("规则名称", width=26),
    Column("医疗机构名称", width=24),
    Column("科室", width=18),
    Column("医师编码", width=16),
    Column("医师姓名", width=10),
    Column("参保人标识", width=18),
    Column("就诊标识", width=20),
    Column("明细标识", width=20),
    Column("计费时间", Form.MOMENT, 17),
    Column("编码", width=26),
    Column("名称", width=26),
    Column("读到的值", width=16),
    Column("限定值", width=16),
    Column("数量", Form.QUANTITY, 10),
    Column("超出数量", Form.QUANTITY, 10),
    Column("实收金额（元）", Form.YUAN),
    *_MONEY_COLUMNS,
    Column("处理建议", width=40),
    Column("处理意见（人工填写）", width=24),
    Column("知识点", width=26),
    Column("依据原文", width=50),
    Column("来源文件", width=40),
    Column("规则依据", width=40),
    Column("相关明细", width=30),
    Column("规则编码", width=19),
    Column("知识点编号", width=32),
    Column("医疗机构编码", width=18),
    Column("结算标识", width=20),
    Column("疑点编号", width=26),
    Column("判断地区"),
    *_OF_SETS,
)
INDICATORS = (
    Column("结论", width=12),
    Column("规则名称", width=24),
    Column("医疗机构编码", width=18),
    Column("医疗机构名称", width=28),
    Column("就医方式", width=10),
    Column("医师编码", width=16),
    Column("医保目录编码", width=26),
    Column("知识点编号", width=32),
    Column("周期起", Form.DAY, 12),
    Column("周期止", Form.DAY, 12),
    Column("就诊数", Form.COUNT, 10),
    Column("占比", Form.SHARE, 10),
    Column("读到的值"),
    Column("界限"),
    Column("同类机构数", Form.COUNT, 10),
    Column("说明", width=50),
    Column("无法判断的原因", width=24),
    Column("判断地区", width=10),
    Column("规则集", width=18),
    Column("规则编码", width=19),
    Column("指标编号", width=26),
)
UNJUDGED = (
    Column("规则编码", width=19),
    Column("规则名称", width=30),
    Column("无法判断的原因", width=40),
    Column("医疗机构编码", width=18),
    Column("医疗机构名称", width=28),
    Column("次数", Form.COUNT, 10),
    Column("示例（就诊标识/明细）", width=90),
)
QUALITY = (
    Column("提示类别", width=40),
    Column("字段", width=30),
    Column("医疗机构编码", width=18),
    Column("次数", Form.COUNT, 10),
    Column("示例", width=80),
)
HOW_TO_READ = (
    (
        "确定性",
        "● 明确违规：政策有明确限定；○ 可疑：可能有合理原因，应先听取医疗机构说明；◇ 提醒：不是违规，不涉及金额。",
    ),
    ("超收金额", "这条规则单独看应退的金额。同一明细可能有几条疑点，不能直接相加。"),
    ("计入金额", "同一明细的几条疑点之间不重复计算，可以相加；合计不会超过该明细的实收金额。"),
    ("可追回基金", "计入金额中由统筹基金支付的部分，按本次结算的基金支付比例向下取整；结算信息缺失时为空。"),
    ("无法判断", "缺少判断所需的事实（如性别、出生日期），既不算违规也不算合规；见“无法判断”表。"),
    (
        "统计指标",
        "机构一个周期内的占比和发生率，与同类机构比较；它们是合计，别人的单据也会影响，不计入金额。",
    ),
    ("数量、实收金额", "退费冲抵之后的数量和金额。"),
    ("特例", "有特例的疑点列在“疑点明细”中并写明理由，不计入各表的条数和金额。"),
    ("处理意见", "“疑点明细”的“处理意见”一列留给人工填写；各列可筛选，首行和前两列已冻结。"),
)


@dataclass(frozen=True)
class Contents:
    """What the workbook is made of.

    Args:
        findings: findings.parquet; unjudged, quality likewise.
        summary: counts as in the manifest; audited: what was audited, as label and text.
    """

    findings: Path
    unjudged: Path
    quality: Path
    summary: Mapping[str, int]
    audited: Sequence[tuple[str, str]]
    by_rule: pl.DataFrame
    by_institution: pl.DataFrame
    by_doctor: pl.DataFrame
    indicators: pl.DataFrame


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
    names = _names(contents.by_institution)
    listing = _Listing(
        Explainer(plan.release), names, _doctor_names(contents.by_doctor), bool(plan.release.strategy)
    )
    details = [listing.rows(contents.findings, start, rows_a_sheet) for start in starts]
    with book_at(paths[0]) as book:
        book.page("汇总", "医保基金智能审核结果", _overview(plan, contents, [path.name for path in paths]))
        book.table("按规则", BY_RULE, _rows(contents.by_rule, _OF_RULE))
        book.table("按机构", BY_INSTITUTION, _institutions(contents.by_institution))
        book.table("按医师", BY_DOCTOR, _doctors(contents.by_doctor, names))
        book.table("疑点明细", listing.columns, details[0], frozen=_KEPT_IN_SIGHT)
        book.table("统计指标", INDICATORS, _indicators(contents.indicators, names))
        book.table("无法判断", UNJUDGED, _unjudged(contents.unjudged, names))
        book.table("数据质量", QUALITY, _quality(contents.quality))
    for path, rows in zip(paths[1:], details[1:], strict=True):
        with book_at(path) as book:
            book.table("疑点明细", listing.columns, rows, frozen=_KEPT_IN_SIGHT)
    return paths


_OF_RULE = ("rule_code", "rule_name", "certainty", "findings", "lines", "encounters", "persons", *_MONEY)
_OF_INSTITUTION = (
    "institution_id", "institution_name", "encounters", "lines", "billed_fen", "findings", "violations",
    "lines_with_findings", *_MONEY,
)  # fmt: skip
_OF_DOCTOR = ("findings", "violations", "encounters", "persons", *_MONEY)


def _rows(frame: pl.DataFrame, names: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    return frame.select(names).iter_rows()


def _names(institutions: pl.DataFrame) -> dict[str | None, str | None]:
    return dict(institutions.select("institution_id", "institution_name").iter_rows())


def _institutions(frame: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    for row in frame.select(_OF_INSTITUTION).iter_rows(named=True):
        yield (*row.values(), (row["claimed_fen"], row["billed_fen"]))


def _doctors(frame: pl.DataFrame, names: Mapping[str | None, str | None]) -> Iterator[tuple[Any, ...]]:
    for row in frame.iter_rows(named=True):
        institution = row["institution_id"]
        who = (row["department_name"], row["doctor_id"], row["doctor_name"])
        yield (institution, names.get(institution), *who, *(row[name] for name in _OF_DOCTOR))


def _doctor_names(doctors: pl.DataFrame) -> dict[tuple[str, str], str | None]:
    rows = doctors.select("institution_id", "doctor_id", "doctor_name").iter_rows()
    return {(institution, doctor): name for institution, doctor, name in rows}


@dataclass(frozen=True)
class _Listing:
    """The findings one by one.

    Args:
        institutions, doctors: their names.
        by_sets: whether findings may bear a rule set, an action or an exemption.
    """

    explain: Explainer
    institutions: Mapping[str | None, str | None]
    doctors: Mapping[tuple[str, str], str | None]
    by_sets: bool

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(column for column in DETAIL if self.by_sets or column not in _OF_SETS)

    def rows(self, findings: Path, start: int, count: int) -> Iterator[tuple[Any, ...]]:
        """Findings `start` … `start + count`, a slice at a time."""
        lazy = pl.scan_parquet(findings, glob=False)
        for first in range(start, start + count, _SLICE):
            rows = lazy.slice(first, min(_SLICE, start + count - first)).collect()
            for row in rows.iter_rows(named=True):
                yield self._row(row)
            if rows.height < _SLICE:
                return

    def _row(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        why = self.explain(row)
        exemption = row["exemption_reason"] and f"{row['exemption']} {row['exemption_reason']}"
        return (
            row["certainty"],
            self.explain.sentence(row),
            row["rule_name"],
            self.institutions.get(row["institution_id"]),
            row["department_id"] and coded("dept", row["department_id"]),
            row["doctor_id"],
            self.doctors.get((row["institution_id"], row["doctor_id"])),
            row["person_id"],
            row["encounter_id"],
            row["line_id"] or row["line_key"],
            row["charged_at"],
            row["code"],
            row["name"],
            *self.explain.evidence(row),
            row["line_quantity"],
            row["excess_quantity"],
            row["line_amount"],
            *(row[name] for name in _MONEY),
            why.remedy,
            None,  # for the reviewer to fill in
            why.point_name,
            why.basis,
            why.source,
            why.legal_basis,
            "、".join(row["related"]) if row["related"] else None,
            row["rule_code"],
            row["knowledge_point"],
            row["institution_id"],
            row["settlement_id"],
            row["finding_id"],
            row["judging_region"],
            *((row["rule_set"], row["action"], exemption) if self.by_sets else ()),
        )


_CONCLUSIONS = {True: "● 超过界限", False: "未超过", None: "无法判断"}
_CARE = {True: "住院", False: "门诊", None: None}


def _indicators(frame: pl.DataFrame, names: Mapping[str | None, str | None]) -> Iterator[tuple[Any, ...]]:
    """What stands out first, then what is within its limit, then what could not be judged."""
    for row in frame.sort("flagged", descending=True, nulls_last=True, maintain_order=True).iter_rows(
        named=True
    ):
        institution = row["institution_id"]
        place = (
            institution,
            names.get(institution),
            _CARE[row["inpatient"]],
            row["doctor_id"],
            row["item_code"],
            row["knowledge_point"],
        )
        yield (
            _CONCLUSIONS[row["flagged"]], row["rule_name"], *place,
            row["period_from"], row["period_to"], row["cases"],
            None if row["value"] is None or not is_share(row["slug"]) else (row["value"], QUANTITY_SCALE),
            *indicator_evidence(row), row["peers"],
            indicator_sentence(row) if row["flagged"] else None,
            row["reason"] and fact_label(row["reason"]), row["judging_region"] or None, row["rule_set"],
            row["rule_code"], row["indicator_id"],
        )  # fmt: skip


def _unjudged(path: Path, names: Mapping[str | None, str | None]) -> Iterator[tuple[Any, ...]]:
    for row in pl.read_parquet(path, glob=False).iter_rows(named=True):
        institution = row["institution_id"]
        place = (institution, names.get(institution))
        yield (
            row["rule_code"], row["rule_name"], lacking(row["fact"]), *place, row["rows"],
            "、".join(row["examples"]),
        )  # fmt: skip


def _quality(path: Path) -> Iterator[tuple[Any, ...]]:
    for row in pl.read_parquet(path, glob=False).iter_rows(named=True):
        examples = "、".join(row["examples"] or ())
        yield (row["kind"], fact_label(row["field"]), row["institution_id"], row["count"], examples)


def _overview(
    plan: Plan, contents: Contents, files: Sequence[str]
) -> Iterator[tuple[str, Iterable[tuple[Any, ...]]]]:
    release, counts = plan.release, contents.summary
    unjudged = pl.read_parquet(contents.unjudged, glob=False)["rows"].sum()
    totals = {name: int(contents.by_rule[name].sum() or 0) for name in ("findings", *_MONEY)}
    yield (
        "审核对象",
        [
            *contents.audited,
            ("参保人", f"{counts['persons']:,} 人"),
            ("就诊", _audited(counts["audited_encounters"], counts["encounters"])),
            ("费用明细", f"{counts['audited_lines']:,} 行，{money(counts['billed_fen'])} 元"),
            ("有知识点的明细", _of(counts["known_lines"], counts["audited_lines"])),
        ],
    )
    yield (
        "审核依据",
        [
            ("发布版", f"第 {release.number} 版，{in_force(release.effective_from)}"),
            ("知识点", f"{len(release.all_points()):,} 条"),
            ("知识摘要", release.knowledge_digest),
            ("参数摘要", release.settings_digest),
            *(("发布说明", note) for note in release.notes),
        ],
    )
    yield (
        "审核结果",
        [
            ("疑点", f"{totals['findings']:,} 条"),
            *([("另有特例", f"{counts['exempt']:,} 条（不计入）")] if counts["exempt"] else []),
            *_by_certainty(contents.by_rule),
            ("有疑点的明细", _of(counts["lines_with_findings"], counts["audited_lines"])),
            ("计入金额", f"{money(totals['claimed_fen'])} 元（不重复计算）"),
            ("可追回基金", f"{money(totals['recoverable_fen'])} 元"),
            ("统计指标", f"{int(contents.indicators['flagged'].sum())} 项超过界限（见“统计指标”表）"),
            ("无法判断", f"{int(unjudged or 0):,} 行次（原因见“无法判断”表）"),
        ],
    )
    if len(files) > 1:
        split = f"疑点超过 Excel 单表 {MOST_ROWS:,} 行的上限，其余疑点在：{'、'.join(files[1:])}"
        yield "文件", [("分成多个文件", split)]
    yield "怎样阅读", HOW_TO_READ


def _by_certainty(rules: pl.DataFrame) -> Iterator[tuple[str, str]]:
    for certainty, label in CERTAINTIES.items():
        held = rules.filter(pl.col("certainty") == certainty)
        number, claimed, back = (
            int(held[name].sum() or 0) for name in ("findings", "claimed_fen", "recoverable_fen")
        )
        sums = (
            ""
            if certainty == Certainty.REMINDER.value
            else f"，计入 {money(claimed)} 元，可追回 {money(back)} 元"
        )
        yield label, f"{number:,} 条{sums}"


def in_force(day: int) -> str:
    """From when a release judges, for people."""
    return f"{date_of(day).isoformat()} 起施行" if day > 0 else "不限施行日期"


def _audited(encounters: int, all_encounters: int) -> str:
    if encounters == all_encounters:
        return f"{encounters:,} 次"
    return f"{encounters:,} 次（数据集共 {all_encounters:,} 次，其余为历史）"


def _of(part: int, whole: int) -> str:
    tenths = part * 1000 // whole if whole else 0
    return f"{part:,} 行（{tenths // 10}.{tenths % 10}%）"
