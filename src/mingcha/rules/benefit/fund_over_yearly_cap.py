"""超封顶线：本年度统筹累计支付加本次支付超过年度最高支付限额。

## 检查什么
结算前本年度统筹累计支付，加本次统筹基金支付，超过年度最高支付限额；超出的记为本次多支付，至多为本次支付的数额。
限额没有全国统一的数值，默认一亿元（不查），由地区及规则集按险种设定。

## 为何违规
超过年度最高支付限额的费用，统筹基金不再支付，由大病保险、大额补助等解决。

## 不报什么
年度累计或本次支付未知的，记为“无法判断”：数据集中的历史未必完整，不以其合计代替；恰好等于限额的。

## 处理建议
核对年度累计；确已超限的将超出部分改由大病保险、大额补助结算，退回统筹基金。
"""

from typing import Any

from mingcha.domain.claims import Settlement
from mingcha.rules.base import BillRule, Excess, Grain
from mingcha.rules.settings import setting

NOT_SET = 10_000_000_000


class FundOverYearlyCap(BillRule):
    slug, version, since = "fund-over-yearly-cap", 1, "0.2.0"
    title = "超封顶线"
    grain = Grain.ENCOUNTER
    legal_basis = ("social-insurance-law", "fund-regulation", "benefit-list")
    excess = Excess.FUND

    cap: Any = setting(
        NOT_SET, label="统筹基金年度最高支付限额", unit="元", scale=100, at_least=0, at_most=NOT_SET
    )

    left = Settlement.year_fund_paid * -1 + cap  # an amount first: the limit is shown as one
    forbids = (Settlement.fund_paid > left) & (Settlement.fund_paid > 0)
    value, limit = Settlement.fund_paid, left
    message = "本次统筹基金支付 {value} 元，年度限额只余 {limit} 元，多 {amount} 元"
