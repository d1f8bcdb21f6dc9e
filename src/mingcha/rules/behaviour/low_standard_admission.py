"""无指征住院（低标准入院）：只有轻微疾病或体检类诊断，住院期间几乎只做检查化验。

## 检查什么
一次住院的全部诊断都属于设定的轻症诊断（编码前缀），并且治疗、手术、用药、材料费用合计占总费用的比例低于设定比例。

## 为何违规
不符合住院标准而收治入院，用住院名义做门诊即可完成的检查或体检，多占医疗保障基金。

## 不报什么
有任何一条诊断不在轻症之列的；治疗用药占比恰好等于或高于设定比例的；
一条诊断也没有的，或任一明细的收费类别未知的，记为“无法判断”。只是可疑，先听取机构说明。

## 处理建议
调阅入院记录，核实入院指征与病情；漏报诊断的补充后说明，确属低标准入院的退回本次住院的基金支付。
轻症诊断没有全国统一目录，缺省只列感冒、头痛、不适与一般体检，各地按本地入院标准设定。
"""

from typing import Any

from mingcha.domain.claims import Encounter, Line
from mingcha.domain.conditions import given, total
from mingcha.rules.base import BillRule
from mingcha.rules.settings import setting


class LowStandardAdmission(BillRule):
    slug, version, since = "low-standard-admission", 1, "0.1.0"
    title = "无指征住院（低标准入院）"
    legal_basis = ("fund-regulation", "rules-2025")
    needs = (Line.charge_type, Line.amount)

    light_diagnoses: Any = setting(("J00", "R51", "R53", "Z00", "Z01"), label="轻症诊断编码")
    treating: Any = setting(
        ("05", "06", "08", "09", "10", "11"), label="算作治疗用药的收费类别", codes="med_chrgitm_type"
    )
    treated_below: Any = setting(20, label="治疗用药占比下限", unit="%", at_least=1, at_most=100)

    treated = total(given(Line.charge_type.starts_with_any(treating), Line.amount))
    when = (Encounter.inpatient == True) & Encounter.diagnoses.has_only(light_diagnoses)
    forbids = treated * 100 < treated_below * total(Line.amount)
    value, limit = treated, total(Line.amount)
    message = "诊断都是轻症，住院费用 {limit} 元中治疗用药只有 {value} 元"
