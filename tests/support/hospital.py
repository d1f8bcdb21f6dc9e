"""What a hospital manages its own spending by, as tests ask for it."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from mingcha.access.context import Access
from mingcha.access.listing import Listing
from mingcha.hospital import budgets
from mingcha.hospital.budgets import BudgetFilter, NewBudget
from tests.support.platform import ROOT

_TABLE = b64encode("科室编码,预算期间,预算金额\nx,2026,1\n".encode()).decode()


def hospital_calls(access: Access, hospital: str) -> dict[tuple[str, str], tuple[str, Any]]:
    """A call of every route of a hospital of the town, aimed at what is its own."""
    department = f"{hospital}-内科"
    budgets.set_budgets(access, ROOT, hospital, [NewBudget(department, "2026", 100_00)], "")
    (budget,) = budgets.budgets(access, ROOT, BudgetFilter(hospital), Listing()).items
    rows = [{"department_id": department, "period": "2026-03", "amount": "5.00"}]
    table = {
        "institution_id": hospital,
        "file_name": "x.csv",
        "content": "56eR5a6k57yW56CBLOmihOeul+acn+mXtCzpooTnrpfph5Hpop0KeCwyMDI2LDEK",
    }
    return {
        ("GET", "/budgets"): ("/budgets", None),
        ("GET", "/budgets/departments"): ("/budgets/departments", None),
        ("POST", "/budgets"): ("/budgets", {"institution_id": hospital, "rows": rows}),
        ("POST", "/budgets/preview"): ("/budgets/preview", table),
        ("GET", "/budgets/{budget_id}/history"): (f"/budgets/{budget.id}/history", None),
        ("POST", "/budgets/{budget_id}/undo"): (f"/budgets/{budget.id}/undo", {"reason": "写错了的"}),
    }
