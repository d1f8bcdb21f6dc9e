"""Rows of different tables about one point become one point; what nobody published is left to a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from mingcha.domain.values import day_of
from mingcha.ingest.knowledge.join import join
from mingcha.ingest.knowledge.raw import Exclusion, RawPoint
from mingcha.knowledge.kinds.charging import SameIncisionGroup
from mingcha.knowledge.kinds.limits import CourseLimit, QuantityLimit
from mingcha.knowledge.kinds.scope import AgeLimit, CareTypeLimit, LevelLimit, SexLimit
from mingcha.knowledge.point import Certainty, KnowledgePoint, Status

SEX, CHILD, LEVEL = "GZ10000301004000", "GZ10000301002000", "GZ10000101012000"
COURSE, CARE, SURGERY = "GZ10000101010000", "MC10000101001000", "GZ10000102002000"
REISSUED = day_of(date(2026, 1, 28))


def row(rule: str, name: str = "某药", **more: Any) -> RawPoint:
    values: dict[str, Any] = {
        "layout": "compiled",
        "where": "表 第 2 行",
        "source_id": "nkb-01",
        "row": 1,
        "codes": ("XG04CBA088A001010101467",),
        **more,
    }
    return RawPoint(rule_code=rule, name=name, **values)


def only(*rows: RawPoint) -> KnowledgePoint:
    (point,) = join(rows).points
    return point


def test_two_tables_make_one_point_whatever_their_order() -> None:
    compiled = row(SEX, "阿帕他胺片 ", basis="限前列腺癌。")
    tidied = row(SEX, "阿帕他胺片", layout="tidied", limits={"性别": "男"})

    for rows in ((compiled, tidied), (tidied, compiled)):
        point = only(*rows)
        assert isinstance(point, SexLimit)
        assert (point.sex, point.basis, point.status) == ("1", "限前列腺癌。", Status.JUDGEABLE)


def test_a_table_read_twice_doubles_nothing() -> None:
    assert only(row(SEX), row(SEX)).point_id == "nkb-01:GZ10000301004000:0001"


def test_a_later_reading_of_a_table_replaces_the_earlier() -> None:
    assert only(row(SEX, basis="旧"), row(SEX, basis="新")).basis == "新"


def test_the_sex_of_a_drug_is_never_guessed_from_its_text() -> None:
    point = only(row(SEX, basis="适用于前列腺癌成人患者。"))

    assert point.status == Status.NEEDS_MAPPING
    assert "性别未在所导入的表格中公布" in point.reason


def test_a_reissued_point_inherits_the_sex_through_its_link_and_ends_the_older() -> None:
    old = row(SEX, external_id="KP-1", limits={"性别": "女"})
    new = row(SEX, source_id="nkb-2026-01", external_id="KP-2", replaces="KP-1")

    before, after = sorted(join([old, new]).points, key=lambda point: point.effective_from)

    assert isinstance(after, SexLimit)
    assert (after.sex, after.supersedes, after.effective_from) == ("2", before.point_id, REISSUED)
    assert (before.effective_to, before.status) == (REISSUED, Status.SUPERSEDED)


def test_rows_outside_the_catalogue_stay_in_force_and_others_without_successor_end() -> None:
    reissue = row(CHILD, "甲", source_id="nkb-2026-01", external_id="KP-9")
    stays = row(CHILD, "乙", row=98)
    ends = row(CHILD, "丙", row=57)

    found = {point.name: point for point in join([reissue, stays, ends]).points}

    assert found["乙"].status == Status.JUDGEABLE
    assert found["乙"].effective_to > REISSUED
    assert (found["丙"].status, found["丙"].effective_to) == (Status.ENDED, REISSUED)


def test_without_the_reissue_at_hand_nothing_is_ended() -> None:
    assert only(row(CHILD, row=57)).status == Status.JUDGEABLE


def test_a_narrower_text_is_listed_and_judged_by_the_wider_column() -> None:
    joined = join([row(CHILD, basis="限3-12岁患者。")])

    (point,) = joined.points
    assert isinstance(point, AgeLimit)
    assert point.audience == "儿童"
    assert "3-12岁" in joined.remarks[0].text


def test_emergency_or_stay_in_the_text_wins_over_stay_in_the_column() -> None:
    joined = join([row(CARE, "安宫牛黄丸", basis="限急诊或住院患者。", limits={"就医方式": "住院"})])

    (point,) = joined.points
    assert isinstance(point, CareTypeLimit)
    assert set(point.accepted) == {"13", "2", "52"}
    assert len(joined.remarks) == 1


def test_third_level_eye_drugs_exempt_second_level_eye_hospitals() -> None:
    point = only(
        row(LEVEL, basis="需三级综合医院眼科或二级及以上眼科专科医院医师处方", limits={"级别": "三级"})
    )

    assert isinstance(point, LevelLimit)
    assert (point.at_least, point.exempt_at_least, point.exempt_types) == (3, 2, ("A512", "D153"))


def test_a_limit_on_first_prescriptions_only_is_a_suspicion() -> None:
    point = only(
        row(LEVEL, basis="首次处方时需由二级及以上医疗机构专科医师开具处方。", limits={"级别": "二级"})
    )

    assert point.certainty == Certainty.SUSPICION


@pytest.mark.parametrize(
    ("text", "column", "days", "period"),
    [
        ("支付不超过14天。", "14天", 14, ""),
        ("单次住院最多支付14天。", "15天", 15, "就诊"),
        ("住院方可支付，单次支付不超过3天。", "", 3, "就诊"),
        ("在发作48小时内开始使用，支付不超过21天。", "", 21, ""),
        ("且支付不超过12个月：1.…", "365天", 365, ""),
        ("支付不超过一年，每周最多支付一次。", "", 365, ""),
        ("总时间不超过90天，评定间隔时间不短于14天。", "", 90, ""),
    ],
)
def test_days_of_a_course_come_from_text_and_column_the_longer_wins(
    text: str, column: str, days: int, period: str
) -> None:
    point = only(row(COURSE, basis=text, limits={"疗程": column} if column else {}))

    assert isinstance(point, CourseLimit)
    assert (point.days, point.period) == (days, period)


@pytest.mark.parametrize(
    ("logic", "counting"),
    [
        ("使用药品的日期总计超过限制天数", "用药日"),
        ("第一次使用药品的日期开始计算的连续时间跨度超过限制天数", "跨度"),
        ("", ""),
    ],
)
def test_the_way_of_counting_is_what_the_detection_says(logic: str, counting: str) -> None:
    point = only(row(COURSE, basis="支付不超过14天。", logic=logic))

    assert isinstance(point, CourseLimit)
    assert point.counting == counting


def test_an_hourly_item_may_be_charged_twenty_four_times_a_day() -> None:
    point = only(row("GZ10000102014000", limits={"数量": "24", "单位": "小时"}))

    assert isinstance(point, QuantityLimit)
    assert (point.period, point.allowed, point.unit) == ("日", 240_000, "小时")


def test_an_operation_may_stand_in_two_groups_under_one_name() -> None:
    one = row(SURGERY, "肠粘连松解术", codes=("003310030080000",), limits={"手术组": "胃肠手术组"})
    other = replace(one, row=2, limits={"手术组": "女性生殖系统手术组"})

    groups = [point.group for point in join([one, other]).points if isinstance(point, SameIncisionGroup)]

    assert sorted(groups) == ["女性生殖系统手术组", "胃肠手术组"]


def test_codes_that_differ_between_tables_are_listed_and_the_trusted_ones_taken() -> None:
    compiled = row(SEX, codes=("XG04CBA088A001010101467",))
    official = row(SEX, layout="official", codes=("XG04CBA088A001010201467",), limits={"性别": "男"})

    joined = join([compiled, official])

    assert joined.points[0].codes == ("XG04CBA088A001010201467",)
    assert "代码取前者" in joined.remarks[0].text


def test_a_published_note_is_kept_once_and_is_no_point() -> None:
    note = Exclusion("GZ10000302004000", "nkb-01", "性别不清人群不纳入", "表 第 3 行")

    joined = join([note, note])

    assert (joined.points, joined.exclusions) == ([], [note])


def test_certainty_follows_the_class_of_the_rule() -> None:
    assert only(row(SEX, limits={"性别": "男"})).certainty == Certainty.SUSPICION
    assert only(row(COURSE, basis="支付不超过14天。")).certainty == Certainty.VIOLATION
