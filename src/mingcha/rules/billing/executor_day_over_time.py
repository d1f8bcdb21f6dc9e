"""执行人一日超时：一名执行人员一天计费的项目，按每次最短耗时相加，超过一天可能工作的时间。

## 检查什么
按机构、受单医师（执行人员）、计费日期，把有“单次最短耗时”知识点的项目的数量（退费冲抵后）乘以最短耗时相加，
超过参数“一日最长工作时间”的指出。

## 为何违规
一个人一天只有二十四小时，超过的不可能都做过，常见于虚记项目、多人共用一个工号，须由医疗机构说明。

## 不报什么
恰好等于一日时间的；没有填写受单医师的明细；没有最短耗时知识点的项目；数量未知的明细不计入。住院的长期医嘱可能一次计费多日，不计入；
住院明细不知是否长期医嘱的，都算上才会超过时记为“无法判断”。

## 处理建议
核对排班与执行记录；多人共用一个工号的，更正受单医师编码；同一时间可以照看多人的项目不应设最短耗时。
一日时间缺省为二十四小时，只指出明显不可能的；各地可按班次另设。
"""

from typing import Any

from mingcha.domain.claims import Encounter, Line
from mingcha.domain.values import QUANTITY_SCALE
from mingcha.knowledge.kinds.capacity import WorkTime
from mingcha.rules.period import CapacityRule
from mingcha.rules.settings import setting


class ExecutorDayOverTime(CapacityRule):
    slug, version, since = "executor-day-over-time", 1, "0.1.0"
    title = "执行人一日超时"
    legal_basis = ("fund-regulation",)
    knowledge = WorkTime

    hours: Any = setting(24, label="一日最长工作时间", unit="小时", at_least=1, at_most=24)

    by = (Encounter.institution_id, Line.executing_doctor_id)
    when = ~Line.executing_doctor_id.is_missing() & (
        (Encounter.inpatient == False) | (Line.long_order == False)
    )
    measure = Line.quantity * WorkTime.minutes
    message = "一日计费的项目至少需要 {value} 分钟，一人一日至多 {limit} 分钟"

    def most(self, point: None) -> int:  # noqa: ARG002  # one limit for all points
        return int(self.hours) * 60 * QUANTITY_SCALE
