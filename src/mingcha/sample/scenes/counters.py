"""What is done wrong with drugs at clinics, done once more over the counter of a pharmacy."""

from __future__ import annotations

from mingcha.sample.goods import SERVICE, list_type_of
from mingcha.sample.places import PHARMACY
from mingcha.sample.problems import PHARMACIES, problems_of_mechanisms
from mingcha.sample.scenes.writing import Writer
from mingcha.sample.script import VIOLATION, Charge, Play, Venue, Visit

_OUT_PATIENT, _FOR_A_DISEASE, _PURCHASE = "11", "14", "41"
# Departments that no point asked for.
_ANY = ("A03", "A50")
_A_MECHANISM = 6


def write_counters(writer: Writer) -> None:
    """Violations of the mechanisms that the list of pharmacies is about; written after all others."""
    for mechanism, problems in problems_of_mechanisms().items():
        if any(problem.startswith(PHARMACIES) for problem in problems):
            planted = [play for play in writer.script.plays.get(mechanism, ()) if play.planted == VIOLATION]
            moved = [play for play in map(_moved, planted) if play is not None]
            for play in moved[:: max(1, len(moved) // _A_MECHANISM)]:
                writer.script.add(play)


def _moved(play: Play) -> Play | None:
    visits = [visit for visit in map(_at_counter, play.visits) if visit is not None]
    return play._replace(visits=tuple(visits)) if len(visits) == len(play.visits) else None


def _at_counter(visit: Visit) -> Visit | None:
    """The same bill of a pharmacy; None where it is no bill of drugs, or something asks for a hospital."""
    kept = [number for number, charge in enumerate(visit.charges) if charge.fixed or charge.truth is not None]
    asked = visit.venue.rank > Venue().rank or visit.department not in _ANY or visit.papers
    services = any(list_type_of(visit.charges[number].code) == SERVICE for number in kept)
    if asked or services or visit.care_type not in (_OUT_PATIENT, _FOR_A_DISEASE):
        return None
    place = {old: new for new, old in enumerate(kept)}

    def sold(charge: Charge) -> Charge:
        original = None if charge.refund_of is None else place[charge.refund_of]
        return charge._replace(department="Y00", refund_of=original)

    return visit._replace(
        charges=tuple(sold(visit.charges[number]) for number in kept),
        venue=Venue(0, PHARMACY, visit.venue.cities),
        care_type=_PURCHASE if visit.care_type == _OUT_PATIENT else visit.care_type,
        department="Y00",
    )
