"""Files of knowledge into a draft: joined with what was imported before, undone as one change, kept when published."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from mingcha.access.errors import Conflict, Invalid
from mingcha.access.listing import Listing
from mingcha.domain.errors import InputError
from mingcha.ingest.knowledge import template
from mingcha.ingest.knowledge.template import TemplateError, columns
from mingcha.knowledge.kinds.by_slug import kind
from mingcha.knowledge.point import KnowledgePoint, Status
from mingcha.library import bulk, comparing, imports, points, proposing
from mingcha.library.received import Receiving, template_file
from mingcha.store import knowledge
from tests.support.library import Office

ALL = Listing(1, 100)


def filled(path: Path, *found: KnowledgePoint, **cells: str) -> Path:
    """Our template with these points, as a person fills it in; `cells` go over every row by the name of the field."""
    shape = kind("sex-limit")
    fields = columns(shape)
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet(shape.label)
        sheet.write_row(0, 0, [field.label for field in fields])
        for number, point in enumerate(found, 1):
            said = {
                field.name: points.form_value(shape, field, getattr(point, field.name)) for field in fields
            }
            said.update(cells)
            sheet.write_row(number, 0, [said[field.name] for field in fields])
    return path


def dated(office: Office) -> KnowledgePoint:
    """A point that is in force since some day."""
    return next(one for one in office.points if one.effective_from > 0 and one.status == Status.JUDGEABLE)


def test_a_filled_in_template_becomes_one_change_with_its_differences(office: Office, tmp_path: Path) -> None:
    draft, known = office.draft(), dated(office)
    fresh = type(known)(**{**vars(known), "point_id": "本地-1", "codes": ("XZ99ZZZ000A001010000001",)})
    file = filled(tmp_path / "本市.xlsx", known, fresh, name="改过的名称")
    done = imports.take_in(office.access, office.writer, draft.id, file)
    assert (done.layout, done.rows, done.added, done.changed, done.removed) == ("本系统模板", 2, 1, 1, 0)
    told = comparing.difference_of(office.access, office.reviewer, draft.id, ALL)
    assert told.counted == {"知识点 修改": 1, "知识点 新增": 1}
    listed = proposing.changes_of(office.access, office.reviewer, draft.id, ALL).items
    assert [(one.part, one.key, one.last) for one in listed] == [(bulk.PART, "本市.xlsx", True)]
    with pytest.raises(Invalid, match="没有新的内容"):
        imports.take_in(office.access, office.writer, draft.id, file)
    office.published(draft)
    names = {point.point_id: point.name for point in office.release(2).all_points()}
    assert names["本地-1"] == names[known.point_id] == "改过的名称"
    assert {point.point_id for point in knowledge.kept_points(office.access.home)} == {
        known.point_id,
        "本地-1",
    }


def test_an_import_is_undone_whole(office: Office, tmp_path: Path) -> None:
    draft, known = office.draft(), dated(office)
    file = filled(tmp_path / "本市.xlsx", known, name="改过的名称")
    done = imports.take_in(office.access, office.writer, draft.id, file)
    proposing.undo(office.access, office.second, draft.id, done.change_id)
    assert comparing.difference_of(office.access, office.reviewer, draft.id, ALL).total == 0
    assert imports.take_in(office.access, office.writer, draft.id, file).changed == 1


def test_a_table_that_cannot_be_taken_leaves_nothing_behind(office: Office, tmp_path: Path) -> None:
    draft, known = office.draft(), dated(office)
    wrong = filled(tmp_path / "错.xlsx", known, sex="中", effective_from="上个月")
    with pytest.raises(TemplateError) as refused:
        imports.take_in(office.access, office.writer, draft.id, wrong)
    assert {fault.field for fault in refused.value.faults} == {"限定性别", "生效日期"}
    other = tmp_path / "别的.csv"
    other.write_text("甲,乙\n1,2\n", "utf-8")
    with pytest.raises(InputError, match="看不出"):
        imports.take_in(office.access, office.writer, draft.id, other)
    assert proposing.changes_of(office.access, office.reviewer, draft.id, ALL, undone=True).total == 0
    assert list((office.access.home / "drafts").glob("**/*.parquet")) == []


def test_what_comes_in_is_checked_and_nothing_of_it_stays(office: Office, tmp_path: Path) -> None:
    draft, known = office.draft(), dated(office)
    for name in ("../x.xlsx", "a.zip", "a.exe", "a"):
        with pytest.raises(InputError):
            Receiving(office.access, office.writer, draft.id, name)
    file = filled(tmp_path / "本市.xlsx", known, name="改过的名称")
    receiving = Receiving(office.access, office.writer, draft.id, "本市.xlsx")
    receiving.write(file.read_bytes())
    assert receiving.finish().changed == 1
    receiving.end()
    no_workbook = Receiving(office.access, office.writer, draft.id, "本市.xlsx")
    no_workbook.write(b"no workbook")
    with pytest.raises(InputError) as refused:
        no_workbook.finish()
    no_workbook.end()
    assert str(office.access.home) not in str(refused.value)
    assert not list((office.access.home / "drafts").glob(".incoming-*"))
    office.approved(draft)
    with pytest.raises(Conflict):
        Receiving(office.access, office.writer, draft.id, "本市.xlsx")


def test_the_empty_template_can_be_fetched_and_is_one(office: Office) -> None:
    path = template_file(office.access, office.reviewer)
    from mingcha.ingest.knowledge.grids import grids

    assert template.recognise(grids(path))
    assert template.read(grids(path)) == []
