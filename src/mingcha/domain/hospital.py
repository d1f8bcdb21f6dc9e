"""What a hospital manages its own spending by."""

from __future__ import annotations

from mingcha.domain import fields as f
from mingcha.domain.fields import Entity


class DepartmentBudget(Entity):
    """科室预算: what the orders of a department may come to in a month or a year; one row a period."""

    label = "科室预算"
    key = ("institution_id", "department_id", "period")

    institution_id = f.text("医疗机构编码", "fixmedins_code", required=True)
    department_id = f.text("科室编码", "hosp_dept_codg", required=True, note="与单据上的开单科室编码相同")
    period = f.text("预算期间", required=True, note="2026 为全年，2026-03 为一个月")
    budget_amount = f.money("预算金额", required=True, note="全部费用，不只是基金支付")
    spent_settled = f.money("已结算", derived=True, note="本科室开单、计费日期在期间内、已结算的明细的金额")
    spent_open = f.money("在院未结算", derived=True, note="同上，在院而单据还没有结算的；同一明细只计一次")
    used_share = f.ratio("已用比例", derived=True, note="已结算与在院未结算之和除以预算金额")
    days_left = f.number("余下天数", unit="天", derived=True, note="今天以后，到期间最后一天")
