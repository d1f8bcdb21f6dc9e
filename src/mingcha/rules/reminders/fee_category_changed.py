"""费别变更：住院期间登记的费别有过变更。

## 检查什么
费别登记资料中，本次住院先后登记了不同的费别，如自费改为职工医保、职工医保改为工伤。

## 为何违规
这不是违规，只是提醒：变更前已计费的项目按另一费别收取和告知，变更后须重新核对目录、审批、自费告知和待遇资格，
外伤、生育、工伤等应由其他基金支付的还应核对原因。

## 不报什么
没有费别登记资料，或资料中没有本次就诊的，记为“无法判断”；先后登记的费别相同的；门诊与购药。提醒不涉及金额。

## 处理建议
核对变更的原因、时间和证明材料；对变更前的明细按变更后的费别重新审核。
"""

from mingcha.domain.claims import Encounter
from mingcha.rules.base import BillRule, Grain


class FeeCategoryChanged(BillRule):
    slug, version, since = "fee-category-changed", 1, "0.2.0"
    title = "费别变更"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "designated-institutions")
    when = Encounter.inpatient == True
    forbids = Encounter.fee_category_changes > 0
    value, limit = Encounter.first_fee_category, Encounter.last_fee_category
    message = "住院期间费别由{value}变更为{limit}，请核对变更前的费用"
