"""Texts of a closed list that also know what people call them."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A text, and its label."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """The text, with the label beside it."""
        made = str.__new__(cls, value)
        made._value_ = value
        made.label = label
        return made
