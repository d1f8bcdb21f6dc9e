"""频繁住院：任意连续若干天内，同一参保人的住院次数超过设定次数。

## 检查什么
同一参保人在任意连续若干天内（按入院日，跨机构，历史住院计入）的住院次数超过设定次数；超出的每一次各报一条。

## 为何违规
短期内反复住院可能是挂床、诱导住院或冒名住院，须核实每次住院的必要性。

## 不报什么
恰好等于设定次数的；间隔满设定天数的；豁免的医疗类别（缺省为日间手术，各地可加按计划治疗的类别）；
医疗类别未知而只因它才可能超出的，记为“无法判断”。已判为超出的不再占用后面的次数。

## 处理建议
调阅各次住院的病案，核实病情与入院指征；按计划治疗的说明后排除。次数没有全国统一值，缺省取较宽的，各地自行设定。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.domain.conditions import crowded
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import Group, Verdicts, VisitRule
from mingcha.rules.frequency import beyond
from mingcha.rules.settings import setting


class FrequentStays(VisitRule):
    slug, version, since = "frequent-stays", 1, "0.1.0"
    title = "频繁住院"
    legal_basis = ("fund-regulation", "rules-2025")
    needs = (Encounter.care_type,)

    days: Any = setting(90, label="连续天数", unit="天", at_least=1, at_most=366)
    allowed: Any = setting(4, label="住院次数上限", unit="次", at_least=1, at_most=100)
    exempt_care_types: Any = setting(("28",), label="豁免的医疗类别", codes="med_type")

    when = Encounter.inpatient == True
    only_if = crowded(allowed, days)
    message = "连续若干天内的第 {value} 次住院，设定为 {limit}"

    def judge(self, group: Group[KnowledgePoint], _point: KnowledgePoint) -> Verdicts:
        yield from beyond(
            group, group.lines, allowed=self.allowed, days=self.days, exempt=self.exempt_care_types
        )
