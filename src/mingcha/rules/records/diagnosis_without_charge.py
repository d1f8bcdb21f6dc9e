"""诊断无对应收费：填写的诊断，在结算明细中没有与它对应的药品、项目或耗材。

## 检查什么
已出院的住院，诊断编码属于知识点列出的前缀，而本次住院的全部明细（退费冲抵后）中，没有任何一个属于知识点列出的对应项目。
主要诊断和其他诊断都检查。

## 为何违规
医保结算清单的诊断应当是本次住院实际诊治的疾病。没有相应的检查、治疗或用药，说明诊断可能编造、错编，或把未处理的旧病写入，
会使付费分组虚高。

## 不报什么
任一对应项目有收费的，数量未知的也算；一条明细也没有的记为“无法判断”；导入时有明细被拒收的住院（缺的可能正是那一项）；
尚未出院的住院和门诊；是否住院、是否有明细被拒收未知的，记为“无法判断”。
由患者自备、上次住院带来或在院外进行的诊治不在明细之中，会被报出，由医疗机构说明。诊断没有金额，超收金额为零。

## 处理建议
核对病程记录和检查报告：本次没有诊治的诊断从清单中删除，漏记费用的补记，编码错误的更正后重传。
"""

from mingcha.domain.claims import Encounter
from mingcha.knowledge.kinds.coding import DiagnosisCharge
from mingcha.rules.base import Grain, ItemRule


class DiagnosisWithoutCharge(ItemRule[DiagnosisCharge]):
    slug, version, since = "diagnosis-without-charge", 1, "0.2.0"
    title = "诊断无对应收费"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "settlement-list", "diagnosis-codes")
    # What is absent is judged on whole bills: of a stay that is over, and of which nothing was refused.
    when = (Encounter.inpatient == True) & ~Encounter.last_day.is_missing() & (Encounter.lines_rejected == 0)
    forbids = Encounter.items.has_none_of(DiagnosisCharge.items)
    limit = DiagnosisCharge.item_name
    message = "诊断 {item} 在结算明细中没有对应的收费：{limit}"
