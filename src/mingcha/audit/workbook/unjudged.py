"""The sheets of what could not be judged, and of what is odd in the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.audit.explain import fact_label, lacking
from mingcha.audit.sheets import Column, Form

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


def unjudged_rows(path: Path, names: Mapping[str | None, str | None]) -> Iterator[tuple[Any, ...]]:
    for row in pl.read_parquet(path, glob=False).iter_rows(named=True):
        institution = row["institution_id"]
        place = (institution, names.get(institution))
        yield (
            row["rule_code"], row["rule_name"], lacking(row["fact"]), *place, row["rows"],
            "、".join(row["examples"]),
        )  # fmt: skip


def quality_rows(path: Path) -> Iterator[tuple[Any, ...]]:
    for row in pl.read_parquet(path, glob=False).iter_rows(named=True):
        examples = "、".join(row["examples"] or ())
        yield (row["kind"], fact_label(row["field"]), row["institution_id"], row["count"], examples)
