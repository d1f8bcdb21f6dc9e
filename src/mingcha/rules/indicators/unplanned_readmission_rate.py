"""非计划再入院率偏高：一家机构一个周期内出院后短期又非计划入院的比例，明显高于同类机构或超过设定上限。

## 检查什么
按机构和统计周期，出院后设定天数（缺省 31 天）内同一参保人又在本机构住院、且出院时没有再住院计划的出院人次，
除以出院人次。
与同一周期、同级别、同类别的其他机构的中位数比较。

## 为何违规
非计划再入院率是医疗质量指标，明显偏高说明治疗不彻底、过早出院，或把一次住院拆成几次结算；也可能是收治病种较重，须先听取机构说明。

## 不报什么
未出院的；转到其他机构住院的；两次住院日期重叠的；出院时有再住院计划的（住院结局中的 31 天内再住院计划标志）；
计划标志未知的再入院全部算作非计划才会超过界限的，记为“无法判断”；就诊数不足、同类机构不足的。
出院后的数据不足设定天数的周期末，再入院可能还没有发生，比例只会偏低。

## 处理建议
逐例核对两次住院的诊断、出院情况与再入院原因，结合“分解住院”的疑点一并处理。没有全国统一的上限，缺省只与同类机构比较，宁可少报。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.domain.values import PER_CENT
from mingcha.rules.period import PeerRule
from mingcha.rules.settings import setting

NO_PLAN = "1"


class UnplannedReadmissionRate(PeerRule):
    slug, version, since = "unplanned-readmission-rate", 1, "0.2.0"
    title = "非计划再入院率"
    legal_basis = ("rules-2025", "interface-specification")

    days: Any = setting(31, label="再入院天数", unit="天", at_least=1, at_most=31)
    margin: Any = setting(
        300, label="至少高出同类中位数", unit="个百分点", scale=PER_CENT, at_least=0, at_most=10_000
    )

    when = (Encounter.inpatient == True) & ~Encounter.last_day.is_missing()
    part = (Encounter.next_stay_after <= days) & (Encounter.readmission_planned == NO_PLAN)
    message = "非计划再入院率 {value}，界限为 {limit}"
