"""What is odd about the data itself: counted by kind, field and institution, with a few examples."""

from __future__ import annotations

from mingcha.domain import fields as f
from mingcha.domain.fields import Entity


class QualityNote(Entity):
    """数据质量提示: something read that is no violation and no rejected row, but that people should know."""

    label = "数据质量提示"
    key = ("kind", "field", "institution_id")

    kind = f.code("提示类别", required=True, note="如 无法识别的值、未冲抵的退费、未识别的列")
    field = f.text("字段", required=True, note="形如 Line.supply_days；未识别的列写源列名")
    institution_id = f.text("医疗机构编码", "medins_id", "fixmedins_code", note="空为不分机构")
    count = f.number("次数", required=True)
    examples = f.codes("示例", note="至多五个原始值")
