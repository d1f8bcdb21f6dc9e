"""不宜合用：有相互作用的两种药品，或有配伍禁忌的两味饮片，用在一起。

## 检查什么
知识点中的药品（饮片）与不宜同它合用的药品（饮片），在同一处方、同一日或同一次就诊内都有使用；范围由知识点给出。

## 为何违规
合用可能增加毒性或降低疗效（饮片为十八反、十九畏等），属于不合理使用；先作可疑，听取机构说明。

## 不报什么
只有其中一种的；另一种已退费的；不在同一范围之内的，包括在另一次就诊开出的。范围为处方而处方号未知的，记为“无法判断”。
同一范围内只报一次，报在先开出的那一行；这是用药安全的提醒，超收金额为零，不追款。

## 处理建议
首先核对患者安全并告知开单医师；权衡后确需合用的说明理由与监测措施，饮片处方由医师双签确认。
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from mingcha.domain.claims import Line
from mingcha.domain.errors import DeclarationError
from mingcha.knowledge.kinds.medication import InteractingPair
from mingcha.rules.base import Grain, Group, ItemRule, LineFacts, Verdicts
from mingcha.rules.pairs import SECOND, named_side

# Where a line stands for each word of a point; only the prescription may be unknown.
PLACES: dict[str, Callable[[LineFacts], int | str | None]] = {
    "处方": lambda line: line.prescription_id,
    "日": lambda line: line.day,
    "就诊": lambda line: line.encounter,
}
WHERE = {"处方": "同一处方", "日": "同一日", "就诊": "同一次就诊"}


class InteractingDrugs(ItemRule[InteractingPair]):
    slug, version, since = "interacting-drugs", 1, "0.1.0"
    title = "不宜合用"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "rules-2025")
    needs = (Line.prescription_id,)
    companions = InteractingPair.partners
    value, limit = InteractingPair.partners, InteractingPair.within
    message = "{item} 与{value}不宜合用，却用在{limit}"

    def judge(self, group: Group[InteractingPair], point: InteractingPair) -> Verdicts:
        place = _place(point.within)
        beside: dict[int | str | None, list[LineFacts]] = defaultdict(list)
        for other in group.companions:
            beside[place(other)].append(other)
        adrift = beside.pop(None, [])
        told = set()
        for line in group.lines:
            where = place(line)
            if where is None or (adrift and where not in beside):
                yield group.cannot_judge(Line.prescription_id, line)
            elif where in beside and where not in told:
                told.add(where)
                yield group.violates(
                    line,
                    excess=0,
                    excess_amount=0,
                    value=point.partners,
                    limit=point.within,
                    related=beside[where],
                )

    def evidence(self, _value: Any, limit: Any, point: Any) -> tuple[str | None, str | None]:
        """The other drug by its name, as far as the point says one (A×B), and its code; where both were used."""
        return named_side(point.name, SECOND, point.partners), WHERE.get(limit, limit)


def _place(word: str) -> Callable[[LineFacts], int | str | None]:
    if word not in PLACES:
        raise DeclarationError(f"未知的合用范围“{word}”", remedy=f"可用：{'、'.join(PLACES)}")
    return PLACES[word]
