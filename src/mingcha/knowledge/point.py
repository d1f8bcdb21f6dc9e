"""What every knowledge point has, whatever its kind: codes, validity, region, source, certainty, status."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from mingcha.domain import fields as f
from mingcha.domain.fields import Entity

FOREVER = 2**31 - 1


class Certainty(StrEnum):
    """Certainty belongs to the point; its rule gives the default (政策限定类 明确违规, 合理使用类 可疑).

    A reminder accuses nobody and bears no money.
    """

    VIOLATION = "明确违规"
    SUSPICION = "可疑"
    REMINDER = "提醒"


def default_certainty(rule_code: str) -> Certainty:
    """政策类 rules (GZ100001…, MC100001…) accuse, our 费用提醒类 (MC10000405…) remind; all others raise a doubt."""
    if rule_code[2:8] == "100001":
        return Certainty.VIOLATION
    return Certainty.REMINDER if rule_code[2:10] == "10000405" else Certainty.SUSPICION


class Status(StrEnum):
    """What can be done with a point. Nothing is dropped: every point read has exactly one of these."""

    JUDGEABLE = "可判断"
    NEEDS_SETTING = "待设参数"
    NEEDS_MAPPING = "待映射"
    SUPERSEDED = "已被替代"
    ENDED = "已停用"


class Subject(StrEnum):
    """Which coded rows a kind speaks about, and how its codes match."""

    ITEM = "医保目录编码"
    DIAGNOSIS = "诊断编码"
    PROCEDURE = "手术操作编码"
    VISIT = "就诊"
    DISEASE = "病种编号"
    INSURANCE = "险种"

    @property
    def on_lines(self) -> bool:
        """Whether the rows judged are charge lines: those of the code, or all of a visit for the disease."""
        return self in (Subject.ITEM, Subject.DISEASE)


class KnowledgePoint(Entity):
    """知识点: a dated, cited fact about codes. A kind of point is a subclass that adds its limit."""

    key = ("point_id",)
    slug: ClassVar[str] = ""
    subject: ClassVar[Subject] = Subject.ITEM
    # A kind whose points act together names the field that joins them (手术组, 组套): one group of lines.
    joined_by: ClassVar[str] = ""
    # Whether `codes` may name a class of drugs by the beginning of their codes: new codes of the class fall under it.
    by_prefix: ClassVar[bool] = False
    # Fields beside the code that let points of one rule stand side by side in force (partner, group, level).
    told_apart_by: ClassVar[tuple[str, ...]] = ()

    point_id = f.text("知识点编号", required=True)
    rule_code = f.code("规则编码", required=True, note="两库目录条目：GZ… 为官方编码，MC… 为本系统编码")
    name = f.text("知识点名称")
    codes = f.codes(
        "代码",
        required=True,
        note="诊断、手术、药品类别按前缀匹配，其他医保目录编码按全码匹配",
    )
    certainty = f.code("确定性", default=Certainty.VIOLATION)
    region = f.code("适用地区", default="", note="行政区划前缀，空为全国；窄者优先")
    effective_from = f.day("生效日期", default=0)
    effective_to = f.day("失效日期", default=FOREVER, note="当日不再有效")
    status = f.code("状态", default=Status.JUDGEABLE)
    reason = f.text("状态说明", default="", note="待设参数、待映射、停用的原因")
    basis = f.text("依据原文", default="")
    source_id = f.text("来源编号", default="", note="knowledge/sources.yaml 的编号，演示知识点为空")
    source_document = f.text("来源文件", default="", note="文件或公告名称")
    source_number = f.text("文号或批次", default="")
    source_date = f.day("发布日期")
    source_row = f.text("来源行", default="")
    supersedes = f.text("替代的知识点", default="")
    demonstration = f.flag("演示", default=False, note="未见公布的知识点，仅供演示，默认不进入发布版")

    @property
    def parallel(self) -> tuple[object, ...]:
        """What tells this point from others of its rule that are in force for the same code."""
        return tuple(getattr(self, name) for name in self.told_apart_by)
