"""Standards of benefit: which one holds for a bill, and what it pays, the same by case and by column."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.catalogue.entries import entries
from mingcha.domain.claims import Settlement
from mingcha.domain.conditions import Expr
from mingcha.domain.findings import Finding
from mingcha.engine.case import EncounterFacts
from mingcha.engine.closures import Source, define
from mingcha.engine.columns import Columns, column_of
from mingcha.engine.frames import case_findings
from mingcha.engine.judge import CaseJudge
from mingcha.engine.layout import Layout, fields_of
from mingcha.engine.plan import Plan
from mingcha.engine.standards import NO_STANDARD, SEVERAL_STANDARDS, StandardJudge
from mingcha.knowledge.kinds.entitlement import NO_TIER, BenefitStandard
from mingcha.knowledge.release import release_of
from mingcha.rules.layers import pays_of, pays_of_year

BASIC = "MC10000401015000"
AMOUNT = st.integers(0, 5_000_000)


def standard(point_id: str, *codes: str, **more: Any) -> BenefitStandard:
    said = {"rule_code": BASIC, "name": point_id, "ratio": 8_000, **more}
    return BenefitStandard(point_id=point_id, codes=codes or ("310",), **said)


def bill(**facts: Any) -> EncounterFacts:
    usual = {
        "encounter_id": "E1",
        "started_at": 20_500 * 1440,
        "insurance_type": "310",
        "care_type": "2101",
        "person_type": "11",
        "institution_level": "2",
        "remote_settlement": False,
        "fund_paid": 1,
    }
    line = {"charged_at": [20_500 * 1440], "item_code": ["X"], "quantity": [10_000], "line_id": ["c1"]}
    return EncounterFacts({**usual, **facts}, line)


def chosen(points: list[BenefitStandard], region: str = "", **facts: Any) -> str:
    """The point that holds for a bill, or the reason why none does."""
    variant = Plan(release_of(1, points), entries()).variant(region)
    (check,) = variant.standard_checks
    judge = StandardJudge(check, variant.layout)
    found = judge.chosen(bill(**facts))
    return found.reason if found.place is None else judge.table.points[found.place].point_id


ALL, STAY = standard("all"), standard("stay", care_types=("21",))
THIRD, BOTH = standard("rank", rank=3), standard("both", rank=3, care_types=("21",))
RETIRED, ELSEWHERE = standard("retired", person_types=("12",)), standard("else", rank=2, person_types=("12",))
BEFORE_DAY, FROM_DAY = standard("before", effective_to=20_500), standard("from", effective_from=20_500)
BEFORE_NEXT, FROM_NEXT = standard("before", effective_to=20_501), standard("from", effective_from=20_501)
SERVANT, OTHER = standard("servant", civil_servant="是"), standard("other", civil_servant="否")
HOME, AWAY = standard("home", place="本地"), standard("away", place="异地未备案")
REMOTE = {"remote_settlement": True}


@pytest.mark.parametrize(
    ("points", "facts", "found"),
    [
        ([ALL], {}, "all"),
        ([standard("all", "39")], {"insurance_type": "391"}, "all"),
        ([ALL], {"insurance_type": "390"}, NO_STANDARD),
        ([ALL], {"insurance_type": None}, "insurance_type"),
        ([ALL, STAY], {}, "stay"),
        ([ALL, STAY], {"care_type": "11"}, "all"),
        ([ALL, STAY], {"care_type": None}, "care_type"),
        ([THIRD, STAY], {}, SEVERAL_STANDARDS),
        ([BOTH, STAY], {}, "both"),
        # What is unknown of a less particular one, or of one that does not fit, leaves nothing open.
        ([BOTH, RETIRED], {"person_type": None}, "both"),
        ([ELSEWHERE, STAY], {"person_type": None}, "stay"),
        ([BEFORE_DAY, FROM_DAY], {}, "from"),
        ([BEFORE_NEXT, FROM_NEXT], {}, "before"),
        ([BEFORE_DAY], {}, NO_STANDARD),
        ([SERVANT, OTHER], {"civil_servant": False}, "other"),
        ([SERVANT, OTHER], {"civil_servant": None}, "civil_servant"),
        ([HOME, AWAY], {}, "home"),
        ([HOME, AWAY], {**REMOTE, "referred": False}, "away"),
        ([HOME, AWAY], {**REMOTE, "referred": True}, NO_STANDARD),
        ([HOME, AWAY], REMOTE, "referred"),
        ([standard("poor", identities=("2303", "2304"))], {"identity_type": "2304"}, "poor"),
    ],
)
def test_the_standard_that_states_most_of_a_bill_holds_or_it_is_said_what_leaves_it_open(
    points: list[BenefitStandard], facts: dict[str, Any], found: str
) -> None:
    assert chosen(points, **facts) == found


def test_the_standards_of_the_narrowest_region_come_before_all_wider_ones() -> None:
    points = [
        standard("province", region="35", rank=3, care_types=("21",)),
        standard("city", region="3501"),
    ]
    assert chosen(points, "350100") == "city"
    assert chosen(points, "350200") == "province"


def test_a_rule_without_standards_in_a_region_says_nothing_there() -> None:
    plan = Plan(release_of(1, [standard("city", region="3501")]), entries())
    assert len(plan.variant("350100").standard_checks) == 1
    assert not plan.variant("350200").standard_checks


TIERS = st.builds(
    standard,
    st.just("p"),
    deductible=st.integers(0, 100_000),
    ratio=st.integers(0, 10_000),
    second_from=st.sampled_from((NO_TIER, 1, 50_000)),
    second_ratio=st.integers(0, 10_000),
    third_from=st.sampled_from((NO_TIER, 60_000, 900_000)),
    third_ratio=st.integers(0, 10_000),
    cap=st.sampled_from((NO_TIER, 0, 77_777, 400_000)),
)
NOW, BEFORE = Settlement.in_scope_amount, Settlement.year_burden


def paid(expression: Expr, point: BenefitStandard, now: int | None, before: int | None = 0) -> int | None:
    """What a standard pays, as source and as a column alike."""
    names = {"in_scope_amount": now, "year_burden": before}
    source = Source(Layout(()), {}).shown(expression)
    by_case: int | None = define("paid", f"def paid(e, p):\n    return {source}\n")(
        EncounterFacts(names, {}), point
    )
    read = {f.name: getattr(point, f.name) for f in fields_of([expression]) if f.owner is BenefitStandard}
    columns = {f"p.{name}": value for name, value in read.items()}
    columns |= {column_of(NOW): now, column_of(BEFORE): before}
    frame = pl.DataFrame(
        {name: [value] for name, value in columns.items()}, schema=dict.fromkeys(columns, pl.Int64)
    )
    assert frame.select(Columns({}).of(expression)).item() == by_case
    return by_case


@given(TIERS, AMOUNT)
def test_a_standard_pays_by_tiers_in_whole_cents_and_never_beyond_its_cap(
    point: BenefitStandard, amount: int
) -> None:
    beyond = max(amount - point.deductible, 0)
    starts = sorted((start, share) for start, share in (
        (0, point.ratio), (point.second_from, point.second_ratio), (point.third_from, point.third_ratio)
    ))  # fmt: skip
    ends = [start for start, _ in starts[1:]] + [beyond]
    shares = sum(
        max(min(end, beyond) - start, 0) * share for (start, share), end in zip(starts, ends, strict=True)
    )
    if point.second_from <= point.third_from:
        assert paid(pays_of(NOW), point, amount) == min(shares // 10_000, point.cap)


@given(TIERS, st.lists(AMOUNT, min_size=1, max_size=4))
def test_what_a_year_is_paid_does_not_depend_on_how_its_bills_are_cut(
    point: BenefitStandard, amounts: list[int]
) -> None:
    before, together = 0, 0
    for amount in amounts:
        now = paid(pays_of_year(BEFORE, NOW), point, amount, before)
        assert now is not None
        together += now
        before += amount
    assert together == paid(pays_of(NOW), point, before)


@given(TIERS, AMOUNT)
def test_what_is_unknown_of_an_amount_leaves_what_is_due_unknown(point: BenefitStandard, amount: int) -> None:
    assert paid(pays_of_year(BEFORE, NOW), point, None, amount) is None
    assert paid(pays_of_year(BEFORE, NOW), point, amount, None) is None


def test_a_finding_names_the_standard_and_takes_the_money_of_its_own_fund() -> None:
    point = BenefitStandard(
        point_id="p", rule_code="MC10000401016000", name="大病", codes=("310",), ratio=5_000, certainty="可疑"
    )
    plan = Plan(release_of(1, [point]), entries())
    found = bill(
        total_amount=200_000,
        in_scope_amount=200_000,
        fund_paid=100_000,
        year_burden=0,
        serious_illness_paid=60_000,
    )
    ((row,),) = case_findings(plan, [found], CaseJudge(plan)([found]))
    told = dict(zip(Finding.fields(), row, strict=True))
    assert (told["rule_code"], told["knowledge_point"], told["name"]) == ("MC10000401016000", "p", "大病")
    # Half of what the pooled fund left is due: 50,000 of the 60,000 that were paid.
    assert (told["value"], told["limit"]) == ("600.00", "500.00")
    assert (told["amount_fen"], told["claimed_fen"], told["recoverable_fen"]) == (10_000, 10_000, 10_000)
