"""The official list as importing needs it: a rule's code by its name, and the kind of point it takes."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml


class OfficialRule(NamedTuple):
    """An entry of the official list."""

    code: str
    name: str
    kind: str | None


@cache
def rules_by_name() -> dict[str, OfficialRule]:
    """All entries by their official name."""
    text = files("mingcha.catalogue").joinpath("official.yaml").read_text(encoding="utf-8")
    entries = yaml.safe_load(text)
    return {entry["name"]: OfficialRule(entry["code"], entry["name"], entry["kind"]) for entry in entries}


@cache
def rules_by_code() -> dict[str, OfficialRule]:
    """All entries by code."""
    return {rule.code: rule for rule in rules_by_name().values()}
