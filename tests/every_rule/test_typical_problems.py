"""Each item of the national lists of typical faults says what finds it, or which facts are missing."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mingcha.catalogue.problems import FOUND, IN_PART, NOT_FOUND, problems, problems_page
from mingcha.knowledge.sources import source
from mingcha.knowledge.starter import starter_points, starter_problems
from mingcha.rules.registry import RULES
from mingcha.sample.city import TRUTH, make_city
from mingcha.sample.library import MECHANISM_OF_KIND
from mingcha.sample.problems import problems_of_mechanisms
from tests.unit.knowledge.shared import SHARED

PUBLISHED = SHARED / "national" / "typical_problems_236.json"
SIZES = {"2025-institutions": 183, "2025-pharmacies": 19, "2024": 25, "2026": 9}


def test_every_number_of_every_list_stands_once() -> None:
    found = Counter(problem.list_name for problem in problems())
    assert found == SIZES
    for name, size in SIZES.items():
        assert [p.number for p in problems() if p.list_name == name] == list(range(1, size + 1))


def test_each_item_is_found_by_mechanisms_that_exist_or_says_what_is_missing() -> None:
    for problem in problems():
        assert problem.found_by or problem.missing
        assert set(problem.found_by) <= set(RULES)
        assert source(problem.source).document
        expected = (FOUND, IN_PART)[bool(problem.missing)] if problem.found_by else NOT_FOUND
        assert problem.coverage == expected


def test_the_page_tells_every_item_and_adds_up() -> None:
    page = problems_page()
    rows = [line for line in page.splitlines() if line.startswith("| ") and line[2].isdigit()]
    assert len(rows) == len(problems()) == 236
    counted = Counter(row.split(" | ")[4] for row in rows)
    assert f"{FOUND} {counted[FOUND]} 条" in page


@pytest.mark.skipif(
    not PUBLISHED.is_file(), reason="没有 ../shared（或 MINGCHA_SHARED）中的典型问题，跳过核对序号"
)
def test_the_numbers_are_those_of_the_published_lists() -> None:
    published: dict[str, Any] = json.loads(PUBLISHED.read_text("utf-8"))
    domains = [domain for domain in published["domains"] if domain.get("items")]
    assert sum(len(domain["items"]) for domain in domains) == len(problems())
    of_2025 = [d for d in domains if d["version"] == "2025版"]
    for name, chosen in (
        ("2025-pharmacies", [d for d in of_2025 if "药店" in d["domain"]]),
        ("2025-institutions", [d for d in of_2025 if "药店" not in d["domain"]]),
    ):
        numbers = sorted(int(item["no"]) for domain in chosen for item in domain["items"])
        assert numbers == [p.number for p in problems() if p.list_name == name]


def test_points_and_mechanisms_refer_to_items_that_exist_and_are_found_by_them() -> None:
    known = {problem.key: problem for problem in problems()}
    for point in starter_points():
        for key in starter_problems().get(point.point_id, ()):
            assert MECHANISM_OF_KIND[point.slug] in known[key].found_by, (point.point_id, key)
    for mechanism, keys in problems_of_mechanisms().items():
        for key in keys:
            assert mechanism in known[key].found_by, (mechanism, key)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest city."""
    return make_city(tmp_path_factory.mktemp("smallest") / "city", 100, seed=3).out


def test_even_the_smallest_city_plants_one_of_each_problem_that_can_be_found(city: Path) -> None:
    truth = pl.read_parquet(city / TRUTH)
    planted = truth.filter(pl.col("planted") == "violation").explode("typical_problems")
    of_problem = {
        key: set(rows["mechanism"])
        for (key,), rows in planted.group_by("typical_problems")
        if key is not None
    }
    assert set(of_problem) == {problem.key for problem in problems() if problem.found_by}
    for problem in problems():
        assert of_problem.get(problem.key, set()) <= set(problem.found_by)


def test_what_the_list_of_pharmacies_is_about_is_planted_at_pharmacies_and_nothing_else(city: Path) -> None:
    truth = pl.read_parquet(city / TRUTH).explode("typical_problems").drop_nulls("typical_problems")
    places = pl.read_parquet(city / "claims" / "encounters.parquet").select("mdtrt_id", "medins_id")
    rows = truth.join(places, left_on="encounter_id", right_on="mdtrt_id")
    assert rows.height == truth.height
    of_pharmacies = rows["typical_problems"].str.starts_with("2025-pharmacies/")
    assert of_pharmacies.equals(rows["medins_id"].str.starts_with("P"), check_names=False)


def test_an_item_of_unknown_mechanism_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from mingcha.catalogue import problems as module
    from mingcha.domain.errors import DeclarationError

    monkeypatch.setattr(module, "RULES", {})
    with pytest.raises(DeclarationError, match="没有“"):
        module.problems.__wrapped__()
