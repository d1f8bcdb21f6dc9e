"""Two audits compared: every finding is new, gone, changed or the same, and the money is what they say."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from uuid import UUID

import polars as pl
import pytest

from mingcha.access.actor import Actor, Held, console
from mingcha.access.context import Access
from mingcha.access.errors import Invalid, Missing
from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.access.scope import Reach
from mingcha.audit.batch import FINDINGS
from mingcha.audit.outputs import sha256_of
from mingcha.audit.reading.comparison import DifferenceFilter, compare, differences
from mingcha.audit.reading.runs_to_read import hits_by_rule
from mingcha.audit.run import INDEX
from tests.support.judged import RELEASES, RUN, RUNS, judged, with_empty_database

LATER = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
EVERYBODY = console("测试")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Access:
    """The audit, and one in which a tenth is gone, a tenth takes one yuan less, a tenth reads something else."""
    home = tmp_path_factory.mktemp("home")
    (home / RUNS).mkdir()
    for name in (f"{RUNS}/{RUN}", RELEASES, "datasets"):
        (home / name).symlink_to(judged() / name)
    later = home / RUNS / str(LATER)
    shutil.copytree(judged() / RUNS / str(RUN), later, ignore=shutil.ignore_patterns(INDEX, ".*"))
    change(later)
    return with_empty_database(home)


def change(run: Path) -> None:
    found = pl.read_parquet(run / FINDINGS, glob=False).with_row_index("row")
    tenth = pl.col("row") % 10
    newcomer = pl.col("finding_id").str.replace("^..", "zz").str.replace("zz", "0f")
    altered = found.with_columns(
        claimed_fen=pl.when(tenth == 1).then(pl.col("claimed_fen") - 100).otherwise("claimed_fen"),
        value=pl.when(tenth == 2).then(pl.lit("另一个值")).otherwise("value"),
        finding_id=pl.when(tenth == 3).then(newcomer).otherwise("finding_id"),
    ).filter(tenth != 0)
    altered.drop("row").write_parquet(run / FINDINGS)
    manifest = json.loads((run / "manifest.json").read_text("utf-8"))
    manifest["files"][FINDINGS] = sha256_of(run / FINDINGS)
    first = min(manifest["buckets"])
    for name, counts in manifest["buckets"].items():
        counts["findings"] = altered.height if name == first else 0
    (run / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def frames(access: Access) -> tuple[pl.DataFrame, pl.DataFrame]:
    read = [pl.read_parquet(access.home / RUNS / str(run) / FINDINGS, glob=False) for run in (RUN, LATER)]
    return read[0], read[1]


def plainly(access: Access, institution: str | None = None) -> dict[str, tuple[str, int, str]]:
    """By finding that differs: how, by how many fen, and its rule; said apart from the code under test."""
    sides = [
        {row["finding_id"]: row for row in frame.to_dicts() if institution in (None, row["institution_id"])}
        for frame in frames(access)
    ]
    before, after = sides
    found = {}
    for name in before.keys() | after.keys():
        then, now = before.get(name), after.get(name)
        if then != now:
            how = "new" if then is None else "gone" if now is None else "changed"
            more = (now or {}).get("claimed_fen", 0) - (then or {}).get("claimed_fen", 0)
            found[name] = (how, more, (now or then or {})["rule_code"])
    return found


@pytest.mark.parametrize("institution", [None, "H2"])
def test_what_differs_is_counted_and_listed_within_the_scope(both: Access, institution: str | None) -> None:
    actor = (
        EVERYBODY
        if institution is None
        else Actor(None, "h2", (Held(Role.INSURANCE_OFFICE, Reach(institution=institution)),))
    )
    expected = plainly(both, institution)
    counted = compare(both, actor, RUN, LATER)
    of_each = Counter(how for how, _, _ in expected.values())
    assert (counted.total.new, counted.total.gone, counted.total.changed) == (
        of_each["new"],
        of_each["gone"],
        of_each["changed"],
    )
    assert min(of_each.values()) > 10
    assert counted.now_fen - counted.then_fen == sum(more for _, more, _ in expected.values())
    assert counted.now_fen - counted.then_fen == (
        counted.total.new_fen - counted.total.gone_fen + counted.total.changed_fen
    )
    for part in (counted.by_rule, counted.by_institution):
        assert sum(one.changed for one in part) == counted.total.changed
        assert sum(one.gone_fen for one in part) == counted.total.gone_fen
    by_rule = Counter(rule for how, _, rule in expected.values() if how == "gone")
    assert {one.value: one.gone for one in counted.by_rule if one.gone} == by_rule
    if institution is not None:
        assert [one.value for one in counted.by_institution] == [institution]
    listed = [
        row
        for page in range(1, -(-len(expected) // 100) + 1)
        for row in differences(both, actor, RUN, LATER, DifferenceFilter(), Listing(page, 100)).items
    ]
    assert {row.finding_id: (row.change, row.difference_fen, row.rule_code) for row in listed} == expected
    moved = [abs(row.difference_fen) for row in listed]
    assert moved == sorted(moved, reverse=True)
    for row in listed[:50]:
        assert (row.then is None) == (row.change == "new")
        assert (row.now is None) == (row.change == "gone")
        assert all(side.sentence for side in (row.then, row.now) if side is not None)


def test_differences_are_narrowed_by_kind_rule_and_institution(both: Access) -> None:
    expected = plainly(both, "H1")
    rule = Counter(rule for how, _, rule in expected.values() if how == "changed").most_common(1)[0][0]
    page = differences(both, EVERYBODY, RUN, LATER, DifferenceFilter("changed", rule, "H1"), Listing(1, 100))
    assert page.total == sum((how, of) == ("changed", rule) for how, _, of in expected.values()) > 0
    with pytest.raises(Invalid):
        differences(both, EVERYBODY, RUN, LATER, DifferenceFilter(), Listing(1, 20, "value"))
    with pytest.raises(Missing):
        compare(both, EVERYBODY, RUN, UUID(int=3))


def test_an_audit_compared_with_itself_differs_in_nothing(both: Access) -> None:
    counted = compare(both, EVERYBODY, RUN, RUN)
    assert (counted.total.new, counted.total.gone, counted.total.changed) == (0, 0, 0)
    assert counted.same == counted.then_findings == counted.now_findings == frames(both)[0].height
    assert counted.by_rule == counted.by_institution == []


def test_hits_of_rules_are_counted_run_by_run_within_the_scope(both: Access) -> None:
    actor = Actor(None, "h1", (Held(Role.INSURANCE_OFFICE, Reach(institution="H1")),))
    hits = hits_by_rule(both, actor, [RUN, LATER])
    for run, frame in zip((RUN, LATER), frames(both), strict=True):
        own = frame.filter(pl.col("institution_id") == "H1")
        assert {one.rule_code: one.findings for one in hits if one.run == run} == Counter(own["rule_code"])
        counted = own.filter(pl.col("exemption").is_null())
        assert sum(one.claimed_fen for one in hits if one.run == run) == counted["claimed_fen"].sum()
        assert sum(one.exempt for one in hits if one.run == run) == own["exemption"].count()
        assert {one.institutions for one in hits} == {1}
