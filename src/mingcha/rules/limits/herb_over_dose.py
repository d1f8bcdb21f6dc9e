"""中药饮片超量上传：一味饮片的数量超过处方天数与药典用量所能用去的量。

## 检查什么
一行饮片明细的数量（以克计，退费先冲抵）超过“处方天数（周期天数）× 每日上限”。每日上限为《中国药典》最大日用量的若干倍，
倍数由地区参数给出，缺省三倍；药典标明有毒、有小毒的饮片一律按药典用量。

## 为何违规
超出部分多为剂数、单位或小数点上传错误，或虚增数量；毒性饮片超量还危及用药安全。先作可疑，听取机构说明。

## 不报什么
恰好等于上限的；单位不是克的；同一味分两行开的分别比较。处方天数或单位未知的记为“无法判断”。

## 处理建议
核对处方的剂数与每剂用量；上传错误的冲正后重传，确需大剂量的由医师双签并说明，其余退回超出部分。
倍数没有全国统一值，缺省取较宽的，各地自行设定。
"""

from typing import Any

from mingcha.domain.claims import Line
from mingcha.knowledge.kinds.medication import HerbDose
from mingcha.rules.base import Grain, ItemRule
from mingcha.rules.settings import setting


class HerbOverDose(ItemRule[HerbDose]):
    slug, version, since = "herb-over-dose", 1, "0.2.0"
    title = "中药饮片超量上传"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "pharmacopoeia-2020")

    herb_multiple: Any = setting(300, label="药典用量的倍数", unit="%", at_least=100, at_most=1000)

    forbids = Line.unit.is_in("克", "g", "G") & (Line.quantity > HerbDose.daily * Line.supply_days)
    value, limit = Line.quantity, HerbDose.daily * Line.supply_days
    only_beyond = True
    message = "{item} 上传 {value} 克，处方天数内至多 {limit} 克，超 {excess} 克"
