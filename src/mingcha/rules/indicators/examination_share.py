"""检验检查占比偏高：一家机构一个周期内检查和化验费用占总费用的比例，明显高于同类机构或超过设定上限。

## 检查什么
按机构、门诊或住院、统计周期，把费用明细（退费冲抵后）加总：收费类别为检查费、化验费的服务项目的费用除以总费用。
与同一周期、同级别、同类别、同就医方式的其他机构的中位数比较。

## 为何违规
检验检查占比明显高于同类机构，常见于套餐式、无指征或重复的检验检查；也可能是收治病种或专科特点不同，须先听取机构说明。

## 不报什么
药店购药；就诊数不足、同类机构不足的；机构级别或类别未知、又没有设定上限的；类别未知的明细全部算入才会超过界限的，记为“无法判断”。

## 处理建议
先看收治病种和科室结构，再看占比最高的项目、医师和就诊。没有全国统一的上限，缺省只与同类机构比较，宁可少报；
各地可按考核要求设定上限。
"""

from mingcha.rules.shares import EXAMINATION_CHARGES, ShareRule, of_service


class ExaminationShare(ShareRule):
    slug, version, since = "examination-share", 1, "0.2.0"
    title = "检验检查占比"
    legal_basis = ("rules-2025",)

    part = of_service(EXAMINATION_CHARGES)
    message = "检查和化验费用占总费用 {value}，界限为 {limit}"
