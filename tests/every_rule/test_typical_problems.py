"""Each item of the national lists of typical faults says what finds it, or which facts are missing."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from mingcha.catalogue.problems import FOUND, IN_PART, NOT_FOUND, problems, problems_page
from mingcha.knowledge.sources import source
from mingcha.rules.registry import RULES
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


def test_an_item_of_unknown_mechanism_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from mingcha.catalogue import problems as module
    from mingcha.domain.errors import DeclarationError

    monkeypatch.setattr(module, "RULES", {})
    with pytest.raises(DeclarationError, match="没有“"):
        module.problems.__wrapped__()
