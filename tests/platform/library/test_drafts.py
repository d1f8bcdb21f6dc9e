"""Drafts: changes that count and can be taken back, within the reach of who makes them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from mingcha.access.actor import Actor
from mingcha.access.errors import Conflict, Denied, Invalid, Missing
from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.domain.errors import MingchaError
from mingcha.knowledge.changes import ChangePart
from mingcha.library import bulk, comparing, drafts, proposing
from mingcha.library.drafts import DraftFilter, State
from mingcha.library.proposing import Proposed
from mingcha.store.database.drafts import DraftChange
from tests.support.library import SETTING, Office, renamed

ALL = Listing(1, 100)


def told(office: Office, draft: drafts.DraftView) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    found = comparing.difference_of(office.access, office.reviewer, draft.id, ALL)
    return [
        (one.told.what, one.told.about, [(line.label, line.before, line.after) for line in one.told.lines])
        for one in found.items
    ]


def test_a_draft_tells_in_words_what_it_changes_and_what_was_undone_counts_no_more(office: Office) -> None:
    draft = office.draft()
    name = office.points[0].name
    office.rename(draft, "新名称")
    change = office.set(draft, 2)
    assert told(office, draft) == [
        ("修改", "知识点", [("知识点名称", name, "新名称")]),
        ("新增", "参数", [("值", "", "2 次")]),
    ]
    proposing.undo(office.access, office.second, draft.id, change.id)
    assert [about for _, about, _ in told(office, draft)] == ["知识点"]
    kept = proposing.changes_of(office.access, office.reviewer, draft.id, ALL, undone=True)
    assert [one.undone_at is None for one in kept.items] == [True, False]


def test_what_was_changed_twice_is_one_difference_and_is_undone_from_the_end(office: Office) -> None:
    draft = office.draft()
    first, second = office.set(draft, 2), office.set(draft, 3)
    assert told(office, draft) == [("新增", "参数", [("值", "", "3 次")])]
    with pytest.raises(Conflict, match="之后又改过"):
        proposing.undo(office.access, office.writer, draft.id, first.id)
    proposing.undo(office.access, office.writer, draft.id, second.id)
    proposing.undo(office.access, office.writer, draft.id, first.id)
    assert told(office, draft) == []
    with pytest.raises(Missing):
        proposing.undo(office.access, office.writer, draft.id, first.id)


def test_a_change_that_changes_nothing_is_refused(office: Office) -> None:
    draft = office.draft()
    with pytest.raises(Invalid, match="没有改变"):
        office.rename(draft, office.points[0].name)


@pytest.mark.parametrize(
    ("part", "key", "after"),
    [
        (ChangePart.SETTING, "no-such-rule//tolerance", 1),
        (ChangePart.SETTING, "quantity-over-limit//no_such", 1),
        (ChangePart.SETTING, SETTING, -1),
        (ChangePart.SETTING, "quantity-over-limit/福州/tolerance", 1),
        (ChangePart.SETTING, "quantity-over-limit", 1),
        (ChangePart.RULE_SET, "甲", {"名称": "乙", "规则": ["全部"]}),
        (ChangePart.RULE_SET, "甲", {"名称": "甲", "规则": ["没有的规则"]}),
        (ChangePart.RULE_SET, "甲", ["甲"]),
        (ChangePart.EXEMPTION, "T1", {"编号": "T1", "类型": "急救", "理由": "抢救"}),
        (ChangePart.ELSEWHERE, "异地就医", [{"规则": ["没有的规则"], "按": "就医地"}]),
        (ChangePart.DEFINITION, "MC90000000001000", {"编码": "MC90000000001000"}),
    ],
)
def test_a_value_that_could_not_stand_in_a_release_is_refused_with_what_to_do(
    office: Office, part: ChangePart, key: str, after: Any
) -> None:
    draft = office.draft()
    with pytest.raises(MingchaError) as refused:
        proposing.propose(office.access, office.writer, draft.id, Proposed(part, key, after))
    assert refused.value.remedy
    assert told(office, draft) == []


def test_somebody_of_a_county_changes_what_holds_in_the_county_alone(office: Office) -> None:
    town = office.town
    town.user("county", town.grant(Role.RULE_ADMIN, "350102"))
    county = town.actor("county")
    draft = drafts.create(office.access, county, "县里的")
    point = office.points[0]

    def put(region: str) -> None:
        local = renamed(point, "本县", point_id=f"X{region}", region=region)
        proposing.propose(office.access, county, draft.id, Proposed(ChangePart.POINT, f"X{region}", local))

    put("350102")
    for region in ("", "35", "350103"):
        with pytest.raises(Denied, match="不在您的数据范围内"):
            put(region)
    for actor, region in ((county, "350103"), (county, "")):
        with pytest.raises(Denied):
            proposing.propose(
                office.access,
                actor,
                draft.id,
                Proposed(ChangePart.SETTING, f"quantity-over-limit/{region}/tolerance", 2),
            )
    rule_set = {"名称": "甲", "规则": ["全部"]}
    with pytest.raises(Denied):
        proposing.propose(office.access, county, draft.id, Proposed(ChangePart.RULE_SET, "甲", rule_set))


def test_a_hospital_sees_and_makes_no_drafts(office: Office) -> None:
    town = office.town
    town.user("hospital", town.grant(Role.RULE_ADMIN, "H1"))
    actor: Actor = town.actor("hospital")
    draft = office.draft()
    for attempt in (
        lambda: drafts.drafts(office.access, actor, DraftFilter(), ALL),
        lambda: drafts.draft(office.access, actor, draft.id),
        lambda: drafts.create(office.access, actor, "医院的"),
        lambda: office.set(draft, 2, actor),
    ):
        with pytest.raises(Denied):
            attempt()


def test_an_abandoned_draft_is_kept_and_edited_no_more(office: Office) -> None:
    draft = office.draft()
    office.set(draft)
    drafts.revise(office.access, office.writer, draft.id, title="改个名", effective_from=date(2026, 5, 1))
    drafts.abandon(office.access, office.writer, draft.id, "不需要了")
    with pytest.raises(Conflict, match="已作废"):
        office.set(draft, 3)
    listed = drafts.drafts(office.access, office.reviewer, DraftFilter(state=State.ABANDONED), ALL)
    assert [(one.title, one.changes, one.effective_from) for one in listed.items] == [
        ("改个名", 1, date(2026, 5, 1))
    ]
    assert drafts.drafts(office.access, office.reviewer, DraftFilter(open=True), ALL).total == 0


def test_many_points_from_a_file_lie_beside_the_draft_and_count_as_one_change(office: Office) -> None:
    draft, known = office.draft(), office.points
    changes = [
        proposing.Change(ChangePart.POINT, known[0].point_id, known[0], renamed(known[0], "从文件来")),
        proposing.Change(ChangePart.POINT, known[1].point_id, known[1], None),
        *(
            proposing.Change(ChangePart.POINT, f"N{n}", None, renamed(known[0], f"第{n}个", point_id=f"N{n}"))
            for n in range(3)
        ),
    ]
    change_id = uuid4()
    bulk.write(office.access, draft.id, change_id, changes)
    with office.access.database.writing() as session:
        row = drafts.editable(session, office.access, draft.id)
        counts = {"added": 3, "changed": 1, "removed": 1}
        made = DraftChange(id=change_id, part=bulk.PART, key="知识.xlsx", before=None, after=counts)
        proposing.keep(session, office.access, office.writer, row, made)
    found = comparing.difference_of(office.access, office.reviewer, draft.id, ALL)
    assert found.counted == {"知识点 修改": 1, "知识点 删除": 1, "知识点 新增": 3}
    assert [
        one.told.name for one in proposing.changes_of(office.access, office.writer, draft.id, ALL).items
    ] == ["知识.xlsx"]
    later = renamed(known[0], "再改")
    proposing.propose(
        office.access, office.writer, draft.id, Proposed(ChangePart.POINT, later.point_id, later)
    )
    with pytest.raises(Conflict, match="之后又改过"):
        proposing.undo(office.access, office.writer, draft.id, change_id)
