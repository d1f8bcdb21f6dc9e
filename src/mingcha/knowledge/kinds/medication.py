"""Use of drugs as the label, the pharmacopoeia and the guidelines have it."""

from __future__ import annotations

from mingcha.domain import fields as f
from mingcha.domain.routes import ROUTES
from mingcha.knowledge.point import FOREVER, KnowledgePoint

# Beyond any dose, and within sixty-four bits even when written in grams.
NO_DOSE_LIMIT = 10**12


class DoseLimit(KnowledgePoint):
    """超说明书用量: the highest single and daily dose, as such or by weight, by route and age where these differ."""

    label, slug = "用量上限", "dose-limit"
    told_apart_by = ("route", "age_unit", "at_least", "below")
    unit = f.text("剂量单位", required=True, note="g、mg、μg、IU、万IU、ml、片 …")
    single_max = f.quantity("单次最大剂量", default=NO_DOSE_LIMIT)
    daily_max = f.quantity("每日最大剂量", default=NO_DOSE_LIMIT)
    single_per_kg = f.quantity("单次每公斤最大剂量", default=0, note="0 为不按体重限定")
    daily_per_kg = f.quantity("每日每公斤最大剂量", default=0, note="0 为不按体重限定")
    route = f.code("给药途径", default="", note=f"空为不限；{'、'.join(ROUTES)}")
    age_unit = f.code("年龄单位", default="岁", note="岁、月、天")
    at_least = f.number("年龄下限（含）", default=0)
    below = f.number("年龄上限（不含）", default=FOREVER)
    measure = f.code("计量", default="", derived=True, note="由剂量单位得出：质量、效价、容量、制剂数")
    base_units = f.number(
        "折合基本单位", default=0, derived=True, note="一剂量单位合多少微克、单位、毫升、片"
    )


class HerbDose(KnowledgePoint):
    """饮片用量: the largest daily dose of the pharmacopoeia; how far beyond it is still told apart is a setting."""

    label, slug = "饮片日用量", "herb-dose"
    largest = f.quantity("药典最大日用量", unit="克", required=True)
    toxic = f.flag("毒性", default=False, note="药典标明有毒、有小毒的饮片，不得放宽")
    daily = f.quantity("每日上限", unit="克", note="由药典用量与地区参数得出")


class DrugClass(KnowledgePoint):
    """重复开药: drugs of one ingredient or one pharmacological class, not to be in use together for long."""

    label, slug = "同类药品", "drug-class"
    by_prefix = True
    told_apart_by = ("alike_by",)
    alike_by = f.code("归类", required=True, note="成分、药理类别")
    overlap_days = f.number("允许重叠天数", unit="天", note="空为地区参数给出")


class Contraindication(KnowledgePoint):
    """禁忌症: diagnosis codes (by prefix) that forbid the drug or the service."""

    label, slug = "禁忌症", "contraindication"
    by_prefix = True
    diagnoses = f.codes("禁忌的诊断编码", required=True)


class PregnancyLimit(KnowledgePoint):
    """妊娠期、哺乳期禁用: the state in which the drug is unsafe, and the diagnoses that tell it."""

    label, slug = "妊娠哺乳期禁用", "pregnancy-limit"
    by_prefix = True
    told_apart_by = ("state",)
    state = f.code("禁用的生育状态", required=True, codes="matn_stas", note="3 妊娠期，4 哺乳期")
    diagnoses = f.codes("表明该状态的诊断编码", note="由地区参数给出")


class InteractingPair(KnowledgePoint):
    """药品相互作用、饮片配伍禁忌: `codes` and `partners` should not be used together."""

    label, slug = "不宜合用", "interacting-pair"
    by_prefix = True
    told_apart_by = ("partners",)
    partners = f.codes("不宜合用的药品", required=True)
    within = f.code(
        "合用范围",
        default="处方",
        one_of=("处方", "日", "就诊"),
        note="处方、日、就诊：在同一处方、同一日、同一次就诊内算合用",
    )


class AntibioticGrade(KnowledgePoint):
    """抗菌药物分级: who may order it, and where it may not be used; titles and care types are regional settings."""

    label, slug = "抗菌药物分级", "antibiotic-grade"
    grade = f.number(
        "分级", required=True, codes="antibiotic_grade", note="1 非限制使用级，2 限制使用级，3 特殊使用级"
    )
    titles = f.codes("可开具的职称", note="由地区参数给出")
    barred_care_types = f.codes("不得使用的医疗类别", note="特殊使用级不得在门诊使用；由地区参数给出")


class Prophylaxis(KnowledgePoint):
    """围手术期预防用药: for a class of operations, the antibiotics (`codes`) and how long after it they may go on."""

    label, slug = "围手术期预防用药", "prophylaxis"
    by_prefix = True
    told_apart_by = ("procedures",)
    operation = f.text("手术类别", required=True)
    procedures = f.codes("手术操作编码", required=True, note="按前缀匹配")
    hours = f.number("术后最长预防用药时间", unit="小时", default=24)
    needless = f.flag("原则上不预防用药", default=False)
