"""Checks of the head: the person, the stay, nursing, the newborn, discharge."""

from __future__ import annotations

from mingcha.domain.claims import Encounter, Person, Settlement
from mingcha.domain.fields import Field
from mingcha.domain.settlement_list import SettlementList
from mingcha.domain.values import MINUTES_A_DAY, QUANTITY_SCALE
from mingcha.knowledge.settlement_list.checks.check import INTERFACE, Entered
from mingcha.knowledge.settlement_list.checks.stay import before, day_of, stay_of, whole_days
from mingcha.knowledge.settlement_list.sent import Row, SentList

NEWBORN_DAYS = 28
GRAMS = range(100 * QUANTITY_SCALE, 10_000 * QUANTITY_SCALE)
TEN_GRAMS = 10 * QUANTITY_SCALE
TRANSFERRED = ("2", "3")
DIED = "5"
PLANNED = "2"
CHECKS = Entered()


def _wanted_with_contact(number: str, field: Field[str]) -> None:
    @CHECKS.check(number, field, "填写联系人姓名时必填", source=INTERFACE)
    def _missing(row: Row, _sent: SentList) -> bool:
        return bool(row.text(SettlementList.contact_name)) and not row.text(field)


for _number, _field in (
    ("A901", SettlementList.contact_relation),
    ("A902", SettlementList.contact_address),
    ("A903", SettlementList.contact_telephone),
):
    _wanted_with_contact(_number, _field)


@CHECKS.check("A904", SettlementList.discharged_at, "不早于入院时间")
def _discharged_first(row: Row, _sent: SentList) -> bool:
    return before(row, SettlementList.discharged_at, SettlementList.admitted_at)


@CHECKS.check("A905", SettlementList.settled_to, "不早于结算开始日期")
def _settled_backwards(row: Row, _sent: SentList) -> bool:
    return before(row, SettlementList.settled_to, SettlementList.settled_from)


@CHECKS.check("A906", SettlementList.readmission_purpose, "有出院31天内再住院计划的必填")
def _purpose_missing(row: Row, _sent: SentList) -> bool:
    planned = row.text(SettlementList.readmission_planned) == PLANNED
    return planned and not row.text(SettlementList.readmission_purpose)


@CHECKS.check("A907", SettlementList.special_nursing, "各级护理天数合计不超过住院天数")
def _nursed_beyond_stay(row: Row, _sent: SentList) -> bool:
    levels = (
        SettlementList.special_nursing,
        SettlementList.first_nursing,
        SettlementList.second_nursing,
        SettlementList.third_nursing,
    )
    days = sum(row.value(level) or 0 for level in levels)
    stay = stay_of(row)
    # The day of admission and the day of discharge are both nursed.
    return (
        stay is not None and days > (stay[1] // MINUTES_A_DAY - stay[0] // MINUTES_A_DAY + 1) * QUANTITY_SCALE
    )


@CHECKS.check("A908", SettlementList.ventilated, "不超过住院时长")
def _ventilated_beyond_stay(row: Row, _sent: SentList) -> bool:
    lasted, stay = row.value(SettlementList.ventilated), stay_of(row)
    return lasted is not None and stay is not None and lasted > whole_days(stay)


@CHECKS.check("A909", SettlementList.newborn_type, "出生 28 天以内入院的必填")
def _newborn_type_missing(row: Row, sent: SentList) -> bool:
    return not row.text(SettlementList.newborn_type) and _newborn(row, sent) is True


@CHECKS.check("A910", SettlementList.admission_weight, "出生 28 天以内入院的必填")
def _newborn_weight_missing(row: Row, sent: SentList) -> bool:
    weighed = row.text(SettlementList.admission_weight) or row.text(SettlementList.admission_weights)
    return not weighed and _newborn(row, sent) is True


@CHECKS.check("A911", SettlementList.newborn_type, "入院时已满 28 天的不应填写")
def _no_newborn(row: Row, sent: SentList) -> bool:
    return bool(row.text(SettlementList.newborn_type)) and _newborn(row, sent) is False


@CHECKS.check("A912", SettlementList.birth_weight, "在 100 到 9999 克之间，精确到 10 克")
def _birth_weight_odd(row: Row, _sent: SentList) -> bool:
    return _weight_odd(row.value(SettlementList.birth_weight))


@CHECKS.check("A913", SettlementList.admission_weight, "在 100 到 9999 克之间，精确到 10 克")
def _admission_weight_odd(row: Row, _sent: SentList) -> bool:
    return _weight_odd(row.value(SettlementList.admission_weight))


@CHECKS.check("A914", SettlementList.age_days, "与出生日期和入院日期相符")
def _age_days_differ(row: Row, sent: SentList) -> bool:
    stated, admitted = row.value(SettlementList.age_days), row.value(SettlementList.admitted_at)
    if stated is None or admitted is None:
        return False
    age = admitted // MINUTES_A_DAY - int(sent.fact(Person.birth_date))
    return abs(stated - age * QUANTITY_SCALE) > QUANTITY_SCALE


@CHECKS.check("A915", SettlementList.receiving_institution_name, "只有医嘱转院、转社区的填写")
def _received_without_transfer(row: Row, _sent: SentList) -> bool:
    named = row.text(SettlementList.receiving_institution_name)
    way = row.text(SettlementList.discharge_way)
    return bool(named and way) and way not in TRANSFERRED


@CHECKS.check("A916", SettlementList.admitted_at, "与就诊的入院日期一致")
def _admitted_another_day(row: Row, sent: SentList) -> bool:
    admitted = row.value(SettlementList.admitted_at)
    return admitted is not None and day_of(admitted) != day_of(sent.fact(Encounter.started_at))


@CHECKS.check("A917", SettlementList.discharged_at, "与就诊的出院日期一致")
def _discharged_another_day(row: Row, sent: SentList) -> bool:
    discharged = row.value(SettlementList.discharged_at)
    return discharged is not None and day_of(discharged) != day_of(sent.fact(Encounter.ended_at))


@CHECKS.check("A918", SettlementList.settlement_id, "与就诊的结算标识一致")
def _another_settlement(row: Row, sent: SentList) -> bool:
    stated = row.text(SettlementList.settlement_id)
    return bool(stated) and stated != sent.fact(Settlement.settlement_id)


@CHECKS.check("A919", SettlementList.readmission_planned, "离院方式为死亡的不应有再住院计划")
def _dead_and_coming_back(row: Row, _sent: SentList) -> bool:
    died = row.text(SettlementList.discharge_way) == DIED
    return died and row.text(SettlementList.readmission_planned) == PLANNED


@CHECKS.check("A920", SettlementList.declared_at, "不早于出院时间")
def _declared_first(row: Row, _sent: SentList) -> bool:
    return before(row, SettlementList.declared_at, SettlementList.discharged_at)


def _newborn(row: Row, sent: SentList) -> bool | None:
    """Whether the person was no older than 28 days on admission; None where the list gives no day of it."""
    admitted = row.value(SettlementList.admitted_at)
    if admitted is None:
        return None
    return day_of(admitted) - int(sent.fact(Person.birth_date)) <= NEWBORN_DAYS


def _weight_odd(weight: int | None) -> bool:
    return weight is not None and (weight not in GRAMS or weight % TEN_GRAMS != 0)
