"""The rules without code of an installation, as they lie in its data folder."""

from __future__ import annotations

from pathlib import Path

from mingcha.ingest.written import read_yaml
from mingcha.knowledge.definition.form import definition_of
from mingcha.knowledge.definition.model import RuleDefinition, State
from mingcha.store import definitions as kept


def kept_definitions(home: Path) -> tuple[RuleDefinition, ...]:
    """The newest version of every rule without code, by code."""
    return tuple(definition_of(read_yaml(path), str(path)) for path in kept.newest(home))


def definitions_in_use(home: Path) -> tuple[RuleDefinition, ...]:
    """Those that the next release takes up."""
    return tuple(one for one in kept_definitions(home) if one.state is State.IN_USE)
