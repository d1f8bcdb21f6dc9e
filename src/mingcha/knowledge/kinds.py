"""The kinds of knowledge point as typed tables: one class a kind, its limit as declared fields.

A field that a regional setting must fill (no published value) has an empty default; it is completed when
a plan is compiled (`knowledge.completion`) and the point counts as 待设参数 until then.
"""

from __future__ import annotations

from mingcha.domain import fields as f
from mingcha.domain.errors import KnowledgeError
from mingcha.domain.routes import ROUTES
from mingcha.knowledge.point import FOREVER, KnowledgePoint, Subject

# 就医地 of a benefit standard.
AT_HOME, REFERRED, UNREFERRED = "本地", "异地已备案", "异地未备案"
# Beyond any amount of a bill or a year, and within sixty-four bits even times a ratio.
NO_TIER = 10**11
# Beyond any dose, and within sixty-four bits even when written in grams.
NO_DOSE_LIMIT = 10**12


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


class CourseLimit(KnowledgePoint):
    """限支付疗程: days paid within a period; period and way of counting may be a regional setting."""

    label, slug = "限支付疗程", "course-limit"
    days = f.number("支付天数上限", unit="天", required=True)
    period = f.code("计算范围", default="", note="就诊、年；空为地区参数给出")
    counting = f.code("计天方式", default="", note="用药日、跨度；空为地区参数给出")


class DispenseLimit(KnowledgePoint):
    """限最大支付天数/开药量: per prescription line."""

    label, slug = "限最大开药量", "dispense-limit"
    max_days = f.number("最大开药天数", unit="天", default=FOREVER)
    max_quantity = f.quantity("最大开药量", default=FOREVER * 10_000)


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


class DrugClass(KnowledgePoint):
    """重复开药: drugs of one ingredient or one pharmacological class, not to be in use together for long."""

    label, slug = "同类药品", "drug-class"
    by_prefix = True
    told_apart_by = ("alike_by",)
    alike_by = f.code("归类", required=True, note="成分、药理类别")
    overlap_days = f.number("允许重叠天数", unit="天", note="空为地区参数给出")


class SupplyLimit(KnowledgePoint):
    """剩余用药: the drugs of one ingredient, and how many days of them may be left when more is dispensed."""

    label, slug = "剩余药量", "supply-limit"
    by_prefix = True
    left_days = f.number("允许剩余天数", unit="天", note="空为地区参数给出")


class QuantityLimit(KnowledgePoint):
    """限定频次: how much may be billed per hour, day, encounter or stay."""

    label, slug = "限定频次", "quantity-limit"
    period = f.code("周期", required=True, one_of=("小时", "日", "就诊"), note="小时、日、就诊")
    allowed = f.quantity("上限数量", required=True)
    unit = f.text("计价单位", default="次")


class WindowLimit(KnowledgePoint):
    """周期超频次: how much may be billed within any so many days, across encounters."""

    label, slug = "周期频次", "window-limit"
    allowed = f.quantity("上限数量", required=True)
    days = f.number("周期天数", unit="天", required=True)


class PriceCeiling(KnowledgePoint):
    """超限定单价: the highest unit price, by level of institution where it differs."""

    label, slug = "限定单价", "price-ceiling"
    told_apart_by = ("rank",)
    ceiling = f.price("最高单价", required=True)
    rank = f.number("适用机构级别", default=-1, note="-1 为所有级别")


class SpendingCap(KnowledgePoint):
    """超限定报销总额: the most that is paid for the item per encounter or year."""

    label, slug = "报销总额", "spending-cap"
    cap = f.money("报销总额上限", required=True)
    period = f.code("周期", required=True, one_of=("就诊", "年"), note="就诊、年")


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


class StayLimit(KnowledgePoint):
    """不超过在院时间: items billed by the day or hour, together no more than the stay lasts."""

    label, slug = "不超过在院时间", "stay-limit"
    joined_by = "group"
    told_apart_by = ("group",)
    group = f.code("合计的项目组", required=True, note="护理、床位 …；同组各项目的数量相加")
    unit = f.code("计价单位", default="天", note="天、小时")


class WorkTime(KnowledgePoint):
    """单次最短耗时: how long one count of an item takes up the person who carries it out, at the very least."""

    label, slug = "单次最短耗时", "work-time"
    minutes = f.number("单次最短耗时", unit="分钟", required=True)


class DeviceCapacity(KnowledgePoint):
    """设备一日容量: how much the machines of one institution (or one department of it) can do in a day."""

    label, slug = "设备一日容量", "device-capacity"
    told_apart_by = ("institution_id", "department_id")
    institution_id = f.text("医疗机构编码", required=True)
    department_id = f.text("受单科室编码", default="", note="空为全院")
    machines = f.number("设备台数", unit="台", required=True)
    hours = f.number("每台每日最长运行", unit="小时", default=24)
    minutes = f.number("单次最短用时", unit="分钟", required=True)


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


class Indication(KnowledgePoint):
    """限适应症: diagnosis codes (by prefix), one of which must be on the bill; empty until mapped."""

    label, slug = "限适应症", "indication"
    diagnoses = f.codes("适应症诊断编码")


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


class HerbDose(KnowledgePoint):
    """饮片用量: the largest daily dose of the pharmacopoeia; how far beyond it is still told apart is a setting."""

    label, slug = "饮片日用量", "herb-dose"
    largest = f.quantity("药典最大日用量", unit="克", required=True)
    toxic = f.flag("毒性", default=False, note="药典标明有毒、有小毒的饮片，不得放宽")
    daily = f.quantity("每日上限", unit="克", note="由药典用量与地区参数得出")


class ListedItem(KnowledgePoint):
    """自建清单: codes that a rule without code speaks about; what is forbidden stands in the rule."""

    label, slug = "自建清单", "listed-item"


class Notice(KnowledgePoint):
    """用前提示: what is worth a reminder whenever it is used, or only when dear, or only without approval."""

    label, slug = "用前提示", "notice"
    text = f.text("提示内容", required=True)
    from_price = f.price("单价下限", default=0, note="达到这个单价才提示；0 为不论单价")
    unless_approved = f.flag("已审批不提示", default=False)


class ApprovalRequired(KnowledgePoint):
    """须事前审批: what is paid only with an approval in force on the day, always or only when dear."""

    label, slug = "须事前审批", "approval-required"
    approver = f.text("审批部门", required=True, note="医院医保办、经办机构 …")
    from_price = f.price("单价下限", default=0, note="达到这个单价才须审批；0 为不论单价")


class StayLength(KnowledgePoint):
    """病种住院天数: how many days a stay for a main diagnosis (by prefix) usually lasts."""

    label, slug = "病种住院天数", "stay-length"
    subject = Subject.DIAGNOSIS
    at_least = f.number("通常最短住院天数", unit="天", default=0)
    at_most = f.number("通常最长住院天数", unit="天", required=True)


class DiseaseList(KnowledgePoint):
    """限定病种目录: what may be paid on an out-patient visit for a chronic or special disease; `codes` are diseases."""

    label, slug = "限定病种目录", "disease-list"
    subject = Subject.DISEASE
    allowed = f.codes("可支付的药品编码前缀", required=True, note="如 XA10 为糖尿病用药；全码也可")


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


class Prophylaxis(KnowledgePoint):
    """围手术期预防用药: for a class of operations, the antibiotics (`codes`) and how long after it they may go on."""

    label, slug = "围手术期预防用药", "prophylaxis"
    by_prefix = True
    told_apart_by = ("procedures",)
    operation = f.text("手术类别", required=True)
    procedures = f.codes("手术操作编码", required=True, note="按前缀匹配")
    hours = f.number("术后最长预防用药时间", unit="小时", default=24)
    needless = f.flag("原则上不预防用药", default=False)


class DiagnosisSex(SexLimit):
    """诊断与性别: diagnosis codes of one sex."""

    label, slug = "诊断限性别", "diagnosis-sex"
    subject = Subject.DIAGNOSIS


class DiagnosisAge(AgeLimit):
    """诊断与年龄: diagnosis codes of one age."""

    label, slug = "诊断限年龄", "diagnosis-age"
    subject = Subject.DIAGNOSIS


class ProcedureSex(SexLimit):
    """手术操作与性别: procedure codes of one sex."""

    label, slug = "手术限性别", "procedure-sex"
    subject = Subject.PROCEDURE


class ProcedureIndication(KnowledgePoint):
    """手术对应诊断: diagnosis codes (by prefix), one of which an operation of this kind goes with."""

    label, slug = "手术对应诊断", "procedure-indication"
    subject = Subject.PROCEDURE
    diagnoses = f.codes("对应的诊断编码", required=True)


class DiagnosisCharge(KnowledgePoint):
    """诊断对应收费: items (by prefix), one of which a stay for a diagnosis of this kind is always charged for."""

    label, slug = "诊断对应收费", "diagnosis-charge"
    subject = Subject.DIAGNOSIS
    items = f.codes(
        "对应的收费项目", required=True, note="医保目录编码前缀，药品、项目、耗材均可，有任一项即可"
    )
    item_name = f.text("对应的收费项目名称", required=True)


class MainDiagnosisLimit(KnowledgePoint):
    """不得作主要诊断: diagnosis codes that only stand beside another one."""

    label, slug = "不得作主要诊断", "main-diagnosis-limit"
    subject = Subject.DIAGNOSIS


class CodeList(KnowledgePoint):
    """编码库: all codes of an edition that begin like this point; a code beginning so and not listed is none."""

    edition = f.text("版本", required=True, note="如 医保 2.0 版")
    listed = f.codes("有效编码", required=True)


class DiagnosisCodeList(CodeList):
    """诊断编码库."""

    label, slug = "诊断编码库", "diagnosis-code-list"
    subject = Subject.DIAGNOSIS


class ProcedureCodeList(CodeList):
    """手术操作编码库."""

    label, slug = "手术操作编码库", "procedure-code-list"
    subject = Subject.PROCEDURE


KINDS: dict[str, type[KnowledgePoint]] = {
    kind.slug: kind
    for kind in (
        SexLimit,
        AgeLimit,
        InsuranceLimit,
        CareTypeLimit,
        InternetLimit,
        LevelLimit,
        InstitutionTypeLimit,
        DepartmentLimit,
        CourseLimit,
        DispenseLimit,
        DoseLimit,
        DrugClass,
        SupplyLimit,
        QuantityLimit,
        WindowLimit,
        PriceCeiling,
        SpendingCap,
        DuplicatePair,
        RequiredCompanion,
        AddOnLimit,
        Substitution,
        StayLimit,
        WorkTime,
        DeviceCapacity,
        SplitCharge,
        SameIncisionGroup,
        SecondLine,
        StepDrug,
        HerbAlone,
        HerbNeverPaid,
        Indication,
        Contraindication,
        PregnancyLimit,
        InteractingPair,
        AntibioticGrade,
        HerbDose,
        Notice,
        ApprovalRequired,
        StayLength,
        DiseaseList,
        BenefitStandard,
        Prophylaxis,
        DiagnosisSex,
        DiagnosisAge,
        ProcedureSex,
        ProcedureIndication,
        ListedItem,
        DiagnosisCharge,
        MainDiagnosisLimit,
        DiagnosisCodeList,
        ProcedureCodeList,
    )
}


def kind(slug: str) -> type[KnowledgePoint]:
    """The kind of knowledge point with this slug.

    Raises:
        KnowledgeError: there is no such kind.
    """
    if slug not in KINDS:
        raise KnowledgeError(f"没有“{slug}”这种知识点", remedy=f"可用的种类：{'、'.join(KINDS)}")
    return KINDS[slug]
