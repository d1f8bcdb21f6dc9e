"""需审批无审批：须事前审批的项目，使用当日没有有效的审批。

## 检查什么
知识点列明须事前审批的医保目录编码出现在明细中，而明细的审批标志为审批不通过；明细没有说明的，查审批资料：
计费当日没有本人这个项目的有效审批。知识点写明单价下限的，单价达到下限才须审批。

## 为何违规
规定须经审批方可支付的药品、项目和耗材，未经审批使用的，基金不予支付。

## 不报什么
没有审批标志也没有审批资料的，或审批资料中没有任何人这个项目的审批记录的，记为“无法判断”；标为无须审批的同样按未知；
审批的首日和末日；单价低于下限的；退费后没有余量的明细。急诊抢救可以事后补审批的地区，由规则集排除急诊类别。

## 处理建议
核对审批单的项目、人员和有效期；已审批而未上传的补传，确未审批的退回基金支付部分。
"""

from mingcha.domain.claims import Line
from mingcha.knowledge.kinds.entitlement import ApprovalRequired
from mingcha.rules.base import Grain, ItemRule


class ApprovalMissing(ItemRule[ApprovalRequired]):
    slug, version, since = "approval-missing", 1, "0.2.0"
    title = "需审批无审批"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "designated-institutions")

    dear = (ApprovalRequired.from_price == 0) | (Line.unit_price >= ApprovalRequired.from_price)
    forbids = dear & (Line.approved == False)
    value, limit = Line.unit_price, ApprovalRequired.approver
    message = "{item} 须经{limit}事前审批，使用当日没有有效的审批"
