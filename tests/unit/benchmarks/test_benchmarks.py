"""The benchmark harness: what it makes to measure on, and how it says whether a figure is reached."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.figures import Better, Figure, Goal, number
from benchmarks.library import made_library, pairs_of
from benchmarks.machine import this_machine
from benchmarks.measure import in_own_process, percentile, seconds_of
from benchmarks.tables import HEADINGS, markdown
from mingcha.audit.plans import plan_of
from mingcha.knowledge.starter import starter_points

PEERS_ABSENT = "需要 duckdb 和 zen-engine（make bench 会安装）"
QUICK = Goal(Better.LESS, must=1.0, aim=0.3)
FAST = Goal(Better.MORE, must=100.0, aim=200.0)


@pytest.mark.parametrize(
    ("measured", "goal", "verdict"),
    [
        (0.2, QUICK, "达到目标"),
        (1.0, QUICK, "达到"),
        (1.5, QUICK, "未达，差 50%"),
        (250.0, FAST, "达到目标"),
        (100.0, FAST, "达到"),
        (60.0, FAST, "未达，差 40%"),
        (1.0, Goal(Better.LESS, must=0), "未达，差 100%"),
        (1.0, Goal(Better.LESS), ""),
    ],
)
def test_a_figure_says_plainly_by_how_much_it_falls_short(measured: float, goal: Goal, verdict: str) -> None:
    assert Figure("题", "项", measured, "秒", goal).verdict == verdict


def test_a_ratio_above_one_means_better_than_the_peer_whichever_way_is_good() -> None:
    assert Figure("题", "项", 2.0, "秒", QUICK, peer=8.0).ratio == 4
    assert Figure("题", "项", 2.0, "行/秒", FAST, peer=8.0).ratio == 0.25
    assert Figure("题", "项", 2.0, "秒", QUICK).ratio is None


def test_numbers_keep_three_digits() -> None:
    assert [number(value) for value in (None, 0, 0.12345, 12.345, 1234567.8)] == [
        "", "0", "0.123", "12.3", "1,234,568",
    ]  # fmt: skip


def test_made_knowledge_has_the_pairs_asked_for_cites_nothing_and_never_contradicts_itself() -> None:
    library = made_library(9_000)
    made = library.points[len(starter_points()) :]
    named = Counter((point.slug, code) for point in made for code in point.codes)
    assert 9_000 <= pairs_of(library.points) < 9_020
    assert max(named.values()) == 1
    assert all(point.demonstration and not point.source_id and not point.source_row for point in made)


def test_made_knowledge_is_the_same_every_time() -> None:
    first, second = made_library(4_000).release(), made_library(4_000).release()
    assert first.knowledge_digest == second.knowledge_digest


def test_what_a_city_is_written_around_is_all_that_the_release_knows_of_its_codes() -> None:
    library = made_library(9_000)
    common = {code for point in library.common for code in point.codes}
    others = library.points[len(library.common) :]
    assert not any(common & set(point.codes) for point in others)


def test_a_made_point_waits_for_a_setting_only_where_its_pattern_does() -> None:
    plan = plan_of(made_library(4_000).release())
    waiting = [found for check in plan.variant("").checks for found in check.incomplete]
    made = {reason for point, reason in waiting if point.point_id.startswith(("common", "made"))}
    assert made <= {reason for point, reason in waiting if not point.point_id.startswith(("common", "made"))}


def test_the_page_names_cores_memory_and_versions_and_nothing_else_of_the_machine() -> None:
    machine = this_machine()
    page = markdown([Figure("题", "a|b", 1.0, "秒", QUICK)], machine, ["说明"])
    assert str(machine) in page
    assert "| a／b | ≤ 1 | ≤ 0.3 | 1 | 秒 | 达到 |" in page
    assert page.count("| --- " * len(HEADINGS)) == 1
    assert str(Path.home()) not in page


def test_a_percentile_is_one_of_the_values_measured() -> None:
    assert percentile([float(value) for value in range(100)], 0.99) == 99
    assert percentile([3.0], 0.5) == 3


def test_the_median_of_several_runs_is_reported() -> None:
    result, seconds = seconds_of(lambda: "ok", 3)
    assert result == "ok"
    assert seconds < 1


def test_work_in_its_own_process_is_timed_and_its_memory_seen() -> None:
    measured = in_own_process(sorted, list(range(2_000_000)))
    assert len(measured.result) == 2_000_000
    assert measured.seconds > 0
    assert measured.peak_mb is None or measured.peak_mb > 50


def test_sql_and_engine_agree_on_a_small_city(tmp_path: Path) -> None:
    """The peer's findings are the same rows, for every rule of its subset and not just for none."""
    pytest.importorskip("duckdb", reason=PEERS_ABSENT)
    from benchmarks import duckdb_peer
    from benchmarks.datasets import city_dataset
    from mingcha.audit.batch import audit

    library = made_library(4_000)
    release = library.release()
    dataset = city_dataset(15_000, library, tmp_path)
    audit(dataset, release, tmp_path / "ours", workbook=False)
    plan = plan_of(release)
    duckdb_peer.write_knowledge(plan, tmp_path)
    duckdb_peer.audit_dataset(dataset, tmp_path, tmp_path / "theirs.parquet")
    ours = tmp_path / "ours" / "findings.parquet"
    compared, only = duckdb_peer.different(ours, tmp_path / "theirs.parquet")
    assert only.is_empty()
    assert compared > 100
    assert duckdb_peer.slugs_in(ours) >= set(duckdb_peer.SUBSET)


def test_a_finding_that_one_side_lacks_is_shown(tmp_path: Path) -> None:
    """A comparison that never finds a difference would prove nothing."""
    pytest.importorskip("duckdb", reason=PEERS_ABSENT)
    import polars as pl

    from benchmarks import duckdb_peer

    row = dict.fromkeys(duckdb_peer.COMPARED, "x") | {"excess_quantity": 1, "amount_fen": 2}
    mine, theirs = tmp_path / "mine.parquet", tmp_path / "theirs.parquet"
    pl.DataFrame([row | {"slug": "sex-mismatch"}]).write_parquet(mine)
    pl.DataFrame([row | {"amount_fen": 3}]).write_parquet(theirs)
    compared, only = duckdb_peer.different(mine, theirs)
    assert compared == 1
    assert only["only"].to_list() == ["明察", "DuckDB"]


def test_a_batch_of_five_million_owes_its_rate_though_a_few_lines_fall_away_at_import() -> None:
    """Judged by the lines that were left, a city of 5,000,000 once lost its verdict: 4,990,770 were left."""
    pytest.importorskip("duckdb", reason=PEERS_ABSENT)
    from benchmarks.batch import ENOUGH_LINES, rate_owed

    assert Figure("题", "项", 524_121, "行/秒", rate_owed(ENOUGH_LINES)).verdict == "未达，差 56%"
    assert Figure("题", "项", 524_121, "行/秒", rate_owed(ENOUGH_LINES - 1)).verdict == ""


def test_the_usual_and_the_full_run_measure_a_batch_that_owes_its_rate() -> None:
    pytest.importorskip("duckdb", reason=PEERS_ABSENT)
    pytest.importorskip("zen", reason=PEERS_ABSENT)
    from benchmarks.__main__ import FULL, USUAL
    from benchmarks.batch import rate_owed

    for sizes in (USUAL, FULL):
        assert any(rate_owed(lines).must is not None for lines, _ in sizes.batches)


def test_a_made_bill_has_the_lines_asked_for_and_history_before_it(tmp_path: Path) -> None:
    from benchmarks.bills import EARLIER_VISITS, HISTORY, LINES, Bills
    from benchmarks.datasets import city_dataset

    library = made_library(4_000)
    bills = Bills(city_dataset(6_000, library, tmp_path), plan_of(library.release()))
    *earlier, current = bills.case(len(bills) - 1)
    assert [visit.audited for visit in earlier] == [False] * EARLIER_VISITS
    assert sum(len(visit.lines["item_code"]) for visit in earlier) == HISTORY
    assert len(current.lines["item_code"]) == LINES
    assert {visit.facts["person_id"] for visit in earlier} == {current.facts["person_id"]}
    assert max(visit.facts["started_at"] for visit in earlier) < current.facts["started_at"]
