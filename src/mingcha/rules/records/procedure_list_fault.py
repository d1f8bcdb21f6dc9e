"""清单手术填写异常：医保结算清单上的手术操作缺项、写法不对、主要手术没有或不止一条、时间矛盾。

## 检查什么
上传的医保结算清单的手术操作部分逐条检查，每项有编号：手术操作类别、代码、名称、术者的必填、长度与字典代码；编码是否合乎医保版的
写法；主要手术操作有且只有一条；同一手术不重复；手术和麻醉的起止时间；手术在住院期间；全身、椎管内、复合麻醉有麻醉医师。

## 为何违规
手术操作决定付费分组；信息缺失、错编、主要手术选择错误的清单不能据以结算，也可能用来进入更高付费的病组。

## 不报什么
没有收到结算清单的住院记为“无法判断”；没有手术操作的清单；门诊没有结算清单的；各地不检查的编号。
编码写法正确而不在国家版本中的，要有编码库才能判断，属另一条规则。本项不涉及金额，超收金额为零。

## 处理建议
核对手术记录、麻醉记录与编码，更正清单后重新上传；各地不要求的项目在参数中列出编号。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import Group, Verdicts, VisitRule
from mingcha.rules.list_faults import faults, with_faults
from mingcha.rules.settings import setting


class ProcedureListFault(VisitRule):
    slug, version, since = "procedure-list-fault", 1, "0.1.0"
    title = "清单手术填写异常"
    legal_basis = ("fund-regulation", "rules-2025", "settlement-list", "procedure-codes")

    not_checked: Any = setting((), label="不检查的编号")

    when = with_faults(Encounter.procedure_fault_count)
    message = "结算清单 {item}：{value}，要求：{limit}"

    def judge(self, group: Group[KnowledgePoint], _point: KnowledgePoint) -> Verdicts:
        yield from faults(group, "P", self.not_checked)
