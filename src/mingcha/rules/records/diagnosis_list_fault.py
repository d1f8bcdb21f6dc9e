"""清单诊断填写异常：医保结算清单上的诊断缺失、写法不对、主要诊断没有或不止一条、重复。

## 检查什么
上传的医保结算清单的诊断部分逐条检查，每项有编号：诊断类别、代码、名称、入院病情、主诊断标志的必填、长度与字典代码；
西医诊断编码是否合乎医保版的写法；主要诊断有且只有一条；入院病情为“无”的不作主要诊断；同一诊断不重复。

## 为何违规
诊断是付费分组和审核的依据；缺失、错编、主要诊断选择不当的清单不能据以结算，也可能用来进入更高付费的病组。

## 不报什么
没有收到结算清单的住院记为“无法判断”；门诊没有结算清单的；中医诊断不按西医编码的写法检查；各地不检查的编号。
编码写法正确而不在国家版本中的，要有编码库才能判断，属另一条规则。本项不涉及金额，超收金额为零。

## 处理建议
核对出院诊断与编码，更正清单后重新上传；各地不要求的项目在参数中列出编号。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import Group, Verdicts, VisitRule
from mingcha.rules.list_faults import faults, with_faults
from mingcha.rules.settings import setting


class DiagnosisListFault(VisitRule):
    slug, version, since = "diagnosis-list-fault", 1, "0.1.0"
    title = "清单诊断填写异常"
    legal_basis = ("fund-regulation", "rules-2025", "settlement-list", "diagnosis-codes")

    not_checked: Any = setting((), label="不检查的编号")

    when = with_faults(Encounter.diagnosis_fault_count)
    message = "结算清单 {item}：{value}，要求：{limit}"

    def judge(self, group: Group[KnowledgePoint], _point: KnowledgePoint) -> Verdicts:
        yield from faults(group, "D", self.not_checked)
