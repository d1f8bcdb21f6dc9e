"""剩余用药：手中尚有足够的药量，又开同一药品。

## 检查什么
同一参保人在门诊、药店取得的同一知识点（同一成分各规格、各厂牌）的药品，按用药期累计：每次开药时，
先前各次开药尚未用完的天数（跨就诊、跨机构累加）超过允许的剩余天数。用药期为上传的周期天数，没有上传的由数量、规格、单次剂量和频次算出。

## 为何违规
超出治疗需要囤积药品，超量部分不属于合理用药，也是倒卖药品骗取基金的常见前兆；先作可疑，听取机构说明。
超出的数量按超出的剩余天数占本次用药期的比例折算，至多为本次全部，向下取整。

## 不报什么
剩余恰好等于允许天数的；同一处方的几行合为一次开药；已退费的；用完以后隔日再开的（剩余不为负）；
住院期间的用药（含出院带药）；天数既没有上传也算不出的，记为“无法判断”。已判为超出的天数不再计入剩余。

## 处理建议
核对各次处方的天数与取药记录；外出、遗失或调整剂量的上传说明，其余退回超出部分。
允许的剩余天数没有全国统一值，缺省取较宽的三十天，各地按长期处方等本地规定另行设定。
"""

from typing import Any

from mingcha.domain.claims import Line
from mingcha.knowledge.kinds.limits import SupplyLimit
from mingcha.rules.base import Grain, Group, ItemRule, LineFacts, Verdicts
from mingcha.rules.settings import setting
from mingcha.rules.supply import dispensed, more_than, part_of, same_prescription


class MedicationLeft(ItemRule[SupplyLimit]):
    slug, version, since = "medication-left", 1, "0.1.0"
    title = "剩余用药"
    grain = Grain.PERSON
    legal_basis = ("fund-regulation", "prescription-measures", "long-term-prescription")
    reads = (Line.course_days,)
    when = dispensed
    only_if = more_than(SupplyLimit.left_days)
    value, limit = Line.course_days, SupplyLimit.left_days
    message = "{item} 开药时手中尚有 {value}药量，允许 {limit}"

    left_days: Any = setting(30, label="允许剩余天数", unit="天", at_least=0, at_most=180)

    def judge(self, group: Group[SupplyLimit], point: SupplyLimit) -> Verdicts:
        left = 0
        before: LineFacts | None = None
        for line in group.lines:
            lasting = group.read(line, Line.course_days)
            if before is not None:
                left = max(0, left - (line.day - before.day))
            anew = before is None or not same_prescription(before, line)
            excess = min(left - point.left_days, lasting) if anew and left > point.left_days else 0
            if excess:
                yield group.violates(
                    line,
                    excess=part_of(line.quantity, excess, lasting),
                    excess_amount=part_of(line.amount, excess, lasting),
                    value=left,
                    limit=point.left_days,
                    related=[before] if before is not None else (),
                )
            left += lasting - excess
            before = line

    def evidence(self, value: Any, limit: Any, _point: Any) -> tuple[str | None, str | None]:
        return f"{value}天", f"{limit}天"
