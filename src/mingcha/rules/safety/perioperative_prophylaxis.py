"""围手术期预防用抗菌药物：不该用而用、给药时机不当，或术后用得过久。

## 检查什么
本次就诊的手术都属于知识点所列的一类，账单上有该类手术预防用的抗菌药物，而诊断没有感染。有三种情形之一的报：
这类手术原则上不预防用药；没有一次给药在切开前的规定时间之内；手术之后超过规定时间仍在用。
给药时刻按计费（医嘱开始）时间，切开时刻按手术时间。

## 为何违规
《抗菌药物临床应用指导原则（2015 年版）》：清洁手术通常不需预防用药；静脉给药在切开前 0.5～1 小时内或麻醉开始时，
万古霉素、氟喹诺酮类在术前 1～2 小时；预防用药一般不超过 24 小时，心脏手术等可延长至 48 小时。先作可疑，听取机构说明。

## 不报什么
诊断有感染的（按治疗用药）；本次就诊另有别类手术的；没有手术记录的。诊断、手术时刻未知的，只有计费日期而那一天可能合乎规定的，
记为“无法判断”。手术时长与计费滞后另有容差。时机不当只提示，超收金额为零；其余为整行。

## 处理建议
核对手术、麻醉记录与给药时间；有高危因素、术中追加或术后感染的上传依据说明，其余退回该笔费用。
感染的诊断、时机与容差由地区参数给出，缺省取较宽的：切开前两小时之内都算及时，因为麻醉开始的时刻不上传。
"""

from typing import Any

from mingcha.domain.claims import Encounter, Line, Procedure
from mingcha.domain.values import MINUTES_A_DAY, date_of
from mingcha.knowledge.kinds.medication import Prophylaxis
from mingcha.rules.base import Grain, Group, ItemRule, LineFacts, Verdicts
from mingcha.rules.settings import setting

HOUR = 60
# ICD-9-CM-3 chapters of diagnostic and other non-operative procedures.
NOT_OPERATIONS = ("87", "88", "89", "9")
INFECTIONS = (
    "A", "B", "J0", "J1", "J2", "K35", "K36", "K37", "K61", "K63.1", "K65", "K75.0", "K80.0", "K80.1",
    "K80.3", "K80.4", "K81", "K83.0", "L0", "M00", "M86", "N10", "N11", "N12", "N13.6", "N30", "N34",
    "N39.0", "N41", "N45", "N61", "N7", "O23", "O41.1", "O85", "O86", "T79.3", "T81.4", "T82.6", "T82.7",
    "T83.5", "T83.6", "T84.5", "T84.6", "T84.7", "T85.7",
)  # fmt: skip


class PerioperativeProphylaxis(ItemRule[Prophylaxis]):
    slug, version, since = "perioperative-prophylaxis", 1, "0.2.0"
    title = "围手术期预防用抗菌药物"
    grain = Grain.ENCOUNTER
    legal_basis = (
        "fund-regulation",
        "rules-2025",
        "antibiotic-measures",
        "antibiotic-guideline",
        "antibiotic-campaign-2013",
    )

    earliest: Any = setting(120, label="切开前最早给药", unit="分钟", at_least=30, at_most=1440)
    latest: Any = setting(0, label="切开前最迟给药", unit="分钟", at_least=0, at_most=60)
    allowance: Any = setting(12, label="手术时长与计费滞后的容差", unit="小时", at_least=0, at_most=72)
    infections: Any = setting(INFECTIONS, label="表明感染的诊断编码")

    when = ~Encounter.procedures.is_missing()
    only_if = ~Encounter.procedures.has_none_of(Prophylaxis.procedures)
    message = "{item} 用于预防：{value}，规定为{limit}"

    def judge(self, group: Group[Prophylaxis], point: Prophylaxis) -> Verdicts:
        stay = group.encounter
        operations = [
            (code, minute)
            for code, minute in zip(stay.procedures or (), stay.procedures_at or (), strict=True)
            if not code.startswith(NOT_OPERATIONS)
        ]
        if not operations or not all(code.startswith(point.procedures) for code, _ in operations):
            return
        if stay.diagnoses is None:
            yield group.cannot_judge(Encounter.diagnoses)
            return
        if any(code.startswith(self.infections) for code in stay.diagnoses):
            return
        if point.needless:
            for line in group.lines:
                yield group.violates(line, value=f"{point.operation}用了抗菌药物", limit="原则上不预防用药")
            return
        moments = [_told_moment(minute) for _, minute in operations]
        if None in moments:
            yield group.cannot_judge(Procedure.operated_at)
            return
        begun = [minute for minute in moments if minute is not None]
        yield from self._mistimed(group, min(begun))
        yield from self._too_long(group, point, max(begun))

    def _mistimed(self, group: Group[Prophylaxis], incision: int) -> Verdicts:
        """No dose within the time before the incision: told on the first line, without money."""
        opens, closes = incision - self.earliest, incision - self.latest
        first = group.lines[0]
        if any(line.has_time and _within(line, opens, closes) for line in group.lines):
            return
        if any(not line.has_time and _that_day(line, opens, closes) for line in group.lines):
            yield group.cannot_judge(Line.charged_at, first)
            return
        limit = f"切开前 {self.latest}～{self.earliest} 分钟给药"
        yield group.violates(first, excess=0, excess_amount=0, value=_told(first, incision), limit=limit)

    def _too_long(self, group: Group[Prophylaxis], point: Prophylaxis, began: int) -> Verdicts:
        """Doses after the time that is allowed: each whole."""
        ends = began + (point.hours + self.allowance) * HOUR
        for line in group.lines:
            if line.minute > ends:
                value = f"术后 {(line.minute - began) // HOUR} 小时仍在用药"
                yield group.violates(line, value=value, limit=f"术后至多 {point.hours} 小时")
            elif not line.has_time and line.minute + MINUTES_A_DAY > ends:
                yield group.cannot_judge(Line.charged_at, line)


def _told_moment(minute: int | None) -> int | None:
    """A moment whose hour is known: midnight sharp is how a bare date is written."""
    return minute if minute is not None and minute % MINUTES_A_DAY else None


def _within(line: LineFacts, opens: int, closes: int) -> bool:
    return opens <= line.minute <= closes


def _that_day(line: LineFacts, opens: int, closes: int) -> bool:
    """Whether a line without an hour may lie within these minutes."""
    return line.minute <= closes and opens < line.minute + MINUTES_A_DAY


def _told(line: LineFacts, incision: int) -> str:
    minutes = line.minute - incision
    if not line.has_time:
        return f"{date_of(line.day)} 给药，{'晚' if minutes > 0 else '早'}于规定时段"
    return f"首次给药在{'切开后' if minutes > 0 else '切开前'} {abs(minutes)} 分钟"
