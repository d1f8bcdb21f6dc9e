"""医嘱停止、出院后收费：医嘱已停止，或已下达出院医嘱，之后仍有费用。

## 检查什么
明细的计费日期晚于医嘱有效的最后一日：明细自带医嘱停止时间的按停止时间，没有的按医嘱号查住院医嘱记录；本次住院标明有出院医嘱的，
以出院医嘱的执行日为限，没有执行日的以开立次日为限，两者取其早。容许的天数默认为零，可由地区或机构设定。

## 为何违规
费用应当有有效的医嘱和执行记录；医嘱停止、病人出院之后继续收取的床位、护理、监护、用药等费用没有提供相应的服务。

## 不报什么
计费日期恰为医嘱停止当日的；医嘱没有结束时间的（仍在执行）；门诊没有医嘱号、没有停止时间的明细；
住院明细没有医嘱号、或住院医嘱记录中没有这条医嘱，又没有停止时间和出院医嘱的，记为“无法判断”；退费后没有余量的明细。

## 处理建议
核对医嘱停止时间、执行记录和出院时间；停止后没有执行的退费，属于补记以前费用的更正计费日期。
"""

from typing import Any

from mingcha.domain.claims import Encounter, Line
from mingcha.rules.base import Grain, LineRule
from mingcha.rules.settings import setting


class ChargedAfterOrder(LineRule):
    slug, version, since = "charged-after-order", 1, "0.2.0"
    title = "医嘱停止、出院后收费"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "designated-institutions", "interface-specification")

    days: Any = setting(0, label="容许的天数", unit="天", at_least=0, at_most=30)

    # Out-patients have no orders, unless a charge names one.
    ordered = ~Line.order_until.is_missing() | (Encounter.inpatient == True) | ~Line.order_id.is_missing()
    forbids = ordered & (Line.day > Line.order_until + days)
    value, limit = Line.day, Line.order_until
    message = "{item} 计费日期 {value}，医嘱有效至 {limit}"
