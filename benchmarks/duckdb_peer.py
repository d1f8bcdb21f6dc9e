"""DuckDB SQL as a peer: a subset of the rules, over a dataset or over one bill, by the same statements."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from mingcha.engine.plan import Check, Plan
from mingcha.knowledge.point import KnowledgePoint

SUBSET = (
    "sex-mismatch", "age-out-of-range", "insurance-mismatch", "care-type-mismatch", "internet-prescribing",
    "level-too-low", "department-mismatch", "second-line-first", "herb-never-paid", "quantity-over-limit",
    "contained-item-charged", "unit-price-over-ceiling", "charge-outside-stay", "amount-mismatch",
    "total-mismatch",
)  # fmt: skip
COMPARED = ("rule_code", "knowledge_point", "encounter_id", "line_key", "excess_quantity", "amount_fen")
THREADS, MEMORY = 2, "8GB"

_STATEMENTS = (Path(__file__).parent / "subset.sql").read_text("utf-8")
# DuckDB's columns of `points`, and the fields of kinds that fill them.
_LIMITS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "sex": (pl.String, ("sex",)),
    "unit": (pl.String, ("unit",)),
    "at_least": (pl.Int64, ("at_least",)),
    "below": (pl.Int64, ("below",)),
    "accepted": (pl.List(pl.String), ("accepted", "internet_care_types")),
    "exempt_at_least": (pl.Int64, ("exempt_at_least",)),
    "exempt_types": (pl.List(pl.String), ("exempt_types",)),
    "period": (pl.String, ("period",)),
    "allowed": (pl.Int64, ("allowed",)),
    "interval_word": (pl.String, ("interval",)),
    "ceiling": (pl.Int64, ("ceiling",)),
    "rank": (pl.Int64, ("rank",)),
}
_AGE = """
CREATE OR REPLACE TEMP MACRO date_of(number) AS DATE '1970-01-01' + number;
CREATE OR REPLACE TEMP MACRO age_on(born, at_day, unit) AS CASE unit
    WHEN '天' THEN at_day - born
    WHEN '岁' THEN year(date_of(at_day)) - year(date_of(born))
        - (strftime(date_of(at_day), '%m%d') < strftime(date_of(born), '%m%d'))::INT
    ELSE (year(date_of(at_day)) - year(date_of(born))) * 12 + month(date_of(at_day)) - month(date_of(born))
        - (day(date_of(at_day)) < day(date_of(born)))::INT
END
"""
_PREFIXES = """
CREATE OR REPLACE TEMP MACRO starts_with_any(code, prefixes) AS CASE WHEN code IS NOT NULL THEN
    coalesce(list_bool_or(list_transform(prefixes, lambda prefix: starts_with(code, prefix))), FALSE)
END
"""


def write_knowledge(plan: Plan, folder: Path) -> None:
    """Write the points of the subset, completed by the settings, as Parquet for DuckDB."""
    checks = [check for check in plan.variant("").checks if check.slug in SUBSET]
    with_points = [(check, point) for check in checks for point in check.points]
    pl.DataFrame(
        [_point_row(number, check, point) for number, (check, point) in enumerate(with_points)],
        schema=_POINTS, orient="row",
    ).write_parquet(folder / "points.parquet")  # fmt: skip
    pl.DataFrame(
        [row for number, (_, point) in enumerate(with_points) for row in _codes(number, point)],
        schema={"pt": pl.Int32, "item_code": pl.String, "partner": pl.Boolean},
        orient="row",
    ).write_parquet(folder / "point_codes.parquet")
    pl.DataFrame(
        [(check.slug, check.rule_code) for check in checks if not check.points],
        schema=["slug", "rule_code"],
        orient="row",
    ).write_parquet(folder / "rules.parquet")


_POINTS = {
    "pt": pl.Int32,
    "slug": pl.String,
    "point_id": pl.String,
    "rule_code": pl.String,
    "starts": pl.Int32,
    "ends": pl.Int32,
    **{name: type_ for name, (type_, _) in _LIMITS.items()},
}


def _point_row(number: int, check: Check, point: KnowledgePoint) -> tuple[Any, ...]:
    limits = (_limit(point, names) for _, names in _LIMITS.values())
    return (
        number, check.slug, point.point_id, point.rule_code, point.effective_from, point.effective_to, *limits
    )  # fmt: skip


def _limit(point: KnowledgePoint, names: tuple[str, ...]) -> Any:
    value = next((getattr(point, name) for name in names if hasattr(point, name)), None)
    return list(value) if isinstance(value, tuple) else value


def _codes(number: int, point: KnowledgePoint) -> Iterator[tuple[int, str, bool]]:
    for code in point.codes:
        yield number, code, False
    for code in getattr(point, "containing", ()):
        yield number, code, True


def connect(knowledge: Path) -> duckdb.DuckDBPyConnection:
    """A connection that holds the knowledge written by `write_knowledge`."""
    connection = duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY})
    for name in ("points", "point_codes", "rules"):
        connection.execute(f"CREATE TABLE {name} AS FROM read_parquet('{knowledge / name}.parquet')")
    connection.execute(_AGE)
    connection.execute(_PREFIXES)
    connection.execute(
        "CREATE OR REPLACE TEMP MACRO code_of(wanted) AS (SELECT rule_code FROM rules WHERE slug = wanted)"
    )
    return connection


def audit_dataset(dataset: Path, knowledge: Path, out: Path) -> None:
    """Judge a dataset by the subset and write the findings as Parquet."""
    connection = connect(knowledge)
    for table in ("encounters", "lines"):
        row = "enc" if table == "encounters" else "place"
        connection.execute(
            f"CREATE VIEW {table} AS SELECT *, file_row_number::INT AS {row}, "
            f"parse_filename(filename, true)::INT AS bucket "
            f"FROM read_parquet('{dataset / table}/*.parquet', filename=true, file_row_number=true)"
        )
    connection.execute(f"CREATE VIEW item_codes AS FROM read_parquet('{dataset}/items.parquet')")
    connection.execute(_STATEMENTS)
    connection.execute(f"COPY found TO '{out}' (FORMAT parquet)")


def take_bills(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Take in the tables of many bills, each with a column `bill`."""
    for table in ("encounters", "lines"):
        connection.execute(f"CREATE TABLE all_{table} AS FROM read_parquet('{folder / table}.parquet')")


def put_bill(connection: duckdb.DuckDBPyConnection, bill: int) -> None:
    """Make one of the bills the content of `encounters`, `lines` and `item_codes`."""
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE encounters AS
        SELECT *, 0 AS bucket, 0 AS enc FROM all_encounters WHERE bill = {bill};
        CREATE OR REPLACE TABLE item_codes AS
        SELECT row_number() OVER () AS item, item_code
        FROM (SELECT DISTINCT item_code FROM all_lines WHERE bill = {bill});
        CREATE OR REPLACE TABLE lines AS
        SELECT l.*, 0 AS bucket, 0 AS enc, row_number() OVER (ORDER BY charged_at, line_id) AS place, item
        FROM all_lines l JOIN item_codes USING (item_code) WHERE bill = {bill};
        """
    )


def audit_bill(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Judge what its tables hold; the findings as rows of `COMPARED`."""
    connection.execute(_STATEMENTS)
    return connection.execute(f"SELECT {', '.join(COMPARED)} FROM found").fetchall()


def different(ours: Path, theirs: Path) -> tuple[int, pl.DataFrame]:
    """How many findings of the subset we have, and those that only one side has (column `only`)."""
    mine = pl.scan_parquet(ours).filter(pl.col("slug").is_in(SUBSET)).select(COMPARED).collect()
    other = pl.read_parquet(theirs).select(COMPARED)
    only = pl.concat([_lacking(mine, other, "明察"), _lacking(other, mine, "DuckDB")])
    if only.is_empty() and mine.height != other.height:
        raise AssertionError(f"两边的疑点相同而行数不同（{mine.height}、{other.height}）：有重复的行")
    return mine.height, only


def slugs_in(findings: Path) -> set[str]:
    """Slugs of the rules that these findings bear."""
    return set(pl.read_parquet(findings, columns=["slug"])["slug"])


def _lacking(held: pl.DataFrame, other: pl.DataFrame, name: str) -> pl.DataFrame:
    """The findings that one side holds and the other lacks."""
    return held.join(other, on=COMPARED, how="anti", nulls_equal=True).with_columns(only=pl.lit(name))
