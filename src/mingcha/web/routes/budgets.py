"""Budgets of departments."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import Base64Bytes, BaseModel, Field, StringConstraints

from mingcha.access.permissions import Permission
from mingcha.hospital import budgets
from mingcha.hospital.budget_tables import ComparedBudget, compare_table
from mingcha.hospital.budgets import BudgetChange, BudgetFilter, BudgetView, NewBudget
from mingcha.hospital.departments import DepartmentView
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import PRINTED, Code, Form, Line, Listed, Paging, ReasonForm, ShortLine, listed

door = Door("/budgets", "科室预算")

Written = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20, pattern=PRINTED)]
Yuan = Annotated[Decimal, Field(gt=0, le=10_000_000_000, max_digits=13, decimal_places=2, description="元")]


class BudgetForm(Form):
    """What a department is to have in a period."""

    department_id: Code
    period: Annotated[Written, Field(description="2026 为全年，2026-03 为一个月")]
    amount: Yuan


class BudgetsForm(Form):
    """Budgets of departments of one institution."""

    institution_id: Code
    rows: Annotated[list[BudgetForm], Field(min_length=1, max_length=budgets.MOST_ROWS)]
    remark: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=PRINTED)] = ""


class BudgetFileForm(Form):
    """A table of budgets."""

    institution_id: Code
    file_name: ShortLine
    content: Annotated[Base64Bytes, Field(min_length=1, description="文件内容，Base64")]


class BudgetsSet(BaseModel):
    """How many budgets changed."""

    changed: int


@door.get("", Permission.BUDGETS_VIEW, "科室预算", response_model=Listed[BudgetView])
def list_budgets(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    *,
    institution_id: Annotated[Code | None, Query(description="机构编号")] = None,
    period: Annotated[Written | None, Query(description="年份连同其中各月，或一个月")] = None,
    department: Annotated[Line | None, Query(description="科室编码或名称包含")] = None,
    used_from: Annotated[int | None, Query(ge=0, le=1000, description="已用比例不低于，百分数")] = None,
) -> dict[str, Any]:
    """数据范围内的预算和执行：已结算、在院未结算、已用比例、余下天数；约两秒前的单据都已计入。"""
    wanted = BudgetFilter(institution_id, period, department, used_from)
    return listed(budgets.budgets(access, actor, wanted, paging))


@door.get("/departments", Permission.BUDGETS_VIEW, "可以设预算的科室", response_model=list[DepartmentView])
def list_departments(actor: SignedIn, access: Services) -> list[DepartmentView]:
    """数据范围内的科室：机构里登记的，和单据上出现过的。"""
    return budgets.departments(access, actor)


@door.post("", Permission.BUDGETS_EDIT, "设定预算", response_model=BudgetsSet, status_code=201)
def set_budgets(form: BudgetsForm, actor: SignedIn, access: Services) -> BudgetsSet:
    """从现在起有效；以前的留在历史里。与现在一样的不算改动。"""
    rows = [NewBudget(one.department_id, one.period, int(one.amount * 100)) for one in form.rows]
    return BudgetsSet(changed=budgets.set_budgets(access, actor, form.institution_id, rows, form.remark))


@door.post("/preview", Permission.BUDGETS_EDIT, "预览要导入的预算表", response_model=list[ComparedBudget])
def preview(form: BudgetFileForm, actor: SignedIn, access: Services) -> list[ComparedBudget]:
    """逐行与现状比较：新增、变更、没有变化、不能用；什么也不保存。"""
    return compare_table(access, actor, form.institution_id, form.file_name, form.content)


@door.get(
    "/{budget_id}/history", Permission.BUDGETS_VIEW, "一条预算的历史", response_model=list[BudgetChange]
)
def show_history(budget_id: UUID, actor: SignedIn, access: Services) -> list[BudgetChange]:
    """每次设定：金额、说明、谁、什么时候，最新的在前。"""
    return budgets.history(access, actor, budget_id)


@door.post("/{budget_id}/undo", Permission.BUDGETS_EDIT, "撤销最近一次设定", status_code=204)
def undo(budget_id: UUID, form: ReasonForm, actor: SignedIn, access: Services) -> None:
    """恢复上一次的金额；第一次设定的撤销后没有预算。"""
    budgets.undo(access, actor, budget_id, form.reason)
