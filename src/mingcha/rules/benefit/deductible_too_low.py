"""起付线不足：统筹基金支付了住院费用，而实际支付起付线低于最低起付标准。

## 检查什么
统筹基金有支付的住院，实际支付起付线低于参数给出的最低起付标准。
起付标准没有全国统一的数值，默认为零（不查），由地区及规则集按险种、机构级别设定；一年内多次住院、
特殊人群降低或免除的，按其中最低的设。

## 为何违规
起付标准以下的费用由个人负担，少扣起付线即多支付基金。

## 不报什么
起付线、统筹基金支付未知，或不知是否住院的，记为“无法判断”；恰好等于最低起付标准的；统筹基金没有支付的；门诊与购药。

## 处理建议
核对住院次数与减免资格；确属少扣的重新结算。多支付的数额随支付比例而定，本项不计金额。
"""

from typing import Any

from mingcha.domain.claims import Encounter, Settlement
from mingcha.rules.base import BillRule, Grain
from mingcha.rules.settings import setting


class DeductibleTooLow(BillRule):
    slug, version, since = "deductible-too-low", 1, "0.2.0"
    title = "起付线不足"
    grain = Grain.ENCOUNTER
    legal_basis = ("social-insurance-law", "fund-regulation", "benefit-list")

    lowest: Any = setting(0, label="住院最低起付标准", unit="元", scale=100, at_least=0, at_most=10_000_000)

    when = Encounter.inpatient == True
    forbids = (Settlement.deductible_paid < lowest) & (Settlement.fund_paid > 0)
    value, limit = Settlement.deductible_paid, lowest
    message = "住院实际支付起付线 {value} 元，低于最低起付标准 {limit} 元"
