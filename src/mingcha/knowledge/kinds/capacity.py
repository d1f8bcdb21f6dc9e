"""How much can be done at all: in a stay, by a person, by a device."""

from __future__ import annotations

from mingcha.domain import fields as f
from mingcha.knowledge.point import KnowledgePoint


class StayLimit(KnowledgePoint):
    """不超过在院时间: items billed by the day or hour, together no more than the stay lasts."""

    label, slug = "不超过在院时间", "stay-limit"
    joined_by = "group"
    told_apart_by = ("group",)
    group = f.code("合计的项目组", required=True, note="护理、床位 …；同组各项目的数量相加")
    unit = f.code("计价单位", default="天", note="天、小时")


class WorkTime(KnowledgePoint):
    """单次最短耗时: how long one count of an item takes up the person who carries it out, at the very least."""

    label, slug = "单次最短耗时", "work-time"
    minutes = f.number("单次最短耗时", unit="分钟", required=True)


class DeviceCapacity(KnowledgePoint):
    """设备一日容量: how much the machines of one institution (or one department of it) can do in a day."""

    label, slug = "设备一日容量", "device-capacity"
    told_apart_by = ("institution_id", "department_id")
    institution_id = f.text("医疗机构编码", required=True)
    department_id = f.text("受单科室编码", default="", note="空为全院")
    machines = f.number("设备台数", unit="台", required=True)
    hours = f.number("每台每日最长运行", unit="小时", default=24)
    minutes = f.number("单次最短用时", unit="分钟", required=True)
