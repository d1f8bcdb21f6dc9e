"""分解收费：应合并收费的项目，拆成若干组成项目收费。

## 检查什么
同一次就诊同一天，知识点列出的组成项目出现了规定个数的不同项目，而它们应当合并为一个项目收费。
超收金额为各组成项目成套部分的金额合计减去合并项目的价格，记在后发生的明细上。

## 为何违规
把应合并收费的项目拆分收费属于分解项目收费，基金不予支付超出部分。

## 不报什么
组成项目不足规定个数的；分在不同日的；拆分后合计不高于合并项目价格的；数量或金额未知的记为“无法判断”。
合并项目价格未知的仍列出明细，超收金额记为零。

## 处理建议
按合并项目重新计费，退回差额；确为分别开展的，上传报告单说明。
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from mingcha.domain.claims import Line
from mingcha.domain.conditions import distinct
from mingcha.domain.values import yuan
from mingcha.knowledge.kinds.charging import SplitCharge
from mingcha.rules.base import Grain, Group, ItemRule, LineFacts, Verdicts

FEN = 100_000_000  # price (10⁻⁶ yuan) × quantity (10⁻⁴) in one fen


class SplitCharged(ItemRule[SplitCharge]):
    slug, version, since = "split-charge", 1, "0.1.0"
    title = "分解收费"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "rules-2025")
    needs = (Line.quantity, Line.amount)
    per = Line.day
    only_if = distinct(Line.item_code) >= SplitCharge.components
    value, limit = Line.amount, Line.amount
    message = (
        "{item} 等项目应合并为一项收费（{bundle} {bundle_name}），拆分合计 {value}，按合并项目收费：{limit}"
    )

    def evidence(self, value: Any, limit: Any, _point: Any) -> tuple[str | None, str | None]:
        """What was charged for the parts, and what the whole costs: its price may not have been entered here."""
        return f"{yuan(value)} 元", "价格本地未录入" if limit is None else f"{yuan(limit)} 元"

    def judge(self, group: Group[SplitCharge], point: SplitCharge) -> Verdicts:
        by_item: dict[object, list[LineFacts]] = defaultdict(list)
        for line in group.lines:
            by_item[line.item].append(line)
        if len(by_item) < point.components:
            return
        for line in group.lines:
            if line.quantity is None or line.amount is None:
                yield group.cannot_judge(Line.quantity if line.quantity is None else Line.amount)
                return
        price: int | None = point.bundle_price
        if price is None:
            for line in group.lines:
                others = [other for other in group.lines if other is not line]
                yield group.violates(line, excess_amount=0, value=_amount(group.lines), related=others)
            return
        counts = {item: sum(line.quantity or 0 for line in lines) for item, lines in by_item.items()}
        whole = min(counts.values())
        parts = sum(_amount(lines) * whole // counts[item] for item, lines in by_item.items())
        together = -(-price * whole // FEN)
        if parts > together:
            yield group.violates(
                excess_amount=parts - together, value=parts, limit=together, related=group.lines
            )


def _amount(lines: Sequence[LineFacts]) -> int:
    return sum(line.amount or 0 for line in lines)
