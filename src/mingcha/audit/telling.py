"""What a rule says of an example, in the sentences that reviewers read: pages show what the engine really says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from mingcha.audit.explain import lacking
from mingcha.audit.trial import findings_of, indicators_found, place_of, trial_plan
from mingcha.catalogue.example import Example
from mingcha.catalogue.messages import indicator_sentence, placeholders, sentence
from mingcha.domain.values import QUANTITY_SCALE, decimal_text, yuan
from mingcha.engine.plan import Plan
from mingcha.knowledge.definition.model import RuleDefinition
from mingcha.knowledge.entry import Entry
from mingcha.rules.base import Excess, Rule


def told(
    example: Example, entry: Entry | None = None, definitions: Sequence[RuleDefinition] = ()
) -> Mapping[str, Sequence[str]]:
    """What is said of each line, code, bill or institution of an example; nothing of those that are in order."""
    plan = trial_plan(example, entry, definitions)
    if plan.variant("").period_checks:
        return _of_periods(example, plan)
    rule = plan.rules[example.rule]
    points = {point.point_id: point for point in example.points}
    rows, cannot = findings_of(example, plan)
    said: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        text = sentence(row, points.get(row["knowledge_point"]), rule)
        said[place_of(row)].append(f"**报**：{text}{_in_excess(row, rule)}")
    for place, fact in cannot:
        said[place].append(_open(fact))
    return said


def _of_periods(example: Example, plan: Plan) -> Mapping[str, Sequence[str]]:
    said: dict[str, list[str]] = defaultdict(list)
    for row in indicators_found(example, plan).iter_rows(named=True):
        if row["flagged"]:
            said[row["place"]].append(f"**指出**：{indicator_sentence(row)}")
        elif row["flagged"] is None:
            said[row["place"]].append(_open(row["reason"]))
    return said


def _in_excess(row: Mapping[str, Any], rule: type[Rule[Any]]) -> str:
    """What the finding takes, as far as its sentence does not say it already."""
    named = placeholders(rule)
    quantity = row["excess_quantity"] if rule.excess is Excess.LINES and row["amount_fen"] else None
    parts = [
        "" if quantity is None or "excess" in named else f"数量 {decimal_text(quantity, QUANTITY_SCALE)}",
        "" if not row["amount_fen"] or "amount" in named else f"超收 {yuan(row['amount_fen'])} 元",
    ]
    shown = "，".join(part for part in parts if part)
    return f"（{shown}）" if shown else ""


def _open(fact: str) -> str:
    return f"**无法判断**：{lacking(fact)}"
