"""Trials: what a draft would change on bills of the past."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from mingcha.access.permissions import Permission
from mingcha.audit.ledger.runs import RunView
from mingcha.audit.reading.comparison import Change, Comparison, Difference, DifferenceFilter
from mingcha.jobs import trials
from mingcha.jobs.kinds.trial import TrialParameters
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Form, Line, Listed, Paging, listed
from mingcha.web.routes.runs import Day

door = Door("/trials", "试运行")


class NewTrial(Form):
    """A draft to be tried on a dataset; all encounters where no period is given."""

    name: Line
    draft_id: UUID
    dataset_id: UUID
    first: Day | None = None
    last: Day | None = None


@door.post("", Permission.RUNS_START, "试运行草稿", response_model=RunView, status_code=202)
def start(form: NewTrial, actor: SignedIn, access: Services) -> RunView:
    """同一批数据分别按现行版和草稿审核，比较结果；进入排队。"""
    parameters = TrialParameters(form.draft_id, form.dataset_id, form.first, form.last)
    return trials.start(access, actor, form.name, parameters)


@door.get("", Permission.RUNS_VIEW, "草稿的试运行", response_model=list[RunView])
def list_trials(
    actor: SignedIn, access: Services, draft_id: Annotated[UUID, Query(description="草稿")]
) -> list[RunView]:
    """最新的在前。"""
    return list(trials.trials_of(access, actor, draft_id))


@door.get("/{run_id}/comparison", Permission.FINDINGS_VIEW, "草稿会改变什么", response_model=Comparison)
def show(run_id: UUID, actor: SignedIn, access: Services) -> Comparison:
    """新增、消失、变化的疑点数和计入金额，按规则和机构。"""
    return trials.would_change(access, actor, run_id)


@door.get(
    "/{run_id}/differences", Permission.FINDINGS_VIEW, "试运行中不同的疑点", response_model=Listed[Difference]
)
def list_differences(
    run_id: UUID,
    actor: SignedIn,
    access: Services,
    paging: Paging,
    change: Annotated[Change | None, Query(description="新增、消失或变化")] = None,
    rule: Annotated[Line | None, Query(description="规则编码")] = None,
    institution: Annotated[Line | None, Query(description="医疗机构编码；- 为未知")] = None,
) -> dict[str, Any]:
    """缺省按相差的金额从大到小。"""
    wanted = DifferenceFilter(change, rule, institution)
    return listed(trials.samples(access, actor, run_id, wanted, paging))
