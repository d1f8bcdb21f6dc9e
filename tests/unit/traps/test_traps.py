"""Traps seen in other systems, each held shut by name; the cases beside the rules hold many of them too."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pytest

from mingcha.catalogue.entries import entries
from mingcha.domain.errors import DeclarationError
from mingcha.domain.values import day_of, minute_of
from mingcha.engine.case import EncounterFacts
from mingcha.engine.plan import Plan
from mingcha.knowledge.kinds.charging import PriceCeiling, SameIncisionGroup
from mingcha.knowledge.kinds.limits import QuantityLimit, WindowLimit
from mingcha.knowledge.kinds.scope import AgeLimit, CareTypeLimit, DepartmentLimit, InsuranceLimit, SexLimit
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.release import release_of
from mingcha.rules.registry import RULES
from tests.support.example_cases import Said, say

SEX, AGE = "GZ10000301004000", "GZ10000101006000"
INJURY, MATERNITY = "GZ10000101001000", "GZ10000101002000"
FREQUENCY, WINDOW = "GZ10000102014000", "MC10000102003000"
INCISION, PRICE = "GZ10000102002000", "GZ10000102001000"
CARE, DEPARTMENT = "MC10000101001000", "GZ10000102008000"


def line(line_id: str, code: str, day: str, quantity: int = 1, yuan: int = 10, **more: Any) -> dict[str, Any]:
    """A line of so many units at so many yuan, after refunds the same as billed."""
    amount = quantity * yuan * 100
    return {
        "line_id": line_id,
        "item_code": code,
        "charged_at": minute_of(datetime.fromisoformat(day)),
        "billed_quantity": quantity * 10_000,
        "quantity": quantity * 10_000,
        "unit_price": yuan * 1_000_000,
        "billed_amount": amount,
        "amount": amount,
        **more,
    }


def bill(lines: Sequence[Mapping[str, Any]], audited: bool = True, **facts: Any) -> EncounterFacts:
    """An encounter with these lines and facts."""
    names = sorted({name for row in lines for name in row})
    columns = {name: [row.get(name) for row in lines] for name in names}
    started = min(row["charged_at"] for row in lines)
    known = {"person_id": "P1", "encounter_id": "E1", "institution_id": "H1", "started_at": started, **facts}
    return EncounterFacts(known, columns, audited=audited)


def judged(
    points: Sequence[KnowledgePoint],
    *encounters: EncounterFacts,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> Said:
    """What the knowledge rules say, by these points and regional settings."""
    regional = {slug: {"": dict(values)} for slug, values in (settings or {}).items()}
    with_knowledge = {slug: rule for slug, rule in RULES.items() if rule.knowledge is not None}
    return say(Plan(release_of(1, points, regional), entries(), with_knowledge), list(encounters))


def lines_found(said: Said) -> list[tuple[str, str]]:
    return [(row["line_id"], row["slug"]) for row in said.findings]


def point(kind: type[KnowledgePoint], rule_code: str, *codes: str, **limit: Any) -> KnowledgePoint:
    return kind(point_id=f"{rule_code}:{','.join(codes)}", rule_code=rule_code, codes=codes, **limit)


def test_all_violations_of_a_line_are_listed_and_its_money_is_claimed_once() -> None:
    points = [
        point(SexLimit, SEX, "X1", sex="2"),
        point(QuantityLimit, FREQUENCY, "X1", period="日", allowed=10_000),
    ]
    said = judged(points, bill([line("c1", "X1", "2026-03-02", 3)], sex="1"))
    assert sorted(slug for _, slug in lines_found(said)) == ["quantity-over-limit", "sex-mismatch"]
    assert sum(row["amount_fen"] for row in said.findings) == 3_000 + 2_000
    assert sum(row["claimed_fen"] for row in said.findings) == 3_000


def test_history_that_was_approved_still_counts_towards_a_limit() -> None:
    points = [point(WindowLimit, WINDOW, "S1", allowed=10_000, days=15)]
    approved = bill([line("old", "S1", "2026-03-01", approved=True)], audited=False)
    said = judged(points, approved, bill([line("new", "S1", "2026-03-10")], encounter_id="E2"))
    assert lines_found(said) == [("new", "window-over-limit")]


def test_a_later_service_never_makes_an_earlier_one_violate() -> None:
    points = [
        point(WindowLimit, WINDOW, "S1", allowed=10_000, days=15),
        point(QuantityLimit, FREQUENCY, "S2", period="就诊", allowed=10_000),
    ]
    earlier = [line("a1", "S1", "2026-03-01"), line("b1", "S2", "2026-03-01")]
    later = [line("a2", "S1", "2026-03-05"), line("b2", "S2", "2026-03-05")]
    assert judged(points, bill(earlier)).findings == []
    assert {at for at, _ in lines_found(judged(points, bill([*earlier, *later])))} == {"a2", "b2"}


def test_the_billed_quantity_is_never_overwritten_with_the_allowed_one() -> None:
    points = [point(QuantityLimit, FREQUENCY, "S1", period="日", allowed=10_000)]
    encounter = bill([line("c1", "S1", "2026-03-02", 3)])
    before = copy.deepcopy(dict(encounter.lines))
    (finding,) = judged(points, encounter).findings
    assert (finding["line_quantity"], finding["excess_quantity"]) == (30_000, 20_000)
    assert dict(encounter.lines) == before


@pytest.mark.parametrize("sex", [None, "", "0", "9"])
def test_an_unknown_value_that_differs_from_the_limit_is_no_hit(sex: str | None) -> None:
    said = judged([point(SexLimit, SEX, "X1", sex="2")], bill([line("c1", "X1", "2026-03-02")], sex=sex))
    assert said.findings == []
    assert said.unjudged == [("c1", "sex")]


def test_an_unknown_quantity_is_not_zero() -> None:
    points = [point(QuantityLimit, FREQUENCY, "S1", period="日", allowed=10_000)]
    rows = [line("c1", "S1", "2026-03-02"), line("c2", "S1", "2026-03-02", quantity=1, billed_quantity=None)]
    rows[1]["quantity"] = None
    said = judged(points, bill(rows))
    assert said.findings == []
    assert said.unjudged == [("c1", "quantity"), ("c2", "quantity")]


def test_a_newborn_limit_fires_for_an_adult_who_has_no_age_in_days() -> None:
    points = [point(AgeLimit, AGE, "X1", audience="新生儿")]
    adult = bill([line("c1", "X1", "2026-03-02")], birth_date=day_of(date(1980, 1, 1)))
    assert lines_found(judged(points, adult)) == [("c1", "age-out-of-range")]


@pytest.mark.parametrize("accepted", [("310",), ("990", "390"), ("31",), ("",), "990"])
def test_a_work_injury_list_that_would_let_everybody_pass_is_refused(accepted: object) -> None:
    points = [point(InsuranceLimit, INJURY, "X1", ground="工伤")]
    with pytest.raises(DeclarationError, match="可支付限工伤项目"):
        judged(
            points,
            bill([line("c1", "X1", "2026-03-02")]),
            settings={"insurance-mismatch": {"work_injury": accepted}},
        )


@pytest.mark.parametrize(
    ("kind", "code", "accepted", "inside", "outside"),
    [
        (InsuranceLimit, MATERNITY, "510", {"insurance_type": "510"}, {"insurance_type": "390"}),
        (CareTypeLimit, CARE, "21", {"care_type": "2101"}, {"care_type": "11"}),
        (DepartmentLimit, DEPARTMENT, "A05", {"department_id": "A05.01"}, {"department_id": "A03"}),
    ],
)
def test_accepted_means_the_same_in_every_rule(
    kind: type[KnowledgePoint], code: str, accepted: str, inside: dict[str, str], outside: dict[str, str]
) -> None:
    more = (
        {"ground": "生育"} if kind is InsuranceLimit else {"manner": "住院"} if kind is CareTypeLimit else {}
    )
    limited = [point(kind, code, "X1", accepted=(accepted,), **more)]

    def found(facts: dict[str, str]) -> bool:
        known = {"insurance_type": "310", "care_type": "11", **facts}
        row = line("c1", "X1", "2026-03-02", department_id=facts.get("department_id"))
        return bool(judged(limited, bill([row], **known)).findings)

    assert not found(inside)
    assert found(outside)


def test_of_operations_through_one_incision_only_the_later_is_flagged_and_only_its_excess() -> None:
    points = [point(SameIncisionGroup, INCISION, code, group="一组") for code in ("S1", "S2")]
    rows = [
        line("main", "S1", "2026-03-02", yuan=2000, price_ceiling=2_000_000_000),
        line("later", "S2", "2026-03-02", yuan=1200, price_ceiling=1_200_000_000),
    ]
    said = judged(points, bill(rows), settings={"same-incision-full-price": {"later_ratio": "50%"}})
    assert [(row["line_id"], row["amount_fen"]) for row in said.findings] == [("later", 60_000)]


def test_only_the_excess_of_a_line_is_claimed() -> None:
    points = [point(PriceCeiling, PRICE, "S1", ceiling=9_000_000)]
    (finding,) = judged(points, bill([line("c1", "S1", "2026-03-02", 3)])).findings
    assert (finding["line_amount"], finding["amount_fen"], finding["claimed_fen"]) == (3_000, 300, 300)


def test_a_window_runs_on_over_the_turn_of_the_year() -> None:
    points = [point(WindowLimit, WINDOW, "S1", allowed=10_000, days=7)]
    rows = [line("c1", "S1", "2025-12-29"), line("c2", "S1", "2026-01-04"), line("c3", "S1", "2026-01-05")]
    assert [at for at, _ in lines_found(judged(points, bill(rows)))] == ["c2"]


def test_two_dated_versions_of_a_point_never_count_a_line_twice() -> None:
    change = day_of(date(2026, 3, 10))
    older = QuantityLimit(
        point_id="a", rule_code=FREQUENCY, codes=("S1",), period="就诊", allowed=20_000, effective_to=change
    )
    newer = QuantityLimit(
        point_id="b", rule_code=FREQUENCY, codes=("S1",), period="就诊", allowed=20_000, effective_from=change
    )
    rows = [line("c1", "S1", "2026-03-09", 2), line("c2", "S1", "2026-03-10", 3)]
    said = judged([older, newer], bill(rows))
    assert [(row["line_id"], row["excess_quantity"], row["knowledge_point"]) for row in said.findings] == [
        ("c2", 10_000, "b")
    ]


def test_findings_stay_with_their_lines_however_the_rows_are_sorted() -> None:
    points = [point(SexLimit, SEX, "X1", sex="2")]
    rows = [line(f"c{n}", "X1" if n % 3 == 0 else "Y1", "2026-03-02", n + 1) for n in range(9)]
    expected = {("c0", 10_000), ("c3", 40_000), ("c6", 70_000)}
    for ordered in (rows, rows[::-1], rows[4:] + rows[:4]):
        said = judged(points, bill(ordered, sex="1"))
        assert {(row["line_id"], row["line_quantity"]) for row in said.findings} == expected


def test_items_are_matched_by_code_never_by_name() -> None:
    points = [
        point(SexLimit, SEX, "XG04CBF019A001010100030", name="前列腺用药", sex="1"),
        point(SexLimit, "GZ10000302004000", "002504030250000", name="宫颈HPV检测", sex="2"),
    ]
    e1 = line("c1", "XC01EAQ001B002010100002", "2026-03-02", item_name="前列腺素E1注射液")
    hpv = line("c2", "002504030250100", "2026-03-02", item_name="HPV检测（肛管）")
    assert judged(points, bill([e1], sex="2")).findings == []
    assert judged(points, bill([hpv], sex="1")).findings == []


def test_a_setting_that_money_depends_on_is_never_guessed() -> None:
    for wrong in (0.5, 1, 5000, "半价", True):  # 0.5 may be half of the price or half a per cent of it
        with pytest.raises(DeclarationError, match="收费比例"):
            RULES["same-incision-full-price"]({"later_ratio": wrong})
