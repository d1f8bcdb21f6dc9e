"""The account of a set of points; with the published tables at hand, of all of them."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache

from mingcha.catalogue.entries import entries
from mingcha.ingest.knowledge.importing import read_files
from mingcha.ingest.knowledge.join import Joined, join
from mingcha.knowledge.completion import as_stored
from mingcha.knowledge.kinds.charging import DuplicatePair
from mingcha.knowledge.kinds.limits import QuantityLimit
from mingcha.knowledge.kinds.scope import AgeLimit, CareTypeLimit, LevelLimit, SexLimit
from mingcha.knowledge.point import KnowledgePoint, Status
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.knowledge.statistics import Statistics, stats
from mingcha.knowledge.validation import validate
from tests.unit.knowledge.shared import COMPILED, TIDIED, needs_shared


def everywhere() -> dict[str, object]:
    return as_stored(
        {
            name: value
            for regions in starter_settings().values()
            for name, value in regions.get("", {}).items()
        }
    )


@cache
def national() -> Joined:
    return join(read_files([COMPILED, TIDIED]).rows)


def in_force(rule_code: str) -> list[KnowledgePoint]:
    retired = (Status.SUPERSEDED, Status.ENDED)
    return [
        point for point in national().points if point.rule_code == rule_code and point.status not in retired
    ]


def test_every_point_is_counted_once_by_rule_kind_and_batch() -> None:
    found = stats(starter_points(), everywhere())

    for rows in (found.by_rule, found.by_kind, found.by_batch):
        assert sum(row.points for row in rows) == found.points == len(starter_points())
        assert sum(row.codes for row in rows) == found.point_codes
        counted: Counter[str] = Counter()
        for row in rows:
            assert sum(row.by_status.values()) == row.points
            counted.update(row.by_status)
        assert counted == found.by_status


def test_settings_turn_waiting_points_into_judgeable_ones() -> None:
    before, after = stats(starter_points()), stats(starter_points(), everywhere())

    assert before.by_status["待设参数"] > 0
    assert "待设参数" not in after.by_status
    assert after.waiting_for == {"适应症诊断编码未公布，待人工映射": 10}


def test_the_account_can_be_written_as_json() -> None:
    assert json.loads(json.dumps(stats(starter_points()).as_json(), ensure_ascii=False))["points"] > 0


def account() -> Statistics:
    return stats(national().points, notes=len(national().exclusions))


@needs_shared
def test_both_sources_together_account_for_every_published_row() -> None:
    found = account()

    assert (found.rows_read, found.points, found.notes) == (3_899, 3_898, 1)
    assert (found.distinct_codes, found.point_codes) == (19_800, 30_264)
    assert found.by_status == {
        "可判断": 2_539,
        "待设参数": 444,
        "待映射": 513,
        "已被替代": 397,
        "已停用": 5,
    }


@needs_shared
def test_every_batch_has_its_published_number_of_points() -> None:
    by_batch = {row.group: row.points for row in account().by_batch}

    assert [by_batch[f"nkb-{number:02d}"] for number in range(1, 18)] == [
        *(1_183, 378, 12, 35, 61, 30, 900, 93),
        *(110, 22, 153, 57, 66, 43, 34, 82, 228),
    ]
    assert by_batch["nkb-2026-01"] == 411


@needs_shared
def test_three_new_drugs_wait_for_a_persons_word_on_their_sex() -> None:
    waiting = [point for point in in_force("GZ10000301004000") if point.status == Status.NEEDS_MAPPING]

    assert {point.name for point in waiting} == {
        "尼拉帕利阿比特龙片",
        "醋酸阿比特龙片(Ⅱ)",
        "氘恩扎鲁胺软胶囊",
    }


@needs_shared
def test_sexes_of_drugs_are_those_of_the_tidied_table() -> None:
    first = [
        point.sex
        for point in national().points
        if isinstance(point, SexLimit)
        and point.rule_code == "GZ10000301004000"
        and point.source_id == "nkb-01"
    ]

    assert Counter(first) == {"2": 448, "1": 33}


@needs_shared
def test_drugs_outside_the_catalogue_stay_and_five_others_ended() -> None:
    ended = [point.name for point in national().points if point.status == Status.ENDED]

    assert len(ended) == 5
    assert "帕妥珠单抗注射液" in ended
    assert len(in_force("GZ10000301004000")) == 159 + 325
    assert len(in_force("GZ10000301002000")) == 95 + 174


@needs_shared
def test_services_for_children_have_the_audience_of_their_column() -> None:
    audiences = Counter(
        point.audience for point in in_force("GZ10000302003000") if isinstance(point, AgeLimit)
    )

    assert audiences == {"新生儿": 18, "儿童": 10, "婴幼儿": 2}


@needs_shared
def test_levels_care_types_intervals_and_counts_are_complete() -> None:
    levels = [point for point in in_force("GZ10000101012000") if isinstance(point, LevelLimit)]
    care = [point for point in in_force("MC10000101001000") if isinstance(point, CareTypeLimit)]
    pairs = [point for point in in_force("GZ10000102012000") if isinstance(point, DuplicatePair)]
    counts = [point for point in in_force("GZ10000102014000") if isinstance(point, QuantityLimit)]

    assert Counter(point.at_least for point in levels) == {2: 56, 3: 6}
    assert all(point.exempt_types == ("A512", "D153") for point in levels if point.at_least == 3)
    assert [point.name for point in care if "13" in point.accepted] == ["安宫牛黄丸"]
    assert Counter(point.interval for point in pairs) == {
        "单日": 446,
        "单次就诊": 429,
        "6小时": 18,
        "同一小时": 7,
    }
    assert Counter((point.unit, point.allowed) for point in counts) == {
        ("日", 10_000): 34,
        ("小时", 240_000): 33,
    }


@needs_shared
def test_differences_between_sources_are_listed_not_hidden() -> None:
    remarks = {(remark.name, remark.text) for remark in national().remarks}

    assert ("注射用益气复脉(冻干)", "表列 15 天，文字 14 天：按 15 天判") in remarks
    assert any(name == "婴儿氧舱治疗" for name, _ in remarks)
    assert len(national().remarks) == 52


@needs_shared
def test_the_published_library_contradicts_itself_nowhere_and_leaves_some_rules_without_points() -> None:
    found = Counter(
        (problem.severity.value, problem.check) for problem in validate(national().points, entries())
    )

    assert set(found) == {("提醒", "规则没有知识点")}


@needs_shared
def test_neither_source_is_usable_alone() -> None:
    compiled = stats(join(read_files([COMPILED]).rows).points)
    tidied = stats(join(read_files([TIDIED]).rows).points)

    assert compiled.by_status["待映射"] > 1_900
    assert (tidied.points, tidied.by_status.get("已被替代", 0)) == (2_692, 0)
