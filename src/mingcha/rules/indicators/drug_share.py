"""药费占比偏高：一家机构一个周期内药品费用占总费用的比例，明显高于同类机构或超过设定上限。

## 检查什么
按机构、门诊或住院、统计周期，把费用明细（退费冲抵后）加总：西药、中成药、中药饮片、配方颗粒、自制剂、民族药的费用除以总费用。
目录类别和收费类别有一个表明是药品即计入。与同一周期、同级别、同类别、同就医方式的其他机构的中位数比较。

## 为何违规
药费占比明显高于同类机构，常见于超量开药、辅助用药过多或串换；也可能是收治病种不同，须先听取机构说明。

## 不报什么
就诊数不足、同类机构不足的；机构级别或类别未知、又没有设定上限的；类别未知的明细即使都算药品才会超过界限的，记为“无法判断”。

## 处理建议
先看收治病种和科室结构，再看占比最高的药品、医师和就诊。没有全国统一的上限，缺省只与同类机构比较，宁可少报；
各地可按考核要求设定上限。
"""

from mingcha.domain.claims import Line
from mingcha.rules.period import PeriodRule


class DrugShare(PeriodRule):
    slug, version, since = "drug-share", 1, "0.2.0"
    title = "药费占比"
    legal_basis = ("rules-2025",)

    measure = Line.amount
    part = Line.list_type.is_in("101", "102", "103", "104", "106") | Line.charge_type.is_in("09", "10", "11")
    message = "药费占总费用 {value}，界限为 {limit}"
