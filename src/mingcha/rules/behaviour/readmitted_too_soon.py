"""分解住院：出院后短期内又在同一机构住院。

## 检查什么
同一参保人从一家机构出院，到再次入住同一机构，间隔天数（入院日减前次出院日）不超过设定天数；历史住院也计入比较。

## 为何违规
把一次住院拆成几次结算，是以分解住院骗取或多占医疗保障基金的常见方式；也可能是病情反复，须先听取机构说明。

## 不报什么
不同机构之间的（如转院）；前次或本次属于豁免的医疗类别（缺省为日间手术，各地可加按计划再次入院的类别）；
两次住院日期重叠的；前次出院日期、医疗类别未知的，记为“无法判断”。

## 处理建议
核对两次住院的诊断、出院情况与再入院原因；病情反复或按计划治疗的上传依据说明，确属拆分的合并结算。
天数没有全国统一值，缺省取较短的七天，宁可少报，各地按本地规定设定。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.domain.conditions import adjoining
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import Group, LineFacts, Verdicts, VisitRule
from mingcha.rules.settings import setting


class ReadmittedTooSoon(VisitRule):
    slug, version, since = "readmitted-too-soon", 1, "0.1.0"
    title = "分解住院"
    legal_basis = ("fund-regulation", "rules-2025")
    needs = (Encounter.last_day, Encounter.care_type)

    days: Any = setting(7, label="间隔天数", unit="天", at_least=0, at_most=60)
    exempt_care_types: Any = setting(("28",), label="豁免的医疗类别", codes="med_type")

    when = Encounter.inpatient == True
    only_if = adjoining(days)
    message = "出院后间隔 {value} 天又在同一机构住院，不超过设定的 {limit} 天"

    def judge(self, group: Group[KnowledgePoint], _point: KnowledgePoint) -> Verdicts:
        latest: dict[str, LineFacts] = {}
        for line in group.lines:
            now = group.visit(line)
            if _exempt(now.care_type, self.exempt_care_types):
                continue
            earlier = latest.get(now.institution_id)
            latest[now.institution_id] = line
            if earlier is None:
                continue
            before = group.visit(earlier)
            if before.last_day is None:
                yield group.cannot_judge(Encounter.last_day, line)
                continue
            interval = now.first_day - before.last_day
            if interval > self.days or interval < 0:
                continue
            if self.exempt_care_types and None in (before.care_type, now.care_type):
                yield group.cannot_judge(Encounter.care_type, line)
            else:
                yield group.violates(line, value=interval, limit=self.days)


def _exempt(care_type: str | None, prefixes: tuple[str, ...]) -> bool:
    return (care_type or "").startswith(prefixes)
