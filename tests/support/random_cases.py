"""Random persons with random bills over the codes a release knows, for laws that hold on any data."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from typing import Any

import polars as pl

from mingcha.domain.claims import Encounter, Line, Person, Settlement
from mingcha.domain.codelists import CODE_LISTS
from mingcha.domain.fields import Entity, Field
from mingcha.domain.item_codes import WHOLE, is_beginning
from mingcha.domain.values import ValueType
from mingcha.engine.case import EncounterFacts
from mingcha.engine.tables import Tables
from mingcha.knowledge.point import KnowledgePoint, Subject
from mingcha.knowledge.release import Release
from mingcha.store.columns import resolved_of

FIRST_DAY, LAST_DAY = 20_270, 20_640  # mid 2025 to mid 2026, across the dates of the published batches
QUANTITIES = (10_000, 10_000, 20_000, 30_000, 5_000, 240_000, 70_000)
PRICES = (10_000_000, 12_345_600, 333_333, 250_000_000)
LINE_COLUMNS: dict[str, Any] = {
    "line_id": pl.String,
    "item_code": pl.String,
    "charged_at": pl.Int32,
    "billed_quantity": pl.Int64,
    "quantity": pl.Int64,
    "unit_price": pl.Int64,
    "billed_amount": pl.Int64,
    "amount": pl.Int64,
    "price_ceiling": pl.Int64,
    "in_scope_amount": pl.Int64,
    "supply_days": pl.Int32,
    "prescription_id": pl.String,
    "order_id": pl.String,
    "list_type": pl.String,
    "charge_type": pl.String,
    "department_id": pl.String,
    "doctor_id": pl.String,
    "first_line_used": pl.Boolean,
    "approved": pl.Boolean,
    "approved_quantity": pl.Int64,
    "approved_since": pl.Int32,
    "weight": pl.Int64,
    "payment_class": pl.String,
    **resolved_of(Line),
    "single_dose": pl.String,
    "frequency": pl.String,
    "specification": pl.String,
    "unit": pl.String,
    "administration": pl.String,
    "take_home": pl.Boolean,
    "herb_use": pl.String,
    "doctor_title": pl.String,
    "antibiotic_right": pl.Int32,
    "executing_department_id": pl.String,
    "executing_doctor_id": pl.String,
    "long_order": pl.Boolean,
}
FACTS: dict[str, Any] = {
    "person_id": pl.String,
    "sex": pl.String,
    "birth_date": pl.Int32,
    "death_date": pl.Int32,
    "discharge_way": pl.String,
    "insured_region": pl.String,
    "encounter_id": pl.String,
    "settlement_id": pl.String,
    "institution_id": pl.String,
    "care_region": pl.String,
    "institution_type": pl.String,
    "institution_level": pl.String,
    "started_at": pl.Int32,
    "ended_at": pl.Int32,
    "settled_at": pl.Int32,
    "visit_type": pl.String,
    "care_type": pl.String,
    "insurance_type": pl.String,
    "department_id": pl.String,
    "doctor_id": pl.String,
    "maternity_state": pl.String,
    "weight": pl.Int64,
    "total_amount": pl.Int64,
    "fund_paid": pl.Int64,
    "own_expense": pl.Int64,
    "in_scope_amount": pl.Int64,
    "deductible_paid": pl.Int64,
    "year_fund_paid": pl.Int64,
    "serious_illness_paid": pl.Int64,
    "large_expense_paid": pl.Int64,
    "civil_servant_paid": pl.Int64,
    "assistance_paid": pl.Int64,
    "year_burden": pl.Int64,
    "year_assisted_burden": pl.Int64,
    "person_type": pl.String,
    "identity_type": pl.String,
    "civil_servant": pl.Boolean,
    "remote_settlement": pl.Boolean,
    "disease_id": pl.String,
    "lines_rejected": pl.Int32,
    "upload_delay": pl.Int32,
    "main_diagnosis": pl.String,
    "procedure_count": pl.Int32,
    **resolved_of(Person, Encounter, Settlement),
}
OF_LIST = ("list_faults", "list_fault_count", "diagnosis_fault_count", "procedure_fault_count")
REMARKS = {
    "list_fault_count": ["A071 setlinfo.prfs", "A904 setlinfo.dscg_time 2026-03-01", "A909 ? birth_date"],
    "diagnosis_fault_count": ["D902 diseinfo.maindiag_flag", "D906 diseinfo[2].diag_code J18.9"],
    "procedure_fault_count": ["P902 oprninfo[2].oprn_oprt_type 1", "P907 ? admitted_at"],
}


@cache
def _resolved_fields(*entities: type[Entity]) -> dict[str, Field[Any]]:
    """What only tables beside the bill say, but for what the checks of a settlement list do."""
    fields = {name: f for entity in entities for name, f in entity.fields().items()}
    return {name: fields[name] for name in resolved_of(*entities) if name not in OF_LIST}


@cache
def _codes_of(name: str) -> list[str]:
    return sorted(CODE_LISTS[name])


class City:
    """Cases of random persons, and the same claims as one partition."""

    def __init__(
        self, release: Release, persons: int, seed: int, regions: Sequence[str] = ("350100",)
    ) -> None:
        self.random = random.Random(seed)
        self.papers = random.Random(~seed)  # their own, so that a new fact moves no other draw
        points = release.all_points()
        self.points = [p for p in points if p.subject is Subject.ITEM]
        self.by_kind = _grouped(self.points, lambda p: p.slug)
        self.fellows = {
            p.point_id: together
            for together in _grouped(self.points, lambda p: (p.slug, getattr(p, p.joined_by or "point_id")))
            for p in together
        }
        self.coded = {
            s: [p for p in points if p.subject is s] for s in (Subject.DIAGNOSIS, Subject.PROCEDURE)
        }
        self.operations = [p for p in self.points if getattr(p, "procedures", ())]
        self.indications = [p for p in self.points if getattr(p, "diagnoses", ())]
        self.regions = regions
        self.cases = [self._person(f"P{number:05d}") for number in range(persons)]

    def _maybe(self, value: Any, unknown: float = 0.08) -> Any:
        return None if self.random.random() < unknown else value

    def _person(self, person_id: str) -> list[EncounterFacts]:
        pick = self.random
        person = {
            "person_id": person_id,
            "sex": pick.choice(("1", "2", "2", "0", None)),
            "birth_date": self._maybe(
                FIRST_DAY - pick.choice((3, 20, 28, 29, 300, 2000, 6000, 9000, 20000, 27000))
            ),
            "death_date": pick.choice((None, None, None, pick.randint(FIRST_DAY, LAST_DAY))),
            "insured_region": self._maybe(pick.choice(self.regions)),
        }
        # Some come several times within a fortnight, so that visits meet.
        around = pick.randint(FIRST_DAY, LAST_DAY) if pick.random() < 0.3 else None
        favourites = [pick.choice(pick.choice(self.by_kind)) for _ in range(pick.randint(1, 5))]
        encounters = [
            self._encounter(person, number, favourites, around) for number in range(pick.randint(1, 4))
        ]
        return sorted(encounters, key=lambda enc: (enc.started_at, enc.encounter_id))

    def _encounter(
        self,
        person: dict[str, Any],
        number: int,
        favourites: Sequence[KnowledgePoint],
        around: int | None = None,
    ) -> EncounterFacts:
        pick = self.random
        day = pick.randint(FIRST_DAY, LAST_DAY) if around is None else around + pick.randint(0, 14)
        nights = pick.choice((0, 0, 0, 1, 3, 9, 40))
        facts = {
            **person,
            "encounter_id": f"{person['person_id']}E{number}",
            "institution_id": pick.choice(("H1", "H2", "H3")),
            "care_region": self._maybe(pick.choice(self.regions)),
            "institution_type": self._maybe(pick.choice(("A100", "A512", "D153", "B100"))),
            "institution_level": self._maybe(pick.choice(("1", "2", "5", "8", "9", "11", "12"))),
            "started_at": day * 1440 + pick.choice((0, 480, 490, 600)),
            "ended_at": self._maybe((day + nights) * 1440 + 900),
            "settled_at": self._maybe((day + nights + pick.choice((0, 0, 3))) * 1440 + 960),
            "visit_type": self._maybe("2" if nights else pick.choice(("1", "3"))),
            "care_type": self._maybe(
                pick.choice(("2101", "21", "52"))
                if nights
                else pick.choice(("11", "13", "1301", "14", "19", "41", "51"))
            ),
            "insurance_type": self._maybe(pick.choice(("310", "390", "510", "990"))),
            "department_id": self._maybe(pick.choice(("A03", "A04.01", "D99"))),
            "doctor_id": self._maybe("D001"),
            "procedure_count": pick.choice((None, 0, 0, 1)),
            "discharge_way": self._maybe(pick.choice(("1", "2", "5"))),
            "maternity_state": self._maybe(pick.choice(("0", "1", "3", "4"))),
        }
        lines = EncounterFacts(facts, self._lines(facts, day, nights, favourites)).lines
        total = sum(lines["billed_amount"]) if lines["billed_amount"] else 0
        facts["total_amount"] = self._maybe(total + pick.choice((0, 0, 0, 500)))
        facts["lines_rejected"] = self._maybe(pick.choice((0, 0, 0, 2)))
        facts["upload_delay"] = self.papers.choice((None, None, 5, 4320, 4321, 20_000))
        facts["fund_paid"] = self._maybe(total * pick.choice((0, 5, 7)) // 10)
        facts["settlement_id"] = None if self.papers.random() < 0.1 else f"S{facts['encounter_id']}"
        facts["in_scope_amount"] = self.papers.choice((None, total * 3 // 5, total))
        facts["deductible_paid"] = self.papers.choice((None, 0, 0, 60_000))
        facts["year_fund_paid"] = self.papers.choice((None, 0, 10_000_000_000))
        for name in ("serious_illness_paid", "large_expense_paid", "civil_servant_paid", "assistance_paid"):
            facts[name] = self.papers.choice((None, 0, 0, 100, total // 10))
        for name in ("year_burden", "year_assisted_burden"):
            facts[name] = self.papers.choice((None, 0, 1_500_000, 9_000_000))
        facts["person_type"] = self.papers.choice((None, "11", "12", "1402", "15"))
        facts["identity_type"] = self.papers.choice((None, "2303", "2304", "21"))
        facts["civil_servant"] = self.papers.choice((None, True, False))
        facts["remote_settlement"] = self.papers.choice((None, True, True, False))
        facts["own_expense"] = self.papers.choice((None, 0, 500, 20_000, 250_000))
        facts["weight"] = self.papers.choice((None, 32_500, 120_000, 650_000, 1_000, 6_000_000))
        facts["disease_id"] = self.papers.choice((None, "M03900", "YM0001"))
        facts.update(self._resolved(Person, Encounter, Settlement))
        diagnoses, procedures = self._codes(Subject.DIAGNOSIS), self._codes(Subject.PROCEDURE)
        facts["main_diagnosis"] = self.papers.choice((None, *diagnoses, *diagnoses))
        if nights and self.operations and self.papers.random() < 0.6:
            procedures = [self.papers.choice(self.papers.choice(self.operations).procedures) + "00"]
        at = [self.papers.choice((None, day * 1440, day * 1440 + 540)) for _ in procedures]
        return EncounterFacts(facts, lines, diagnoses, procedures, operated_at=at)

    def _resolved(self, *entities: type[Entity]) -> dict[str, Any]:
        """What tables beside the bill might say: a flag mostly true, any value of a code list."""
        return {
            name: None if self.papers.random() < 0.08 else self._said(field)
            for name, field in _resolved_fields(*entities).items()
        } | (self._list() if Encounter in entities else {})

    def _list(self) -> dict[str, Any]:
        """What the checks of a settlement list may say, most often nothing."""
        pick = self.papers
        said = {kind: pick.sample(REMARKS[kind], pick.choice((0, 0, 0, 1, 2))) for kind in OF_LIST[1:]}
        counts = {kind: None if pick.random() < 0.3 else len(remarks) for kind, remarks in said.items()}
        faults = [remark for kind, remarks in said.items() if counts[kind] for remark in remarks]
        return {"list_faults": faults or None, **counts}

    def _said(self, field: Field[Any]) -> Any:
        if field.type is ValueType.FLAG:
            return self.papers.random() < 0.9
        if field.type is ValueType.DAY:
            return self.papers.randint(FIRST_DAY, LAST_DAY)
        if field.type is ValueType.NUMBER:
            return self.papers.choice((0, 0, 1))
        if not field.codes:
            return self.papers.choice(("甲", "乙"))
        return self.papers.choice(_codes_of(field.codes))

    def _codes(self, subject: Subject) -> list[str]:
        pick = self.random
        known = self.coded[subject]
        found = [
            pick.choice(pick.choice(known).codes) + pick.choice(("", "00", "x001"))
            for _ in range(pick.randint(0, 2))
            if known
        ]
        if subject is Subject.DIAGNOSIS and self.indications and pick.random() < 0.5:
            found.append(pick.choice(pick.choice(self.indications).diagnoses) + "01")
        return found + (["J06.900"] if pick.random() < 0.5 else [])

    def _lines(
        self, facts: dict[str, Any], day: int, nights: int, favourites: Sequence[KnowledgePoint]
    ) -> dict[str, list[Any]]:
        pick = self.random
        columns: dict[str, list[Any]] = {name: [] for name in LINE_COLUMNS}
        for number in range(pick.choice((0, 1, 3, 8, 20))):
            code = self._code(favourites)
            quantity, price = pick.choice(QUANTITIES), pick.choice(PRICES)
            amount = quantity * price // 100_000_000
            left = pick.choice((quantity, quantity, quantity, quantity, quantity // 2, 0, -quantity))
            when = (day + pick.randint(-1, nights + 1)) * 1440 + pick.choice(
                (0, 500, 500, 510, 570, 800, 1400)
            )
            row = {
                "line_id": f"{facts['encounter_id']}L{number}",
                "item_code": code,
                "charged_at": when,
                "billed_quantity": quantity,
                "quantity": self._maybe(left, 0.03),
                "unit_price": self._maybe(price),
                "billed_amount": amount + pick.choice((0, 0, 0, 0, 100)),
                "amount": amount * left // quantity,
                "price_ceiling": self._maybe(price + pick.choice((0, 5_000_000))),
                "in_scope_amount": self._maybe(amount * 9 // 10),
                "supply_days": self._maybe(pick.choice((3, 7, 30, 90)), 0.3),
                "prescription_id": self._maybe(f"R{pick.randint(1, 3)}", 0.2),
                "order_id": self.papers.choice((None, "Y1", "Y2")),
                "list_type": self._maybe(
                    "102" if code.startswith("T") else pick.choice(("101", "102", "201", "301")), 0.1
                ),
                "charge_type": self._maybe(pick.choice(("03", "04", "05", "08", "09", "11", "14"))),
                "department_id": self._maybe(pick.choice(("A03", "A04.01", "D99"))),
                "doctor_id": self._maybe("D002", 0.2),
                "first_line_used": self._maybe(pick.random() < 0.5, 0.3),
                "approved": self._maybe(pick.random() < 0.3, 0.3),
                "payment_class": self._maybe(pick.choice(("01", "02", "03")), 0.02),
                **self._resolved(Line),
                "single_dose": self._maybe(
                    pick.choice(("0.5g", "2片", "10ml", "5万单位", "适量", "3g")), 0.2
                ),
                "frequency": self._maybe(pick.choice(("qd", "tid", "每8小时一次", "qod", "prn")), 0.1),
                "specification": self._maybe(pick.choice(("0.25g*24片/盒", "10ml:50mg", "12片*2板/盒")), 0.1),
                "unit": self._maybe("克" if code.startswith("T") else pick.choice(("盒", "片", "支")), 0.1),
                "administration": self._maybe(pick.choice(("口服", "静脉滴注", "皮下注射")), 0.1),
                "take_home": self._maybe(pick.random() < 0.3, 0.3),
                "approved_quantity": self.papers.choice((None, 10_000, 20_000)),
                "approved_since": self.papers.choice((FIRST_DAY, FIRST_DAY, FIRST_DAY + 30)),
                "weight": self.papers.choice((None, None, 30_000, 600_000)),
                "herb_use": self._maybe(pick.choice(("1", "2")), 0.5),
                "doctor_title": self._maybe(pick.choice(("231", "233", "234")), 0.2),
                "antibiotic_right": self._maybe(pick.choice((0, 2, 3)), 0.7),
                "executing_department_id": self.papers.choice((None, "F1", "J1")),
                "executing_doctor_id": self.papers.choice((None, "X1", "X2")),
                "long_order": self.papers.choice((None, True, False, False)),
            }
            for name, value in row.items():
                columns[name].append(value)
        return columns

    def _code(self, favourites: Sequence[KnowledgePoint]) -> str:
        pick = self.random
        chance = pick.random()
        if chance < 0.15:
            return f"X-UNKNOWN-{pick.randint(1, 5)}"
        point = pick.choice(favourites) if chance < 0.75 else pick.choice(self.points)
        point = pick.choice(self.fellows[point.point_id])
        sides = ("containing", "partners", "companions", "mains", "evidence", "traces")
        beside = tuple(code for name in sides for code in getattr(point, name, ()))
        code = pick.choice((*point.codes, *beside))
        return f"{code}{pick.randint(1, 2)}".ljust(WHOLE[code[0]], "0") if is_beginning(code) else code

    def partition(self) -> tuple[Tables, pl.DataFrame]:
        """All cases as one partition, and the item dictionary of its dataset."""
        return partition_of(self.cases)


def _grouped(
    points: Sequence[KnowledgePoint], key: Callable[[KnowledgePoint], Hashable]
) -> list[list[KnowledgePoint]]:
    """The points in groups of equal key, in order: so that what many points say does not drown what few say."""
    groups: dict[Hashable, list[KnowledgePoint]] = defaultdict(list)
    for point in points:
        groups[key(point)].append(point)
    return list(groups.values())


def partition_of(cases: Sequence[Sequence[EncounterFacts]]) -> tuple[Tables, pl.DataFrame]:
    """The cases of several persons as one partition, and the item dictionary of its dataset."""
    encounters = [enc for case in cases for enc in case]
    codes = sorted({code for enc in encounters for code in enc.lines["item_code"]})
    ids = {code: number for number, code in enumerate(codes)}
    items = pl.DataFrame(
        {"item": range(len(codes)), "item_code": codes, "item_name": [None] * len(codes)},
        schema={"item": pl.Int32, "item_code": pl.String, "item_name": pl.String},
    )
    persons = {case[0].person_id: number for number, case in enumerate(cases)}
    facts = {name: [sent(enc, name) for enc in encounters] for name in FACTS}
    frame = pl.DataFrame(facts, schema=FACTS).with_columns(
        pl.Series("person", [persons[enc.person_id] for enc in encounters], dtype=pl.Int32)
    )
    lines = pl.DataFrame(
        [
            (number, ids[row[1]], row[0] or f"#{place + 1}", *row)
            for number, enc in enumerate(encounters)
            for place, row in enumerate(zip(*(enc.lines[name] for name in LINE_COLUMNS), strict=True))
        ],
        schema={"enc": pl.Int32, "item": pl.Int32, "line_key": pl.String, **LINE_COLUMNS},
        orient="row",
    ).drop("item_code")
    return (
        Tables(frame, lines, coded(encounters, "diagnosis"), coded(encounters, "procedure")),
        items,
    )


def sent(enc: EncounterFacts, name: str) -> Any:
    """A fact as it was sent."""
    return getattr(enc, name)


def coded(encounters: Sequence[EncounterFacts], what: str) -> pl.DataFrame:
    if what == "procedure":
        rows = [
            (number, *operation)
            for number, enc in enumerate(encounters)
            for operation in zip(enc.procedures or (), enc.procedures_at or (), strict=True)
        ]
        schema = {"enc": pl.Int32, "procedure_code": pl.String, "operated_at": pl.Int32}
        return pl.DataFrame(rows, schema=schema, orient="row")
    rows = [(number, code) for number, enc in enumerate(encounters) for code in getattr(enc, f"{what}_codes")]
    return pl.DataFrame(rows, schema={"enc": pl.Int32, f"{what}_code": pl.String}, orient="row")
