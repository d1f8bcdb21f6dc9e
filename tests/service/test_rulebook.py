"""The rule book: every rule with its standing under a release, and a firing case that was run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mingcha.audit.rulebook import Standing, counted, firing_example, rulebook
from mingcha.audit.trial import faults, trial_plan
from mingcha.catalogue.entries import entries
from mingcha.catalogue.examples import examples_of
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.rules.registry import RULES


@pytest.mark.parametrize("slug", RULES)
def test_a_mechanism_fires_in_the_case_that_is_run_for_the_rule_book(slug: str) -> None:
    assert firing_example(slug).passed


def test_an_example_that_says_something_else_is_told_as_a_fault() -> None:
    example = next(one for one in examples_of("sex-mismatch") if one.fires)
    silenced = replace(example, finds=())
    assert "应报在" in faults(silenced, trial_plan(silenced))[0]


def test_with_the_starter_pack_every_written_rule_judges() -> None:
    release = release_of(1, starter_points(), starter_settings(), with_demonstration=True)
    listed = rulebook(release)
    assert [one.entry for one in listed] == list(entries())
    for one in listed:
        assert (one.state is Standing.NOT_WRITTEN) is not bool(one.entry.mechanisms)
        assert one.state is not Standing.NEEDS_POINTS, one.entry
    assert counted(listed).startswith("官方规则 88 条")


def test_without_points_a_rule_that_needs_them_says_so() -> None:
    listed = rulebook(release_of(1, (), {}))
    states = {one.entry.code: one.state for one in listed}
    assert states["GZ10000301004000"] is Standing.NEEDS_POINTS
    assert states["GZ10000204001000"] is Standing.JUDGES
