"""计费日期不在住院期间：住院明细的计费日期早于入院日或晚于出院日。

## 检查什么
住院就诊的费用明细，计费日期早于入院日期或晚于出院日期（可设容差天数）。只比较日期，不比较时刻。

## 为何违规
不在住院期间发生的费用不能纳入本次住院结算，可能是虚记、错记或串换的费用。

## 不报什么
入院当日、出院当日的；尚未结算也未出院的在院病人不因缺少出院日期而报；已结算而出院日期未知的记为“无法判断”；门诊与购药。

## 处理建议
核对执行记录与出入院时间；时间填写有误的更正，确不在住院期间的退回该笔费用。
"""

from typing import Any

from mingcha.domain.claims import Encounter, Line, Settlement
from mingcha.rules.base import Grain, LineRule
from mingcha.rules.settings import setting


class ChargeOutsideStay(LineRule):
    slug, version, since = "charge-outside-stay", 1, "0.1.0"
    title = "计费日期不在住院期间"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025")

    tolerance: Any = setting(0, label="容差", unit="天", at_least=0, at_most=30)

    when = Encounter.inpatient == True
    # No settlement and no discharge: the person is still in hospital, and nothing is later than an open end.
    still_in = Settlement.settlement_id.is_missing() & Encounter.last_day.is_missing()
    forbids = (Line.day < Encounter.first_day - tolerance) | (
        ~still_in & (Line.day > Encounter.last_day + tolerance)
    )
    value, limit = Line.day, Encounter.last_day
    message = "{item} 计费日期 {value} 不在本次住院期间"
