"""What a doctor enters, as the `input` of 3101 and 3102: every field that the specification requires.

Source: 定点医药机构接口规范, 【3101】 tables 128 to 131, 118 and 133; 【3102】 has the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from mingcha.access.labelled import Labelled
from mingcha.audit.reading.patients import Patient
from mingcha.domain.values import date_of

_FEN = Decimal("0.01")
_MOMENT = "%Y-%m-%d %H:%M:%S"
# 丙类: nothing of it is paid by the fund.
_OWN = "03"
_UNKNOWN_LEVEL = "11"
_HERB = "102"  # of list_type: 中药饮片


class Scene(Labelled):
    """Where somebody is treated."""

    OUTPATIENT = "outpatient", "门诊"
    CHRONIC = "chronic", "门特(慢)"
    INPATIENT = "inpatient", "住院"


@dataclass(frozen=True)
class _Codes:
    """What a scene is called in a message: med_mdtrt_type, med_type, and trig_scen when signing and settling."""

    visit_type: str
    care_type: str
    signing: str
    settling: str


_CODES = {
    Scene.OUTPATIENT: _Codes("1", "11", "2", "6"),
    Scene.CHRONIC: _Codes("1", "14", "2", "6"),
    Scene.INPATIENT: _Codes("2", "2101", "5", "8"),
}


@dataclass(frozen=True)
class Diagnosed:
    """A diagnosis."""

    code: str
    name: str


@dataclass(frozen=True)
class Operated:
    """An operation; the first one is the main one."""

    code: str
    name: str


@dataclass(frozen=True)
class Order:
    """One line of a prescription; price in yuan, dose, frequency and route as doctors write them.

    Args:
        number: of the line in this encounter; it stays when others are deleted.
        days: for how long what is dispensed lasts.
    """

    number: int
    code: str
    name: str
    list_type: str
    charge_type: str
    payment_class: str
    unit: str
    specification: str
    price: Decimal
    quantity: Decimal
    dose: str = ""
    frequency: str = ""
    route: str = ""
    days: int | None = None

    @property
    def amount(self) -> Decimal:
        """In yuan."""
        return (self.price * self.quantity).quantize(_FEN, ROUND_HALF_UP)


@dataclass(frozen=True)
class Earlier:
    """A visit before this one that the message brings along as history."""

    days_ago: int
    diagnoses: Sequence[Diagnosed]
    orders: Sequence[Order]


@dataclass(frozen=True)
class Visit:
    """What is being entered."""

    encounter_id: str
    scene: Scene
    started_at: datetime
    diagnoses: Sequence[Diagnosed]
    orders: Sequence[Order]
    earlier: Sequence[Earlier] = field(default_factory=tuple)
    operations: Sequence[Operated] = field(default_factory=tuple)


def audit_input(patient: Patient, number: str, visit: Visit, now: datetime, *, settling: bool) -> Any:
    """The `input` of an audit of all orders of a visit.

    Args:
        number: what the institution's bills call the patient.
        now: local.
    """
    facts, codes = patient.facts, _CODES[visit.scene]
    born = facts["birth_date"]
    encounters = [_encounter(patient, visit, visit.encounter_id, visit.started_at, now, current=True)]
    encounters += _earlier(patient, visit)
    return {
        "data": {
            "trig_scen": codes.settling if settling else codes.signing,
            "patient_dtos": [
                {
                    "patn_id": number,
                    "patn_name": patient.person.full_name or "*",
                    "gend": facts["sex"] or "0",
                    "brdy": "" if born is None else date_of(born).isoformat(),
                    "poolarea": facts["insured_region"] or "",
                    "curr_mdtrt_id": visit.encounter_id,
                    "fsi_encounter_dtos": encounters,
                }
            ],
        }
    }


def feedback_input(way: str, reasons: Mapping[str, str], *, settling: bool) -> Any:
    """The `input` of a 3103 about some results.

    Args:
        way: 1 goes on, 2 takes back.
        reasons: result → why; "" where it is taken back.
    """
    warns = [
        {"warn_rslt_id": result, "dspo_way": way, "dspo_way_rea": reason}
        for result, reason in reasons.items()
    ]
    return {"data": {"warn_type": "2" if settling else "1", "warns": warns}}


def _earlier(patient: Patient, visit: Visit) -> Iterator[dict[str, Any]]:
    for number, one in enumerate(visit.earlier, 1):
        began = visit.started_at - timedelta(days=one.days_ago)
        own = Visit(visit.encounter_id, Scene.OUTPATIENT, began, one.diagnoses, one.orders)
        yield _encounter(patient, own, f"{visit.encounter_id}-{number}", began, began, current=False)


def _encounter(
    patient: Patient, visit: Visit, encounter_id: str, began: datetime, now: datetime, *, current: bool
) -> dict[str, Any]:
    facts, codes = patient.facts, _CODES[visit.scene]
    main = visit.diagnoses[0] if visit.diagnoses else Diagnosed("", "")
    department = (facts["department_id"] or "A03", facts["department_name"] or "内科")
    total = sum((order.amount for order in visit.orders), Decimal(0))
    own = sum((order.amount for order in visit.orders if order.payment_class == _OWN), Decimal(0))
    return {
        "mdtrt_id": encounter_id,
        "medins_id": facts["institution_id"],
        "medins_name": facts["institution_name"] or facts["institution_id"],
        "medins_admdvs": facts["care_region"] or "",
        "medins_type": facts["institution_type"] or "A100",
        "medins_lv": facts["institution_level"] or _UNKNOWN_LEVEL,
        "adm_date": f"{began:{_MOMENT}}",
        "dscg_date": f"{now:{_MOMENT}}",
        "dscg_main_dise_codg": main.code,
        "dscg_main_dise_name": main.name,
        "fsi_diagnose_dtos": [
            {
                "dise_id": f"{encounter_id}-D{place}",
                "inout_dise_type": "1",
                "maindise_flag": str(int(place == 1)),
                "dias_srt_no": str(place),
                "dise_codg": one.code,
                "dise_name": one.name,
                "dise_date": f"{began:{_MOMENT}}",
            }
            for place, one in enumerate(visit.diagnoses, 1)
        ],
        "dr_codg": facts["doctor_id"] or "D0",
        "adm_dept_codg": department[0],
        "adm_dept_name": department[1],
        "dscg_dept_codg": department[0],
        "dscg_dept_name": department[1],
        "med_mdtrt_type": codes.visit_type,
        "med_type": codes.care_type,
        "fsi_order_dtos": [
            _order(order, patient, encounter_id, now, current=current) for order in visit.orders
        ],
        "matn_stas": "0",
        "medfee_sumamt": str(total),
        "ownpay_amt": str(own),
        "selfpay_amt": "0.00",
        "setl_totlnum": "1",
        "insutype": facts["insurance_type"] or "310",
        "reim_flag": "2",
        "out_setl_flag": "0",
        "fsi_operation_dtos": [
            {
                "setl_list_oprn_id": f"{encounter_id}-S{place}",
                "oprn_code": one.code,
                "oprn_name": one.name,
                "main_oprn_flag": str(int(place == 1)),
                "oprn_date": f"{began:{_MOMENT}}",
                "oper_dr_code": facts["doctor_id"] or "D0",
                "oper_dr_name": facts["doctor_name"] or "医师",
            }
            for place, one in enumerate(visit.operations, 1)
        ],
    }


def _order(
    order: Order, patient: Patient, encounter_id: str, now: datetime, *, current: bool
) -> dict[str, Any]:
    facts = patient.facts
    return {
        "rx_id": f"{encounter_id}-{order.number}",
        # 20 characters: one prescription an encounter, and one of herbs, which are never on another.
        "rxno": f"{encounter_id[-19:]}{'C' if order.list_type == _HERB else ''}",
        "grpno": "",
        "long_drord_flag": "0",
        "hilist_type": order.list_type or "201",
        "chrg_type": order.charge_type or "14",
        "drord_bhvr": "1",
        "hilist_code": order.code,
        "hilist_name": order.name,
        "hilist_lv": order.payment_class or "02",
        "hilist_pric": str(order.price),
        "hosplist_code": order.code,
        "hosplist_name": order.name,
        "cnt": str(order.quantity),
        "pric": str(order.price),
        "sumamt": str(order.amount),
        "ownpay_amt": str(order.amount if order.payment_class == _OWN else Decimal("0.00")),
        "selfpay_amt": "0.00",
        "spec": order.specification or "-",
        "spec_unt": order.unit or "次",
        "drord_begn_date": f"{now:{_MOMENT}}",
        "drord_stop_date": "",
        "drord_dept_codg": facts["department_id"] or "A03",
        "drord_dept_name": facts["department_name"] or "内科",
        "drord_dr_codg": facts["doctor_id"] or "D0",
        "drord_dr_name": facts["doctor_name"] or "医师",
        "drord_dr_profttl": "233",
        "curr_drord_flag": str(int(current)),
        "extend_order_map": {
            "o_prdDays": "" if order.days is None else str(order.days),
            "o_sinDosDscr": order.dose,
            "o_used_frqu_dscr": order.frequency,
            "medc_way_dscr": order.route,
        },
    }
