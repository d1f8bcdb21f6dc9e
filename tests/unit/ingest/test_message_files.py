"""Files and folders of national messages as one dataset: every line has one fate, every encounter one telling."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mingcha.domain.errors import InputError
from mingcha.domain.values import day_of
from mingcha.ingest.beside.bill import read_beside
from mingcha.ingest.claims import import_claims
from mingcha.ingest.message_files import SUPERSEDED
from mingcha.ingest.report import ImportReport
from mingcha.sample.messages import sample_message
from mingcha.store.lake import Lake


def order(line_id: str, **more: Any) -> dict[str, Any]:
    return {
        "rx_id": line_id,
        "hilist_code": "X01",
        "cnt": "1",
        "pric": "1.50",
        "sumamt": "1.50",
        "drord_begn_date": "2026-03-01 09:00:00",
        **more,
    }


def encounter(encounter_id: str, *orders: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "mdtrt_id": encounter_id,
        "medins_id": "H1",
        "adm_date": "2026-03-01 08:00:00",
        "fsi_order_dtos": list(orders),
        "fsi_diagnose_dtos": {"dise_codg": "I10", "maindise_flag": "1"},
        **more,
    }


def message(*encounters: dict[str, Any], at: str = "", transaction: str = "3101") -> dict[str, Any]:
    person = {
        "patn_id": "P1",
        "gend": "1",
        "curr_mdtrt_id": encounters[0]["mdtrt_id"],
        "fsi_encounter_dtos": list(encounters),
    }
    return {"infno": transaction, "inf_time": at, "input": {"data": {"patient_dtos": person}}}


def written(folder: Path, name: str, *messages: Any) -> Path:
    path = folder / name
    texts = [json.dumps(one, ensure_ascii=False) for one in messages]
    path.write_text("\n".join(texts) if path.suffix != ".json" else texts[0], "utf-8")
    return path


def imported(*inputs: Path, out: Path) -> tuple[ImportReport, Lake]:
    report = import_claims(inputs, out)
    for table in report.tables:
        assert table.balanced
    return report, Lake(out)


def lines_of(lake: Lake) -> pl.DataFrame:
    return pl.concat([lake.read_bucket(number).lines for number in lake.buckets])


def encounters_of(lake: Lake) -> pl.DataFrame:
    return pl.concat([lake.read_bucket(number).encounters for number in lake.buckets])


def test_a_folder_of_files_an_ndjson_file_and_a_list_say_the_same(tmp_path: Path) -> None:
    first, second = message(encounter("E1", order("L1"))), message(encounter("E2", order("L2")))
    folder = tmp_path / "folder"
    folder.mkdir()
    written(folder, "a.json", first)
    written(folder, "b.json", second)
    many = written(tmp_path, "many.ndjson", first, second)
    listed = written(tmp_path, "listed.json", [first, second])
    tables = []
    for number, path in enumerate((folder, many, listed)):
        report, lake = imported(path, out=tmp_path / f"out{number}")
        assert (report.read, report.accepted, report.encounters) == (2, 2, 2)
        tables.append(lines_of(lake))
    assert tables[0].equals(tables[1])
    assert tables[0].equals(tables[2])


def test_history_is_imported_like_the_current_encounter(tmp_path: Path) -> None:
    sent = sample_message("stay-with-history")
    path = written(tmp_path, "one.json", sent)
    report, lake = imported(path, out=tmp_path / "out")
    visits = sent["input"]["data"]["patient_dtos"][0]["fsi_encounter_dtos"]
    assert report.encounters == len(visits)
    assert report.accepted == sum(len(visit["fsi_order_dtos"]) for visit in visits) == lines_of(lake).height


def test_a_later_message_about_an_encounter_replaces_the_earlier_one_whole(tmp_path: Path) -> None:
    before = message(
        encounter("E1", order("L1"), order("L2", cnt="9", sumamt="13.50"), medfee_sumamt="15.00"),
        at="2026-03-01 10:00:00",
    )
    # The doctor withdrew L2 and ordered L3 instead.
    after = message(
        encounter("E1", order("L1"), order("L3"), medfee_sumamt="3.00"),
        at="2026-03-02 10:00:00",
        transaction="3102",
    )
    for name, messages in (("in order", (before, after)), ("turned", (after, before))):
        path = written(tmp_path, f"{name}.ndjson", *messages)
        report, lake = imported(path, out=tmp_path / name)
        assert sorted(lines_of(lake)["line_id"]) == ["L1", "L3"]
        assert encounters_of(lake)["total_amount"].to_list() == [300]
        assert (report.read, report.accepted, report.duplicates, report.rejected) == (4, 2, 2, 0)
        noted = report.quality.filter(pl.col("kind") == SUPERSEDED)
        assert noted["count"].to_list() == [1]
        assert noted["examples"].to_list() == [["E1"]]


def test_a_message_sent_twice_counts_once(tmp_path: Path) -> None:
    sent = message(encounter("E1", order("L1"), order("")), at="2026-03-01 10:00:00")
    report, lake = imported(written(tmp_path, "twice.ndjson", sent, sent), out=tmp_path / "out")
    assert lines_of(lake).height == 2
    assert (report.accepted, report.duplicates) == (2, 2)


def test_what_is_sent_about_an_encounter_outweighs_a_later_mention_as_history(tmp_path: Path) -> None:
    about = message(encounter("E1", order("L1"), order("L2")), at="2026-03-01 10:00:00")
    mention = message(encounter("E2", order("L3")), encounter("E1", order("L1")), at="2026-04-01 10:00:00")
    report, lake = imported(written(tmp_path, "two.ndjson", about, mention), out=tmp_path / "out")
    assert sorted(lines_of(lake)["line_id"]) == ["L1", "L2", "L3"]
    assert report.duplicates == 1


def test_without_a_time_of_sending_the_message_read_last_counts(tmp_path: Path) -> None:
    written(tmp_path, "1.json", message(encounter("E1", order("L1"))))
    written(tmp_path, "2.json", message(encounter("E1", order("L2"))))
    _, lake = imported(tmp_path / "1.json", tmp_path / "2.json", out=tmp_path / "out")
    assert lines_of(lake)["line_id"].to_list() == ["L2"]


def test_a_later_message_that_cannot_be_read_does_not_push_a_good_one_aside(tmp_path: Path) -> None:
    good = message(encounter("E1", order("L1")), at="2026-03-01 10:00:00")
    bad = message(encounter("E1", order("L2"), adm_date=""), at="2026-03-02 10:00:00")
    report, lake = imported(written(tmp_path, "two.ndjson", good, bad), out=tmp_path / "out")
    assert lines_of(lake)["line_id"].to_list() == ["L1"]
    assert (report.accepted, report.rejected) == (1, 1)


def test_a_fault_of_a_replaced_message_is_not_rejected_but_a_duplicate(tmp_path: Path) -> None:
    faulty = message(encounter("E1", order("L1", cnt="x")), at="2026-03-01 10:00:00")
    mended = message(encounter("E1", order("L1")), at="2026-03-02 10:00:00")
    report, _ = imported(written(tmp_path, "two.ndjson", faulty, mended), out=tmp_path / "out")
    assert (report.read, report.accepted, report.duplicates, report.rejected) == (2, 1, 1, 0)


def test_a_refused_line_lies_in_the_reject_file_as_it_was_sent(tmp_path: Path) -> None:
    path = written(tmp_path, "one.json", message(encounter("E1", order("L1"), order("L2", cnt="两"))))
    report, _ = imported(path, out=tmp_path / "out")
    rejects = pl.read_csv(report.rejects_file, infer_schema=False)
    assert rejects.select("field", "value").rows() == [("Line.billed_quantity", "两")]
    assert json.loads(rejects["source"][0]) == {"mdtrt_id": "E1", **order("L2", cnt="两")}


def test_a_broken_message_among_good_ones_is_rejected_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "mixed.ndjson"
    good = json.dumps(message(encounter("E1", order("L1"))))
    path.write_text(f"{good}\n{{broken\n", "utf-8")
    report, _ = imported(path, out=tmp_path / "out")
    assert (report.read, report.accepted, report.rejected) == (2, 1, 1)
    assert pl.read_csv(report.rejects_file, infer_schema=False)["row"].to_list() == ["2"]


@pytest.mark.parametrize("content", ["{", "[1, 2", "no json", '{"input": {}}', "[]"])
def test_a_file_without_any_message_is_one_clear_error_and_leaves_nothing(
    tmp_path: Path, content: str
) -> None:
    path = tmp_path / "broken.json"
    path.write_text(content, "utf-8")
    with pytest.raises(InputError) as caught:
        import_claims([path], tmp_path / "out")
    assert "broken.json" in caught.value.where
    assert caught.value.remedy
    assert not (tmp_path / "out").exists()


def test_a_file_in_gb18030_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    sent = message(encounter("E1", order("L1", hilist_name="阿莫西林胶囊")))
    path.write_bytes(json.dumps(sent, ensure_ascii=False).encode("gb18030"))
    _, lake = imported(path, out=tmp_path / "out")
    assert lake.items()["item_name"].to_list() == ["阿莫西林胶囊"]


ORDER = {"mdtrt_sn": "SN1", "mdtrt_id": "E1", "psn_no": "P1", "drord_no": "O1", "drord_endtime": "2026-03-02 10:00:00",
         "vali_flag": "1"}  # fmt: skip
SIGNS = {"mdtrt_sn": "SN1", "mdtrt_id": "E1", "rcd_time": "2026-03-01", "wt": 12.5, "vali_flag": "1"}
PERSON = {
    "baseinfo": {
        "psn_no": "P1",
        "psn_name": "张三",
        "certno": "350102199001011234",
        "gend": "2",
        "brdy": "1990-01-01",
    },
    "insuinfo": [
        {
            "insutype": "310",
            "psn_type": "11",
            "psn_insu_stas": "1",
            "psn_insu_date": "2015-01-01",
            "emp_name": "某厂",
        }
    ],
    "idetinfo": [{"psn_idet_type": "2303", "begntime": "2026-01-01 00:00:00", "endtime": ""}],
}


def record(transaction: str, *rows: dict[str, Any]) -> dict[str, Any]:
    return {"infno": transaction, "input": {"data": list(rows)}}


def bill(**more: Any) -> dict[str, Any]:
    return message(encounter("E1", order("L1", drord_no="O1"), insutype="310", **more))


def test_orders_come_from_messages_as_well_as_from_tables(tmp_path: Path) -> None:
    bills = written(tmp_path, "bills.ndjson", bill(), record("4402", ORDER))
    report, lake = imported(bills, out=tmp_path / "d")
    assert report.optional == {"orders": 1}
    assert lines_of(lake)["order_until"].to_list() == [day_of(date(2026, 3, 2))]
    header = "mdtrt_id,drord_no,drord_endtime\nE1,O1,2026-03-02 10:00:00\n"
    (tmp_path / "orders.csv").write_text(header, "utf-8")
    _, by_table = imported(written(tmp_path, "b.ndjson", bill()), tmp_path / "orders.csv", out=tmp_path / "t")
    assert lines_of(by_table).equals(lines_of(lake))


@pytest.mark.parametrize("transaction", ["4402", "4402A"])
def test_one_order_as_an_object_and_input_as_a_text_are_read_too(tmp_path: Path, transaction: str) -> None:
    text = {"infno": transaction, "input": json.dumps({"data": ORDER})}
    report, _ = imported(written(tmp_path, "bills.ndjson", bill(), text), out=tmp_path / "d")
    assert report.optional == {"orders": 1}


def test_an_order_that_lacks_its_number_is_rejected_with_its_place(tmp_path: Path) -> None:
    lacking = {**ORDER, "drord_no": ""}
    report, _ = imported(
        written(tmp_path, "bills.ndjson", bill(), record("4402", lacking)), out=tmp_path / "d"
    )
    assert (report.rejected, report.optional) == (1, {})
    rejects = pl.read_csv(report.rejects_file, infer_schema_length=0)
    assert rejects.select("row", "field").rows() == [("2", "Order.order_id")]


def test_a_weight_measured_at_the_bed_stands_on_the_lines_from_that_day_on(tmp_path: Path) -> None:
    day_before = order("L0", drord_begn_date="2026-02-28 09:00:00")
    told = message(encounter("E1", day_before, order("L1"), adm_date="2026-02-27 08:00:00"))
    _, lake = imported(written(tmp_path, "bills.ndjson", told, record("4602", SIGNS)), out=tmp_path / "d")
    weights = dict(lines_of(lake).select("line_key", "weight").rows())
    assert weights == {"L0": None, "L1": 125_000}


def test_what_is_known_of_a_person_comes_from_messages_and_leaves_no_name_behind(tmp_path: Path) -> None:
    unknown = message(encounter("E1", order("L1"), insutype="310"))
    del unknown["input"]["data"]["patient_dtos"]["gend"]
    bills = written(tmp_path, "bills.ndjson", unknown, {"infcode": 0, "output": PERSON})
    report, lake = imported(bills, out=tmp_path / "d")
    assert report.optional == {"insured-periods": 1, "person-identities": 1}
    (visit,) = lake.read_bucket(0).encounters.select("sex", "birth_date", "insured", "identity_type").rows()
    assert visit == ("2", day_of(date(1990, 1, 1)), True, "2303")
    kept = b"".join(path.read_bytes() for path in (tmp_path / "d").rglob("*") if path.is_file())
    assert not any(secret.encode() in kept for secret in ("张三", "350102199001011234", "某厂"))


def test_a_question_about_a_person_without_its_answer_is_rejected_and_not_kept(tmp_path: Path) -> None:
    asked = {"infno": "1101", "input": {"data": {"certno": "350102199001011234", "psn_name": "张三"}}}
    report, _ = imported(written(tmp_path, "bills.ndjson", bill(), asked), out=tmp_path / "d")
    assert report.rejected == 1
    assert "350102199001011234" not in report.rejects_file.read_text("utf-8-sig")


def test_records_of_messages_lie_beside_a_single_bill_as_tables_do(tmp_path: Path) -> None:
    written(tmp_path, "beside.ndjson", record("4402", ORDER), record("4602", SIGNS), {"output": PERSON})
    assert read_beside([tmp_path]).slugs() == {
        "orders",
        "vital-signs",
        "insured-periods",
        "person-identities",
    }
