"""What tables say of persons: insured, identified, entitled, registered."""

from __future__ import annotations

import polars as pl

from mingcha.ingest.beside.saying import DAY, OPEN_PERIOD, Saying, flags_of

# 参保状态: 正常参保; 未参保、无效参保. 暂停 and 终止 say no day of their own.
IN_FORCE, NEVER = ("1",), ("0", "3")


def insured(rows: pl.DataFrame, asked: pl.DataFrame) -> Saying:
    """Whether a 参保期 of this insurance was in force on the day."""
    return flags_of(asked, _known(rows), ["person_id", "insurance_type"], {"insured": _in_insurance()})


def person(rows: pl.DataFrame, asked: pl.DataFrame) -> Saying:
    """人员类别 and 公务员 of the latest period in force on the day."""
    keys = ["person_id", "insurance_type", "day"]
    met = asked.select(keys).unique().join(_known(rows), on=keys[:2]).filter(_in_insurance())
    latest = met.sort("valid_from").group_by(keys).agg(pl.col("person_type", "civil_servant").last())
    return Saying(latest, keys)


def identified(rows: pl.DataFrame, asked: pl.DataFrame) -> Saying:
    """The one identity in force on the day; of several that differ none is known to be the one that counts."""
    keys = ["person_id", "day"]
    met = asked.select(keys).unique().join(rows, on="person_id").filter(OPEN_PERIOD)
    held = pl.col("identity_type").drop_nulls()
    return Saying(met.group_by(keys).agg(pl.when(held.n_unique() == 1).then(held.first())), keys)


def entitled(rows: pl.DataFrame, asked: pl.DataFrame) -> Saying:
    """By the pooled fund of the insurance: 310100、310101、310102 are of 310; 310200 is the account."""
    fund = pl.col("fund")
    rows = rows.filter(fund.str.slice(3, 1) == "1").with_columns(insurance_type=fund.str.slice(0, 3))
    holds = OPEN_PERIOD & pl.col("entitled")
    return flags_of(asked, rows, ["person_id", "insurance_type"], {"entitled": holds})


def chronic(rows: pl.DataFrame, asked: pl.DataFrame) -> Saying:
    """Whether the disease of the visit is registered."""
    return _registered(rows, asked, "disease_registered", "disease_id", "disease_id")


def referred(rows: pl.DataFrame, asked: pl.DataFrame) -> Saying:
    """Whether care in this institution is referred."""
    return _registered(rows, asked, "referred", "institution_id", "target_institution_id")


def designated(rows: pl.DataFrame, asked: pl.DataFrame) -> Saying:
    """Whether this institution is designated."""
    return _registered(rows, asked, "designated", "institution_id", "institution_id")


def _registered(rows: pl.DataFrame, asked: pl.DataFrame, name: str, ours: str, theirs: str) -> Saying:
    """Whether one of a person's registrations in force is for this disease or institution."""
    rows = rows.select("person_id", "valid_from", "valid_to", registered=theirs)
    wanted = asked.rename({ours: "wanted"}).drop_nulls("wanted")
    said = flags_of(
        wanted, rows, ["person_id"], {name: OPEN_PERIOD & (pl.col("registered") == pl.col("wanted"))},
        beside=["wanted"],
    )  # fmt: skip
    return Saying(said.rows.rename({"wanted": ours}), ["person_id", ours, "day"])


def _known(rows: pl.DataFrame) -> pl.DataFrame:
    """参保期 that say whose they are, and of which insurance."""
    return rows.drop_nulls(["person_id", "insurance_type"])


def _in_insurance() -> pl.Expr:
    """Whether a 参保期 was in force on the day; unknown where it ended on a day that is not stated."""
    ended, state = pl.col("suspended_from"), pl.col("insured_state")
    return (pl.col("valid_from") <= DAY) & (
        pl.when(ended.is_not_null())
        .then(ended > DAY)
        .when(state.is_in(NEVER))
        .then(statement=False)
        .when(state.is_null() | state.is_in(IN_FORCE))
        .then(statement=True)
    )
