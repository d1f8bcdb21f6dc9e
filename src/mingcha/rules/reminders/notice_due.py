"""用前提示：使用知识点列出的贵重药品、重点监控药品或其他须提醒的项目。

## 检查什么
知识点列出的医保目录编码出现在明细中；知识点写明单价下限的，单价达到下限才提示；写明已审批不提示的，未经审批才提示。

## 为何违规
这不是违规，只是提醒：贵重、重点监控或有特别约定的项目，使用前应核对必要性，并留下审批或说明。

## 不报什么
单价低于下限的；已审批而知识点写明不再提示的；知识点要看单价或审批、而明细没有的，记为“无法判断”。提醒不涉及金额。

## 处理建议
按提示内容核对；有审批单或病历依据的写明理由即可，无须退费。
"""

from mingcha.domain.claims import Line
from mingcha.knowledge.kinds.own import Notice
from mingcha.rules.base import Grain, ItemRule


class NoticeDue(ItemRule[Notice]):
    slug, version, since = "notice-due", 1, "0.1.0"
    title = "用前提示"
    grain = Grain.LINE
    legal_basis = ("fund-regulation",)

    dear = (Notice.from_price == 0) | (Line.unit_price >= Notice.from_price)
    unapproved = (Notice.unless_approved == False) | (Line.approved == False)
    forbids = dear & unapproved
    value, limit = Line.unit_price, Notice.text
    message = "{item}：{text}"
