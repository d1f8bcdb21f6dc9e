"""From the rows of all tables to points: same batch, rule and name are one point, nothing is doubled.

No source is usable alone. The compiled table gives codes, texts, dates and links; the tidied sheets give
sex of drugs, intervals, counts and periods; a re-issued point inherits through its link what it lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mingcha.domain.values import date_of
from mingcha.ingest.knowledge.interpret import Facts, interpret
from mingcha.ingest.knowledge.official_list import rules_by_code
from mingcha.ingest.knowledge.raw import LAYOUTS, Exclusion, RawPoint, spelling
from mingcha.knowledge.kinds.by_slug import kind
from mingcha.knowledge.point import KnowledgePoint, Status, default_certainty
from mingcha.knowledge.sources import source
from mingcha.knowledge.starter import REISSUE, point_id

Key = tuple[str, str, str, str]

# The re-issue of 2026-01-28 lists the drugs of the catalogue anew; these rows of batch 1 lie outside it,
# with nothing to recover, and stay in force (by order and wording of the re-issue).
STAYING = {
    "GZ10000301004000": range(157, 482),
    "GZ10000301002000": range(98, 272),
}


class Remark(NamedTuple):
    """A difference between sources, or a text narrower than what can be judged: for a person to look at."""

    rule_code: str
    point_id: str
    name: str
    text: str


@dataclass
class Joined:
    """Points, notes that are no points, and remarks."""

    points: list[KnowledgePoint] = field(default_factory=list)
    exclusions: list[Exclusion] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


@dataclass
class _Merged:
    """All rows about one point, the most trusted first."""

    rows: list[RawPoint]
    limits: dict[str, str]
    remarks: list[str] = field(default_factory=list)

    @property
    def first(self) -> RawPoint:
        return self.rows[0]

    @property
    def logic(self) -> str:
        return next((row.logic for row in self.rows if row.logic), "")

    @property
    def basis(self) -> str:
        return next((row.basis for row in self.rows if row.basis), "")

    @property
    def id(self) -> str:
        return point_id(self.first.source_id, self.first.rule_code, self.first.row)

    def linked(self, name: str) -> str:
        """What the compiled table says about identity or link."""
        return next((value for row in self.rows if (value := getattr(row, name))), "")


def join(raws: Iterable[RawPoint | Exclusion]) -> Joined:
    """Points of all rows, whatever tables they come from and in whatever order."""
    result = Joined()
    merged = _merge(raws, result)
    by_external = {external: one for one in merged if (external := one.linked("external_id"))}
    reissued = {one.first.rule_code for one in merged if one.first.source_id == REISSUE}
    successors = {one.linked("replaces"): one for one in merged if one.linked("replaces")}
    for one in merged:
        before = by_external.get(one.linked("replaces"))
        point = _point(one, before, result)
        if before is not None:
            point.__dict__["supersedes"] = before.id
        after = successors.get(one.linked("external_id")) if one.linked("external_id") else None
        _retire(point, one.first, after, reissued)
        result.points.append(point)
    return result


def _merge(raws: Iterable[RawPoint | Exclusion], result: Joined) -> list[_Merged]:
    grouped: dict[Key, dict[str, RawPoint]] = {}
    excluded: dict[tuple[str, str], Exclusion] = {}
    for raw in raws:
        if isinstance(raw, Exclusion):
            excluded[raw.rule_code, raw.text] = raw
        else:
            grouped.setdefault(raw.key, {})[raw.layout] = (
                raw  # a table read again replaces its earlier reading
            )
    result.exclusions.extend(excluded.values())
    return [
        _merged([rows[layout] for layout in LAYOUTS if layout in rows])
        for _, rows in sorted(grouped.items(), key=_order)
    ]


def _order(entry: tuple[Key, dict[str, RawPoint]]) -> tuple[str, str, int, str]:
    key, rows = entry
    first = next(rows[layout] for layout in LAYOUTS if layout in rows)
    return (key[0], key[1], first.row, key[3])


def _merged(rows: Sequence[RawPoint]) -> _Merged:
    one = _Merged(list(rows), {})
    for row in reversed(rows):
        for name, value in row.limits.items():
            if value and spelling(one.limits.get(name, value)) != spelling(value):
                one.remarks.append(f"{name}：一处为“{one.limits[name]}”，另一处为“{value}”，按后者")
            if value:
                one.limits[name] = value
    for row in rows[1:]:
        if set(row.codes) != set(rows[0].codes) or row.containing != rows[0].containing:
            one.remarks.append(
                f"代码取前者：{rows[0].where} {len(rows[0].codes)} 个，{row.where} {len(row.codes)} 个"
            )
    return one


def _point(one: _Merged, before: _Merged | None, result: Joined) -> KnowledgePoint:
    raw = one.first
    rule = rules_by_code()[raw.rule_code]
    published = source(raw.source_id)
    inherited = before.limits if before is not None else {}
    containing = next((row.containing for row in one.rows if row.containing), ())
    facts = Facts(raw.rule_code, raw.name, one.basis, one.logic, {**inherited, **one.limits}, containing)
    reading = interpret(rule.kind, facts)
    values = {
        "point_id": one.id,
        "rule_code": raw.rule_code,
        "name": raw.name,
        "codes": raw.codes,
        "certainty": default_certainty(raw.rule_code),
        "effective_from": published.published,
        "basis": one.basis,
        "source_id": published.id,
        "source_document": published.document,
        "source_number": published.number,
        "source_date": published.published,
        "source_row": str(raw.row),
        **reading.values,
    }
    if reading.reason:
        values.update(status=Status.NEEDS_MAPPING, reason=reading.reason)
    result.remarks.extend(
        Remark(raw.rule_code, one.id, raw.name, text) for text in one.remarks + reading.remarks
    )
    return kind(rule.kind)(**values)


def _retire(point: KnowledgePoint, raw: RawPoint, after: _Merged | None, reissued: set[str]) -> None:
    """End a point of the first batches on the day of the re-issue, if it was replaced or not listed again."""
    if raw.source_id == REISSUE or raw.rule_code not in reissued:
        return
    day = source(REISSUE).published
    assert day is not None
    if after is not None:
        ended = {"status": Status.SUPERSEDED, "reason": f"自 {date_of(day)} 起由 {after.id} 替代"}
    elif raw.row in STAYING.get(raw.rule_code, ()):
        return
    else:
        ended = {"status": Status.ENDED, "reason": f"{date_of(day)} 的更新未再列入"}
    point.__dict__.update(ended, effective_to=day)
