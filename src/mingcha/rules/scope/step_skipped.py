"""阶梯用药：没有用过前一阶梯的药品，直接使用后一阶梯的药品。

## 检查什么
知识点把一个治疗方案的药品分为若干阶梯。使用第二及以后阶梯的药品时，回看天数内（含当日，跨就诊、跨机构）没有用过任何更前阶梯的药品，
且上传的“半年内使用过一线药”标志不为是。

## 为何违规
越过首选药品直接使用后一阶梯的药品不符合阶梯用药原则；先作可疑，听取机构说明。

## 不报什么
历史明细中有前一阶梯药品的，标志为是的；前一阶梯的药品本身。标志没有上传、历史中又没有的，因为外地或自费购药不一定在历史明细之中，
记为“无法判断”；地区确认历史明细完整后（参数），按历史判断。

## 处理建议
核对既往用药与停用原因；不耐受、禁忌或病情需要的上传依据说明，曾在外院使用的补充标志。
"""

from typing import Any

from mingcha.domain.claims import Line
from mingcha.domain.conditions import some
from mingcha.knowledge.kinds.scope import StepDrug
from mingcha.rules.base import Grain, Group, ItemRule, LineFacts, Verdicts
from mingcha.rules.settings import setting


class StepSkipped(ItemRule[StepDrug]):
    slug, version, since = "step-skipped", 1, "0.1.0"
    title = "阶梯用药"
    grain = Grain.PERSON
    legal_basis = ("fund-regulation", "drug-payment-measures")
    reads = (Line.first_line_used,)
    only_if = some(StepDrug.step > 1)
    value = StepDrug.step
    message = "{item} 为{plan}第 {value} 阶梯药品，{limit} 天内没有用过前一阶梯"

    days: Any = setting(180, label="回看天数", unit="天", at_least=1, at_most=730)
    history_complete: Any = setting(False, label="历史明细完整")

    def judge(self, group: Group[StepDrug], _point: StepDrug) -> Verdicts:
        for line in group.lines:
            step = group.points[line.item].step
            used = group.read(line, Line.first_line_used)
            if step == 1 or used or self._after_earlier_step(group, line, step):
                continue
            if used is None and not self.history_complete:
                yield group.cannot_judge(Line.first_line_used, line)
            else:
                yield group.violates(line, value=step, limit=self.days)

    def _after_earlier_step(self, group: Group[StepDrug], line: LineFacts, step: int) -> bool:
        """Whether a drug of an earlier step was used within the days before, or on the same day."""
        return any(
            other.day <= line.day and line.day - other.day <= self.days
            for other in group.lines
            if group.points[other.item].step < step
        )
