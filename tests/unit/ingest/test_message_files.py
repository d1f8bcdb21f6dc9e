"""Files and folders of national messages as one dataset: every line has one fate, every encounter one telling."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mingcha.domain.errors import InputError
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
