"""A reminder accuses nobody: it stands beside other findings, bears no money and takes none from them."""

from __future__ import annotations

from mingcha.audit.answers import SEVERITY
from mingcha.catalogue.entries import entries
from mingcha.engine.case import EncounterFacts
from mingcha.engine.findings import COLUMNS
from mingcha.engine.frames import case_findings
from mingcha.engine.judge import CaseJudge
from mingcha.engine.plan import Plan
from mingcha.knowledge.kinds.own import Notice
from mingcha.knowledge.kinds.scope import SexLimit
from mingcha.knowledge.point import Certainty, default_certainty
from mingcha.knowledge.release import release_of

CODE = "XV09YYY701A001010000701"
NOTICE = Notice(
    point_id="n", rule_code="MC10000405001000", codes=(CODE,), text="请核对", certainty=Certainty.REMINDER
)
SEX = SexLimit(point_id="s", rule_code="GZ10000301004000", codes=(CODE,), sex="1")
FACTS = {
    "person_id": "P1",
    "encounter_id": "E1",
    "started_at": 0,
    "sex": "2",
    "total_amount": 900,
    "fund_paid": 450,
}
LINE = {
    "line_id": ["L1"], "item_code": [CODE], "charged_at": [600], "billed_quantity": [30_000], "quantity": [30_000],
    "unit_price": [3_000_000], "billed_amount": [900], "amount": [900],
}  # fmt: skip


def findings(*points: Notice | SexLimit) -> dict[str, dict[str, object]]:
    plan = Plan(release_of(1, points, {}), entries())
    case = [EncounterFacts(FACTS, LINE)]
    rows = [row for found in case_findings(plan, case, CaseJudge(plan)(case)) for row in found]
    found = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    return {str(row["slug"]): row for row in found if row["slug"] in {"notice-due", "sex-mismatch"}}


def test_a_reminder_bears_no_money_and_no_excess() -> None:
    reminder = findings(NOTICE)["notice-due"]
    assert reminder["certainty"] == "提醒"
    assert (reminder["amount_fen"], reminder["claimed_fen"], reminder["recoverable_fen"]) == (0, 0, 0)
    assert reminder["excess_quantity"] is None
    assert reminder["line_amount"] == 900


def test_a_violation_beside_it_claims_all_the_same() -> None:
    alone, both = findings(SEX), findings(SEX, NOTICE)
    assert set(both) == {"notice-due", "sex-mismatch"}
    for money in ("amount_fen", "claimed_fen", "recoverable_fen"):
        assert alone["sex-mismatch"][money] == both["sex-mismatch"][money]
    assert both["sex-mismatch"]["claimed_fen"] == 900


def test_rules_of_our_reminding_class_remind_unless_a_point_says_more() -> None:
    assert default_certainty("MC10000405001000") is Certainty.REMINDER
    assert default_certainty("MC10000402001000") is Certainty.SUSPICION
    assert default_certainty("MC10000101001000") is Certainty.VIOLATION


def test_every_certainty_has_a_national_severity() -> None:
    assert SEVERITY == {"明确违规": "1", "可疑": "2", "提醒": "3"}
