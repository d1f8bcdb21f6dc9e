"""Files that come in over the network: streamed, limited, looked into, and refused where they are no tables."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
import pytest

from mingcha.access.context import Access
from mingcha.access.roles import Role
from mingcha.audit.ledger import uploads
from mingcha.audit.ledger.uploads import files_folder, forget_old_uploads
from mingcha.jobs.execution import carry_out
from mingcha.web.limit import MOST_BYTES
from tests.support.browser import Browser
from tests.support.platform import Clock, Town

pytestmark = pytest.mark.one_database
HEADS = (
    "psn_no,psn_name,gend,mdtrt_id,fixmedins_code,begntime,insutype,"
    "feedetl_sn,med_list_codg,fee_ocur_time,cnt,pric,det_item_fee_sumamt"
)


def line(number: int, day: str = "2026-03-01 09:30:00", amount: str = "3.00") -> str:
    return (
        f"P{number},欧阳{number},1,E{number},H1,2026-03-01 08:00:00,310,L{number},X01,{day},2,1.50,{amount}"
    )


def table(*lines: str) -> bytes:
    return ("\n".join((HEADS, *lines)) + "\n").encode()


class Sender:
    """Somebody who uploads."""

    def __init__(self, town: Town, login: str = "office", hospital: str = "H1") -> None:
        self.access = town.access
        town.user(login, town.grant(Role.INSURANCE_OFFICE, hospital), at=hospital)
        self.browser = Browser(town.access).sign_in(login)
        self.upload: str = self.browser("POST", "/uploads").json()["id"]

    def send(self, name: str, content: Any) -> Any:
        return self.browser("PUT", f"/uploads/{self.upload}/files", params={"name": name}, content=content)

    def files(self) -> list[str]:
        return [file["name"] for file in self.browser("GET", f"/uploads/{self.upload}/files").json()]


@pytest.fixture
def sender(town: Town) -> Sender:
    return Sender(town)


def packed(**files: bytes) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return into.getvalue()


def test_a_file_longer_than_any_form_comes_in_piece_by_piece(sender: Sender) -> None:
    body = table(*(line(number) for number in range(20_000)))
    assert len(body) > MOST_BYTES

    def pieces() -> Any:
        yield from (body[at : at + 100_000] for at in range(0, len(body), 100_000))

    answer = sender.send("三月.csv", pieces())
    assert answer.status_code == 200, answer.text
    assert answer.json() == [{"name": "三月.csv", "size": len(body)}]
    assert (files_folder(sender.access, UUID(sender.upload)) / "三月.csv").read_bytes() == body
    assert sender.send("三月.csv", b"x").json()["message"] == "已经上传过同名的文件"
    sender.browser("DELETE", f"/uploads/{sender.upload}/files", params={"name": "三月.csv"})
    assert sender.files() == []


@pytest.mark.parametrize("declared", [True, False])
def test_more_than_an_upload_may_hold_is_refused_and_not_kept(sender: Sender, declared: bool) -> None:
    policy = replace(sender.access.policy, upload_bytes=2 * MOST_BYTES)
    browser = Browser(replace(sender.access, policy_of=lambda _: policy)).sign_in("office")
    body = b"a,b\n" * MOST_BYTES

    def pieces() -> Any:
        yield from (body[at : at + MOST_BYTES] for at in range(0, len(body), MOST_BYTES))

    answer = browser(
        "PUT",
        f"/uploads/{sender.upload}/files",
        params={"name": "大.csv"},
        content=body if declared else pieces(),
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert list(files_folder(sender.access, UUID(sender.upload)).iterdir()) == []


NAMES = (
    "../x.csv",
    "..\\x.csv",
    "/etc/x.csv",
    ".x.csv",
    "a/b.csv",
    "x\n.csv",
    "~x.csv",
    "C:x.csv",
    "长" * 100 + ".csv",
    " ",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_would_lie_elsewhere_or_hide_is_refused(sender: Sender, name: str) -> None:
    answer = sender.send(name, table(line(1)))
    assert answer.status_code in (400, 422)
    assert answer.json()["remedy"]
    home = sender.access.home
    assert [path for path in home.rglob("*.csv")] == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("病历.exe", b"MZ\x90", "不支持的文件类型"),
        ("病历", b"a,b", "不支持的文件类型"),
        ("三月.xlsx", b"a,b\n1,2\n", "内容不是 xlsx"),
        ("三月.csv", b"MZ\x90\x00\x03\x00", "内容不是 csv"),
        ("三月.parquet", b"a,b\n", "内容不是 parquet"),
        ("三月.xls", packed(a=b"x"), "内容不是 xls"),
        ("三月.csv", b"", "文件是空的"),
        ("三月.zip", b"PK\x03\x04 cut short", "压缩内容损坏"),
        ("三月.zip", packed(**{"说明.txt.bak": b"x"}), "没有可导入的文件"),
        ("三月.zip", packed(**{"内.zip": packed(**{"a.csv": b"x"})}), "没有可导入的文件"),
        ("三月.zip", packed(**{"../../x.csv": b"a,b\n"}), "指向别处"),
        ("三月.zip", packed(**{"a/x.csv": b"a,b\n", "b/x.csv": b"a,b\n"}), "两个同名"),
        ("三月.zip", packed(**{"x.csv": b"MZ\x00\x00"}), "内容不是 csv"),
    ],
)
def test_what_is_not_what_it_says_is_refused_with_what_to_do(
    sender: Sender, name: str, content: bytes, said: str
) -> None:
    answer = sender.send(name, content)
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["message"]
    assert answer.json()["remedy"]
    assert sender.files() == []
    assert list(files_folder(sender.access, UUID(sender.upload)).iterdir()) == []


def bomb(declared: int | None = None) -> bytes:
    """A hundred million zeros in a hundred kilobytes; it may say of itself that it is small."""
    made = bytearray(packed(**{"x.csv": b"0" * 100_000_000}))
    if declared is not None:
        whole = (100_000_000).to_bytes(4, "little")
        said = declared.to_bytes(4, "little")
        at = made.find(whole)
        while at >= 0:
            made[at : at + 4] = said
            at = made.find(whole, at + 4)
    return bytes(made)


def test_an_archive_that_becomes_too_much_is_refused_whatever_it_says_of_itself(sender: Sender) -> None:
    for content in (bomb(), packed(**{"xl/sheet.xml": b"0" * 100_000_000})):
        name = "三月.zip" if content == bomb() else "三月.xlsx"
        answer = sender.send(name, content)
        assert answer.status_code == 400
        assert "压缩炸弹" in answer.json()["message"]
    lying = sender.send("三月.zip", bomb(declared=1_000))
    assert lying.status_code == 400, "what comes out of it does not fit what it said"
    policy = replace(sender.access.policy, upload_bytes=3 * MOST_BYTES)
    browser = Browser(replace(sender.access, policy_of=lambda _: policy)).sign_in("office")
    many = packed(**{f"{number}.csv": zlib.crc32(bytes(number)).to_bytes(4) * 400_000 for number in range(3)})
    answer = browser("PUT", f"/uploads/{sender.upload}/files", params={"name": "多.zip"}, content=many)
    assert "压缩炸弹" in answer.json()["message"]
    assert list(files_folder(sender.access, UUID(sender.upload)).iterdir()) == []


def test_an_archive_becomes_the_files_in_it(sender: Sender) -> None:
    content = packed(**{"2026/三月.csv": table(line(1)), "__MACOSX/._三月.csv": b"x", "图.png": b"\x89PNG"})
    assert [file["name"] for file in sender.send("三月.zip", content).json()] == ["三月.csv"]
    assert sender.files() == ["三月.csv"]


def test_nobody_reaches_what_another_uploads(town: Town, sender: Sender) -> None:
    sender.send("三月.csv", table(line(1)))
    other = Sender(town, "colleague")
    for method, path, body in (
        ("GET", "files", None),
        ("GET", "tables", None),
        ("PUT", "mapping", {"tables": []}),
    ):
        assert other.browser(method, f"/uploads/{sender.upload}/{path}", body).status_code == 404
    named = {"params": {"name": "a.csv"}}
    address = f"/uploads/{sender.upload}/files"
    assert other.browser("PUT", address, content=b"x", **named).status_code == 404
    assert other.browser("DELETE", address, params={"name": "三月.csv"}).status_code == 404
    start = {"upload_id": sender.upload, "name": "三月"}
    assert other.browser("POST", "/datasets", start).status_code == 404


def test_tables_are_recognised_and_personal_values_are_not_shown(sender: Sender) -> None:
    odd = HEADS.replace("med_list_codg", "收费项目代号").replace("cnt", "多少") + ",备用\n" + line(1) + ",\n"
    sender.send("三月.csv", odd.encode())
    sender.send("坏.csv", "甲,甲\n1,2\n".encode())
    seen = sender.browser("GET", f"/uploads/{sender.upload}/tables").json()
    assert "没有费用明细表" in seen["problem"]
    assert "mingcha" not in seen["remedy"]
    found, broken = seen["tables"]
    assert "重复的列名" in broken["problem"]
    states = {column["name"]: column["state"] for column in found["columns"]}
    assert states["psn_name"] == "personal"
    assert states["begntime"] == "recognised"
    assert states["多少"] in ("unknown", "suggested")
    assert "欧阳" not in str(found["rows"])
    mapping = [
        {"file": "三月.csv", "columns": {"收费项目代号": "Line.item_code", "多少": "Line.billed_quantity"}}
    ]
    again = sender.browser("PUT", f"/uploads/{sender.upload}/mapping", {"tables": mapping}).json()
    assert again["problem"] == ""
    again = again["tables"]
    read = {column["name"]: column for column in again[0]["columns"]}
    assert (read["多少"]["state"], read["多少"]["means"]) == ("recognised", ["Line.billed_quantity"])
    assert again[0]["lacking"] == []
    wrong = [{"file": "三月.csv", "columns": {"多少": "Line.nothing"}}]
    refused = sender.browser("PUT", f"/uploads/{sender.upload}/mapping", {"tables": wrong})
    assert (refused.status_code, "不认识" in refused.json()["message"]) == (400, True)


def imported(sender: Sender, **more: Any) -> dict[str, Any]:
    started = sender.browser("POST", "/datasets", {"upload_id": sender.upload, "name": "三月", **more})
    assert started.status_code == 202, started.text
    run_id = started.json()["id"]
    carry_out(sender.access, UUID(run_id), 1, workers=1)
    run_view: dict[str, Any] = sender.browser("GET", f"/runs/{run_id}").json()
    assert run_view["status"] == "done", run_view["problem"]
    return run_view


def test_rejected_rows_are_taken_home_corrected_and_brought_back(sender: Sender, tmp_path: Path) -> None:
    sender.send("三月.csv", table(line(1), line(2, day="2026-02-31 10:00:00"), line(3)))
    run = imported(sender)
    assert run["result"]["counts"]["rejected"] == 1
    dataset = run["dataset_id"]
    (row,) = sender.browser("GET", f"/datasets/{dataset}/rejects").json()["items"]
    assert (row["row"], row["label"]) == (3, "计费时间")
    assert "日期不存在" in row["reason"]
    notes = sender.browser("GET", f"/datasets/{dataset}/quality").json()
    assert notes["items"][0]["count"] == 1
    file = sender.browser("GET", f"/datasets/{dataset}/rejects/file", params={"table": "三月.csv"})
    assert file.headers["content-disposition"].startswith("attachment")
    text = file.content.decode("utf-8-sig")
    assert text.splitlines()[0].endswith("拒收字段,拒收原因")
    assert "欧阳" not in text
    corrected = text.replace("2026-02-31", "2026-02-28")
    sender.upload = sender.browser("POST", "/uploads").json()["id"]
    sender.send("改正.csv", corrected.encode())
    again = imported(sender, supplements=dataset)
    assert again["result"]["counts"]["lines"] == 3
    lines = pl.read_parquet(sender.access.home / "datasets" / again["dataset_id"] / "encounters")
    before = pl.read_parquet(sender.access.home / "datasets" / dataset / "encounters")
    assert set(before["person_id"]) <= set(lines["person_id"])
    assert lines["person_id"].n_unique() == 3


def test_a_quality_report_is_exported_in_the_background_and_fetched_by_its_maker_alone(
    town: Town, sender: Sender
) -> None:
    sender.send("三月.csv", table(line(1), line(2, day="=HYPERLINK(1)")))
    dataset = imported(sender)["dataset_id"]
    for format_, beginning in (("xlsx", b"PK"), ("csv", "\ufeff问题".encode())):
        asked = {"list": "quality", "filters": {"dataset_id": dataset}, "format": format_}
        started = sender.browser("POST", "/exports", asked).json()
        waiting = sender.browser("GET", f"/exports/{started['id']}/file")
        assert waiting.status_code == 409
        carry_out(sender.access, UUID(started["id"]), 1, workers=1)
        file = sender.browser("GET", f"/exports/{started['id']}/file")
        assert file.status_code == 200, file.text
        assert file.content.startswith(beginning)
        other = Sender(town, f"colleague-{format_}")
        assert other.browser("GET", f"/runs/{started['id']}").status_code == 200
        assert other.browser("GET", f"/exports/{started['id']}/file").status_code == 404
    assert "'=HYPERLINK" in file.content.decode() or "=HYPERLINK" not in file.content.decode()


def test_uploads_are_forgotten_with_the_names_in_them(sender: Sender, clock: Clock) -> None:
    access: Access = sender.access
    sender.send("三月.csv", table(line(1)))
    assert forget_old_uploads(access) == 0
    clock.forward(days=31)
    assert forget_old_uploads(access) == 1
    assert not (access.home / "uploads" / sender.upload).exists()
    assert uploads.forget_old_uploads(access) == 0
