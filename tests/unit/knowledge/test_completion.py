"""What a region decides is filled in when a plan is compiled, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from mingcha.knowledge.completion import DEFAULTS, Incomplete, complete, status_of
from mingcha.knowledge.kinds.charging import SameIncisionGroup
from mingcha.knowledge.kinds.limits import CourseLimit, DispenseLimit
from mingcha.knowledge.kinds.scope import AgeLimit, Indication, InsuranceLimit, InternetLimit, SexLimit
from mingcha.knowledge.point import FOREVER, KnowledgePoint, Status
from mingcha.rules.registry import RULES

WHO: dict[str, Any] = {"point_id": "p", "rule_code": "GZ10000301002000", "codes": ("003105120040000",)}


@pytest.mark.parametrize(
    ("audience", "settings", "expected"),
    [
        ("儿童", {}, ("岁", 0, 18)),
        ("儿童", {"child_below": 14}, ("岁", 0, 14)),
        ("新生儿", {}, ("天", 0, 29)),
        ("婴儿", {}, ("月", 0, 12)),
        ("婴幼儿", {}, ("岁", 0, 3)),
        ("儿童禁用", {}, ("岁", 18, FOREVER)),
        ("老年人禁用", {}, ("岁", 0, 65)),
        ("老年人禁用", {"elderly_from": 60}, ("岁", 0, 60)),
        ("法定就业年龄", {"working_age_below": 60}, ("岁", 16, 60)),
    ],
)
def test_an_audience_gets_its_age_from_the_region(
    audience: str, settings: dict[str, Any], expected: tuple[str, int, int]
) -> None:
    point = complete(AgeLimit(**WHO, audience=audience), {**DEFAULTS, **settings})

    assert isinstance(point, AgeLimit)
    assert (point.unit, point.at_least, point.below) == expected


def test_limits_that_the_point_states_are_kept() -> None:
    stated = AgeLimit(**WHO, audience="儿童", at_least=6, below=17)

    assert complete(stated, DEFAULTS) is stated


def test_no_upper_working_age_is_assumed() -> None:
    found = complete(AgeLimit(**WHO, audience="法定就业年龄"), DEFAULTS)

    assert found == Incomplete(Status.NEEDS_SETTING, "待设参数 working_age_below", "working_age_below")


def test_work_injury_waits_for_the_region_and_maternity_accepts_employees_in_maternity_care() -> None:
    injury = complete(InsuranceLimit(**WHO, ground="工伤"), DEFAULTS, "350100")
    maternity = complete(InsuranceLimit(**WHO, ground="生育"), DEFAULTS)

    assert isinstance(injury, Incomplete)
    assert injury.reason == "待设参数 work_injury（地区 350100）"
    assert isinstance(maternity, InsuranceLimit)
    assert maternity.accepted == ("510", "310/51", "310/52")


def test_a_course_keeps_its_own_period_and_takes_the_regions_where_it_has_none() -> None:
    own = CourseLimit(**WHO, days=14, period="就诊", counting="用药日")
    open_ = CourseLimit(**WHO, days=14, counting="用药日")

    assert complete(own, DEFAULTS) is own
    assert status_of(open_, DEFAULTS) == (Status.NEEDS_SETTING, "待设参数 period")
    filled = complete(open_, {**DEFAULTS, "period": "年"})
    assert isinstance(filled, CourseLimit)
    assert filled.period == "年"


@pytest.mark.parametrize(
    ("point", "setting"),
    [
        (InternetLimit(**WHO), "internet_care_types"),
        (SameIncisionGroup(**WHO, group="胃肠手术组"), "later_ratio"),
    ],
)
def test_what_has_no_national_value_waits_for_a_setting(point: KnowledgePoint, setting: str) -> None:
    found = complete(point, DEFAULTS)

    assert isinstance(found, Incomplete)
    assert found.setting == setting


@pytest.mark.parametrize("point", [SexLimit(**WHO), Indication(**WHO), DispenseLimit(**WHO)])
def test_a_limit_that_nobody_published_waits_for_a_person(point: KnowledgePoint) -> None:
    assert status_of(point, DEFAULTS)[0] is Status.NEEDS_MAPPING


def test_a_point_set_aside_for_a_person_stays_aside_though_it_looks_complete() -> None:
    point = SexLimit(**WHO, sex="1", status=Status.NEEDS_MAPPING, reason="性别与说明不一致")

    assert status_of(point, DEFAULTS) == (Status.NEEDS_MAPPING, "性别与说明不一致")


def test_a_superseded_point_still_judges_earlier_services_but_is_counted_apart() -> None:
    point = SexLimit(**WHO, sex="1", status=Status.SUPERSEDED, effective_to=20_000)

    assert complete(point, DEFAULTS) is point
    assert status_of(point, DEFAULTS)[0] is Status.SUPERSEDED


def test_completing_never_changes_the_stored_point() -> None:
    stored = AgeLimit(**WHO, audience="儿童")
    complete(stored, DEFAULTS)

    assert stored.below == FOREVER


def test_rules_declare_the_same_defaults() -> None:
    declared = {
        name: value for rule in RULES.values() for name, value in rule().values.items() if name in DEFAULTS
    }

    for name, value in declared.items():
        assert (value or None) == (DEFAULTS[name] or None), name
