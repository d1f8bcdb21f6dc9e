"""From a release to a plan: the official list joined to the knowledge, once per process."""

from __future__ import annotations

import gc

from mingcha.catalogue.defined import all_entries, all_rules
from mingcha.domain.collecting import collecting_paused
from mingcha.engine.plan import Plan
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
