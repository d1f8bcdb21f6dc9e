"""Review and publication: a second person, one number after the other, and the way back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mingcha.access import trail
from mingcha.access.actor import console
from mingcha.access.errors import Conflict, Denied, Invalid
from mingcha.access.listing import Listing
from mingcha.access.trail import TrailFilter
from mingcha.knowledge.changes import ChangePart
from mingcha.library import comparing, drafts, proposing, publishing, readiness, rebasing, remarks, reviewing
from mingcha.library.drafts import State
from mingcha.library.proposing import Proposed
from mingcha.library.rebasing import Choice
from mingcha.library.remarks import Step
from mingcha.store import definitions, knowledge, releases
from tests.support.library import SETTING, SEX, Office, renamed
from tests.support.platform import ROOT, Clock

ALL = Listing(1, 100)


def test_whoever_made_any_of_a_draft_may_not_review_it_not_even_what_was_undone(office: Office) -> None:
    draft = office.draft()
    office.rename(draft, "新名称")
    change = office.set(draft, 2, office.second)
    proposing.undo(office.access, office.second, draft.id, change.id)
    reviewing.hand_in(office.access, office.writer, draft.id)
    for actor in (office.writer, office.second):
        with pytest.raises(Denied, match="您参与了这个草稿"):
            reviewing.approve(office.access, actor, draft.id)
        with pytest.raises(Denied, match="您参与了这个草稿"):
            reviewing.send_back(office.access, actor, draft.id, "不行")
    with pytest.raises(Denied, match="须由登录的人"):
        reviewing.approve(office.access, console("某人"), draft.id)
    assert reviewing.approve(office.access, office.reviewer, draft.id).state is State.APPROVED


def test_an_approved_draft_becomes_the_next_release_and_every_step_is_in_the_trail(office: Office) -> None:
    draft = office.draft("改名和容差")
    point = office.points[0]
    office.rename(draft, "新名称")
    office.set(draft, 2)
    with pytest.raises(Conflict, match="编辑中"):
        publishing.publish(office.access, office.chief, draft.id)
    done = office.published(draft)
    assert (done.state, done.release, done.base) == (State.PUBLISHED, 2, 1)
    made = office.release(2)
    names = {one.point_id: one.name for one in made.all_points()}
    assert names[point.point_id] == "新名称"
    assert made.settings_of("quantity-over-limit") == {"tolerance": 2}
    steps = [one.step for one in remarks.remarks_of(office.access, office.reviewer, draft.id)]
    assert steps == [Step.HANDED_IN, Step.APPROVED, Step.PUBLISHED]
    wanted = TrailFilter(object_id=str(draft.id))
    said = [one.action for one in trail.entries(office.access, ROOT, wanted, ALL).items][::-1]
    assert said == [
        "draft.created",
        "draft.changed",
        "draft.changed",
        "draft.handed_in",
        "draft.approved",
        "release.published",
    ]
    listed = comparing.release_list(office.access, office.reviewer, ALL).items
    assert [(one.number, one.title, one.author, one.publisher) for one in listed] == [
        (2, "改名和容差", "writer", "chief"),
        (1, "", "", ""),
    ]


def test_what_was_approved_is_what_is_published(office: Office) -> None:
    """An approved draft cannot be changed; taken back and changed, it needs another review."""
    draft = office.draft()
    office.set(draft, 2)
    office.approved(draft)
    with pytest.raises(Conflict, match="已批准"):
        office.set(draft, 3)
    reviewing.take_back(office.access, office.writer, draft.id)
    office.set(draft, 3)
    with pytest.raises(Conflict):
        publishing.publish(office.access, office.chief, draft.id)
    assert releases.numbers(office.access.home) == [1]


def test_a_draft_that_adds_an_error_cannot_be_handed_in(office: Office) -> None:
    draft = office.draft()
    wrong = renamed(office.points[0], "规则写错", point_id="X1", rule_code="GZ99999999999999")
    proposing.propose(office.access, office.writer, draft.id, Proposed(ChangePart.POINT, "X1", wrong))
    found = readiness.hindrances_of(office.access, office.reviewer, draft.id)
    assert [(one.blocks, one.check, one.points) for one in found if one.blocks] == [
        (True, "规则未知", ("X1",))
    ]
    with pytest.raises(Conflict, match="规则未知 1 处"):
        reviewing.hand_in(office.access, office.writer, draft.id)
    empty = office.draft()
    with pytest.raises(Conflict, match="没有改动"):
        reviewing.hand_in(office.access, office.writer, empty.id)


RULE: dict[str, Any] = {
    "编码": "MC90000000000000",
    "名称": "门诊单价过高",
    "版本": 1,
    "状态": "启用",
    "确定性": "可疑",
    "判断": "明细",
    "前提": "是否住院 = 否",
    "条件": "单价 > 100",
    "提示": "{item} 单价过高",
    "依据": ["fund-regulation"],
    "说明": {"检查什么": "单价。", "为何违规": "过高。", "不报什么": "住院的。", "处理建议": "核对。"},
    "例子": {
        "encounter": {"visit_type": 1},
        "cases": [
            {
                "name": "单价两百，报",
                "lines": [["c1", "001109000010000", "2026-03-02", 1, 200]],
                "finds": [{"at": "c1", "amount": 200}],
            },
            {"name": "单价十元，不报", "lines": [["c1", "001109000010000", "2026-03-02", 1, 10]]},
        ],
    },
}


def test_a_rule_without_code_is_published_when_its_examples_pass_and_its_code_is_kept(office: Office) -> None:
    draft, code = office.draft(), RULE["编码"]
    silent = [{**one, "finds": []} for one in RULE["例子"]["cases"]]
    failing = {**RULE, "例子": {**RULE["例子"], "cases": silent}}

    def put(written: Any) -> None:
        proposing.propose(
            office.access, office.writer, draft.id, Proposed(ChangePart.DEFINITION, code, written)
        )

    put(failing)
    with pytest.raises(Conflict, match="例子不通过"):
        reviewing.hand_in(office.access, office.writer, draft.id)
    put(RULE)
    office.published(draft)
    assert [rule.code for rule in office.release(2).rules] == [code]
    assert definitions.last_version(office.access.home, code) == 1
    again = office.draft("停用")
    proposing.propose(office.access, office.writer, again.id, Proposed(ChangePart.DEFINITION, code, None))
    office.published(again)
    assert office.release(3).rules == ()
    assert definitions.last_version(office.access.home, code) == 2


def test_points_that_people_wrote_stand_over_what_is_imported_later(office: Office) -> None:
    draft = office.draft()
    office.rename(draft, "人写的")
    office.published(draft)
    assert [point.name for point in knowledge.kept_points(office.access.home)] == ["人写的"]


def test_drafts_that_touch_different_things_are_published_one_after_the_other(office: Office) -> None:
    one, other = office.draft("一"), office.draft("二")
    office.rename(one, "改名")
    office.set(other, 2)
    office.approved(one)
    office.approved(other)
    publishing.publish(office.access, office.chief, one.id)
    assert office.state(other.id).moved
    done = publishing.publish(office.access, office.chief, other.id)
    made = office.release(3)
    assert done.release == 3
    assert "改名" in {point.name for point in made.all_points()}
    assert made.settings_of("quantity-over-limit") == {"tolerance": 2}


@pytest.mark.parametrize(("choice", "expected"), [(Choice.DRAFT, 3), (Choice.RELEASE, 2)])
def test_where_two_changed_the_same_somebody_decides_and_it_is_reviewed_again(
    office: Office, choice: Choice, expected: int
) -> None:
    one, other = office.draft("一"), office.draft("二")
    office.set(one, 2)
    office.set(other, 3)
    office.rename(other, "改名")
    office.approved(other)
    office.published(one)
    with pytest.raises(Conflict, match="已改过同一内容"):
        publishing.publish(office.access, office.chief, other.id)
    found = rebasing.clashes(office.access, office.writer, other.id)
    assert [(clash.key, clash.draft.lines[0].after, clash.release.lines[0].after) for clash in found] == [
        (SETTING, "3 次", "2 次")
    ]
    with pytest.raises(Conflict, match="1 处"):
        rebasing.rebase(office.access, office.writer, other.id)
    moved = rebasing.rebase(office.access, office.writer, other.id, {(ChangePart.SETTING, SETTING): choice})
    assert (moved.state, moved.base, moved.moved) == (State.EDITING, 2, False)
    assert rebasing.clashes(office.access, office.writer, other.id) == []
    office.published(moved)
    assert office.release(3).settings_of("quantity-over-limit") == {"tolerance": expected}
    assert "改名" in {point.name for point in office.release(3).all_points()}


def test_a_draft_that_clashes_with_nothing_moves_without_another_review(office: Office) -> None:
    one, other = office.draft("一"), office.draft("二")
    office.set(one, 2)
    office.rename(other, "改名")
    office.approved(other)
    office.published(one)
    moved = rebasing.rebase(office.access, office.writer, other.id)
    assert (moved.state, moved.base) == (State.APPROVED, 2)


def test_a_draft_is_published_at_its_set_moment(office: Office, clock: Clock) -> None:
    draft = office.draft()
    office.set(draft, 2)
    office.approved(draft)
    with pytest.raises(Invalid, match="将来"):
        publishing.schedule(office.access, office.chief, draft.id, clock.moment - timedelta(minutes=1))
    publishing.schedule(office.access, office.chief, draft.id, clock.moment + timedelta(minutes=30))
    assert publishing.publish_due(office.access) == []
    clock.forward(hours=1)
    assert [one.release for one in publishing.publish_due(office.access)] == [2]
    assert publishing.publish_due(office.access) == []


def test_what_cannot_be_published_at_its_moment_says_so_and_waits(office: Office, clock: Clock) -> None:
    one, other = office.draft("一"), office.draft("二")
    office.set(one, 2)
    office.set(other, 3)
    office.approved(other)
    publishing.schedule(office.access, office.chief, other.id, clock.moment + timedelta(minutes=30))
    office.published(one)
    clock.forward(hours=1)
    assert publishing.publish_due(office.access) == []
    assert (office.state(other.id).state, office.state(other.id).publish_at) == (State.APPROVED, None)
    last = remarks.remarks_of(office.access, office.reviewer, other.id)[-1]
    assert last.step is Step.HELD_UP
    assert "第 2 版已改过同一内容" in last.text


def test_an_older_release_comes_back_under_the_next_number(office: Office) -> None:
    draft = office.draft()
    office.rename(draft, "写错了")
    office.set(draft, 2)
    office.published(draft)
    with pytest.raises(Invalid, match="内容相同"):
        publishing.roll_back(office.access, office.chief, 2, "试一试")
    assert publishing.roll_back(office.access, office.chief, 1, "写错了") == 3
    first, third = office.release(1), office.release(3)
    assert (first.knowledge_digest, first.settings_digest) == (third.knowledge_digest, third.settings_digest)
    assert comparing.compare(office.access, office.reviewer, 1, 3, ALL).total == 0
    with pytest.raises(Invalid, match="内容相同"):
        publishing.roll_back(office.access, office.chief, 1, "再退一次")
    assert comparing.compare(office.access, office.reviewer, 2, 3, ALL).total == 2
    with pytest.raises(Denied):
        publishing.roll_back(office.access, office.writer, 2, "不能这样")


def test_a_publication_that_was_cut_off_is_finished_and_not_done_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = office.draft()
    office.set(draft, 2)
    office.approved(draft)

    def cut_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(publishing, "record", cut_off)
        with pytest.raises(KeyboardInterrupt):
            publishing.publish(office.access, office.chief, draft.id)
    assert releases.numbers(office.access.home) == [1, 2]
    assert office.state(draft.id).state is State.APPROVED
    assert publishing.publish(office.access, office.chief, draft.id).release == 2
    assert releases.numbers(office.access.home) == [1, 2]


def test_the_first_draft_of_an_installation_stands_on_nothing(town: Any) -> None:
    office = Office(town)
    draft = drafts.create(office.access, office.writer, "第一版")
    point = next(one for one in office_points() if one.rule_code == SEX)
    proposing.propose(
        office.access, office.writer, draft.id, Proposed(ChangePart.POINT, point.point_id, point)
    )
    assert office.published(draft).release == 1
    assert [one.point_id for one in office.release(1).all_points()] == [point.point_id]


def office_points() -> list[Any]:
    from tests.support.library import small_release

    return small_release().all_points()
