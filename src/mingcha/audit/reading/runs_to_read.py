"""The finished audits in which somebody may see findings, and how often each rule hit in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import polars as pl
from sqlalchemy import select

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.permissions import Permission
from mingcha.audit.extent import extent_of
from mingcha.audit.ledger.folders import run_folder
from mingcha.audit.ledger.runs import AUDIT, Status
from mingcha.audit.reading.finding_filter import FindingFilter, conditions, together
from mingcha.audit.reading.index_columns import MONEY
from mingcha.audit.reading.opened import index_of
from mingcha.knowledge.point import Certainty
from mingcha.store.database.runs import Dataset, Run
from mingcha.store.lake import MANIFEST

# Who compares or counts looks at the last ones.
MOST_RUNS = 50


@dataclass(frozen=True)
class AuditedRun:
    """A finished audit, and how many findings of it the reader may see."""

    id: UUID
    name: str
    dataset_name: str | None
    finished_at: datetime | None
    release: int
    extent: str
    findings: int


@dataclass(frozen=True)
class RuleHits:
    """What one rule found in one audit; amounts in fen."""

    run: UUID
    rule_code: str
    rule_name: str
    findings: int
    violations: int
    encounters: int
    institutions: int
    exempt: int
    amount_fen: int
    claimed_fen: int
    recoverable_fen: int


def audited_runs(access: Access, actor: Actor) -> list[AuditedRun]:
    """The last finished audits with findings that the actor may see, the newest first.

    An audit of a whole city is its bureau's; what it found at a hospital, the hospital may see.
    """
    scope = actor.scope(Permission.FINDINGS_VIEW)
    query = (
        select(Run, Dataset.name)
        .outerjoin(Dataset, Dataset.id == Run.dataset_id)
        .where(Run.kind == AUDIT, Run.status == Status.DONE)
        .order_by(Run.finished_at.desc(), Run.id)
        .limit(MOST_RUNS)
    )
    with access.database.reading() as session:
        rows = [(run.id, run.name, name, run.finished_at) for run, name in session.execute(query)]
    found = []
    for run_id, name, dataset_name, finished_at in rows:
        if not (run_folder(access, run_id) / MANIFEST).is_file():
            continue  # thrown away by hand
        index = index_of(access, run_id)
        inside = index.within(scope)
        count = index.rows.height if inside is None else int(inside.sum())
        if count or index.rows.is_empty():
            identity = index.manifest["identity"]
            found.append(
                AuditedRun(
                    run_id,
                    name,
                    dataset_name,
                    finished_at,
                    int(identity["release"]),
                    str(extent_of(**identity["extent"])),
                    count,
                )
            )
    return found


def hits_by_rule(
    access: Access,
    actor: Actor,
    run_ids: Sequence[UUID],
    permission: Permission = Permission.FINDINGS_VIEW,
) -> list[RuleHits]:
    """What each rule found in each of these audits, within the actor's scope; the most findings first.

    Args:
        permission: what is done with it, and so in which scope.

    Raises:
        Missing: there is no such audit.
    """
    scope = actor.scope(permission)
    hits = []
    for run_id in run_ids:
        index = index_of(access, run_id)
        found = together(index, conditions(index, FindingFilter(), scope))
        violation = index.number_of("certainty", Certainty.VIOLATION.value)
        counts = pl.col("exemption").is_null()
        rules = index.tables["rules"]
        counted = (
            found.with_columns(
                institution=index.places["institution_id"].gather(found["place"]),
                # Several mechanisms may serve one rule of the catalogue.
                rule_code=rules["rule_code"].gather(found["rule"]),
                rule_name=rules["rule_name"].gather(found["rule"]),
            )
            .group_by("rule_code")
            .agg(
                pl.col("rule_name").first(),
                findings=pl.len().cast(pl.Int64),
                violations=(pl.col("certainty") == pl.lit(violation)).sum(),
                encounters=pl.col("encounter_id").n_unique(),
                institutions=pl.col("institution").n_unique(),
                exempt=pl.col("exemption").count(),
                **{name: pl.col(name).filter(counts).sum() for name in MONEY},
            )
            .sort("findings", "rule_code", descending=[True, False])
        )
        hits += [RuleHits(run=run_id, **row) for row in counted.to_dicts()]
    return hits
