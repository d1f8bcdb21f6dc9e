"""中药饮片超大处方：一张饮片处方的味数、每剂重量或金额超过设定。

## 检查什么
同一处方号下的中药饮片（目录类别 102，退费后仍有数量的），任一项超过设定：不同饮片的味数；每剂重量，
即以克计的数量合计除以处方天数（周期天数，每日一剂）；金额合计。

## 为何违规
超出一般处方规模的大处方可能虚增味数、剂量或夹带保健用途的饮片，属于不合理使用；先作可疑，听取机构说明。

## 不报什么
恰好等于设定的；单位不是克的饮片不计入重量。没有处方号而已超过的，记为“无法判断”；重量合计超过一剂的设定而处方天数或单位未知的，
也记为“无法判断”。一张处方只报一次；只有金额超出时追超出部分，记在后发生的明细上，其余不追款。

## 处理建议
核对处方与病情；数量或处方号上传错误的更正，确需大处方的由医师说明。三项都没有全国统一值，缺省取较宽的，各地自行设定。
"""

from collections.abc import Iterator, Sequence
from typing import Any

from mingcha.domain.claims import Line
from mingcha.domain.conditions import distinct, total
from mingcha.domain.fields import Field
from mingcha.domain.values import QUANTITY_SCALE, decimal_text, yuan
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import BillRule, Group, LineFacts, Verdicts
from mingcha.rules.settings import setting

HERB = "102"
GRAMS = frozenset(("克", "g", "G"))


class HerbPrescriptionTooLarge(BillRule):
    slug, version, since = "herb-prescription-too-large", 1, "0.2.0"
    title = "中药饮片超大处方"
    legal_basis = ("fund-regulation", "rules-2025", "prescription-measures")

    herbs: Any = setting(30, label="味数上限", unit="味", at_least=1, at_most=200)
    grams: Any = setting(
        6_000_000, label="每剂重量上限", unit="克", scale=QUANTITY_SCALE, at_least=1, at_most=100_000_000
    )
    most: Any = setting(300_000, label="处方金额上限", unit="元", scale=100, at_least=1, at_most=100_000_000)

    when = Line.list_type == HERB
    per = Line.prescription_id
    only_if = (
        (distinct(Line.item_code) > herbs)
        | (total(Line.amount) > most)
        | (
            (total(Line.quantity) > grams)
            & (Line.supply_days.is_missing() | (total(Line.quantity) > grams * Line.supply_days))
        )
    )
    reads = (Line.unit,)
    message = "饮片处方过大：{value}，设定为至多 {limit}"

    def judge(self, group: Group[KnowledgePoint], _point: KnowledgePoint) -> Verdicts:
        measured = list(self._measured(group))
        doubtful = [found for found in measured if isinstance(found, Field)]
        beyond = [found for found in measured if not isinstance(found, Field)]
        if group.lines[0].prescription_id is None and measured:
            yield group.cannot_judge(Line.prescription_id)
        elif beyond:
            value, limit = ("、".join(words) for words in zip(*beyond, strict=True))
            over = _amount(group.lines) - self.most
            if over > 0:
                yield group.violates(excess_amount=over, value=value, limit=limit)
            else:
                yield group.violates(group.lines[-1], excess=0, excess_amount=0, value=value, limit=limit)
        elif doubtful:
            yield group.cannot_judge(doubtful[0])

    def _measured(self, group: Group[KnowledgePoint]) -> Iterator[tuple[str, str] | Field[Any]]:
        """What exceeds its setting, as words of value and limit; or the fact without which nobody can say."""
        herbs = len({line.item for line in group.lines})
        if herbs > self.herbs:
            yield f"{herbs} 味", f"{self.herbs} 味"
        amount = _amount(group.lines)
        if amount > self.most:
            yield f"{yuan(amount)} 元", f"{yuan(self.most)} 元"
        heavy = self._heavy(group)
        if heavy is not None:
            yield heavy

    def _heavy(self, group: Group[KnowledgePoint]) -> tuple[str, str] | Field[Any] | None:
        units = {line: group.read(line, Line.unit) for line in group.lines}
        weight = sum(line.quantity or 0 for line in group.lines if units[line] in GRAMS)
        days = max((line.supply_days for line in group.lines if line.supply_days), default=None)
        doses = 1 if days is None else days
        if weight > self.grams * doses:
            if days is None:
                return Line.supply_days
            return f"每剂 {_text(weight // doses)} 克", f"每剂 {_text(self.grams)} 克"
        unmeasured = sum(line.quantity or 0 for line in group.lines if units[line] is None)
        return Line.unit if weight + unmeasured > self.grams * doses else None


def _amount(lines: Sequence[LineFacts]) -> int:
    return sum(line.amount or 0 for line in lines)


def _text(grams: int) -> str:
    return decimal_text(grams, QUANTITY_SCALE)
