"""Lists leave as files: whole, within the scope of whoever asks, harmless to who opens them, and on record."""

from __future__ import annotations

import csv
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import fastexcel
import polars as pl
import pytest

from mingcha.access import alarms, trail
from mingcha.access.errors import Conflict, Denied, Invalid, Missing
from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.access.trail import Action, TrailFilter
from mingcha.audit.ledger import exports
from mingcha.audit.ledger import runs as ledger
from mingcha.audit.ledger.folders import export_folder
from mingcha.audit.ledger.outcome import outcome
from mingcha.audit.ledger.runs import RunFilter, Status
from mingcha.audit.reading.finding_filter import FindingFilter
from mingcha.audit.reading.finding_list import findings
from mingcha.audit.sheets import Column, Form
from mingcha.audit.workbook.book import workbook_name
from mingcha.jobs import exporting, runs
from mingcha.jobs.execution import carry_out
from mingcha.jobs.exporting import Exported, write
from mingcha.jobs.kind import Cancelled
from mingcha.jobs.kinds.audit import AuditParameters
from mingcha.jobs.kinds.export import ExportParameters, Format
from mingcha.jobs.lists import LISTS
from mingcha.web.door import API
from tests.support.audited import Audited
from tests.support.browser import application_over
from tests.support.platform import ROOT, Clock, clock_of

# What a list is of, where its filters alone do not say it.
WITHIN: dict[str, Any] = {
    "findings": lambda city: {"run": str(city.run_id)},
    "findings-by-rule": lambda city: {"run": [str(city.run_id)]},
    "findings-differences": lambda city: {"before": str(city.run_id), "after": str(city.run_id)},
    "quality": lambda city: {"dataset_id": str(city.dataset_id)},
    "rejects": lambda city: {"dataset_id": str(city.dataset_id)},
    "dictionary-codes": lambda _: {"name": "med_type"},
    "dictionary-mappings": lambda _: {"name": "med_type"},
    "care": lambda city: {"key": first_finding(city)["person_id"]},
    "bill-lines": lambda city: {"encounter": first_finding(city)["encounter_id"]},
}
ADDRESSES = {
    "findings": "/findings",
    "findings-by-rule": "/findings/by-rule",
    "findings-differences": "/findings/differences",
    "runs": "/runs",
    "datasets": "/datasets",
    "calls": "/calls",
    "second-opinions": "/second-opinions",
    "budgets": "/budgets",
    "payment-standards": "/payment-standards",
    "knowledge-points": "/knowledge/points",
    "drafts": "/drafts",
    "releases": "/releases",
    "rules": "/rules",
    "documents": "/basis/documents",
    "basis-tasks": "/basis/tasks",
    "consultations": "/consultations",
    "opinions": "/consultations/mine",
    "setting-changes": "/setting-changes",
    "dictionary-codes": "/dictionaries/{name}/codes",
    "dictionary-mappings": "/dictionaries/{name}/mappings",
    "announcements": "/announcements",
    "users": "/users",
    "organisations": "/organisations",
    "staff": "/staff",
    "account-requests": "/accounts/requests",
    "alarms": "/alarms",
    "trail": "/trail",
    "tokens": "/tokens",
    "connections": "/connections",
}


def first_finding(city: Audited) -> dict[str, Any]:
    return pl.read_parquet(city.access.home / "runs" / str(city.run_id) / "findings.parquet").row(
        0, named=True
    )


def exported(city: Audited, by: Role | str, name: str, format_: Format = "csv", **filters: Any) -> Path:
    """The file that somebody gets."""
    access, actor = city.access, city.actor(by)
    asked = ExportParameters(name, filters, format=format_)
    started = runs.start(access, actor, "export", LISTS[name].label, asked)
    carry_out(access, started.id, 1, workers=1)
    ended = exports.own_export(access, actor, started.id)
    assert ended.status == Status.DONE, ended.problem
    return exports.take_export(access, actor, started.id)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_column_of_every_list_names_a_field_of_its_rows() -> None:
    for entry in LISTS.values():
        for shown in entry.columns:
            kind: Any = entry.row
            for name in shown.field.split("."):
                known = {field.name for field in fields(kind)}
                assert name in known, (entry.name, shown.field)
                hint = get_type_hints(kind)[name]
                kind = next((one for one in (hint, *get_args(hint)) if is_dataclass(one)), kind)
        heads = [shown.head for shown in entry.columns]
        assert len(set(heads)) == len(heads), entry.name


def test_what_a_list_is_filtered_by_in_its_address_its_export_is_too(audited: Audited) -> None:
    described = application_over(audited.access).openapi()
    for name, entry in LISTS.items():
        if name not in ADDRESSES:
            assert name in ("quality", "rejects", "care", "bill-lines"), name
            continue
        asked = described["paths"][API + ADDRESSES[name]]["get"].get("parameters", [])
        known = {one["name"] for one in asked} - {"page", "size", "sort"}
        assert known == {field.name for field in fields(entry.filters)}, name


def test_every_list_is_written_whole_for_who_may_do_everything(audited: Audited) -> None:
    for name, entry in LISTS.items():
        filters = WITHIN.get(name, lambda _: {})(audited)
        asked = ExportParameters(name, filters, format="csv")
        drawn = entry.rows(audited.access, ROOT, entry.wanted(filters), "")
        started = runs.start(audited.access, ROOT, "export", entry.label, asked)
        carry_out(audited.access, started.id, 1, workers=1)
        ended = ledger.run(audited.access, ROOT, started.id)
        assert ended.status == Status.DONE, (name, ended.problem)
        assert ended.result is not None
        (file,) = export_folder(audited.access, started.id).iterdir()
        written = rows_of(file)
        assert len(written) == ended.result["rows"] >= drawn.total, name
        if written:
            assert list(written[0]) == [shown.head for shown in entry.columns]


def test_an_export_of_findings_holds_the_list_and_no_more(audited: Audited) -> None:
    access, office = audited.access, audited.actor(Role.INSURANCE_OFFICE)
    listed = findings(access, office, audited.run_id, FindingFilter(), Listing(size=100))
    file = exported(audited, Role.INSURANCE_OFFICE, "findings", run=str(audited.run_id))
    written = rows_of(file)
    assert len(written) == listed.total > 0
    assert [row["疑点编号"] for row in written[:100]] == [one.finding_id for one in listed.items]
    assert written[0]["说明"] == listed.items[0].sentence
    assert written[0]["计入（元）"] == f"{(listed.items[0].claimed_fen or 0) / 100:.2f}"
    whole = exported(audited, Role.FIRST_REVIEWER, "findings", run=str(audited.run_id))
    assert len(rows_of(whole)) > len(written)
    rule = listed.items[0].rule_code
    of_rule = rows_of(
        exported(
            audited, Role.INSURANCE_OFFICE, "findings", run=str(audited.run_id), rule=rule, inpatient="true"
        )
    )
    assert {row["规则编码"] for row in of_rule} <= {rule}
    assert len(of_rule) < len(written)


def test_a_workbook_has_days_money_and_as_many_rows(audited: Audited) -> None:
    file = exported(audited, Role.FIRST_REVIEWER, "findings", "xlsx", run=str(audited.run_id))
    sheet = fastexcel.read_excel(file).load_sheet(0).to_polars()
    found = findings(
        audited.access, audited.actor(Role.FIRST_REVIEWER), audited.run_id, FindingFilter(), Listing(size=1)
    )
    assert sheet.height == found.total
    assert sheet["日期"].dtype.is_temporal()
    claimed = sum(row.claimed_fen or 0 for row in found.items)
    assert round(sheet["计入（元）"][0] * 100) == claimed


def test_who_may_see_findings_but_not_take_them_away_is_refused(audited: Audited) -> None:
    access, reader = audited.access, audited.actor(Role.READER)
    asked = ExportParameters("findings", {"run": str(audited.run_id)})
    with pytest.raises(Denied, match="导出疑点"):
        runs.start(access, reader, "export", "疑点", asked)
    with pytest.raises(Denied, match="查看操作记录"):
        runs.start(access, reader, "export", "操作记录", ExportParameters("trail"))
    assert len(rows_of(exported(audited, Role.READER, "organisations"))) > 1


def test_who_was_restricted_meanwhile_exports_nothing(audited: Audited) -> None:
    access, reviewer = audited.access, audited.actor(Role.FIRST_REVIEWER)
    asked = ExportParameters("findings", {"run": str(audited.run_id)})
    waiting = runs.start(access, reviewer, "export", "疑点", asked)
    alarms.restrict(access, ROOT, audited.accounts["first_reviewer"].user_id, "核实大量导出")
    carry_out(access, waiting.id, 1, workers=1)
    assert ledger.run(access, ROOT, waiting.id).status == Status.FAILED
    assert not export_folder(access, waiting.id).exists()


@pytest.mark.parametrize(
    ("name", "filters", "said"),
    [
        ("nothing", {}, "没有这个列表"),
        ("users", {"password": "x"}, "不能按“password”筛选"),
        ("findings", {}, "筛选条件不对"),
        ("findings", {"run": "x"}, "筛选条件不对"),
        ("findings", {"finding": ["zz"]}, "疑点编号不对"),
    ],
)
def test_what_cannot_be_exported_is_refused_before_it_waits(
    audited: Audited, name: str, filters: dict[str, Any], said: str
) -> None:
    if "finding" in filters:
        filters["run"] = str(audited.run_id)
    with pytest.raises(Invalid, match=said):
        runs.start(audited.access, ROOT, "export", "x", ExportParameters(name, filters))


def test_an_export_is_its_maker_s_alone_and_stands_in_the_trail(audited: Audited) -> None:
    access, reviewer, other = (
        audited.access,
        audited.actor(Role.FIRST_REVIEWER),
        audited.actor(Role.RE_REVIEWER),
    )
    started = runs.start(access, reviewer, "export", "机构", ExportParameters("organisations"))
    with pytest.raises(Conflict, match="还没有完成"):
        exports.take_export(access, reviewer, started.id)
    carry_out(access, started.id, 1, workers=1)
    for take in (exports.own_export, exports.take_export):
        with pytest.raises(Missing):
            take(access, other, started.id)
    assert ledger.runs(access, other, RunFilter(exports.EXPORT, own=True), Listing()).total == 0
    exports.take_export(access, reviewer, started.id)
    entries = trail.entries(access, ROOT, TrailFilter(object_id=str(started.id)), Listing(sort="id")).items
    said = {entry.action: entry for entry in entries}
    assert list(said) == [Action.RUN_STARTED, Action.LIST_EXPORTED, Action.RUN_ENDED, Action.FILE_DOWNLOADED]
    assert said[Action.LIST_EXPORTED].actor == "first_reviewer"
    assert said[Action.LIST_EXPORTED].details["list"] == "organisations"
    assert said[Action.LIST_EXPORTED].details["rows"] > 1


def test_the_auditor_takes_the_trail_away_without_seeing_runs(audited: Audited, clock: Clock) -> None:
    clock.forward(minutes=1)
    file = exported(audited, Role.AUDITOR, "trail", action=Action.RUN_STARTED.value)
    assert {row["操作"] for row in rows_of(file)} == {Action.RUN_STARTED.label}


EVIL = ("=cmd|' /C calc'!A0", "+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "无害 = 1")


def test_cells_that_a_spreadsheet_would_run_are_harmless(tmp_path: Path) -> None:
    rows = [(text, -5) for text in EVIL]
    columns = (Column("内容"), Column("数", Form.COUNT))
    path, written = write(tmp_path / "csv", Exported("甲", columns, 8, rows), "csv", lambda *_: None)
    read = rows_of(path)
    assert written == len(read) == len(EVIL)
    assert all(row["内容"].startswith("'") for row in read[:-1])
    assert {row["数"] for row in read} == {"-5"}, "a number is a number"
    assert read[-1]["内容"] == EVIL[-1]
    path, _ = write(tmp_path / "xlsx", Exported("甲", columns, 8, rows), "xlsx", lambda *_: None)
    assert fastexcel.read_excel(path).load_sheet(0).to_polars()["内容"][0] == EVIL[0], "a text, no formula"


def test_more_rows_than_a_sheet_holds_go_into_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_ROWS", 4)
    rows = [(number,) for number in range(7)]
    content = Exported("多", (Column("数", Form.COUNT),), 7, rows)
    path, written = write(tmp_path, content, "xlsx", lambda *_: None)
    book = fastexcel.read_excel(path)
    assert (written, book.sheet_names) == (7, ["多", "多 2", "多 3"])
    assert [book.load_sheet(at).to_polars()["数"].to_list() for at in range(3)] == [[0, 1, 2], [3, 4, 5], [6]]


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_an_export_that_is_called_off_leaves_nothing(tmp_path: Path, format_: Any) -> None:
    def stop(_stage: str, done: int, _total: int) -> None:
        if done:
            raise Cancelled

    content = Exported("多", (Column("日", Form.DAY),), 9_000, ((20_000,) for _ in range(9_000)))
    with pytest.raises(Cancelled):
        write(tmp_path, content, format_, stop)
    assert list(tmp_path.iterdir()) == []


def test_the_workbook_of_an_audit_is_for_who_may_take_all_of_it_away(audited: Audited) -> None:
    access = audited.access
    reviewer = audited.actor(Role.FIRST_REVIEWER)
    assert outcome(access, reviewer, audited.run_id).workbooks == 0
    with pytest.raises(Conflict, match="没有这个文件"):
        exports.take_workbook(access, reviewer, audited.run_id, 1)
    asked = AuditParameters(audited.dataset_id, first="2026-03", last="2026-03", workbook=True)
    started = runs.start(access, reviewer, "audit", "三月", asked)
    carry_out(access, started.id, 1, workers=1)
    assert outcome(access, reviewer, started.id).workbooks == 1
    assert exports.take_workbook(access, reviewer, started.id, 1).name == workbook_name(1)
    for by, error in ((Role.READER, Denied), (Role.INSURANCE_OFFICE, Missing)):
        with pytest.raises(error):
            exports.take_workbook(access, audited.actor(by), started.id, 1)
    assert outcome(access, audited.actor(Role.READER), started.id).workbooks == 0


def test_the_file_of_an_export_is_removed_when_its_time_is_over_and_that_there_was_one_still_shows(
    audited: Audited,
) -> None:
    access, by = audited.access, Role.FIRST_REVIEWER
    path = exported(audited, by, "tokens")
    days = access.policy.exports_kept.days
    clock_of(access).forward(days=days - 1)
    assert exports.forget_old_exports(access) == 0
    clock_of(access).forward(days=1, minutes=1)
    assert exports.forget_old_exports(access) == 1
    assert exports.forget_old_exports(access) == 0
    assert not path.exists()
    (shown,) = ledger.runs(access, audited.actor(by), RunFilter(exports.EXPORT, own=True), Listing()).items
    assert shown.result is not None
    assert shown.result["cleared"] is True
    with pytest.raises(Conflict, match="已经清除"):
        exports.take_export(access, audited.actor(by), shown.id)
