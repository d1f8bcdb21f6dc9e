"""频繁门诊：任意连续若干天内，同一参保人的门诊次数超过设定次数。

## 检查什么
同一参保人在任意连续若干天内（跨机构，历史就诊计入）的门诊次数超过设定次数；超出的每一次各报一条。

## 为何违规
短期内异常频繁的门诊可能是冒名就医、出借医保凭证或虚开，须核实。

## 不报什么
恰好等于设定次数的；间隔满设定天数的；药店购药（另有规则）；豁免的医疗类别（缺省为门诊慢特病，如透析）；
医疗类别未知而只因它才可能超出的，记为“无法判断”。已判为超出的不再占用后面的次数。

## 处理建议
核对各次就诊的病历、身份核验与取药记录；按疗程治疗的说明后排除。次数没有全国统一值，缺省取较宽的，各地自行设定。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.domain.conditions import crowded
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import Group, Verdicts, VisitRule
from mingcha.rules.frequency import beyond
from mingcha.rules.settings import setting


class FrequentVisits(VisitRule):
    slug, version, since = "frequent-visits", 1, "0.1.0"
    title = "频繁门诊"
    legal_basis = ("fund-regulation", "rules-2025")
    needs = (Encounter.care_type,)

    days: Any = setting(30, label="连续天数", unit="天", at_least=1, at_most=366)
    allowed: Any = setting(20, label="门诊次数上限", unit="次", at_least=1, at_most=366)
    exempt_care_types: Any = setting(("14",), label="豁免的医疗类别", codes="med_type")

    when = (Encounter.inpatient == False) & (Encounter.purchase == False)
    only_if = crowded(allowed, days)
    message = "连续若干天内的第 {value} 次门诊，设定为 {limit}"

    def judge(self, group: Group[KnowledgePoint], _point: KnowledgePoint) -> Verdicts:
        yield from beyond(
            group, group.lines, allowed=self.allowed, days=self.days, exempt=self.exempt_care_types
        )
