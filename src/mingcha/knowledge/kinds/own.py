"""What only the installation itself knows: lists of its own rules, notices before use."""

from __future__ import annotations

from mingcha.domain import fields as f
from mingcha.knowledge.point import KnowledgePoint


class ListedItem(KnowledgePoint):
    """自建清单: codes that a rule without code speaks about; what is forbidden stands in the rule."""

    label, slug = "自建清单", "listed-item"


class Notice(KnowledgePoint):
    """用前提示: what is worth a reminder whenever it is used, or only when dear, or only without approval."""

    label, slug = "用前提示", "notice"
    text = f.text("提示内容", required=True)
    from_price = f.price("单价下限", default=0, note="达到这个单价才提示；0 为不论单价")
    unless_approved = f.flag("已审批不提示", default=False)
