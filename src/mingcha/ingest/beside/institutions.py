"""What tables say of institutions: what they are, and whether they are contracted."""

from __future__ import annotations

import polars as pl

from mingcha.ingest.beside.saying import OPEN_PERIOD, Saying, flags_of

ONLINE = "1"


def institution(rows: pl.DataFrame, _asked: pl.DataFrame) -> Saying:
    """Facts of an institution that its own table states; two different ones are none."""
    names = ("institution_name", "care_region", "institution_type", "institution_level")
    stated = [pl.col(name).drop_nulls() for name in names]
    known = rows.group_by("institution_id").agg(
        pl.when(one.n_unique() == 1).then(one.first()) for one in stated
    )
    return Saying(known, ["institution_id"])


def service(rows: pl.DataFrame, asked: pl.DataFrame) -> Saying:
    """Whether the institution was online and under agreement on the day; one tells where the other is unknown."""
    online, agreed = pl.col("service_state") == ONLINE, pl.col("agreement_in_force")
    contracted = OPEN_PERIOD & pl.coalesce(online & agreed, online, agreed)
    return flags_of(asked, rows, ["institution_id"], {"institution_contracted": contracted})
