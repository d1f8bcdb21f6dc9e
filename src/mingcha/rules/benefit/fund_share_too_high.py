"""报销比例超标：统筹基金支付多于政策范围金额减起付线后，按最高支付比例计算的数额。

## 检查什么
以结算的符合政策范围金额减实际支付起付线，乘统筹基金最高支付比例，得应支付的上限；统筹基金支付超过上限与容差的报。
比例是参数：没有全国统一的数值，默认 100%（只查超过政策范围的支付），由地区及规则集按险种、机构级别、医疗类别设定，
同一范围内在职与退休等比例不同的，按其中最高的设。大病保险、医疗救助、公务员补助另计，不在统筹基金支付之内。

## 为何违规
统筹基金应当按规定的起付标准和支付比例支付，多支付的部分没有依据。

## 不报什么
政策范围金额、起付线或统筹基金支付未知的，记为“无法判断”；差额在容差之内的；统筹基金少支付的。

## 处理建议
核对参保人员类别、转诊备案和待遇政策；确属多支付的重新结算，退回差额。
"""

from typing import Any

from mingcha.domain.claims import Settlement
from mingcha.rules.base import BillRule, Excess, Grain
from mingcha.rules.payment import WHOLE, in_scope_beyond_deductible
from mingcha.rules.settings import setting


class FundShareTooHigh(BillRule):
    slug, version, since = "fund-share-too-high", 1, "0.2.0"
    title = "报销比例超标"
    grain = Grain.ENCOUNTER
    legal_basis = ("social-insurance-law", "fund-regulation", "benefit-list")
    excess = Excess.FUND

    ratio: Any = setting(
        WHOLE, label="统筹基金最高支付比例", unit="%", scale=WHOLE // 100, at_least=0, at_most=WHOLE
    )
    tolerance: Any = setting(100, label="容差", unit="元", scale=100, at_least=0, at_most=100_000)

    allowed = in_scope_beyond_deductible * ratio // WHOLE
    forbids = Settlement.fund_paid > allowed + tolerance
    value, limit = Settlement.fund_paid, allowed
    message = "统筹基金支付 {value} 元，按比例至多 {limit} 元，多 {amount} 元"
