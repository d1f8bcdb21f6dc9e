"""周期超频次：任意连续若干天内，同一项目的计费数量超过上限。

## 检查什么
同一参保人在知识点给出的天数内（任意起点，跨就诊、跨机构），同一项目的数量合计（退费先冲抵）超过上限。
从先到后逐笔判断：已判为超出的数量不再占用后面的额度，后来的服务不会使先前的变为违规。

## 为何违规
周期内超出限定频次的部分属于超标准收费，基金不予支付。

## 不报什么
恰好等于上限的；间隔满周期天数的；数量未知的明细，以及仅因它才可能超出的后续明细（记为“无法判断”）；历史就诊中的明细。

## 处理建议
核对上次检查的时间与结果；周期内确需复查的上传依据说明，其余退回超出部分。
"""

from mingcha.domain.claims import Line
from mingcha.domain.conditions import total
from mingcha.knowledge.kinds.limits import WindowLimit
from mingcha.rules.base import Grain, Group, ItemRule, LineFacts, Verdicts


class WindowOverLimit(ItemRule[WindowLimit]):
    slug, version, since = "window-over-limit", 1, "0.1.0"
    title = "周期超频次"
    grain = Grain.PERSON
    legal_basis = ("fund-regulation", "rules-2025")
    needs = (Line.quantity,)
    only_if = total(Line.quantity) > WindowLimit.allowed
    value, limit = Line.quantity, WindowLimit.allowed
    message = "{item} {days} 天内计费 {value}，上限 {limit}，超 {excess}"

    def judge(self, group: Group[WindowLimit], point: WindowLimit) -> Verdicts:
        counted: list[tuple[LineFacts, int]] = []
        unknown_days: list[int] = []
        for line in group.lines:
            first = line.day - point.days + 1
            if line.quantity is None:
                unknown_days.append(line.day)
                yield group.cannot_judge(Line.quantity, line)
                continue
            before = [(other, quantity) for other, quantity in counted if other.day >= first]
            used = sum(quantity for _, quantity in before)
            excess = used + line.quantity - point.allowed
            within = min(line.quantity, point.allowed - used)
            if within > 0:
                counted.append((line, within))
            if excess > 0:
                yield group.violates(
                    line,
                    excess=min(excess, line.quantity),
                    value=used + line.quantity,
                    limit=point.allowed,
                    related=[other for other, _ in before],
                )
            elif any(day >= first for day in unknown_days):
                yield group.cannot_judge(Line.quantity, line)
