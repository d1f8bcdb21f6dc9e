"""All command modules; importing one registers its commands, in the order of the help."""

from __future__ import annotations

from mingcha.cli import audit, claims, demo, knowledge, reference, release, rules, sample

COMMANDS = (audit, claims, knowledge, release, rules, sample, demo, reference)
