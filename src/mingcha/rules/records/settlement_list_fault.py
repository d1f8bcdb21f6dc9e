"""结算清单填写异常：医保结算清单（4101）的字段未填、写法不对，或几项之间互相矛盾。

## 检查什么
上传的医保结算清单逐项检查，每项有编号：各字段的必填、长度与格式、字典代码；入出院与结算日期的先后、与就诊记录的一致；
护理天数、呼吸机时长、重症监护时长与住院时长；新生儿的入院类型与体重；再住院计划、离院方式、联系人；基金支付与收费合计；输血。
诊断和手术操作部分另有两条规则。编号、字段和要求见[结算清单检查项](../settlement-list-checks.md)。

## 为何违规
结算清单是医保支付和病组分组的依据，按规范应当填写完整、合理、规范；填写有误的不能据以结算。

## 不报什么
没有收到结算清单的住院、缺少出生日期等比对信息的，记为“无法判断”；门诊没有结算清单的；可填可不填而未填的；各地不检查的编号。
本项不涉及金额，超收金额为零。

## 处理建议
按编号和字段核对病案与收费记录，更正清单后重新上传；已提交的先申请退回。各地不要求的项目在参数中列出编号。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import Group, Verdicts, VisitRule
from mingcha.rules.list_faults import faults, with_faults
from mingcha.rules.settings import setting


class SettlementListFault(VisitRule):
    slug, version, since = "settlement-list-fault", 1, "0.1.0"
    title = "结算清单填写异常"
    legal_basis = ("fund-regulation", "rules-2025", "settlement-list", "interface-specification")

    not_checked: Any = setting((), label="不检查的编号")

    when = with_faults(Encounter.list_fault_count)
    message = "结算清单 {item}：{value}，要求：{limit}"

    def judge(self, group: Group[KnowledgePoint], _point: KnowledgePoint) -> Verdicts:
        yield from faults(group, "AFMIUB", self.not_checked)
