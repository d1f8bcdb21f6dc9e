"""Hatchling, with the user interface built into wheels and sdists; an editable install builds nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.build import *  # noqa: F403 - this backend is hatchling's, but for what is below
from hatchling.builders.constants import EDITABLES_REQUIREMENT
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))

import ui_build


def get_requires_for_build_editable(config_settings: dict[str, Any] | None = None) -> list[str]:  # noqa: ARG001 - its name is the standard's
    """What an editable install needs: no Node, whatever the hook below would ask for."""
    return [EDITABLES_REQUIREMENT]


class UserInterface(BuildHookInterface[Any]):
    """Builds the interface before its files are packed."""

    def dependencies(self) -> list[str]:
        """Node from PyPI where something is to be built and the machine has none that fits."""
        return [] if ui_build.is_current() or ui_build.node_of_system() else [ui_build.NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - its name is hatchling's
        """Build the interface, except for an editable install."""
        if version != "editable":
            ui_build.build()
