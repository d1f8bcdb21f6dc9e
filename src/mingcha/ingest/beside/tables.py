"""Tables of optional facts, and what they say of encounters and lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from mingcha.domain.entitlement import (
    Approval,
    ChronicRegistration,
    Consent,
    DesignationRegistration,
    DirectoryEntry,
    Entitlement,
    FeeCategory,
    InsuredPeriod,
    PersonIdentity,
    ReferralRegistration,
)
from mingcha.domain.evidence import IdentityCheck, Order, StayOutcome, VitalSigns
from mingcha.domain.fields import Entity
from mingcha.domain.organisation import DoctorRight, DoctorState, Institution, InstitutionState
from mingcha.domain.schema import OPTIONAL_TABLES
from mingcha.domain.values import MINUTES_A_DAY
from mingcha.ingest.beside.care import consent, fee_category, identity, outcome
from mingcha.ingest.beside.institutions import institution, service
from mingcha.ingest.beside.items import approval, approved, directory
from mingcha.ingest.beside.lines import doctor, right, weight
from mingcha.ingest.beside.persons import chronic, designated, entitled, identified, insured, person, referred
from mingcha.ingest.beside.saying import Saying, filled
from mingcha.ingest.orders import STOPPED, with_last_days
from mingcha.store.columns import Columns, columns_of, conform

_ASKED: Columns = {
    "encounter_id": pl.Utf8(),
    "person_id": pl.Utf8(),
    "institution_id": pl.Utf8(),
    "insurance_type": pl.Utf8(),
    "insured_region": pl.Utf8(),
    "care_region": pl.Utf8(),
    "disease_id": pl.Utf8(),
    "started_at": pl.Int32(),
}
_ASKED_OF_LINE: Columns = {
    "item_code": pl.Utf8(),
    "doctor_id": pl.Utf8(),
    "charged_at": pl.Int32(),
    "order_id": pl.Utf8(),
    "stopped_at": pl.Int32(),
}
# A table, and what its rows say of what is asked, in this order.
_Says = tuple[type[Entity], Callable[[pl.DataFrame, pl.DataFrame], Saying]]
_OF_ENCOUNTERS: tuple[_Says, ...] = (
    (InsuredPeriod, insured),
    (InsuredPeriod, person),
    (PersonIdentity, identified),
    (Entitlement, entitled),
    (Institution, institution),
    (InstitutionState, service),
    (IdentityCheck, identity),
    (Consent, consent),
    (FeeCategory, fee_category),
    (StayOutcome, outcome),
    (ChronicRegistration, chronic),
    (ReferralRegistration, referred),
    (DesignationRegistration, designated),
)
_OF_LINES: tuple[_Says, ...] = (
    (DoctorState, doctor),
    (DoctorRight, right),
    (DirectoryEntry, directory),
    (Approval, approval),
    (Approval, approved),
    (VitalSigns, weight),
)
_ASKED_FOR_LINES = {Order, *(entity for entity, _ in _OF_LINES)}


@dataclass(frozen=True)
class Beside:
    """Tables of optional facts, and what they say of encounters and lines.

    Args:
        tables: the rows of each table that was supplied, with the columns of its entity.
    """

    tables: Mapping[type[Entity], pl.DataFrame]

    def slugs(self) -> frozenset[str]:
        """The names of the tables that were supplied."""
        return frozenset(slug for slug, entity in OPTIONAL_TABLES.items() if entity in self.tables)

    def of_encounters(self, encounters: pl.DataFrame) -> pl.DataFrame:
        """Encounters (of whole persons) with the facts resolved on their first day, rows in the same order."""
        if not self.tables or not encounters.height:
            return encounters
        asked = conform(encounters, _ASKED).with_columns(day=pl.col("started_at") // MINUTES_A_DAY)
        return self._with_deaths(self._told(encounters, asked, _OF_ENCOUNTERS))

    def of_lines(self, lines: pl.DataFrame, encounters: pl.DataFrame) -> pl.DataFrame:
        """Lines (with `enc`, the row number in `encounters`) with the facts resolved on their day, order kept."""
        if not lines.height or not (self.tables.keys() & _ASKED_FOR_LINES or STOPPED in lines.columns):
            return lines
        # 就医地的目录: what may be paid elsewhere is what the directory of that place lists.
        region = pl.coalesce("care_region", "insured_region").alias("region")
        whose = conform(encounters, _ASKED).select("encounter_id", "person_id", "institution_id", region)
        asked = conform(lines, _ASKED_OF_LINE).with_columns(day=pl.col("charged_at") // MINUTES_A_DAY)
        asked = pl.concat([asked, whose[lines["enc"]]], how="horizontal")
        lines = self._told(lines, asked, _OF_LINES)
        return with_last_days(lines, asked, self._table(Order))

    def _told(self, frame: pl.DataFrame, asked: pl.DataFrame, says: Sequence[_Says]) -> pl.DataFrame:
        for entity, say in says:
            if (rows := self._table(entity)) is not None:
                frame = filled(frame, asked, say(rows, asked))
        return frame

    def _table(self, entity: type[Entity]) -> pl.DataFrame | None:
        rows = self.tables.get(entity)
        return None if rows is None or not rows.height else conform(rows, columns_of(entity))

    def _with_deaths(self, encounters: pl.DataFrame) -> pl.DataFrame:
        """Whoever died at the end of one stay is dead in all that follows."""
        if StayOutcome not in self.tables:
            return encounters
        return encounters.with_columns(pl.col("death_date").min().over("person_id"))
