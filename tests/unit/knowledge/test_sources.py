"""Nothing is cited that is not catalogued."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from mingcha.domain.errors import KnowledgeError
from mingcha.domain.values import day_of
from mingcha.knowledge.sources import first_source_of_rule, source, source_of_batch, sources
from tests.unit.knowledge.shared import NATIONAL, needs_shared


def test_an_unknown_source_is_an_error_that_says_where_to_enter_it() -> None:
    with pytest.raises(KnowledgeError, match="不在来源目录中") as raised:
        source("nkb-99")
    assert "登记" in raised.value.remedy


def test_the_regulation_is_known_with_number_and_dates() -> None:
    found = source("fund-regulation")

    assert found.citation == "《医疗保障基金使用监督管理条例》（国务院令第735号）"
    assert found.in_force == day_of(date(2021, 5, 1))


def test_a_rule_published_twice_has_its_first_batch() -> None:
    first = first_source_of_rule("GZ10000301004000")

    assert first is not None
    assert first.id == "nkb-01"
    assert source_of_batch("第十七批") == source("nkb-17")
    assert source_of_batch("第十八批") is None


def test_every_batch_has_a_publisher_a_date_and_its_rules() -> None:
    batches = [found for found in sources().values() if found.id.startswith("nkb-")]

    assert len(batches) == 18
    assert all(found.published and found.publisher and found.rules for found in batches)


@needs_shared
def test_the_dates_of_the_batches_are_those_published() -> None:
    with (NATIONAL / "batches.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            batch = row["批次"]
            id_ = f"nkb-{int(batch):02d}" if batch.isdigit() else "nkb-2026-01"
            assert source(id_).published == day_of(date.fromisoformat(row["发布日期"]))


def test_a_number_that_nobody_has_checked_is_cited_as_such() -> None:
    found = source("antibiotic-campaign-2013")

    assert not found.checked
    assert found.citation.endswith("（卫办医政发〔2013〕37号，文号待核对）")
    assert "待核对" not in source("fund-regulation").citation
