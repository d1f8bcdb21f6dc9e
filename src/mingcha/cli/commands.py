"""All command modules; importing one registers its commands, in the order of the help."""

from __future__ import annotations

from mingcha.cli import (
    audit,
    bill,
    claims,
    definitions,
    demo,
    indications,
    indicators,
    knowledge,
    reference,
    release,
    rule_sets,
    rules,
    sample,
)

COMMANDS = (
    audit,
    indicators,
    bill,
    claims,
    knowledge,
    indications,
    release,
    rules,
    rule_sets,
    definitions,
    sample,
    demo,
    reference,
)
