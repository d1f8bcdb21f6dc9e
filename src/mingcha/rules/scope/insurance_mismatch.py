"""险种不符：限工伤、生育保险支付的药品或项目，由其他险种支付。

## 检查什么
知识点限定险种的医保目录编码出现在明细中，而本次就诊的险种与医疗类别不在可支付的范围内。
险种没有全国统一的“工伤”代码，生育也可由职工医保的生育门诊、生育住院支付：可支付的险种与医疗类别由地区参数给出。

## 为何违规
目录限定由工伤或生育保险支付的费用，不属于基本医疗保险基金的支付范围。

## 不报什么
险种或医疗类别未知的记为“无法判断”；地区尚未设定可支付险种的知识点，记为“待设参数”，不报任何人。

## 处理建议
核对参保人的险种与医疗类别；属于工伤或生育的改由相应险种结算，不属于的退回基金支付部分。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.knowledge.kinds.scope import InsuranceLimit
from mingcha.rules.base import Grain, ItemRule
from mingcha.rules.settings import setting

# A list that held 职工医保 or 居民医保 whole would let everybody pass.
BASIC_INSURANCES = ("310", "390")


class InsuranceMismatch(ItemRule[InsuranceLimit]):
    slug, version, since = "insurance-mismatch", 1, "0.1.0"
    title = "险种不符"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "drug-catalogue", "injury-insurance", "maternity-merger")
    forbids = ~Encounter.coverage.starts_with_any(InsuranceLimit.accepted)
    value, limit = Encounter.coverage, InsuranceLimit.ground
    message = "{item} 限{limit}保险支付，本次为{value}"

    work_injury: Any = setting(
        (),
        label="可支付限工伤项目的险种/医疗类别",
        never_all_of=BASIC_INSURANCES,
        codes="insutype/med_type",
    )
    maternity: Any = setting(
        ("510", "310/51", "310/52"),
        label="可支付限生育项目的险种/医疗类别",
        never_all_of=BASIC_INSURANCES,
        codes="insutype/med_type",
    )
