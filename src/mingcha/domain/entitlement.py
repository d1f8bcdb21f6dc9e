"""What may be paid: an item's directory entry, a person's insured periods, entitlements, registrations, approvals.

Optional facts: most claims come without them, and a rule that needs one cannot judge where it is missing.
Periods are days, both ends included; an open end is still in force.
"""

from __future__ import annotations

from mingcha.domain import fields as f
from mingcha.domain.fields import Entity

_TO_DATE = "含当日；空为至今有效"
_NOT_SENT = "国家接口未提供，由医院补充"


class DirectoryEntry(Entity):
    """目录条目 (1312): class and use of an item in the directory of an insured region, by period."""

    label = "医保目录条目"
    key = ("item_code", "insured_region", "valid_from")

    item_code = f.code("医保目录编码", "hilist_code", required=True)
    item_name = f.text("医保目录名称", "hilist_name")
    insured_region = f.code("参保地", "insu_admdvs")
    valid_from = f.day("开始日期", "begndate", required=True)
    valid_to = f.day("结束日期", "enddate", note=_TO_DATE)
    in_force = f.flag("有效标志", "vali_flag", codes="vali_flag")
    list_type = f.code("目录类别", "list_type", codes="list_type")
    charge_type = f.code("收费类别", "med_chrgitm_type", codes="med_chrgitm_type")
    payment_class = f.code("目录等级", "chrgitm_lv", codes="chrgitm_lv", note="01 甲，02 乙，03 丙")
    restricted = f.flag("限制使用", "lmt_used_flag", codes="lmt_used_flag")
    medical_use = f.flag("医疗可用", "med_use_flag", codes="med_use_flag")
    maternity_use = f.flag("生育可用", "matn_used_flag", codes="matn_used_flag")
    compound_use = f.code("限复方使用类型", "lmt_cpnd_type", codes="lmt_cpnd_type")
    remark = f.text("备注", "memo")


class DirectoryPriceLimit(Entity):
    """目录限价 (1318): the highest price that the fund reckons with, by level of institution and period."""

    label = "目录限价"
    key = ("item_code", "insured_region", "limit_type", "valid_from")

    item_code = f.code("医保目录编码", "hilist_code", required=True)
    insured_region = f.code("参保地", "insu_admdvs")
    limit_type = f.code("限价类型", "hilist_lmtpric_type", codes="hilist_lmtpric_type")
    excess_treatment = f.code("超限处理方式", "overlmt_dspo_way")
    valid_from = f.day("开始日期", "begndate", required=True)
    valid_to = f.day("结束日期", "enddate", note=_TO_DATE)
    price_ceiling = f.price("定价上限", "hilist_pric_uplmt_amt", required=True)


class DirectorySelfPay(Entity):
    """先自付比例 (1319): the share a person pays first, by kind of person and period."""

    label = "目录先自付比例"
    key = ("item_code", "insured_region", "person_type", "ratio_type", "valid_from")

    item_code = f.code("医保目录编码", "hilist_code", required=True)
    insured_region = f.code("参保地", "insu_admdvs")
    person_type = f.code("人员类别", "selfpay_prop_psn_type", codes="selfpay_prop_psn_type")
    ratio_type = f.code("比例类别", "selfpay_prop_type", codes="selfpay_prop_type")
    valid_from = f.day("开始日期", "begndate", required=True)
    valid_to = f.day("结束日期", "enddate", note=_TO_DATE)
    self_pay_ratio = f.ratio("先自付比例", "selfpay_prop", required=True)


class InsuredPeriod(Entity):
    """参保期 (1101): in which insurance a person was, and whether it was in force."""

    label = "参保期"
    key = ("person_id", "insurance_type", "valid_from")

    person_id = f.text("参保人标识", "psn_no", "patn_id", required=True)
    insurance_type = f.code("险种", "insutype", codes="insutype", required=True)
    person_type = f.code("人员类别", "psn_type", codes="psn_type")
    insured_state = f.code("参保状态", "psn_insu_stas", codes="psn_insu_stas")
    valid_from = f.day("参保日期", "psn_insu_date", required=True)
    suspended_from = f.day("暂停参保日期", "paus_insu_date", note="自当日起不享受待遇")
    civil_servant = f.flag("公务员", "cvlserv_flag", codes="cvlserv_flag")
    insured_region = f.code("参保地", "insuplc_admdvs", "insu_admdvs")
    employer = f.text("单位名称", "emp_name", personal=True)


class PersonIdentity(Entity):
    """人员身份 (1101): for which help a person was recognised (特困, 低保 …), by period."""

    label = "人员身份"
    key = ("person_id", "identity_type", "valid_from")

    person_id = f.text("参保人标识", "psn_no", "patn_id", required=True)
    identity_type = f.code("人员身份类别", "psn_idet_type", codes="psn_idet_type", required=True)
    identity_level = f.code("人员类别等级", "psn_type_lv")
    valid_from = f.day("开始日期", "begntime", "begndate", required=True)
    valid_to = f.day("结束日期", "endtime", "enddate", note=_TO_DATE)


class Entitlement(Entity):
    """待遇享受 (2001): whether a fund pays for a person, by period."""

    label = "待遇享受"
    key = ("person_id", "fund", "valid_from")

    person_id = f.text("参保人标识", "psn_no", "patn_id", required=True)
    check_type = f.code("待遇检查类型", "trt_chk_type", codes="trt_chk_type")
    fund = f.code("基金支付类型", "fund_pay_type", codes="fund_pay_type", required=True)
    entitled = f.flag("享受待遇", "trt_enjymnt_flag", codes="trt_enjymnt_flag", required=True)
    valid_from = f.day("开始日期", "begndate", required=True)
    valid_to = f.day("结束日期", "enddate", note=_TO_DATE)
    result = f.text("检查结果", "trt_chk_rslt")


class Registration(Entity):
    """备案: what all registrations of a person share."""

    registration_id = f.text("待遇申报流水号", "trt_dcla_detl_sn")
    person_id = f.text("参保人标识", "psn_no", "patn_id", required=True)
    insurance_type = f.code("险种", "insutype", codes="insutype")
    valid_from = f.day("开始日期", "begndate", required=True)
    valid_to = f.day("结束日期", "enddate", note=_TO_DATE)


class ReferralRegistration(Registration):
    """转院备案 (2501, 5304)."""

    label = "转院备案"
    key = ("person_id", "target_institution_id", "valid_from")

    target_institution_id = f.text("转往机构编码", "reflin_medins_no", required=True)
    target_region = f.code("就医地", "mdtrtarea_admdvs")
    referral_type = f.code("转院类型", "refl_type", codes="refl_type")
    referred_on = f.day("转院日期", "refl_date")
    reason = f.text("转院原因", "refl_rea")
    institution_agreed = f.flag("医院同意", "hosp_agre_refl_flag", codes="hosp_agre_refl_flag")
    diagnosis_code = f.code("诊断编码", "diag_code")
    earlier_encounter_id = f.text("转院前就诊标识", "refl_old_mdtrt_id")


class ChronicRegistration(Registration):
    """门诊慢特病备案 (2503, 5301)."""

    label = "慢特病备案"
    key = ("person_id", "disease_id", "valid_from")

    disease_id = f.code("慢特病病种编码", "opsp_dise_code", required=True)
    disease_name = f.text("慢特病病种名称", "opsp_dise_name")
    certifying_institution_id = f.text("鉴定机构编码", "ide_fixmedins_no")
    certified_on = f.day("鉴定日期", "hosp_ide_date")
    certifying_doctor_id = f.text("诊断医师编码", "diag_dr_codg")


class DesignationRegistration(Registration):
    """人员定点备案 (2505, 5302): at which institution a benefit may be used."""

    label = "定点备案"
    key = ("person_id", "application_type", "institution_id", "valid_from")

    application_type = f.code("业务申请类型", "biz_appy_type", codes="biz_appy_type")
    institution_id = f.text("医疗机构编码", "fixmedins_code", required=True)
    institution_name = f.text("医疗机构名称", "fixmedins_name")
    order = f.number("定点排序号", "fix_srt_no")


class InjuryRegistration(Registration):
    """意外伤害备案 (2507)."""

    label = "意外伤害备案"
    key = ("person_id", "injured_at", "valid_from")

    institution_id = f.text("医疗机构编码", "fixmedins_code")
    admitted_at = f.moment("入院时间", "adm_time")
    injured_at = f.moment("受伤时间", "trum_time", required=True)
    place = f.text("受伤地点", "trum_site")
    cause = f.text("致伤原因", "trum_rea")
    payable = f.code("审核支付标志", "chk_pay_flag")


class FeeCategory(Entity):
    """费别登记: as whose patient a stay is billed, each time it is registered or changed."""

    label = "费别登记"
    key = ("encounter_id", "registered_at")

    encounter_id = f.text("就诊标识", "mdtrt_id", "mdtrt_sn", required=True)
    person_id = f.text("参保人标识", "psn_no", "patn_id")
    registered_at = f.moment("登记时间", "begntime", required=True)
    fee_category = f.code(
        "费别", required=True, note="医院的费别，如 自费、职工医保；国家接口未提供，由医院补充"
    )
    insurance_type = f.code("险种", "insutype", codes="insutype")
    care_type = f.code("医疗类别", "med_type", codes="med_type")
    registered_by = f.text("经办人", "opter_id")


class Consent(Entity):
    """自费知情同意书: signed before an item is used that the fund does not pay."""

    label = "自费知情同意书"
    key = ("encounter_id", "signed_at")

    encounter_id = f.text("就诊标识", "mdtrt_id", required=True)
    institution_id = f.text("医疗机构编码", "fixmedins_code", "medins_id", required=True)
    signed_at = f.moment("签署时间", required=True, note=_NOT_SENT)
    signed_by = f.code("签署人", note="本人、家属、代理人")


class Approval(Entity):
    """审批: leave given for an item, before or while it is used."""

    label = "审批"
    key = ("approval_id",)

    approval_id = f.text("审批编号", required=True, note="国家接口未提供，由医院或经办机构补充")
    person_id = f.text("参保人标识", "psn_no", "patn_id", required=True)
    encounter_id = f.text("就诊标识", "mdtrt_id")
    item_code = f.code("医保目录编码", "hilist_code", "med_list_codg", required=True)
    state = f.code("审批标志", "hosp_appr_flag", codes="hosp_appr_flag", required=True)
    quantity = f.quantity("批准数量", "cnt")
    approved_at = f.moment("审批时间", "opt_time")
    approved_by = f.text("审批人", "opter_id")
    valid_from = f.day("开始日期", "begndate")
    valid_to = f.day("结束日期", "enddate", note=_TO_DATE)
