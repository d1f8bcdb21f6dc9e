"""The compiled table: one row a point, with batch, link to the point it replaces, and all codes in one cell.

It has codes, texts, dates of the later batches and links; it lacks sex of drugs, intervals, counts, periods.
"""

from __future__ import annotations

from collections.abc import Iterator

from mingcha.domain.errors import InputError
from mingcha.ingest.knowledge.grids import Grid
from mingcha.ingest.knowledge.official_list import rules_by_name
from mingcha.ingest.knowledge.raw import Exclusion, RawPoint
from mingcha.knowledge.reading import codes_of
from mingcha.knowledge.starter import REISSUE

HEADINGS = ("kp_id", "规则名称", "知识点名称", "代码(;分隔)")
_READ = (*HEADINGS, "批次", "批次标签", "检出逻辑", "逻辑依据_限定", "替代", "行号")
_REISSUE_LABEL = "updates_2026-01"


def recognise(grid: Grid) -> bool:
    """Whether the grid is the compiled table."""
    return grid.heading(*HEADINGS) is not None


def read(grid: Grid) -> Iterator[RawPoint | Exclusion]:
    """The rows of the compiled table.

    Raises:
        InputError: a column is missing, a rule is not on the official list, a batch or row number is none.
    """
    heading = grid.heading(*HEADINGS) or 0
    missing = [name for name in _READ if name not in grid.rows[heading]]
    if missing:
        raise InputError(
            f"汇编表缺少列：{'、'.join(missing)}", where=grid.where(heading + 1), remedy="请导入完整的汇编表"
        )
    for number, record in grid.records(heading):
        where = grid.where(number)
        rule = rules_by_name().get(record["规则名称"])
        if rule is None:
            raise InputError(
                f"规则“{record['规则名称']}”不在国家规则目录中", where=where, remedy="核对规则名称的写法"
            )
        source_id = _batch(record, where)
        codes = codes_of(record["代码(;分隔)"])
        if not codes:
            yield Exclusion(rule.code, source_id, record["知识点名称"].removeprefix("说明："), where)
            continue
        yield _point(record, rule.code, rule.kind, source_id, codes, where)


def _point(
    record: dict[str, str], rule_code: str, kind: str, source_id: str, codes: tuple[str, ...], where: str
) -> RawPoint:
    if not record["行号"].isdigit():
        raise InputError(f"行号“{record['行号']}”不是数字", where=where, remedy="核对这一行是否错列")
    basis = record["逻辑依据_限定"]
    containing: tuple[str, ...] = ()
    limits: dict[str, str] = {}
    if kind == "duplicate-pair":
        containing, codes = codes[:1], codes[1:]
    elif kind == "same-incision-group":
        limits["手术组"] = basis
    elif kind == "quantity-limit":
        limits["单位"] = basis
    return RawPoint(
        layout="compiled",
        where=where,
        rule_code=rule_code,
        source_id=source_id,
        row=int(record["行号"]),
        name=record["知识点名称"],
        codes=codes,
        containing=containing,
        logic=record["检出逻辑"],
        basis=basis,
        limits=limits,
        external_id=record["kp_id"],
        replaces=record["替代"],
    )


def _batch(record: dict[str, str], where: str) -> str:
    if record["批次"].isdigit():
        return f"nkb-{int(record['批次']):02d}"
    if record["批次标签"] == _REISSUE_LABEL:
        return REISSUE
    raise InputError(
        f"批次“{record['批次']}{record['批次标签']}”无法识别",
        where=where,
        remedy="批次应为数字或 2026 年 1 月更新",
    )
