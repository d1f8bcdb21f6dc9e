"""The starter pack: real points with their source, demonstration points without one."""

from __future__ import annotations

from collections import Counter, defaultdict

from mingcha.catalogue.entries import entries
from mingcha.ingest.codes import read_codes
from mingcha.ingest.knowledge.importing import read_files
from mingcha.ingest.knowledge.join import join
from mingcha.knowledge.completion import DEFAULTS, as_stored, status_of
from mingcha.knowledge.kinds.charging import SameIncisionGroup
from mingcha.knowledge.kinds.scope import AgeLimit, SexLimit
from mingcha.knowledge.point import FOREVER, Status, Subject
from mingcha.knowledge.release import release_of
from mingcha.knowledge.sources import source
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.knowledge.validation import validate
from tests.unit.knowledge.shared import COMPILED, SHARED, TIDIED, needs_shared

# What is published is fewer than ten: nine drugs for 工伤, three for 生育, one service for an age.
FEWER = {"GZ10000101001000": 9, "GZ10000101002000": 3}
SETTINGS = {
    **DEFAULTS,
    **as_stored(
        {
            name: value
            for regions in starter_settings().values()
            for name, value in regions.get("", {}).items()
        }
    ),
}


def test_every_rule_that_needs_knowledge_has_ten_points_or_all_that_are_published() -> None:
    names = defaultdict(set)
    for point in starter_points():
        names[point.rule_code].add((point.name, point.parallel))
    needing = [entry.code for entry in entries() if entry.kind]

    assert {code for code in needing if len(names[code]) < FEWER.get(code, 10)} == set()


def test_a_real_point_names_its_document_batch_date_and_row() -> None:
    real = [point for point in starter_points() if not point.demonstration]

    assert len(real) > 200
    for point in real:
        assert point.source_id
        assert point.source_document
        assert point.source_number
        assert point.source_row
        document = source(point.source_id)
        assert point.effective_from == (document.in_force or document.published)


def test_a_demonstration_point_cites_nothing() -> None:
    for point in starter_points():
        if point.demonstration:
            assert (point.source_id, point.source_document, point.source_row, point.basis) == ("", "", "", "")


def test_with_the_demonstration_settings_only_unmapped_texts_cannot_be_judged() -> None:
    statuses = Counter(status_of(point, SETTINGS)[0] for point in starter_points())

    assert statuses[Status.NEEDS_SETTING] == 0
    assert statuses[Status.NEEDS_MAPPING] == 10
    assert statuses[Status.JUDGEABLE] > 400


def test_without_settings_nothing_that_a_region_must_decide_is_judged() -> None:
    waiting = {
        status_of(point, DEFAULTS)[1]
        for point in starter_points()
        if status_of(point, DEFAULTS)[0] is Status.NEEDS_SETTING
    }

    assert {text.split()[1] for text in waiting} == {
        "work_injury",
        "internet_care_types",
        "period",
        "later_ratio",
        "working_age_below",
    }


def test_points_have_the_certainty_that_the_official_list_gives_their_rule() -> None:
    listed = {entry.code: entry.certainty for entry in entries()}

    assert {(point.rule_code, point.certainty) for point in starter_points()} <= set(listed.items())


def test_the_pack_has_no_problems_of_its_own() -> None:
    assert validate(starter_points()) == []


def test_no_code_stands_under_two_rules_so_that_each_planted_fault_fires_alone() -> None:
    rules = defaultdict(set)
    for point in starter_points():
        if point.subject is Subject.ITEM:
            for code in point.codes:
                rules[code].add(point.rule_code)

    assert {code: sorted(found) for code, found in rules.items() if len(found) > 1} == {}


def test_a_reissued_point_ends_the_day_its_successor_begins() -> None:
    points = {point.point_id: point for point in starter_points()}
    successors = [point for point in points.values() if point.supersedes]

    assert len(successors) > 50
    for point in successors:
        before = points[point.supersedes]
        assert before.status == Status.SUPERSEDED
        assert before.effective_to == point.effective_from


def test_some_points_have_two_versions_with_different_limits() -> None:
    versions = defaultdict(list)
    for point in starter_points():
        if point.demonstration and (point.effective_from > 0 or point.effective_to < FOREVER):
            versions[point.rule_code, point.codes].append(point)

    assert len(versions) >= 5
    for old, new in versions.values():
        assert old.effective_to == new.effective_from


def test_surgery_groups_have_several_members_so_that_they_can_be_judged() -> None:
    groups = Counter(point.group for point in starter_points() if isinstance(point, SameIncisionGroup))

    assert all(count >= 2 for count in groups.values())


def test_demonstration_points_enter_a_release_only_when_asked_for() -> None:
    points = starter_points()
    without = release_of(1, points)
    with_them = release_of(1, points, with_demonstration=True)

    assert not any(point.demonstration for point in without.all_points())
    assert len(with_them.all_points()) == len(points)


@needs_shared
def test_diagnoses_and_operations_are_codes_of_the_insurance_edition() -> None:
    known = read_codes([SHARED / "data" / "icd"])
    assert [p.what for p in validate(starter_points(), entries(), known) if p.check == "目录外代码"] == []


@needs_shared
def test_the_real_points_are_what_is_published() -> None:
    published = {point.point_id: point for point in join(read_files([COMPILED, TIDIED]).rows).points}

    for point in starter_points():
        if point.demonstration or not point.source_id.startswith("nkb-"):
            continue
        original = published[point.point_id]
        assert point.name == original.name
        assert set(point.codes) <= set(original.codes)
        assert len(point.codes) <= 3
        assert (point.effective_from, point.effective_to) == (original.effective_from, original.effective_to)
        assert point.certainty == original.certainty
        assert point.supersedes == original.supersedes
        own = set(type(point).fields()) - set(point.__class__.__mro__[1].fields())
        assert {name: getattr(point, name) for name in own} == {name: getattr(original, name) for name in own}


def test_sexes_are_the_national_codes() -> None:
    assert {point.sex for point in starter_points() if isinstance(point, SexLimit)} == {"1", "2"}
    assert {point.unit for point in starter_points() if isinstance(point, AgeLimit)} == {"岁", "天"}
