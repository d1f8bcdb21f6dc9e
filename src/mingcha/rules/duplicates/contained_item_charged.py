"""重复收费：已经包含在另一项目内的项目，又单独收费。

## 检查什么
知识点中的被包含项目（或价格已含的耗材），与已包含它的项目在同一次就诊、同一时间区间内都有收费。
区间分同一小时（同一钟点）、6 小时、单日、单次就诊。

## 为何违规
项目内涵已包含的内容另行收费属于重复收费，基金不予支付。

## 不报什么
两项不在同一时间区间的；包含它的项目已退费的；区间以小时计而计费时间只有日期的，记为“无法判断”。

## 处理建议
退回被包含项目的费用；确为两次独立服务的，上传执行记录说明。
"""

from typing import Any

from mingcha.domain.claims import Line
from mingcha.knowledge.kinds.charging import DuplicatePair
from mingcha.rules.base import Grain, Group, ItemRule, LineFacts, Verdicts
from mingcha.rules.pairs import FIRST, named_side

SIX_HOURS = 360


class ContainedItemCharged(ItemRule[DuplicatePair]):
    slug, version, since = "contained-item-charged", 1, "0.1.0"
    title = "重复收费"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "rules-2025")
    per = DuplicatePair.interval
    companions = DuplicatePair.containing
    value, limit = DuplicatePair.containing, DuplicatePair.interval
    message = "{item} 已包含在{limit}内同时收费的{value}之中"

    def judge(self, group: Group[DuplicatePair], point: DuplicatePair) -> Verdicts:
        by_the_hour = point.interval in {"同一小时", "6小时"}
        for line in group.lines:
            timed = [other for other in group.companions if not by_the_hour or other.has_time]
            beside = [other for other in timed if _within(line, other, point.interval)]
            if by_the_hour and not line.has_time:
                yield group.cannot_judge(Line.charged_at, line)
            elif beside:
                yield group.violates(line, value=point.containing, limit=point.interval, related=beside)
            elif len(timed) < len(group.companions):
                yield group.cannot_judge(Line.charged_at, line)

    def evidence(self, _value: Any, limit: Any, point: Any) -> tuple[str | None, str | None]:
        """The item that contains it by its name, as far as the point says one (A×B: A contains B), and its code."""
        return named_side(point.name, FIRST, point.containing), limit


def _within(line: LineFacts, other: LineFacts, interval: str) -> bool:
    """Whether two lines of one part of the bill stand within the interval; days and visits are cut before."""
    if interval == "同一小时":
        return line.hour == other.hour
    return interval != "6小时" or abs(line.minute - other.minute) <= SIX_HOURS
