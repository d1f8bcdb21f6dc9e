"""Facts beside the bill: what tables of periods, registrations and records say of it, as of the day of the service.

A fact is known only where its table speaks of the very person, doctor, item or institution; what the bill says itself
wins. A period holds its first and its last day. The same code serves an import and a single bill.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

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
from mingcha.engine.facts import HEAVIEST, LIGHTEST
from mingcha.ingest.orders import STOPPED, with_last_days
from mingcha.store.columns import Columns, columns_of, conform

IN_FORCE, NEVER = (
    ("1",),
    ("0", "3"),
)  # 参保状态: 正常参保; 未参保、无效参保. 暂停 and 终止 say no day of their own.
PASSED, PENDING, REVIEWED = (
    "1",
    ("3", "4"),
    ("1", "2"),
)  # 认证结果 1 成功, 3 审核中, 4 特殊登记; 审核状态 1、2 通过
FAILED_CHECK, PASSED_CHECK, NO_CHECK = "0", "1", "9"
APPROVED = "1"
# An approval without a first or last day.
EVER_SINCE, NEVER_ENDING = -(10**6), 10**7
ONLINE = "1"
ANTIBIOTICS = "antibiotic"
NOT_LISTED = "0"

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
_OF_LINES = {DoctorState, DoctorRight, DirectoryEntry, Approval, Order, VitalSigns}
_day = pl.col("day")
_open_period = (pl.col("valid_from").is_null() | (pl.col("valid_from") <= _day)) & (
    pl.col("valid_to").is_null() | (_day <= pl.col("valid_to"))
)


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
        for found in self._sayings_of_encounters(asked):
            encounters = _filled(encounters, asked, found)
        return self._with_deaths(encounters)

    def of_lines(self, lines: pl.DataFrame, encounters: pl.DataFrame) -> pl.DataFrame:
        """Lines (with `enc`, the row number in `encounters`) with the facts resolved on their day, order kept."""
        if not lines.height or not (self.tables.keys() & _OF_LINES or STOPPED in lines.columns):
            return lines
        # 就医地的目录: what may be paid elsewhere is what the directory of that place lists.
        region = pl.coalesce("care_region", "insured_region").alias("region")
        whose = conform(encounters, _ASKED).select("encounter_id", "person_id", "institution_id", region)
        asked = conform(lines, _ASKED_OF_LINE).with_columns(day=pl.col("charged_at") // MINUTES_A_DAY)
        asked = pl.concat([asked, whose[lines["enc"]]], how="horizontal")
        for found in (
            self._doctor(asked),
            self._right(asked),
            self._directory(asked),
            self._approval(asked),
            self._approved(asked),
            self._weight(asked),
        ):
            lines = _filled(lines, asked, found)
        return with_last_days(lines, asked, self._table(Order))

    def _sayings_of_encounters(self, asked: pl.DataFrame) -> list[_Saying | None]:
        return [
            self._insured(asked),
            self._person(asked),
            self._identified(asked),
            self._entitled(asked),
            self._institution(),
            self._service(asked),
            self._identity(asked),
            self._consent(asked),
            self._fee_category(),
            self._outcome(),
            self._registered(asked, ChronicRegistration, "disease_registered", "disease_id", "disease_id"),
            self._registered(
                asked, ReferralRegistration, "referred", "institution_id", "target_institution_id"
            ),
            self._registered(
                asked, DesignationRegistration, "designated", "institution_id", "institution_id"
            ),
        ]

    def _table(self, entity: type[Entity]) -> pl.DataFrame | None:
        rows = self.tables.get(entity)
        return None if rows is None or not rows.height else conform(rows, columns_of(entity))

    @cached_property
    def _periods(self) -> pl.DataFrame | None:
        """参保期 with whether each was in force on `day`, which a join adds; unknown where its end is."""
        rows = self._table(InsuredPeriod)
        return None if rows is None else rows.drop_nulls(["person_id", "insurance_type"])

    def _insured(self, asked: pl.DataFrame) -> _Saying | None:
        if self._periods is None:
            return None
        return _said(asked, self._periods, ["person_id", "insurance_type"], {"insured": _in_insurance()})

    def _person(self, asked: pl.DataFrame) -> _Saying | None:
        """人员类别 and 公务员 of the latest period in force on the day."""
        if self._periods is None:
            return None
        keys = ["person_id", "insurance_type", "day"]
        met = asked.select(keys).unique().join(self._periods, on=keys[:2]).filter(_in_insurance())
        latest = met.sort("valid_from").group_by(keys).agg(pl.col("person_type", "civil_servant").last())
        return _Saying(latest, keys)

    def _identified(self, asked: pl.DataFrame) -> _Saying | None:
        """The one identity in force on the day; of several that differ none is known to be the one that counts."""
        rows = self._table(PersonIdentity)
        if rows is None:
            return None
        keys = ["person_id", "day"]
        met = asked.select(keys).unique().join(rows, on="person_id").filter(_open_period)
        held = pl.col("identity_type").drop_nulls()
        return _Saying(met.group_by(keys).agg(pl.when(held.n_unique() == 1).then(held.first())), keys)

    def _entitled(self, asked: pl.DataFrame) -> _Saying | None:
        """By the pooled fund of the insurance: 310100、310101、310102 are of 310; 310200 is the account."""
        rows = self._table(Entitlement)
        if rows is None:
            return None
        fund = pl.col("fund")
        rows = rows.filter(fund.str.slice(3, 1) == "1").with_columns(insurance_type=fund.str.slice(0, 3))
        entitled = _open_period & pl.col("entitled")
        return _said(asked, rows, ["person_id", "insurance_type"], {"entitled": entitled})

    def _institution(self) -> _Saying | None:
        """Facts of an institution that its own table states; two different ones are none."""
        rows = self._table(Institution)
        if rows is None:
            return None
        names = ("institution_name", "care_region", "institution_type", "institution_level")
        stated = [pl.col(name).drop_nulls() for name in names]
        known = rows.group_by("institution_id").agg(
            pl.when(one.n_unique() == 1).then(one.first()) for one in stated
        )
        return _Saying(known, ["institution_id"])

    def _service(self, asked: pl.DataFrame) -> _Saying | None:
        rows = self._table(InstitutionState)
        if rows is None:
            return None
        online, agreed = pl.col("service_state") == ONLINE, pl.col("agreement_in_force")
        contracted = _open_period & pl.coalesce(online & agreed, online, agreed)
        return _said(asked, rows, ["institution_id"], {"institution_contracted": contracted})

    def _identity(self, asked: pl.DataFrame) -> _Saying | None:
        """One passed check is enough; a pending one leaves it open; none counts only where checks are reported."""
        rows = self._table(IdentityCheck)
        if rows is None:
            return None
        result, reviewed = pl.col("result"), pl.col("review").is_in(REVIEWED).fill_null(value=False)
        pending = result.is_in(PENDING)
        passed = (result == PASSED) | (pending & reviewed)
        checked = rows.group_by("encounter_id").agg(
            pl.when(passed.any())
            .then(pl.lit(PASSED_CHECK))
            .when(~pending.any())
            .then(pl.lit(FAILED_CHECK))
            .alias("identity_result"),
            pl.lit(value=True).alias("recorded"),
        )
        return _recorded(asked, checked, rows, "checked_at", "identity_result", pl.lit(NO_CHECK))

    def _consent(self, asked: pl.DataFrame) -> _Saying | None:
        rows = self._table(Consent)
        if rows is None:
            return None
        signed = rows.select("encounter_id", consented=pl.lit(value=True), recorded=pl.lit(value=True))
        return _recorded(asked, signed.unique(), rows, "signed_at", "consented", pl.lit(value=False))

    def _fee_category(self) -> _Saying | None:
        """As whose patient a stay began and ended, and how often that changed between."""
        rows = self._table(FeeCategory)
        if rows is None:
            return None
        told = rows.drop_nulls(["encounter_id", "fee_category"]).sort("registered_at", "fee_category")
        category = pl.col("fee_category")
        changes = told.group_by("encounter_id", maintain_order=True).agg(
            (category != category.shift(1)).sum().cast(pl.Int32).alias("fee_category_changes"),
            category.first().alias("first_fee_category"),
            category.last().alias("last_fee_category"),
        )
        return _Saying(changes, ["encounter_id"])

    def _outcome(self) -> _Saying | None:
        rows = self._table(StayOutcome)
        if rows is None:
            return None
        told = rows.group_by("encounter_id").agg(
            pl.col("discharge_way", "death_date", "readmission_planned").drop_nulls().last()
        )
        return _Saying(told, ["encounter_id"])

    def _with_deaths(self, encounters: pl.DataFrame) -> pl.DataFrame:
        """Whoever died at the end of one stay is dead in all that follows."""
        if StayOutcome not in self.tables:
            return encounters
        return encounters.with_columns(pl.col("death_date").min().over("person_id"))

    def _registered(
        self, asked: pl.DataFrame, entity: type[Entity], name: str, ours: str, theirs: str
    ) -> _Saying | None:
        """Whether one of a person's registrations in force is for this disease or institution."""
        rows = self._table(entity)
        if rows is None:
            return None
        rows = rows.select("person_id", "valid_from", "valid_to", registered=theirs)
        wanted = asked.rename({ours: "wanted"}).drop_nulls("wanted")
        said = _said(
            wanted, rows, ["person_id"], {name: _open_period & (pl.col("registered") == pl.col("wanted"))},
            beside=["wanted"],
        )  # fmt: skip
        return _Saying(said.rows.rename({"wanted": ours}), ["person_id", ours, "day"])

    def _doctor(self, asked: pl.DataFrame) -> _Saying | None:
        rows = self._table(DoctorState)
        if rows is None:
            return None
        serves = pl.col("insured_doctor") & pl.col("agreement_in_force").fill_null(value=True)
        return _said(asked, rows, ["doctor_id", "institution_id"], {"doctor_insured": _open_period & serves})

    def _right(self, asked: pl.DataFrame) -> _Saying | None:
        """The highest grade of antibiotics that a doctor was entitled to on the day; none entered, none known."""
        rows = self._table(DoctorRight)
        if rows is None:
            return None
        keys = ["doctor_id", "institution_id", "day"]
        granted = rows.filter(pl.col("right") == ANTIBIOTICS)
        met = asked.select(keys).unique().join(granted, on=keys[:2]).filter(_open_period)
        return _Saying(met.group_by(keys).agg(antibiotic_right=pl.col("grade").max()), keys)

    def _directory(self, asked: pl.DataFrame) -> _Saying | None:
        """The class in the directory of the narrowest region around the place of care that lists the item at all."""
        rows = self._table(DirectoryEntry)
        if rows is None:
            return None
        keys = ["item_code", "region", "day"]
        place = pl.col("place")
        rows = rows.select(
            "item_code", "valid_from", "valid_to", "in_force", "payment_class",
            place=pl.col("insured_region").str.replace(r"(00)+$", "").fill_null(""),
        )  # fmt: skip
        met = asked.select(keys).unique().join(rows, on="item_code")
        here = (place == "") | pl.col("region").fill_null("").str.starts_with(place)
        met = met.filter(here).filter(place.str.len_chars() == place.str.len_chars().max().over(keys))
        holds = _open_period & pl.col("in_force").fill_null(value=True)
        listed = (
            met.sort("valid_from")
            .group_by(keys)
            .agg(
                pl.when(holds.any())
                .then(pl.col("payment_class").filter(holds).last())
                .otherwise(pl.lit(NOT_LISTED))
                .alias("directory_class")
            )
        )
        return _Saying(listed, keys)

    def _approval(self, asked: pl.DataFrame) -> _Saying | None:
        """An item that approvals are recorded for is not approved for whom none is recorded."""
        rows = self._table(Approval)
        if rows is None:
            return None
        approved = _open_period & (pl.col("state") == APPROVED)
        said = _said(asked, rows, ["person_id", "item_code"], {"approved": approved})
        given = pl.coalesce(pl.col("approved_at") // MINUTES_A_DAY, "valid_from")
        since = rows.group_by("item_code").agg(given.min().alias("since")).drop_nulls()
        keys = ["person_id", "item_code", "day"]
        others = asked.select(keys).unique().join(since, on="item_code").filter(_day >= pl.col("since"))
        others = others.join(said.rows, on=keys, how="anti").select(*keys, approved=pl.lit(value=False))
        return _Saying(pl.concat([said.rows, others]), keys)

    def _approved(self, asked: pl.DataFrame) -> _Saying | None:
        """How much was approved and since when, by the approvals of the day together with all that overlap them.

        What was used while two approvals held may count to either: so they are taken as one.
        """
        rows = self._table(Approval)
        if rows is None:
            return None
        of = ["person_id", "item_code"]
        begun, until = pl.col("valid_from").fill_null(EVER_SINCE), pl.col("valid_to").fill_null(NEVER_ENDING)
        given = rows.filter(pl.col("state") == APPROVED).select(
            *of, "quantity", approved_since=begun, until=until
        )
        given = given.unique(maintain_order=True).sort(*of, "approved_since", "until")
        apart = pl.col("approved_since") > pl.col("until").cum_max().shift(1)
        given = given.with_columns(run=apart.fill_null(value=True).cum_sum().over(of))
        whole = pl.when(pl.col("quantity").is_not_null().all()).then(pl.col("quantity").sum())
        runs = given.group_by(*of, "run").agg(
            whole.alias("approved_quantity"), pl.col("approved_since").min(), pl.col("until").max()
        )
        keys = [*of, "day"]
        met = asked.select(keys).unique().join(runs, on=of)
        held = met.filter(_day.is_between("approved_since", "until"))
        return _Saying(held.select(*keys, "approved_quantity", "approved_since"), keys)

    def _weight(self, asked: pl.DataFrame) -> _Saying | None:
        """The weight last measured not after the day; two that differ at one moment are none."""
        rows = self._table(VitalSigns)
        if rows is None:
            return None
        weighed = pl.col("weight").is_between(LIGHTEST, HEAVIEST)
        measured = (
            rows.filter(weighed & pl.col("in_force").fill_null(value=True))
            .drop_nulls("measured_at")
            .group_by("encounter_id", "measured_at")
            .agg(pl.when(pl.col("weight").n_unique() == 1).then(pl.col("weight").first()))
            .sort("measured_at")
            .with_columns((pl.col("measured_at") // MINUTES_A_DAY).alias("day"))
        )
        keys = ["encounter_id", "day"]
        days = asked.select(keys).unique().drop_nulls().sort("day")
        met = days.join_asof(measured, on="day", by="encounter_id", check_sortedness=False)
        return _Saying(met.select(*keys, "weight"), keys)


@dataclass(frozen=True)
class _Saying:
    """What a table says, one row a key."""

    rows: pl.DataFrame
    keys: Sequence[str]


def _said(
    asked: pl.DataFrame,
    rows: pl.DataFrame,
    on: Sequence[str],
    facts: Mapping[str, pl.Expr],
    beside: Sequence[str] = (),
) -> _Saying:
    """Flags by key and day: true if any row says so, unknown if one may, false if all rows of the key say no."""
    keys = [*on, *beside, "day"]
    met = asked.select(keys).unique().join(rows, on=list(on))
    answered = met.group_by(keys).agg(
        fact.any(ignore_nulls=False).alias(name) for name, fact in facts.items()
    )
    return _Saying(answered, keys)


def _in_insurance() -> pl.Expr:
    """Whether a 参保期 was in force on the day; unknown where it ended on a day that is not stated."""
    ended, state = pl.col("suspended_from"), pl.col("insured_state")
    return (pl.col("valid_from") <= _day) & (
        pl.when(ended.is_not_null())
        .then(_day < ended)
        .when(state.is_in(NEVER))
        .then(statement=False)
        .when(state.is_null() | state.is_in(IN_FORCE))
        .then(statement=True)
    )


def _recorded(
    asked: pl.DataFrame, known: pl.DataFrame, rows: pl.DataFrame, at: str, name: str, absent: pl.Expr
) -> _Saying:
    """What was recorded of an encounter; nothing recorded says something only since its institution records."""
    since = rows.group_by("institution_id").agg(since=(pl.col(at) // MINUTES_A_DAY).min()).drop_nulls()
    found = (
        asked.select("encounter_id", "institution_id", "day")
        .join(known, on="encounter_id", how="left")
        .join(since, on="institution_id", how="left")
    )
    unrecorded = pl.col("recorded").is_null() & (_day >= pl.col("since"))
    return _Saying(
        found.select("encounter_id", pl.when(unrecorded).then(absent).otherwise(pl.col(name)).alias(name)),
        ["encounter_id"],
    )


def _filled(frame: pl.DataFrame, asked: pl.DataFrame, saying: _Saying | None) -> pl.DataFrame:
    """The frame with what was said: a fact that the bill states itself stays as it is."""
    if saying is None:
        return frame
    keys = list(saying.keys)
    found = asked.select(keys).join(saying.rows, on=keys, how="left", nulls_equal=True, maintain_order="left")
    told = [pl.lit(series) for series in found.drop(keys).iter_columns()]
    names = found.drop(keys).columns
    return frame.with_columns(
        (pl.coalesce(name, said) if name in frame.columns else said).alias(name)
        for name, said in zip(names, told, strict=True)
    )
