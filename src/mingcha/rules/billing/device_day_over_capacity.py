"""设备一日超容量：一家机构一天计费的检查、治疗次数，多于它的设备一天可能做的次数。

## 检查什么
按“设备一日容量”知识点（机构、受单科室、台数、每台每日最长运行小时、单次最短用时）和计费日期，把该机构（该科室）所列项目的数量
（退费冲抵后）相加；超过 台数×小时×60÷单次最短用时（向下取整）的指出。

## 为何违规
设备做不出这么多次，多出的不可能都做过，常见于虚记检查、把外送的按本院设备收费，须由医疗机构说明。

## 不报什么
恰好等于容量的；机构不同的；知识点限定了受单科室而明细没有填写受单科室，这些都算上才超过的，记为“无法判断”；数量未知的明细不计入。

## 处理建议
核对设备台账、检查预约和影像、仪器的原始记录；新增设备的，更新知识点的台数和生效日期。
台数和运行时间由医疗机构报备，没有全国值；单次最短用时宜取短，只指出明显不可能的。
"""

from mingcha.domain.claims import Encounter, Line
from mingcha.domain.values import QUANTITY_SCALE
from mingcha.knowledge.kinds.capacity import DeviceCapacity
from mingcha.rules.period import CapacityRule


class DeviceDayOverCapacity(CapacityRule):
    slug, version, since = "device-day-over-capacity", 1, "0.1.0"
    title = "设备一日超容量"
    legal_basis = ("fund-regulation",)
    knowledge = DeviceCapacity

    by = (Encounter.institution_id,)
    by_point = True
    when = (Encounter.institution_id == DeviceCapacity.institution_id) & (
        (DeviceCapacity.department_id == "") | (Line.executing_department_id == DeviceCapacity.department_id)
    )
    measure = Line.quantity
    message = "一日计费 {value} 次，设备一日至多 {limit} 次"

    def most(self, point: DeviceCapacity) -> int:
        return point.machines * point.hours * 60 // point.minutes * QUANTITY_SCALE
