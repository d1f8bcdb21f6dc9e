"""The page of the settlement list's checks: number, field, requirement, document."""

from __future__ import annotations

from mingcha.domain.settlement_list import NODES
from mingcha.knowledge.settlement_list.checks import CHECKS, Check
from mingcha.knowledge.sources import source

_HEAD = """# 结算清单检查项

医保结算清单（交易 4101）逐项检查的全部要求，由程序生成。编号的首字母是节点，其后两位是字段在节点中的序号，末位
1 为必填、2 为格式、3 为代码；90 以后是几个字段之间的要求。编号不再用于别的要求。诊断（D）、手术操作（P）的检查由
[清单诊断填写异常](rules/diagnosis-list-fault.md)、[清单手术填写异常](rules/procedure-list-fault.md)报出，其余由
[结算清单填写异常](rules/settlement-list-fault.md)报出；各地不要求的编号写入这三条规则的参数“不检查的编号”。
"""


def checks_page() -> str:
    """All checks as Markdown tables, one a node."""
    parts = [_HEAD]
    for node, (letter, entity) in NODES.items():
        rows = [_row(check) for check in CHECKS if check.number[0] == letter]
        parts.append(
            f"\n## {entity.label} `{node}`\n\n| 编号 | 字段 | 要求 | 依据 |\n|---|---|---|---|\n"
            + "\n".join(rows)
        )
    return "\n".join(parts) + "\n"


def _row(check: Check) -> str:
    name = f"{check.label} `{check.field.national[0]}`"
    return f"| {check.number} | {name} | {check.requirement} | {source(check.source).document} |"
