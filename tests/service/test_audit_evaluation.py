"""Precision, recall and money error are counted against what was planted, clean and dirty rows apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mingcha.audit.evaluation import Evaluation, ProblemScore, compare, evaluate
from mingcha.domain.errors import InputError
from mingcha.domain.findings import Finding, Indicator
from mingcha.engine.frames import schema_of

TRUTH = {
    "rule_code": pl.String, "mechanism": pl.String, "encounter_id": pl.String, "line_id": pl.String,
    "diagnosis_code": pl.String, "excess_quantity": pl.Int64, "amount_fen": pl.Int64, "certain": pl.Boolean,
    "planted": pl.String, "on_dirty_row": pl.Boolean, "note": pl.String, "institution_id": pl.String,
    "typical_problems": pl.List(pl.String),
}  # fmt: skip


def planted(encounter: str, line: str | None, fen: int, **more: Any) -> dict[str, Any]:
    plain = {
        "rule_code": "R",
        "mechanism": "m",
        "certain": True,
        "planted": "violation",
        "on_dirty_row": False,
    }
    return {**plain, "encounter_id": encounter, "line_id": line, "amount_fen": fen, **more}


def found(encounter: str, line: str | None, fen: int, **more: Any) -> dict[str, Any]:
    plain = {"rule_code": "R", "slug": "m", "certainty": "明确违规"}
    return {**plain, "encounter_id": encounter, "line_key": line, "line_id": line, "amount_fen": fen, **more}


def compared(findings: list[dict[str, Any]], truth: list[dict[str, Any]]) -> Evaluation:
    indicators = pl.DataFrame(schema=schema_of(Indicator))
    return compare(
        pl.DataFrame(findings, schema=schema_of(Finding)), indicators, pl.DataFrame(truth, schema=TRUTH)
    )


def test_what_was_planted_and_found_to_the_fen_is_perfect() -> None:
    score = compared([found("E1", "L1", 500)], [planted("E1", "L1", 500)])
    assert score.perfect
    assert (score.clean.recall, score.clean.precision, score.clean.amount_error_fen) == (1.0, 1.0, 0)
    assert not score.unmatched


def test_a_missed_violation_costs_recall_and_a_false_finding_costs_precision() -> None:
    score = compared(
        [found("E1", "L1", 500), found("E2", "L9", 70)], [planted("E1", "L1", 500), planted("E1", "L2", 300)]
    )
    assert (score.clean.recall, score.clean.precision) == (0.5, 0.5)
    assert not score.perfect
    assert {(one.what, one.place) for one in score.unmatched} == {("漏报", "L2"), ("误报", "L9")}


def test_a_finding_on_a_near_miss_is_false() -> None:
    score = compared([found("E1", "L1", 500)], [planted("E1", "L1", 0, planted="near-miss", note="恰好")])
    assert (score.clean.planted, score.clean.false) == (0, 1)
    assert score.unmatched[0].note == "恰好"


def test_dirty_rows_are_counted_apart() -> None:
    score = compared([], [planted("E1", "L1", 500, on_dirty_row=True)])
    assert score.perfect
    assert score.clean.recall is None
    assert score.dirty.recall == 0.0


def test_a_wrong_amount_is_found_but_counted_as_error() -> None:
    score = compared([found("E1", "L1", 450)], [planted("E1", "L1", 500)])
    assert (score.clean.found, score.clean.wrong_amount, score.clean.amount_error_fen) == (1, 1, 50)


def test_a_wrong_excess_quantity_counts_as_wrong_even_where_the_amount_is_right() -> None:
    score = compared(
        [found("E1", "L1", 500, excess_quantity=20_000)], [planted("E1", "L1", 500, excess_quantity=10_000)]
    )
    assert score.clean.wrong_amount == 1


def test_the_wrong_certainty_is_counted() -> None:
    score = compared([found("E1", "L1", 500, certainty="可疑")], [planted("E1", "L1", 500)])
    assert (score.clean.found, score.clean.wrong_certainty) == (1, 1)


def test_two_points_on_one_row_count_once() -> None:
    score = compared(
        [found("E1", "L1", 500, knowledge_point="a"), found("E1", "L1", 500, knowledge_point="b")],
        [planted("E1", "L1", 500)],
    )
    assert (score.clean.found, score.clean.false) == (1, 0)


def test_diagnoses_are_matched_by_their_code_and_bills_by_their_encounter() -> None:
    score = compared(
        [found("E1", None, 0, code="N40"), found("E2", None, 0)],
        [planted("E1", None, 0, diagnosis_code="N40"), planted("E2", None, 0)],
    )
    assert (score.clean.found, score.clean.false) == (2, 0)


def test_typical_problems_are_counted_by_their_instances_on_clean_rows() -> None:
    score = compared(
        [found("E1", "L1", 500)],
        [
            planted("E1", "L1", 500, typical_problems=["2024/14", "2025-institutions/16"]),
            planted("E2", "L2", 500, typical_problems=["2025-institutions/16"]),
            planted("E3", "L3", 500, typical_problems=["2024/2"], on_dirty_row=True),
            planted("E4", "L4", 0, typical_problems=[], planted="near-miss"),
        ],
    )
    assert score.problems == (ProblemScore("2024", 14, 1, 1), ProblemScore("2025-institutions", 16, 2, 1))


def test_a_truth_that_tells_no_typical_problems_is_scored_by_rule_alone() -> None:
    truth = pl.DataFrame([planted("E1", "L1", 500)], schema=TRUTH).drop("typical_problems")
    findings = pl.DataFrame([found("E1", "L1", 500)], schema=schema_of(Finding))
    score = compare(findings, pl.DataFrame(schema=schema_of(Indicator)), truth)
    assert score.perfect
    assert score.problems == ()


def test_a_run_without_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有完整的审核结果"):
        evaluate(tmp_path, tmp_path)
