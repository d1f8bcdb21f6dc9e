"""All command modules; importing one registers its commands, in the order of the help."""

from __future__ import annotations

from mingcha.cli import audit, claims, demo, knowledge, release, sample

COMMANDS = (audit, claims, knowledge, release, sample, demo)
