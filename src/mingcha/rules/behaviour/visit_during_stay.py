"""住院期间门诊：住院期间又发生门诊就诊。

## 检查什么
同一参保人的一次门诊（含急诊、慢特病门诊），就诊日在入院日之后、出院日之前；住院与门诊不论在哪家机构，历史就诊计入。

## 为何违规
住院期间的检查、治疗和用药应由住院医疗机构负责；另行发生的门诊可能是重复收费、分解住院费用、挂床或冒名就医。

## 不报什么
入院当日、出院当日的门诊；豁免的医疗类别（缺省为定点药店购药，可能是家人代购）；
就诊日可能在一次出院日期未知的住院期间，或医疗类别未知而可能豁免的，记为“无法判断”。

## 处理建议
核对门诊病历、住院医嘱与身份核验；经住院机构同意外出检查的上传说明，挂床或冒名的追回相应费用。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.domain.conditions import adjoining
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import Group, LineFacts, Verdicts, VisitRule
from mingcha.rules.settings import setting
from mingcha.rules.visits import is_exempt, may_be_exempt

STAY, NO_STAY = Encounter.inpatient == True, Encounter.inpatient == False


class VisitDuringStay(VisitRule):
    slug, version, since = "visit-during-stay", 1, "0.1.0"
    title = "住院期间门诊"
    legal_basis = ("fund-regulation",)
    needs = (Encounter.last_day, Encounter.care_type)

    exempt_care_types: Any = setting(("41",), label="豁免的医疗类别", codes="med_type")

    when = STAY | NO_STAY
    only_if = adjoining(0, after=STAY)
    value, limit = Encounter.first_day, Encounter.last_day
    message = "{value} 的门诊在住院期间，该次住院 {limit} 出院"

    def judge(self, group: Group[KnowledgePoint], _point: KnowledgePoint) -> Verdicts:
        stays: list[Any] = []
        for line in group.lines:
            now = group.visit(line)
            if now.inpatient:
                stays.append(now)
            elif not is_exempt(now, self.exempt_care_types):
                yield from self._against(group, stays, now, line)

    def _against(self, group: Group[KnowledgePoint], stays: list[Any], now: Any, line: LineFacts) -> Verdicts:
        begun = [stay for stay in stays if stay.first_day < now.first_day]
        ends = [stay.last_day for stay in begun if stay.last_day is not None]
        latest = max(ends, default=now.first_day)
        if latest > now.first_day:
            if may_be_exempt(now, self.exempt_care_types):
                yield group.cannot_judge(Encounter.care_type, line)
            else:
                yield group.violates(line, value=now.first_day, limit=latest)
        elif len(ends) < len(begun):
            yield group.cannot_judge(Encounter.last_day, line)
