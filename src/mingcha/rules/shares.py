"""What shares of fees have in common: which fees are counted, and how a line is told to be a drug or a consumable."""

from __future__ import annotations

from mingcha.domain.claims import Encounter, Line
from mingcha.domain.conditions import Condition
from mingcha.rules.period import PeerRule

# 目录类别 (list_type) and 收费类别 (med_chrgitm_type) of the national dictionaries.
DRUG_LISTS, DRUG_CHARGES = ("101", "102", "103", "104", "106"), ("09", "10", "11")
CONSUMABLE_LISTS, CONSUMABLE_CHARGES = ("301",), ("08",)
EXAMINATION_CHARGES, TREATMENT_CHARGES = ("03", "04"), ("05",)


def of_list(lists: tuple[str, ...], charges: tuple[str, ...]) -> Condition:
    """Whether a line is of these lists; by its kind of charge where the list is not stated, else unknown."""
    unlisted = Line.list_type.is_missing()
    return (~unlisted & Line.list_type.is_in(*lists)) | (unlisted & Line.charge_type.is_in(*charges))


is_drug = of_list(DRUG_LISTS, DRUG_CHARGES)
is_consumable = of_list(CONSUMABLE_LISTS, CONSUMABLE_CHARGES)


def of_service(charges: tuple[str, ...]) -> Condition:
    """Whether a line is a service of these kinds of charge; drugs and consumables are none, whatever the charge."""
    goods = ~Line.list_type.is_missing() & Line.list_type.is_in(*DRUG_LISTS, *CONSUMABLE_LISTS)
    return ~goods & Line.charge_type.is_in(*charges)


class ShareRule(PeerRule):
    """A share of the fees of an institution, refunds netted; a pharmacy sells and does not treat."""

    when = Encounter.purchase == False
    measure = Line.amount
