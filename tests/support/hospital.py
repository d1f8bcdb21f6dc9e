"""What a hospital manages its own spending by, as tests ask for it."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from mingcha.access.context import Access
from mingcha.access.listing import Listing
from mingcha.hospital import budgets, standards
from mingcha.hospital.budgets import BudgetFilter, NewBudget
from mingcha.hospital.matching import Scheme
from mingcha.hospital.standards import NewStandard, StandardFilter
from tests.support.platform import ROOT, START

_TABLE = b64encode("科室编码,预算期间,预算金额\nx,2026,1\n".encode()).decode()


def hospital_calls(access: Access, hospital: str) -> dict[tuple[str, str], tuple[str, Any]]:
    """A call of every route of a hospital of the town, aimed at what is its own."""
    department = f"{hospital}-内科"
    budgets.set_budgets(access, ROOT, hospital, [NewBudget(department, "2026", 100_00)], "")
    (budget,) = budgets.budgets(access, ROOT, BudgetFilter(hospital), Listing()).items
    rows = [{"department_id": department, "period": "2026-03", "amount": "5.00"}]
    standard = NewStandard(
        Scheme.DRG, "350100", f"G-{hospital}", "组", ("I21",), START.date(), "演示数据",
        institution_id=hospital, amount_fen=100,
    )  # fmt: skip
    standards.add_standards(access, ROOT, [standard])
    wanted = StandardFilter(text=standard.code)
    (entered,) = standards.standards(access, ROOT, wanted, Listing()).items
    written = {
        "scheme": "dip", "region": "350100", "institution_id": hospital, "code": "D1", "name": "组",
        "diagnoses": ["I21"],
        "amount": "5.00", "valid_from": "2026-01-01", "source": "演示数据",
    }  # fmt: skip
    at, why = f"/payment-standards/{entered.id}", {"reason": "写错了的"}
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
        ("GET", "/payment-standards"): ("/payment-standards", None),
        ("POST", "/payment-standards"): ("/payment-standards", {"rows": [written]}),
        ("POST", "/payment-standards/preview"): (
            "/payment-standards/preview",
            {"file_name": "x.csv", "content": _TABLE},
        ),
        ("POST", "/payment-standards/{standard_id}/withdraw"): (f"{at}/withdraw", why),
        ("POST", "/payment-standards/{standard_id}/put-back"): (f"{at}/put-back", why),
        ("POST", "/budgets/{budget_id}/undo"): (f"/budgets/{budget.id}/undo", {"reason": "写错了的"}),
    }
