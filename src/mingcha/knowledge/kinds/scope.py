"""Whom and where an item is paid for: sex, age, insurance, care type, place, indication."""

from __future__ import annotations

from mingcha.domain import fields as f
from mingcha.knowledge.point import FOREVER, KnowledgePoint, Subject


class SexLimit(KnowledgePoint):
    """限性别: drugs, services and consumables for one sex only."""

    label, slug = "限性别", "sex-limit"
    sex = f.code("限定性别", codes="gend", required=True)


class AgeLimit(KnowledgePoint):
    """限年龄: from `at_least` to below `below`, in completed years, months or days on the day of service."""

    label, slug = "限年龄", "age-limit"
    audience = f.code(
        "限定人群",
        required=True,
        note="儿童、新生儿、婴儿、婴幼儿、法定就业年龄、指定年龄、儿童禁用、老年人禁用",
    )
    unit = f.code("年龄单位", default="岁", note="岁、月、天")
    at_least = f.number("年龄下限（含）", default=0)
    below = f.number("年龄上限（不含）", default=FOREVER)


class InsuranceLimit(KnowledgePoint):
    """限险种: which insurances (and care types) pay is a regional setting; the point says on what ground."""

    label, slug = "限险种", "insurance-limit"
    ground = f.code("限定险种", required=True, note="工伤、生育")
    accepted = f.codes("可支付的险种/医疗类别", note="如 510、310/52；由地区参数给出")


class CareTypeLimit(KnowledgePoint):
    """限就医方式: the care types (by prefix) in which the item is paid."""

    label, slug = "限就医方式", "care-type-limit"
    manner = f.code("限定就医方式", required=True, note="住院、急诊或住院 …")
    accepted = f.codes("可支付的医疗类别", required=True)


class InternetLimit(KnowledgePoint):
    """超互联网医院药品支付范围: not in internet care; which care types those are is a regional setting."""

    label, slug = "限互联网诊疗", "internet-limit"
    internet_care_types = f.codes("互联网诊疗的医疗类别", note="由地区参数给出")


class LevelLimit(KnowledgePoint):
    """限医疗机构级别: the lowest level at which the item is paid, and exempt specialised hospitals."""

    label, slug = "限医疗机构级别", "level-limit"
    at_least = f.number("最低级别", required=True, codes="institution_rank", note="3 三级，2 二级，1 一级")
    exempt_at_least = f.number("专科医院最低级别", default=FOREVER)
    exempt_types = f.codes("专科医院类别", note="医疗机构类别代码，如 A512 眼科医院")


class InstitutionTypeLimit(KnowledgePoint):
    """限医疗机构类型: the types of institution (by prefix) in which the item is paid."""

    label, slug = "限医疗机构类型", "institution-type-limit"
    accepted = f.codes(
        "可支付的医疗机构类别", required=True, note="按前缀匹配，如 A52 为皮肤、传染、精神等专科医院"
    )
    accepted_name = f.text("可支付的医疗机构类别名称", required=True)


class DepartmentLimit(KnowledgePoint):
    """限科室: department codes (by prefix) that may order the item."""

    label, slug = "限科室", "department-limit"
    accepted = f.codes("可开单的科室编码", required=True)


class Indication(KnowledgePoint):
    """限适应症: diagnosis codes (by prefix), one of which must be on the bill; empty until mapped."""

    label, slug = "限适应症", "indication"
    diagnoses = f.codes("适应症诊断编码")


class DiseaseList(KnowledgePoint):
    """限定病种目录: what may be paid on an out-patient visit for a chronic or special disease; `codes` are diseases."""

    label, slug = "限定病种目录", "disease-list"
    subject = Subject.DISEASE
    allowed = f.codes("可支付的药品编码前缀", required=True, note="如 XA10 为糖尿病用药；全码也可")


class SecondLine(KnowledgePoint):
    """限二线: paid only after a first-line drug was used."""

    label, slug = "限二线", "second-line"


class StepDrug(KnowledgePoint):
    """阶梯用药: the drugs of a plan by steps; a later step is for those who have used an earlier one."""

    label, slug = "阶梯用药", "step-drug"
    by_prefix = True
    joined_by = "plan"
    told_apart_by = ("plan",)
    plan = f.code("治疗方案", required=True)
    step = f.number("阶梯", required=True, note="1 为首选")


class HerbAlone(KnowledgePoint):
    """中药饮片单方使用不予支付: alone, or in a prescription made only of such herbs."""

    label, slug = "饮片单方不予支付", "herb-alone"
    joined_by = "list_name"
    list_name = f.code("所属清单", default="单方不予支付")


class HerbNeverPaid(KnowledgePoint):
    """中药饮片单复方均不予支付."""

    label, slug = "饮片不予支付", "herb-never-paid"
