"""The files that the guides show are files that work."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from mingcha.audit.definitions import failures
from mingcha.audit.releasing import check_strategy
from mingcha.cli import commands
from mingcha.cli.app import run
from mingcha.knowledge.definition.form import definition_of
from mingcha.knowledge.expressions.reading import condition_of
from mingcha.knowledge.expressions.words import vocabulary
from mingcha.knowledge.strategy.form import strategy_of

assert commands.COMMANDS
DOCS = Path(__file__).parents[2] / "docs"


def shown(name: str) -> Any:
    (block,) = re.findall(r"```yaml\n(.*?)```", (DOCS / name).read_text("utf-8"), re.DOTALL)
    return yaml.safe_load(block)


def test_the_rule_sets_of_the_guide_can_be_published() -> None:
    strategy = strategy_of(shown("rule-sets.md"))
    check_strategy(strategy)
    assert (len(strategy.sets), len(strategy.exemptions)) == (2, 1)


def test_the_rule_of_the_guide_passes_its_examples() -> None:
    assert failures(definition_of(shown("own-rules.md"))) == []


def test_every_condition_that_the_guide_writes_can_be_read() -> None:
    text = (DOCS / "own-rules.md").read_text("utf-8").partition("**条件的写法。**")[2].partition("\n\n")[0]
    written = [part for part in re.findall(r"`([^`]+)`", text) if part != "= ≠ < ≤ > ≥"]
    assert len(written) >= 9
    for part in written:
        condition_of(part, vocabulary())


def test_every_command_of_the_guides_exists() -> None:
    for name in ("rule-sets.md", "own-rules.md"):
        for line in re.findall(r"^mingcha ([a-z ]+)", (DOCS / name).read_text("utf-8"), re.MULTILINE):
            assert run([*line.split(), "--help"]) == 0
