"""冒名就医：实名核验未通过（可设为没有核验记录也报），而由统筹基金支付。

## 检查什么
本次就诊的实名核验全部未通过，没有一次成功，也没有经审核同意的特殊登记。
参数可设为：机构已开始报送核验记录之后，没有任何核验记录的就诊也报。没有全国统一的规定，默认不报。

## 为何违规
参保人员应当持本人医疗保障凭证就医，定点医药机构应当核验；冒用他人凭证就医的，基金不予支付。

## 不报什么
没有核验资料、机构尚未报送，或核验仍在审核中的，记为“无法判断”；核验失败后又通过的；已结算而统筹基金未支付的。

## 处理建议
调取核验影像与病历核对本人；确为本人而识别失败的补特殊登记，冒名的退回基金支付部分并移送调查。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.rules.base import BillRule, Excess, Grain
from mingcha.rules.payment import CONCERNS_THE_FUND
from mingcha.rules.settings import setting

FAILED, NOT_CHECKED = "0", "9"
UNCHECKED = Encounter.identity_result == NOT_CHECKED


class IdentityNotConfirmed(BillRule):
    slug, version, since = "identity-not-confirmed", 1, "0.2.0"
    title = "冒名就医"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "designated-institutions", "interface-specification")
    excess = Excess.BILL

    unchecked_too: Any = setting(False, label="没有核验记录的也报")  # the setting's default

    forbids = (
        (Encounter.identity_result == FAILED) | (UNCHECKED & (unchecked_too == True))
    ) & CONCERNS_THE_FUND
    value = Encounter.identity_result
    message = "实名核验：{value}"
