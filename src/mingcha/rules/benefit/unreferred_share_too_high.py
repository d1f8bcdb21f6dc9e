"""未备案未降低比例：异地就医没有转院备案，而统筹基金按备案的比例支付。

## 检查什么
异地结算的就诊，参保人的转院备案中没有本机构的，统筹基金支付超过按未备案比例计算的数额与容差。
未备案比例没有全国统一的数值，默认 100%（不降低），由参保地设定。

## 为何违规
未按规定办理转诊、备案的异地就医，统筹基金按参保地规定的较低比例支付。

## 不报什么
没有备案资料，或资料中没有该参保人的，以及金额未知的，记为“无法判断”；本地就医；已备案的；急诊抢救视同备案的地区，
由规则集排除急诊类别。

## 处理建议
核对备案的有效期与视同备案的情形；确未备案的按未备案比例重新结算，退回差额。
"""

from typing import Any

from mingcha.domain.claims import Encounter, Settlement
from mingcha.rules.base import BillRule, Excess, Grain
from mingcha.rules.payment import WHOLE, in_scope_beyond_deductible
from mingcha.rules.settings import setting


class UnreferredShareTooHigh(BillRule):
    slug, version, since = "unreferred-share-too-high", 1, "0.2.0"
    title = "未备案未降低比例"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "benefit-list", "remote-care")
    excess = Excess.FUND

    ratio: Any = setting(
        WHOLE, label="未备案异地就医支付比例", unit="%", scale=WHOLE // 100, at_least=0, at_most=WHOLE
    )
    tolerance: Any = setting(100, label="容差", unit="元", scale=100, at_least=0, at_most=100_000)

    allowed = in_scope_beyond_deductible * ratio // WHOLE
    when = Encounter.remote_settlement == True
    forbids = (Encounter.referred == False) & (Settlement.fund_paid > allowed + tolerance)
    value, limit = Settlement.fund_paid, allowed
    message = "异地就医没有转院备案，统筹基金支付 {value} 元，至多 {limit} 元，多 {amount} 元"
