"""医师一日接诊超量：一名医师在一家机构一天的门诊、急诊接诊人次，多于实际可能。

## 检查什么
按机构、接诊医师、就诊日期，数门诊、急诊、慢特病门诊的就诊人次，超过参数“上限”的指出。住院、药店购药不计。

## 为何违规
一天的时间有限，超过可能接诊的人次，常见于冒用医师工号、空挂号、虚记诊疗费用，须由医疗机构说明。

## 不报什么
恰好等于上限的；没有填写医师编码的就诊；就诊类型未知的就诊都算上才会超过上限的，记为“无法判断”。
不与同类机构比较。

## 处理建议
核对排班、叫号和处方记录；多人共用一个工号的，更正医师编码。没有全国统一的上限，
缺省按全天不休息、每人三分钟（480 人次），只指出明显不可能的；各地可按门诊时间另设。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.rules.period import HIGHEST, SPANS, CeilingRule
from mingcha.rules.settings import setting


class DoctorDayOverCapacity(CeilingRule):
    slug, version, since = "doctor-day-over-capacity", 1, "0.1.0"
    title = "医师一日接诊超量"
    legal_basis = ("fund-regulation",)
    quiet = True

    span: Any = setting("日", label="统计周期", one_of=SPANS)
    least_cases: Any = setting(1, label="最少就诊数", unit="次", at_least=1, at_most=1_000_000)
    at_most: Any = setting(480, label="上限", unit="人次", at_least=1, at_most=HIGHEST)

    by = (Encounter.institution_id, Encounter.doctor_id)
    alike = ()
    dated_by = Encounter.first_day
    when = (Encounter.inpatient == False) & (Encounter.purchase == False) & ~Encounter.doctor_id.is_missing()
    message = "一日接诊 {value} 人次，上限 {limit} 人次"
