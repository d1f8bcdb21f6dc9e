"""One row per encounter, from everything that any table says of it; contradictions become unknown and are noted."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from mingcha.domain.claims import Encounter, Person, Settlement
from mingcha.ingest.notes import Notes
from mingcha.store.columns import Columns, columns_of, conform

CONTRADICTION = "前后矛盾，按未知处理"
SEVERAL_SETTLEMENTS = "一次就诊有多次结算，金额已合计"
_FACTS: Columns = columns_of(Person, Encounter)
_SETTLEMENT: Columns = {n: t for n, t in columns_of(Settlement).items() if n != "encounter_id"}
_ALL: Columns = {**_FACTS, **_SETTLEMENT}
_OF_THE_YEAR = [name for name in _SETTLEMENT if name.startswith("year_")]
_AMOUNTS = [name for name, type_ in _SETTLEMENT.items() if type_ == pl.Int64]
_REQUIRED = [f for f in Encounter.fields().values() if f.required and f.name != "encounter_id"]
_ORIGIN: Columns = {"_file": pl.Int32(), "_row": pl.Int64(), "_own": pl.Boolean(), "_unread": pl.Utf8()}


@dataclass(frozen=True)
class Merged:
    """Whole encounters; refused ones with field, value and reason; and the fate of rows that were encounters."""

    encounters: pl.DataFrame
    refused: pl.DataFrame
    accepted: pl.DataFrame
    rejected: pl.DataFrame
    duplicates: pl.DataFrame


def merge(facts: pl.DataFrame, notes: Notes) -> Merged:
    """Merge all sayings about the encounters of one partition.

    Args:
        facts: rows of person, encounter and settlement fields, with their origin.
        notes: takes what is contradictory.
    """
    facts = conform(facts, {**_ALL, **_ORIGIN}).sort("_file", "_row")
    own = facts.filter("_own")
    repeated = ~own.select(pl.struct(list(_ALL)).is_first_distinct()).to_series()
    distinct = facts.unique(list(_ALL), keep="first", maintain_order=True)
    many = distinct.filter(pl.col("encounter_id").is_duplicated())
    single = distinct.filter(~pl.col("encounter_id").is_duplicated()).select(*_ALL, "_unread")
    ambiguous = _ambiguous(many)
    several = _resolved(many.join(ambiguous, on="encounter_id", how="anti"), notes)
    encounters = pl.concat([single, several], how="vertical_relaxed")
    refused = pl.concat([_incomplete(encounters), ambiguous], how="vertical_relaxed")
    encounters = encounters.join(refused, on="encounter_id", how="anti").drop("_unread")
    counted = own.filter(~repeated)
    rejected = counted.join(refused, on="encounter_id", how="inner", maintain_order="left")
    accepted = counted.join(refused, on="encounter_id", how="anti")
    return Merged(encounters, refused, accepted, rejected, own.filter(repeated))


def _ambiguous(many: pl.DataFrame) -> pl.DataFrame:
    """Identifiers under which different persons or institutions stand: nobody can say whose the lines are."""
    differing = many.group_by("encounter_id").agg(
        pl.col("person_id", "institution_id").drop_nulls().unique().sort().str.join("、"),
        pl.col("person_id").drop_nulls().n_unique().alias("persons"),
        pl.col("institution_id").drop_nulls().n_unique().alias("institutions"),
    )
    person = pl.col("persons") > 1
    return differing.filter(person | (pl.col("institutions") > 1)).select(
        "encounter_id",
        pl.when(person)
        .then(pl.lit(repr(Encounter.person_id)))
        .otherwise(pl.lit(repr(Encounter.institution_id)))
        .alias("field"),
        pl.when(person).then("person_id").otherwise("institution_id").alias("value"),
        pl.lit("同一就诊标识对应不同的参保人或医疗机构").alias("reason"),
    )


def _incomplete(encounters: pl.DataFrame) -> pl.DataFrame:
    """Encounters that lack a required fact after all that was said."""
    lacking = pl.coalesce(
        pl.when(pl.col(f.name).is_null()).then(
            pl.struct(
                pl.lit(repr(f)).alias("field"),
                (pl.col("_unread").fill_null("") if f.name == "started_at" else pl.lit("")).alias("value"),
                pl.lit(f"就诊缺少{f.label}").alias("reason"),
            )
        )
        for f in _REQUIRED
    )
    found = encounters.select("encounter_id", lacking.alias("why")).filter(pl.col("why").is_not_null())
    return found.unnest("why").with_columns(
        pl.when(pl.col("value") != "").then(pl.lit("就诊时间无法识别")).otherwise("reason").alias("reason")
    )


def _resolved(many: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    """One row for each encounter of which more than one thing is said."""
    facts = many.group_by("encounter_id").agg(
        *(_one(name) for name in _FACTS if name != "encounter_id"),
        pl.col("_unread").drop_nulls().first(),
        *(_differs(name) for name in _FACTS if name not in ("encounter_id", "started_at", "ended_at")),
    )
    _note(facts, "", notes)
    settled = _settlements(many, notes)
    joined = facts.join(settled, on="encounter_id", how="left")
    return joined.select(pl.col(name).cast(type_) for name, type_ in {**_ALL, "_unread": pl.Utf8()}.items())


def _one(name: str) -> pl.Expr:
    """The one thing that is said; a stay that is told in parts lasts from its first to its last moment."""
    column = pl.col(name)
    if name == "started_at":
        return column.min()
    if name == "ended_at":
        return column.max()
    said = column.drop_nulls()
    return pl.when(said.n_unique() == 1).then(said.first()).alias(name)


def _differs(name: str) -> pl.Expr:
    return (pl.col(name).drop_nulls().n_unique() > 1).alias(f"!{name}")


def _note(frame: pl.DataFrame, owner: str, notes: Notes) -> None:
    for flag in [name for name in frame.columns if name.startswith("!")]:
        differing = frame.filter(flag)
        if differing.height:
            example = str(differing["encounter_id"].min())
            field = owner or ("Person" if flag[1:] in Person.fields() else "Encounter")
            notes.add(CONTRADICTION, f"{field}.{flag[1:]}", differing.height, example=example)


def _settlements(many: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    """The settlement facts of each encounter; those of several settlements added up."""
    said = many.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in _SETTLEMENT))
    said = said.select("encounter_id", *_SETTLEMENT)
    ids = pl.col("settlement_id").drop_nulls().n_unique().over("encounter_id")
    said = said.with_columns(ids.alias("ids")).filter(
        (pl.col("ids") < 2) | pl.col("settlement_id").is_not_null()
    )
    each = said.group_by("encounter_id", pl.when(pl.col("ids") > 1).then("settlement_id").alias("which")).agg(
        *(_one(name) for name in _SETTLEMENT if name != "settled_at"),
        pl.col("settled_at").max(),
        *(_differs(name) for name in _AMOUNTS),
    )
    _note(each, "Settlement", notes)
    sole = each.filter(~pl.col("encounter_id").is_duplicated()).select("encounter_id", *_SETTLEMENT)
    several = each.filter(pl.col("encounter_id").is_duplicated()).sort(
        "settled_at", "which", nulls_last=False
    )
    added = several.group_by("encounter_id").agg(
        pl.col("settlement_id", "settled_at").last(),
        # A sum of which a part is unknown is unknown.
        *(pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name) for name in _AMOUNTS),
    )
    # What was paid before: each settlement says it of itself, and no sum of them is true.
    added = added.with_columns(pl.lit(None, pl.Int64).alias(name) for name in _OF_THE_YEAR)
    if added.height:
        example = str(added["encounter_id"].min())
        notes.add(SEVERAL_SETTLEMENTS, "Settlement.settlement_id", added.height, example=example)
    return pl.concat([sole, added.select(sole.columns)], how="vertical_relaxed")
