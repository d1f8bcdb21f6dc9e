"""An entry of the rule catalogue: official code and name, and the mechanisms that judge it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One rule of the official list, or one of our own.

    Args:
        code: GZ… as issued, MC… where the list has a name without a code or the rule is ours; never reused.
        name: the official name; category, group: 政策类 … and 药品政策限定类 …; items: what it is about.
        certainty: 明确违规, 可疑 or 提醒, unless the knowledge point says otherwise.
        mechanisms: slugs of the rules that judge it, none where no mechanism is written yet.
        kinds: slugs of the kinds of knowledge point that its mechanisms need.
        number: place in the official list, 0 for our own.
        over_period: whether figures of institutions over a period are judged, and not encounters.
    """

    code: str
    name: str
    mechanisms: tuple[str, ...]
    certainty: str
    category: str = ""
    group: str = ""
    items: str = ""
    kinds: tuple[str, ...] = ()
    number: int = 0
    over_period: bool = False

    @property
    def kind(self) -> str:
        """The kind in which points of the entry are published, "" for none."""
        return self.kinds[0] if self.kinds else ""
