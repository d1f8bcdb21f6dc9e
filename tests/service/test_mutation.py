"""A rule that is wrong scores worse: every comparison flipped, limit moved and window cut shows in the city."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mingcha.catalogue.entries import entries
from mingcha.domain.errors import DeclarationError
from mingcha.engine.finding_columns import findings_of_partition
from mingcha.engine.frames import unjudged_of_partition
from mingcha.engine.partition import PartitionJudge
from mingcha.engine.plan import Plan
from mingcha.engine.tables import Tables
from mingcha.ingest.claims import import_claims
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.rules.base import Rule
from mingcha.rules.period import PeriodRule
from mingcha.rules.registry import RULES
from mingcha.sample.city import make_city
from mingcha.store.lake import Lake
from tests.support.mutants import mutants

LINES = 400_000
ENTRIES = list(entries())
# What is summed up over a period has its mutants in test_period_mutation.
OF_BILLS = [slug for slug, rule in RULES.items() if not issubclass(rule, PeriodRule)]
SETTINGS = starter_settings()
POINTS = starter_points()
Row = tuple[Any, ...]

# Mutants that cannot show, each with its reason.
EQUIVALENT = {
    ("window-over-limit", "flipped: day >= first"): "a quantity is required at import, so none is unknown",
    ("unit-price-over-ceiling", "flipped: point.rank != EVERY_LEVEL"): "every institution's level is known",
    ("spending-over-cap", "flipped: point.period == '年'"): "the city lives within one calendar year",
    ("course-over-limit", "flipped: point.period == '年'"): "the city lives within one year",
    ("course-over-limit", "flipped: point.period == '就诊'"): "it only words the limit",
    ("age-out-of-range", "infant_below +1"): "no point of the starter pack speaks of 婴儿",
    ("age-out-of-range", "infant_below -1"): "no point of the starter pack speaks of 婴儿",
    ("quantity-over-limit", "flipped: point.period == HOUR"): "no limit by the hour is published",
    **{
        (slug, f"flipped: Settlement.{paid} < due - tolerance"): "nobody asks for what was paid too little"
        for slug, paid in (
            ("basic-layer-overpaid", "fund_paid"),
            ("critical-layer-overpaid", "critical_paid"),
            ("subsidy-layer-overpaid", "civil_servant_paid"),
            ("assistance-layer-overpaid", "assistance_paid"),
        )
    },
    ("herb-prescription-too-large", "flipped: weight + unmeasured > self.grams * doses"): (
        "every herb of the city has its unit, and a light prescription never reaches the body"
    ),
}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tables, pl.DataFrame, pl.DataFrame]:
    folder = tmp_path_factory.mktemp("city")
    make_city(folder / "city", LINES, seed=7)
    import_claims([folder / "city" / "claims"], folder / "dataset")
    lake = Lake(folder / "dataset")
    bucket = lake.read_bucket(0)
    tables = Tables(bucket.encounters, bucket.lines, bucket.diagnoses, bucket.procedures)
    return tables, lake.items(), truth(folder / "city")


def truth(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "truth.parquet")


def said(
    rule: type[Rule[Any]],
    points: list[KnowledgePoint],
    settings: dict[str, Any],
    city: tuple[Tables, pl.DataFrame, pl.DataFrame],
) -> tuple[frozenset[Row], frozenset[Row]]:
    """What a rule finds and cannot judge in the city, as rows that can be compared."""
    tables, items, _ = city
    regional = {region: held for region, held in SETTINGS.get(rule.slug, {}).items() if region}
    release = release_of(1, points, {rule.slug: {**regional, "": settings}}, with_demonstration=True)
    plan = Plan(release, ENTRIES, {rule.slug: rule})
    outcome = PartitionJudge(plan, items["item_code"].to_list())(tables)
    found = findings_of_partition(plan, tables, outcome.hits, items)
    columns = ["rule_code", "encounter_id", "line_id", "code", "excess_quantity", "amount_fen"]
    return (
        frozenset(found.select(columns).rows()),
        frozenset(unjudged_of_partition(tables, outcome).rows()),
    )


@cache
def points_of(slug: str) -> list[KnowledgePoint]:
    """The points that a rule judges by: of its kind, and of the entries that it serves."""
    kind, codes = RULES[slug].knowledge, {entry.code for entry in ENTRIES if slug in entry.mechanisms}
    return [p for p in POINTS if kind is not None and p.slug == kind.slug and p.rule_code in codes]


@pytest.mark.parametrize("slug", OF_BILLS)
def test_every_planted_violation_is_found_and_nothing_else(slug: str, city: Any) -> None:
    found, _ = said(RULES[slug], points_of(slug), SETTINGS.get(slug, {}).get("", {}), city)
    _, _, planted = city
    dirty = set(planted.filter("on_dirty_row")["encounter_id"])
    wanted = planted.filter((pl.col("mechanism") == slug) & (pl.col("planted") == "violation"))
    expected = {row[:3] for row in wanted.select("rule_code", "encounter_id", "line_id").rows()}
    assert {row for row in expected if row[1] not in dirty} == {
        row[:3] for row in found if row[1] not in dirty
    }


@pytest.mark.parametrize("slug", OF_BILLS)
def test_every_mutant_of_a_rule_finds_something_else(slug: str, city: Any) -> None:
    rule, points, settings = RULES[slug], points_of(slug), SETTINGS.get(slug, {}).get("", {})
    right = said(rule, points, settings, city)
    survivors = []
    for mutant in mutants(rule, points, settings):
        if (slug, mutant.what) in EQUIVALENT:
            continue
        try:
            wrong = said(mutant.rule, list(mutant.points), dict(mutant.settings), city)
        except DeclarationError:  # a setting beyond its bounds is refused and judges nothing
            continue
        if wrong == right:
            survivors.append(mutant.what)
    assert not survivors
