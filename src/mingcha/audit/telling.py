"""What a rule says of an example, in the sentences that reviewers read: pages show what the engine really says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from mingcha.audit.explain import lacking
from mingcha.audit.trial import findings_of, indicators_found, place_of, trial_plan
from mingcha.catalogue.example import Example
from mingcha.catalogue.messages import in_excess, indicator_sentence, sentence
from mingcha.engine.plan import Plan
from mingcha.knowledge.definition.model import RuleDefinition
from mingcha.knowledge.entry import Entry


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
        said[place_of(row)].append(f"**报**：{text}{in_excess(row, rule)}")
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


def _open(fact: str) -> str:
    return f"**无法判断**：{lacking(fact)}"
