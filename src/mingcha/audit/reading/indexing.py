"""Makes the index of a run's findings from its results and its dataset; the folder appears whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.audit.batch import FINDINGS
from mingcha.audit.outputs import sync, write_json
from mingcha.audit.reading import index_columns as c
from mingcha.audit.reading.index import ABOUT, TABLES, about_of
from mingcha.audit.run import INDEX, finished_run, slices_of
from mingcha.domain.values import MINUTES_A_DAY
from mingcha.engine.ages import YEARS, age_column
from mingcha.engine.facts import derived_columns
from mingcha.store.lake import Lake
from mingcha.store.whole import whole_folder

_KEPT = (*c.MONEY, "day", "settled_on", "inpatient", "age")


Advised = Callable[[pl.DataFrame], pl.Series]
"""findings → how whoever was told of each before went on, null where nobody was"""


def write_index(run: Path, dataset: Path, advised: Advised | None = None) -> None:
    """Index the findings of a finished run; an index that lies there is replaced.

    Args:
        advised: asked where there are hospitals that call.

    Raises:
        InputError: no finished run, or no dataset.
    """
    manifest, lake = finished_run(run), Lake(dataset)
    findings, names = _gathered(run, manifest, lake)
    nobody = pl.Series([None], dtype=pl.String).new_from_index(0, findings.height)
    findings = findings.with_columns((nobody if advised is None else advised(findings)).alias(c.ADVICE))
    with whole_folder(run / INDEX, replacing=True) as folder:
        _write(findings, names, folder)
        write_json(folder / ABOUT, about_of(manifest))
        for path in folder.iterdir():
            sync(path)


Names = dict[str, pl.DataFrame]
_NAMED = {
    "institution_name": ("institution_id",),
    "department_name": ("institution_id", "department_id"),
    "doctor_name": ("institution_id", "doctor_id"),
}


def _gathered(run: Path, manifest: dict[str, Any], lake: Lake) -> tuple[pl.DataFrame, Names]:
    """All findings with what their encounters say, and the names of places; texts as numbers, bucket by bucket."""
    scan = pl.scan_parquet(run / FINDINGS, glob=False).select(c.OF_FINDING).with_row_index("row")
    # Each text is held once: of a million findings there are few rules, places and items.
    coded = [pl.col(name).cast(pl.Categorical(pl.Categories.random())) for name in _texts()]
    frames: list[pl.DataFrame] = []
    named: dict[str, list[pl.DataFrame]] = {name: [] for name in _NAMED}
    for number, (first, count) in slices_of(manifest).items():
        bucket = lake.read_bucket(number, encounters=c.OF_ENCOUNTER, lines=[], diagnoses=[], procedures=[])
        found = scan.slice(first, count).collect()
        frames.append(_beside(found, bucket.encounters).with_columns(coded))
        for name, frame in _names(lake, number, bucket.encounters, found):
            named[name].append(frame)
    return pl.concat(frames), {name: _one_name_each(parts, name) for name, parts in named.items()}


def _texts() -> tuple[str, ...]:
    return tuple(dict.fromkeys((*c.PLACE, *c.ITEM, *c.RULE, *c.EXEMPTION, *c.SAID)))


def _beside(found: pl.DataFrame, encounters: pl.DataFrame) -> pl.DataFrame:
    """Findings of a bucket with what is known of their encounters."""
    day = pl.col("started_at") // MINUTES_A_DAY
    of_encounter = encounters.select(
        "encounter_id",
        *("care_region", "insurance_type", "care_type", "sex"),
        derived_columns()["inpatient"].alias("inpatient"),
        age_column(pl.col("birth_date"), day, pl.lit(YEARS)).cast(pl.Int16).alias("age"),
        (pl.coalesce("settled_at", "ended_at", "started_at") // MINUTES_A_DAY).alias("settled_on"),
        day.alias("began_on"),
    )
    return (
        found.join(of_encounter, on="encounter_id", how="left", maintain_order="left")
        .with_columns(day=pl.coalesce(pl.col("charged_at") // MINUTES_A_DAY, "began_on"))
        .drop("charged_at", "began_on")
    )


def _names(
    lake: Lake, number: int, encounters: pl.DataFrame, found: pl.DataFrame
) -> Iterator[tuple[str, pl.DataFrame]]:
    """What the places of a bucket's findings are called; lines are asked only where no encounter says it."""
    lines: pl.DataFrame | None = None
    for name, keys in _NAMED.items():
        wanted = found.select(keys).drop_nulls().unique()
        known = _stated(encounters, name, wanted)
        yield name, known
        if known.height < wanted.height and name != "institution_name":
            if lines is None:
                lines = _of_lines(lake, number, encounters["institution_id"])
            yield name, _stated(lines, name, wanted.join(known, on=keys, how="anti"))


def _of_lines(lake: Lake, number: int, institutions: pl.Series) -> pl.DataFrame:
    columns = ("enc", "department_id", "department_name", "doctor_id", "doctor_name")
    lines = lake.read_bucket(number, encounters=[], lines=columns, diagnoses=[], procedures=[]).lines
    return lines.with_columns(institution_id=institutions.gather(lines["enc"]))


def _stated(rows: pl.DataFrame, name: str, wanted: pl.DataFrame) -> pl.DataFrame:
    keys = list(_NAMED[name])
    return rows.select(*keys, name).drop_nulls().unique().join(wanted, on=keys, how="semi")


def _one_name_each(parts: list[pl.DataFrame], name: str) -> pl.DataFrame:
    """Of several names the same one every time."""
    return pl.concat(parts).group_by(_NAMED[name]).agg(pl.col(name).min())


def _write(findings: pl.DataFrame, names: Names, folder: Path) -> None:
    tables = {
        name: findings.select(columns).unique().cast(pl.String).sort(columns, nulls_last=True)
        for name, columns in zip(TABLES, (c.PLACE, c.ITEM, c.RULE, c.EXEMPTION), strict=True)
    }
    for name in TABLES[1:]:  # every finding is somewhere, if only at an unknown place; the others it may lack
        tables[name] = tables[name].filter(~pl.all_horizontal(pl.all().is_null()))
    for name, keys in _NAMED.items():
        tables["places"] = tables["places"].join(
            names[name], on=keys, how="left", maintain_order="left", nulls_equal=False
        )
    rows = findings.select(
        "row",
        pl.col("finding_id").str.decode("hex"),
        *_KEPT,
        *(
            _numbers(findings, tables[table], columns).alias(name)
            for name, table, columns in (
                ("place", "places", c.PLACE),
                ("item", "items", c.ITEM),
                ("rule", "rules", c.RULE),
                ("exemption", "exemptions", c.EXEMPTION),
            )
        ),
        *(_write_texts(findings[name], folder).alias(name) for name in c.CODED),
    )
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.parquet", compression="zstd")
    rows.sort(*c.ORDER, "row", descending=[True] * len(c.ORDER) + [False], nulls_last=True).write_parquet(
        folder / "rows.parquet", compression="zstd"
    )


def _numbers(findings: pl.DataFrame, table: pl.DataFrame, columns: tuple[str, ...]) -> pl.Series:
    """By finding, the number of its row in a table; null where it has none."""
    like = [pl.col(name).cast(findings[name].dtype) for name in columns]
    numbered = table.select(like).with_row_index("number")
    joined = findings.select(columns).join(
        numbered, on=columns, how="left", maintain_order="left", nulls_equal=True
    )
    return joined["number"].cast(c.smallest(table.height))


def _write_texts(column: pl.Series, folder: Path) -> pl.Series:
    """Keep the values of a column in order; by finding, the number of its value."""
    values = column.unique().drop_nulls().cast(pl.String).sort()
    values.to_frame().write_parquet(folder / f"{column.name}.parquet", compression="zstd")
    numbered = values.cast(column.dtype).to_frame().with_row_index("number")
    joined = column.to_frame().join(numbered, on=column.name, how="left", maintain_order="left")
    return joined["number"].cast(c.smallest(len(values)))
