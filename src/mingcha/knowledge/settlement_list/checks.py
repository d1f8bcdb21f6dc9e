"""The numbered checks of the settlement list: of each field by its form, and of how fields go together.

A number is the letter of the node, the place of the field in it and what is checked (1 必填, 2 格式, 3 代码); from
90 on stand the checks of more than one field. Numbers are never reused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mingcha.domain.claims import Encounter, Person, Settlement
from mingcha.domain.codelists import CODE_LISTS
from mingcha.domain.coding import is_diagnosis_code, is_procedure_code
from mingcha.domain.fields import Field
from mingcha.domain.settlement_list import (
    DAY,
    HEAD,
    MOMENT,
    NODES,
    NUMBER,
    TEXT,
    FundPayment,
    IntensiveCare,
    Listed,
    ListedCharges,
    ListedDiagnosis,
    ListedProcedure,
    SettlementList,
    Transfusion,
)
from mingcha.domain.values import MINUTES_A_DAY, QUANTITY_SCALE
from mingcha.knowledge.settlement_list.sent import Row, SentList

# Whether a requirement is broken by a row of a list.
Test = Callable[[Row, SentList], bool]
INTERFACE, FILLING = "interface-specification", "settlement-list"
NEWBORN_DAYS = 28
GRAMS = range(100 * QUANTITY_SCALE, 10_000 * QUANTITY_SCALE)
TEN_GRAMS = 10 * QUANTITY_SCALE
FEN = QUANTITY_SCALE // 100
AN_HOUR = 60
WESTERN, YES, MAIN_OPERATION, NOT_ON_ADMISSION = "1", "1", "1", "4"
TRANSFERRED, DIED, PLANNED = ("2", "3"), "5", "2"
# 全身、椎管内、复合麻醉: with an anaesthetist, unlike those that the surgeon gives himself.
WITH_ANAESTHETIST = ("1", "2", "4")


@dataclass(frozen=True, slots=True)
class Check:
    """One requirement.

    Args:
        number: its number, never reused.
        node: the node whose rows are looked at, one by one.
        field: what a finding shows.
        requirement: what must hold, for people.
        source: the document that says so (`knowledge/sources.yaml`).
        broken: whether a row breaks it; raises `Unknown` where a fact is missing.
    """

    number: str
    node: str
    field: Field[str]
    requirement: str
    source: str
    broken: Test

    @property
    def label(self) -> str:
        """What the field is called."""
        return self.field.label


def _of_fields() -> Iterator[Check]:
    """What the interface specification says of each field by itself."""
    for node, (letter, entity) in NODES.items():
        for place, field in enumerate(entity.fields().values(), 1):
            assert isinstance(field, Listed)
            number = f"{letter}{place:02d}"
            if field.wanted:
                yield Check(f"{number}1", node, field, "必填", INTERFACE, _blank(field))
            form = field.form
            yield Check(f"{number}2", node, field, _form_in_words(field), INTERFACE, _misshapen(field))
            if form.what == TEXT and field.codes in CODE_LISTS:
                words = f"应为字典 {field.codes} 中的代码"
                yield Check(f"{number}3", node, field, words, INTERFACE, _uncoded(field))


def _blank(field: Listed) -> Test:
    return lambda row, _sent: not row.text(field)


def _misshapen(field: Listed) -> Test:
    form = field.form
    if form.what == TEXT:
        return lambda row, _sent: len(row.text(field)) > form.length
    if form.what == NUMBER:
        whole = form.length - form.decimals
        shape = re.compile(rf"[+-]?\d{{1,{whole}}}(\.\d{{0,{form.decimals}}}0*)?")
        return lambda row, _sent: bool(row.text(field)) and shape.fullmatch(row.text(field)) is None
    return lambda row, _sent: bool(row.text(field)) and row.value(field) is None


def _form_in_words(field: Listed) -> str:
    form = field.form
    match form.what:
        case what if what == TEXT:
            return f"不超过 {form.length} 个字"
        case what if what == NUMBER:
            return f"应为数值，至多 {form.length} 位，其中小数 {form.decimals} 位"
        case what if what == DAY:
            return "应为日期，如 2026-03-02"
        case what if what == MOMENT:
            return "应为日期时间，如 2026-03-02 09:00:00"
        case _:
            return "应写作 天数/小时数/分钟数，如 1/13/24"


def _uncoded(field: Listed) -> Test:
    known = CODE_LISTS[field.codes]
    return lambda row, _sent: bool(row.text(field)) and row.text(field) not in known


_RELATED: list[Check] = []


def _check(
    number: str, field: Field[str], requirement: str, *, source: str = FILLING, of_list: bool = False
) -> Callable[[Test], Test]:
    """Enter a check of more than one field, of each row of the field's node or of the list as a whole."""

    def enter(test: Test) -> Test:
        node = HEAD if of_list else next(node for node, (_, entity) in NODES.items() if entity is field.owner)
        _RELATED.append(Check(number, node, field, requirement, source, test))
        return test

    return enter


# --- The head ---


def _wanted_with_contact(number: str, field: Field[str]) -> None:
    @_check(number, field, "填写联系人姓名时必填", source=INTERFACE)
    def _missing(row: Row, _sent: SentList) -> bool:
        return bool(row.text(SettlementList.contact_name)) and not row.text(field)


for _number, _field in (
    ("A901", SettlementList.contact_relation),
    ("A902", SettlementList.contact_address),
    ("A903", SettlementList.contact_telephone),
):
    _wanted_with_contact(_number, _field)


@_check("A904", SettlementList.discharged_at, "不早于入院时间")
def _discharged_first(row: Row, _sent: SentList) -> bool:
    return _before(row, SettlementList.discharged_at, SettlementList.admitted_at)


@_check("A905", SettlementList.settled_to, "不早于结算开始日期")
def _settled_backwards(row: Row, _sent: SentList) -> bool:
    return _before(row, SettlementList.settled_to, SettlementList.settled_from)


@_check("A906", SettlementList.readmission_purpose, "有出院31天内再住院计划的必填")
def _purpose_missing(row: Row, _sent: SentList) -> bool:
    planned = row.text(SettlementList.readmission_planned) == PLANNED
    return planned and not row.text(SettlementList.readmission_purpose)


@_check("A907", SettlementList.special_nursing, "各级护理天数合计不超过住院天数")
def _nursed_beyond_stay(row: Row, _sent: SentList) -> bool:
    levels = (
        SettlementList.special_nursing,
        SettlementList.first_nursing,
        SettlementList.second_nursing,
        SettlementList.third_nursing,
    )
    days = sum(row.value(level) or 0 for level in levels)
    stay = _stay(row)
    # The day of admission and the day of discharge are both nursed.
    return (
        stay is not None and days > (stay[1] // MINUTES_A_DAY - stay[0] // MINUTES_A_DAY + 1) * QUANTITY_SCALE
    )


@_check("A908", SettlementList.ventilated, "不超过住院时长")
def _ventilated_beyond_stay(row: Row, _sent: SentList) -> bool:
    lasted, stay = row.value(SettlementList.ventilated), _stay(row)
    return lasted is not None and stay is not None and lasted > _whole_days(stay)


@_check("A909", SettlementList.newborn_type, "出生 28 天以内入院的必填")
def _newborn_type_missing(row: Row, sent: SentList) -> bool:
    return not row.text(SettlementList.newborn_type) and _newborn(row, sent) is True


@_check("A910", SettlementList.admission_weight, "出生 28 天以内入院的必填")
def _newborn_weight_missing(row: Row, sent: SentList) -> bool:
    weighed = row.text(SettlementList.admission_weight) or row.text(SettlementList.admission_weights)
    return not weighed and _newborn(row, sent) is True


@_check("A911", SettlementList.newborn_type, "入院时已满 28 天的不应填写")
def _no_newborn(row: Row, sent: SentList) -> bool:
    return bool(row.text(SettlementList.newborn_type)) and _newborn(row, sent) is False


@_check("A912", SettlementList.birth_weight, "在 100 到 9999 克之间，精确到 10 克")
def _birth_weight_odd(row: Row, _sent: SentList) -> bool:
    return _weight_odd(row.value(SettlementList.birth_weight))


@_check("A913", SettlementList.admission_weight, "在 100 到 9999 克之间，精确到 10 克")
def _admission_weight_odd(row: Row, _sent: SentList) -> bool:
    return _weight_odd(row.value(SettlementList.admission_weight))


@_check("A914", SettlementList.age_days, "与出生日期和入院日期相符")
def _age_days_differ(row: Row, sent: SentList) -> bool:
    stated, admitted = row.value(SettlementList.age_days), row.value(SettlementList.admitted_at)
    if stated is None or admitted is None:
        return False
    age = admitted // MINUTES_A_DAY - int(sent.fact(Person.birth_date))
    return abs(stated - age * QUANTITY_SCALE) > QUANTITY_SCALE


@_check("A915", SettlementList.receiving_institution_name, "只有医嘱转院、转社区的填写")
def _received_without_transfer(row: Row, _sent: SentList) -> bool:
    named = row.text(SettlementList.receiving_institution_name)
    way = row.text(SettlementList.discharge_way)
    return bool(named and way) and way not in TRANSFERRED


@_check("A916", SettlementList.admitted_at, "与就诊的入院日期一致")
def _admitted_another_day(row: Row, sent: SentList) -> bool:
    admitted = row.value(SettlementList.admitted_at)
    return admitted is not None and _day(admitted) != _day(sent.fact(Encounter.started_at))


@_check("A917", SettlementList.discharged_at, "与就诊的出院日期一致")
def _discharged_another_day(row: Row, sent: SentList) -> bool:
    discharged = row.value(SettlementList.discharged_at)
    return discharged is not None and _day(discharged) != _day(sent.fact(Encounter.ended_at))


@_check("A918", SettlementList.settlement_id, "与就诊的结算标识一致")
def _another_settlement(row: Row, sent: SentList) -> bool:
    stated = row.text(SettlementList.settlement_id)
    return bool(stated) and stated != sent.fact(Settlement.settlement_id)


@_check("A919", SettlementList.readmission_planned, "离院方式为死亡的不应有再住院计划")
def _dead_and_coming_back(row: Row, _sent: SentList) -> bool:
    died = row.text(SettlementList.discharge_way) == DIED
    return died and row.text(SettlementList.readmission_planned) == PLANNED


@_check("A920", SettlementList.declared_at, "不早于出院时间")
def _declared_first(row: Row, _sent: SentList) -> bool:
    return _before(row, SettlementList.declared_at, SettlementList.discharged_at)


# --- Money ---


@_check("F901", FundPayment.amount, "不为负数")
def _negative_payment(row: Row, _sent: SentList) -> bool:
    return (row.value(FundPayment.amount) or 0) < 0


@_check("F902", FundPayment.amount, "各项基金支付合计不超过总费用", of_list=True)
def _paid_beyond_total(_row: Row, sent: SentList) -> bool:
    paid = sum(row.value(FundPayment.amount) or 0 for row in sent.nodes.get("payinfo", ()))
    return paid > 0 and paid > int(sent.fact(Settlement.total_amount)) * FEN


@_check("I901", ListedCharges.amount, "等于甲类、乙类、全自费与其他金额之和")
def _charges_do_not_add_up(row: Row, _sent: SentList) -> bool:
    parts = [
        row.value(part)
        for part in (
            ListedCharges.class_a,
            ListedCharges.class_b,
            ListedCharges.own_expense,
            ListedCharges.other,
        )
    ]
    whole = row.value(ListedCharges.amount)
    return whole is not None and None not in parts and whole != sum(part or 0 for part in parts)


@_check("I902", ListedCharges.amount, "各收费类别金额合计等于总费用", of_list=True)
def _charges_miss_total(_row: Row, sent: SentList) -> bool:
    amounts = [row.value(ListedCharges.amount) for row in sent.nodes.get("iteminfo", ())]
    if not amounts or None in amounts:
        return False
    return sum(amount or 0 for amount in amounts) != int(sent.fact(Settlement.total_amount)) * FEN


# --- Intensive care, transfusions ---


@_check("U901", IntensiveCare.left_at, "不早于进入时间")
def _left_first(row: Row, _sent: SentList) -> bool:
    return _before(row, IntensiveCare.left_at, IntensiveCare.entered_at)


@_check("U902", IntensiveCare.entered_at, "进入和退出都在住院期间")
def _intensive_outside_stay(row: Row, sent: SentList) -> bool:
    entered, left = row.value(IntensiveCare.entered_at), row.value(IntensiveCare.left_at)
    return _outside(entered, sent) or _outside(left, sent)


@_check("U903", IntensiveCare.lasted, "与进入、退出时间相符（容许相差一小时）")
def _lasted_otherwise(row: Row, _sent: SentList) -> bool:
    entered, left = row.value(IntensiveCare.entered_at), row.value(IntensiveCare.left_at)
    lasted = row.value(IntensiveCare.lasted)
    if entered is None or left is None or lasted is None or left < entered:
        return False
    return abs(left - entered - lasted) > AN_HOUR


@_check("B901", Transfusion.volume, "填写输血品种时应大于零")
def _nothing_transfused(row: Row, _sent: SentList) -> bool:
    return bool(row.text(Transfusion.product)) and (row.value(Transfusion.volume) or 0) <= 0


@_check("B902", Transfusion.unit, "填写输血量时必填")
def _unit_missing(row: Row, _sent: SentList) -> bool:
    return bool(row.text(Transfusion.volume)) and not row.text(Transfusion.unit)


# --- Diagnoses ---


@_check("D901", ListedDiagnosis.code, "至少一条西医诊断", of_list=True)
def _no_diagnosis(_row: Row, sent: SentList) -> bool:
    return not any(_western(row) for row in sent.nodes["diseinfo"])


@_check("D902", ListedDiagnosis.main, "应有一条主要诊断", of_list=True)
def _no_main_diagnosis(_row: Row, sent: SentList) -> bool:
    rows = [row for row in sent.nodes["diseinfo"] if _western(row)]
    return bool(rows) and not any(_is_main(row) for row in rows)


@_check("D903", ListedDiagnosis.main, "主要诊断只能有一条")
def _another_main_diagnosis(row: Row, sent: SentList) -> bool:
    rows = [other for other in sent.nodes["diseinfo"] if _western(other) and _is_main(other)]
    return row in rows[1:]


@_check("D904", ListedDiagnosis.code, "同一诊断只填写一次")
def _diagnosis_twice(row: Row, sent: SentList) -> bool:
    code = row.text(ListedDiagnosis.code).upper()
    earlier = sent.nodes["diseinfo"][: row.number - 1]
    return bool(code) and any(other.text(ListedDiagnosis.code).upper() == code for other in earlier)


@_check("D905", ListedDiagnosis.on_admission, "入院病情为“无”的诊断不应作为主要诊断")
def _main_came_later(row: Row, _sent: SentList) -> bool:
    return _western(row) and _is_main(row) and row.text(ListedDiagnosis.on_admission) == NOT_ON_ADMISSION


@_check("D906", ListedDiagnosis.code, "应为医保版疾病诊断编码，如 J18.900 或 J18.900x001")
def _diagnosis_misshapen(row: Row, _sent: SentList) -> bool:
    code = row.text(ListedDiagnosis.code)
    return bool(code) and _western(row) and not is_diagnosis_code(code)


# --- Operations ---


@_check("P901", ListedProcedure.type, "有手术操作的应有一条主要手术操作", of_list=True)
def _no_main_operation(_row: Row, sent: SentList) -> bool:
    rows = sent.nodes["oprninfo"]
    return bool(rows) and not any(_is_main_operation(row) for row in rows)


@_check("P902", ListedProcedure.type, "主要手术操作只能有一条")
def _another_main_operation(row: Row, sent: SentList) -> bool:
    return row in [other for other in sent.nodes["oprninfo"] if _is_main_operation(other)][1:]


@_check("P903", ListedProcedure.code, "同一时间开始的同一手术操作只填写一次")
def _operation_twice(row: Row, sent: SentList) -> bool:
    def named(one: Row) -> tuple[str, str]:
        return one.text(ListedProcedure.code).upper(), one.text(ListedProcedure.begun_at)

    return bool(named(row)[0]) and named(row) in map(named, sent.nodes["oprninfo"][: row.number - 1])


@_check("P904", ListedProcedure.code, "应为医保版手术操作编码，如 51.2300 或 51.2300x001")
def _operation_misshapen(row: Row, _sent: SentList) -> bool:
    code = row.text(ListedProcedure.code)
    return bool(code) and not is_procedure_code(code)


@_check("P905", ListedProcedure.ended_at, "不早于手术操作开始时间")
def _operation_backwards(row: Row, _sent: SentList) -> bool:
    return _before(row, ListedProcedure.ended_at, ListedProcedure.begun_at)


@_check("P906", ListedProcedure.anaesthesia_ended_at, "不早于麻醉开始时间")
def _anaesthesia_backwards(row: Row, _sent: SentList) -> bool:
    return _before(row, ListedProcedure.anaesthesia_ended_at, ListedProcedure.anaesthesia_begun_at)


@_check("P907", ListedProcedure.begun_at, "在住院期间")
def _operated_outside_stay(row: Row, sent: SentList) -> bool:
    return _outside(row.value(ListedProcedure.begun_at), sent)


@_check("P908", ListedProcedure.anaesthetist_id, "全身、椎管内、复合麻醉的必填")
def _anaesthetist_missing(row: Row, _sent: SentList) -> bool:
    given = row.text(ListedProcedure.anaesthesia).startswith(WITH_ANAESTHETIST)
    return given and not row.text(ListedProcedure.anaesthetist_id)


# --- What the tests have in common ---


def _before(row: Row, later: Field[str], earlier: Field[str]) -> bool:
    last, first = row.value(later), row.value(earlier)
    return last is not None and first is not None and last < first


def _stay(row: Row) -> tuple[int, int] | None:
    """Minutes of admission and discharge, where both can be read and stand in order."""
    admitted, discharged = row.value(SettlementList.admitted_at), row.value(SettlementList.discharged_at)
    if admitted is None or discharged is None or discharged < admitted:
        return None
    return admitted, discharged


def _day(minute: int) -> int:
    return minute // MINUTES_A_DAY


def _whole_days(stay: tuple[int, int]) -> int:
    """The minutes of all days that a stay touches: the hour may not have been written."""
    return (_day(stay[1]) - _day(stay[0]) + 1) * MINUTES_A_DAY


def _outside(minute: int | None, sent: SentList) -> bool:
    """Whether a moment lies on a day before admission or after discharge."""
    stay = _stay(sent.head)
    return minute is not None and stay is not None and not _day(stay[0]) <= _day(minute) <= _day(stay[1])


def _newborn(row: Row, sent: SentList) -> bool | None:
    """Whether the person was no older than 28 days on admission; None where the list gives no day of it."""
    admitted = row.value(SettlementList.admitted_at)
    if admitted is None:
        return None
    return _day(admitted) - int(sent.fact(Person.birth_date)) <= NEWBORN_DAYS


def _weight_odd(weight: int | None) -> bool:
    return weight is not None and (weight not in GRAMS or weight % TEN_GRAMS != 0)


def _western(row: Row) -> bool:
    return row.text(ListedDiagnosis.type) in ("", WESTERN)


def _is_main(row: Row) -> bool:
    return row.text(ListedDiagnosis.main) == YES


def _is_main_operation(row: Row) -> bool:
    return row.text(ListedProcedure.type) == MAIN_OPERATION


CHECKS: tuple[Check, ...] = (*_of_fields(), *_RELATED)
BY_NUMBER: dict[str, Check] = {check.number: check for check in CHECKS}
