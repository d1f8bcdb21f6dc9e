"""CT检查占比偏高：一家机构一个周期内CT检查费用占总费用的比例，明显高于同类机构或超过设定上限。

## 检查什么
按机构、门诊或住院、统计周期，把费用明细（退费冲抵后）加总：项目编码属于
“X线计算机体层（CT）扫描”的明细的费用除以总费用。
与同一周期、同级别、同类别、同就医方式的其他机构的中位数比较。

## 为何违规
CT检查占比明显高于同类机构，常见于无指征检查、以检查创收或重复检查；也可能是收治病种或专科特点不同，须先听取机构说明。

## 不报什么
药店购药；就诊数不足、同类机构不足的；机构级别或类别未知、又没有设定上限的，记为“无法判断”。

## 处理建议
先看收治病种和科室结构，再看占比最高的项目、医师和就诊。没有全国统一的上限，缺省只与同类机构比较，宁可少报；
各地可按考核要求设定上限；执行新的放射检查类项目编码后，把新编码前缀加入参数。
"""

from typing import Any

from mingcha.domain.claims import Line
from mingcha.domain.values import PER_CENT
from mingcha.rules.settings import setting
from mingcha.rules.shares import ShareRule


class CtShare(ShareRule):
    slug, version, since = "ct-share", 1, "0.2.0"
    title = "CT检查占比"
    legal_basis = ("rules-2025", "service-codes")

    codes: Any = setting(("002103",), label="CT检查的项目编码前缀")
    margin: Any = setting(
        300, label="至少高出同类中位数", unit="个百分点", scale=PER_CENT, at_least=0, at_most=10_000
    )

    part = Line.item_code.starts_with_any(codes)
    message = "CT检查费用占总费用 {value}，界限为 {limit}"
