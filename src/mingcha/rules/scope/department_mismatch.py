"""科室不符：限科室使用的项目或耗材，由其他科室开单。

## 检查什么
知识点限定科室的医保目录编码出现在明细中，而该笔明细的开单科室不在可开单的科室之列。科室编码按前缀比较。

## 为何违规
限定科室使用的医疗服务项目或医用耗材由其他科室开单计费，不符合使用条件，基金不予支付。

## 不报什么
明细没有开单科室的记为“无法判断”，不以就诊科室代替：住院期间的会诊、手术常由其他科室开单。

## 处理建议
核对开单科室与执行记录；科室对应错误的更正对应，确属其他科室使用的退回该笔费用。
"""

from typing import Any

from mingcha.domain.claims import Line
from mingcha.domain.codelists import coded
from mingcha.knowledge.kinds.scope import DepartmentLimit
from mingcha.rules.base import Grain, ItemRule


class DepartmentMismatch(ItemRule[DepartmentLimit]):
    slug, version, since = "department-mismatch", 1, "0.1.0"
    title = "开单科室不符"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025")
    forbids = ~Line.department_id.starts_with_any(DepartmentLimit.accepted)
    message = "{item} 限科室 {limit} 开单，本次开单科室为 {value}"

    def evidence(self, value: Any, _limit: Any, point: Any) -> tuple[str | None, str | None]:
        """Departments by code and name."""
        return coded("dept", value), "、".join(coded("dept", code) for code in point.accepted)
