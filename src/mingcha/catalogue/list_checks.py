"""The page of the settlement list's checks: number, field, requirement, document."""

from __future__ import annotations

from mingcha.catalogue.markdown import table
from mingcha.domain.codelists import CODE_LISTS
from mingcha.domain.settlement_list import NODES
from mingcha.knowledge.settlement_list.checks.check import Check
from mingcha.knowledge.settlement_list.checks.numbered import CHECKS

_HEAD = """# 结算清单检查项

医保结算清单（交易 4101）逐项检查的全部要求，由程序生成。编号的首字母是节点，其后两位是字段在节点中的序号，末位
1 为必填、2 为格式、3 为代码；90 以后是几个字段之间的要求。编号不再用于别的要求。诊断（D）、手术操作（P）的检查由
[清单诊断填写异常](rules/diagnosis-list-fault.md)、[清单手术填写异常](rules/procedure-list-fault.md)报出，其余由
[结算清单填写异常](rules/settlement-list-fault.md)报出；各地不要求的编号写入这三条规则的参数“不检查的编号”。

依据：接口规范为《医疗保障信息平台定点医药机构接口规范》，填写规范为《医疗保障基金结算清单填写规范》。
"""


_FEW = 12
_SHORT = {"interface-specification": "接口规范", "settlement-list": "填写规范"}


def checks_page() -> str:
    """All checks as Markdown tables, one a node."""
    parts = [_HEAD]
    for node, (letter, entity) in NODES.items():
        rows = [_row(check) for check in CHECKS if check.number[0] == letter]
        parts.append(
            f"\n## {letter} {entity.label} `{node}`\n\n" + table(["编号", "字段", "要求", "依据"], rows)
        )
    return "\n".join(parts) + "\n"


def _row(check: Check) -> list[str]:
    name = f"{check.label} `{check.field.national[0]}`"
    return [check.number, name, check.requirement + _codes(check), _SHORT.get(check.source, check.source)]


def _codes(check: Check) -> str:
    """What the codes of a short list mean, where a code of it is required."""
    listed = CODE_LISTS.get(check.field.codes, {})
    if check.number[-1] != "3" or not listed or len(listed) > _FEW:
        return ""
    return f"（{'、'.join(f'{code} {label}' for code, label in listed.items())}）"
