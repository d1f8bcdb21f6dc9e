"""What is paid by whom: approvals asked for beforehand, standards of benefit."""

from __future__ import annotations

from mingcha.domain import fields as f
from mingcha.knowledge.point import KnowledgePoint, Subject

# 就医地 of a benefit standard.
AT_HOME, REFERRED, UNREFERRED = "本地", "异地已备案", "异地未备案"
# Beyond any amount of a bill or a year, and within sixty-four bits even times a ratio.
NO_TIER = 10**11


class ApprovalRequired(KnowledgePoint):
    """须事前审批: what is paid only with an approval in force on the day, always or only when dear."""

    label, slug = "须事前审批", "approval-required"
    approver = f.text("审批部门", required=True, note="医院医保办、经办机构 …")
    from_price = f.price("单价下限", default=0, note="达到这个单价才须审批；0 为不论单价")


class BenefitStandard(KnowledgePoint):
    """待遇标准: what one layer pays of a settlement; `codes` are insurances, the rule's code says which layer.

    Of those in force the narrowest region's come first, then the one that states most of whom it is for.
    """

    label, slug = "待遇标准", "benefit-standard"
    subject = Subject.INSURANCE
    told_apart_by = ("person_types", "identities", "civil_servant", "care_types", "rank", "place")
    person_types = f.codes("适用人员类别", note="按前缀，如 11 在职、12 退休；空为不限")
    identities = f.codes("适用人员身份类别", note="按前缀，如 2303 低保、2304 特困；空为不限")
    civil_servant = f.code("适用公务员", default="", one_of=("", "是", "否"), note="是、否；空为不限")
    care_types = f.codes("适用医疗类别", note="按前缀，如 21 住院；空为不限")
    rank = f.number("适用机构级别", default=-1, note="3 三级，2 二级，1 一级，0 无等级；-1 为不限")
    place = f.code(
        "适用就医地",
        default="",
        one_of=("", AT_HOME, REFERRED, UNREFERRED),
        note=f"{AT_HOME}、{REFERRED}、{UNREFERRED}；空为不限",
    )
    deductible = f.money("起付标准", default=0)
    ratio = f.ratio("支付比例", required=True)
    second_from = f.money("第二段起点", default=NO_TIER, note="超过起付标准的部分中，超过此数的按第二段比例")
    second_ratio = f.ratio("第二段比例", default=0)
    third_from = f.money("第三段起点", default=NO_TIER, note="同上，按第三段比例")
    third_ratio = f.ratio("第三段比例", default=0)
    cap = f.money("支付上限", default=NO_TIER, note="按年度累计的层次为年度上限，其他为一次结算的上限")
