"""One person's bill as a national 3101 message, for demonstrations, tests and online measurements."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from mingcha.domain.errors import InputError
from mingcha.domain.values import (
    PRICE_SCALE,
    QUANTITY_SCALE,
    date_of,
    day_of,
    decimal_text,
    moment_of,
    yuan,
)
from mingcha.knowledge.kinds.scope import SexLimit
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.sample.care import KINDS, Class
from mingcha.sample.chance import Dice
from mingcha.sample.city import START
from mingcha.sample.goods import SERVICE, Goods
from mingcha.sample.library import Library
from mingcha.sample.ordinary import ordinary_visits
from mingcha.sample.places import CITIES, DEPARTMENTS, Institution, person_name, places_for
from mingcha.sample.script import FEMALE, MALE, Charge, Visit, units

VISIT, STAY, STAY_WITH_HISTORY = "visit", "stay", "stay-with-history"
MESSAGES = (VISIT, STAY, STAY_WITH_HISTORY)
LINES, HISTORY_LINES = 60, 200

_ADULTS = 6
_RANK = 3
_DAY = day_of(START) + 180
_MINUTES = 1440


def sample_message(kind: str = STAY, seed: int = 1) -> dict[str, Any]:
    """A 3101 message: envelope and `input`.

    Args:
        kind: `visit`, a small out-patient bill without fault; `stay`, sixty lines of a stay, one of them a
            drug for the other sex; `stay-with-history`, the same with two hundred lines of earlier visits.
        seed: the same kind and seed give the same message.

    Raises:
        InputError: there is no such kind of message.
    """
    if kind not in MESSAGES:
        raise InputError(f"没有“{kind}”这种样例报文", remedy=f"可用的种类：{'、'.join(MESSAGES)}")
    return _Message(kind, Dice(f"{kind}/{seed}"), seed).envelope()


@cache
def _world() -> tuple[Library, Goods]:
    library = Library(starter_points(), starter_settings())
    return library, Goods(library)


class _Message:
    """Puts one message together."""

    def __init__(self, kind: str, random: Dice, seed: int) -> None:
        self.kind = kind
        self.random = random
        self.seed = seed
        self.library, self.goods = _world()
        self.sex = random.pick((MALE, FEMALE))
        self.city = random.pick(list(CITIES))
        places = places_for(self.library).institutions
        self.place = next(p for p in places if p.rank == _RANK and p.city == self.city)
        self._lines = 0

    def envelope(self) -> dict[str, Any]:
        """The message as a hospital's system posts it."""
        return {
            "infno": "3101",
            "msgid": f"{self.place.id}{self.seed:018d}",
            "mdtrtarea_admvs": self.city,
            "insuplc_admdvs": self.city,
            "recer_sys_code": "MINGCHA",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": "0001",
            "opter_name": "样例操作员",
            "inf_time": f"{date_of(_DAY).isoformat()} 10:00:00",
            "fixmedins_code": self.place.id,
            "fixmedins_name": self.place.name,
            "input": {"data": {"trig_scen": "4", "patient_dtos": [self._patient()]}},
        }

    def _patient(self) -> dict[str, Any]:
        encounters = [self._encounter(self._current(), _DAY, 0)]
        if self.kind == STAY_WITH_HISTORY:
            encounters += self._history()
        return {
            "patn_id": f"P{self.seed:012d}",
            "patn_name": person_name(self.seed),
            "gend": self.sex,
            "brdy": date_of(_DAY - 30 * 365 - self.random.below(9 * 365)).isoformat(),
            "poolarea": self.city,
            "curr_mdtrt_id": encounters[0]["mdtrt_id"],
            "fsi_encounter_dtos": encounters,
        }

    def _current(self) -> Visit:
        if self.kind == VISIT:
            return self._ordinary("门诊")[0]
        longest = max(self._ordinary("住院"), key=lambda visit: len(visit.charges))
        charges = [charge for charge in longest.charges if charge.refund_of is None and charge.quantity > 0]
        plain = [good.code for good in self.goods.plain(SERVICE)]
        while len(charges) < LINES - 1:
            minute = 500 + len(charges)
            charges.append(Charge(plain[len(charges) % len(plain)], units(1), 10_000_000, minute=minute))
        return longest._replace(charges=(*charges[: LINES - 1], self._for_the_other_sex()))

    def _for_the_other_sex(self) -> Charge:
        point = next(
            point
            for point in self.library.of(SexLimit)
            if point.sex != self.sex and point.effective_from <= _DAY < point.effective_to
        )
        code = point.codes[0]
        return Charge(code, units(1), self.goods[code].price, minute=990, supply_days=7)

    def _history(self) -> list[dict[str, Any]]:
        earlier: list[dict[str, Any]] = []
        left, day = HISTORY_LINES, _DAY
        visits = [*self._ordinary("门诊"), *self._ordinary("急诊")]
        while left > 0:
            visit = visits[len(earlier) % len(visits)]
            charges = [charge for charge in visit.charges if charge.refund_of is None and charge.quantity > 0]
            day -= 1 + self.random.below(9)
            visit = visit._replace(charges=tuple(charges[:left]))
            earlier.append(self._encounter(visit, day, len(earlier) + 1))
            left -= len(visit.charges)
        return earlier

    def _ordinary(self, name: str) -> Sequence[Visit]:
        number = next(n for n, kind in enumerate(KINDS) if kind.name == name)
        return ordinary_visits(Class(number, _RANK, self.sex, _ADULTS), self.library, self.goods, self.random)

    def _encounter(self, visit: Visit, day: int, number: int) -> dict[str, Any]:
        place, doctor = self.place, f"D{self.seed % 900 + 100}"
        total = sum(charge.billed for charge in visit.charges)
        begins, ends = day * _MINUTES + 480, (day + visit.nights) * _MINUTES + 1050
        return {
            "mdtrt_id": f"E{self.seed:09d}{number:03d}",
            **_institution(place),
            "adm_date": _moment(begins),
            "dscg_date": _moment(ends),
            "dscg_main_dise_codg": visit.diagnoses[0].code,
            "dscg_main_dise_name": visit.diagnoses[0].name,
            "fsi_diagnose_dtos": [
                {
                    "dise_id": f"{number}-{order}",
                    "inout_dise_type": "1",
                    "maindise_flag": str(int(order == 1)),
                    "dias_srt_no": str(order),
                    "dise_codg": diagnosis.code,
                    "dise_name": diagnosis.name,
                    "dise_date": _moment(begins),
                }
                for order, diagnosis in enumerate(visit.diagnoses, 1)
            ],
            "dr_codg": doctor,
            "adm_dept_codg": visit.department,
            "adm_dept_name": DEPARTMENTS[visit.department],
            "dscg_dept_codg": visit.department,
            "dscg_dept_name": DEPARTMENTS[visit.department],
            "med_mdtrt_type": visit.visit_type,
            "med_type": visit.care_type,
            "fsi_order_dtos": [self._order(charge, day, doctor, number) for charge in visit.charges],
            "matn_stas": "1",
            "medfee_sumamt": yuan(total),
            "ownpay_amt": yuan(total * 5 // 100),
            "selfpay_amt": yuan(total - total * 5 // 100 - total * 7 // 10),
            "acct_payamt": "0.00",
            "ma_amt": "0.00",
            "hifp_payamt": yuan(total * 7 // 10),
            "setl_totlnum": "1",
            "insutype": visit.insurance or "310",
            "reim_flag": "2",
            "out_setl_flag": "0",
        }

    def _order(self, charge: Charge, day: int, doctor: str, number: int) -> dict[str, Any]:
        good = self.goods[charge.code]
        self._lines += 1
        days = "" if charge.supply_days is None else str(charge.supply_days)
        return {
            "rx_id": f"L{self.seed:09d}{self._lines:05d}",
            "rxno": f"{self.seed}-{number}-{charge.prescription}",
            "grpno": "",
            "long_drord_flag": "0",
            "hilist_type": good.list_type,
            "chrg_type": good.charge_type,
            "drord_bhvr": "1",
            "hilist_code": good.code,
            "hilist_name": good.name,
            "hilist_dosform": "",
            "hilist_lv": good.payment_class,
            "hilist_pric": decimal_text(charge.price, PRICE_SCALE),
            "hosplist_code": good.local_code,
            "hosplist_name": good.name,
            "cnt": decimal_text(charge.quantity, QUANTITY_SCALE),
            "pric": decimal_text(charge.price, PRICE_SCALE),
            "sumamt": yuan(charge.billed),
            "ownpay_amt": "0",
            "selfpay_amt": "0",
            "spec": charge.dosing.spec or good.spec,
            "spec_unt": good.unit,
            "drord_begn_date": _moment((day + charge.day) * _MINUTES + charge.minute),
            "drord_stop_date": "",
            "drord_dept_codg": charge.department or "A03",
            "drord_dept_name": DEPARTMENTS[charge.department or "A03"],
            "drord_dr_codg": doctor,
            "drord_dr_name": person_name(self.seed + 7),
            "drord_dr_profttl": charge.title or "231",
            "curr_drord_flag": str(int(number == 0)),
            "extend_order_map": {
                "o_prdDays": days,
                "o_firstItemFlag": charge.first_line,
                "o_sinDosDscr": charge.dosing.dose,
                "o_used_frqu_dscr": charge.dosing.frequency,
            },
        }


def _institution(place: Institution) -> dict[str, str]:
    return {
        "medins_id": place.id,
        "medins_name": place.name,
        "medins_admdvs": place.city,
        "medins_type": place.type,
        "medins_lv": place.level,
    }


def _moment(minute: int) -> str:
    return moment_of(minute).isoformat(sep=" ")
