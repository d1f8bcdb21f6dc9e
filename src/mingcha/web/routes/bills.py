"""Bills: an encounter whole, its lines some at a time."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import StringConstraints

from mingcha.access.permissions import Permission
from mingcha.audit.reading import bills
from mingcha.audit.reading.bills import MOST_LINES, Bill, LinesWanted, SomeLines
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Line
from mingcha.web.routes.persons import DatasetOf

door = Door("/bills", "单据")

EncounterId = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/\\]+$")
]


@door.get("/{encounter_id}", Permission.BILLS_VIEW, "一张单据", response_model=Bill)
def show(encounter_id: EncounterId, actor: SignedIn, access: Services, dataset: DatasetOf = None) -> Bill:
    """一次就诊：结算、诊断、手术操作，以及其他已知的事实；参保人已遮盖。"""
    return bills.bill(access, actor, encounter_id, dataset)


@door.get("/{encounter_id}/lines", Permission.BILLS_VIEW, "一张单据的费用明细", response_model=SomeLines)
def list_lines(
    encounter_id: EncounterId,
    actor: SignedIn,
    access: Services,
    *,
    dataset: DatasetOf = None,
    offset: Annotated[int, Query(ge=0, le=10_000_000, description="从第几行起，0 为第一行")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_LINES, description="至多几行")] = 200,
    text: Annotated[Line | None, Query(description="编码或名称包含")] = None,
    line: Annotated[list[Line] | None, Query(max_length=500, description="明细键，其中之一")] = None,
    sort: Annotated[Line | None, Query(description="排序字段，前加 - 为倒序")] = None,
) -> SomeLines:
    """按单据上的顺序；数量和金额是退费冲抵后的，原来的在旁边。合计是全部符合条件的。"""
    wanted = LinesWanted(text or "", frozenset(line) if line else None, sort or "number", offset, limit)
    return bills.lines(access, actor, encounter_id, wanted, dataset)
