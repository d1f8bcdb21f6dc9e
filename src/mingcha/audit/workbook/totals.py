"""The sheets of totals: by rule, by institution, by doctor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from mingcha.audit.sheets import Column, Form

MONEY = ("amount_fen", "claimed_fen", "recoverable_fen")
MONEY_COLUMNS = (
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
    *MONEY_COLUMNS,
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
    *MONEY_COLUMNS,
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
    *MONEY_COLUMNS,
)
_OF_RULE = ("rule_code", "rule_name", "certainty", "findings", "lines", "encounters", "persons", *MONEY)
_OF_INSTITUTION = (
    "institution_id", "institution_name", "encounters", "lines", "billed_fen", "findings", "violations",
    "lines_with_findings", *MONEY,
)  # fmt: skip
_OF_DOCTOR = ("findings", "violations", "encounters", "persons", *MONEY)


def rule_rows(frame: pl.DataFrame) -> Iterable[tuple[Any, ...]]:
    """The rows of the sheet by rule."""
    return frame.select(_OF_RULE).iter_rows()


def institution_rows(frame: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    """The rows of the sheet by institution."""
    for row in frame.select(_OF_INSTITUTION).iter_rows(named=True):
        yield (*row.values(), (row["claimed_fen"], row["billed_fen"]))


def doctor_rows(frame: pl.DataFrame, names: Mapping[str | None, str | None]) -> Iterator[tuple[Any, ...]]:
    """The rows of the sheet by doctor."""
    for row in frame.iter_rows(named=True):
        institution = row["institution_id"]
        who = (row["department_name"], row["doctor_id"], row["doctor_name"])
        yield (institution, names.get(institution), *who, *(row[name] for name in _OF_DOCTOR))


def institution_names(institutions: pl.DataFrame) -> dict[str | None, str | None]:
    """What each institution is called."""
    return dict(institutions.select("institution_id", "institution_name").iter_rows())


def doctor_names(doctors: pl.DataFrame) -> dict[tuple[str, str], str | None]:
    """What each doctor of an institution is called."""
    rows = doctors.select("institution_id", "doctor_id", "doctor_name").iter_rows()
    return {(institution, doctor): name for institution, doctor, name in rows}
