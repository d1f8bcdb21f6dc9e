"""One bucket of a run: claims in, findings and counts out, in a process that lives as long as the run."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.audit.extent import Extent
from mingcha.audit.outputs import sync
from mingcha.domain.claims import Encounter, Person, Settlement
from mingcha.domain.collecting import collecting_paused
from mingcha.domain.values import ValueType
from mingcha.engine.finding_columns import OF_LINE, findings_of_partition
from mingcha.engine.frames import OF_BILL, unjudged_texts
from mingcha.engine.layout import columns_of_row
from mingcha.engine.outcome import Outcome
from mingcha.engine.partition import PartitionJudge
from mingcha.engine.plan import Plan
from mingcha.engine.stock import RECORDS, Stock
from mingcha.engine.sums import PeriodSums
from mingcha.engine.tables import Tables
from mingcha.engine.waiting import waiting_rules
from mingcha.knowledge.release import Release
from mingcha.store import columns as c
from mingcha.store.lake import Bucket, Lake
from mingcha.store.whole import whole_folder

EXAMPLES = 3
COMPRESSION_LEVEL = 1


@dataclass(frozen=True)
class Task:
    """What every bucket of a run has in common; sent to each worker once."""

    dataset: Path
    parts: Path
    release: Release
    extent: Extent


class BucketAuditor:
    """Audits buckets of one dataset by one compiled release."""

    def __init__(self, task: Task, plan: Plan) -> None:
        self.task = task
        self.lake = Lake(task.dataset)
        self.plan = plan
        self.items = self.lake.items()
        supplied = self.lake.supplied()
        self.judge = PartitionJudge(self.plan, self.items["item_code"].to_list(), supplied=supplied)
        self.waiting = pl.DataFrame(
            waiting_rules(self.plan, supplied),
            schema=dict.fromkeys(("rule_code", "slug", "fact"), pl.String),
            orient="row",
        )
        self.sums = PeriodSums(self.plan, self.items["item_code"].to_list(), stock_of(self.lake))
        self.known = self.items["item"].is_in(self.judge.items_known().implode())
        self.columns = columns_read(self.plan)

    def __call__(self, number: int) -> dict[str, Any]:
        """Audit one bucket; its results appear whole in the folder of parts. Returns its counts."""
        # Many small objects that all go when the bucket is done: looking for cycles among them only costs.
        with collecting_paused():
            return self._audit(number)

    def _audit(self, number: int) -> dict[str, Any]:
        started = time.monotonic()
        bucket = self.lake.read_bucket(number, **self.columns)
        audited = self.task.extent.holds(bucket.encounters)
        tables = Tables(bucket.encounters, bucket.lines, bucket.diagnoses, bucket.procedures)
        outcome = self.judge(tables, None if self.task.extent.open else audited.to_list())
        findings = findings_of_partition(self.plan, tables, outcome.hits, self.items)
        counts = {"bucket": number, "started": started, **self._counted(bucket, audited, findings)}
        frames = {
            "findings": findings,
            "unjudged": self._unjudged(tables, outcome, int(audited.sum())),
            "sums": self.sums(tables, audited),
            "institutions": _institutions(tables, audited),
            "doctors": _doctors(bucket.encounters),
        }
        return self._keep(number, frames, counts)

    def _unjudged(self, tables: Tables, outcome: Outcome, audited: int) -> pl.DataFrame:
        """What could not be judged; a rule that waits for a table, once for all bills under audit."""
        counted = counted_unjudged(tables, outcome)
        waiting = self.waiting.with_columns(
            pl.lit(None, pl.String).alias("institution_id"),
            pl.lit(audited, pl.Int64).alias("rows"),
            pl.lit([], pl.List(pl.String)).alias("examples"),
        )
        return pl.concat([counted, waiting.select(counted.columns)]) if audited else counted

    def _counted(self, bucket: Bucket, audited: pl.Series, findings: pl.DataFrame) -> dict[str, int]:
        lines = bucket.lines.select(
            known=self.known.gather(bucket.lines["item"]),
            audited=audited.gather(bucket.lines["enc"]),
            amount="amount",
        )
        under_audit = lines.filter("audited")
        return {
            "persons": bucket.encounters["person_id"].n_unique(),
            "encounters": bucket.encounters.height,
            "lines": bucket.lines.height,
            "audited_encounters": int(audited.sum()),
            "audited_lines": under_audit.height,
            "known_lines": int(under_audit["known"].sum()),
            "billed_fen": int(under_audit["amount"].sum()),
            "findings": findings.height,
            "exempt": findings["exemption"].count(),
            "lines_with_findings": findings.select(
                pl.struct("encounter_id", "line_key")
                .filter(pl.col("line_key").is_not_null() & pl.col("exemption").is_null())
                .n_unique()
            ).item(),
        }

    def _keep(self, number: int, frames: dict[str, pl.DataFrame], counts: dict[str, Any]) -> dict[str, Any]:
        with whole_folder(self.task.parts / f"{number:04d}") as unfinished:
            for name, frame in frames.items():
                frame.write_parquet(
                    unfinished / f"{name}.parquet", compression="zstd", compression_level=COMPRESSION_LEVEL
                )
            kept = {name: value for name, value in counts.items() if name not in {"bucket", "started"}}
            (unfinished / "counts.json").write_text(json.dumps(kept), "utf-8")
            for path in unfinished.iterdir():
                sync(path)
        return {**counts, "ended": time.monotonic()}


def stock_of(lake: Lake) -> Stock:
    """What the stock records of a dataset say."""
    return Stock({slug: rows for slug in RECORDS if (rows := lake.table(slug)) is not None})


def columns_read(plan: Plan) -> dict[str, list[str]]:
    """The columns of each table of a bucket that judging and its findings read.

    Of encounters all but free text: bodies may read any fact of them, and there are few.
    """
    named = (*plan.layout.names, *plan.summed)
    rows = {column for name in named for column in columns_of_row(name)}
    wanted = {"enc", "item", "charged_at", *rows, *OF_LINE}
    kept = {*OF_BILL, "institution_name", "doctor_name", "department_name"}
    text = {
        name
        for entity in (Person, Encounter, Settlement)
        for name, field in entity.fields().items()
        if field.type is ValueType.TEXT
    }
    return {
        "lines": [name for name in c.LINES if name in wanted],
        "encounters": [name for name in c.ENCOUNTERS if name in kept or name not in text],
        "diagnoses": ["enc", "diagnosis_code"],
        "procedures": ["enc", "procedure_code", "operated_at"],
    }


def counted_unjudged(tables: Tables, outcome: Outcome) -> pl.DataFrame:
    """Rows that could not be judged, counted by rule, fact and institution, with a few examples."""
    rows = outcome.unjudged
    place = rows["why"].cast(pl.UInt64) * len(tables.institutions) + tables.institutions[rows["encounter"]]
    counted = (
        pl.DataFrame({"place": place, "row": pl.int_range(len(place), dtype=pl.UInt32, eager=True)})
        .group_by("place")
        .agg(pl.len().cast(pl.Int64).alias("rows"), pl.col("row").head(EXAMPLES))
        .sort(pl.col("row").list.first())
    )
    # Written out are the examples only: there may be more such rows than lines.
    shown = counted.select("row").with_row_index("group").explode("row")
    of_row = pl.coalesce("line_key", "code")
    texts = unjudged_texts(tables, outcome, rows[shown["row"]]).with_columns(
        shown["group"],
        pl.concat_str("encounter_id", of_row, separator="/", ignore_nulls=True).alias("examples"),
    )
    keys = ("rule_code", "slug", "fact", "institution_id")
    told = texts.group_by("group", maintain_order=True).agg(pl.col(*keys).first(), pl.col("examples"))
    return told.select(*keys, counted["rows"], "examples")


def _institutions(tables: Tables, audited: pl.Series) -> pl.DataFrame:
    """What was audited at each institution of the bucket: encounters, lines, amount in fen."""
    encounters = tables.encounters.select(
        "institution_id", "institution_name", tables.institutions.alias("institution")
    ).filter(audited)
    lines = tables.lines.select(
        tables.institutions[tables.lines["encounter"]].alias("institution"), "amount"
    ).filter(audited[tables.lines["encounter"]])
    billed = lines.group_by("institution").agg(
        pl.len().cast(pl.Int64).alias("lines"), pl.col("amount").sum().alias("billed_fen")
    )
    return (
        encounters.group_by("institution")
        .agg(
            pl.col("institution_id").first(),
            pl.col("institution_name").drop_nulls().min(),
            pl.len().cast(pl.Int64).alias("encounters"),
        )
        .join(billed, on="institution", how="left", nulls_equal=True)
        .drop("institution")
        .with_columns(pl.col("lines", "billed_fen").fill_null(0))
        .sort("institution_id")
    )


def _doctors(encounters: pl.DataFrame) -> pl.DataFrame:
    """Names of doctors, as far as encounters state them."""
    return (
        encounters.select("institution_id", "doctor_id", "doctor_name", "department_name")
        .drop_nulls("doctor_id")
        .group_by("institution_id", "doctor_id")
        .agg(pl.col("doctor_name", "department_name").drop_nulls().min())
        .sort("institution_id", "doctor_id")
    )
