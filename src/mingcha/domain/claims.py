"""The bill: person, encounter, settlement, charge line, diagnosis, procedure.

National names are listed once per field, the first being the one of transactions 3101/3102 where it has the
field; later ones are synonyms from other transactions (2203/2204/2301/4101 …).
"""

from __future__ import annotations

from mingcha.domain import fields as f
from mingcha.domain.fields import Entity

_OF_THE_YEAR = "本次结算之前；随结算信息不发送，由经办机构补充"


class Person(Entity):
    """参保人: below `ingest` a person is a key, a sex and a birth date, never a name."""

    label = "参保人"
    key = ("person_id",)

    person_id = f.text("参保人标识", "patn_id", "psn_no", required=True)
    person_name = f.text("姓名", "patn_name", "psn_name", personal=True)
    certificate_number = f.text("证件号码", "certno", personal=True)
    phone = f.text("联系电话", "tel", personal=True)
    sex = f.code("性别", "gend", codes="gend", note="1 男，2 女；0、9 视为未知")
    birth_date = f.day("出生日期", "brdy")
    death_date = f.day("死亡日期", "die_date", beside="stay-outcomes")
    insured_region = f.code("参保地", "poolarea", "insu_admdvs", "insuplc_admdvs", "insu_optins")
    identity_type = f.code("人员身份类别", "psn_idet_type", codes="psn_idet_type", beside="person-identities")
    person_type = f.code("人员类别", "psn_type", codes="psn_type", beside="insured-periods")
    civil_servant = f.flag("公务员", "cvlserv_flag", codes="cvlserv_flag", beside="insured-periods")


class Encounter(Entity):
    """就诊: one out-patient visit, one stay, one purchase at a pharmacy."""

    label = "就诊"
    key = ("encounter_id",)

    encounter_id = f.text("就诊标识", "mdtrt_id", "mdtrt_sn", required=True)
    person_id = f.text("参保人标识", "patn_id", "psn_no", required=True)
    institution_id = f.text("医疗机构编码", "medins_id", "fixmedins_code", required=True)
    institution_name = f.text("医疗机构名称", "medins_name", "fixmedins_name", beside="institutions")
    care_region = f.code(
        "就医地", "medins_admdvs", "fix_blng_admdvs", "mdtrtarea_admvs", beside="institutions"
    )
    institution_type = f.code("医疗机构类别", "medins_type", codes="medins_type", beside="institutions")
    institution_level = f.code(
        "医疗机构等级", "medins_lv", "hosp_lv", "lmtpric_hosp_lv", codes="hosp_lv", beside="institutions"
    )
    ward = f.text("病区", "wardarea_codg")
    bed = f.text("病床", "bedno", "adm_bed")
    started_at = f.moment("入院（就诊）时间", "adm_date", "begntime", "adm_time", "mdtrt_date", required=True)
    ended_at = f.moment("出院时间", "dscg_date", "endtime", "dscg_time")
    visit_type = f.code("就诊类型", "med_mdtrt_type", codes="med_mdtrt_type", note="1 门诊，2 住院，3 购药")
    care_type = f.code("医疗类别", "med_type", codes="med_type")
    insurance_type = f.code("险种", "insutype", codes="insutype")
    doctor_id = f.text("医师编码", "dr_codg", "atddr_no", "atddr_code")
    doctor_name = f.text("医师姓名", "dr_name", "atddr_name")
    department_id = f.text("科室编码", "adm_dept_codg", "dept_code")
    department_name = f.text("科室名称", "adm_dept_name", "dept_name")
    discharge_department_id = f.text("出院科室编码", "dscg_dept_codg", "dscg_dept_code")
    maternity_state = f.code("生育状态", "matn_stas", codes="matn_stas")
    disease_id = f.code("病种编号", "dise_no", "dise_codg")
    disease_name = f.text("病种名称", "dise_name")
    incision_healing = f.text("手术切口愈合等级", "sinc_heal_lv")
    remote_settlement = f.flag("异地结算标志", "out_setl_flag", codes="out_setl_flag")
    reimbursement_way = f.code("报销标志", "reim_flag", codes="reim_flag")
    discharge_way = f.code("离院方式", "dscg_way", codes="dscg_way", beside="stay-outcomes")
    main_diagnosis = f.code("主诊断编码", "dscg_main_dise_codg", "dscg_maindiag_code")
    procedure_count = f.number("手术操作代码计数", "oprn_oprt_code_cnt")
    weight = f.quantity(
        "体重",
        "wt",
        "physexm_wt",
        "patnWt",
        unit="kg",
        note="以千克填写；不在 0.2 至 500 千克之间的视为未知；未填的取结算清单的新生儿入院体重",
    )

    # What the rules read but nobody sends: made from the fields above in one place (engine.facts).
    inpatient = f.flag("是否住院", derived=True, note="就诊类型为 2，缺失时按医疗类别前缀 2、52 判断")
    purchase = f.flag("是否药店购药", derived=True, note="就诊类型为 3，缺失时按医疗类别前缀 41 判断")
    institution_rank = f.number(
        "机构级别", codes="institution_rank", derived=True, note="3 三级，2 二级，1 一级，0 无等级"
    )
    lines_rejected = f.number("拒收明细数", derived=True, note="导入时拒收的本次就诊明细；有则合计不能核对")
    upload_delay = f.number(
        "明细上传最长间隔",
        unit="分钟",
        derived=True,
        note="从计费到上传，各条明细中最长的；计费只有日期的从当日结束算起",
    )
    first_day = f.day("入院（就诊）日期", derived=True)
    last_day = f.day("出院日期", derived=True, note="未出院的住院为未知")
    coverage = f.code(
        "险种/医疗类别", codes="insutype/med_type", derived=True, note="形如 310/52；两者缺一即未知"
    )
    nights = f.number("住院天数", unit="天", derived=True, note="出院日减入院日；未出院的为未知")
    diagnoses = f.codes("诊断编码", derived=True, note="本次就诊的全部诊断；一条也没有即未知")
    procedures = f.codes("手术操作编码", derived=True, note="本次就诊的全部手术操作；一条也没有即未知")
    items = f.codes("收费项目编码", derived=True, note="退费后仍有余量的明细的医保目录编码；一条也没有即未知")
    operated = f.flag(
        "有手术操作记录",
        derived=True,
        note="有手术操作编码即是；没有而手术操作代码计数为 0 即否，未报计数的未知",
    )

    readmission_planned = f.code(
        "31 天内再住院计划",
        codes="days_rinp_flag_31",
        derived=True,
        beside="stay-outcomes",
        note="1 无，2 有",
    )
    next_stay_after = f.number(
        "至下次住院天数",
        unit="天",
        derived=True,
        note="出院日至同一参保人下次入住同一机构；此后没有再住院的为极大值",
    )
    # What tables beside the bill say of it, on its first day; without the table, or a word in it, unknown.
    insured = f.flag("在参保期内", derived=True, beside="insured-periods", note="按本次就诊的险种")
    entitled = f.flag("享受统筹待遇", derived=True, beside="entitlements", note="按本次就诊险种的统筹基金")
    institution_contracted = f.flag(
        "机构联网且协议有效", derived=True, beside="institution-states", note="两者只知其一时按所知的"
    )
    identity_result = f.code(
        "实名核验结果",
        codes="identity_result",
        derived=True,
        beside="identity-checks",
        note="1 通过，0 未通过，9 无核验记录；机构尚未报送核验记录的为未知",
    )
    consented = f.flag("已签自费同意书", derived=True, beside="consents", note="机构尚未报送同意书的为未知")
    disease_registered = f.flag(
        "病种已备案",
        derived=True,
        beside="chronic-registrations",
        note="门诊慢特病；本人有备案而不含本病种的为否",
    )
    referred = f.flag("已转院备案", derived=True, beside="referrals", note="本人有转院备案而不含本机构的为否")
    designated = f.flag(
        "在定点机构就医", derived=True, beside="designations", note="本人有定点备案而不含本机构的为否"
    )

    fee_category_changes = f.number(
        "费别变更次数", derived=True, beside="fee-categories", note="没有费别登记的就诊为未知"
    )
    first_fee_category = f.code("首次登记的费别", derived=True, beside="fee-categories")
    last_fee_category = f.code("最后登记的费别", derived=True, beside="fee-categories")

    # What the checks of its settlement list say (knowledge.settlement_list); without a list, unknown.
    list_faults = f.texts(
        "结算清单不符之处",
        derived=True,
        beside="settlement-lists",
        note="每条为检查编号、位置和填写的值；不能判断的为编号、? 和缺少的信息",
    )
    list_fault_count = f.number("结算清单检查结果", derived=True, beside="settlement-lists")
    diagnosis_fault_count = f.number("结算清单诊断检查结果", derived=True, beside="settlement-lists")
    procedure_fault_count = f.number("结算清单手术检查结果", derived=True, beside="settlement-lists")


class Settlement(Entity):
    """结算: what was paid for an encounter, and by whom; amounts as sent."""

    label = "结算"
    key = ("settlement_id",)

    settlement_id = f.text("结算标识", "setl_id")
    encounter_id = f.text("就诊标识", "mdtrt_id", "mdtrt_sn", required=True)
    settled_at = f.moment("结算时间", "setl_time")
    total_amount = f.money("总费用", "medfee_sumamt")
    fund_paid = f.money("统筹基金支付", "hifp_payamt", "hifp_pay", "fund_pay_sumamt")
    account_paid = f.money("个人账户支付", "acct_payamt", "acct_pay")
    assistance_paid = f.money("医疗救助支付", "ma_amt", "maf_pay")
    own_expense = f.money("自费金额", "ownpay_amt", "fulamt_ownpay_amt")
    self_paid = f.money("自付金额", "selfpay_amt", "preselfpay_amt")
    in_scope_amount = f.money("符合政策范围金额", "inscp_scp_amt", "inscp_amt")
    deductible_paid = f.money("实际支付起付线", "act_pay_dedc")
    serious_illness_paid = f.money("大病保险支付", "hifmi_pay")
    large_expense_paid = f.money("大额医疗补助支付", "hifob_pay")
    civil_servant_paid = f.money("公务员医疗补助支付", "cvlserv_pay")
    year_burden = f.money("本年度合规自付累计", note=_OF_THE_YEAR)
    year_assisted_burden = f.money("本年度救助基数累计", note=_OF_THE_YEAR)
    year_fund_paid = f.money("本年度统筹累计支付", note=_OF_THE_YEAR)

    # What the layers beside the pooled fund paid, and what they left; a layer that was not sent paid nothing.
    critical_paid = f.money("大病、大额支付", derived=True, note="两项之和；只报一项的为该项，都未报的未知")
    burden_after_critical = f.money(
        "基本、大病支付后的自付",
        derived=True,
        note="符合政策范围金额减统筹、大病、大额支付；后两项未报的不减，少报只会使应支付的更多",
    )
    burden_after_subsidy = f.money(
        "基本、大病、公务员补助支付后的自付", derived=True, note="再减公务员补助；未报的不减"
    )


class Line(Entity):
    """费用明细: one billed item; `quantity` and `amount` are what refunds leave, the billed ones stay beside."""

    label = "费用明细"
    key = ("encounter_id", "line_id")

    line_id = f.text("明细标识", "rx_id", "feedetl_sn", "bkkp_sn")
    encounter_id = f.text("就诊标识", "mdtrt_id", "mdtrt_sn", required=True)
    item_code = f.code("医保目录编码", "hilist_code", "med_list_codg", required=True)
    item_name = f.text("医保目录名称", "hilist_name", "med_list_name")
    local_item_code = f.code("院内目录编码", "hosplist_code", "medins_list_codg", "medins_list_code")
    local_item_name = f.text("院内目录名称", "hosplist_name", "medins_list_name")
    list_type = f.code("目录类别", "hilist_type", "list_type", codes="list_type")
    charge_type = f.code("收费类别", "chrg_type", "med_chrgitm_type", codes="med_chrgitm_type")
    charged_at = f.moment("计费时间", "drord_begn_date", "fee_ocur_time", required=True)
    stopped_at = f.moment("医嘱停止时间", "drord_stop_date")
    billed_quantity = f.quantity("计费数量", "cnt", required=True)
    unit_price = f.price("单价", "pric")
    billed_amount = f.money("金额", "sumamt", "det_item_fee_sumamt", required=True)
    own_expense = f.money("自费金额", "ownpay_amt", "fulamt_ownpay_amt")
    self_paid = f.money("自付金额", "selfpay_amt", "preselfpay_amt")
    in_scope_amount = f.money("符合政策范围金额", "inscp_scp_amt", "inscp_amt")
    price_ceiling = f.price("医保目录价格", "hilist_pric", "pric_uplmt_amt")
    payment_class = f.code(
        "目录等级", "hilist_lv", "chrgitm_lv", codes="chrgitm_lv", note="01 甲，02 乙，03 丙"
    )
    specification = f.text("规格", "spec")
    unit = f.text("数量单位", "spec_unt")
    dosage_form = f.text("剂型", "hilist_dosform", "hosplist_dosform")
    prescription_id = f.text("处方号", "rxno")
    order_id = f.text("医嘱号", "drord_no", "drordNo")
    group_number = f.text("组号", "grpno")
    long_order = f.flag("长期医嘱", "long_drord_flag")
    order_type = f.code("医嘱行为", "drord_bhvr", codes="drord_type")
    department_id = f.text("开单科室编码", "drord_dept_codg", "bilg_dept_codg", "bilg_dept_code")
    department_name = f.text("开单科室名称", "drord_dept_name", "bilg_dept_name")
    doctor_id = f.text("开单医师编码", "drord_dr_codg", "bilg_dr_codg", "bilg_dr_code")
    doctor_name = f.text("开单医师姓名", "drord_dr_name", "bilg_dr_name")
    doctor_title = f.code("开单医师职称", "drord_dr_profttl", codes="drord_dr_profttl")
    executing_department_id = f.text("受单科室编码", "acord_dept_codg", note="执行的科室")
    executing_doctor_id = f.text("受单医师编码", "orders_dr_code", note="执行的人")
    antibiotic_right = f.number(
        "抗菌药物处方权",
        codes="antibiotic_grade",
        beside="doctor-rights",
        note="医师被授予的最高级别；国家接口未提供，由医院补充",
    )
    current_order = f.flag("本次医嘱", "curr_drord_flag")
    supply_days = f.number("周期天数", "o_prdDays", "prd_days", unit="天")
    first_line_used = f.flag("半年内使用过一线药", "o_firstItemFlag")
    single_dose = f.text("单次剂量描述", "o_sinDosDscr", "sin_dos_dscr")
    frequency = f.text("使用频次描述", "o_used_frqu_dscr", "used_frqu_dscr")
    herb_use = f.code("中药使用方式", "tcmdrug_used_way", codes="tcmdrug_used_way", note="1 复方，2 单方")
    administration = f.text("用药途径", "medc_way_dscr", "drug_used_way_code")
    uploaded_at = f.moment("上传时间", "crte_time", "opt_time", note="中心收到本条明细的时间")
    original_line_id = f.text("原明细标识", "init_feedetl_sn", note="退费行冲抵的明细")
    approved = f.flag("已审批", "hosp_appr_flag", codes="hosp_appr_flag", beside="approvals")
    take_home = f.flag("出院带药", "dscg_tkdrug_flag", note="1 为出院带药")

    # What the rules read: after refunds, and by day.
    quantity = f.quantity("数量", derived=True, note="退费冲抵后的计费数量")
    amount = f.money("金额", derived=True, note="退费冲抵后的金额")
    day = f.day("计费日期", derived=True)
    price_step = f.price(
        "单价末位", derived=True, note="单价最后一位小数的大小，至多一分；决定数量×单价的允差"
    )

    # What tables beside the bill say of a line, on its own day.
    doctor_insured = f.flag(
        "开单医师有医保资格", derived=True, beside="doctor-states", note="医师在本机构没有状态记录的为未知"
    )
    directory_class = f.code(
        "目录登记等级",
        codes="directory_class",
        derived=True,
        beside="directory",
        note="01 甲，02 乙，03 丙，0 当日不在目录有效期内；目录中没有该编码的为未知",
    )

    order_until = f.day(
        "医嘱有效至",
        derived=True,
        beside="orders",
        note="本条医嘱的停止日，或出院医嘱的执行日（没有的为开立次日），取其早者；没有停止的医嘱为 9999-12-31",
    )

    approved_quantity = f.quantity(
        "批准数量",
        derived=True,
        beside="approvals",
        note="当日有效的审批批准的数量，相互重叠的几份相加；有一份没有写的为未知",
    )
    approved_since = f.day(
        "审批起算日", derived=True, beside="approvals", note="当日有效的审批自哪日起，重叠的取最早的"
    )
    weight = f.quantity(
        "当日体重",
        unit="kg",
        derived=True,
        beside="vital-signs",
        note="护理记录中不晚于计费日的最近一次；没有的看就诊的体重",
    )

    # Read from what doctors write (domain.doses, .frequencies, .routes); a writing that leaves a doubt is unknown.
    dose_mass = f.number("单次剂量（质量）", derived=True, note="万分之一微克；由单次剂量描述和规格换算")
    dose_units = f.number("单次剂量（效价）", derived=True, note="万分之一单位")
    dose_volume = f.number("单次剂量（容量）", derived=True, note="万分之一毫升")
    dose_pieces = f.number("单次剂量（制剂数）", derived=True, note="万分之一片、粒、支、袋 …")
    times_a_day = f.number("用药日内次数", derived=True, note="由使用频次描述；必要时用药的未知")
    route = f.code("给药途径", derived=True, note="口服、静脉、肌内、皮下、吸入、外用 …，由用药途径描述")
    course_days = f.number(
        "药量天数",
        derived=True,
        unit="天",
        note="周期天数（部分退费的按比例），缺失时为数量×包装数÷（单次剂量×频次）",
    )


class Diagnosis(Entity):
    """诊断, judged as a coded row: rules of sex and age read it like a line without quantity."""

    label = "诊断"
    key = ("encounter_id", "diagnosis_code")

    encounter_id = f.text("就诊标识", "mdtrt_id", "mdtrt_sn", required=True)
    diagnosis_code = f.code("诊断编码", "dise_codg", "diag_code", required=True)
    diagnosis_name = f.text("诊断名称", "dise_name", "diag_name")
    main = f.flag("主诊断标志", "maindise_flag", "maindiag_flag", codes="maindiag_flag")
    order = f.number("诊断排序号", "dias_srt_no", "diag_srt_no")
    stage = f.code("出入院诊断类别", "inout_dise_type", "inout_diag_type", codes="inout_diag_type")
    diagnosed_at = f.moment("诊断时间", "dise_date", "diag_time")


class Procedure(Entity):
    """手术操作 of the settlement list."""

    label = "手术操作"
    key = ("encounter_id", "procedure_code")

    encounter_id = f.text("就诊标识", "mdtrt_id", "mdtrt_sn", required=True)
    procedure_code = f.code("手术操作编码", "oprn_code", "oprn_oprt_code", required=True)
    procedure_name = f.text("手术操作名称", "oprn_name", "oprn_oprt_name")
    main = f.flag("主手术标志", "main_oprn_flag")
    operated_at = f.moment("手术时间", "oprn_date", "oprn_oprt_date")
    anaesthesia = f.code("麻醉方式", "anst_way", "anst_mtd_code", codes="anst_mtd_code")
    surgeon_id = f.text("术者医师编码", "oper_dr_code")
    surgeon_name = f.text("术者医师姓名", "oper_dr_name", "oper_name")
    anaesthetist_id = f.text("麻醉医师编码", "anst_dr_code")
