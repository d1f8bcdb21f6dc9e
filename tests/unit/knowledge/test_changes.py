"""Changes to a release: what lies between two releases makes of the one what the other says."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mingcha.knowledge.changes import Change, ChangePart, against, apply, changes_between, content, net, same
from mingcha.knowledge.kinds.by_slug import kind
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.release import Release, release_of
from mingcha.knowledge.strategy.form import strategy_of

CODES = st.lists(st.sampled_from(["A1", "B2", "C3"]), min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def points(draw: Any) -> list[KnowledgePoint]:
    ids = draw(st.lists(st.sampled_from("abcdef"), unique=True))
    shape = kind("sex-limit")
    return [
        shape(
            point_id=one,
            rule_code="GZ10000301004000",
            name="甲",
            codes=draw(CODES),
            sex=draw(st.sampled_from("12")),
        )
        for one in ids
    ]


SETS = st.lists(st.sampled_from(["甲", "乙", "丙"]), unique=True).flatmap(
    lambda names: st.tuples(
        *(
            st.sampled_from([{"名称": name, "规则": ["全部"]}, {"名称": name, "规则": ["全部"], "优先级": 2}])
            for name in names
        )
    )
)
EXEMPTIONS = st.lists(
    st.sampled_from(["T1", "T2"]).map(
        lambda number: {"编号": number, "类型": "急救", "理由": "抢救", "止": "2026-12-31", "机构": ["H1"]}
    ),
    unique_by=lambda one: one["编号"],
)
SETTINGS = st.dictionaries(
    st.sampled_from(["quantity-over-limit", "window-over-limit"]),
    st.dictionaries(
        st.sampled_from(["", "3501"]),
        st.dictionaries(st.sampled_from(["tolerance", "days"]), st.integers(0, 3), min_size=1),
        min_size=1,
    ),
)


@st.composite
def releases(draw: Any) -> Release:
    strategy = strategy_of({"规则集": list(draw(SETS)), "特例": draw(EXEMPTIONS)})
    return release_of(draw(st.integers(1, 9)), draw(points()), draw(SETTINGS), strategy=strategy)


@given(releases(), releases())
def test_what_lies_between_two_releases_makes_of_the_one_what_the_other_says(
    one: Release, other: Release
) -> None:
    made = apply(one, changes_between(one, other))
    assert (made.knowledge_digest, made.settings_digest) == (other.knowledge_digest, other.settings_digest)


@given(releases())
def test_no_changes_make_no_difference(one: Release) -> None:
    made = apply(one, [])
    assert (made.knowledge_digest, made.settings_digest) == (one.knowledge_digest, one.settings_digest)
    assert changes_between(one, made) == []


@given(releases(), releases(), releases())
def test_changes_one_after_the_other_come_to_what_they_come_to_together(
    a: Release, b: Release, c: Release
) -> None:
    steps = [*changes_between(a, b), *changes_between(b, c)]
    together = net(steps)
    assert len({change.address for change in together}) == len(together)
    made = apply(a, together)
    assert (made.knowledge_digest, made.settings_digest) == (c.knowledge_digest, c.settings_digest)


@given(releases(), releases(), releases())
def test_only_what_both_changed_differently_stands_against_a_change(
    a: Release, mine: Release, theirs: Release
) -> None:
    """Three-way, part by part: where it does not stand against, both sides' changes are kept."""
    changes = changes_between(a, mine)
    clashing = {one.change.address for one in against(theirs, changes)}
    before, own, other = content(a), content(mine), content(theirs)
    for address in {*before, *own, *other}:
        was, here, there = before.get(address), own.get(address), other.get(address)
        both = not same(was, here) and not same(was, there) and not same(here, there)
        assert (address in clashing) == both
    made = content(apply(theirs, [one for one in changes if one.address not in clashing]))
    for address in {*before, *own, *other} - clashing:
        mine_changed = not same(before.get(address), own.get(address))
        expected = own.get(address) if mine_changed else other.get(address)
        assert same(made.get(address), expected)


def test_a_decision_stands_on_what_the_release_says_now() -> None:
    change = Change(ChangePart.SETTING, "window-over-limit//days", 1, 2)
    base = release_of(2, [], {"window-over-limit": {"": {"days": 3}}})
    assert [one.now for one in against(base, [change])] == [3]
    decided = Change(ChangePart.SETTING, "window-over-limit//days", 3, 2, decided=True)
    assert against(base, [change, decided]) == []
    assert [(one.before, one.after) for one in net([change, decided])] == [(3, 2)]
