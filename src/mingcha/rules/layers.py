"""What the layers of benefit have in common: whom a standard is for, and what it pays of an amount."""

from __future__ import annotations

from mingcha.domain.claims import Encounter, Person
from mingcha.domain.conditions import Expr, larger, smaller
from mingcha.knowledge.kinds.entitlement import AT_HOME, REFERRED, UNREFERRED, BenefitStandard
from mingcha.rules.payment import WHOLE

_away = Encounter.remote_settlement == True

# What a standard may state of whom it is for, and what of the bill must be true then.
CHOSEN_BY = (
    (BenefitStandard.person_types, Person.person_type.starts_with_any(BenefitStandard.person_types)),
    (BenefitStandard.identities, Person.identity_type.starts_with_any(BenefitStandard.identities)),
    (
        BenefitStandard.civil_servant,
        ((BenefitStandard.civil_servant == "是") & (Person.civil_servant == True))
        | ((BenefitStandard.civil_servant == "否") & (Person.civil_servant == False)),
    ),
    (BenefitStandard.care_types, Encounter.care_type.starts_with_any(BenefitStandard.care_types)),
    (BenefitStandard.rank, Encounter.institution_rank == BenefitStandard.rank),
    (
        BenefitStandard.place,
        ((BenefitStandard.place == AT_HOME) & ~_away)
        | ((BenefitStandard.place == REFERRED) & _away & (Encounter.referred == True))
        | ((BenefitStandard.place == UNREFERRED) & _away & (Encounter.referred == False)),
    ),
)


def pays(beyond: Expr) -> Expr:
    """What a standard pays of an amount beyond its deductible: by its tiers, cents dropped, up to its cap."""
    second = larger(beyond - BenefitStandard.second_from, 0)
    third = larger(beyond - BenefitStandard.third_from, 0)
    shares = (
        beyond * BenefitStandard.ratio
        + second * (BenefitStandard.second_ratio - BenefitStandard.ratio)
        + third * (BenefitStandard.third_ratio - BenefitStandard.second_ratio)
    )
    return smaller(shares // WHOLE, BenefitStandard.cap)


def pays_of(base: Expr) -> Expr:
    """The same of an amount of which the deductible is still to be taken."""
    return pays(larger(base - BenefitStandard.deductible, 0))


def pays_of_year(before: Expr, now: Expr) -> Expr:
    """The same of an amount that comes on top of what the year has had: what the whole pays more than the rest did."""
    return pays_of(before + larger(now, 0)) - pays_of(before)
