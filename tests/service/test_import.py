"""Import: in whatever form, the same dataset; every row has one fate; nothing half-written looks whole."""

from __future__ import annotations

import csv
import json
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingcha.domain.errors import InputError
from mingcha.ingest import claims, tables
from mingcha.ingest.claims import import_claims, suggest_mapping
from mingcha.ingest.mapping import load_mapping
from mingcha.ingest.report import ImportReport
from mingcha.store import columns as c
from mingcha.store.lake import Lake

Row = dict[str, str]
STAY = {
    "就诊标识": "E1",
    "参保人标识": "P1",
    "性别": "男",
    "出生日期": "1980-01-02",
    "医疗机构编码": "H1",
    "入院（就诊）时间": "2026-03-01 08:00:00",
    "险种": "310",
}
LINE = {
    "明细标识": "L1",
    "医保目录编码": "X01",
    "医保目录名称": "某药（片）",
    "计费时间": "2026-03-01 09:30:00",
    "计费数量": "2",
    "单价": "1.5",
    "金额": "3.00",
}


def row(**more: str) -> Row:
    return {**STAY, **LINE, **more}


def city(size: int = 40, seed: int = 1) -> list[Row]:
    """Wide rows of some persons, encounters in no order."""
    random = Random(seed)
    rows = []
    for number in range(size):
        stay = random.randrange(size // 4 + 1)
        quantity, price = random.randrange(1, 9), random.randrange(1, 900)
        rows.append(
            row(
                就诊标识=f"E{stay}",
                参保人标识=f"P{stay % 7}",
                性别="12"[stay % 7 % 2],
                医疗机构编码=f"H{stay % 3}",
                明细标识=f"L{number}",
                医保目录编码=f"X{random.randrange(9):02d}",
                计费时间=f"2026-03-{random.randrange(1, 28):02d} {random.randrange(24):02d}:15:00",
                计费数量=str(quantity),
                单价=f"{price / 100:.2f}",
                金额=f"{quantity * price / 100:.2f}",
            )
        )
    return rows


def as_csv(path: Path, rows: Sequence[Row], *, encoding: str = "utf-8", delimiter: str = ",") -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def imported(folder: Path, out: Path, **more: Any) -> ImportReport:
    report = import_claims([folder], out, **more)
    assert all(table.balanced for table in report.tables)
    assert report.accepted + report.rejected + report.duplicates == report.read
    assert report.rejected == len(rejects(out))
    return report


def rejects(out: Path) -> list[Row]:
    with (out / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def content(out: Path) -> list[Any]:
    """All that a dataset says, row by row."""
    lake = Lake(out)
    parts: list[Any] = [lake.items().rows()]
    for number in lake.buckets:
        bucket = lake.read_bucket(number)
        parts += [f.rows() for f in (bucket.encounters, bucket.lines, bucket.diagnoses, bucket.procedures)]
    return parts


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "三月"
    folder.mkdir()
    return folder


def write_utf8(folder: Path, rows: list[Row]) -> None:
    as_csv(folder / "明细.csv", rows)


def write_utf8_with_mark(folder: Path, rows: list[Row]) -> None:
    as_csv(folder / "明细.csv", rows, encoding="utf-8-sig")


def write_gb18030_with_tabs(folder: Path, rows: list[Row]) -> None:
    as_csv(folder / "明细.txt", rows, encoding="gb18030", delimiter="\t")


def write_utf16(folder: Path, rows: list[Row]) -> None:
    as_csv(folder / "明细.csv", rows, encoding="utf-16", delimiter="\t")


def write_all_quoted(folder: Path, rows: list[Row]) -> None:
    with (folder / "明细.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)


def write_xlsx_under_a_title(folder: Path, rows: list[Row]) -> None:
    pl.DataFrame(rows).write_excel(folder / "明细.xlsx", worksheet="三月", position=(2, 0), autofilter=False)


def write_parquet_with_native_types(folder: Path, rows: list[Row]) -> None:
    frame = pl.DataFrame(rows).with_columns(
        pl.col("计费数量").cast(pl.Int64),
        pl.col("单价", "金额").cast(pl.Float64),
        pl.col("计费时间", "入院（就诊）时间").str.to_datetime(),
        pl.col("出生日期").str.to_date(),
        pl.col("险种").cast(pl.Int32),
    )
    frame.write_parquet(folder / "明细.parquet")


def write_tables_apart(folder: Path, rows: list[Row]) -> None:
    frame = pl.DataFrame(rows)
    as_csv(folder / "明细.csv", frame.select("就诊标识", *LINE).rows(named=True))
    persons = frame.select("参保人标识", "性别", "出生日期").unique(maintain_order=True)
    as_csv(folder / "参保人.csv", persons.rows(named=True))
    stays = frame.select([name for name in STAY if name not in ("性别", "出生日期")]).unique(
        maintain_order=True
    )
    as_csv(folder / "就诊.csv", stays.rows(named=True))


def write_national_names(folder: Path, rows: list[Row]) -> None:
    national = {
        "就诊标识": "mdtrt_id",
        "参保人标识": "psn_no",
        "性别": "gend",
        "出生日期": "brdy",
        "医疗机构编码": "fixmedins_code",
        "入院（就诊）时间": "begntime",
        "险种": "insutype",
        "明细标识": "feedetl_sn",
        "医保目录编码": "med_list_codg",
        "医保目录名称": "hilist_name",
        "计费时间": "fee_ocur_time",
        "计费数量": "cnt",
        "单价": "pric",
        "金额": "det_item_fee_sumamt",
    }
    as_csv(folder / "feedetail.csv", [{national[k]: v for k, v in one.items()} for one in rows])


def write_messages(folder: Path, rows: list[Row]) -> None:
    with (folder / "报文.ndjson").open("w", encoding="utf-8") as file:
        for stay in sorted({one["就诊标识"] for one in rows}):
            lines = [one for one in rows if one["就诊标识"] == stay]
            file.write(json.dumps(message(lines), ensure_ascii=False) + "\n")


def message(lines: list[Row]) -> dict[str, Any]:
    first = lines[0]
    orders = [
        {
            "rx_id": one["明细标识"],
            "hilist_code": one["医保目录编码"],
            "hilist_name": one["医保目录名称"],
            "drord_begn_date": one["计费时间"],
            "cnt": one["计费数量"],
            "pric": one["单价"],
            "sumamt": one["金额"],
        }
        for one in lines
    ]
    encounter = {
        "mdtrt_id": first["就诊标识"],
        "medins_id": first["医疗机构编码"],
        "adm_date": first["入院（就诊）时间"],
        "insutype": first["险种"],
        "fsi_order_dtos": orders,
    }
    sex = {"男": "1", "女": "2"}.get(first["性别"], first["性别"])
    person = {"patn_id": first["参保人标识"], "patn_name": "某人", "gend": sex, "brdy": first["出生日期"]}
    return {"infno": "3102", "input": {"data": {"patient_dtos": {**person, "fsi_encounter_dtos": encounter}}}}


FORMS = [
    write_utf8_with_mark,
    write_gb18030_with_tabs,
    write_utf16,
    write_all_quoted,
    write_xlsx_under_a_title,
    write_parquet_with_native_types,
    write_tables_apart,
    write_national_names,
    write_messages,
]


@pytest.mark.parametrize("write", FORMS, ids=lambda write: write.__name__)
def test_the_same_bills_in_any_form_make_the_same_dataset(write: Any, source: Path, tmp_path: Path) -> None:
    rows = city()
    plain = tmp_path / "plain"
    plain.mkdir()
    write_utf8(plain, rows)
    write(source, rows)
    assert imported(plain, tmp_path / "a").lines == imported(source, tmp_path / "b").lines == len(rows)
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_the_order_of_rows_and_files_makes_no_difference(source: Path, tmp_path: Path) -> None:
    rows = city(60)
    rows += [
        {**rows[3], "明细标识": ""},
        {**rows[3], "明细标识": "", "单价": "9.99"},
        {**rows[4], "计费数量": "7"},
    ]
    write_utf8(source, rows)
    other = tmp_path / "other"
    other.mkdir()
    Random(5).shuffle(rows)
    as_csv(other / "b.csv", rows[:20])
    as_csv(other / "a.csv", rows[20:])
    imported(source, tmp_path / "one")
    imported(other, tmp_path / "two")
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_many_buckets_hold_what_one_bucket_holds_and_each_person_stands_in_one(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_utf8(source, city(200))
    imported(source, tmp_path / "one")
    monkeypatch.setattr(claims, "LINES_A_BUCKET", 40)
    report = imported(source, tmp_path / "many")
    assert report.buckets > 1
    assert report.encounters == Lake(tmp_path / "one").manifest["counts"]["encounters"]
    lake, whole = Lake(tmp_path / "many"), Lake(tmp_path / "one").read_bucket(0)
    buckets = [lake.read_bucket(number) for number in lake.buckets]
    persons = [set(bucket.encounters["person_id"]) for bucket in buckets]
    assert sum(len(one) for one in persons) == len(set().union(*persons)) == report.persons
    lines = pl.concat([bucket.lines for bucket in buckets])
    assert sorted(lines["line_id"]) == sorted(whole.lines["line_id"])


def test_a_bucket_has_the_declared_columns_in_canonical_order(source: Path, tmp_path: Path) -> None:
    write_utf8(source, city(80))
    imported(source, tmp_path / "d")
    bucket = Lake(tmp_path / "d").read_bucket(0)
    assert dict(bucket.encounters.schema) == c.ENCOUNTERS
    assert dict(bucket.lines.schema) == c.LINES
    assert dict(bucket.diagnoses.schema) == c.DIAGNOSES
    assert dict(bucket.procedures.schema) == c.PROCEDURES
    assert bucket.encounters.equals(bucket.encounters.sort("person_id", "started_at", "encounter_id"))
    assert bucket.lines.equals(bucket.lines.sort("enc", "charged_at", "line_id", maintain_order=True))
    assert bucket.encounters["person"].to_list() == bucket.encounters["person_id"].rle_id().to_list()
    items = Lake(tmp_path / "d").items()
    assert items["item"].to_list() == list(range(items.height))


def test_amounts_and_quantities_are_stored_exactly(source: Path, tmp_path: Path) -> None:
    write_utf8(source, [row(计费数量="0.3333", 单价="123.456789", 金额="41.15")])
    imported(source, tmp_path / "d")
    line = Lake(tmp_path / "d").read_bucket(0).lines.row(0, named=True)
    assert (line["billed_quantity"], line["unit_price"], line["amount"]) == (3333, 123_456_789, 4115)


def test_a_row_without_a_required_fact_lies_in_the_reject_file_with_its_reason_and_itself(
    source: Path, tmp_path: Path
) -> None:
    write_utf8(source, [row(), row(明细标识="L2", 计费数量="半片"), row(明细标识="L3", 医保目录编码="")])
    report = imported(source, tmp_path / "d")
    assert (report.lines, report.rejected) == (1, 2)
    found = {one["row"]: one for one in rejects(tmp_path / "d")}
    assert (found["3"]["field"], found["3"]["value"]) == ("Line.billed_quantity", "半片")
    assert found["3"]["reason"] == "计费数量无法识别为数字"
    assert found["4"]["reason"] == "缺少医保目录编码"
    again = json.loads(found["3"]["source"])
    assert again["明细标识"] == "L2"
    assert again["金额"] == "3.00"


def test_a_rejected_row_of_a_spreadsheet_bears_the_number_that_the_spreadsheet_shows(
    source: Path, tmp_path: Path
) -> None:
    write_xlsx_under_a_title(source, [row(), row(明细标识="L2", 金额="约三元")])
    imported(source, tmp_path / "d")
    (reject,) = rejects(tmp_path / "d")
    assert (reject["file"], reject["row"]) == ("明细.xlsx[三月]", "5")


def test_an_unreadable_optional_fact_is_unknown_and_noted_the_line_stays(
    source: Path, tmp_path: Path
) -> None:
    write_utf8(source, [row(单价="面议"), row(明细标识="L2")])
    report = imported(source, tmp_path / "d")
    assert report.lines == 2
    notes = report.quality.filter(pl.col("field") == "Line.unit_price")
    assert notes.select("kind", "count", "examples").row(0) == ("无法识别的值", 1, ["面议"])


def test_equal_rows_of_one_line_id_count_once_and_contradicting_ones_are_rejected(
    source: Path, tmp_path: Path
) -> None:
    write_utf8(source, [row(), row(), row(计费数量="9"), row(明细标识="L2")])
    report = imported(source, tmp_path / "d")
    assert (report.lines, report.duplicates, report.rejected) == (2, 1, 1)
    assert rejects(tmp_path / "d")[0]["reason"] == "同一明细标识的内容不同"


def test_equal_rows_without_line_ids_are_kept_and_noted_they_may_be_the_violation(
    source: Path, tmp_path: Path
) -> None:
    rows = [{name: value for name, value in row().items() if name != "明细标识"}] * 3
    write_utf8(source, rows)
    report = imported(source, tmp_path / "d")
    assert report.lines == 3
    assert Lake(tmp_path / "d").read_bucket(0).lines["line_key"].to_list() == ["#1", "#2", "#3"]
    assert "无明细标识的相同行（已保留）" in report.quality["kind"].to_list()


def test_refunds_are_netted_and_those_that_find_nothing_are_noted(source: Path, tmp_path: Path) -> None:
    refund = {"计费数量": "-1", "金额": "-1.50", "计费时间": "2026-03-01 10:00:00"}
    lost = {"计费数量": "-1", "金额": "-7.00", "单价": "7"}
    write_utf8(source, [row(), row(明细标识="L2", **refund), row(明细标识="L3", **lost)])
    report = imported(source, tmp_path / "d")
    assert (report.refunds_netted, report.refunds_unmatched) == (1, 1)
    lines = Lake(tmp_path / "d").read_bucket(0).lines.sort("line_id")
    assert lines["quantity"].to_list() == [10_000, 0, -10_000]
    assert lines["amount"].sum() == lines["billed_amount"].sum()


def test_charges_that_have_a_day_but_no_time_are_noted(source: Path, tmp_path: Path) -> None:
    write_utf8(source, [row(计费时间="2026-03-01"), row(明细标识="L2", 计费时间="2026-03-02")])
    report = imported(source, tmp_path / "d")
    notes = report.quality.filter(pl.col("field") == "Line.charged_at")
    assert notes.select("institution_id", "count").rows() == [("H1", 2)]


def test_a_line_without_its_encounter_is_rejected(source: Path, tmp_path: Path) -> None:
    write_tables_apart(source, [row()])
    lines = [{"就诊标识": name, **LINE, "明细标识": name} for name in ("E1", "E9")]
    as_csv(source / "明细.csv", lines)
    report = imported(source, tmp_path / "d")
    assert report.lines == 1
    assert [(one["value"], one["reason"]) for one in rejects(tmp_path / "d")] == [("E9", "找不到所属就诊")]


def test_an_encounter_without_its_time_is_rejected_with_its_lines(source: Path, tmp_path: Path) -> None:
    bad = {"就诊标识": "E2", "入院（就诊）时间": "昨天", "明细标识": "L2"}
    write_utf8(source, [row(), row(**bad)])
    report = imported(source, tmp_path / "d")
    assert (report.encounters, report.lines) == (1, 1)
    (reject,) = rejects(tmp_path / "d")
    assert (reject["field"], reject["value"]) == ("Encounter.started_at", "昨天")


def test_one_identifier_for_two_persons_belongs_to_nobody(source: Path, tmp_path: Path) -> None:
    other = {"就诊标识": "E2", "明细标识": "L3"}
    write_utf8(source, [row(), row(参保人标识="P2", 明细标识="L2"), row(**other)])
    report = imported(source, tmp_path / "d")
    assert (report.encounters, report.lines, report.rejected) == (1, 1, 2)


def test_what_is_said_both_ways_is_unknown_and_noted(source: Path, tmp_path: Path) -> None:
    write_utf8(source, [row(), row(性别="女", 明细标识="L2")])
    report = imported(source, tmp_path / "d")
    assert Lake(tmp_path / "d").read_bucket(0).encounters["sex"].to_list() == [None]
    assert "Person.sex" in report.quality["field"].to_list()


def test_several_settlements_of_an_encounter_are_added_up(source: Path, tmp_path: Path) -> None:
    write_utf8(source, [row()])
    settled = [
        {"就诊标识": "E1", "结算标识": "S1", "总费用": "100.00", "统筹基金支付": "60"},
        {"就诊标识": "E1", "结算标识": "S2", "总费用": "-40.00", "统筹基金支付": "-20"},
    ]
    as_csv(source / "结算.csv", settled)
    imported(source, tmp_path / "d")
    encounter = Lake(tmp_path / "d").read_bucket(0).encounters.row(0, named=True)
    assert (encounter["total_amount"], encounter["fund_paid"]) == (6000, 4000)


def test_names_and_certificate_numbers_are_nowhere_in_the_dataset(source: Path, tmp_path: Path) -> None:
    person = {"姓名": "张某某", "证件号码": "350100198001020011"}
    write_utf8(source, [{**row(), **person}, {**row(明细标识="L2", 计费数量="x"), **person}])
    imported(source, tmp_path / "d")
    for path in (tmp_path / "d").rglob("*"):
        if path.suffix == ".parquet":
            assert "张某某" not in str(pl.read_parquet(path).rows())
        elif path.is_file():
            assert "张某某" not in path.read_text("utf-8")
            assert "350100198001020011" not in path.read_text("utf-8")


def test_optional_facts_are_kept_beside_the_claims(source: Path, tmp_path: Path) -> None:
    write_utf8(source, [row()])
    limit = {"hilist_code": "x01", "hilist_lmtpric_type": "101", "insu_admdvs": "350100"}
    as_csv(source / "限价.csv", [{**limit, "begndate": "2026-01-01", "hilist_pric_uplmt_amt": "1.25"}] * 2)
    report = imported(source, tmp_path / "d")
    assert report.optional == {"directory-prices": 1}
    table = Lake(tmp_path / "d").table("directory-prices")
    assert table is not None
    assert table.select("item_code", "price_ceiling").rows() == [("X01", 1_250_000)]


def test_what_tables_beside_the_bills_say_stands_on_encounters_and_lines(
    source: Path, tmp_path: Path
) -> None:
    as_csv(
        source / "bills.csv",
        [row(开单医师编码="D1"), row(开单医师编码="D2", 明细标识="L2", 单价="2.5", 金额="5.00")],
    )
    as_csv(
        source / "insured-periods-0001.csv",
        [{"psn_no": "P1", "insutype": "310", "psn_insu_date": "2020-01-01", "paus_insu_date": "2026-03-01"}],
    )
    as_csv(
        source / "doctor-states.csv",
        [{"prac_psn_code": "D2", "fixmedins_code": "H1", "begntime": "2020-01-01", "hi_dr_flag": "否"}],
    )
    imported(source, tmp_path / "d")
    bucket = Lake(tmp_path / "d").read_bucket(0)
    assert bucket.encounters["insured"].to_list() == [False]
    assert dict(bucket.lines.select("doctor_id", "doctor_insured").rows()) == {"D1": None, "D2": False}


def test_a_row_with_too_many_fields_is_rejected_and_its_neighbours_are_read(
    source: Path, tmp_path: Path
) -> None:
    write_utf8(source, [row(), row(明细标识="L2"), row(明细标识="L3")])
    path = source / "明细.csv"
    lines = path.read_text("utf-8").splitlines()
    lines[2] += ",多余"
    path.write_text("\n".join(lines), "utf-8")
    report = imported(source, tmp_path / "d")
    assert report.lines == 2
    assert "表头只有" in rejects(tmp_path / "d")[0]["reason"]


def test_line_breaks_and_stray_quotes_in_a_field_do_not_move_the_rows(source: Path, tmp_path: Path) -> None:
    write_utf8(source, [row(医保目录名称='注射器\n5" 一次性', 明细标识=f"L{n}") for n in range(5)])
    assert imported(source, tmp_path / "d").lines == 5
    (source / "明细.csv").unlink()
    head, *rest = [",".join(one) for one in ([*row()], [*row(医保目录名称='5" 针').values()])]
    (source / "明细.csv").write_text("\n".join([head, *rest]), "utf-8")
    assert imported(source, tmp_path / "d").lines == 1


def test_blank_lines_are_no_rows_and_short_rows_lack_their_last_facts(source: Path, tmp_path: Path) -> None:
    head = ",".join([*STAY, *LINE, "规格"])
    body = ",".join(row().values())
    (source / "明细.csv").write_text(f"{head}\n\n{body}\n\n", "utf-8")
    report = imported(source, tmp_path / "d")
    assert (report.read, report.lines) == (1, 1)


def test_a_file_longer_than_one_block_is_read_whole(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mingcha.ingest import delimited

    monkeypatch.setattr(delimited, "_BLOCK", 2000)
    monkeypatch.setattr(tables, "CHUNK_ROWS", 7)
    rows = city(300)
    rows[5]["医保目录名称"] = '含"引号"、\n换行,逗号'
    write_utf8(source, rows)
    assert imported(source, tmp_path / "d").lines == 300


def test_a_mapping_file_names_columns_constants_scales_dates_and_rows(source: Path, tmp_path: Path) -> None:
    rows = [
        {
            "住院号": "E1",
            "病人": "P1",
            "入院": "01/03/2026",
            "编码": "X01",
            "日期": "02/03/2026",
            "数": "2",
            "分": "300",
        },
        {
            "住院号": "E1",
            "病人": "P1",
            "入院": "01/03/2026",
            "编码": "X02",
            "日期": "02/03/2026",
            "数": "1",
            "分": "x",
        },
    ]
    as_csv(source / "his.csv", [{**one, "状态": state} for one, state in zip(rows, "01", strict=True)])
    mapping = tmp_path / "map.yaml"
    mapping.write_text(
        """
files:
  - match: his*.csv
    columns:
      住院号: Line.encounter_id
      病人: Person.person_id
      入院: 就诊.入院（就诊）时间
      编码: [Line.item_code, Line.local_item_code]
      日期: Line.charged_at
      数: Line.billed_quantity
      分: Line.billed_amount
    constants: {Encounter.institution_id: H9}
    dates: {Line.charged_at: "%d/%m/%Y", Encounter.started_at: "%d/%m/%Y"}
    scale: {Line.billed_amount: 0.01}
    only: {状态: ["0"]}
""",
        "utf-8",
    )
    report = imported(source, tmp_path / "d", mapping=mapping)
    assert (report.lines, report.tables[0].skipped) == (1, 1)
    bucket = Lake(tmp_path / "d").read_bucket(0)
    assert bucket.lines["billed_amount"].to_list() == [300]
    assert bucket.lines["local_item_code"].to_list() == ["X01"]
    assert bucket.encounters["institution_id"].to_list() == ["H9"]


def test_a_suggested_mapping_can_be_loaded_and_guesses_by_name_and_value(
    source: Path, tmp_path: Path
) -> None:
    as_csv(
        source / "his.csv",
        [{"visit": "1", "gender": "女", "药品码": "X" + "A01" * 7 + "B", "admtime": "2026-03-01"}],
    )
    draft = suggest_mapping([source])
    assert '"gender": Person.sex' in draft
    assert '"药品码": Line.item_code' in draft
    path = tmp_path / "draft.yaml"
    path.write_text(draft, "utf-8")
    assert len(load_mapping(path)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "files: {a: b}",
        "- a",
        "files:\n  - match: '*'\n    colums: {}",
        "files:\n  - columns: {a: Line.nothing}",
        "files:\n  - columns: {a: own_expense}",
        "files:\n  - scale: {Line.billed_amount: 很多}",
        "files: [",
    ],
)
def test_a_mapping_file_that_is_not_understood_says_where_and_what_to_do(
    text: str, source: Path, tmp_path: Path
) -> None:
    write_utf8(source, [row()])
    mapping = tmp_path / "map.yaml"
    mapping.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        import_claims([source], tmp_path / "d", mapping)
    assert str(mapping) in caught.value.where
    assert caught.value.remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="root 可以读取一切文件，无法试验没有权限的情形")
def test_a_file_that_may_not_be_read_says_so(source: Path, tmp_path: Path) -> None:
    write_utf8(source, [row()])
    (source / "明细.csv").chmod(0)
    with pytest.raises(InputError, match="无法读取"):
        import_claims([source], tmp_path / "d")
    (source / "明细.csv").chmod(stat.S_IRUSR)


def test_an_import_that_fails_leaves_the_older_dataset_as_it_was(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_utf8(source, [row()])
    out = tmp_path / "d"
    imported(source, out)
    before = content(out)

    def fail(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(claims, "balance", fail)
    with pytest.raises(OSError, match="disk full"):
        import_claims([source], out)
    assert content(out) == before
    assert sorted(os.listdir(tmp_path)) == ["d", "三月"]


def test_a_folder_without_manifest_is_no_dataset_and_is_not_overwritten(source: Path, tmp_path: Path) -> None:
    write_utf8(source, [row()])
    out = tmp_path / "d"
    imported(source, out)
    (out / "manifest.json").unlink()
    with pytest.raises(InputError, match="不是完整的数据集"):
        Lake(out)
    with pytest.raises(InputError, match="已存在"):
        import_claims([source], out)


def test_the_manifest_names_every_input_with_its_digest(source: Path, tmp_path: Path) -> None:
    write_utf8(source, [row()])
    imported(source, tmp_path / "d")
    manifest = Lake(tmp_path / "d").manifest
    assert [one["name"] for one in manifest["inputs"]] == ["明细.csv"]
    assert len(manifest["inputs"][0]["sha256"]) == 64
    assert manifest["counts"]["lines"] == 1


dirty = st.fixed_dictionaries(
    {
        "就诊标识": st.sampled_from(["E1", "E2", "E3", ""]),
        "参保人标识": st.sampled_from(["P1", "P1", "P2", ""]),
        "性别": st.sampled_from(["男", "女", "", "?"]),
        "医疗机构编码": st.sampled_from(["H1", "H1", "H2", ""]),
        "入院（就诊）时间": st.sampled_from(["2026-03-01", "2026/3/2", "x", ""]),
        "明细标识": st.sampled_from(["L1", "L2", "L3", "", "null"]),
        "医保目录编码": st.sampled_from(["X01", "x 01", "Ｘ０２", ""]),
        "计费时间": st.sampled_from(["2026-03-01 09:00", "20260302", "昨天", ""]),
        "计费数量": st.sampled_from(["1", "2.5", "-1", "1e3", "半", ""]),
        "单价": st.sampled_from(["1", "1.23456789", "免费", ""]),
        "金额": st.sampled_from(["1.00", "-1", "2.345", ""]),
    }
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(dirty, min_size=1, max_size=25))
def test_however_dirty_every_row_has_exactly_one_fate_and_money_is_conserved(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row]
) -> None:
    folder = tmp_path_factory.mktemp("dirty")
    (folder / "in").mkdir()
    as_csv(folder / "in" / "明细.csv", [row(就诊标识="E0", 明细标识="L0", 参保人标识="P0"), *rows])
    report = imported(folder / "in", folder / "out")
    assert report.read == len(rows) + 1
    lines = Lake(folder / "out").read_bucket(0).lines
    assert lines.height == report.accepted
    assert lines["amount"].sum() == lines["billed_amount"].sum()
    assert lines["quantity"].sum() == lines["billed_quantity"].sum()


def test_an_encounter_of_which_a_line_was_refused_says_so_and_its_sum_is_not_judged(tmp_path: Path) -> None:
    head = "就诊标识,参保人标识,医疗机构编码,入院（就诊）时间,明细标识,医保目录编码,计费时间,计费数量,单价,金额,总费用"
    rows = [
        "E1,P1,H1,2026-03-01 08:00:00,L1,001102000030000,2026-03-01 09:00:00,1,8.00,8.00,16.00",
        "E1,P1,H1,2026-03-01 08:00:00,L2,001102000030000,2026-02-30 09:00:00,1,8.00,8.00,16.00",
        "E2,P1,H1,2026-03-02 08:00:00,L1,001102000030000,2026-03-02 09:00:00,1,8.00,8.00,8.00",
    ]
    (tmp_path / "明细.csv").write_text("\n".join([head, *rows]) + "\n", "utf-8")
    import_claims([tmp_path / "明细.csv"], tmp_path / "dataset")
    encounters = Lake(tmp_path / "dataset").read_bucket(0).encounters
    assert dict(encounters.select("encounter_id", "lines_rejected").rows()) == {"E1": 1, "E2": 0}


def test_until_when_an_order_was_in_force_is_told_by_the_line_or_by_the_table_of_orders(
    source: Path, tmp_path: Path
) -> None:
    as_csv(
        source / "bills.csv",
        [
            row(医嘱号="Y1", 医嘱停止时间=""),
            row(医嘱号="Y2", 明细标识="L2", 医嘱停止时间="2026-03-05 09:00", 单价="2.5", 金额="5.00"),
        ],
    )
    as_csv(
        source / "orders.csv",
        [
            {"mdtrt_sn": "H-1", "mdtrt_id": "E1", "drord_no": "Y1", "drord_endtime": "2026-03-03 10:00:00"},
            {"mdtrt_sn": "H-1", "mdtrt_id": "E1", "drord_no": "Y2", "drord_endtime": "2026-03-04 10:00:00"},
        ],
    )
    imported(source, tmp_path / "d")
    lake = Lake(tmp_path / "d")
    until = pl.col("order_until").cast(pl.Date).cast(pl.String)
    told = dict(lake.read_bucket(0).lines.select("order_id", until).rows())
    assert told == {"Y1": "2026-03-03", "Y2": "2026-03-05"}
    assert "orders" in lake.supplied()


def test_bills_that_tell_the_end_of_their_orders_need_no_table_of_orders(
    source: Path, tmp_path: Path
) -> None:
    write_utf8(source, [row()])
    imported(source, tmp_path / "silent")
    assert "orders" not in Lake(tmp_path / "silent").supplied()
    write_utf8(source, [row(医嘱停止时间="2026-03-05 09:00")])
    imported(source, tmp_path / "told")
    assert "orders" in Lake(tmp_path / "told").supplied()


def by_name(name: str) -> Row:
    """A row of a bill whose visit stands under this name."""
    return {name if label == "就诊标识" else label: value for label, value in row().items()}


OUTCOME = {"mdtrt_id": "E1", "mdtrt_sn": "SN1", "dscg_way": "5", "die_date": "2026-03-02"}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("name", "number", "left"), [("mdtrt_id", "E1", "mdtrt_sn"), ("mdtrt_sn", "SN1", "mdtrt_id")]
)
def test_a_table_that_names_a_visit_twice_is_joined_by_the_name_that_the_lines_have(
    source: Path, tmp_path: Path, name: str, number: str, left: str, turned: bool
) -> None:
    as_csv(source / "bills.csv", [{**by_name(name), name: number}])
    columns = list(OUTCOME)[::-1] if turned else list(OUTCOME)
    as_csv(source / "stay-outcomes.csv", [{column: OUTCOME[column] for column in columns}])
    report = imported(source, tmp_path / "d")
    assert Lake(tmp_path / "d").read_bucket(0).encounters["discharge_way"].to_list() == ["5"]
    assert [table.visits_by_another for table in report.tables if table.kind == "住院结局"] == [(left,)]
    (told,) = report.quality.filter(pl.col("field") == left)["kind"].to_list()
    assert "按费用明细所用的一种联接" in told


def test_where_the_lines_name_a_visit_twice_the_platforms_number_is_joined_by(
    source: Path, tmp_path: Path
) -> None:
    as_csv(source / "bills.csv", [{"mdtrt_sn": "SN1", **by_name("mdtrt_id")}])
    as_csv(source / "stay-outcomes.csv", [OUTCOME])
    imported(source, tmp_path / "d")
    encounters = Lake(tmp_path / "d").read_bucket(0).encounters
    assert encounters.select("encounter_id", "discharge_way").rows() == [("E1", "5")]


def test_a_mapping_says_by_which_name_a_table_is_joined_whatever_the_lines_have(
    source: Path, tmp_path: Path
) -> None:
    as_csv(source / "bills.csv", [by_name("mdtrt_id")])
    as_csv(source / "stay-outcomes.csv", [{**OUTCOME, "mdtrt_id": "SN1", "mdtrt_sn": "E1"}])
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        "files:\n- {match: stay-outcomes.csv, columns: {mdtrt_sn: encounter_id, mdtrt_id: []}}\n", "utf-8"
    )
    imported(source, tmp_path / "d", mapping=mapping)
    assert Lake(tmp_path / "d").read_bucket(0).encounters["discharge_way"].to_list() == ["5"]
