"""The first sheet: what was audited, by what, what was found, and how to read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import polars as pl

from mingcha.audit.sheets import CERTAINTIES, MOST_ROWS
from mingcha.audit.workbook.contents import Contents
from mingcha.audit.workbook.totals import (
    MONEY,
)
from mingcha.domain.values import date_of, money
from mingcha.engine.plan import Plan
from mingcha.knowledge.point import Certainty

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


def overview(
    plan: Plan, contents: Contents, files: Sequence[str]
) -> Iterator[tuple[str, Iterable[tuple[Any, ...]]]]:
    release, counts = plan.release, contents.summary
    unjudged = pl.read_parquet(contents.unjudged, glob=False)["rows"].sum()
    totals = {name: int(contents.by_rule[name].sum() or 0) for name in ("findings", *MONEY)}
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
