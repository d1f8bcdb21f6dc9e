"""A rule over periods that is wrong says something else of the city: comparisons flipped, settings moved by a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from mingcha.audit.bucket import stock_of
from mingcha.catalogue.entries import entries
from mingcha.domain.errors import DeclarationError
from mingcha.engine.indicators import indicators_of
from mingcha.engine.plan import Plan
from mingcha.engine.stock import Stock
from mingcha.engine.sums import PeriodSums
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

LINES = 60_000
ENTRIES = list(entries())
SETTINGS = starter_settings()
OVER_PERIODS = [slug for slug, rule in RULES.items() if issubclass(rule, PeriodRule)]
# Mutants that cannot show, each with its reason.
EQUIVALENT = {
    "flipped: Line.long_order == False": "no line of the city says that it is a long order; the cases try it",
    "flipped: Line.executing_department_id == DeviceCapacity.department_id": (
        "the starter pack's machines belong to whole hospitals; the cases try it"
    ),
    "least_peers -1": "every group of peers in the city has five others or next to none; the cases try it",
}
DIGESTS = ("settings_digest", "knowledge_digest")
City = tuple[Tables, list[str], Stock, pl.DataFrame]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("city")
    make_city(folder / "city", LINES, seed=7)
    import_claims([folder / "city" / "claims"], folder / "dataset")
    lake = Lake(folder / "dataset")
    bucket = lake.read_bucket(0)
    tables = Tables(bucket.encounters, bucket.lines, bucket.diagnoses, bucket.procedures)
    truth = pl.read_parquet(folder / "city" / "truth.parquet")
    return tables, lake.items()["item_code"].to_list(), stock_of(lake), truth


def points_of(rule: type[Rule[Any]]) -> list[KnowledgePoint]:
    """The starter pack's points of the kind that a rule needs, if it needs any."""
    return [
        point for point in starter_points() if rule.knowledge is not None and type(point) is rule.knowledge
    ]


def said(
    rule: type[Rule[Any]], settings: dict[str, Any], city: City, points: Sequence[KnowledgePoint]
) -> pl.DataFrame:
    """The indicators of the city by one rule and these points."""
    tables, codes, stock, _ = city
    held = release_of(1, points, {rule.slug: {"": settings}}, with_demonstration=True)
    plan = Plan(held, ENTRIES, {rule.slug: rule})
    everybody = pl.Series([True] * tables.encounters.height, dtype=pl.Boolean)
    return indicators_of(plan, PeriodSums(plan, codes, stock)(tables, everybody), stock)


def settings_of(slug: str) -> dict[str, Any]:
    """The starter pack's settings of a rule, with the defaults of what it leaves out where it has none at all."""
    declared = {name: one.default for name, one in RULES[slug].settings().items()}
    return SETTINGS.get(slug, {}).get("", declared)


def told(city: City) -> set[str]:
    """All institutions that the city's bills come from: a quiet rule judges them without a word."""
    return set(city[0].encounters["institution_id"])


@pytest.mark.parametrize("slug", OVER_PERIODS)
def test_every_planted_institution_stands_out_and_no_other(slug: str, city: City) -> None:
    rule = RULES[slug]
    rows = said(rule, settings_of(slug), city, points_of(rule))
    found = set(rows.filter(pl.col("flagged").fill_null(value=False))["institution_id"])
    truth = city[-1].filter(pl.col("mechanism") == slug)
    planted = {
        what: set(truth.filter(pl.col("planted") == what)["institution_id"])
        for what in ("violation", "near-miss")
    }
    assert found == planted["violation"] != set()
    judged = set(rows.filter(pl.col("flagged").is_not_null())["institution_id"])
    assert planted["near-miss"]
    assert planted["near-miss"] <= (judged if not RULES[slug].quiet else told(city)) - found


@pytest.mark.parametrize("slug", OVER_PERIODS)
def test_every_mutant_of_a_rule_says_something_else(slug: str, city: City) -> None:
    rule, settings = RULES[slug], settings_of(slug)
    points = points_of(rule)
    right = said(rule, settings, city, points).drop(DIGESTS)
    survivors = []
    for mutant in mutants(rule, points, settings):
        if mutant.what in EQUIVALENT:
            continue
        try:
            wrong = said(mutant.rule, dict(mutant.settings), city, mutant.points).drop(DIGESTS)
        except DeclarationError:  # a setting beyond its bounds is refused and judges nothing
            continue
        if wrong.equals(right):
            survivors.append(mutant.what)
    assert not survivors
