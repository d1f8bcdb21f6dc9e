"""From published texts over proposals and a person's approval to points that judge."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xlsxwriter

from mingcha.audit.indications import approve_mappings, propose_mappings
from mingcha.cli.app import run
from mingcha.cli.commands import COMMANDS
from mingcha.domain.errors import InputError
from mingcha.ingest.knowledge.grids import grids
from mingcha.ingest.knowledge.importing import import_knowledge
from mingcha.ingest.knowledge.indication_workbook import SHEET
from mingcha.ingest.knowledge.template import TemplateError
from mingcha.knowledge.kinds.scope import Indication
from mingcha.knowledge.point import Certainty, Status
from mingcha.knowledge.release import Release
from mingcha.store import releases
from tests.unit.knowledge.attachments import attachment

ULCER, DIABETES, ODD = "安奈拉唑钠肠溶片", "艾塞那肽注射液", "某注射液"
APPROVAL = {"批准人": "张医师", "日期": "2026-11-23"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation with three published texts."""
    texts = [
        (5, ULCER, "限十二指肠溃疡。", "XA02BCA393A012010183696"),
        (6, DIABETES, "限成人2型糖尿病。", "XA10BJA085B002010106474"),
        (7, ODD, "限放化疗。", "XA10BJA085B002010106475"),
    ]
    published = attachment(
        tmp_path / "第十二批“药品限适应症”.xlsx",
        "“药品限适应症”规则对应部分知识点明细",
        ["序号", "药品通用名", "检出逻辑", "逻辑依据"],
        [[row, name, "", text] for row, name, text, _ in texts],
        [[row, name, 1, code] for row, name, _, code in texts],
    )
    import_knowledge(tmp_path / "home", [published])
    return tmp_path / "home"


@pytest.fixture
def diseases(tmp_path: Path) -> Path:
    """A small table of diagnoses."""
    path = tmp_path / "诊断.csv"
    path.write_text("编码,名称\nK26.900,十二指肠溃疡\nE11.900,2型糖尿病\n", encoding="utf-8")
    return path


@pytest.fixture
def proposed(home: Path, diseases: Path, tmp_path: Path) -> Path:
    """The workbook of proposals."""
    path = tmp_path / "映射.xlsx"
    found = propose_mappings(home, diseases, path)
    assert (found.points, found.with_codes, found.fully) == (3, 2, 1)
    return path


def rows_of(path: Path) -> dict[str, dict[str, str]]:
    """Rows of the workbook by drug."""
    return {record["药品或项目"]: record for number, record in grids(path)[0].records(0) if number > 2}


def filled(path: Path, **approved: dict[str, str]) -> Path:
    """The workbook again, with cells by drug and heading as a person filled them."""
    sheet = grids(path)[0]
    headings = sheet.rows[0]
    out = path.with_name("已批准.xlsx")
    with xlsxwriter.Workbook(str(out)) as book:
        written = book.add_worksheet(SHEET)
        written.write_row(0, 0, headings)
        written.write_row(1, 0, sheet.rows[1])
        for place, (name, record) in enumerate(rows_of(path).items(), 2):
            cells = {**record, **approved.get(name, {})}
            written.write_row(place, 0, [cells[heading] for heading in headings])
    return out


def by_name(release: Release) -> dict[str, Indication]:
    """The indications of a release by drug."""
    return {point.name: point for point in release.all_points() if isinstance(point, Indication)}


def test_a_proposal_changes_nothing_and_shows_its_reasons(home: Path, proposed: Path) -> None:
    """Codes with names, conditions in Chinese, empty columns of approval; all points wait as before."""
    rows = rows_of(proposed)
    assert (rows[ULCER]["建议代码"], rows[ULCER]["仅凭编码可判断"]) == ("K26", "是")
    assert (rows[DIABETES]["建议代码"], rows[DIABETES]["编码判断不了的条件"]) == ("E11", "年龄")
    assert rows[ODD]["建议代码"] == ""
    assert {row["批准代码"] for row in rows.values()} == {""}
    release = releases.newest(home)
    assert release is not None
    assert release.number == 1
    assert {point.status for point in by_name(release).values()} == {Status.NEEDS_MAPPING}


def test_only_approved_rows_become_judgeable_and_say_who_approved(home: Path, proposed: Path) -> None:
    """The text and its source stay, the codes are the person's, the rest waits on."""
    approved = approve_mappings(home, filled(proposed, **{ULCER: {**APPROVAL, "批准代码": "K26;K25.9"}}))
    points = by_name(approved.report.release)
    mapped, waiting = points[ULCER], points[DIABETES]

    assert (approved.points, approved.fully, approved.report.release.number) == (1, 1, 2)
    assert (mapped.status, mapped.diagnoses) == (Status.JUDGEABLE, ("K26", "K25.9"))
    assert mapped.certainty == Certainty.VIOLATION
    assert (mapped.basis, mapped.source_id, mapped.source_row) == ("限十二指肠溃疡。", "nkb-12", "5")
    assert mapped.reason == "诊断编码由张医师于 2026-11-23 批准"
    assert (waiting.status, waiting.diagnoses) == (Status.NEEDS_MAPPING, ())


def test_what_codes_cannot_decide_makes_a_suspicion_and_says_why(home: Path, proposed: Path) -> None:
    """A text with an age is not fully judged by a diagnosis."""
    row = {**APPROVAL, "批准代码": "e11", "备注": "依说明书"}
    point = by_name(approve_mappings(home, filled(proposed, **{DIABETES: row})).report.release)[DIABETES]
    assert (point.diagnoses, point.certainty) == (("E11",), Certainty.SUSPICION)
    assert "编码不能完全判断：年龄" in point.reason
    assert "依说明书" in point.reason


def test_a_later_import_keeps_what_was_approved(home: Path, proposed: Path, tmp_path: Path) -> None:
    """The published table read again does not undo the mapping, and the workbench asks no second time."""
    approve_mappings(home, filled(proposed, **{ULCER: {**APPROVAL, "批准代码": "K26"}}))
    again = import_knowledge(home, [tmp_path / "第十二批“药品限适应症”.xlsx"])
    assert by_name(again.release)[ULCER].diagnoses == ("K26",)
    assert propose_mappings(home, tmp_path / "诊断.csv", tmp_path / "其余.xlsx").points == 2


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"批准代码": "K26", "批准人": "", "日期": "2026-11-23"}, "谁批准的"),
        ({**APPROVAL, "批准代码": ""}, "没有代码"),
        ({**APPROVAL, "批准代码": "溃疡"}, "不是诊断编码"),
        ({"批准代码": "K26", "批准人": "张医师", "日期": "昨天"}, "应为日期"),
        ({**APPROVAL, "批准代码": "K26", "仅凭编码可判断": "也许"}, "是 或 否"),
        ({**APPROVAL, "批准代码": "K26", "编码判断不了的条件": "年龄"}, "矛盾"),
        ({**APPROVAL, "批准代码": "K26", "限定文字": "限胃溃疡。"}, "与知识库中的原文不同"),
        ({**APPROVAL, "批准代码": "K26", "知识点编号": "无此编号"}, "本机没有"),
    ],
)
def test_a_row_that_cannot_be_taken_keeps_the_whole_file_out(
    home: Path, proposed: Path, cells: dict[str, str], said: str
) -> None:
    """Every fault is named by row and column; no release is published."""
    with pytest.raises(TemplateError, match=said):
        approve_mappings(home, filled(proposed, **{ULCER: cells}))
    assert releases.numbers(home) == [1]


def test_a_point_approved_twice_is_refused(home: Path, proposed: Path) -> None:
    """Which of the two rows holds is for a person to say."""
    twice = {**APPROVAL, "批准代码": "K26"}
    copied = rows_of(proposed)[ULCER]
    cells = {**copied, **twice}
    with pytest.raises(TemplateError, match="不止一行"):
        approve_mappings(home, filled(proposed, **{ULCER: twice, DIABETES: cells}))


def test_a_workbook_without_an_approval_or_of_another_kind_is_refused(
    home: Path, proposed: Path, diseases: Path
) -> None:
    """With what to do about it."""
    with pytest.raises(InputError, match="没有批准任何一行"):
        approve_mappings(home, proposed)
    with pytest.raises(InputError, match="不是适应症映射表"):
        approve_mappings(home, diseases)


def test_an_installation_without_waiting_texts_is_told_to_import(tmp_path: Path, diseases: Path) -> None:
    """There is nothing to propose for."""
    with pytest.raises(InputError, match="没有待映射的适应症"):
        propose_mappings(tmp_path / "empty", diseases, tmp_path / "映射.xlsx")


def test_both_steps_from_the_command_line(
    home: Path, diseases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`propose` and `approve`, for people and as JSON."""
    assert COMMANDS
    out = tmp_path / "命令.xlsx"
    propose = ["knowledge", "indications", "propose", "--icd", str(diseases), "--out", str(out)]
    assert run([*propose, "--home", str(home)]) == 0
    assert "3 条" in capsys.readouterr().out
    assert run([*propose, "--home", str(home), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["with_codes"] == 2

    done = filled(out, **{ULCER: {**APPROVAL, "批准代码": "K26"}})
    approve = ["knowledge", "indications", "approve", str(done), "--home", str(home)]
    assert run([*approve, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"release": 2, "approved": 1, "fully": 1}
    assert run(approve) == 0
    assert "第 3 版" in capsys.readouterr().out
