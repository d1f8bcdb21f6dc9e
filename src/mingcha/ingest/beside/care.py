"""What is recorded of an encounter: identity checks, consent, fee categories, its outcome."""

from __future__ import annotations

import polars as pl

from mingcha.ingest.beside.saying import Saying, recorded

# 认证结果 1 成功, 3 审核中, 4 特殊登记; 审核状态 1、2 通过.
PASSED, PENDING, REVIEWED = "1", ("3", "4"), ("1", "2")
FAILED_CHECK, PASSED_CHECK, NO_CHECK = "0", "1", "9"


def identity(rows: pl.DataFrame, asked: pl.DataFrame) -> Saying:
    """One passed check is enough; a pending one leaves it open; none counts only where checks are reported."""
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
    return recorded(asked, checked, rows, "checked_at", "identity_result", pl.lit(NO_CHECK))


def consent(rows: pl.DataFrame, asked: pl.DataFrame) -> Saying:
    """Whether a consent was signed; that none was counts only where consents are reported."""
    signed = rows.select("encounter_id", consented=pl.lit(value=True), recorded=pl.lit(value=True))
    return recorded(asked, signed.unique(), rows, "signed_at", "consented", pl.lit(value=False))


def fee_category(rows: pl.DataFrame, _asked: pl.DataFrame) -> Saying:
    """As whose patient a stay began and ended, and how often that changed between."""
    told = rows.drop_nulls(["encounter_id", "fee_category"]).sort("registered_at", "fee_category")
    category = pl.col("fee_category")
    changes = told.group_by("encounter_id", maintain_order=True).agg(
        (category != category.shift(1)).sum().cast(pl.Int32).alias("fee_category_changes"),
        category.first().alias("first_fee_category"),
        category.last().alias("last_fee_category"),
    )
    return Saying(changes, ["encounter_id"])


def outcome(rows: pl.DataFrame, _asked: pl.DataFrame) -> Saying:
    """How the stay ended, and whether another was planned."""
    told = rows.group_by("encounter_id").agg(
        pl.col("discharge_way", "death_date", "readmission_planned").drop_nulls().last()
    )
    return Saying(told, ["encounter_id"])
