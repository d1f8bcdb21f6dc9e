"""超批准数量：须事前审批的项目，使用的数量超过批准的数量。

## 检查什么
同一参保人、同一项目在一份审批的有效期内（相互重叠的几份审批合在一起算，批准数量相加）跨就诊累计的使用数量，超过批准数量。

## 为何违规
审批只对批准的数量有效，超出的部分等于没有审批，基金不予支付；先作可疑，听取机构说明。

## 不报什么
恰好用完批准数量的；退费已冲抵的；没有有效审批的（由“需审批无审批”判断）；单价低于须审批的下限的。
审批资料没有写批准数量，或单据只写明审批通过而没有审批资料的，记为“无法判断”；累计未超而有数量缺失的，也记为“无法判断”。

## 处理建议
核对审批单的批准数量、规格和单位；已续批而未上传的补传，其余退回超出部分的基金支付。
"""

from collections import defaultdict

from mingcha.domain.claims import Line
from mingcha.knowledge.kinds.entitlement import ApprovalRequired
from mingcha.rules.base import Grain, Group, ItemRule, Verdicts


class ApprovalExceeded(ItemRule[ApprovalRequired]):
    slug, version, since = "approval-exceeded", 1, "0.2.0"
    title = "超批准数量"
    grain = Grain.PERSON
    legal_basis = ("fund-regulation", "designated-institutions")
    reads = (Line.approved_quantity, Line.approved_since)

    dear = (ApprovalRequired.from_price == 0) | (Line.unit_price >= ApprovalRequired.from_price)
    when = dear & (Line.approved == True)
    value, limit = Line.quantity, Line.approved_quantity
    message = "{item} 在审批有效期内累计使用 {value}，批准 {limit}"

    def judge(self, group: Group[ApprovalRequired], _point: ApprovalRequired) -> Verdicts:
        used: dict[tuple[object, int], int] = defaultdict(int)
        uncounted: set[tuple[object, int]] = set()
        for line in group.lines:
            approved = group.read(line, Line.approved_quantity)
            if approved is None:
                yield group.cannot_judge(Line.approved_quantity, line)
                continue
            approval = (line.item, group.read(line, Line.approved_since))
            if line.quantity is None:
                uncounted.add(approval)
            used[approval] += line.quantity or 0
            over = used[approval] - approved
            if over > 0 and line.quantity:
                excess = min(over, line.quantity)
                yield group.violates(line, excess=excess, value=used[approval], limit=approved)
            elif approval in uncounted:
                yield group.cannot_judge(Line.quantity, line)
