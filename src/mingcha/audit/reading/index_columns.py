"""What the index of a run's findings holds: the columns that lists filter, sort and count by, as small numbers."""

from __future__ import annotations

import polars as pl

# Of what a finding says itself, and of its encounter in the dataset.
OF_FINDING = (
    "finding_id", "rule_code", "rule_name", "slug", "certainty", "knowledge_point", "person_id", "encounter_id",
    "institution_id", "department_id", "doctor_id", "code", "name", "charged_at", "amount_fen", "claimed_fen",
    "recoverable_fen", "action", "exemption", "exemption_reason",
)  # fmt: skip
OF_ENCOUNTER = (
    "encounter_id", "institution_id", "institution_name", "care_region", "insurance_type", "care_type",
    "visit_type", "started_at", "ended_at", "settled_at", "sex", "birth_date", "department_id", "department_name",
    "doctor_id", "doctor_name",
)  # fmt: skip

# Where a finding is: what scope asks for. Few places hold many findings, so that rows bear only the place's number.
PLACE = ("care_region", "institution_id", "department_id", "doctor_id", "insurance_type")
ITEM = ("code", "name")
RULE = ("rule_code", "rule_name", "slug")
EXEMPTION = ("exemption", "exemption_reason")
# Texts that rows bear as the number of their place among the sorted values.
SAID = ("certainty", "action", "knowledge_point", "person_id", "encounter_id", "care_type", "sex")
# How whoever was told of it before went on: neither the finding nor the dataset says that.
ADVICE = "advice"
CODED = (*SAID, ADVICE)
MONEY = ("amount_fen", "claimed_fen", "recoverable_fen")
# The order in which the rows lie: the largest claim first, which is what a list shows unless somebody says otherwise.
ORDER = ("claimed_fen", "amount_fen")


def smallest(most: int) -> type[pl.DataType]:
    """The narrowest unsigned type that holds numbers up to this one."""
    return pl.UInt8 if most < 2**8 else pl.UInt16 if most < 2**16 else pl.UInt32
