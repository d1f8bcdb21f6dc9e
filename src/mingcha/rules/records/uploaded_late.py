"""就诊数据非实时上传：费用明细发生以后，过了很久才上传。

## 检查什么
每次就诊各条费用明细从计费到上传的时间，取最长的一条，超过设定的小时数；门诊、购药与住院分别设定。

## 为何违规
定点医药机构应当及时、准确上传就诊和费用数据；事后集中补传使事前、事中审核落空，也可能是编造费用。

## 不报什么
没有提供上传时间的记为“无法判断”；恰好在设定小时数之内的；计费只有日期没有时刻的，从当日结束算起；已全部退费的明细。
全国没有统一的时限，缺省从宽：门诊、购药三日，住院七日，各地按本地规定设定。

## 处理建议
核对接口日志，因系统故障延迟的由机构说明；经常延迟的督促改造接口，集中补传的核对费用真实性。本项不涉及金额，超收金额为零。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import Group, Verdicts, VisitRule
from mingcha.rules.settings import setting


class UploadedLate(VisitRule):
    slug, version, since = "uploaded-late", 1, "0.1.0"
    title = "就诊数据非实时上传"
    legal_basis = ("fund-regulation", "designated-institutions", "rules-2025")

    visit_hours: Any = setting(72, label="门诊、购药上传时限", unit="小时", at_least=0, at_most=8760)
    stay_hours: Any = setting(168, label="住院上传时限", unit="小时", at_least=0, at_most=8760)

    when = ((Encounter.inpatient == True) & (Encounter.upload_delay > stay_hours * 60)) | (
        (Encounter.inpatient == False) & (Encounter.upload_delay > visit_hours * 60)
    )
    message = "费用明细发生后最长 {value} 小时才上传，设定为 {limit} 小时以内"

    def judge(self, group: Group[KnowledgePoint], _point: KnowledgePoint) -> Verdicts:
        for line in group.lines:
            now = group.visit(line)
            limit = self.stay_hours if now.inpatient else self.visit_hours
            yield group.violates(line, value=-(-now.upload_delay // 60), limit=limit)
