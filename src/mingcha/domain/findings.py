"""疑点: what an audit says of a line, stable and documented column by column; its sentence is rendered when read."""

from __future__ import annotations

from mingcha.domain import fields as f
from mingcha.domain.fields import Entity


class Finding(Entity):
    """疑点: one rule, one knowledge point, one coded row of a bill (or the bill as a whole)."""

    label = "疑点"
    key = ("finding_id",)

    finding_id = f.text("疑点编号", required=True, note="由机构、就诊、明细、规则和知识点算出，重放时不变")
    rule_code = f.code("规则编码", "rule_id", required=True, note="官方编码 GZ…，或本系统编码 MC…")
    rule_name = f.text("规则名称", "rule_name", required=True, note="官方名称")
    slug = f.code("规则机制", required=True)
    rule_version = f.number("规则版本", required=True)
    certainty = f.code("确定性", "sev_deg", required=True, note="明确违规、可疑、提醒；提醒不涉及金额")
    knowledge_point = f.text("知识点编号", note="不依赖知识点的规则为空")
    person_id = f.text("参保人标识", "patn_id")
    encounter_id = f.text("就诊标识", "mdtrt_id", required=True)
    settlement_id = f.text("结算标识", "setl_id")
    institution_id = f.text("医疗机构编码", "medins_id")
    department_id = f.text("科室编码", note="明细的开单科室，缺失时为就诊科室")
    doctor_id = f.text("医师编码", note="明细的开单医师，缺失时为就诊医师")
    line_id = f.text("明细标识", "rx_id", note="原样；诊断、手术和整单的疑点为空")
    line_key = f.text("明细键", note="明细标识，缺失时为就诊内的序号 #n")
    code = f.code("编码", note="医保目录、诊断或手术操作编码；整单的疑点为空")
    name = f.text("名称")
    charged_at = f.moment("计费时间")
    line_quantity = f.quantity("明细数量", note="退费冲抵后")
    line_amount = f.money("实收金额", note="退费冲抵后")
    excess_quantity = f.quantity("超出数量", note="整行违规时为整行数量；不按数量计的为空")
    amount_fen = f.money("超收金额", "vola_amt", note="该规则单独看应退的金额")
    claimed_fen = f.money("计入金额", note="同一明细多条疑点之间不重复计算")
    recoverable_fen = f.money("可追回基金", note="按基金实付比例，向下取整，尾差在最后一行；实付未知则为空")
    value = f.text("读到的值")
    limit = f.text("限定值")
    related = f.codes("涉及明细", note="同组的其他明细键")
    release = f.number("发布版", required=True)
    knowledge_digest = f.text("知识摘要", required=True)
    settings_digest = f.text("参数摘要", required=True)
    judging_region = f.code(
        "判断地区",
        note="据以判断的知识与参数所属的地区：按“异地就医”的设定取参保地或就医地，只知其一时取所知的",
    )
    rule_set = f.text("规则集", note="据以判断的规则集；没有规则集的发布版为空")
    priority = f.number("优先级", note="规则集的优先级，大者优先")
    action = f.code("处理动作", note="提醒、需说明、转人工、拦截；规则集没有规定的为空")
    exemption = f.text("特例编号", note="有特例的疑点保留而另计，不计入金额")
    exemption_reason = f.text("特例理由")


class Unjudged(Entity):
    """无法判断: counted by rule, missing fact and institution, with a few examples."""

    label = "无法判断"
    key = ("rule_code", "fact", "institution_id")

    rule_code = f.code("规则编码", required=True)
    rule_name = f.text("规则名称", required=True)
    slug = f.code("规则机制", required=True)
    fact = f.text("缺少的事实", required=True, note="字段英文名，或待设参数、待映射的说明")
    institution_id = f.text("医疗机构编码")
    rows = f.number("行数", required=True)
    examples = f.codes("示例", note="至多三个：就诊标识/明细键")


class Indicator(Entity):
    """指标: a sum or a share over a period, of an institution, and how it stands among its peers."""

    label = "指标"
    key = ("indicator_id",)

    indicator_id = f.text(
        "指标编号", required=True, note="由规则、机构、医师、项目、就医方式和周期算出，重放时不变"
    )
    rule_code = f.code("规则编码", required=True)
    rule_name = f.text("规则名称", required=True)
    slug = f.code("规则机制", required=True)
    rule_version = f.number("规则版本", required=True)
    certainty = f.code("确定性", required=True)
    judging_region = f.code("判断地区", note="据以取知识和参数的地区；没有另作规定的地区为空")
    rule_set = f.text("规则集", note="决定判断它的规则集；没有规则集时为空")
    standing = f.text("所据", required=True, note="判断地区和各规则集，供找回它所计的就诊")
    institution_id = f.text("医疗机构编码")
    inpatient = f.flag("是否住院", note="门诊与住院合计时为空")
    doctor_id = f.text("医师编码", note="接诊或执行的医师，不按医师统计时为空")
    item_code = f.code("医保目录编码", note="不按项目统计时为空")
    knowledge_point = f.text("知识点编号", note="不按知识点统计时为空")
    period_from = f.day("周期起", required=True)
    period_to = f.day("周期止", required=True, note="含当日")
    cases = f.summed("就诊数", required=True)
    numerator = f.summed("分子", required=True, note="金额为分，数量为万分之一，就诊为次")
    denominator = f.summed("分母", note="不是占比的为空")
    unknown = f.summed("未知", required=True, note="缺少事实、不知是否计入分子的部分")
    value = f.summed("指标值", note="占比为万分之一，向下取整；合计为原单位")
    peers = f.number("同类机构数", required=True, note="同周期、同级别、同类别、同就医方式的其他机构")
    peer_median = f.summed("同类中位数", note="同类机构为偶数时取中间两个中较大的")
    threshold = f.summed("界限", note="上限，或由同类中位数算出；两者都有时取较小的")
    flagged = f.flag("超过界限", note="无法判断时为空")
    reason = f.text("无法判断的原因", note="缺少的事实，或就诊数、同类机构不足")
    release = f.number("发布版", required=True)
    knowledge_digest = f.text("知识摘要", required=True)
    settings_digest = f.text("参数摘要", required=True)
