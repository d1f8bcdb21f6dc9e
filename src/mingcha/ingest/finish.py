"""From rows put aside to a dataset: encounters made whole, rows given to their bucket, buckets written one by one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from mingcha.domain.claims import Diagnosis, Encounter, Line, Person, Procedure
from mingcha.domain.evidence import Order
from mingcha.domain.fields import Entity
from mingcha.domain.schema import OPTIONAL_TABLES
from mingcha.domain.settlement_list import SettlementList
from mingcha.domain.values import written
from mingcha.ingest.beside.tables import Beside
from mingcha.ingest.lines import distinct_lines, in_order, net, note_timeless
from mingcha.ingest.main_diagnosis import with_main_diagnoses
from mingcha.ingest.merge import merge
from mingcha.ingest.notes import Notes, Rejects
from mingcha.ingest.orders import UNTIL
from mingcha.ingest.reading import Stores
from mingcha.ingest.report import ImportReport, TableReport
from mingcha.ingest.settlement_lists import SettlementLists, lists_of_table
from mingcha.ingest.spill import PART, Spill, as_parted, bucket_of
from mingcha.ingest.uploads import with_upload_delays
from mingcha.store.columns import Columns, columns_of, conform
from mingcha.store.lake import LakeWriter

NO_ENCOUNTER = "找不到所属就诊"
_ORIGIN: Columns = {"_file": pl.Int32(), "_row": pl.Int64(), "_own": pl.Boolean()}
_LOST: Columns = {"encounter_id": pl.Utf8(), "lines_rejected": pl.Int32()}
_CODED: tuple[type[Entity], ...] = (Diagnosis, Procedure)


@dataclass(frozen=True)
class Finisher:
    """Makes the dataset from what was read."""

    stores: Stores
    writer: LakeWriter
    notes: Notes
    rejects: Rejects
    report: ImportReport
    progress: Callable[[str, int, int], None]
    # Optional tables whose facts the bills tell themselves.
    told: set[type[Entity]] = field(default_factory=set)

    def run(self) -> None:
        """Write all buckets, the items, and the counts into the report."""
        count = self.stores.count
        parted = {
            name: Spill(self.writer.work, f"by-person-{name}", as_parted, count)
            for name in ("encounters", "lines", *(entity.__name__ for entity in _CODED))
        }
        items: list[pl.DataFrame] = []
        for part in range(count):
            self._whole_encounters(part, parted, items)
            self.progress("整理就诊", part + 1, count)
        dictionary = _dictionary(items)
        self.writer.write_items(dictionary)
        self.report.items = dictionary.height
        tables = self._optional()
        beside, lists = Beside(tables), self._lists(tables)
        for bucket in range(count):
            self._bucket(bucket, parted, dictionary, beside, lists)
            self.progress("写入数据集", bucket + 1, count)
        self._note_told(tables)
        self.report.buckets = count

    def _note_told(self, tables: Mapping[type[Entity], pl.DataFrame]) -> None:
        """An empty table stands for what only the bills say, so that the rules that read it do not rest."""
        slugs = {entity: slug for slug, entity in OPTIONAL_TABLES.items()}
        for entity in self.told - tables.keys():
            self.writer.write_table(slugs[entity], pl.DataFrame(schema=columns_of(entity)))

    def _lists(self, tables: Mapping[type[Entity], pl.DataFrame]) -> SettlementLists:
        """The settlement lists of all sources."""
        told = self.stores.lists
        heads = tables.get(SettlementList)
        return SettlementLists([*(lists_of_table(heads, told) if heads is not None else ()), *told])

    def _whole_encounters(self, part: int, parted: dict[str, Spill], items: list[pl.DataFrame]) -> None:
        """Merge the facts of one partition and give its rows the person they belong to."""
        merged = merge(self.stores.facts.take(part), self.notes)
        self._count(merged.accepted, "accepted")
        self._count(merged.duplicates, "duplicates")
        self._reject(merged.rejected, (Person, Encounter), merged.rejected)
        part_of = bucket_of(merged.encounters["person_id"], self.stores.count).alias(PART)
        parted["encounters"].add(merged.encounters.with_columns(part_of))
        owners = merged.encounters.select("encounter_id", "institution_id", part_of)
        lines = self._owned(Line, self.stores.lines.take(part), owners, merged.refused)
        if lines.height:
            names = conform(lines, {name: pl.Utf8() for name in ("item_code", "item_name", "list_type")})
            items.append(names.group_by("item_code", "item_name", "list_type").len())
        parted["lines"].add(lines)
        for entity in _CODED:
            rows = self._owned(entity, self.stores.of(entity).take(part), owners, merged.refused)
            parted[entity.__name__].add(rows)

    def _owned(
        self, entity: type[Entity], rows: pl.DataFrame, owners: pl.DataFrame, refused: pl.DataFrame
    ) -> pl.DataFrame:
        """Rows with bucket and institution of their encounter; those whose encounter is not there are rejected."""
        if not rows.width:
            return rows
        owned = rows.join(owners, on="encounter_id", how="inner", maintain_order="left")
        if owned.height < rows.height:
            lost = rows.join(owners, on="encounter_id", how="anti").filter("_own")
            why = lost.join(refused, on="encounter_id", how="left", maintain_order="left").select(
                pl.col("field").fill_null(f"{entity.__name__}.encounter_id"),
                pl.coalesce("value", "encounter_id").alias("value"),
                pl.when(pl.col("reason").is_null())
                .then(pl.lit(NO_ENCOUNTER))
                .otherwise(pl.format("所属就诊被拒收：{}", "reason"))
                .alias("reason"),
            )
            self._reject(lost, (entity,), why)
        return owned

    def _bucket(
        self,
        number: int,
        parted: dict[str, Spill],
        dictionary: pl.DataFrame,
        beside: Beside,
        lists: SettlementLists,
    ) -> None:
        encounters = parted["encounters"].take(number)
        persons = self._persons(number)
        if encounters.width:
            encounters = _with_persons(encounters, persons)
            encounters = encounters.sort("person_id", "started_at", "encounter_id").with_columns(
                (pl.col("person_id").rle_id()).cast(pl.Int32).alias("person")
            )
            self.report.persons += encounters["person"].n_unique()
        self.report.encounters += encounters.height
        encounters = lists.of_encounters(beside.of_encounters(encounters))
        index = _index(encounters)
        lines = self._lines(parted["lines"].take(number), index, dictionary)
        lines = beside.of_lines(lines, encounters)
        if UNTIL in lines.columns:
            self.told.add(Order)
        self.report.lines += lines.height
        encounters = with_upload_delays(self._with_lost_lines(encounters), lines)
        coded = [
            lists.with_coded(entity, self._coded(entity, parted[entity.__name__].take(number), index), index)
            for entity in _CODED
        ]
        encounters = with_main_diagnoses(encounters, coded[0])
        self.writer.write_bucket(
            number, encounters=encounters, lines=lines, diagnoses=coded[0], procedures=coded[1]
        )

    def _with_lost_lines(self, encounters: pl.DataFrame) -> pl.DataFrame:
        if not encounters.width:
            return encounters
        lost = self.stores.lost_lines
        counts = pl.DataFrame(
            {"encounter_id": list(lost), "lines_rejected": list(lost.values())}, schema=_LOST
        )
        joined = encounters.join(counts, on="encounter_id", how="left", maintain_order="left")
        return joined.with_columns(pl.col("lines_rejected").fill_null(0))

    def _lines(self, lines: pl.DataFrame, index: pl.DataFrame, dictionary: pl.DataFrame) -> pl.DataFrame:
        if not lines.width:
            return lines
        lines = lines.join(index, on="encounter_id", how="left", maintain_order="left").join(
            dictionary.select("item_code", "item"), on="item_code", how="left", maintain_order="left"
        )
        distinct = distinct_lines(lines, self.notes)
        self._count(distinct.duplicates, "duplicates")
        conflicting = distinct.conflicting
        why = pl.DataFrame(
            {
                "field": ["Line.line_id"] * conflicting.height,
                "value": conflicting["line_id"],
                "reason": ["同一明细标识的内容不同"] * conflicting.height,
            }
        )
        self._reject(conflicting, (Line,), why)
        self.stores.lost_lines.update(conflicting["encounter_id"])
        self._count(distinct.lines, "accepted")
        note_timeless(distinct.lines, self.notes)
        netted, refunds, unmatched = net(in_order(distinct.lines), self.notes)
        self.report.refunds_netted += refunds - unmatched
        self.report.refunds_unmatched += unmatched
        return netted

    def _coded(self, entity: type[Entity], rows: pl.DataFrame, index: pl.DataFrame) -> pl.DataFrame:
        """Diagnoses or procedures: one row of each content, in canonical order."""
        if not rows.width:
            return rows
        content = [name for name in columns_of(entity) if name in rows.columns and name != "encounter_id"]
        # Rows of their own come first, so that what a line repeats of them counts as theirs.
        rows = rows.join(index, on="encounter_id", how="left").sort(
            pl.col("_own").not_(), "_file", "_row", nulls_last=True
        )
        first = rows.select(pl.struct("enc", *content).is_first_distinct()).to_series()
        self._count(rows.filter(~first & rows["_own"]), "duplicates")
        rows = rows.filter(first)
        self._count(rows.filter("_own"), "accepted")
        order = [name for name in ("order", "operated_at") if name in content]
        return rows.sort("enc", *order, *(name for name in content if name not in order), nulls_last=True)

    def _optional(self) -> dict[type[Entity], pl.DataFrame]:
        """Write the tables of optional facts, each row once, in canonical order; returns them."""
        written: dict[type[Entity], pl.DataFrame] = {}
        slugs = {entity: slug for slug, entity in OPTIONAL_TABLES.items()}
        for entity, store in self.stores.optional.items():
            rows = store.take(0)
            if not rows.width:
                continue
            columns = columns_of(entity)
            rows = conform(rows, {**columns, **_ORIGIN}).sort("_file", "_row")
            first = rows.select(pl.struct(list(columns)).is_first_distinct()).to_series()
            self._count(rows.filter(~first), "duplicates")
            self._count(rows.filter(first), "accepted")
            flat = [name for name, type_ in columns.items() if not type_.is_nested()]
            key = [name for name in entity.key if name in columns]
            rows = rows.filter(first).select(list(columns)).sort(*dict.fromkeys((*key, *flat)))
            self.writer.write_table(slugs[entity], rows)
            self.report.optional[slugs[entity]] = rows.height
            written[entity] = rows
        return written

    def _persons(self, number: int) -> pl.DataFrame:
        persons = self.stores.persons.take(number)
        if not persons.width:
            return persons
        columns = [name for name in columns_of(Person) if name in persons.columns]
        persons = persons.sort("_file", "_row")
        first = persons.select(pl.struct(columns).is_first_distinct()).to_series()
        self._count(persons.filter(~first), "duplicates")
        self._count(persons.filter(first), "accepted")
        said = [pl.col(name).drop_nulls() for name in columns if name != "person_id"]
        # A sex that is stated both ways is not known.
        return persons.group_by("person_id").agg(
            pl.when(one.n_unique() == 1).then(one.first()) for one in said
        )

    def _count(self, rows: pl.DataFrame, fate: str) -> None:
        """Add rows to the report of the tables they came from."""
        if rows.height == 0:
            return
        for file, count in rows.group_by("_file").len().iter_rows():
            table = self.report.tables[file]
            setattr(table, fate, getattr(table, fate) + count)

    def _reject(self, rows: pl.DataFrame, entities: Sequence[type[Entity]], why: pl.DataFrame) -> None:
        if rows.height == 0:
            return
        tables = self.report.tables
        self.rejects.add(
            pl.DataFrame(
                {
                    "file": [tables[file].label for file in rows["_file"]],
                    "row": rows["_row"],
                    "field": why["field"],
                    "value": why["value"],
                    "reason": why["reason"],
                    "source": _as_read(rows, entities),
                }
            )
        )


def _with_persons(encounters: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """Encounters with what a table of persons knows and they do not say themselves."""
    extra = [name for name in persons.columns if name != "person_id"]
    if not extra:
        return encounters
    joined = encounters.join(persons, on="person_id", how="left", suffix="_stated", maintain_order="left")
    return joined.with_columns(pl.coalesce(name, f"{name}_stated").alias(name) for name in extra)


def _index(encounters: pl.DataFrame) -> pl.DataFrame:
    if not encounters.width:
        return pl.DataFrame(schema={"encounter_id": pl.Utf8, "enc": pl.Int32})
    row = pl.int_range(pl.len(), dtype=pl.Int32).alias("enc")
    return encounters.select("encounter_id", row)


def _dictionary(counted: list[pl.DataFrame]) -> pl.DataFrame:
    """All item codes in order, each with its commonest name and list type."""
    if not counted:
        return pl.DataFrame(
            schema=dict.fromkeys(("item_code", "item_name", "list_type"), pl.Utf8)
        ).with_columns(pl.lit(None, pl.Int32).alias("item"))
    by_code = pl.concat(counted).sort("len", "item_name", "list_type", descending=[True, False, False])
    names = by_code.group_by("item_code").agg(
        pl.col("item_name").drop_nulls().first(), pl.col("list_type").drop_nulls().first()
    )
    return names.sort("item_code").with_columns(pl.int_range(pl.len(), dtype=pl.Int32).alias("item"))


def _as_read(rows: pl.DataFrame, entities: Sequence[type[Entity]]) -> list[str]:
    """Rows under our own names, as they can be uploaded again once mended."""
    declared = {name: f for entity in entities for name, f in entity.fields().items() if name in rows.columns}
    return [
        json.dumps(
            {n: written(v, declared[n].type) for n, v in row.items() if v is not None}, ensure_ascii=False
        )
        for row in rows.select(list(declared)).iter_rows(named=True)
    ]


def balance(tables: Sequence[TableReport], rejected: dict[str, int]) -> None:
    """Set the rejected counts and check that every row that was read has exactly one fate."""
    for table in tables:
        table.rejected = rejected.get(table.label, 0)
        if not table.balanced:
            fates = f"接收 {table.accepted} + 拒收 {table.rejected} + 重复 {table.duplicates}"
            raise AssertionError(f"{table.label}: {fates} ≠ 读取 {table.read}")
