"""The sheet of findings, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.audit.explain import Explainer
from mingcha.audit.sheets import Column, Form
from mingcha.audit.workbook.totals import MONEY, MONEY_COLUMNS
from mingcha.domain.codelists import coded

# Of the list of findings: how certain each is, and what it says.
KEPT_IN_SIGHT = 2
_SLICE = 50_000
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
    *MONEY_COLUMNS,
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


@dataclass(frozen=True)
class FindingSheet:
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
        """Those that can have something in them."""
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
            *(row[name] for name in MONEY),
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
