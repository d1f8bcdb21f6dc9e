"""Hospitals answer about a draft; each sees its own answer, until the last day."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from mingcha.access.errors import Conflict, Denied, Invalid, Missing
from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.library import consultations
from mingcha.library.articles import Article
from mingcha.library.consultations import Stance
from mingcha.library.documents import writing
from mingcha.library.documents.shown import DocumentKind
from mingcha.library.documents.writing import WrittenDocument
from tests.support.platform import ROOT, Clock, Town


@pytest.fixture
def asked(town: Town) -> consultations.ConsultationView:
    for hospital in ("H1", "H2"):
        town.user(f"office-{hospital}", town.grant(Role.INSURANCE_OFFICE, hospital), at=hospital)
    written = WrittenDocument(DocumentKind.POLICY, "收费规范（草案）", draft=True)
    draft = writing.create(town.access, ROOT, written, [Article("第一条", "不得分解收费")])
    deadline = town.access.today() + timedelta(days=7)
    return consultations.consult(town.access, ROOT, draft.id, "第一条是否可行", deadline, None)


def test_each_hospital_sees_and_answers_only_for_itself_and_the_bureau_sees_all(
    town: Town, asked: consultations.ConsultationView
) -> None:
    access, one, two = town.access, town.actor("office-H1"), town.actor("office-H2")
    assert (asked.asked, asked.answered) == (2, 0)
    consultations.answer(access, one, asked.id, town.ids["H1"], Stance.DISAGREES, "影响急诊")
    consultations.answer(access, one, asked.id, town.ids["H1"], Stance.WITH_CHANGES, "急诊除外即可")
    for actor, other in ((one, "H2"), (two, "H1")):
        for act in (
            lambda who, where: consultations.draft_asked_about(access, who, asked.id, town.ids[where]),
            lambda who, where: consultations.answer(
                access, who, asked.id, town.ids[where], Stance.AGREES, "冒名"
            ),
        ):
            with pytest.raises(Missing):
                act(actor, other)
    [mine] = consultations.asked_of_me(access, one, Listing()).items
    [theirs] = consultations.asked_of_me(access, two, Listing()).items
    assert (mine.answer, theirs.answer) == ("急诊除外即可", None)
    assert consultations.asked_of_me(access, one, Listing(), unanswered=True).total == 0
    assert consultations.asked_of_me(access, two, Listing(), unanswered=True).total == 1
    shown = consultations.answers(access, ROOT, asked.id)
    assert [(row.institution, row.stance) for row in shown] == [
        ("定点医药机构H1", Stance.WITH_CHANGES),
        ("定点医药机构H2", None),
    ]
    [summary] = consultations.consultations(access, ROOT, None, Listing()).items
    assert (summary.answered, summary.stances[Stance.WITH_CHANGES], summary.stances[Stance.DISAGREES]) == (
        1,
        1,
        0,
    )
    with pytest.raises(Denied):
        consultations.answers(access, one, asked.id)


def test_after_the_last_day_or_when_it_is_closed_nobody_answers(
    town: Town, clock: Clock, asked: consultations.ConsultationView
) -> None:
    actor = town.actor("office-H1")
    clock.forward(days=8)
    with pytest.raises(Conflict, match="已经结束"):
        consultations.answer(
            town.access, town.actor("office-H1"), asked.id, town.ids["H1"], Stance.AGREES, "迟了"
        )
    clock.forward(days=-8)
    consultations.close(town.access, ROOT, asked.id)
    with pytest.raises(Conflict):
        consultations.answer(town.access, actor, asked.id, town.ids["H1"], Stance.AGREES, "迟了")
    with pytest.raises(Conflict):
        consultations.close(town.access, ROOT, asked.id)


def test_only_a_draft_is_asked_about_and_only_hospitals_are_asked(town: Town) -> None:
    access, today = town.access, town.access.today()
    published = writing.create(access, ROOT, WrittenDocument(DocumentKind.POLICY, "已发布"), [])
    draft = writing.create(access, ROOT, WrittenDocument(DocumentKind.POLICY, "草案", draft=True), [])
    with pytest.raises(Conflict):
        consultations.consult(access, ROOT, published.id, "问题", today, None)
    for who in ([town.ids["H1-内科"]], [uuid4()], [town.ids["H1"], town.ids["350102"]]):
        with pytest.raises(Invalid):
            consultations.consult(access, ROOT, draft.id, "问题", today, who)
    with pytest.raises(Invalid, match="截止日期"):
        consultations.consult(access, ROOT, draft.id, "问题", today - timedelta(days=1), None)
    assert consultations.consult(access, ROOT, draft.id, "问题", today, [town.ids["H1"]]).asked == 1
