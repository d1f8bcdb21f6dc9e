"""明细信息缺失：结算明细缺少单价、开单医师或开单科室。

## 检查什么
同一张单据中，其他明细填有单价、开单科室或开单医师，而这一条为空。药店购药没有开单医师，不要求。

## 为何违规
定点医药机构应当全面准确传送明细数据；缺少必填信息的明细无法核对，应当更正后重传。

## 不报什么
整张单据都没有该项信息的，是数据来源没有提供，记为“无法判断”，不算缺失；已全部退费的明细。

## 处理建议
补全信息后重传；本项不涉及金额，超收金额为零。
"""

from typing import Any

from mingcha.domain.claims import Encounter, Line
from mingcha.domain.conditions import some
from mingcha.domain.fields import Field
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import BillRule, Grain, Group, LineFacts, Verdicts


class LineRecordFault(BillRule):
    slug, version, since = "line-record-fault", 1, "0.1.0"
    title = "明细信息缺失"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "rules-2025", "interface-specification")
    only_if = some(
        Line.unit_price.is_missing()
        | Line.department_id.is_missing()
        | (Line.doctor_id.is_missing() & (Encounter.purchase == False))
    )
    value = Line.item_name
    message = "{item} 缺少{value}"

    def judge(self, group: Group[KnowledgePoint], _point: KnowledgePoint) -> Verdicts:
        purchase = group.encounter.purchase
        facts: list[Field[Any]] = [Line.unit_price, Line.department_id]
        if purchase is False:  # no doctor orders what is bought at a pharmacy
            facts.append(Line.doctor_id)
        stated = {f.name for f in facts if any(_read(line, f) is not None for line in group.lines)}
        for line in group.lines:
            missing = [fact for fact in facts if _read(line, fact) is None]
            faults = [fact.label for fact in missing if fact.name in stated]
            if faults:
                yield group.violates(line, excess_amount=0, value="、".join(faults))
            for fact in missing:
                if fact.name not in stated:
                    yield group.cannot_judge(fact, line)
            if purchase is None and line.doctor_id is None:
                yield group.cannot_judge(Encounter.purchase, line)


def _read(line: LineFacts, fact: Field[Any]) -> Any:
    return getattr(line, fact.name)
