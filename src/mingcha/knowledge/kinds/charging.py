"""What may be charged for, beside what and at which price."""

from __future__ import annotations

from mingcha.domain import fields as f
from mingcha.knowledge.point import KnowledgePoint


class PriceCeiling(KnowledgePoint):
    """超限定单价: the highest unit price, by level of institution where it differs."""

    label, slug = "限定单价", "price-ceiling"
    told_apart_by = ("rank",)
    ceiling = f.price("最高单价", required=True)
    rank = f.number("适用机构级别", default=-1, note="-1 为所有级别")


class DuplicatePair(KnowledgePoint):
    """重复收费: `codes` are contained in `containing` and may not be billed beside it within the interval."""

    label, slug = "重复收费", "duplicate-pair"
    told_apart_by = ("containing",)
    containing = f.codes("已包含它的项目", required=True)
    interval = f.code(
        "时间区间",
        required=True,
        one_of=("同一小时", "6小时", "单日", "单次就诊"),
        note="同一小时、6小时、单日、单次就诊",
    )


class RequiredCompanion(KnowledgePoint):
    """须同时发生的项目: `codes` are used only together with one of `companions` (by prefix)."""

    label, slug = "须同时发生的项目", "required-companion"
    companions = f.codes("须同时发生的项目", note="按前缀匹配，有任一项即可；空为只看手术操作记录")
    companion_name = f.text("须同时发生的项目名称", required=True)
    interval = f.code("时间区间", default="单次就诊", note="单日、单次就诊")
    record_suffices = f.flag("有手术操作记录亦可", default=False)


class AddOnLimit(KnowledgePoint):
    """加收次数: how much of an add-on may be billed for one of its main items."""

    label, slug = "加收次数", "add-on-limit"
    mains = f.codes("主项目", required=True)
    allowed = f.quantity("每一主项目可加收数量", default=10_000)
    interval = f.code("时间区间", default="单日", note="单日、单次就诊")


class Substitution(KnowledgePoint):
    """串换线索: the dear item without what it always needs, beside what only a cheaper one uses."""

    label, slug = "串换线索", "substitution"
    evidence = f.codes("高价项目必有的项目", required=True, note="按前缀匹配，有任一项即不可疑")
    evidence_name = f.text("高价项目必有的项目名称", required=True)
    traces = f.codes("低价项目才用的项目", required=True)
    trace_name = f.text("低价项目才用的项目名称", required=True)
    cheap_name = f.text("低价项目名称", required=True)
    cheap_price = f.price("低价项目单价", note="空为只列出，不计金额")
    interval = f.code("时间区间", default="单日", note="单日、单次就诊")


class SplitCharge(KnowledgePoint):
    """分解收费: components that together are one item must be billed as that item."""

    label, slug = "分解收费", "split-charge"
    joined_by = "bundle"
    told_apart_by = ("bundle",)
    bundle = f.code("合并项目编码", required=True)
    bundle_name = f.text("合并项目名称", default="")
    components = f.number("构成分解的项目数", default=2, note="同日出现这么多个不同的组成项目即为分解")
    bundle_price = f.price("合并项目单价")


class SameIncisionGroup(KnowledgePoint):
    """手术折价: operations of one group through one incision; later ones at a ratio (regional setting)."""

    label, slug = "同切口手术组", "same-incision-group"
    joined_by = "group"
    told_apart_by = ("group",)
    group = f.code("手术组", required=True)
    later_ratio = f.ratio("第二及以后手术的收费比例", note="由地区参数给出，无全国值")
