"""挂床住院：住院多日，其中许多天只记床位、护理，没有任何诊疗费用。

## 检查什么
一次住院中只记床位、诊察、护理、挂号等费用，而没有检查、化验、治疗、手术、药品、材料费用的天数，超过设定天数。
已退费的诊疗也算有诊疗。

## 为何违规
人不在院而床位保留、费用照记，是以挂床住院骗取或多占医疗保障基金的方式。

## 不报什么
这样的天数恰好等于或少于设定天数的；没有任何费用的天（可能是合并记账）；豁免的医疗类别（缺省为家庭病床、精神病住院）；
尚未出院的，或任一明细的收费类别未知的，记为“无法判断”。

## 处理建议
核对体温单、护理记录、查房记录与夜间在院情况；确属挂床的追回空白期间的费用。
天数没有全国统一值，缺省取较宽的七天，各地自行设定。
"""

from typing import Any

from mingcha.domain.claims import Encounter, Line
from mingcha.domain.conditions import distinct, given
from mingcha.rules.base import BillRule
from mingcha.rules.settings import setting


class IdleStay(BillRule):
    slug, version, since = "idle-stay", 1, "0.1.0"
    title = "挂床住院"
    legal_basis = ("fund-regulation",)
    needs = (Line.charge_type,)

    idle_days: Any = setting(7, label="只记床位护理的天数上限", unit="天", at_least=1, at_most=100)
    passive: Any = setting(
        ("01", "02", "07", "12", "13", "14"), label="不算诊疗的收费类别", codes="med_chrgitm_type"
    )
    exempt_care_types: Any = setting(("71", "21303"), label="豁免的医疗类别", codes="med_type")

    treated_days = distinct(given(~Line.charge_type.starts_with_any(passive), Line.day))
    idle = distinct(Line.day) - treated_days
    when = (
        (Encounter.inpatient == True)
        & ~Encounter.care_type.starts_with_any(exempt_care_types)
        & (Encounter.nights > idle_days)
    )
    forbids = idle > idle_days
    value, limit = idle, Encounter.nights
    message = "住院 {limit} 天，其中 {value} 天只记床位、护理等费用，没有诊疗"
