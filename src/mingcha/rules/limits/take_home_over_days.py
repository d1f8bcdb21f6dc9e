"""出院带药超量：出院带药的天数超过规定。

## 检查什么
出院带药标志为是的每条明细，用药天数超过设定的天数。用药天数为上传的周期天数，没有上传的由数量、规格、单次剂量和频次算出。

## 为何违规
出院带药只供出院后短期衔接，超过规定天数的应在门诊开具，超出部分基金不予支付；先作可疑，听取机构说明。
超出的数量按超出天数占用药天数的比例折算，向下取整。

## 不报什么
恰好等于设定天数的；出院带药标志为否或没有上传的（接口中空值即不是出院带药）；
标志为是而天数既没有上传也算不出的，记为“无法判断”。

## 处理建议
核对出院医嘱的带药天数；慢性病、长期处方等按本地规定可以延长的上传依据说明，其余退回超出部分。
带药天数没有全国统一值，缺省取较宽的三十天，各地按本地规定（如急性病、慢性病的天数）另行设定。
"""

from typing import Any

from mingcha.domain.claims import Line
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import Group, LineRule, Verdicts
from mingcha.rules.settings import setting
from mingcha.rules.supply import part_of


class TakeHomeOverDays(LineRule):
    slug, version, since = "take-home-over-days", 1, "0.1.0"
    title = "出院带药超量"
    legal_basis = ("fund-regulation", "prescription-measures")
    reads = (Line.take_home, Line.course_days)

    days: Any = setting(30, label="出院带药天数上限", unit="天", at_least=1, at_most=90)

    taken_home = ~Line.take_home.is_missing() & (Line.take_home == True)
    only_if = taken_home & (Line.course_days.is_missing() | (Line.course_days > days))
    value = Line.course_days
    message = "{item} 出院带药 {value}，设定为{limit}以内"

    def judge(self, group: Group[KnowledgePoint], _point: KnowledgePoint) -> Verdicts:
        (line,) = group.lines
        lasting = group.read(line, Line.course_days)
        if not group.read(line, Line.take_home):
            return
        if lasting is None:
            yield group.cannot_judge(Line.course_days)
        elif lasting > self.days:
            yield group.violates(
                line,
                excess=part_of(line.quantity, lasting - self.days, lasting),
                excess_amount=part_of(line.amount, lasting - self.days, lasting),
                value=lasting,
                limit=self.days,
            )

    def evidence(self, value: Any, limit: Any, _point: Any) -> tuple[str | None, str | None]:
        return f"{value}天", f"{limit}天"
