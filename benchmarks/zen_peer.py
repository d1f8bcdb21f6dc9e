"""zen-engine as a peer: decision tables of knowledge and of line rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import zen

from mingcha.knowledge.point import KnowledgePoint

# Unknown is never a violation: each condition asks first whether the fact is there.
LINE_RULES = {
    "sex-mismatch": "kind == 'sex-limit' and sex != null and sex != limit",
    "care-type-mismatch": (
        "kind == 'care-type-limit' and care_type != null and none(limit, startsWith(care_type, #))"
    ),
    "department-mismatch": (
        "kind == 'department-limit' and department != null and none(limit, startsWith(department, #))"
    ),
    "unit-price-over-ceiling": "kind == 'price-ceiling' and price != null and price > limit",
    "second-line-first": "kind == 'second-line' and first_line_used == false",
    "herb-never-paid": "kind == 'herb-never-paid'",
}
"""Slug → the condition under which a line breaks the rule, over the context of one line and one limit."""


def table_of_codes(points: Iterable[KnowledgePoint]) -> str:
    """A decision table with a row for every point and code."""
    rows = [
        {"_id": str(number), "code": f'"{code}"', "point": f'"{point.point_id}"'}
        for number, (point, code) in enumerate((point, code) for point in points for code in point.codes)
    ]
    return _decision("collect", [_column("code")], [_column("point")], rows)


def table_of_line_rules() -> str:
    """A decision table with a row for every line rule."""
    conditions = [{"id": slug, "name": slug, "field": text} for slug, text in LINE_RULES.items()]
    rows = [{"_id": slug, slug: "true", "rule": f'"{slug}"'} for slug in LINE_RULES]
    return _decision("collect", conditions, [_column("rule")], rows)


def loaded(table: str) -> zen.ZenDecision:
    """The table, ready to be asked."""
    return zen.ZenEngine().create_decision(table)


def broken_by(decision: zen.ZenDecision, context: dict[str, Any]) -> list[str]:
    """Slugs of the rules that one line breaks."""
    return [found["rule"] for found in decision.evaluate(context)["result"]]


def _column(name: str) -> dict[str, str]:
    return {"id": name, "name": name, "field": name}


def _decision(
    policy: str,
    inputs: Sequence[Mapping[str, str]],
    outputs: Sequence[Mapping[str, str]],
    rows: Sequence[Mapping[str, str]],
) -> str:
    content = {"hitPolicy": policy, "inputs": inputs, "outputs": outputs, "rules": rows}
    nodes: list[dict[str, Any]] = [
        {"id": "in", "type": "inputNode"},
        {"id": "table", "type": "decisionTableNode", "content": content},
        {"id": "out", "type": "outputNode"},
    ]
    for node in nodes:
        node.update(name=node["id"], position={"x": 0, "y": 0})
    edges = [
        {"id": f"{source}-{target}", "sourceId": source, "targetId": target, "type": "edge"}
        for source, target in (("in", "table"), ("table", "out"))
    ]
    return json.dumps({"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges})
