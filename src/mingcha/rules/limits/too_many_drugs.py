"""药品种类超标：门诊一张处方上的西药、中成药超过规定的种数。

## 检查什么
门诊（不含药店购药）同一处方号下，西药、中成药（目录类别 101，退费后仍有数量的）不同药品的种数超过设定种数。
同一药品的不同规格、厂家只算一种：按医保药品编码中表示药品名称的部分（西药前 10 位，中成药前 11 位）区分。

## 为何违规
《处方管理办法》第六条第七项：开具西药、中成药处方，每张处方不得超过 5 种药品。先作可疑，听取机构说明。

## 不报什么
恰好等于设定种数的；住院医嘱；药店购药；中药饮片（另有规则）。没有处方号而本次就诊的药品种数超过设定的，以及是否住院、
是否购药、目录类别未知的明细，记为“无法判断”。一张处方只报一次，报在第一种超出的药品上；超收金额为零，不追款。

## 处理建议
核对处方：一张处方误合并上传的按原处方号重传；确实超出的由药师干预，分方开具并说明用药理由。
"""

from typing import Any

from mingcha.domain.claims import Encounter, Line
from mingcha.domain.conditions import distinct
from mingcha.domain.drug_codes import drug_of
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import BillRule, Group, LineFacts, Verdicts
from mingcha.rules.settings import setting

DRUG = "101"


class TooManyDrugs(BillRule):
    slug, version, since = "too-many-drugs", 1, "0.2.0"
    title = "药品种类超标"
    legal_basis = ("fund-regulation", "rules-2025", "prescription-measures")

    allowed: Any = setting(5, label="每张处方的药品种数上限", unit="种", at_least=1, at_most=100)

    when = (Encounter.inpatient == False) & (Encounter.purchase == False) & (Line.list_type == DRUG)
    per = Line.prescription_id
    only_if = distinct(Line.item_code) > allowed
    message = "处方上有 {value} 种西药、中成药，设定为至多 {limit} 种"

    def judge(self, group: Group[KnowledgePoint], _point: KnowledgePoint) -> Verdicts:
        first_of: dict[str, LineFacts] = {}
        for line in group.lines:
            first_of.setdefault(drug_of(group.code(line)), line)
        firsts = list(first_of.values())
        if len(firsts) <= self.allowed:
            return
        extra = firsts[self.allowed]
        if extra.prescription_id is None:
            yield group.cannot_judge(Line.prescription_id)
        else:
            others = [line for line in firsts if line is not extra]
            yield group.violates(
                extra, excess=0, excess_amount=0, value=len(firsts), limit=self.allowed, related=others
            )
