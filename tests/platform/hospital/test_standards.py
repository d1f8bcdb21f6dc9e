"""Standards of payment: the most particular one is told, of two alike none; the cost is what the lines come to."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.access.context import CHINA
from mingcha.access.errors import Conflict, Denied, Invalid
from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.audit.calls import decode_call
from mingcha.audit.reminding.asking import Asked
from mingcha.gateways.national.gateway import Gateway
from mingcha.hospital import standards
from mingcha.hospital.known_standards import KnownStandards
from mingcha.hospital.matching import By, Scheme, Standard, StandardBook, Stay
from mingcha.hospital.reminding import remind
from mingcha.hospital.standards import NewStandard, StandardFilter, amount_of
from mingcha.store.database.calls import CallRow
from mingcha.store.journal.records import Place, journal_folder
from tests.platform.gateway.calling import bill, encounter
from tests.platform.gateway.conftest import Installed, auditor, installed
from tests.platform.gateway.test_past import person_of
from tests.platform.hospital.test_spending import amount_of as cost_of
from tests.support.browser import Browser
from tests.support.platform import ROOT, START, Town, clock_of

__all__ = ["auditor", "installed"]

GROUP = Standard(Scheme.DRG, "350100", None, "", "", "FM1", "组", ("I21",), (), 100_00)
STAY = Stay("350102", "H1", 3, "310", "I21.401", ("36.06",))


def matched(*known: Standard, stay: Stay = STAY) -> list[str]:
    return [one.standard.code for one in StandardBook(known).of(stay)]


def test_the_most_particular_standard_goes_before_others_in_every_respect() -> None:
    longer, operated = (
        replace(GROUP, code="A", diagnoses=("I21.4",)),
        replace(GROUP, code="B", procedures=("36.0",)),
    )
    assert matched(GROUP, longer) == ["A"]
    assert matched(GROUP, operated) == ["B"]
    for changed in (
        {"region": "350102"},
        {"institution_rank": 3},
        {"institution_id": "H1"},
        {"insurance_type": "310"},
    ):
        assert matched(GROUP, replace(GROUP, code="C", **changed)) == ["C"], changed
    assert matched(longer, operated) == [], "which of them goes before the other nobody says"
    assert matched(longer, operated, replace(operated, code="D", diagnoses=("I21.4",))) == ["D"]
    assert matched(GROUP, replace(GROUP, code="E")) == [], "two alike"
    assert matched(GROUP, replace(GROUP, code="S", scheme=Scheme.SINGLE_DISEASE)) == ["FM1", "S"]


@pytest.mark.parametrize(
    "changed",
    [
        {"region": "350200"}, {"institution_rank": 2}, {"institution_id": "H2"}, {"insurance_type": "390"},
        {"diagnoses": ("I22",)}, {"procedures": ("37",)},
    ],
)  # fmt: skip
def test_a_standard_of_others_fits_not_and_what_is_unknown_fits_nothing_that_asks_for_it(
    changed: Any,
) -> None:
    assert matched(replace(GROUP, **changed)) == []
    unknown = Stay("350102", "H1", None, "", "")
    assert matched(GROUP, stay=unknown) == []
    assert matched(replace(GROUP, institution_rank=3), stay=replace(unknown, main_diagnosis="I21")) == []


def test_a_group_that_the_hospital_sent_goes_before_its_diagnoses() -> None:
    sent, other = replace(GROUP, code="X9", diagnoses=("Z99",)), replace(GROUP, diagnoses=("I21.401",))
    (found,) = StandardBook([sent, other]).of(replace(STAY, group_code="X9"))
    assert (found.standard.code, found.by) == ("X9", By.SENT)
    (found,) = StandardBook([other]).of(replace(STAY, group_code="X9"))
    assert (found.standard.code, found.by) == ("FM1", By.DIAGNOSIS)


SOME = st.builds(
    Standard,
    st.sampled_from(Scheme), st.sampled_from(("350000", "350100", "350102")), st.sampled_from((None, 3, 2)),
    st.sampled_from(("", "H1")), st.sampled_from(("", "310")), st.sampled_from("ABC"), st.just("组"),
    st.sampled_from((("I",), ("I21",), ("I21.4",), ("J",))), st.sampled_from(((), ("36",), ("36.06",))), st.just(1),
)  # fmt: skip


@given(st.lists(SOME, max_size=5), st.randoms())
def test_the_order_in_which_standards_were_entered_decides_nothing(
    known: list[Standard], random: Any
) -> None:
    first = matched(*known)
    random.shuffle(known)
    assert matched(*known) == first
    assert len(first) <= len(Scheme)


NEW = NewStandard(
    Scheme.DRG, "350100", "FM1", "组", ("I21",), date(2026, 1, 1), "演示数据", amount_fen=100_00
)


@pytest.mark.one_database
def test_two_never_hold_on_one_day_and_what_is_withdrawn_can_be_put_back(town: Town) -> None:
    access = town.access
    standards.add_standards(access, ROOT, [replace(NEW, valid_to=date(2026, 6, 30))])
    with pytest.raises(Conflict, match="2026-01-01 至 2026-06-30已有一条"):
        standards.add_standards(access, ROOT, [replace(NEW, valid_from=date(2026, 6, 30))])
    standards.add_standards(access, ROOT, [replace(NEW, valid_from=date(2026, 7, 1), amount_fen=90_00)])
    known = KnownStandards(access)
    known.look()
    assert len(known()) == 1
    (held,) = standards.standards(access, ROOT, StandardFilter(on=START.date()), Listing()).items
    standards.withdraw(access, ROOT, held.id, "金额录错了")
    clock_of(access).forward(seconds=1)
    known.look()
    assert len(known()) == 0
    standards.add_standards(access, ROOT, [replace(NEW, valid_to=date(2026, 6, 30), amount_fen=95_00)])
    with pytest.raises(Conflict):
        standards.put_back(access, ROOT, held.id, "其实没有错")


@pytest.mark.one_database
def test_what_cannot_be_meant_is_no_conflict_with_another(town: Town) -> None:
    for wrong in (replace(NEW, diagnoses=()), replace(NEW, amount_fen=0)):
        with pytest.raises(Invalid, match="DRG FM1"):
            standards.add_standards(town.access, ROOT, [wrong])


@pytest.mark.one_database
def test_a_hospital_enters_its_own_and_sees_those_of_its_region_but_of_no_other_hospital(town: Town) -> None:
    access = town.access
    town.user("office", town.grant(Role.INSURANCE_OFFICE, "H1"), at="H1")
    actor = town.actor("office")
    standards.add_standards(access, ROOT, [NEW, replace(NEW, institution_id="H2")])
    standards.add_standards(access, actor, [replace(NEW, institution_id="H1")])
    for place in ("", "H2"):
        with pytest.raises(Denied):
            standards.add_standards(access, actor, [replace(NEW, code="Y", institution_id=place)])
    seen = standards.standards(access, actor, StandardFilter(), Listing()).items
    assert sorted(one.institution_id for one in seen) == ["", "H1"]


@pytest.mark.one_database
def test_a_county_sees_and_withdraws_what_it_entered_for_a_hospital_of_its_own(town: Town) -> None:
    access = town.access
    for county in ("350102", "350103"):
        town.user(county, town.grant(Role.RULE_ADMIN, county))
    standards.add_standards(
        access, town.actor("350102"), [replace(NEW, region="350102", institution_id="H1")]
    )
    assert standards.standards(access, town.actor("350103"), StandardFilter(), Listing()).total == 0
    (own,) = standards.standards(access, town.actor("350102"), StandardFilter(), Listing()).items
    assert standards.withdraw(access, town.actor("350102"), own.id, "金额录错了").withdrawn_by == "350102"


def test_points_times_a_rate_is_rounded_to_the_fen() -> None:
    assert amount_of(replace(NEW, amount_fen=None, points=12_345, rate=8_000_505_000)) == 987_662
    assert amount_of(replace(NEW, amount_fen=None, points=1)) is None


@pytest.mark.one_database
def test_a_published_table_is_read_row_by_row(town: Town) -> None:
    browser = Browser(town.access)
    town.user("rules", town.grant(Role.RULE_ADMIN))
    browser.sign_in("rules")
    table = (
        "付费方式,地区,病种（组）编码,病种（组）名称,主诊断,手术操作,机构级别,支付标准金额,分值,点值,开始日期,结束日期\n"
        "DRG,350100,FM1,组一,I21 I22,36.06、36.07,三级,\"12,000.00\",,,2026-01-01,\n"
        "DIP,350100,I21.4,组二,I21.4,,,,1000,10.5,2026/1/1,2026-12-31\n"
        "按人头,350100,X,组,I,,,1,,,2026-01-01,\n单病种,福州,X,组,I,,,1,,,2026-01-01,\n单病种,350100,X,组,I,,,,,,2026-01-01,\n"
    )  # fmt: skip
    sent = {"file_name": "标准.csv", "content": b64encode(table.encode()).decode(), "source": "演示数据"}
    rows = browser("POST", "/payment-standards/preview", sent).json()
    assert [(row["step"], row["amount_fen"]) for row in rows[:2]] == [("new", 12_000_00), ("new", 10_500_00)]
    assert rows[0]["standard"]["procedures"] == ["36.06", "36.07"]
    assert all(row["fault"] for row in rows[2:])


@pytest.mark.one_database
def test_the_answer_and_the_reminder_tell_the_standard_beside_the_lines_of_all_days(
    installed: Installed,
) -> None:
    access, whole = installed.access, bill()
    facts = encounter(whole)
    new = replace(NEW, region=facts["medins_admdvs"], diagnoses=(facts["dscg_main_dise_codg"][:3].upper(),))
    standards.add_standards(access, ROOT, [replace(new, amount_fen=10_000_000_00)])
    known = KnownStandards(access)
    known.look()
    gateway: Gateway = installed.gateway(standards=known)
    ask = installed.hospital.calling(gateway)
    first, second = bill(), bill()
    lines = encounter(whole)["fsi_order_dtos"]
    encounter(first)["fsi_order_dtos"], encounter(second)["fsi_order_dtos"] = lines[:30], lines[30:]
    ask(first)
    installed.drain()
    clock_of(access).forward(seconds=2)
    ask(second)
    installed.drain()
    with access.database.reading() as session:
        rows = {row.message_id: row for row in session.query(CallRow)}
    told = []
    for sent in (first, second):
        row = rows[sent["msgid"]]
        call = decode_call(
            installed.sealer.content(Place(journal_folder(access.home) / row.journal, row.offset))
        )
        (payment,) = call.payment
        told.append(payment["cost"])
        assert "payment" not in json.loads(call.answer)["output"], "the national answer has no place for it"
    assert [round(float(cost) * 100) for cost in told] == [cost_of(first), cost_of(whole)]
    local = access.now().astimezone(CHINA).replace(tzinfo=None)
    asked = Asked(facts["medins_id"], person_of(whole), facts["mdtrt_id"], local, inpatient=True)
    (payment,) = remind(access, ROOT, asked, None, known()).payment
    assert (payment.cost, payment.code, payment.by) == (told[1], "FM1", "主诊断")
    assert payment.source == "演示数据"
