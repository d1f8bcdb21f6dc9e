"""手术操作编码不在编码库中：手术操作编码不是国家版本中的编码。

## 检查什么
本次住院的手术操作编码，在发布版所载编码库（知识点，按编码开头分组）中找不到完全相同的编码。

## 为何违规
医保结算应使用国家统一版本的手术操作编码；编码不存在的属错编，不能据以付费分组和审核。

## 不报什么
发布版没有导入编码库的；编码开头不在编码库分组之内的；门诊没有结算清单，不作判断；不知是否住院的记为“无法判断”。
编码库由用户从国家公布的版本导入，本软件不附带；使用中医编码的应一并导入。手术操作编码没有金额，超收金额为零。

## 处理建议
核对是否使用了临床版、旧版或院内自编的编码，按国家版本更正后重传；编码库版本较旧的先更新编码库。
"""

from mingcha.domain.claims import Encounter, Line
from mingcha.knowledge.kinds.coding import ProcedureCodeList
from mingcha.rules.base import Grain, ItemRule


class ProcedureNotListed(ItemRule[ProcedureCodeList]):
    slug, version, since = "procedure-not-listed", 1, "0.1.0"
    title = "手术操作编码不在编码库中"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "settlement-list", "procedure-codes")
    when = Encounter.inpatient == True
    # Of a diagnosis or an operation the code stands where a line has its item.
    forbids = ~Line.item_code.is_among(ProcedureCodeList.listed)
    value, limit = Line.item_code, ProcedureCodeList.edition
    message = "手术操作编码 {value} 不在{limit}中"
