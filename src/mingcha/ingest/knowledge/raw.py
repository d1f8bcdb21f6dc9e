"""What one row of one published table says, before it is joined with the rows of other tables."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

# Layouts in the order in which their codes and texts are believed; limits are taken from all of them.
LAYOUTS = ("official", "compiled", "tidied")


@dataclass(frozen=True)
class RawPoint:
    """A published row.

    Args:
        layout: official, compiled or tidied.
        where: file, sheet and row, for messages.
        source_id: the batch (knowledge/sources.yaml).
        row: its number in the published table.
        codes: the codes it speaks about; of a pair only the contained item.
        containing: of a pair, the item that contains it.
        limits: what limiting columns say, by their short Chinese name (性别, 对象, 间隔, 数量 …), as written.
        external_id, replaces: identity and link in the compiled table.
    """

    layout: str
    where: str
    rule_code: str
    source_id: str
    row: int
    name: str
    codes: tuple[str, ...]
    containing: tuple[str, ...] = ()
    logic: str = ""
    basis: str = ""
    limits: dict[str, str] = field(default_factory=dict)
    external_id: str = ""
    replaces: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Rows of different tables with one key are one point: batch, rule, name; of operations group, code.

        Some operations stand in two groups under one name, and one name stands for two operations of a group.
        """
        group = self.limits.get("手术组")
        operation = f"{spelling(group)} {self.codes[0]}" if group else ""
        return (self.source_id, self.rule_code, spelling(self.name), operation)


@dataclass(frozen=True)
class Exclusion:
    """A published note that is no point: persons to whom the points of a rule do not apply."""

    rule_code: str
    source_id: str
    text: str
    where: str


def spelling(text: str) -> str:
    """A name as it is compared: half-width, without blanks; tables differ in both."""
    return "".join(unicodedata.normalize("NFKC", text).split())
