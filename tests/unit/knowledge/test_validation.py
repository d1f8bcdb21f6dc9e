"""What is reported before a release."""

from __future__ import annotations

from typing import Any

import pytest

from mingcha.knowledge.kinds.by_slug import KnowledgePoint
from mingcha.knowledge.kinds.charging import DuplicatePair, PriceCeiling
from mingcha.knowledge.kinds.medication import InteractingPair
from mingcha.knowledge.kinds.scope import AgeLimit, Indication, SexLimit
from mingcha.knowledge.point import Status
from mingcha.knowledge.validation import Severity, validate
from mingcha.rules.safety.interacting_drugs import PLACES

DRUG, SERVICE = "XG04CBA088A001010101467", "003105120040000"
OTHER = "XG04CBA088A001010101468"
BASE: dict[str, Any] = {
    "rule_code": "GZ10000301004000",
    "name": "某药",
    "source_id": "nkb-01",
    "codes": (DRUG,),
}


def sex(point_id: str = "a", **more: Any) -> SexLimit:
    return SexLimit(**{**BASE, "point_id": point_id, "sex": "1", **more})


def checks(*points: KnowledgePoint) -> list[str]:
    return [problem.check for problem in validate(points)]


def test_a_sound_point_has_no_problem() -> None:
    assert validate([sex()]) == []


def test_two_points_in_force_for_one_code_overlap() -> None:
    (problem,) = validate([sex("a"), sex("b", effective_from=100)])

    assert (problem.check, problem.points, problem.code) == ("有效期重叠", ("a", "b"), DRUG)
    assert problem.severity is Severity.ERROR
    assert "1970-04-11" in problem.remedy


def test_versions_that_follow_each_other_do_not_overlap() -> None:
    assert checks(sex("a", effective_to=100), sex("b", effective_from=100)) == []


def test_a_long_version_overlaps_all_that_begin_within_it() -> None:
    long, inside, later = sex("a"), sex("b", effective_from=10, effective_to=20), sex("c", effective_from=30)

    assert checks(long, inside, later) == ["有效期重叠", "有效期重叠"]


@pytest.mark.parametrize("apart", [{"region": "3501"}, {"rule_code": "GZ10000302004000"}])
def test_another_region_or_rule_is_no_overlap(apart: dict[str, Any]) -> None:
    assert "有效期重叠" not in checks(sex("a"), sex("b", **apart))


def test_pairs_with_other_partners_and_prices_of_other_levels_stand_side_by_side() -> None:
    pair: dict[str, Any] = {**BASE, "codes": (SERVICE,), "interval": "单日"}
    price: dict[str, Any] = {**BASE, "codes": (SERVICE,), "ceiling": 1}

    assert (
        checks(
            DuplicatePair(**pair, point_id="a", containing=("001102000030000",)),
            DuplicatePair(**pair, point_id="b", containing=("001102000040000",)),
            PriceCeiling(**price, point_id="c", rank=3),
            PriceCeiling(**price, point_id="d", rank=2),
        )
        == []
    )


def test_points_that_wait_for_mapping_overlap_only_as_a_warning() -> None:
    waiting: dict[str, Any] = {**BASE, "status": Status.NEEDS_MAPPING}

    (problem,) = validate([Indication(**waiting, point_id="a"), Indication(**waiting, point_id="b")])

    assert problem.severity is Severity.WARNING


def test_one_code_for_both_sexes_contradicts_itself() -> None:
    assert checks(sex("a"), sex("b", sex="2", rule_code="MC10000303001000")) == ["性别矛盾"]


@pytest.mark.parametrize(
    ("changed", "check"),
    [
        ({"codes": ()}, "没有代码"),
        ({"effective_from": 100, "effective_to": 100}, "从不生效"),
        ({"source_id": "nkb-99"}, "来源未知"),
        ({"source_id": ""}, "没有来源"),
        ({"codes": ("XG04CBA088A00101010146",)}, "代码格式"),
        ({"codes": ("ZG04CBA088A001010101467",)}, "代码格式"),
        ({"codes": ("00310512004000",)}, "代码格式"),
        ({"codes": ("T00170023",)}, "代码格式"),
    ],
)
def test_each_fault_of_one_point_is_named(changed: dict[str, Any], check: str) -> None:
    assert checks(sex(**changed)) == [check]


def test_a_demonstration_point_needs_no_source() -> None:
    assert checks(sex(source_id="", demonstration=True)) == []


def test_an_age_that_cannot_be_is_reported() -> None:
    assert checks(AgeLimit(**BASE, point_id="a", audience="指定年龄", at_least=18, below=18)) == [
        "年龄上下限"
    ]


def test_an_id_that_stands_twice_is_reported() -> None:
    assert "编号重复" in checks(sex("a", effective_to=10), sex("a", effective_from=10))


def test_every_problem_says_what_to_do() -> None:
    problems = validate([sex("a", codes=(), source_id=""), sex("b", codes=("X1",)), sex("b")])

    assert problems
    assert all(problem.what and problem.remedy and problem.points for problem in problems)


@pytest.mark.parametrize("within", ["处方", "日", "就诊"])
def test_a_word_that_a_rule_knows_is_no_problem(within: str) -> None:
    assert checks(InteractingPair(**BASE, point_id="a", partners=(OTHER,), within=within)) == []


def test_a_word_that_no_rule_knows_is_named_with_those_that_are() -> None:
    (problem,) = validate([InteractingPair(**BASE, point_id="a", partners=(OTHER,), within="本周")])

    assert (problem.check, problem.severity) == ("用词", Severity.ERROR)
    assert "本周" in problem.what
    assert problem.remedy == "可用：处方、日、就诊"


def test_the_words_of_a_shared_scope_are_those_the_rule_can_judge() -> None:
    assert tuple(PLACES) == InteractingPair.within.one_of
