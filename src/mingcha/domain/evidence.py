"""What shows that care was given: identity checks, orders, the outcome of a stay, examination results, drug stock.

Optional facts; results as text are for people, rules read their codes and flags.
"""

from __future__ import annotations

from mingcha.domain import fields as f
from mingcha.domain.fields import Entity


class IdentityCheck(Entity):
    """实名核验 (9601, 9602, 9604): was the person there?"""

    label = "实名核验"
    key = ("encounter_id", "occasion", "checked_at")

    encounter_id = f.text("就诊标识", "mdtrt_id", required=True)
    person_id = f.text("参保人标识", "psn_no", "patn_id")
    institution_id = f.text("医疗机构编码", "medins_code", "fixmedins_code")
    occasion = f.code("认证业务", "recog_biz", codes="recog_biz")
    checked_at = f.moment("认证时间", "crtf_time")
    result = f.code("认证结果", "recog_rslt", "crtf_rslt", codes="recog_rslt", required=True)
    exception = f.code("特殊申报原因", "sp_dcla_rea", codes="sp_dcla_rea")
    review = f.code("审核状态", "chk_stas", codes="chk_stas")
    plan_id = f.text("计划标识", "plan_id")


class StayOutcome(Entity):
    """住院结局 (2402, 4401)."""

    label = "住院结局"
    key = ("encounter_id",)

    encounter_id = f.text("就诊标识", "mdtrt_id", "mdtrt_sn", required=True)
    discharge_way = f.code("离院方式", "dscg_way", codes="dscg_way")
    death_date = f.day("死亡日期", "die_date")
    outcome = f.code("出院治疗结果", "dscg_trt_rslt_code", codes="dscg_trt_rslt_code")
    days = f.number("住院天数", "ipt_days", unit="天")
    complication = f.flag("伴有并发症", "cop_flag", codes="cop_flag")
    readmission_planned = f.code(
        "31 天内再住院计划", "dscg_31days_rinp_flag", codes="days_rinp_flag_31", note="1 无，2 有"
    )
    readmission_purpose = f.text("再住院目的", "dscg_31days_rinp_pup")
    receiving_institution_id = f.text("拟接收机构编码", "acp_medins_code")
    resuscitations = f.number("抢救次数", "resc_cnt", unit="次")
    successful_resuscitations = f.number("抢救成功次数", "resc_succ_cnt", unit="次")


class Order(Entity):
    """住院医嘱 (4402): what was ordered, from when to when; a charge names its order."""

    label = "住院医嘱"
    key = ("encounter_id", "order_id")

    encounter_id = f.text("就诊标识", "mdtrt_id", required=True)
    person_id = f.text("参保人标识", "psn_no", "patn_id")
    order_id = f.text("医嘱号", "drord_no", required=True)
    detail_id = f.text("医嘱明细标识", "medcas_drord_detl_id")
    group_number = f.text("医嘱组号", "drord_grp_no", "drord_grpno")
    order_type = f.code("医嘱类别", "drord_type", codes="drord_type", note="1 临时，2 长期，3 备用")
    local_order_code = f.code("院内医嘱明细编码", "drord_detl_code")
    local_order_name = f.text("院内医嘱明细名称", "drord_detl_name")
    doctor_id = f.text("下达医嘱医师编码", "isu_drord_dr_code")
    department_id = f.text("下达科室编码", "isu_dept_code")
    issued_at = f.moment("医嘱下达时间", "drord_isu_time", "drord_isu_no")
    begun_at = f.moment("医嘱开始时间", "drord_begntime", "medc_begntime")
    ended_at = f.moment("医嘱结束时间", "drord_endtime")
    medication_ended_at = f.moment("用药停止时间", "medc_endtime")
    dosage_form = f.text("药品剂型", "drug_dosform", note="只有药品的医嘱才有")
    taken_by = f.text("用药途径", "drug_used_way", note="只有药品的医嘱才有")
    discharge = f.flag("出院医嘱", note="国家接口未提供，由医院标明")
    in_force = f.flag("有效标志", "vali_flag", codes="vali_flag")


class VitalSigns(Entity):
    """护理生命体征 (4602): what was measured at the bed, one time a row."""

    label = "护理生命体征"
    key = ("encounter_id", "measured_at")

    encounter_id = f.text("就诊标识", "mdtrt_id", "mdtrt_sn", required=True)
    person_id = f.text("参保人标识", "psn_no", "patn_id")
    measured_at = f.moment("记录时间", "rcd_time", required=True)
    weight = f.quantity("体重", "wt", unit="kg", note="不在 0.2 至 500 千克之间的视为未知；未测的报 0")
    in_force = f.flag("有效标志", "vali_flag", codes="vali_flag")


class Report(Entity):
    """报告: what reports of examinations, and other parts of a record, share."""

    encounter_id = f.text("就诊标识", "mdtrt_id", "mdtrt_sn", required=True)
    person_id = f.text("参保人标识", "psn_no", "patn_id")
    in_force = f.flag("有效标志", "vali_flag", codes="vali_flag")


class ExaminationReport(Report):
    """检查报告 (4501): imaging, endoscopy and the like."""

    label = "检查报告"
    key = ("encounter_id", "report_id", "examination_code")

    report_id = f.text("报告单号", "rpotc_no", required=True)
    request_id = f.text("申请单号", "appy_no")
    examination_type = f.code("检查类别", "exam_type_code", codes="exam_test_type")
    examination_code = f.code("检查项目编码", "exam_item_code")
    examination_name = f.text("检查项目名称", "exam_item_name")
    local_examination_code = f.code("院内检查项目编码", "inhosp_exam_item_code")
    examined_at = f.moment("检查时间", "exam_date")
    reported_at = f.moment("报告时间", "rpt_date")
    body_part = f.text("检查部位", "exam_part")
    positive = f.flag("阳性", "exam_rslt_poit_flag", codes="exam_rslt_poit")
    abnormal = f.flag("异常", "exam_rslt_abn", codes="exam_rslt_abn")
    conclusion = f.text("检查结论", "exam_ccls")
    charge = f.money("检查费用", "exam_charge")
    doctor_id = f.text("开单医师编码", "bilg_dr_codg")


class LaboratoryResult(Report):
    """检验结果 (4502): one measured quantity a row."""

    label = "检验结果"
    key = ("encounter_id", "report_id", "detail_code")

    report_id = f.text("报告单号", "rpotc_no", required=True)
    request_id = f.text("申请单号", "appy_no")
    examination_code = f.code("检验项目编码", "exam_item_code")
    examination_name = f.text("检验项目名称", "exam_item_name")
    detail_code = f.code("检验明细编码", "exam_item_detl_code")
    detail_name = f.text("检验明细名称", "exam_item_detl_name")
    method = f.text("检验方法", "exam_mtd")
    sampled_at = f.moment("采样时间", "sapl_date")
    reported_at = f.moment("报告时间", "rpt_date")
    value = f.text("结果（数值）", "exam_rslt_val", note="原样：单位和位数因项目而异")
    finding = f.text("结果（定性）", "exam_rslt_dicm")
    unit = f.text("计量单位", "exam_unt")
    reference = f.text("参考值", "ref_val")
    abnormal = f.flag("异常", "exam_rslt_abn", codes="exam_rslt_abn")
    doctor_id = f.text("开单医师编码", "bilg_dr_codg")


class CultureReport(Report):
    """细菌培养 (4503)."""

    label = "细菌培养"
    key = ("encounter_id", "report_id", "germ_code")

    report_id = f.text("报告单号", "rpotc_no", required=True)
    request_id = f.text("申请单号", "appy_no")
    germ_code = f.code("细菌代号", "germ_code")
    germ_name = f.text("细菌名称", "germ_name")
    colonies = f.text("菌落计数", "coly_cntg")
    cultured_at = f.moment("培养时间", "clte_time")
    result = f.text("检验结果", "exam_rslt")


class SusceptibilityReport(Report):
    """药敏 (4504): one germ and one drug a row."""

    label = "药敏结果"
    key = ("encounter_id", "report_id", "germ_code", "drug_code")

    report_id = f.text("报告单号", "rpotc_no", required=True)
    request_id = f.text("申请单号", "appy_no")
    germ_code = f.code("细菌代号", "germ_code")
    germ_name = f.text("细菌名称", "germ_name")
    drug_code = f.code("药敏代码", "sstb_code")
    drug_name = f.text("药敏名称", "sstb_name")
    resistance = f.code("抗药结果", "reta_rslt_code", codes="reta_rslt_code")
    result = f.text("检验结果", "exam_rslt")


class PathologyReport(Report):
    """病理报告 (4505)."""

    label = "病理报告"
    key = ("encounter_id", "report_id")

    report_id = f.text("病理号", "palg_no", required=True)
    frozen_id = f.text("冰冻号", "frez_no")
    submitted_at = f.moment("送检时间", "cma_date")
    reported_at = f.moment("报告时间", "rpt_date")
    specimen = f.text("送检材料", "cma_matl")
    seen = f.text("检查所见", "exam_fnd")
    immunohistochemistry = f.text("免疫组化", "sabc")
    diagnosis = f.text("病理诊断", "palg_diag")


class Allergy(Report):
    """过敏 (4301, 4401): as the record says it, which may be that there is none."""

    label = "过敏记录"
    key = ("encounter_id", "allergen_code", "allergen")

    allergen_code = f.code("过敏源编码", "aise_code", "aise")
    allergen = f.text("过敏史或过敏药物", "algs", "dicm_drug_name", note="病历原文，可能写的是没有过敏")
    recorded_at = f.moment("记录时间", "mdtrt_date", "adm_date")


class RecordedDiagnosis(Report):
    """病历诊断 (4301, 4401): beside what the bill says; a Chinese one may stand in the same row."""

    label = "病历诊断"
    key = ("encounter_id", "record", "diagnosis_code", "diagnosis_name", "chinese_code", "chinese_name")

    record = f.code("病历", "infno", required=True, note="交易编号：4301 门急诊诊疗记录，4401 住院病案首页")
    diagnosis_code = f.code("诊断代码", "diag_code")
    diagnosis_name = f.text("诊断名称", "diag_name", "inhosp_diag_name")
    main = f.flag("主诊断标志", "maindiag_flag", codes="maindiag_flag")
    diagnosis_type = f.text("疾病诊断类型", "disediag_type")
    chinese_code = f.code("中医病名代码", "tcm_dise_code")
    chinese_name = f.text("中医病名", "tcm_dise_name")
    syndrome_code = f.code("中医证候代码", "tcmsymp_code")
    syndrome = f.text("中医证候", "tcmsymp")
    recorded_at = f.moment("就诊或入院时间", "mdtrt_date", "adm_date")


class Operation(Report):
    """手术操作记录 (4302, 4401): beside what the bill says."""

    label = "手术操作记录"
    key = ("encounter_id", "procedure_code", "operated_at", "number")

    procedure_code = f.code("手术操作编码", "oprn_oprt_code", required=True)
    procedure_name = f.text("手术操作名称", "oprn_oprt_name")
    number = f.text("手术操作序号", "oprn_oprt_sn")
    operated_at = f.moment("手术操作时间", "oprn_oprt_time", "oprn_oprt_date")


class StockItem(Entity):
    """商品: what all stock records share."""

    institution_id = f.text("医疗机构编码", "fixmedins_code", required=True)
    item_code = f.code("医保目录编码", "med_list_codg", required=True)
    local_item_code = f.code("院内目录编码", "fixmedins_hilist_id", "medins_list_codg")
    local_item_name = f.text("院内目录名称", "fixmedins_hilist_name", "medins_list_name")
    batch_id = f.text("批次流水号", "fixmedins_bchno", required=True)
    lot = f.text("生产批号", "manu_lotnum")
    made_on = f.day("生产日期", "manu_date")
    usable_until = f.day("有效期止", "expy_end")
    prescription_drug = f.flag("处方药", "rx_flag", codes="rx_flag")


class StockCount(StockItem):
    """盘存 (3501, 3508)."""

    label = "盘存"
    key = ("institution_id", "batch_id", "counted_on")

    counted_on = f.day("盘存日期", "invdate", required=True)
    stock = f.quantity("库存数量", "inv_cnt", required=True)


class StockChange(StockItem):
    """库存变更 (3502)."""

    label = "库存变更"
    key = ("institution_id", "batch_id", "changed_at", "change_type")

    change_type = f.code("变更类型", "inv_chg_type", codes="inv_chg_type", required=True)
    changed_at = f.moment("变更时间", "inv_chg_time", required=True)
    quantity = f.quantity("数量", "cnt", required=True)
    unit_price = f.price("单价", "pric")
    split = f.flag("拆零", "trdn_flag", codes="trdn_flag")


class Purchase(StockItem):
    """采购及退货 (3503, 3504)."""

    label = "采购"
    key = ("institution_id", "batch_id", "stored_at", "returned")

    stored_at = f.moment("入库时间", "purc_retn_stoin_time", required=True)
    quantity = f.quantity("数量", "purc_retn_cnt", required=True)
    returned = f.flag("退货", note="交易 3504 为是，3503 为否")
    unit_price = f.price("成交单价", "finl_trns_pric")
    supplier = f.text("供应商", "spler_name")
    manufacturer = f.text("生产厂家", "prodentp_name")
    licence = f.text("批准文号", "aprvno")
    invoice_code = f.text("发票编码", "purc_invo_codg")
    invoice_number = f.text("发票号", "purc_invo_no")
    gift = f.flag("赠送", "prod_geay_flag")


class PackFactor(Entity):
    """包装换算 (1301 转换比): how many of the smallest units a pack of an item holds, by period."""

    label = "包装换算"
    key = ("item_code", "valid_from")

    item_code = f.code("医保目录编码", "med_list_codg", required=True)
    units = f.quantity(
        "转换比", "conv_ratio", required=True, note="一个最小包装含多少个最小制剂单位，拆零时按它换算"
    )
    valid_from = f.day("开始日期", "begndate")
    valid_to = f.day("结束日期", "enddate", note="含当日；空为至今")


class Sale(StockItem):
    """销售及退货 (3505, 3506)."""

    label = "销售"
    key = ("institution_id", "batch_id", "sold_at", "encounter_id", "returned")

    sold_at = f.moment("销售时间", "sel_retn_time", required=True)
    quantity = f.quantity("数量", "sel_retn_cnt", required=True)
    returned = f.flag("退货", note="交易 3506 为是，3505 为否")
    unit_price = f.price("成交单价", "finl_trns_pric")
    encounter_id = f.text("就诊标识", "mdtrt_sn")
    settlement_id = f.text("结算标识", "setl_id")
    person_id = f.text("参保人标识", "psn_no")
    settlement_type = f.code("费用结算类型", "hi_feesetl_type", codes="hi_feesetl_type")
    prescription_id = f.text("处方号", "rxno")
    outside_prescription = f.flag("外购处方", "rx_circ_flag")
    trace_code = f.text("药品追溯码", "drug_trac_codg")
    split = f.flag("拆零", "trdn_flag", codes="trdn_flag")
