"""Who treats: institutions, their departments and doctors, and what each was entitled to on which day."""

from __future__ import annotations

from mingcha.domain import fields as f
from mingcha.domain.fields import Entity

_NOT_SENT = "国家接口未提供，由经办机构补充"


class Institution(Entity):
    """定点医药机构 (1201)."""

    label = "定点医药机构"
    key = ("institution_id",)

    institution_id = f.text("医疗机构编码", "fixmedins_code", "medins_id", "medins_code", required=True)
    institution_name = f.text("医疗机构名称", "fixmedins_name", "medins_name")
    credit_code = f.code("统一社会信用代码", "uscc")
    designated_type = f.code("定点医疗服务机构类型", "fixmedins_type", codes="fixmedins_type")
    institution_type = f.code("医疗机构类别", "medins_type", codes="medins_type")
    institution_level = f.code("医疗机构等级", "hosp_lv", "medins_lv", codes="hosp_lv")
    care_region = f.code("就医地", "medins_admdvs", "mdtrtarea_admvs", "fix_blng_admdvs")


class InstitutionState(Entity):
    """机构状态: whether an institution may serve the insured, by period; one row a period."""

    label = "机构状态"
    key = ("institution_id", "valid_from")

    institution_id = f.text("医疗机构编码", "fixmedins_code", "medins_id", required=True)
    valid_from = f.day("开始日期", "begndate", "begntime", required=True)
    valid_to = f.day("结束日期", "enddate", "endtime", note="含当日；空为至今有效")
    service_state = f.code("联网状态", codes="fix_onln_open_flag", note=_NOT_SENT)
    agreement_id = f.text("服务协议编号", note=_NOT_SENT)
    agreement_in_force = f.flag("服务协议有效", note=_NOT_SENT)
    reason = f.text("变更原因", "chg_rea")


class Department(Entity):
    """科室 (3401, 5101)."""

    label = "科室"
    key = ("institution_id", "department_id", "valid_from")

    institution_id = f.text("医疗机构编码", "fixmedins_code", required=True)
    department_id = f.text("科室编码", "hosp_dept_codg", required=True)
    department_name = f.text("科室名称", "hosp_dept_name")
    discipline = f.code("科别", "caty", codes="dept")
    valid_from = f.day("开始日期", "begntime")
    valid_to = f.day("结束日期", "endtime", note="含当日；空为至今有效")
    established_on = f.day("科室成立日期", "dept_estbdat")
    service_scope = f.text("医疗服务范围", "dept_med_serv_scp")
    approved_beds = f.number("批准床位", "aprv_bed_cnt", unit="张")
    insured_beds = f.number("医保认可床位", "hi_crtf_bed_cnt", unit="张")
    doctors = f.number("医师人数", "dr_psncnt", unit="人")
    pharmacists = f.number("药师人数", "phar_psncnt", unit="人")
    nurses = f.number("护士人数", "nurs_psncnt", unit="人")
    technicians = f.number("技师人数", "tecn_psncnt", unit="人")


class Doctor(Entity):
    """医师 and other licensed staff (5102)."""

    label = "医师"
    key = ("doctor_id",)

    doctor_id = f.text("医师编码", "prac_psn_code", "dr_codg", required=True, note="医保医师代码")
    local_doctor_id = f.text("院内工号", "prac_psn_no")
    doctor_name = f.text("医师姓名", "prac_psn_name", "dr_name")
    staff_type = f.code("执业人员分类", "prac_psn_type")
    title = f.code("职称", "drord_dr_profttl", codes="drord_dr_profttl")
    qualification_id = f.text("资格证书编码", "prac_psn_cert")
    licence_id = f.text("执业证书编号", "prac_cert_no")


class DoctorState(Entity):
    """医师状态: whether a doctor may serve the insured at an institution, by period; one row a period."""

    label = "医师状态"
    key = ("doctor_id", "institution_id", "valid_from")

    doctor_id = f.text("医师编码", "prac_psn_code", required=True)
    institution_id = f.text("医疗机构编码", "fixmedins_code", required=True)
    department_id = f.text("科室编码", "hosp_dept_codg")
    valid_from = f.day("开始日期", "begntime", required=True)
    valid_to = f.day("结束日期", "endtime", note="含当日；空为至今有效")
    insured_doctor = f.flag("医保医师", "hi_dr_flag", codes="hi_dr_flag", note="有医保服务资格")
    agreement_in_force = f.flag("服务协议有效", note=_NOT_SENT)
    reason = f.text("变更原因", "chg_rea")


class DoctorRight(Entity):
    """医师处方权: what a doctor was entitled to order at an institution, by period; one row a right and period."""

    label = "医师处方权"
    key = ("doctor_id", "institution_id", "right", "valid_from")

    doctor_id = f.text("医师编码", "prac_psn_code", required=True)
    institution_id = f.text("医疗机构编码", "fixmedins_code", required=True)
    right = f.code("权限", codes="staff_right", required=True, note="由医院补充")
    grade = f.number("权限级别", codes="antibiotic_grade", note="抗菌药物处方权的最高级别")
    valid_from = f.day("开始日期", "begntime", required=True)
    valid_to = f.day("结束日期", "endtime", note="含当日；空为至今有效")


class Unit(Entity):
    """院内单位: a row of a hospital's own list of campuses, departments, wards, teams and stations."""

    label = "院内单位"
    key = ("unit_id",)

    unit_id = f.text("单位编码", "hosp_dept_codg", required=True)
    unit_name = f.text("单位名称", "hosp_dept_name", required=True)
    unit_type = f.code("单位种类", codes="unit_type", note="空为科室")
    parent_id = f.text("上级编码", note="空为直属医院")
    discipline = f.code("科别", "caty", codes="dept")
    opened_on = f.day("成立日期", "dept_estbdat")
    closed_on = f.day("撤销日期")


class StaffMember(Entity):
    """医务人员花名册: a row of a hospital's own list of licensed staff, with what each may do."""

    label = "医务人员花名册"
    key = ("staff_id",)

    staff_id = f.text("人员编码", "prac_psn_code", note="医保医师、护士、药师代码；没有的用工号")
    local_staff_id = f.text("工号", "prac_psn_no")
    staff_name = f.text("姓名", "prac_psn_name", required=True)
    staff_type = f.code("人员类别", "prac_psn_type", codes="medins_psn_type", note="整列没有的，都是医师")
    title = f.code("职称", "drord_dr_profttl", codes="drord_dr_profttl")
    unit_id = f.text("科室编码", "hosp_dept_codg")
    unit_name = f.text("科室名称", "hosp_dept_name")
    joined_on = f.day("入职日期")
    left_on = f.day("离职日期", note="当日为最后一天")
    insured = f.flag("医保服务资格", "hi_dr_flag", codes="hi_dr_flag")
    prescription = f.flag("处方权")
    antibiotic = f.code("抗菌药物处方权", codes="antibiotic_grade", note="被授予的最高级别")
    narcotic = f.flag("麻精药品处方权", note="麻醉药品和第一类精神药品")
    dispensing = f.flag("药品调剂资格")
    prescription_review = f.flag("处方审核资格")
