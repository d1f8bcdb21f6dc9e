"""住院天数异常：住院天数过短或过长。

## 检查什么
一次住院的天数（出院日减入院日）少于设定的最短天数，或多于设定的最长天数。

## 为何违规
当日入院、当日出院的住院可能只是门诊能做的检查和治疗，不符合入院标准；住院过久可能是压床、挂床或以住院代替养护。

## 不报什么
恰好等于最短、最长天数的；豁免的医疗类别（缺省为日间手术、精神病住院、家庭病床）；
过短而离院方式为转院、转社区、非医嘱离院、死亡的；尚未出院的，或过短而离院方式未知的，记为“无法判断”。

## 处理建议
调阅入院记录与病程，核实入院指征、住院必要性；天数没有全国统一值，缺省取较宽的一天和一百八十天，各地自行设定。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.rules.base import VisitRule
from mingcha.rules.settings import setting

# 离院方式 under which nobody wonders that a stay was short: to another hospital, home care, of one's own will, death.
ENDED_EARLY = Encounter.discharge_way.is_in("2", "3", "4", "5")


class StayLengthUnusual(VisitRule):
    slug, version, since = "stay-length-unusual", 1, "0.1.0"
    title = "住院天数异常"
    legal_basis = ("fund-regulation",)

    shortest: Any = setting(1, label="最短住院天数", unit="天", at_least=0, at_most=30)
    longest: Any = setting(180, label="最长住院天数", unit="天", at_least=15, at_most=1000)
    exempt_care_types: Any = setting(("28", "21303", "71"), label="豁免的医疗类别", codes="med_type")

    when = (Encounter.inpatient == True) & ~Encounter.care_type.starts_with_any(exempt_care_types)
    forbids = (Encounter.nights > longest) | ((Encounter.nights < shortest) & ~ENDED_EARLY)
    value = Encounter.nights
    message = "住院 {value} 天，设定为 {limit} 天"

    def evidence(self, value: Any, _limit: Any, _point: Any) -> tuple[str | None, str | None]:
        """The nights, and between what they should lie."""
        return str(value), f"{self.shortest} 至 {self.longest}"
