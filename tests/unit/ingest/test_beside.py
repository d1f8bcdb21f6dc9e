"""What tables beside the bill say is known on its day, and of nobody and nothing they do not speak about."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from mingcha.domain.fields import Entity
from mingcha.domain.schema import OPTIONAL_TABLES
from mingcha.domain.values import MINUTES_A_DAY, day_of
from mingcha.ingest.beside.tables import Beside
from mingcha.store.columns import columns_of, conform

DAY = day_of(date(2026, 3, 10))


def beside(**tables: list[dict[str, Any]]) -> Beside:
    """Tables of rows by slug (with _ for -)."""
    found: dict[type[Entity], pl.DataFrame] = {}
    for name, rows in tables.items():
        entity = OPTIONAL_TABLES[name.replace("_", "-")]
        found[entity] = conform(pl.DataFrame(rows, infer_schema_length=None), columns_of(entity))
    return Beside(found)


def visit(fact: str, tables: Beside, **facts: Any) -> Any:
    """One fact of one visit on the day."""
    plain = {
        "encounter_id": "E1", "person_id": "P1", "institution_id": "H1", "insurance_type": "310",
        "started_at": DAY * MINUTES_A_DAY + 600,
    }  # fmt: skip
    found = tables.of_encounters(pl.DataFrame({**plain, **facts}))
    return found[fact][0] if fact in found.columns else None


def line(
    fact: str, tables: Beside, region: str | None = "350100", care: str | None = None, **facts: Any
) -> Any:
    """One fact of one line on the day."""
    regions = {"insured_region": region, "care_region": care}
    encounters = pl.DataFrame({"person_id": "P1", "institution_id": "H1", **regions})
    plain = {"enc": 0, "item_code": "X1", "doctor_id": "D1", "charged_at": DAY * MINUTES_A_DAY + 600}
    found = tables.of_lines(pl.DataFrame({**plain, **facts}), encounters)
    return found[fact][0] if fact in found.columns else None


def period(**more: Any) -> dict[str, Any]:
    return {"person_id": "P1", "insurance_type": "310", "valid_from": DAY - 100, **more}


@pytest.mark.parametrize(
    ("row", "insured"),
    [
        (period(), True),
        (period(valid_from=DAY), True),
        (period(valid_from=DAY + 1), False),
        (period(suspended_from=DAY + 1), True),
        (period(suspended_from=DAY), False),
        (period(insured_state="4"), None),
        (period(insured_state="3"), False),
        (period(insurance_type="390"), None),
        (period(person_id="P2"), None),
    ],
)
def test_a_person_is_insured_from_the_first_day_until_the_day_of_suspension(
    row: dict[str, Any], insured: bool | None
) -> None:
    assert visit("insured", beside(insured_periods=[row])) is insured


def test_one_of_several_periods_in_force_is_enough() -> None:
    rows = [period(suspended_from=DAY - 50), period(valid_from=DAY - 5)]
    assert visit("insured", beside(insured_periods=rows)) is True


def test_without_any_table_nothing_is_added() -> None:
    assert visit("insured", beside()) is None
    assert Beside({}).of_encounters(pl.DataFrame({"encounter_id": ["E1"]})).columns == ["encounter_id"]


def test_the_kind_of_person_is_that_of_the_period_in_force_and_the_bill_wins() -> None:
    tables = beside(
        insured_periods=[
            period(person_type="11", suspended_from=DAY - 5),
            period(valid_from=DAY - 5, person_type="12", civil_servant=True),
        ]
    )
    assert visit("person_type", tables) == "12"
    assert visit("civil_servant", tables) is True
    assert visit("person_type", tables, person_type="99") == "99"


def entitlement(**more: Any) -> dict[str, Any]:
    return {"person_id": "P1", "fund": "310100", "entitled": True, "valid_from": DAY - 9, **more}


@pytest.mark.parametrize(
    ("row", "entitled"),
    [
        (entitlement(), True),
        (entitlement(valid_to=DAY), True),
        (entitlement(valid_to=DAY - 1), False),
        (entitlement(entitled=False), False),
        (entitlement(fund="310200"), None),
        (entitlement(fund="390100"), None),
    ],
)
def test_entitled_is_by_the_pooled_fund_of_the_insurance(row: dict[str, Any], entitled: bool | None) -> None:
    assert visit("entitled", beside(entitlements=[row])) is entitled


@pytest.mark.parametrize(
    ("state", "contracted"),
    [
        ({"service_state": "1", "agreement_in_force": True}, True),
        ({"service_state": "0", "agreement_in_force": True}, False),
        ({"service_state": "1", "agreement_in_force": False}, False),
        ({"service_state": "1"}, True),
        ({"agreement_in_force": False}, False),
        ({}, None),
        ({"institution_id": "H2", "service_state": "0"}, None),
        ({"service_state": "1", "valid_to": DAY - 1}, False),
    ],
)
def test_an_institution_is_contracted_while_it_is_online_and_its_agreement_in_force(
    state: dict[str, Any], contracted: bool | None
) -> None:
    known = {"institution_id": "H1", "valid_from": DAY - 9, **state}
    assert visit("institution_contracted", beside(institution_states=[known])) is contracted


def test_what_an_institution_is_fills_what_the_bill_leaves_out() -> None:
    tables = beside(institutions=[{"institution_id": "H1", "institution_level": "5"}])
    assert visit("institution_level", tables) == "5"
    assert visit("institution_level", tables, institution_level="2") == "2"
    twice = beside(
        institutions=[{"institution_id": "H1", "institution_level": level} for level in ("5", "8")]
    )
    assert visit("institution_level", twice) is None


def check(result: str, **more: Any) -> dict[str, Any]:
    at = (DAY - 1) * MINUTES_A_DAY
    return {"encounter_id": "E1", "institution_id": "H1", "result": result, "checked_at": at, **more}


@pytest.mark.parametrize(
    ("rows", "result"),
    [
        ([check("1")], "1"),
        ([check("0"), check("1")], "1"),
        ([check("2")], "0"),
        ([check("3")], None),
        ([check("4", review="1")], "1"),
        ([check("4", review="3")], None),
        ([check("1", encounter_id="E9")], "9"),
        ([check("1", encounter_id="E9", institution_id="H9")], None),
        ([check("1", encounter_id="E9", checked_at=(DAY + 1) * MINUTES_A_DAY)], None),
    ],
)
def test_a_check_passed_failed_or_was_not_made_since_the_institution_reports_them(
    rows: list[dict[str, Any]], result: str | None
) -> None:
    assert visit("identity_result", beside(identity_checks=rows)) == result


def test_no_consent_is_known_only_since_the_institution_reports_consents() -> None:
    signed = {"encounter_id": "E1", "institution_id": "H1", "signed_at": (DAY - 1) * MINUTES_A_DAY}
    assert visit("consented", beside(consents=[signed])) is True
    assert visit("consented", beside(consents=[signed]), encounter_id="E2") is False
    assert visit("consented", beside(consents=[signed]), encounter_id="E2", institution_id="H2") is None
    later = {**signed, "encounter_id": "E9", "signed_at": (DAY + 1) * MINUTES_A_DAY}
    assert visit("consented", beside(consents=[later])) is None


def test_a_registration_is_for_a_disease_or_an_institution_while_it_is_in_force() -> None:
    mine = {"person_id": "P1", "valid_from": DAY - 9}
    chronic = beside(chronic_registrations=[{**mine, "disease_id": "M03900"}])
    assert visit("disease_registered", chronic, disease_id="M03900") is True
    assert visit("disease_registered", chronic, disease_id="M01600") is False
    assert visit("disease_registered", chronic, disease_id=None) is None
    assert visit("disease_registered", chronic, disease_id="M03900", person_id="P2") is None
    referral = beside(referrals=[{**mine, "target_institution_id": "H1", "valid_to": DAY - 1}])
    assert visit("referred", referral) is False
    designation = beside(designations=[{**mine, "institution_id": "H1"}])
    assert visit("designated", designation) is True
    assert visit("designated", designation, institution_id="H2") is False


def test_whoever_died_at_the_end_of_a_stay_is_dead_in_all_encounters() -> None:
    tables = beside(stay_outcomes=[{"encounter_id": "E1", "death_date": DAY, "discharge_way": "5"}])
    found = tables.of_encounters(
        pl.DataFrame(
            {
                "encounter_id": ["E1", "E2", "E3"],
                "person_id": ["P1", "P1", "P2"],
                "started_at": [DAY * MINUTES_A_DAY] * 3,
            }
        )
    )
    assert found["death_date"].to_list() == [DAY, DAY, None]
    assert found["discharge_way"].to_list() == ["5", None, None]


def doctor(**more: Any) -> dict[str, Any]:
    known = {"doctor_id": "D1", "institution_id": "H1", "valid_from": DAY - 9, "insured_doctor": True}
    return {**known, **more}


@pytest.mark.parametrize(
    ("row", "insured"),
    [
        (doctor(), True),
        (doctor(valid_to=DAY - 1), False),
        (doctor(insured_doctor=False), False),
        (doctor(agreement_in_force=False), False),
        (doctor(insured_doctor=None), None),
        (doctor(institution_id="H2"), None),
    ],
)
def test_a_doctor_is_insured_at_the_institution_on_the_day_of_the_line(
    row: dict[str, Any], insured: bool | None
) -> None:
    assert line("doctor_insured", beside(doctor_states=[row])) is insured


def entry(**more: Any) -> dict[str, Any]:
    return {"item_code": "X1", "valid_from": DAY - 9, "payment_class": "02", **more}


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([entry()], "02"),
        ([entry(valid_to=DAY - 1)], "0"),
        ([entry(valid_from=DAY + 1)], "0"),
        ([entry(in_force=False)], "0"),
        ([entry(item_code="X2")], None),
        ([entry(insured_region="350100", payment_class="03"), entry()], "03"),
        ([entry(insured_region="350000", payment_class="01"), entry()], "01"),
        ([entry(insured_region="350200", payment_class="03"), entry()], "02"),
        ([entry(payment_class="01"), entry(valid_from=DAY - 1, payment_class="03")], "03"),
    ],
)
def test_the_directory_of_the_narrowest_region_that_lists_an_item_gives_its_class(
    rows: list[dict[str, Any]], found: str | None
) -> None:
    assert line("directory_class", beside(directory=rows)) == found


def test_what_is_paid_elsewhere_is_what_the_directory_of_that_place_lists() -> None:
    rows = [
        entry(insured_region="350100", payment_class="01"),
        entry(insured_region="350200", payment_class="03"),
    ]
    assert line("directory_class", beside(directory=rows), region="350100", care="350200") == "03"


def test_without_any_region_only_the_directory_for_all_speaks() -> None:
    assert line("directory_class", beside(directory=[entry()]), region=None) == "02"
    assert line("directory_class", beside(directory=[entry(insured_region="350100")]), region=None) is None


def approval(**more: Any) -> dict[str, Any]:
    given = {"approval_id": "A1", "person_id": "P1", "item_code": "X1", "state": "1", "valid_from": DAY - 9}
    return {**given, **more}


@pytest.mark.parametrize(
    ("row", "approved"),
    [
        (approval(), True),
        (approval(valid_to=DAY - 1), False),
        (approval(state="0"), False),
        (approval(person_id="P2"), False),
        (approval(person_id="P2", valid_from=DAY + 1), None),
        (approval(item_code="X2"), None),
    ],
)
def test_an_item_that_approvals_are_recorded_for_is_not_approved_without_one(
    row: dict[str, Any], approved: bool | None
) -> None:
    assert line("approved", beside(approvals=[row])) is approved


def test_what_the_bill_says_of_its_approval_stands() -> None:
    assert line("approved", beside(approvals=[approval(person_id="P2")]), approved=True) is True


def order(**more: Any) -> dict[str, Any]:
    return {"encounter_id": "E1", "order_id": "Y1", "in_force": True, **more}


def at(days: int) -> int:
    return (DAY + days) * MINUTES_A_DAY + 600


NOT_STOPPED = day_of(date.max)
STAY = {"encounter_id": "E1", "person_id": "P1", "institution_id": "H1", "insured_region": None}


@pytest.mark.parametrize(
    ("rows", "until"),
    [
        ([order(ended_at=at(2))], DAY + 2),
        ([order(medication_ended_at=at(1))], DAY + 1),
        ([order(medication_ended_at=at(1), ended_at=at(2))], DAY + 2),
        ([order(ended_at=at(2)), order(ended_at=at(4))], DAY + 4),
        ([order()], NOT_STOPPED),
        ([order(ended_at=at(2), in_force=False)], None),
        ([order(ended_at=at(2), order_id="Y2")], None),
        ([order(ended_at=at(2), encounter_id="E2")], None),
        ([order(order_id="Y2", discharge=True, ended_at=at(3))], DAY + 3),
        ([order(order_id="Y2", discharge=True, issued_at=at(3))], DAY + 4),
        ([order(order_id="Y2", discharge=True, issued_at=at(0), ended_at=at(5))], DAY + 5),
        ([order(), order(order_id="Y2", discharge=True, ended_at=at(3))], DAY + 3),
        ([order(ended_at=at(1)), order(order_id="Y2", discharge=True, ended_at=at(3))], DAY + 1),
        ([order(order_id="Y2", discharge=True, encounter_id="E2", ended_at=at(3))], None),
    ],
)
def test_an_order_ends_when_it_was_stopped_or_its_patient_ordered_to_leave(
    rows: list[dict[str, Any]], until: int | None
) -> None:
    lines = pl.DataFrame({"enc": 0, "item_code": "X1", "order_id": "Y1", "charged_at": at(0)})
    found = beside(orders=rows).of_lines(lines, pl.DataFrame(STAY))
    assert (found["order_until"][0] if "order_until" in found.columns else None) == until


def test_what_a_line_says_of_the_end_of_its_order_stands() -> None:
    lines = pl.DataFrame(
        {"enc": 0, "item_code": "X1", "order_id": "Y1", "charged_at": at(0), "stopped_at": [at(4), None]}
    )
    found = beside(orders=[order(ended_at=at(2))]).of_lines(lines, pl.DataFrame(STAY))
    assert found["order_until"].to_list() == [DAY + 4, DAY + 2]
    alone = Beside({}).of_lines(lines, pl.DataFrame(STAY))
    assert alone["order_until"].to_list() == [DAY + 4, None]


def category(name: str, day: int) -> dict[str, Any]:
    return {"encounter_id": "E1", "registered_at": at(day), "fee_category": name}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([category("自费", 0)], (0, "自费", "自费")),
        ([category("职工医保", 2), category("自费", 0)], (1, "自费", "职工医保")),
        ([category("自费", 0), category("自费", 1)], (0, "自费", "自费")),
        ([category("甲", 0), category("乙", 1), category("甲", 2)], (2, "甲", "甲")),
        ([{**category("自费", 0), "encounter_id": "E2"}], (None, None, None)),
    ],
)
def test_as_whose_patient_a_stay_is_billed_may_change(
    rows: list[dict[str, Any]], told: tuple[int | None, str | None, str | None]
) -> None:
    tables = beside(fee_categories=rows)
    names = ("fee_category_changes", "first_fee_category", "last_fee_category")
    assert tuple(visit(name, tables) for name in names) == told


def identity(kind: str, **more: Any) -> dict[str, Any]:
    return {"person_id": "P1", "identity_type": kind, "valid_from": DAY - 9, **more}


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([identity("2303")], "2303"),
        ([identity("2303", valid_to=DAY)], "2303"),
        ([identity("2303", valid_to=DAY - 1)], None),
        ([identity("2303"), identity("2304", valid_from=DAY + 1)], "2303"),
        ([identity("2303"), identity("2304")], None),
        ([identity("2303"), identity("2303", valid_from=DAY - 1)], "2303"),
        ([identity("2303", person_id="P2")], None),
    ],
)
def test_a_person_has_the_one_identity_that_is_in_force_on_the_day(
    rows: list[dict[str, Any]], found: str | None
) -> None:
    tables = beside(person_identities=rows)
    assert visit("identity_type", tables) == found
    assert visit("identity_type", tables, identity_type="21") == "21"


def units(number: float) -> int:
    return int(number * 10_000)


@pytest.mark.parametrize(
    ("rows", "quantity", "since"),
    [
        ([approval(quantity=units(2))], units(2), DAY - 9),
        ([approval(quantity=units(2), valid_to=DAY - 1)], None, None),
        ([approval(quantity=units(2), state="2")], None, None),
        ([approval(quantity=None)], None, DAY - 9),
        # Two that overlap count as one, those that follow each other do not.
        (
            [approval(quantity=units(2)), approval(approval_id="A2", quantity=units(3), valid_from=DAY - 5)],
            units(5),
            DAY - 9,
        ),
        (
            [
                approval(quantity=units(2), valid_to=DAY - 3),
                approval(approval_id="A2", quantity=units(3), valid_from=DAY - 3),
            ],
            units(5),
            DAY - 9,
        ),
        (
            [
                approval(quantity=units(2), valid_to=DAY - 3),
                approval(approval_id="A2", quantity=units(3), valid_from=DAY - 2),
            ],
            units(3),
            DAY - 2,
        ),
        ([approval(quantity=units(2)), approval(approval_id="A2", quantity=None)], None, DAY - 9),
    ],
)
def test_how_much_was_approved_is_told_by_the_approvals_of_the_day_and_all_that_overlap_them(
    rows: list[dict[str, Any]], quantity: int | None, since: int | None
) -> None:
    tables = beside(approvals=rows)
    assert line("approved_quantity", tables) == quantity
    assert line("approved_since", tables) == since


def signs(day: int, weight: float, **more: Any) -> dict[str, Any]:
    return {"encounter_id": "E1", "measured_at": day * MINUTES_A_DAY, "weight": units(weight), **more}


@pytest.mark.parametrize(
    ("rows", "weight"),
    [
        ([signs(DAY - 3, 12), signs(DAY - 1, 13)], units(13)),
        ([signs(DAY, 14)], units(14)),
        ([signs(DAY + 1, 14)], None),
        ([signs(DAY - 3, 12), signs(DAY - 1, 0)], units(12)),
        ([signs(DAY - 3, 12), signs(DAY - 1, 12_000)], units(12)),
        ([signs(DAY - 3, 12), signs(DAY - 1, 13, in_force=False)], units(12)),
        ([signs(DAY - 1, 13), signs(DAY - 1, 31)], None),
        ([signs(DAY - 1, 13, encounter_id="E2")], None),
    ],
)
def test_a_weight_is_the_one_last_measured_not_after_the_day(rows: Any, weight: int | None) -> None:
    encounters = pl.DataFrame({"encounter_id": ["E1"], "person_id": ["P1"]})
    lines = pl.DataFrame({"enc": 0, "item_code": "X1", "charged_at": DAY * MINUTES_A_DAY + 600})
    assert beside(vital_signs=rows).of_lines(lines, encounters)["weight"].to_list() == [weight]
