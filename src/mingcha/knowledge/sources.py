"""The documents that points and rules cite, by id; what is not listed in sources.yaml may not be cited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from mingcha.domain.errors import KnowledgeError
from mingcha.domain.values import day_of
from mingcha.knowledge.packaged import packaged


@dataclass(frozen=True)
class Source:
    """A published document. `published` and `in_force` are day numbers, `None` where not known for sure.

    Args:
        checked: whether its number was met in published material; where it was not, a citation says so.
        remark: what of its content could not be checked, though something here rests on it.
    """

    id: str
    document: str
    number: str = ""
    publisher: str = ""
    published: int | None = None
    in_force: int | None = None
    rules: tuple[str, ...] = ()
    checked: bool = True
    remark: str = ""

    @property
    def citation(self) -> str:
        """Name and number as they stand in a finding."""
        told = [self.number] if self.number else []
        told += [] if self.checked else ["文号待核对"]
        return f"{self.document}（{'，'.join(told)}）" if told else self.document


def source(source_id: str) -> Source:
    """The document with this id.

    Raises:
        KnowledgeError: no such document in sources.yaml.
    """
    found = sources().get(source_id)
    if found is None:
        raise KnowledgeError(
            f"来源“{source_id}”不在来源目录中",
            where="knowledge/sources.yaml",
            remedy="先在来源目录登记该文件（名称、文号、日期），再引用它的编号",
        )
    return found


@cache
def sources() -> dict[str, Source]:
    """All documents by id, in the order of the file."""
    return {entry["id"]: _source(entry) for entry in packaged("mingcha.knowledge", "sources.yaml")}


def source_of_batch(number: str) -> Source | None:
    """The national batch with this number (第一批 …), if it is one."""
    return next((found for found in sources().values() if found.rules and found.number == number), None)


def first_source_of_rule(rule_code: str) -> Source | None:
    """The earliest national batch that carries points of the rule."""
    carrying = [found for found in sources().values() if rule_code in found.rules]
    return min(carrying, key=lambda found: found.published or 0, default=None)


def _source(entry: dict[str, Any]) -> Source:
    return Source(
        id=entry["id"],
        document=entry["document"],
        number=entry.get("number", ""),
        publisher=entry.get("publisher", ""),
        published=_day(entry.get("published")),
        in_force=_day(entry.get("in_force")),
        rules=tuple(entry.get("rules", ())),
        checked=entry.get("checked", True),
        remark=entry.get("remark", ""),
    )


def _day(value: date | None) -> int | None:
    return None if value is None else day_of(value)
