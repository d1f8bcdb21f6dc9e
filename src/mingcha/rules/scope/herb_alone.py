"""饮片单方使用：单方不予支付的中药饮片，单独成方或全方都由这类饮片组成。

## 检查什么
同一处方中有知识点列出的饮片，而没有任何清单之外的中药饮片与之配伍。

## 为何违规
这些饮片单独使用不予支付，全部由这些饮片组成的处方也不予支付。

## 不报什么
处方中有清单之外的其他饮片的；处方号未知的记为“无法判断”；同方其他明细的目录类别未知，或另有没有处方号的饮片、
可能属于该方的，也记为“无法判断”。

## 处理建议
核对处方；漏传同方饮片的补传后重新结算，确为单方使用的改为自费。
"""

from collections import defaultdict

from mingcha.domain.claims import Line
from mingcha.knowledge.kinds import HerbAlone
from mingcha.rules.base import EVERY_LINE, Grain, Group, ItemRule, LineFacts, Verdicts

HERB = "102"


class HerbAloneCharged(ItemRule[HerbAlone]):
    slug, version, since = "herb-alone", 1, "0.1.0"
    title = "单方不予支付的饮片单独使用"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "rules-2025", "drug-catalogue")
    needs = (Line.prescription_id,)
    companions = EVERY_LINE
    value, limit = Line.prescription_id, HerbAlone.list_name
    message = "{item} 单方不予支付，处方 {value} 中没有其他饮片配伍"

    def judge(self, group: Group[HerbAlone], point: HerbAlone) -> Verdicts:
        by_prescription: dict[str | None, list[LineFacts]] = defaultdict(list)
        for line in group.lines:
            by_prescription[line.prescription_id].append(line)
        for prescription, lines in by_prescription.items():
            if prescription is None:
                for line in lines:
                    yield group.cannot_judge(Line.prescription_id, line)
                continue
            beside = [line for line in group.companions if line.prescription_id == prescription]
            if any(line.list_type == HERB for line in beside):
                continue
            adrift = [line for line in group.companions if line.prescription_id is None]
            for line in lines:
                if any(other.list_type is None for other in beside):
                    yield group.cannot_judge(Line.list_type, line)
                elif any(other.list_type in {HERB, None} for other in adrift):
                    yield group.cannot_judge(Line.prescription_id, line)
                else:
                    others = [other for other in lines if other is not line]
                    yield group.violates(line, value=prescription, limit=point.list_name, related=others)
