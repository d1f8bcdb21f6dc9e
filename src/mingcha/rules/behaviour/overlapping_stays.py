"""住院日期重叠：同一参保人两次住院的日期有重叠，不可能同时住在两处。

## 检查什么
同一参保人的一次住院，入院日早于另一次较早入院的住院的出院日（跨机构、跨地区，历史住院计入），提前的天数超过容差。

## 为何违规
一个人不能同时住在两张病床上。日期重叠的两次住院，至少一次是虚记、冒名、挂床，或出入院日期登记有误。

## 不报什么
出院当日又入院的（如转院）；提前的天数在容差之内的；豁免的医疗类别（缺省为家庭病床，各地可加日间手术等）；
较早一次的出院日期、医疗类别未知的，记为“无法判断”。

## 处理建议
核对两次住院的病案首页、体温单与护理记录；日期有误的更正，确属虚记或冒名的追回相应费用并移交核查。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.domain.conditions import adjoining
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import Group, LineFacts, Verdicts, VisitRule
from mingcha.rules.settings import setting
from mingcha.rules.visits import is_exempt, may_be_exempt


class OverlappingStays(VisitRule):
    slug, version, since = "overlapping-stays", 1, "0.1.0"
    title = "住院日期重叠"
    legal_basis = ("fund-regulation",)
    needs = (Encounter.last_day, Encounter.care_type)

    tolerance: Any = setting(0, label="容差", unit="天", at_least=0, at_most=30)
    exempt_care_types: Any = setting(("71",), label="豁免的医疗类别", codes="med_type")

    when = Encounter.inpatient == True
    only_if = adjoining(0)
    message = "在另一次住院出院前 {value} 天入院，容差 {limit} 天"

    def judge(self, group: Group[KnowledgePoint], _point: KnowledgePoint) -> Verdicts:
        earlier: list[Any] = []
        for line in group.lines:
            now = group.visit(line)
            if not is_exempt(now, self.exempt_care_types):
                yield from self._against(group, earlier, now, line)
                earlier.append(now)

    def _against(
        self, group: Group[KnowledgePoint], earlier: list[Any], now: Any, line: LineFacts
    ) -> Verdicts:
        days = {
            stay.encounter_id: stay.last_day - now.first_day for stay in earlier if stay.last_day is not None
        }
        beyond = [stay for stay in earlier if days.get(stay.encounter_id, 0) > self.tolerance]
        certain = [stay for stay in beyond if not may_be_exempt(stay, self.exempt_care_types)]
        if certain and not may_be_exempt(now, self.exempt_care_types):
            most = max(days[stay.encounter_id] for stay in certain)
            yield group.violates(line, value=most, limit=self.tolerance)
        elif beyond:
            yield group.cannot_judge(Encounter.care_type, line)
        elif len(days) < len(earlier):
            yield group.cannot_judge(Encounter.last_day, line)
