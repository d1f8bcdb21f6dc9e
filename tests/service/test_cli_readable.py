"""What the command line prints reads well: in 80 or 100 columns, in Chinese, in units people use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from rich.cells import cell_len

from mingcha.cli import commands, console
from mingcha.cli.app import app, run
from mingcha.sample.messages import sample_message

assert commands.COMMANDS


def _leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _leaves(inner, (*path, name))


COMMANDS = list(_leaves(typer.main.get_command(app)))


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = run([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def bare(text: str) -> str:
    """Text without what a table draws around it."""
    return re.sub(r"[\s│]", "", text)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MINGCHA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MINGCHA_WORKERS", "1")
    return tmp_path / "home"


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 100 columns."""
    monkeypatch.setattr(console.out, "_width", 100)


def fits(text: str) -> bool:
    return all(cell_len(line.rstrip()) <= 100 for line in text.splitlines())


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(path) for path, _ in COMMANDS])
def test_no_help_is_cut_at_the_edge_of_its_column(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    path: tuple[str, ...],
    command: Any,
    width: int,
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    _, out, _ = said(capsys, *path, "--help")
    whole = bare(out)
    for param in command.params:
        if getattr(param, "hidden", False):
            continue
        assert bare(param.help) in whole, param.name
    assert not re.search(r"\b(TEXT|INTEGER|PATH|DATETIME|ARGS|OPTIONS|COMMAND)\b", out)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["release", "diff", "one", "2"], "较早版（应为整数）"),
        (["release", "create", "--from", "2026-13-01"], "--from（应为日期，如 2026-01-31）"),
        (["rules", "lst"], "没有命令 lst，是不是 list？"),
        (["audit"], "缺少参数：文件或文件夹"),
        (["rules", "sets", "validate", "nowhere.yaml"], "找不到文件"),
    ],
)
def test_what_was_wrong_is_named(
    capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    status, _, err = said(capsys, *arguments)
    assert status == 2
    assert expected in err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys, "--version")
    assert status == 0
    assert re.fullmatch(r"明察 \d+\.\d+\.\d+\n", out)


@pytest.mark.usefixtures("narrow")
def test_the_list_of_rules_fits_a_terminal_and_breaks_no_name(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys, "rules", "list", "--json")
    listed = json.loads(out)
    _, out, _ = said(capsys, "rules", "list")
    assert status == 0
    assert fits(out)
    for one in listed:
        assert re.search(rf"│ {one['code']} +│ {re.escape(one['name'])} +│", out), one["name"]


def test_the_list_of_rules_says_the_mechanisms_where_there_is_room(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console.out, "_width", 160)
    assert "│ sex-mismatch" in said(capsys, "rules", "list")[1]


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("entity", ["就诊", "费用明细", "医保结算清单"])
def test_the_fields_fit_a_terminal_and_break_no_national_name(
    capsys: pytest.CaptureFixture[str], entity: str
) -> None:
    words = json.loads(said(capsys, "schema", entity, "--json")[1])
    _, out, _ = said(capsys, "schema", entity)
    assert fits(out)
    for word in words:
        assert all(f"│ {name} " in out for name in word["national"])


def test_conditions_are_written_in_units_people_use(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "rules", "words")
    assert "金额（元）" in out
    assert not re.search("单价（百万|金额（分", out)


@pytest.mark.usefixtures("narrow")
def test_releases_are_compared_in_words(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    said(capsys, "release", "create", "--starter")
    settings = tmp_path / "settings.yaml"
    settings.write_text("drug-share: {'': {margin: 20}}\nfund-over-yearly-cap: {'3501': {cap: 200000}}\n")
    said(capsys, "release", "create", "--starter", "--settings", settings)
    status, out, _ = said(capsys, "release", "diff", 1, 2)
    assert status == 0
    assert "药费占比（drug-share），全部地区，至少高出同类中位数（margin）：95 个百分点 → 20 个百分点" in out
    assert "超封顶线（fund-over-yearly-cap），3501，" in out
    assert out.count("→") == 2  # what the file leaves out stays as the starter pack has it


@pytest.mark.usefixtures("narrow")
def test_problems_of_a_kind_say_once_what_to_do(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    said(capsys, "release", "create", "--starter")
    known = tmp_path / "codes.txt"
    known.write_text("001109000010000\n")
    _, out, _ = said(capsys, "knowledge", "validate", "--codes", known)
    assert fits(out)
    assert re.search(r"提醒：.*（\d+ 处，这里列出 10 处）", out)
    assert out.count("处理：") == len(re.findall("^(?:提醒|错误)：", out, re.MULTILINE))


@pytest.mark.usefixtures("narrow")
def test_rule_sets_are_shown_one_below_the_other(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "sets.yaml"
    said(capsys, "rules", "sets", "template", file)
    status, out, _ = said(capsys, "rules", "sets", "validate", file)
    assert (status, "没有问题" in out) == (0, True)
    _, out, _ = said(capsys, "rules", "sets", "show", file)
    assert fits(out)
    assert "机构级别 3（三级）" in out
    assert "事前、事中" in out
    assert "超限定频次（quantity-over-limit）：容差 1 次" in out


def test_a_day_that_does_not_exist_is_told_with_its_place(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "sets.yaml"
    said(capsys, "rules", "sets", "template", file)
    file.write_text(file.read_text("utf-8").replace("启用: 2026-01-01", "启用: 2026-13-01"), "utf-8")
    status, _, err = said(capsys, "rules", "sets", "validate", file)
    assert status == 2
    assert "没有这个日期：2026-13-01" in err
    assert re.search(r"第 \d+ 行", err)


def test_no_file_of_a_user_is_written_over(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    table = tmp_path / "费用.csv"
    table.write_text("a,b\n1,2\n")
    for name, arguments in (
        ("知识.xlsx", ["knowledge", "template"]),
        ("sets.yaml", ["rules", "sets", "template"]),
        ("rule.yaml", ["rules", "new"]),
        ("mapping.yaml", ["import", table, "--suggest-mapping"]),
    ):
        mine = tmp_path / name
        mine.write_text("mine")
        status, _, err = said(capsys, *arguments, mine)
        assert (status, "不覆盖" in err) == (2, True), name
        assert mine.read_text() == "mine"


def test_a_draft_puts_plain_lists_in_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    draft = tmp_path / "rule.yaml"
    said(capsys, "rules", "new", draft)
    text = draft.read_text("utf-8")
    assert "- [c1, 001109000010000, '2026-03-02', 1, 10]" in text
    assert "依据: [fund-regulation]" in text
    assert "\n  检查什么: " in text
    assert yaml.safe_load(text)["版本"] == 1


@pytest.mark.usefixtures("narrow")
def test_a_bill_for_people_says_why_something_was_not_judged(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said(capsys, "release", "create", "--starter")
    message = tmp_path / "stay.json"
    message.write_text(json.dumps(sample_message("stay"), ensure_ascii=False), "utf-8")
    status, out, _ = said(capsys, "bill", message, "--text")
    assert status == 0
    assert fits(out)
    assert "处理动作" not in out  # without rule sets there is none
    assert "不知机构是否联网且协议有效" in out
    message.write_text(message.read_text("utf-8")[:200], "utf-8")
    assert "不是正确的 JSON：没有写完" in said(capsys, "bill", message, "--text")[2]
