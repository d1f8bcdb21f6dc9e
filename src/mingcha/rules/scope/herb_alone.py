"""饮片单方使用：单方不予支付的中药饮片，单独成方或全方都由这类饮片组成。

## 检查什么
同一处方中有知识点列出的饮片，而没有任何清单之外的中药饮片与之配伍。上传的中药使用方式为“单方”的，
账单上没有同方的其他饮片即是，不再要求处方号。

## 为何违规
这些饮片单独使用不予支付，全部由这些饮片组成的处方也不予支付。

## 不报什么
处方中有清单之外的其他饮片的。没有上传为“单方”的，以下记为“无法判断”：处方号未知；同方其他明细的目录类别未知；
另有没有处方号的饮片、可能属于该方；上传为“复方”而账单上只有这一味，配伍的饮片可能没有上传。

## 处理建议
核对处方；漏传同方饮片的补传后重新结算，确为单方使用的改为自费。
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from mingcha.domain.claims import Line
from mingcha.domain.fields import Field
from mingcha.knowledge.kinds.scope import HerbAlone
from mingcha.rules.base import EVERY_LINE, Grain, Group, ItemRule, LineFacts, Verdicts

HERB = "102"
COMPOUND, ALONE = "1", "2"
UNNUMBERED = "未填写"


class HerbAloneCharged(ItemRule[HerbAlone]):
    slug, version, since = "herb-alone", 2, "0.1.0"
    title = "单方不予支付的饮片单独使用"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "rules-2025", "drug-catalogue")
    needs = (Line.prescription_id,)
    companions = EVERY_LINE
    value, limit = Line.prescription_id, HerbAlone.list_name
    message = "{item} 单方不予支付，同方（处方号 {value}）没有其他饮片配伍"

    def judge(self, group: Group[HerbAlone], point: HerbAlone) -> Verdicts:
        adrift = [line for line in group.companions if line.prescription_id is None]
        for prescription, lines in _by_prescription(group.lines).items():
            beside = [
                line for line in group.companions if prescription and line.prescription_id == prescription
            ]
            if any(line.list_type == HERB for line in beside):
                continue
            for line in lines:
                doubtful = _doubt(line, lines, beside, adrift)
                if doubtful is not None:
                    yield group.cannot_judge(doubtful, line)
                else:
                    others = [other for other in lines if prescription and other is not line]
                    value = prescription or UNNUMBERED
                    yield group.violates(line, value=value, limit=point.list_name, related=others)


def _by_prescription(lines: Iterable[LineFacts]) -> dict[str | None, list[LineFacts]]:
    found: dict[str | None, list[LineFacts]] = defaultdict(list)
    for line in lines:
        found[line.prescription_id].append(line)
    return found


def _doubt(
    line: LineFacts, lines: Sequence[LineFacts], beside: Sequence[LineFacts], adrift: Sequence[LineFacts]
) -> Field[Any] | None:
    """The fact without which nobody can say that a herb was used alone; None where it was, or was sent as such."""
    if line.herb_use == ALONE:
        return None
    if line.prescription_id is None:
        return Line.prescription_id
    if any(other.list_type is None for other in beside):
        return Line.list_type
    if any(other.list_type in {HERB, None} for other in adrift):
        return Line.prescription_id
    if line.herb_use == COMPOUND and len({other.item for other in lines}) == 1:
        return Line.herb_use  # sent as one of several, but the others are not on the bill
    return None
