"""From what the tables say of a point to the fields of its kind: what is published, and nothing guessed.

Where a column and a text disagree the point judges by the one that flags less, and the difference is listed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mingcha.domain.values import QUANTITY_SCALE
from mingcha.knowledge.point import Certainty
from mingcha.knowledge.reading import scaled

# Care types by prefix: 2x and 52 are stays (普通, 外伤, 日间手术, 生育 …), 13 is emergency.
STAY = ("2", "52")
EMERGENCY = ("13",)
EYE_HOSPITALS = ("A512", "D153")

_SEXES = {"男": "1", "女": "2"}
_GROUNDS = {
    "GZ10000101001000": "工伤",
    "GZ10000101002000": "生育",
    "GZ10000102003000": "工伤",
    "GZ10000102004000": "生育",
}
_LEVELS = {"一级": 1, "二级": 2, "三级": 3}
_NARROWER = re.compile(
    r"早产|新生儿|婴幼儿|婴儿|幼儿|月龄|\d+\s*(?:个月|岁|周岁)?\s*[-~～至到]\s*\d+\s*(?:周?岁|个?月)|\d+\s*周?岁"
)
_DAYS = re.compile(r"(?:不超过|最多支付|总时间不超过)\s*(?:(\d+)\s*(天|日|个月|年)|(一年))")
_SINGLE_STAY = re.compile(r"单次住院|住院方可支付，单次")


@dataclass
class Facts:
    """All that the tables say of one point."""

    rule_code: str
    name: str
    text: str
    logic: str
    limits: dict[str, str]
    containing: tuple[str, ...] = ()


@dataclass
class Reading:
    """Fields of the kind, remarks for the list of differences, and why a person is needed, if one is."""

    values: dict[str, Any] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    reason: str = ""


def interpret(kind: str, facts: Facts) -> Reading:
    """The fields of a point of this kind."""
    reading = Reading()
    _READERS.get(kind, _nothing_more)(facts, reading)
    return reading


def _nothing_more(_facts: Facts, _reading: Reading) -> None:
    """Kinds whose codes are all there is: 限二线, 饮片, 互联网."""


def _sex(facts: Facts, reading: Reading) -> None:
    column = _SEXES.get(facts.limits.get("性别", "")[:1])
    text = None
    if facts.text.startswith(("男性", "女性")):  # services say so in their class: 男性泌尿生殖系统相关检查
        text = _SEXES[facts.text[0]]
    if column and text and column != text:
        reading.reason = "限定性别与项目说明不一致，待人工确认"
        reading.remarks.append(f"限定性别 {facts.limits['性别']}，说明“{facts.text}”")
        return
    sex = column or text
    if sex:
        reading.values["sex"] = sex
    else:
        reading.reason = "限定性别未在所导入的表格中公布，待人工确认"


def _age(facts: Facts, reading: Reading) -> None:
    if "就业年龄" in facts.text + facts.logic:
        reading.values["audience"] = "法定就业年龄"
        return
    column = facts.limits.get("对象", "")
    text = _audience_of_text(facts.text)
    audience = column or text or "儿童"
    reading.values["audience"] = audience
    if text and text != audience:
        reading.remarks.append(f"表列对象“{audience}”，文字“{facts.text}”：按“{audience}”判")
    elif not text and (found := _NARROWER.search(facts.text)):
        reading.remarks.append(f"文字限定窄于“{audience}”（{found[0]}）：不猜，按“{audience}”判")


def _audience_of_text(text: str) -> str:
    match = re.fullmatch(r"(新生儿|婴幼儿|婴儿|儿童|小儿)专用项目", text)
    return "" if match is None else {"小儿": "儿童"}.get(match[1], match[1])


def _insurance(facts: Facts, reading: Reading) -> None:
    reading.values["ground"] = _GROUNDS[facts.rule_code]


def _care_type(facts: Facts, reading: Reading) -> None:
    if "急诊或住院" in facts.text:
        reading.values.update(manner="急诊或住院", accepted=EMERGENCY + STAY)
        if facts.limits.get("就医方式", "") == "住院":
            reading.remarks.append("表列“住院”，文字“急诊或住院”：按“急诊或住院”判")
    elif "住院" in facts.limits.get("就医方式", "") or "住院" in facts.text:
        reading.values.update(manner="住院", accepted=STAY)
    else:
        reading.reason = "限定就医方式看不出，待人工确认"


def _level(facts: Facts, reading: Reading) -> None:
    column = _LEVELS.get(facts.limits.get("级别", "")[:2])
    eye = "眼科专科" in facts.text
    text = _level_of_text(facts.text)
    found = [level for level in (column, text) if level]
    if not found:
        reading.reason = "限定级别看不出，待人工确认"
        return
    if column and text and column != text:
        reading.remarks.append(f"表列 {column} 级，文字“{facts.text[:60]}”：按较低的级别判")
    reading.values["at_least"] = min(found)
    if eye and min(found) == 3:
        reading.values.update(exempt_at_least=2, exempt_types=EYE_HOSPITALS)
        if column:
            reading.remarks.append("文字另许二级及以上眼科专科医院，表列只有“三级”：按文字放宽")
    if "首次处方" in facts.text and not eye:
        # The text binds only the first prescription, which no bill shows: a refill elsewhere is no offence.
        reading.values["certainty"] = Certainty.SUSPICION
        reading.remarks.append("文字只限首次处方的机构级别，单据看不出是否首次：列为可疑")


def _level_of_text(text: str) -> int | None:
    if re.search(r"三级(?:综合)?医院眼科", text):
        return 3
    match = re.search(r"([一二三]级)及以上医疗机构", text)
    return _LEVELS[match[1]] if match else None


def _course(facts: Facts, reading: Reading) -> None:
    column = _days_of_column(facts.limits.get("疗程", ""))
    text = _days_of_text(facts.text)
    found = [days for days in (column, text) if days]
    if not found:
        reading.reason = "支付天数看不出，待人工确认"
        return
    if column and text and column != text:
        reading.remarks.append(f"表列 {column} 天，文字 {text} 天：按 {max(found)} 天判")
    reading.values["days"] = max(found)
    if _SINGLE_STAY.search(facts.text):
        reading.values["period"] = "就诊"
    if "连续时间跨度" in facts.logic:
        reading.values["counting"] = "跨度"
    elif "日期总计" in facts.logic:
        reading.values["counting"] = "用药日"
    if "间隔时间不短于" in facts.text or "每周最多" in facts.text:
        reading.remarks.append("文字含两个限制：疗程由本条判，间隔由“医疗服务项目周期超频次”的知识点判")


def _days_of_column(text: str) -> int | None:
    match = re.fullmatch(r"(\d+)天", text)
    return int(match[1]) if match else None


def _days_of_text(text: str) -> int | None:
    match = _DAYS.search(text)
    if match is None:
        return None
    if match[3]:
        return 365
    number, unit = int(match[1]), match[2]
    if unit == "个月":
        return 365 if number == 12 else number * 31
    return number * 366 if unit == "年" else number


def _quantity(facts: Facts, reading: Reading) -> None:
    a_day = facts.limits.get("每日数量", "")
    number, unit = a_day or facts.limits.get("数量", ""), facts.limits.get("单位", "")
    if not number:
        reading.reason = "限制数量未在所导入的表格中公布，待人工确认"
        return
    # 小时 is how the item is priced: 24 of them fit into one day. 天 and 日 are one word.
    unit = "日" if unit == "天" else unit or "次"
    period = "日" if a_day or unit in ("日", "小时") else ""
    if not period:
        reading.reason = f"数量单位“{unit}”看不出周期，待人工确认"
        return
    try:
        reading.values.update(period=period, allowed=scaled(number, QUANTITY_SCALE), unit=unit)
    except ValueError as error:
        reading.reason = f"限制数量{error}，待人工确认"


def _window(facts: Facts, reading: Reading) -> None:
    number, days = facts.limits.get("数量", ""), facts.limits.get("周期天数", "").rstrip("天日")
    if not (number and days):
        reading.reason = "频次上限与周期未在所导入的表格中公布，待人工确认"
        return
    try:
        reading.values.update(allowed=scaled(number, QUANTITY_SCALE), days=scaled(days, 1))
    except ValueError as error:
        reading.reason = f"频次上限或周期{error}，待人工确认"


def _pair(facts: Facts, reading: Reading) -> None:
    reading.values["containing"] = facts.containing
    interval = facts.limits.get("间隔", "")
    if interval in ("同一小时", "6小时", "单日", "单次就诊"):
        reading.values["interval"] = interval
    elif interval:
        reading.reason = f"时间区间“{interval}”无法识别，待人工确认"
    else:
        reading.reason = "时间区间未在所导入的表格中公布，待人工确认"


def _incision(facts: Facts, reading: Reading) -> None:
    if facts.limits.get("手术组"):
        reading.values["group"] = facts.limits["手术组"]
    else:
        reading.reason = "同切口手术组看不出，待人工确认"


def _indication(_facts: Facts, reading: Reading) -> None:
    reading.reason = "适应症只有文字，待映射为诊断编码"


_READERS: dict[str, Callable[[Facts, Reading], None]] = {
    "sex-limit": _sex,
    "age-limit": _age,
    "insurance-limit": _insurance,
    "care-type-limit": _care_type,
    "level-limit": _level,
    "course-limit": _course,
    "quantity-limit": _quantity,
    "window-limit": _window,
    "duplicate-pair": _pair,
    "same-incision-group": _incision,
    "indication": _indication,
}
