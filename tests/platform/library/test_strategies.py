"""Rule sets of a draft: shown in the order they decide, checked beside one another, and tried on a bill's facts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mingcha.access.errors import Denied
from mingcha.access.roles import Role
from mingcha.catalogue.defined import all_rules
from mingcha.catalogue.entries import entries
from mingcha.domain.values import day_of
from mingcha.engine.plan import Plan
from mingcha.engine.situations import Situations, decided
from mingcha.knowledge.changes import ChangePart
from mingcha.knowledge.release import release_of
from mingcha.knowledge.strategy.form import strategy_of
from mingcha.library import proposing, strategies
from mingcha.library.drafts import DraftView
from mingcha.library.proposing import Proposed
from tests.support.library import Office

DAY = date(2026, 3, 2)
HIGH = {
    "名称": "三级住院",
    "优先级": 10,
    "规则": ["政策类"],
    "范围": {"机构级别": ["三级"]},
    "动作": {"明确违规": "拦截"},
}
REST = {"名称": "其余", "规则": ["全部"], "动作": {"明确违规": "提醒"}}


def put(office: Office, draft: DraftView, part: ChangePart, key: str, after: Any) -> None:
    proposing.propose(office.access, office.writer, draft.id, Proposed(part, key, after))


def test_sets_stand_in_the_order_in_which_they_decide_and_a_draft_shows_what_it_changed(
    office: Office,
) -> None:
    draft = office.draft()
    put(office, draft, ChangePart.RULE_SET, "其余", REST)
    put(office, draft, ChangePart.RULE_SET, "三级住院", HIGH)
    view = strategies.strategy_view(office.access, office.writer, draft.id)
    assert [(one.name, one.changed) for one in view.sets] == [("三级住院", True), ("其余", True)]
    policy = [entry for entry in entries() if entry.category == "政策类"]
    assert [one.rules for one in view.sets] == [len(policy), len(entries())]
    assert view.editable
    published = strategies.strategy_view(office.access, office.writer, None)
    assert (published.sets, published.editable) == ([], False)


@pytest.mark.parametrize(
    ("written", "message", "problems"),
    [
        ({**REST, "名称": "又一个"}, "", ["被遮蔽", "次序未定"]),
        ({**HIGH, "名称": "盖住的", "优先级": -1}, "", ["被遮蔽"]),
        ({"名称": "空"}, "缺少“规则”", []),
        ({**HIGH, "规则": ["没有这条"]}, "规则目录中没有“没有这条”", []),
        ({**HIGH, "启用": "2026-02-01", "停用": "2026-01-01"}, "永远不起作用", []),
        ({**HIGH, "参数": {"sex-mismatch": {"nothing": 1}}}, "sex-mismatch", []),
    ],
)
def test_what_is_wrong_with_a_set_is_told_before_it_is_kept(
    office: Office, written: dict[str, Any], message: str, problems: list[str]
) -> None:
    draft = office.draft()
    put(office, draft, ChangePart.RULE_SET, "其余", REST)
    checked = strategies.check_part(office.access, office.writer, draft.id, ChangePart.RULE_SET, written)
    assert message in checked.message
    assert bool(checked.message) is bool(message)
    assert [one.check for one in checked.problems] == problems


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"规则": ["医疗类"], "按": "参保地", "启用": "2026-07-01"}, ""),
        ({"规则": ["没有这条"], "按": "参保地"}, "规则目录中没有“没有这条”"),
        ({"规则": ["医疗类"], "按": "户籍地"}, "户籍地"),
        ({"按": "就医地"}, "缺少“规则”"),
    ],
)
def test_what_is_wrong_with_a_setting_of_care_elsewhere_is_told_before_it_is_kept(
    office: Office, written: dict[str, Any], message: str
) -> None:
    checked = strategies.check_part(office.access, office.writer, None, ChangePart.ELSEWHERE, written)
    assert message in checked.message
    assert bool(checked.message) is bool(message)
    assert (checked.rules > 20) is not bool(message)


def test_settings_of_care_elsewhere_stand_in_the_order_in_which_they_decide(office: Office) -> None:
    draft = office.draft()
    held = [{"规则": ["政策类"], "按": "就医地"}, {"规则": ["全部"], "按": "参保地"}]
    put(office, draft, ChangePart.ELSEWHERE, "异地就医", held)
    view = strategies.strategy_view(office.access, office.writer, draft.id)
    assert [one.written for one in view.elsewhere] == held
    assert view.elsewhere[1].rules > view.elsewhere[0].rules > 0
    assert view.elsewhere_changed
    assert not strategies.strategy_view(office.access, office.writer, None).elsewhere_changed


def test_a_bill_is_judged_by_the_first_set_that_applies_and_an_unknown_fact_is_named(office: Office) -> None:
    draft = office.draft()
    put(office, draft, ChangePart.RULE_SET, "三级住院", HIGH)

    def told(**facts: str) -> dict[str, strategies.DecidedRule]:
        found = strategies.preview(office.access, office.writer, draft.id, facts, "事后", DAY)
        return {one.code: one for one in found}

    sex = "GZ10000301004000"  # no 政策类 rule
    policy = next(entry.code for entry in entries() if entry.category == "政策类")
    known = told(institution_rank="3")
    assert (known[policy].judges, known[policy].rule_set) == ("判断", "三级住院")
    assert known[policy].actions == {"明确违规": "拦截"}
    assert known[sex].judges == "不判断"
    assert told(institution_rank="1")[policy].judges == "不判断"
    assert (told()[policy].judges, told()[policy].fact) == ("无法判断", "机构级别")


@pytest.mark.parametrize("rank", ["3", "1", None])
@pytest.mark.parametrize("insured", ["350100", "110000", None])
@pytest.mark.parametrize("care", ["350100", None])
def test_the_preview_decides_as_the_engine_does(
    rank: str | None, insured: str | None, care: str | None
) -> None:
    written = {
        "规则集": [HIGH, {**REST, "范围": {"地区": ["35"]}}],
        "异地就医": [{"规则": ["医疗类"], "按": "参保地"}],
    }
    strategy = strategy_of(written)
    facts = {"institution_rank": rank, "insured_region": insured, "care_region": care}
    found = list(decided(strategy, entries(), facts.get, "事后", day_of(DAY)))
    plan = Plan(release_of(1, (), {}, strategy=strategy), entries(), all_rules(()))
    situations = Situations(plan)
    situation = situations._situation(("事后", 0, insured or care, care or insured, rank))
    assert situations.facts == ["institution_rank"]
    assert [decision for *_, decision in found] == [
        situation.decide(entry, slug) for entry in entries() for slug in entry.mechanisms
    ]
    assert [place for _, _, place, _ in found] == [
        situation.place_of(entry, slug) for entry in entries() for slug in entry.mechanisms
    ]


def test_who_may_not_edit_rules_writes_none_and_still_sees_the_published_ones(office: Office) -> None:
    office.town.user("doctor", office.town.grant(Role.DOCTOR, own=True), at="D-H1-内科")
    doctor = office.town.actor("doctor")
    assert strategies.strategy_view(office.access, doctor, None).told == "最新发布版"
    with pytest.raises(Denied):
        strategies.check_part(office.access, doctor, None, ChangePart.RULE_SET, REST)
    with pytest.raises(Denied):
        strategies.strategy_view(office.access, doctor, office.draft().id)
