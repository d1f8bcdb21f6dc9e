"""机构类型不符：限某类医疗机构支付的项目，在其他类型的机构发生。

## 检查什么
知识点列明医疗机构类别（按前缀匹配，如专科医院、中医医院、社区卫生服务机构）的医保目录编码出现在明细中，而就诊机构的类别不在其中。
单据没有机构类别的，按定点医药机构资料补上。

## 为何违规
限定由某类医疗机构提供的项目，其他机构不具备相应的设置或资质，发生的费用不属于基金支付范围。

## 不报什么
机构类别未知的记为“无法判断”；退费后没有余量的明细。只限级别、不限类别的，由“医疗机构级别不足”判断。

## 处理建议
核对机构类别登记与执业登记的诊疗科目；确属类别不符的退回基金支付部分，并在院内目录中停用。
"""

from mingcha.domain.claims import Encounter
from mingcha.knowledge.kinds.scope import InstitutionTypeLimit
from mingcha.rules.base import Grain, ItemRule


class InstitutionTypeMismatch(ItemRule[InstitutionTypeLimit]):
    slug, version, since = "institution-type-mismatch", 1, "0.2.0"
    title = "医疗机构类型不符"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "designated-institutions")
    forbids = ~Encounter.institution_type.starts_with_any(InstitutionTypeLimit.accepted)
    value, limit = Encounter.institution_type, InstitutionTypeLimit.accepted_name
    message = "{item} 限{limit}，本机构为{value}"
