"""All plays of a city: every mechanism's scenes written for the points of its library."""

from __future__ import annotations

from mingcha.sample.goods import Goods
from mingcha.sample.library import Library
from mingcha.sample.places import Places
from mingcha.sample.scenes.coded import write_coded
from mingcha.sample.scenes.duplicates import write_duplicates
from mingcha.sample.scenes.herbs import write_herbs
from mingcha.sample.scenes.limits import write_limits
from mingcha.sample.scenes.pricing import write_pricing
from mingcha.sample.scenes.records import write_records
from mingcha.sample.scenes.scope import write_scope
from mingcha.sample.scenes.versions import write_versions
from mingcha.sample.scenes.writing import Writer
from mingcha.sample.script import VIOLATION, Play, Year


def all_plays(library: Library, goods: Goods, places: Places, year: Year) -> dict[str, list[Play]]:
    """Plays by mechanism, each mechanism's violations and near-misses taking turns two to one."""
    writer = Writer(library, goods, places, year)
    for write in (
        write_scope,
        write_herbs,
        write_limits,
        write_pricing,
        write_duplicates,
        write_records,
        write_coded,
        write_versions,
    ):
        write(writer)
    return {mechanism: _in_turn(plays) for mechanism, plays in sorted(writer.script.plays.items())}


def _in_turn(plays: list[Play]) -> list[Play]:
    # Long plays last: in a small city few lines go to courses of ninety days.
    plays = sorted(plays, key=lambda play: sum(len(visit.charges) for visit in play.visits) // 40)
    violations = [play for play in plays if play.planted == VIOLATION]
    near_misses = [play for play in plays if play.planted != VIOLATION]
    turns: list[Play] = []
    for number in range(max(len(violations), len(near_misses))):
        turns += violations[2 * number : 2 * number + 2]
        turns += near_misses[number : number + 1]
    return turns
