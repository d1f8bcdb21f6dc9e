"""All command modules; importing one registers its commands, in the order of the help."""

from __future__ import annotations

from mingcha.cli import (
    audit,
    bill,
    claims,
    conformance,
    connections,
    database,
    definitions,
    demo,
    indications,
    indicators,
    knowledge,
    organisations,
    reference,
    release,
    rule_sets,
    rules,
    sample,
    serve,
    users,
    worker,
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
    serve,
    worker,
    users,
    connections,
    conformance,
    organisations,
    database,
    reference,
)
