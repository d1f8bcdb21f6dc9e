"""超限定频次：同一项目在限定周期内的计费数量超过上限。

## 检查什么
同一次就诊中，同一知识点的项目在其周期（小时、日、就诊）内数量合计（退费先冲抵）超过上限。

## 为何违规
超出上限的部分属于超标准收费，基金不予支付。

## 不报什么
已知数量合计未超上限而另有数量缺失的（记为“无法判断”）；历史就诊中的明细；恰好等于上限的；
周期为小时而计费时间只有日期的（记为“无法判断”）。

## 处理建议
核对执行记录，退回超出部分；确有必要的，上传依据后说明。
"""

from mingcha.domain.claims import Line
from mingcha.domain.conditions import total
from mingcha.domain.values import QUANTITY_SCALE
from mingcha.knowledge.kinds.limits import QuantityLimit
from mingcha.rules.base import Grain, Group, ItemRule, Verdicts
from mingcha.rules.settings import setting

HOUR = "小时"


class QuantityOverLimit(ItemRule[QuantityLimit]):
    slug, version, since = "quantity-over-limit", 1, "0.1.0"
    title = "超限定频次"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "rules-2025")
    needs = (Line.quantity,)
    per = QuantityLimit.period
    only_if = total(Line.quantity) > QuantityLimit.allowed
    value, limit = Line.quantity, QuantityLimit.allowed
    message = "{item} {period}计费 {value}，上限 {limit}，超 {excess}"

    tolerance: int = setting(0, label="容差", unit="次", scale=QUANTITY_SCALE, at_least=0)

    def judge(self, group: Group[QuantityLimit], point: QuantityLimit) -> Verdicts:
        billed = group.known_quantity
        if billed > point.allowed + self.tolerance:
            if point.period == HOUR and not all(line.has_time for line in group.lines):
                yield group.cannot_judge(Line.charged_at)
            else:
                yield group.violates(excess=billed - point.allowed, value=billed, limit=point.allowed)
        elif group.lacks_quantity:
            yield group.cannot_judge(Line.quantity)
