"""Points found, read whole and written in a draft."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from mingcha.access.errors import Invalid, Missing
from mingcha.access.listing import Listing
from mingcha.domain.values import day_of
from mingcha.knowledge.point import Status
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points
from mingcha.library import points, searching
from mingcha.library.index import initials
from mingcha.library.searching import PointFilter
from mingcha.store import releases
from tests.support.library import SEX, Office

ALL = Listing(1, 100)


def found(office: Office, **wanted: Any) -> list[str]:
    result = searching.search(office.access, office.reviewer, PointFilter(**wanted), ALL)
    assert result.total == len(result.items)
    return [one.point_id for one in result.items]


def test_a_name_is_found_by_the_first_letters_of_its_pinyin() -> None:
    assert initials("阿莫西林胶囊(0.25g)") == "amxljn025g"
    assert initials("A型肉毒毒素") == "axrdds"


def test_points_are_found_by_code_name_letters_and_number(office: Office) -> None:
    point = office.points[0]
    for text in (
        point.codes[0],
        point.codes[0][:8].lower(),
        point.name[:3],
        initials(point.name)[:4].upper(),
        point.point_id,
    ):
        assert point.point_id in found(office, text=text), text
    assert found(office, text="没有这样的名称") == []
    assert found(office, text=".*") == []


def test_all_who_search_a_release_first_at_once_find_it(office: Office) -> None:
    """The list and its facets are asked for together, and both lay the release out."""
    actor = office.writer
    with ThreadPoolExecutor(6) as threads:
        asked = [threads.submit(searching.search, office.access, actor, PointFilter(), ALL) for _ in range(6)]
        totals = {one.result().total for one in asked}
    assert totals == {len(office.release(1).all_points())}


def test_filters_narrow_and_facets_count_under_the_other_filters(office: Office) -> None:
    of_rule = found(office, rule_code=SEX)
    assert set(of_rule) == {point.point_id for point in office.points}
    assert set(found(office, kind="sex-limit")) | set(found(office, kind="quantity-limit")) == set(
        found(office)
    )
    counted = searching.facets(office.access, office.reviewer, PointFilter(rule_code=SEX, kind="sex-limit"))
    by_rule = {one.value: one.points for one in counted["rule_code"]}
    assert by_rule[SEX] == len(of_rule)
    assert len(by_rule) > 1, "the rule's own filter does not count for its facet"
    assert [one.value for one in counted["kind"]] == ["sex-limit"]
    superseded = found(office, status=Status.SUPERSEDED.value)
    ended = [one for one in office.release(1).all_points() if one.status == Status.SUPERSEDED]
    assert set(superseded) == {one.point_id for one in ended}
    day = date(2026, 3, 2)
    in_force = {
        one.point_id
        for one in office.release(1).all_points()
        if one.effective_from <= day_of(day) < one.effective_to
    }
    assert set(found(office, on=day)) == in_force


def test_the_page_of_a_point_has_the_state_that_the_list_has(office: Office) -> None:
    releases.save(office.access.home, release_of(2, starter_points(), with_demonstration=True))
    for status in Status:
        listed = searching.search(office.access, office.writer, PointFilter(status=status.value), ALL).items
        for one in listed[:2]:
            view = points.point(office.access, office.writer, one.point_id)
            assert view.status == status
            assert view.reason or status not in (Status.NEEDS_MAPPING, Status.NEEDS_SETTING)
        assert listed or status is Status.ENDED, "the starter pack has every other state"


def test_a_list_is_sorted_and_cut_into_pages_without_gap_or_repeat(office: Office) -> None:
    whole = found(office)
    pages = [
        one.point_id
        for page in range(1, 200)
        for one in searching.search(
            office.access, office.reviewer, PointFilter(), Listing(page, 7, "-rule_code,name")
        ).items
    ]
    assert sorted(pages) == sorted(whole)
    with pytest.raises(Invalid, match="不能按这个字段排序"):
        searching.search(office.access, office.reviewer, PointFilter(), Listing(1, 7, "basis"))


def test_what_a_form_shows_of_a_point_makes_the_same_point_again(office: Office) -> None:
    """For every point of two kinds: read, written back unchanged, nothing differs."""
    draft = office.draft()
    for point in office.release(1).all_points()[::7]:
        if point.status == Status.SUPERSEDED:
            continue
        view = points.point(office.access, office.reviewer, point.point_id)
        with pytest.raises(Invalid, match="没有改变"):
            points.write(office.access, office.writer, draft.id, point.point_id, view.kind, view.values)


def test_a_point_is_written_in_a_draft_and_its_page_tells_how_it_came(office: Office) -> None:
    point = office.points[0]
    draft = office.draft("换个名称")
    view = points.point(office.access, office.reviewer, point.point_id)
    values = {**view.values, "name": "新名称", "sex": "女" if view.values["sex"] == "男" else "男"}
    points.write(office.access, office.writer, draft.id, point.point_id, view.kind, values)
    pending = points.point(office.access, office.reviewer, point.point_id).drafts
    assert [(one.draft, one.title) for one in pending] == [(draft.id, "换个名称")]
    office.published(draft)
    after = points.point(office.access, office.reviewer, point.point_id)
    assert (after.name, after.drafts) == ("新名称", ())
    assert [(one.release, one.what, {line.label for line in one.lines}) for one in after.history] == [
        (2, "修改", {"知识点名称", "限定性别"}),
        (1, "加入", set()),
    ]
    assert points.point(office.access, office.reviewer, point.point_id, 1).name == point.name


def test_a_form_that_cannot_be_taken_says_every_field_and_why(office: Office) -> None:
    draft = office.draft()
    values = {"rule_code": "GZ10000301004000", "codes": "", "sex": "中", "effective_from": "上个月"}
    with pytest.raises(Invalid) as refused:
        points.write(office.access, office.writer, draft.id, "X1", "sex-limit", values)
    assert set(refused.value.where.split("、")) == {"代码", "限定性别", "生效日期", "来源文件"}
    with pytest.raises(Invalid, match="没有字段"):
        points.write(office.access, office.writer, draft.id, "X1", "sex-limit", {"no_such": "1"})


def test_an_ended_point_holds_until_its_last_day(office: Office) -> None:
    point = next(one for one in office.points if one.status == Status.JUDGEABLE)
    draft = office.draft()
    points.end(office.access, office.writer, draft.id, point.point_id, date(2026, 12, 31), "文件废止")
    office.published(draft)
    view = points.point(office.access, office.reviewer, point.point_id)
    assert (view.effective_to, view.status) == (date(2027, 1, 1), Status.JUDGEABLE)
    with pytest.raises(Missing):
        points.end(office.access, office.writer, office.draft().id, "没有", date(2026, 12, 31), "文件废止")
    with pytest.raises(Invalid, match="早于生效日期"):
        points.end(
            office.access, office.writer, office.draft().id, point.point_id, date(1990, 1, 1), "写错了"
        )
