"""两地同时就诊：很短时间内在两个不同地区就诊。

## 检查什么
同一参保人同一天的两次就诊（门诊、购药、入院，历史就诊计入），就医地行政区划的前几位不同，开始时间相差不超过设定分钟数。

## 为何违规
两地之间的路程远超这段时间，同一个人不可能到场，至少一次是冒名就医、出借医保凭证或虚记。

## 不报什么
就医地前几位相同的；相差超过设定分钟数的；豁免的医疗类别（缺省无，各地可填互联网诊疗）；
就医地未知，或时刻未知（只有日期，记为零点）的，记为“无法判断”。

## 处理建议
核对两次就诊的实名核验、诊室或收银监控；确属冒名的追回费用并移交核查，时间有误的更正后说明。
地区按行政区划前四位（地市）区分，分钟数没有全国统一值，缺省三十分钟，宁可少报。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.domain.conditions import crowded
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import Group, LineFacts, Verdicts, VisitRule
from mingcha.rules.settings import setting
from mingcha.rules.visits import is_exempt


class VisitsInTwoPlaces(VisitRule):
    slug, version, since = "visits-in-two-places", 1, "0.1.0"
    title = "两地同时就诊"
    legal_basis = ("fund-regulation",)
    needs = (Encounter.care_region,)

    minutes: Any = setting(30, label="时间间隔", unit="分钟", at_least=0, at_most=600)
    digits: Any = setting(4, label="区分地区的区划位数", unit="位", at_least=2, at_most=6)
    exempt_care_types: Any = setting((), label="豁免的医疗类别", codes="med_type")

    per = Encounter.first_day
    only_if = crowded(1, 1)
    message = "{value} 分钟之前还在另一地区就诊，不超过设定的 {limit} 分钟"

    def judge(self, group: Group[KnowledgePoint], _point: KnowledgePoint) -> Verdicts:
        visits = [one for one in group.lines if not is_exempt(group.visit(one), self.exempt_care_types)]
        for place, line in enumerate(visits):
            yield from self._against(group, visits[:place], line)

    def _against(self, group: Group[KnowledgePoint], earlier: list[LineFacts], line: LineFacts) -> Verdicts:
        far = [other for other in earlier if self._apart(group, other, line) is not False]
        near = [other for other in far if self._soon(other, line) is not False]
        certain = [o for o in near if self._apart(group, o, line) and self._soon(o, line)]
        if certain:
            yield group.violates(line, value=line.minute - certain[-1].minute, limit=self.minutes)
        elif any(self._apart(group, other, line) for other in near):
            yield group.cannot_judge(Encounter.started_at, line)
        elif near:
            yield group.cannot_judge(Encounter.care_region, line)

    def _apart(self, group: Group[KnowledgePoint], earlier: LineFacts, later: LineFacts) -> bool | None:
        """Whether two visits were in different regions; None where a region is unknown."""
        here, there = (group.visit(line) for line in (later, earlier))
        if here.institution_id == there.institution_id:
            return False
        if here.care_region is None or there.care_region is None:
            return None
        return bool(here.care_region[: self.digits] != there.care_region[: self.digits])

    def _soon(self, earlier: LineFacts, later: LineFacts) -> bool | None:
        """Whether one visit followed too soon on another; None where an hour is unknown."""
        if not (earlier.has_time and later.has_time):
            return None
        return bool(later.minute - earlier.minute <= self.minutes)
