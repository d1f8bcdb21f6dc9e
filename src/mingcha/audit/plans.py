"""From a release to a plan: the official list joined to the knowledge, once per process."""

from __future__ import annotations

import gc

from mingcha.catalogue.defined import all_entries, all_rules
from mingcha.engine.collecting import collecting_paused
from mingcha.engine.plan import Plan
from mingcha.knowledge.point import Subject
from mingcha.knowledge.release import Release


def plan_of(release: Release) -> Plan:
    """The compiled release."""
    return Plan(release, all_entries(release.rules), all_rules(release.rules))


def plan_to_keep(release: Release) -> Plan:
    """The compiled release for a process that lives long: its many objects are not looked at again."""
    with collecting_paused():
        plan = plan_of(release)
    gc.collect()
    gc.freeze()
    return plan


def item_codes(plan: Plan) -> frozenset[str]:
    """All item codes that the release knows something of, whether it can be judged or not."""
    return frozenset(
        code
        for check in plan.variant("").with_knowledge
        if check.subject is Subject.ITEM
        for points in (check.points, [point for point, _ in check.incomplete])
        for point in points
        for code in point.codes
    )
