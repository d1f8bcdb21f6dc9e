"""Checks of intensive care and transfusions."""

from __future__ import annotations

from mingcha.domain.settlement_list import IntensiveCare, Transfusion
from mingcha.knowledge.settlement_list.checks.check import Entered
from mingcha.knowledge.settlement_list.checks.stay import before, outside
from mingcha.knowledge.settlement_list.sent import Row, SentList

AN_HOUR = 60
CHECKS = Entered()


@CHECKS.check("U901", IntensiveCare.left_at, "不早于进入时间")
def _left_first(row: Row, _sent: SentList) -> bool:
    return before(row, IntensiveCare.left_at, IntensiveCare.entered_at)


@CHECKS.check("U902", IntensiveCare.entered_at, "进入和退出都在住院期间")
def _intensive_outside_stay(row: Row, sent: SentList) -> bool:
    entered, left = row.value(IntensiveCare.entered_at), row.value(IntensiveCare.left_at)
    return outside(entered, sent) or outside(left, sent)


@CHECKS.check("U903", IntensiveCare.lasted, "与进入、退出时间相符（容许相差一小时）")
def _lasted_otherwise(row: Row, _sent: SentList) -> bool:
    entered, left = row.value(IntensiveCare.entered_at), row.value(IntensiveCare.left_at)
    lasted = row.value(IntensiveCare.lasted)
    if entered is None or left is None or lasted is None or left < entered:
        return False
    return abs(left - entered - lasted) > AN_HOUR


@CHECKS.check("B901", Transfusion.volume, "填写输血品种时应大于零")
def _nothing_transfused(row: Row, _sent: SentList) -> bool:
    return bool(row.text(Transfusion.product)) and (row.value(Transfusion.volume) or 0) <= 0


@CHECKS.check("B902", Transfusion.unit, "填写输血量时必填")
def _unit_missing(row: Row, _sent: SentList) -> bool:
    return bool(row.text(Transfusion.volume)) and not row.text(Transfusion.unit)
