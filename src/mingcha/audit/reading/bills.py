"""One bill whole: what is known of the encounter, its diagnoses and procedures, its lines page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import polars as pl

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid, missing
from mingcha.access.permissions import Permission
from mingcha.access.persons import PersonView, view_of, with_keys
from mingcha.access.scope import Scope
from mingcha.access.trail import Action, record
from mingcha.audit.reading.care import Care, care_within, coded_rows
from mingcha.audit.reading.open_claims import open_claims
from mingcha.audit.reading.told import SaidOf, known, moment, said
from mingcha.audit.reading.visits import EncounterView, visits_of
from mingcha.domain.claims import Encounter, Line, Person, Settlement
from mingcha.domain.codelists import word
from mingcha.domain.values import MINUTES_A_DAY, ValueType, date_of

# What the page shows elsewhere, and the key that stands for the person.
_SHOWN_APART = frozenset({"person_id", "birth_date", "encounter_id", "list_faults"})
MOST_LINES = 2_000
_SORTS = {
    "number": "number", "charged_at": "charged_at", "amount": "amount", "code": "item_code", "unit_price": "unit_price",
}  # fmt: skip


@dataclass(frozen=True)
class CodedRow:
    """A diagnosis or a procedure."""

    code: str
    name: str | None
    main: bool | None
    at: str | None


@dataclass(frozen=True)
class Bill:
    """An encounter and all that was settled for it.

    Args:
        age: of the person, in years on the first day.
        facts: whatever else is known, in words.
        lines_in_all: lines that the actor's scope reaches; `lines_fen` is what they amount to.
    """

    visit: EncounterView
    person: PersonView
    sex: str | None
    age: int | None
    facts: list[SaidOf]
    diagnoses: list[CodedRow]
    procedures: list[CodedRow]
    lines_in_all: int
    lines_fen: int


@dataclass(frozen=True)
class BilledLine:
    """A line of a bill; `number` is its place there. Amounts in fen, net of refunds; what was billed before beside."""

    number: int
    line_key: str
    code: str | None
    name: str | None
    list_type: str | None
    charge_type: str | None
    charged_at: str | None
    specification: str | None
    unit: str | None
    quantity: str | None
    billed_quantity: str | None
    unit_price: str | None
    amount_fen: int | None
    billed_fen: int | None
    own_expense_fen: int | None
    self_paid_fen: int | None
    in_scope_fen: int | None
    payment_class: str | None
    department_name: str | None
    doctor_name: str | None
    facts: list[SaidOf]


@dataclass(frozen=True)
class LinesWanted:
    """Which lines of a bill, by their keys or a part of code or name, and in which order (`sort` as in lists)."""

    text: str = ""
    lines: frozenset[str] | None = None
    sort: str = "number"
    offset: int = 0
    limit: int = 200


@dataclass(frozen=True)
class SomeLines:
    """Some lines of a bill; `total` and `amount_fen` are of all that were wanted."""

    items: list[BilledLine]
    total: int
    amount_fen: int


def bill(access: Access, actor: Actor, encounter_id: str, dataset: UUID | None = None) -> Bill:
    """A bill in the actor's scope, of one dataset or the newest that has it.

    Raises:
        Missing: there is none, or none in the scope.
    """
    care = care_of_bill(access, actor.scope(Permission.BILLS_VIEW), encounter_id, dataset)
    row = care.encounters.row(0, named=True)
    with access.database.writing() as session:
        person = with_keys(session, [row["person_id"]]).get(row["person_id"])
        record(session, access, actor, Action.BILL_VIEWED, about=("encounter", encounter_id[:64]))
    (visit,) = visits_of(care)
    return Bill(
        visit=visit,
        person=view_of(access, person) if person else PersonView(row["person_id"], None, None, None, None),
        sex=word("gend", row["sex"]) if row["sex"] else None,
        age=_age(row["birth_date"], row["started_at"]),
        facts=said(row, (Settlement, Encounter, Person), _SHOWN_APART),
        diagnoses=[
            CodedRow(one["diagnosis_code"], one["diagnosis_name"], one["main"], moment(one["diagnosed_at"]))
            for one in coded_rows(care, "diagnoses").iter_rows(named=True)
        ],
        procedures=[
            CodedRow(one["procedure_code"], one["procedure_name"], one["main"], moment(one["operated_at"]))
            for one in coded_rows(care, "procedures").iter_rows(named=True)
        ],
        lines_in_all=care.lines.height,
        lines_fen=int(care.lines["amount"].sum()),
    )


def lines(
    access: Access, actor: Actor, encounter_id: str, wanted: LinesWanted, dataset: UUID | None = None
) -> SomeLines:
    """Lines of a bill in the actor's scope.

    Raises:
        Missing: there is no such bill in the scope.
        Invalid: an order that lines have not.
    """
    care = care_of_bill(access, actor.scope(Permission.BILLS_VIEW), encounter_id, dataset)
    numbered = care.lines.with_columns(pl.int_range(1, pl.len() + 1).alias("number"))
    kept = numbered.filter(_wanted(wanted))
    name = _SORTS.get(wanted.sort.removeprefix("-"))
    if name is None:
        raise Invalid("不能按这个字段排序", where="sort", remedy="可选：" + "、".join(_SORTS))
    kept = kept.sort(name, "number", descending=[wanted.sort.startswith("-"), False], nulls_last=True)
    page = kept.slice(wanted.offset, wanted.limit)
    rows = [_line(row) for row in page.iter_rows(named=True)]
    return SomeLines(rows, kept.height, int(kept["amount"].sum()))


def care_of_bill(access: Access, scope: Scope, encounter_id: str, dataset: UUID | None) -> Care:
    """One encounter as far as a scope reaches it.

    Raises:
        Missing: no dataset knows it, or nothing of it is reached.
    """
    for index in open_claims(access, dataset):
        stand = index.encounter(encounter_id)
        if stand is not None:
            care = care_within(index, stand, scope)
            if care.encounters.height:
                return care
            break  # an older saying of it is not looked for: the newest counts
    raise missing("这张单据")


def _wanted(wanted: LinesWanted) -> pl.Expr:
    conditions = [pl.lit(True)]
    if wanted.text:
        conditions.append(
            pl.any_horizontal(
                pl.col(name).str.contains(wanted.text, literal=True).fill_null(value=False)
                for name in ("item_code", "item_name", "local_item_name")
            )
        )
    if wanted.lines is not None:
        conditions.append(pl.col("line_key").is_in(sorted(wanted.lines)))
    return pl.all_horizontal(conditions)


_IN_COLUMNS = frozenset(
    {
        "line_key",
        "line_id",
        "item_code",
        "item_name",
        "charged_at",
        "quantity",
        "billed_quantity",
        "unit_price",
        "unit",
    }
    | {
        "amount",
        "billed_amount",
        "own_expense",
        "self_paid",
        "in_scope_amount",
        "payment_class",
        "specification",
    }
    | {"department_name", "doctor_name", "list_type", "charge_type", "encounter_id"}
)


def _line(row: Mapping[str, Any]) -> BilledLine:
    return BilledLine(
        number=row["number"],
        line_key=row["line_key"],
        code=row["item_code"],
        name=row["item_name"],
        list_type=_label("list_type", row["list_type"]),
        charge_type=_label("med_chrgitm_type", row["charge_type"]),
        charged_at=moment(row["charged_at"]),
        specification=row["specification"],
        unit=row["unit"],
        quantity=known(row["quantity"], ValueType.QUANTITY),
        billed_quantity=known(row["billed_quantity"], ValueType.QUANTITY),
        unit_price=known(row["unit_price"], ValueType.PRICE),
        amount_fen=row["amount"],
        billed_fen=row["billed_amount"],
        own_expense_fen=row["own_expense"],
        self_paid_fen=row["self_paid"],
        in_scope_fen=row["in_scope_amount"],
        payment_class=_label("chrgitm_lv", row["payment_class"]),
        department_name=row["department_name"] or row["department_id"],
        doctor_name=row["doctor_name"] or row["doctor_id"],
        facts=said(row, (Line,), _IN_COLUMNS),
    )


def _label(codes: str, code: str | None) -> str | None:
    return None if code is None else word(codes, code)


def _age(born: int | None, started_at: int | None) -> int | None:
    if born is None or started_at is None:
        return None
    birth, day = date_of(born), date_of(started_at // MINUTES_A_DAY)
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
