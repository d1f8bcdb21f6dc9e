"""The settlement list of a stay (transaction 4101) as it is sent: fields are kept as written, to be checked.

What a field should look like stands in its `form`; who must fill it, in `wanted`. Numbers of fields are their places
in the tables of the interface specification.
"""

from __future__ import annotations

from dataclasses import dataclass

from mingcha.domain.fields import Entity, Field
from mingcha.domain.values import ValueType


@dataclass(frozen=True, slots=True)
class Form:
    """How a value is written: as what, and how long; for numbers digits before and after the point."""

    what: str
    length: int = 0
    decimals: int = 0


TEXT, NUMBER, DAY, MOMENT, DURATION = "字符", "数值", "日期", "日期时间", "时长"
A_DAY, A_MOMENT = Form(DAY), Form(MOMENT)
# 天数/小时数/分钟数, e.g. 1/13/24.
A_DURATION = Form(DURATION, 10)


def _text(length: int) -> Form:
    return Form(TEXT, length)


def _number(digits: int, decimals: int = 0) -> Form:
    return Form(NUMBER, digits, decimals)


class Listed(Field[str]):
    """A field of the list, kept as it was sent."""

    def __init__(
        self,
        label: str,
        national: str,
        form: Form,
        *,
        wanted: bool = False,
        codes: str = "",
        required: bool = False,
        personal: bool = False,
        note: str = "",
    ) -> None:
        super().__init__(
            ValueType.TEXT, label, national, codes=codes, required=required, personal=personal, note=note
        )
        self.form = form
        self.wanted = wanted


class SettlementList(Entity):
    """医保结算清单 (4101, setlinfo): the head of the list."""

    label = "医保结算清单"
    key = ("encounter_id", "settlement_id")

    person_id = Listed("人员编号", "psn_no", _text(30), wanted=True)
    encounter_id = Listed("就诊标识", "mdtrt_id", _text(30), wanted=True, required=True)
    settlement_id = Listed("结算标识", "setl_id", _text(30), wanted=True)
    record_number = Listed("病案号", "medcasno", _text(40))
    declared_at = Listed("申报时间", "dcla_time", A_MOMENT)
    nationality = Listed("国籍", "ntly", _text(6), wanted=True)
    occupation = Listed("职业", "prfs", _text(6), wanted=True, codes="prfs")
    address = Listed("现住址", "curr_addr", _text(200), personal=True)
    employer = Listed("单位名称", "emp_name", _text(200), personal=True)
    employer_address = Listed("单位地址", "emp_addr", _text(200), personal=True)
    employer_telephone = Listed("单位电话", "emp_tel", _text(50), personal=True)
    postcode = Listed("邮编", "poscode", _text(6), personal=True)
    contact_name = Listed("联系人姓名", "coner_name", _text(50), personal=True)
    contact_relation = Listed("与患者关系", "patn_rlts", _text(6), codes="patn_rlts")
    contact_address = Listed("联系人地址", "coner_addr", _text(200), personal=True)
    contact_telephone = Listed("联系人电话", "coner_tel", _text(50), personal=True)
    newborn_type = Listed("新生儿入院类型", "nwb_adm_type", _text(3), codes="nwb_adm_type")
    birth_weight = Listed("新生儿出生体重", "nwb_bir_wt", _number(6, 2), note="克，精确到 10 克")
    admission_weight = Listed("新生儿入院体重", "nwb_adm_wt", _number(6, 2), note="克，精确到 10 克")
    birth_weights = Listed("多新生儿出生体重", "mul_nwb_bir_wt", _text(50), note="英文逗号隔开")
    admission_weights = Listed("多新生儿入院体重", "mul_nwb_adm_wt", _text(50), note="英文逗号隔开")
    chronic_department = Listed("门诊慢特病诊断科别", "opsp_diag_caty", _text(50))
    chronic_visit_on = Listed("门诊慢特病就诊日期", "opsp_mdtrt_date", A_DAY)
    admission_route = Listed("入院途径", "adm_way", _text(30), codes="adm_way")
    treatment_type = Listed("治疗类别", "trt_type", _text(3), codes="trt_type")
    admitted_at = Listed("入院时间", "adm_time", A_MOMENT)
    admission_department_id = Listed("入院科室编码", "adm_dept_code", _text(30))
    admission_department_name = Listed("入院科室名称", "adm_dept_name", _text(100))
    transfers = Listed("转科科别", "refldept_dept", _text(50))
    discharged_at = Listed("出院时间", "dscg_time", A_MOMENT)
    discharge_department_id = Listed("出院科室编码", "dscg_dept_code", _text(30))
    discharge_department_name = Listed("出院科室名称", "dscg_dept_name", _text(100))
    discharge_discipline = Listed("出院科别", "dscg_caty", _text(6), wanted=True)
    clinic_diagnosis_name = Listed("门（急）诊西医诊断", "otp_wm_dise", _text(200))
    clinic_diagnosis_code = Listed("西医疾病代码", "wm_dise_code", _text(30))
    clinic_tcm_name = Listed("门（急）诊中医诊断", "otp_tcm_dise", _text(200))
    clinic_tcm_code = Listed("中医疾病代码", "tcm_dise_code", _text(30))
    ventilated = Listed("呼吸机使用时长", "vent_used_dura", A_DURATION)
    coma_before = Listed("颅脑损伤患者入院前昏迷时长", "pwcry_bfadm_coma_dura", A_DURATION)
    coma_after = Listed("颅脑损伤患者入院后昏迷时长", "pwcry_afadm_coma_dura", A_DURATION)
    special_nursing = Listed("特级护理天数", "spga_nurscare_days", _number(4, 1))
    first_nursing = Listed("一级护理天数", "lv1_nurscare_days", _number(4, 1))
    second_nursing = Listed("二级护理天数", "scd_nurscare_days", _number(4, 1))
    third_nursing = Listed("三级护理天数", "lv3_nurscare_days", _number(4, 1))
    discharge_way = Listed("离院方式", "dscg_way", _text(3), codes="dscg_way")
    receiving_institution_name = Listed("拟接收机构名称", "acp_medins_name", _text(100))
    receiving_institution_id = Listed("拟接收机构代码", "acp_optins_code", _text(30))
    bill_code = Listed("票据代码", "bill_code", _text(50), wanted=True)
    bill_number = Listed("票据号码", "bill_no", _text(30), wanted=True)
    serial_number = Listed("业务流水号", "biz_sn", _text(50), wanted=True)
    readmission_planned = Listed(
        "出院31天内再住院计划标志", "days_rinp_flag_31", _text(3), codes="days_rinp_flag_31"
    )
    readmission_purpose = Listed("出院31天内再住院计划目的", "days_rinp_pup_31", _text(200))
    chief_doctor_id = Listed("主诊医师代码", "chfpdr_code", _text(30))
    settled_from = Listed("结算开始日期", "setl_begn_date", A_DAY, wanted=True)
    settled_to = Listed("结算结束日期", "setl_end_date", A_DAY, wanted=True)
    filled_by_department = Listed("医疗机构填报部门", "medins_fill_dept", _text(100), wanted=True)
    filled_by = Listed("医疗机构填报人", "medins_fill_psn", _text(50), wanted=True, personal=True)
    nurse_id = Listed("责任护士代码", "resp_nurs_code", _text(50))
    state = Listed("状态分类", "stas_type", _text(10))
    payment_method = Listed("医保支付方式", "hi_paymtd", _text(3), codes="hi_paymtd")
    age_days = Listed("新生儿天龄", "age_days", _number(3), note="不满一岁的新生儿")
    admission_discipline = Listed("入院科别", "adm_caty", _text(10))


class ListNode(Entity):
    """A node of the list with many rows; its rows stand in the message and nowhere by themselves."""


class ListedDiagnosis(ListNode):
    """清单诊断 (diseinfo)."""

    label = "清单诊断"
    key = ("code",)

    type = Listed("诊断类别", "diag_type", _text(3), wanted=True, codes="diag_type")
    code = Listed("诊断代码", "diag_code", _text(20), wanted=True)
    name = Listed("诊断名称", "diag_name", _text(500), wanted=True)
    on_admission = Listed("入院病情类型", "adm_cond_type", _text(3), wanted=True, codes="adm_cond_type")
    main = Listed("主诊断标志", "maindiag_flag", _text(3), wanted=True, codes="maindiag_flag")


class ListedProcedure(ListNode):
    """清单手术操作 (oprninfo)."""

    label = "清单手术操作"
    key = ("code",)

    type = Listed("手术操作类别", "oprn_oprt_type", _text(3), wanted=True, codes="oprn_oprt_type")
    name = Listed("手术操作名称", "oprn_oprt_name", _text(500), wanted=True)
    code = Listed("手术操作代码", "oprn_oprt_code", _text(30), wanted=True)
    anaesthesia = Listed("麻醉方式", "anst_way", _text(6))
    surgeon_id = Listed("术者医师代码", "oper_dr_code", _text(20), wanted=True)
    anaesthetist_id = Listed("麻醉医师代码", "anst_dr_code", _text(20))
    begun_at = Listed("手术操作开始时间", "oprn_oprt_begntime", A_MOMENT)
    ended_at = Listed("手术操作结束时间", "oprn_oprt_endtime", A_MOMENT)
    anaesthesia_begun_at = Listed("麻醉开始时间", "anst_begntime", A_MOMENT)
    anaesthesia_ended_at = Listed("麻醉结束时间", "anst_endtime", A_MOMENT)


class IntensiveCare(ListNode):
    """重症监护 (icuinfo)."""

    label = "重症监护"
    key = ("entered_at",)

    ward = Listed("重症监护病房类型", "scs_cutd_ward_type", _text(6), wanted=True, codes="icu_type")
    entered_at = Listed("重症监护进入时间", "scs_cutd_inpool_time", A_MOMENT, wanted=True)
    left_at = Listed("重症监护退出时间", "scs_cutd_exit_time", A_MOMENT, wanted=True)
    lasted = Listed("重症监护合计时长", "scs_cutd_sum_dura", A_DURATION, wanted=True)


class FundPayment(ListNode):
    """基金支付 (payinfo)."""

    label = "基金支付"
    key = ("fund",)

    fund = Listed("基金支付类型", "fund_pay_type", _text(6), wanted=True)
    amount = Listed("基金支付金额", "fund_payamt", _number(16, 2), wanted=True)


class ListedCharges(ListNode):
    """清单收费项目 (iteminfo): sums by kind of charge; sent where a region asks for them."""

    label = "清单收费项目"
    key = ("charge_type",)

    charge_type = Listed("医疗收费项目类别", "med_chrgitm_type", _text(6))
    amount = Listed("金额", "item_sumamt", _number(16, 2), wanted=True)
    class_a = Listed("甲类费用合计", "item_claa_sumfee", _number(16, 2), wanted=True)
    class_b = Listed("乙类金额合计", "item_clab_amt", _number(16, 2), wanted=True)
    own_expense = Listed("全自费金额", "item_fulamt_ownpay_amt", _number(16, 2), wanted=True)
    other = Listed("项目其他金额", "item_ownpay_amt", _number(16, 2), wanted=True)


class Transfusion(ListNode):
    """输血 (bldinfo)."""

    label = "输血"
    key = ("product",)

    product = Listed("输血品种", "bld_cat", _text(3), codes="bld_cat_code")
    volume = Listed("输血量", "bld_amt", _number(6))
    unit = Listed("输血计量单位", "bld_unt", _text(15))


class ChronicDiagnosis(ListNode):
    """门诊慢特病诊断 (opspdiseinfo)."""

    label = "门诊慢特病诊断"
    key = ("code",)

    name = Listed("诊断名称", "diag_name", _text(100))
    code = Listed("诊断代码", "diag_code", _text(20))
    procedure_name = Listed("手术操作名称", "oprn_oprt_name", _text(500))
    procedure_code = Listed("手术操作代码", "oprn_oprt_code", _text(30))


# Node of the message → letter of its checks, and what its rows are; the head first.
HEAD = "setlinfo"
NODES: dict[str, tuple[str, type[Entity]]] = {
    HEAD: ("A", SettlementList),
    "payinfo": ("F", FundPayment),
    "opspdiseinfo": ("M", ChronicDiagnosis),
    "diseinfo": ("D", ListedDiagnosis),
    "iteminfo": ("I", ListedCharges),
    "oprninfo": ("P", ListedProcedure),
    "icuinfo": ("U", IntensiveCare),
    "bldinfo": ("B", Transfusion),
}
