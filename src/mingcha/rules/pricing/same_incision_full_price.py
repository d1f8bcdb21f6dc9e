"""同一切口手术未折价：同组手术经同一切口进行，第二及以后的手术未按比例折价收费。

## 检查什么
同一次就诊同一天有同一手术组的两种及以上手术。医保目录价格最高的一条为主手术，与它不同的其余各条金额高于
“目录价格×数量×折价比例”的，高出部分为超收。折价比例没有全国统一值，由地区参数给出。

## 为何违规
同一切口进行两种及以上手术的，后续手术应当按规定比例折价；全额收费属于超标准收费。

## 不报什么
主手术，以及与主手术同一项目的其他明细；已按比例折价的；同组任一手术没有目录价格或数量的，整组记为“无法判断”；地区没有设定比例的，记为“待设参数”；
同一天分属两个切口、两次麻醉的，由医疗机构说明。

## 处理建议
核对手术记录中的切口；同一切口的退回差额，不同切口的上传手术记录说明。
"""

from typing import Any

from mingcha.domain.claims import Line
from mingcha.domain.conditions import distinct
from mingcha.knowledge.kinds.charging import SameIncisionGroup
from mingcha.rules.base import Grain, Group, ItemRule, LineFacts, Verdicts
from mingcha.rules.settings import setting

FEN = 1_000_000_000_000  # price (10⁻⁶ yuan) × quantity (10⁻⁴) × ratio (10⁻⁴) in one fen


class SameIncisionFullPrice(ItemRule[SameIncisionGroup]):
    slug, version, since = "same-incision-full-price", 1, "0.1.0"
    title = "同一切口手术未折价"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "rules-2025")
    needs = (Line.price_ceiling, Line.quantity)
    per = Line.day
    only_if = distinct(Line.item_code) > 1
    value, limit = Line.amount, Line.amount
    message = "{item} 与同日{group}的主手术同一切口，收费 {value} 元，折价后应为 {limit} 元，超收 {amount} 元"

    later_ratio: Any = setting(
        None, label="第二及以后手术的收费比例", unit="%", scale=100, at_least=0, at_most=10_000
    )

    def judge(self, group: Group[SameIncisionGroup], point: SameIncisionGroup) -> Verdicts:
        if len({line.item for line in group.lines}) < 2:
            return
        for line in group.lines:
            for fact, value in ((Line.price_ceiling, line.price_ceiling), (Line.quantity, line.quantity)):
                if value is None:
                    yield group.cannot_judge(fact)
                    return
        main, *later = sorted(group.lines, key=_precedence)
        for line in (line for line in later if line.item != main.item):
            exact = (line.price_ceiling or 0) * (line.quantity or 0) * point.later_ratio
            allowed = -(-exact // FEN)
            excess = (line.amount or 0) - allowed
            if excess > 0:
                yield group.violates(
                    line, excess_amount=excess, value=line.amount, limit=allowed, related=[main]
                )


def _precedence(line: LineFacts) -> tuple[int, int, int]:
    """The main operation first: the dearest in the directory, of equal ones the earlier line."""
    return (-(line.price_ceiling or 0), line.minute, line.order)
