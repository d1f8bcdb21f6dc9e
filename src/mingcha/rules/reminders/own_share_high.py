"""自费比例超限：一次结算的自费金额占总费用的比例超过设定。

## 检查什么
结算的自费金额占总费用的比例，超过本级医疗机构的设定比例；自费金额低于设定起点的小额结算不看。

## 为何违规
这不是违规，只是提醒：自费比例过高加重参保人负担，也可能是用目录外项目替代目录内项目，协议多有比例约定。

## 不报什么
比例恰好等于设定的；自费金额不到起点的；自费金额、总费用未知，或比例较高而机构级别未知的，记为“无法判断”。

## 处理建议
核对目录外项目的必要性与知情同意；可用目录内项目替代的予以替代。比例没有全国统一值，各地按服务协议设定。
"""

from typing import Any

from mingcha.domain.claims import Encounter, Settlement
from mingcha.domain.values import PER_CENT, QUANTITY_SCALE, decimal_text, yuan
from mingcha.rules.base import VisitRule
from mingcha.rules.settings import setting


class OwnShareHigh(VisitRule):
    slug, version, since = "own-share-high", 1, "0.1.0"
    title = "自费比例超限"
    legal_basis = ("fund-regulation",)

    from_yuan: Any = setting(1000, label="自费金额起点", unit="元", at_least=0, at_most=1_000_000)
    most_third: Any = setting(30, label="三级机构自费比例上限", unit="%", at_least=0, at_most=100)
    most_second: Any = setting(30, label="二级机构自费比例上限", unit="%", at_least=0, at_most=100)
    most_first: Any = setting(30, label="一级及以下机构自费比例上限", unit="%", at_least=0, at_most=100)

    rank, own, whole = Encounter.institution_rank, Settlement.own_expense * 100, Settlement.total_amount
    when = Settlement.own_expense >= from_yuan * 100
    forbids = (
        ((rank == 3) & (own > whole * most_third))
        | ((rank == 2) & (own > whole * most_second))
        | ((rank < 2) & (own > whole * most_first))
    )
    value, limit = Settlement.own_expense, Settlement.total_amount
    message = "{limit}，其中自费 {value}，自费比例超过设定"

    def evidence(self, value: Any, limit: Any, _point: Any) -> tuple[str | None, str | None]:
        """What was paid by the person, with its share; a share just above the limit is not rounded down to it."""
        share = f"，占 {decimal_text(-(-value * QUANTITY_SCALE // limit), PER_CENT)}%" if limit else ""
        return f"{yuan(value)} 元{share}", f"总费用 {yuan(limit)} 元"
