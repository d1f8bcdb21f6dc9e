"""What a hospital manages its own spending by, as exports."""

from __future__ import annotations

from mingcha.access.permissions import Permission
from mingcha.audit.sheets import Form
from mingcha.hospital import budgets, standards
from mingcha.hospital.budgets import BudgetFilter, BudgetView
from mingcha.hospital.standards import StandardFilter, StandardView
from mingcha.jobs.lists.entry import ListEntry, Shown, by_page

LISTS = (
    ListEntry(
        "budgets",
        "科室预算",
        Permission.BUDGETS_VIEW,
        BudgetFilter,
        BudgetView,
        (
            Shown("机构编号", "institution_id", width=18),
            Shown("机构", "institution_name", width=30),
            Shown("科室编码", "department_id", width=14),
            Shown("科室", "department_name", width=20),
            Shown("期间", "period", width=10),
            Shown("预算（元）", "amount_fen", Form.YUAN, 16),
            Shown("已结算（元）", "settled_fen", Form.YUAN, 16),
            Shown("在院未结算（元）", "open_fen", Form.YUAN, 16),
            Shown("已用", "used", width=10),
            Shown("余下天数", "days_left", Form.COUNT, 10),
            Shown("说明", "remark", width=36),
            Shown("谁设定", "set_by", width=16),
            Shown("设定时间", "set_at", Form.MOMENT, 18),
        ),
        by_page(budgets.budgets),
    ),
    ListEntry(
        "payment-standards",
        "支付标准",
        Permission.STANDARDS_VIEW,
        StandardFilter,
        StandardView,
        (
            Shown("付费方式", "scheme", width=10),
            Shown("地区", "region", width=10),
            Shown("机构级别", "institution_rank", Form.COUNT, 10),
            Shown("机构编码", "institution_id", width=18),
            Shown("险种", "insurance_type", width=8),
            Shown("病种（组）编码", "code", width=16),
            Shown("病种（组）名称", "name", width=36),
            Shown("主诊断", "diagnoses", width=24),
            Shown("手术操作", "procedures", width=24),
            Shown("支付标准金额（元）", "amount_fen", Form.YUAN, 18),
            Shown("开始日期", "valid_from", Form.DAY, 12),
            Shown("结束日期", "valid_to", Form.DAY, 12),
            Shown("来源文件", "source", width=40),
            Shown("谁录入", "set_by", width=16),
            Shown("撤下的人", "withdrawn_by", width=16),
            Shown("撤下的原因", "withdrawn_why", width=30),
        ),
        by_page(standards.standards),
    ),
)
