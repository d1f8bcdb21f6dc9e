"""Texts of indications become diagnosis codes when a person approves them in a draft, and not before."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from mingcha.access.errors import Conflict, Denied, Invalid, Missing
from mingcha.domain.errors import InputError
from mingcha.knowledge.kinds.scope import Indication
from mingcha.knowledge.point import Certainty, KnowledgePoint, Status
from mingcha.knowledge.release import release_of
from mingcha.library import comparing, mapping, proposing
from mingcha.library.mapping import ApprovedMapping
from mingcha.store import releases
from tests.platform.library.test_imports import ALL
from tests.support.library import Office

TABLE = "编码,名称\nI10.x00,特发性高血压\nI15.000,肾血管性高血压\nE11.900,2型糖尿病\nO24.400,妊娠期糖尿病\n".encode()
TEXT = "限2型糖尿病，妊娠期糖尿病除外"
POINT = "待映射-1"


@pytest.fixture
def waiting(office: Office) -> Office:
    """A second release that has an indication in words only."""
    known = office.points[0]
    text = Indication(
        point_id=POINT,
        rule_code="GZ10000101008000",
        name="某降糖药",
        codes=("XA10BXD001A001010000001",),
        basis=TEXT,
        source_document=known.source_document,
        certainty=Certainty.VIOLATION,
        status=Status.NEEDS_MAPPING,
        reason="限定文字须对应到诊断编码",
    )
    held: list[KnowledgePoint] = [*office.release(1).all_points(), text]
    releases.save(office.access.home, release_of(2, held, with_demonstration=True))
    return office


def approved(**changes: object) -> ApprovedMapping:
    said = ApprovedMapping(POINT, TEXT, ("E11",), conditions="", fully=True, remark="按说明书")
    return replace(said, **changes)


def point_in(office: Office, number: int) -> KnowledgePoint:
    return next(one for one in office.release(number).all_points() if one.point_id == POINT)


def test_codes_are_proposed_from_the_table_that_is_at_hand(waiting: Office) -> None:
    access, writer = waiting.access, waiting.writer
    with pytest.raises(Conflict, match="还没有诊断编码表"):
        mapping.proposed(access, writer, POINT)
    assert mapping.disease_table(access, writer).codes == 0
    taken = mapping.take_table(access, writer, "本市诊断.csv", TABLE)
    assert (taken.codes, taken.name) == (4, "本市诊断.csv")
    assert mapping.disease_table(access, waiting.reviewer) == taken
    found = mapping.proposed(access, waiting.reviewer, POINT)
    assert [one.code[:3] for one in found.codes] == ["E11"]
    assert "糖尿病" in found.codes[0].name
    assert found.reasons
    mapping.take_table(access, writer, "新表.txt", "I10.x00 特发性高血压\n".encode())
    assert mapping.proposed(access, writer, POINT).codes == ()


def test_what_a_person_approved_judges_once_it_is_published(waiting: Office) -> None:
    draft = waiting.draft()
    mapping.approve(waiting.access, waiting.writer, draft.id, approved())
    assert point_in(waiting, 2).status == Status.NEEDS_MAPPING
    waiting.published(draft)
    made = point_in(waiting, 3)
    assert isinstance(made, Indication)
    assert (made.diagnoses, made.status, made.certainty) == (("E11",), Status.JUDGEABLE, Certainty.VIOLATION)
    assert "writer" in made.reason
    assert "按说明书" in made.reason


def test_codes_that_do_not_decide_alone_only_raise_a_doubt(waiting: Office) -> None:
    draft = waiting.draft()
    mapping.approve(
        waiting.access,
        waiting.writer,
        draft.id,
        approved(fully=False, conditions="既往治疗", codes=(" e11 ", "E11")),
    )
    waiting.published(draft)
    made = point_in(waiting, 3)
    assert (made.certainty, "既往治疗" in made.reason) == (Certainty.SUSPICION, True)


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"codes": ()}, Invalid, "没有批准任何编码"),
        ({"codes": ("糖尿病",)}, Invalid, "不是诊断编码"),
        ({"fully": False}, Invalid, "没有写明"),
        ({"text": "限1型糖尿病"}, Conflict, "已经改变"),
        ({"point_id": "没有的"}, Missing, "没有找到"),
    ],
)
def test_what_cannot_be_approved_is_said_and_changes_nothing(
    waiting: Office, changes: dict[str, object], error: type[Exception], said: str
) -> None:
    draft = waiting.draft()
    with pytest.raises(error, match=said):
        mapping.approve(waiting.access, waiting.writer, draft.id, approved(**changes))
    assert proposing.changes_of(waiting.access, waiting.reviewer, draft.id, ALL).total == 0
    assert comparing.difference_of(waiting.access, waiting.reviewer, draft.id, ALL).total == 0


def test_only_who_may_edit_knowledge_takes_a_table_or_approves(waiting: Office) -> None:
    draft: UUID = waiting.draft().id
    with pytest.raises(Denied):
        mapping.take_table(waiting.access, waiting.chief, "x.csv", TABLE)
    with pytest.raises(Denied):
        mapping.approve(waiting.access, waiting.chief, draft, approved())


@pytest.mark.parametrize(
    ("name", "content"), [("x.exe", TABLE), ("x.csv", "甲,乙\n1,2\n".encode()), ("x.xlsx", b"no")]
)
def test_what_is_no_table_of_diagnoses_leaves_the_one_before(
    waiting: Office, name: str, content: bytes
) -> None:
    mapping.take_table(waiting.access, waiting.writer, "本市诊断.csv", TABLE)
    with pytest.raises(InputError):
        mapping.take_table(waiting.access, waiting.writer, name, content)
    assert mapping.disease_table(waiting.access, waiting.writer).name == "本市诊断.csv"
