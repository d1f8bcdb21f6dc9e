"""The `mingcha` command: reads arguments, calls the services, prints the answer in Chinese. No logic here."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the command; ends the process with the exit code."""
    from mingcha.cli.app import run
    from mingcha.cli.commands import COMMANDS

    assert COMMANDS  # importing them has registered them
    sys.exit(run())
