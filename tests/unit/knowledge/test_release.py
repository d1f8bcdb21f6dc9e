"""Releases: digest by content, difference by point, settings by region."""

from __future__ import annotations

import random
from typing import Any

from mingcha.knowledge.kinds.limits import CourseLimit
from mingcha.knowledge.kinds.scope import SexLimit
from mingcha.knowledge.release import diff, digest, release_of
from mingcha.knowledge.starter import starter_points, starter_settings

WHO: dict[str, Any] = {"point_id": "a", "rule_code": "GZ10000301004000", "codes": ("X1", "X2")}


def test_the_digest_does_not_depend_on_any_order() -> None:
    points = starter_points()
    shuffled = points.copy()
    random.Random(1).shuffle(shuffled)

    assert digest(points) == digest(shuffled)
    assert digest([SexLimit(**WHO, sex="1")]) == digest([SexLimit(**{**WHO, "codes": ("X2", "X1")}, sex="1")])


def test_a_value_at_its_default_is_the_same_as_none_stated() -> None:
    assert digest([CourseLimit(**WHO, days=14)]) == digest(
        [CourseLimit(**WHO, days=14, period="", region="")]
    )


def test_any_changed_limit_changes_the_digest() -> None:
    assert digest([CourseLimit(**WHO, days=14)]) != digest([CourseLimit(**WHO, days=15)])


def test_two_releases_of_the_same_have_the_same_digests_whatever_their_number() -> None:
    one = release_of(1, starter_points(), starter_settings())
    two = release_of(2, starter_points(), starter_settings(), effective_from=7)

    assert (one.knowledge_digest, one.settings_digest) == (two.knowledge_digest, two.settings_digest)
    assert diff(one, two).empty


def test_the_difference_names_points_and_fields() -> None:
    old = release_of(1, [CourseLimit(**WHO, days=14), SexLimit(**{**WHO, "point_id": "gone"}, sex="1")])
    new = release_of(2, [CourseLimit(**WHO, days=21), SexLimit(**{**WHO, "point_id": "new"}, sex="1")])

    found = diff(old, new)

    assert [point.point_id for point in found.added] == ["new"]
    assert [point.point_id for point in found.removed] == ["gone"]
    assert found.changed == {"a": {"days": (14, 21)}}


def test_settings_that_differ_are_named_by_rule_region_and_name() -> None:
    old = release_of(1, [], {"age-out-of-range": {"": {"child_below": 18}}})
    new = release_of(2, [], {"age-out-of-range": {"": {"child_below": 14}, "35": {"child_below": 16}}})

    assert diff(old, new).settings == {
        "age-out-of-range//child_below": (18, 14),
        "age-out-of-range/35/child_below": (None, 16),
    }
    assert old.settings_digest != new.settings_digest


def test_the_narrower_region_overrides_the_wider() -> None:
    release = release_of(
        1,
        [],
        {"course-over-limit": {"3501": {"period": "年"}, "": {"period": "就诊", "x": 1}, "35": {"x": 2}}},
    )

    assert release.settings_of("course-over-limit", "350102") == {"period": "年", "x": 2}
    assert release.settings_of("course-over-limit", "44") == {"period": "就诊", "x": 1}
    assert release.settings_of("sex-mismatch", "35") == {}
