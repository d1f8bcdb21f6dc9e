"""The command line: every command explains itself in Chinese, speaks JSON, and says plainly what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mingcha.access.actor import console
from mingcha.access.listing import Listing
from mingcha.access.roles import ROLES
from mingcha.access.users import UserFilter, users
from mingcha.audit.batch import FINDINGS, QUALITY, UNJUDGED
from mingcha.audit.ledger.runs import RunFilter, runs
from mingcha.bootstrap import application
from mingcha.cli import commands
from mingcha.cli.app import app, run
from mingcha.sample.messages import sample_message

assert commands.COMMANDS

TOP = [
    "audit",
    "bill",
    "conformance",
    "demo",
    "docs",
    "evaluate",
    "import",
    "indicator",
    "replay",
    "sample",
    "schema",
    "serve",
    "worker",
]
GROUPS = {
    "connection": ["add", "list"],
    "organisations": ["facts"],
    "knowledge": ["codes", "diff", "import", "stats", "template", "validate"],
    "release": ["create", "diff", "list"],
    "database": ["upgrade"],
    "keys": ["retire", "rotate"],
    "trail": ["verify"],
    "user": ["invite", "list", "reset-password", "unlock"],
    "rules": ["add", "check", "copy", "list", "new", "retire", "show", "words"],
}
SETS = ["show", "template", "validate"]
ALL = [
    *([name] for name in TOP),
    *([group, name] for group, names in GROUPS.items() for name in names),
    *(["rules", "sets", name] for name in SETS),
]


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = run([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def json_of(capsys: pytest.CaptureFixture[str], *arguments: object, status: int = 0) -> Any:
    found, out, err = said(capsys, *arguments, "--json")
    assert found == status, err
    return json.loads(out)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MINGCHA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MINGCHA_WORKERS", "1")
    return tmp_path / "home"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demonstration: city, dataset, home with release 1, result."""
    out = tmp_path_factory.mktemp("demo") / "demo"
    assert run(["demo", "--out", str(out), "--lines", "4000", "--workers", "1", "--json"]) == 0
    return out


def test_the_commands_are_those_of_the_manual() -> None:
    assert sorted(str(one.name) for one in app.registered_commands) == TOP
    found = {
        str(group.name): sorted(str(one.name) for one in group.typer_instance.registered_commands)
        for group in app.registered_groups
        if group.typer_instance is not None
    }
    assert found == GROUPS


@pytest.mark.parametrize("command", [[], *ALL], ids=" ".join)
def test_every_command_has_chinese_help(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    status, out, _ = said(capsys, *command, "--help")
    assert status == 0
    assert "用法：" in out
    assert "选项" in out
    assert "Usage" not in out
    assert "Show this message" not in out


@pytest.mark.parametrize("command", ALL, ids=" ".join)
def test_every_command_takes_json(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    assert "--json" in said(capsys, *command, "--help")[1]


def test_the_exit_codes_are_documented(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "--help")
    assert "退出码" in out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nonsense"], "没有命令 nonsense"),
        (["audit"], "缺少参数"),
        (["audit", "x"], "缺少参数：--out"),
        (["rules", "list", "--nonsense"], "没有这个选项：--nonsense"),
        (["release", "diff", "one", "2"], "参数的值不对"),
        (["rules", "show", "nonsense"], "没有规则“nonsense”"),
        (["schema", "nonsense"], "没有“nonsense”"),
        (["import", "nowhere"], "找不到文件或文件夹"),
        (["audit", "nowhere", "--out", "x"], "还没有发布版"),
        (["bill", "nowhere.json"], "还没有发布版"),
        (["replay", "nowhere"], "没有完整的审核结果"),
        (["evaluate", "nowhere", "nowhere"], "没有完整的审核结果"),
        (["knowledge", "import", "nowhere.xlsx"], "找不到文件"),
        (["knowledge", "stats"], "还没有发布版"),
        (["knowledge", "validate"], "还没有发布版"),
        (["release", "create"], "还没有导入知识"),
        (["release", "diff", "1", "2"], "没有发布版 1"),
        (["sample", "--lines", "0"], "明细行数应为正数"),
        (["sample", "--format", "doc"], "不支持的格式"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_a_user_did_wrong_is_said_in_chinese_with_a_remedy_and_status_2(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    expected: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = said(capsys, *arguments)
    assert status == 2
    assert expected in err.replace("\n", "")
    assert "处理：" in err
    assert "Traceback" not in out + err
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == []


def test_an_error_is_json_where_json_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    error = json_of(capsys, "knowledge", "stats", status=2)["error"]
    assert "还没有发布版" in error["what"]
    assert "mingcha knowledge import" in error["remedy"]


def test_the_demonstration_runs_the_main_job_from_nothing(demo: Path) -> None:
    for name in (FINDINGS, UNJUDGED, QUALITY, "审核结果.xlsx", "manifest.json"):
        assert (demo / "result" / name).is_file()
    assert (demo / "city" / "truth.parquet").is_file()


def test_the_demonstration_is_brought_onto_a_platform_with_somebody_for_every_role(demo: Path) -> None:
    access = application(demo / "home").access
    actor = console("测试")
    assert [run.status for run in runs(access, actor, RunFilter(), Listing()).items] == ["done", "done"]
    people = users(access, actor, UserFilter(), Listing(size=100)).items
    assert {role for one in people for role in one.roles} == {entry.label for entry in ROLES.values()}
    assert not any(one.must_change_password for one in people)


def test_the_demonstration_can_be_run_again_in_its_folder(
    capsys: pytest.CaptureFixture[str], demo: Path
) -> None:
    before = pl.read_parquet(demo / "result" / FINDINGS)
    again = json_of(capsys, "demo", "--out", demo, "--lines", 4000, "--workers", 1)
    assert pl.read_parquet(demo / "result" / FINDINGS).equals(before)
    assert again["evaluation"]["clean"]["planted"] > 0


def test_the_demonstration_leaves_a_folder_alone_that_is_not_its_own(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_text("x", "utf-8")
    assert said(capsys, "demo", "--out", tmp_path)[0] == 2
    assert (tmp_path / "letter.txt").exists()


def test_an_audit_of_files_imports_them_first_and_once(
    capsys: pytest.CaptureFixture[str], demo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "result"
    arguments = ("audit", demo / "city" / "claims", "--out", out, "--home", demo / "home", "--no-xlsx")
    first = json_of(capsys, *arguments)
    assert (
        first["import"]["accepted"] + first["import"]["rejected"] + first["import"]["duplicates"]
        == (first["import"]["read"])
    )
    assert not (out / "审核结果.xlsx").exists()
    assert pl.read_parquet(out / FINDINGS).equals(pl.read_parquet(demo / "result" / FINDINGS))
    again = json_of(capsys, *arguments)
    assert again["finished_before"]
    assert again["import"] is None


def test_an_audit_says_what_it_found_to_people_too(
    capsys: pytest.CaptureFixture[str], demo: Path, tmp_path: Path
) -> None:
    arguments = ("audit", demo / "dataset", "--out", tmp_path / "result", "--home", demo / "home")
    status, out, _ = said(capsys, *arguments)
    assert status == 0
    assert "计入" in out
    assert "审核结果.xlsx" in out


def test_an_audit_of_another_period_is_refused_in_the_same_folder(
    capsys: pytest.CaptureFixture[str], demo: Path
) -> None:
    found = json_of(
        capsys, "audit", demo / "dataset", "--out", demo / "result", "--home", demo / "home",
        "--from", "2026-03", status=2,
    )  # fmt: skip
    assert "审核范围不同" in found["error"]["what"]


def test_a_finished_run_is_replayed_and_evaluated(capsys: pytest.CaptureFixture[str], demo: Path) -> None:
    replayed = json_of(capsys, "replay", demo / "result", "--home", demo / "home")
    assert replayed["identical"]
    evaluated = json_of(capsys, "evaluate", demo / "result", demo / "city")
    assert evaluated["clean"]["planted"] > 0
    assert said(capsys, "evaluate", demo / "result", demo / "city")[0] == 0


def test_an_altered_run_does_not_pass_its_replay(
    capsys: pytest.CaptureFixture[str], demo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "result"
    home = demo / "home"
    json_of(capsys, "audit", demo / "dataset", "--out", out, "--home", home, "--no-xlsx")
    findings = pl.read_parquet(out / FINDINGS)
    findings.with_columns(pl.lit(1, pl.Int64).alias("claimed_fen")).write_parquet(out / FINDINGS)
    assert not json_of(capsys, "replay", out, "--home", home, status=4)["identical"]


def test_a_bill_is_answered_in_the_national_format(
    capsysbinary: pytest.CaptureFixture[bytes], demo: Path, tmp_path: Path
) -> None:
    message = tmp_path / "m.json"
    message.write_text(json.dumps(sample_message("stay")), "utf-8")
    assert run(["bill", str(message), "--home", str(demo / "home")]) == 0
    answer = json.loads(capsysbinary.readouterr().out)
    assert answer["infcode"] == 0
    assert answer["output"]["result"]
    assert run(["bill", str(message), "--home", str(demo / "home"), "--text"]) == 0
    assert "限" in capsysbinary.readouterr().out.decode()
    message.write_text("{", "utf-8")
    assert run(["bill", str(message), "--home", str(demo / "home")]) == 2
    captured = capsysbinary.readouterr()
    assert json.loads(captured.out)["infcode"] == -1
    assert "错误" in captured.err.decode()


def test_releases_are_listed_and_compared(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text("quantity-over-limit: {'': {tolerance: 1}}\n", "utf-8")
    first = json_of(capsys, "release", "create", "--starter")
    second = json_of(capsys, "release", "create", "--starter", "--settings", settings)
    assert (first["release"], second["release"]) == (1, 2)
    assert first["knowledge_digest"] == second["knowledge_digest"]
    assert [one["number"] for one in json_of(capsys, "release", "list")] == [1, 2]
    found = json_of(capsys, "release", "diff", 1, 2)
    assert found["settings"]["quantity-over-limit//tolerance"] == [None, 1]
    assert (found["added"], found["removed"], found["changed"]) == ([], [], {})
    assert said(capsys, "release", "diff", 1, 2)[0] == 0
    assert said(capsys, "release", "list")[0] == 0


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("quantity-over-limit: {'': {tolerance: -1}}", "超出范围"),
        ("quantity-over-limit: {'': {tolerence: 1}}", "没有参数 tolerence"),
        ("quantity-over-limit: 3", "层次不对"),
        ("{", "无法读取"),
    ],
)
def test_settings_that_no_rule_takes_are_never_published(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, own_home: Path, written: str, expected: str
) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text(written, "utf-8")
    found = json_of(capsys, "release", "create", "--starter", "--settings", settings, status=2)
    assert expected in found["error"]["what"]
    assert json_of(capsys, "release", "list") == []


def test_knowledge_is_accounted_for_and_checked(capsys: pytest.CaptureFixture[str], demo: Path) -> None:
    found = json_of(capsys, "knowledge", "stats", "--home", demo / "home")
    assert sum(found["by_status"].values()) == found["points"]
    checked = json_of(capsys, "knowledge", "validate", "--home", demo / "home")
    assert checked["errors"] == 0
    assert said(capsys, "knowledge", "stats", "--home", demo / "home")[0] == 0


def test_the_empty_template_is_written_and_has_nothing_to_import(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, own_home: Path
) -> None:
    template = tmp_path / "模板.xlsx"
    assert json_of(capsys, "knowledge", "template", template)["template"] == str(template)
    assert "没有知识点" in json_of(capsys, "knowledge", "import", template, status=2)["error"]["what"]
    assert not (own_home / "releases").exists()


def test_the_official_list_and_a_rule_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert sum(bool(entry["number"]) for entry in json_of(capsys, "rules", "list")) == 88
    for name in ("GZ10000301004000", "sex-mismatch"):
        assert "检查什么" in json_of(capsys, "rules", "show", name)["mechanisms"]["sex-mismatch"]
        assert "检查什么" in said(capsys, "rules", "show", name)[1]
    for entry in json_of(capsys, "rules", "list"):
        if not entry["mechanisms"]:
            assert "尚未实现" in said(capsys, "rules", "show", entry["code"])[1]
            break


def test_the_words_are_listed_with_their_national_names(capsys: pytest.CaptureFixture[str]) -> None:
    words = json_of(capsys, "schema", "费用明细")
    assert next(word for word in words if word["name"] == "line_id")["national"][0] == "rx_id"
    assert "hilist_code" in said(capsys, "schema", "Line")[1]


def test_generated_documents_are_written_once_and_then_current(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert "GLOSSARY.md" in json_of(capsys, "docs", tmp_path)["written"]
    page = next((tmp_path / "docs" / "rules").glob("sex-*.md"))
    page.write_text("changed", "utf-8")
    (tmp_path / "docs" / "rules" / "gone.md").write_text("of a rule that is no more", "utf-8")
    stale = json_of(capsys, "docs", tmp_path, "--check", status=4)["checked"]
    assert len(stale) == 2, "all others are as they were written"
    json_of(capsys, "docs", tmp_path)
    assert not (tmp_path / "docs" / "rules" / "gone.md").exists()


def test_the_installed_command_ends_with_the_status_of_its_answer(tmp_path: Path) -> None:
    environment = {**os.environ, "MINGCHA_HOME": str(tmp_path)}
    command = [sys.executable, "-c", "from mingcha.cli import main; main()"]
    for arguments, expected in ((["release", "list"], 0), (["knowledge", "stats"], 2), (["nonsense"], 2)):
        done = subprocess.run([*command, *arguments], env=environment, capture_output=True, check=False)
        assert done.returncode == expected
        assert b"Traceback" not in done.stderr
