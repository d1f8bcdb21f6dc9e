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


class PaymentStandard(Entity):
    """支付标准: what a stay is paid by DRG, DIP or 单病种, as a document says it; one row a group and period."""

    label = "支付标准"
    key = ("scheme", "region", "institution_id", "group_code", "valid_from")

    scheme = f.code("付费方式", required=True, note="DRG、DIP 或 单病种")
    region = f.code("地区", "admdvs", required=True, note="6 位；管到它下面各地")
    institution_rank = f.number("机构级别", codes="institution_rank", note="空为不分级别")
    institution_id = f.text("医疗机构编码", "fixmedins_code", note="空为不分机构")
    insurance_type = f.code("险种", "insutype", codes="insutype", note="空为不分险种")
    group_code = f.code("病种（组）编码", "dise_no", "drg_codg", required=True)
    group_name = f.text("病种（组）名称", "dise_name", "drg_name", required=True)
    main_diagnoses = f.codes("主诊断", required=True, note="编码或其开头，可以几个")
    procedures = f.codes("手术操作", note="编码或其开头，有其一即可；空为不看手术操作")
    standard_amount = f.money("支付标准金额", note="或者写分值和点值")
    points = f.quantity("分值", note="DRG 写权重；与点值相乘得支付标准")
    point_rate = f.price("点值", note="DRG 写费率")
    valid_from = f.day("开始日期", required=True)
    valid_to = f.day("结束日期", note="含当日；空为至今有效")
    source = f.text("来源文件", required=True, note="名称和文号")
