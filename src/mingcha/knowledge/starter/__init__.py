"""The starter pack: real points with their source, and demonstration points where nothing is published.

The files beside this one have a compact form of their own: a file a kind, points grouped by official rule.
`row` is the row of the published table; `reissue` is the row of the re-issue of 2026-01-28 that replaced it;
`problems` are the items of the published lists of typical problems that a point is an example of, as list/number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from mingcha.domain.errors import KnowledgeError
from mingcha.knowledge.kinds.by_slug import KINDS, kind
from mingcha.knowledge.packaged import packaged
from mingcha.knowledge.point import KnowledgePoint, Status, default_certainty
from mingcha.knowledge.reading import value_of
from mingcha.knowledge.sources import Source, source

REISSUE = "nkb-2026-01"
_WRITTEN_ELSEWHERE = {"row", "reissue", "reissue_codes", "from", "to", "problems"}


def starter_points() -> list[KnowledgePoint]:
    """All points of the pack; those that the re-issue replaced stand beside their successors."""
    return [point for slug in KINDS for point, _ in _points_of_file(slug)]


@cache
def starter_problems() -> dict[str, tuple[str, ...]]:
    """The typical problems that points are examples of: id of the point → list/number."""
    return {
        point.point_id: problems for slug in KINDS for point, problems in _points_of_file(slug) if problems
    }


def starter_settings() -> dict[str, dict[str, dict[str, Any]]]:
    """Demonstration settings: rule slug → region ('' is everywhere) → name → value."""
    return {
        rule: {
            region: {name: _plain(value) for name, value in named.items()}
            for region, named in regions.items()
        }
        for rule, regions in packaged("mingcha.knowledge.starter", "settings.yaml").items()
    }


def point_id(origin: str, rule_code: str, row: int) -> str:
    """The identity of a published point: where it was published, for which rule, in which row."""
    return f"{origin}:{rule_code}:{row:04d}"


@cache
def _points_of_file(slug: str) -> tuple[tuple[KnowledgePoint, tuple[str, ...]], ...]:
    written = packaged("mingcha.knowledge.starter", f"{slug}.yaml")
    shape = kind(written["kind"])
    counted: dict[str, int] = {}
    return tuple(
        (point, (*group.get("problems", ()), *entry.get("problems", ())))
        for group in written["rules"]
        for entry in group["points"]
        for point in _points_of_entry(shape, group, {**group.get("defaults", {}), **entry}, counted)
    )


def _points_of_entry(
    shape: type[KnowledgePoint], group: Mapping[str, Any], entry: Mapping[str, Any], counted: dict[str, int]
) -> Iterator[KnowledgePoint]:
    rule_code = group["rule"]
    values = {"certainty": default_certainty(rule_code), **_values(shape, entry)}
    if group.get("demonstration"):
        counted[rule_code] = number = counted.get(rule_code, 0) + 1
        # A rule that reads several kinds of knowledge numbers them apart.
        origin = group.get("origin", "demo")
        yield shape(
            point_id=point_id(origin, rule_code, number), rule_code=rule_code, demonstration=True, **values
        )
        return
    published = source(group["source"])
    first = shape(rule_code=rule_code, **_cited(published, rule_code, entry["row"]), **values)
    if "reissue" not in entry:
        yield first
        return
    again = _cited(source(REISSUE), rule_code, entry["reissue"])
    later = {**values, "codes": tuple(entry.get("reissue_codes", values["codes"]))}
    first.__dict__.update(effective_to=again["effective_from"], status=Status.SUPERSEDED)
    yield first
    yield shape(rule_code=rule_code, supersedes=first.point_id, **again, **later)


def _cited(published: Source, rule_code: str, row: int) -> dict[str, Any]:
    return {
        "point_id": point_id(published.id, rule_code, row),
        "effective_from": published.in_force or published.published,
        "source_id": published.id,
        "source_document": published.document,
        "source_number": published.number,
        "source_date": published.published,
        "source_row": str(row),
    }


def _values(shape: type[KnowledgePoint], entry: Mapping[str, Any]) -> dict[str, Any]:
    declared = shape.fields()
    values = {}
    for name, raw in entry.items():
        if name in _WRITTEN_ELSEWHERE:
            continue
        if name not in declared:
            raise KnowledgeError(
                f"“{shape.label}”没有字段 {name}", where=f"starter/{shape.slug}.yaml {entry['name']}"
            )
        values[name] = value_of(declared[name], raw)
    for written, name in (("from", "effective_from"), ("to", "effective_to")):
        if written in entry:
            values[name] = value_of(declared[name], entry[written])
    return values


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
