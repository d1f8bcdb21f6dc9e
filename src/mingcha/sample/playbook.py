"""All plays of a city: every mechanism's scenes written for the points of its library."""

from __future__ import annotations

from collections import defaultdict
from itertools import zip_longest

from mingcha.sample.goods import Goods
from mingcha.sample.library import Library
from mingcha.sample.places import Places
from mingcha.sample.scenes.admissions import write_admissions
from mingcha.sample.scenes.antibiotics import write_antibiotics
from mingcha.sample.scenes.approvals import write_approvals
from mingcha.sample.scenes.benefit import write_benefit
from mingcha.sample.scenes.benefit_layers import write_benefit_layers
from mingcha.sample.scenes.billing import write_billing
from mingcha.sample.scenes.coded import write_coded
from mingcha.sample.scenes.counters import write_counters
from mingcha.sample.scenes.diseases import write_diseases
from mingcha.sample.scenes.doses import write_doses
from mingcha.sample.scenes.duplicates import write_duplicates
from mingcha.sample.scenes.elsewhere import write_elsewhere
from mingcha.sample.scenes.entitlement import write_entitlement
from mingcha.sample.scenes.herbs import write_herbs
from mingcha.sample.scenes.institutions import write_institutions
from mingcha.sample.scenes.interactions import write_interactions
from mingcha.sample.scenes.limits import write_limits
from mingcha.sample.scenes.operations import write_operations
from mingcha.sample.scenes.orders import write_orders
from mingcha.sample.scenes.prescriptions import write_prescriptions
from mingcha.sample.scenes.presence import write_presence
from mingcha.sample.scenes.pricing import write_pricing
from mingcha.sample.scenes.records import write_records
from mingcha.sample.scenes.reminders import write_reminders
from mingcha.sample.scenes.scope import write_scope
from mingcha.sample.scenes.steps import write_steps
from mingcha.sample.scenes.supplies import write_supplies
from mingcha.sample.scenes.uploads import write_uploads
from mingcha.sample.scenes.versions import write_versions
from mingcha.sample.scenes.visits import write_visits
from mingcha.sample.scenes.writing import Writer
from mingcha.sample.script import VIOLATION, Play, Script, Year


def whole_script(library: Library, goods: Goods, places: Places, year: Year) -> Script:
    """Everything that is staged, each mechanism's violations and near-misses taking turns two to one."""
    writer = Writer(library, goods, places, year)
    for write in (
        write_scope,
        write_herbs,
        write_institutions,
        write_limits,
        write_doses,
        write_supplies,
        write_steps,
        write_pricing,
        write_duplicates,
        write_billing,
        write_interactions,
        write_antibiotics,
        write_prescriptions,
        write_diseases,
        write_operations,
        write_records,
        write_coded,
        write_versions,
        write_visits,
        write_uploads,
        write_presence,
        write_entitlement,
        write_approvals,
        write_orders,
        write_benefit,
        write_benefit_layers,
        write_elsewhere,
        write_admissions,
        write_reminders,
        write_counters,
    ):
        write(writer)
    written = writer.script
    in_turn = {mechanism: _in_turn(plays) for mechanism, plays in sorted(written.plays.items())}
    return Script(in_turn, written.together)


def all_plays(library: Library, goods: Goods, places: Places, year: Year) -> dict[str, list[Play]]:
    """Plays by mechanism, but for those that are staged together."""
    return whole_script(library, goods, places, year).plays


def _in_turn(plays: list[Play]) -> list[Play]:
    violations = _dealt([play for play in plays if play.planted == VIOLATION])
    near_misses = _dealt([play for play in plays if play.planted != VIOLATION])
    turns: list[Play] = []
    for number in range(max(len(violations), len(near_misses))):
        turns += violations[2 * number : 2 * number + 2]
        turns += near_misses[number : number + 1]
    return turns


def _dealt(plays: list[Play]) -> list[Play]:
    """The rules that a mechanism serves take turns, so that a small city plants each of them."""
    of_rule: dict[str, list[Play]] = defaultdict(list)
    for play in plays:
        of_rule[_rule_of(play)].append(play)
    dealt = [play for turn in zip_longest(*of_rule.values()) for play in turn if play is not None]
    # Long plays last: in a small city few lines go to courses of ninety days.
    return sorted(dealt, key=lambda play: sum(len(visit.charges) for visit in play.visits) // 40)


def _rule_of(play: Play) -> str:
    return next((truth.rule_code for visit in play.visits for truth in visit.truths()), "")
