"""The sheet of indicators of institutions and doctors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from mingcha.audit.explain import fact_label
from mingcha.audit.sheets import Column, Form
from mingcha.catalogue.messages import indicator_evidence, indicator_sentence, is_share
from mingcha.domain.values import QUANTITY_SCALE

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
_CONCLUSIONS = {True: "● 超过界限", False: "未超过", None: "无法判断"}
_CARE = {True: "住院", False: "门诊", None: None}


def indicator_rows(frame: pl.DataFrame, names: Mapping[str | None, str | None]) -> Iterator[tuple[Any, ...]]:
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
