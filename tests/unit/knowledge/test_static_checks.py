"""Faults between the points of a library: each check finds the fault planted for it, and leaves its neighbour."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from mingcha.domain.errors import InputError
from mingcha.ingest.codes import read_codes
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.kinds.by_slug import KnowledgePoint
from mingcha.knowledge.kinds.charging import (
    DuplicatePair,
    PriceCeiling,
    RequiredCompanion,
    SameIncisionGroup,
    SplitCharge,
)
from mingcha.knowledge.kinds.coding import DiagnosisCodeList, DiagnosisSex, ProcedureSex
from mingcha.knowledge.kinds.entitlement import BenefitStandard
from mingcha.knowledge.kinds.limits import CourseLimit, QuantityLimit, SpendingCap, WindowLimit
from mingcha.knowledge.kinds.medication import Contraindication, DrugClass, InteractingPair, PregnancyLimit
from mingcha.knowledge.kinds.scope import (
    AgeLimit,
    CareTypeLimit,
    HerbAlone,
    HerbNeverPaid,
    Indication,
    LevelLimit,
    SexLimit,
)
from mingcha.knowledge.point import Status, Subject
from mingcha.knowledge.validation import Problem, Severity, validate

BED, ICU, NURSING = "001109000010000", "001109000030000", "001201000020000"
HERB = "T001700200"
DRUG = "XG04CBA088A001010101467"


def made(kind: type[KnowledgePoint], point_id: str, *codes: str, **more: Any) -> KnowledgePoint:
    values = {"rule_code": f"GZ{point_id}", "name": f"某{point_id}", "source_id": "nkb-01", **more}
    return kind(point_id=point_id, codes=codes or (BED,), **values)


def found(*points: KnowledgePoint) -> list[tuple[str, tuple[str, ...]]]:
    return [(problem.check, problem.points) for problem in validate(points)]


def day(allowed: int, point_id: str = "day", **more: Any) -> KnowledgePoint:
    return made(QuantityLimit, point_id, allowed=allowed * 10_000, **{"period": "日", **more})


def pair(point_id: str, code: str, *containing: str, interval: str = "单日") -> KnowledgePoint:
    return made(DuplicatePair, point_id, code, containing=containing, interval=interval)


def herbs(point_id: str, one: int, other: int) -> KnowledgePoint:
    return made(InteractingPair, point_id, f"{HERB}{one}", partners=(f"{HERB}{other}",))


def care(point_id: str, *accepted: str) -> KnowledgePoint:
    return made(CareTypeLimit, point_id, DRUG, manner="某种", accepted=accepted)


def treats(point_id: str, *diagnoses: str) -> KnowledgePoint:
    return made(Indication, point_id, DRUG, diagnoses=diagnoses)


def forbids(point_id: str, *diagnoses: str) -> KnowledgePoint:
    return made(Contraindication, point_id, DRUG, diagnoses=diagnoses)


def standard(point_id: str, **more: Any) -> KnowledgePoint:
    """One layer's standard for employees."""
    return made(BenefitStandard, point_id, "310", **{"rule_code": "MC10000401015000", "ratio": 8_000, **more})


PLANTED: list[tuple[str, list[KnowledgePoint], list[KnowledgePoint]]] = [
    ("待遇标准", [standard("a", ratio=10_001)], [standard("a", ratio=10_000)]),
    (
        "待遇标准",
        [standard("a", second_from=500, second_ratio=9_000, third_from=500, third_ratio=9_500)],
        [standard("a", second_from=500, second_ratio=9_000, third_from=501, third_ratio=9_500)],
    ),
    ("待遇标准", [standard("a", second_ratio=9_000)], [standard("a", second_from=1, second_ratio=9_000)]),
    (
        "待遇标准",
        [standard("a", rank=3), standard("b", care_types=("21",))],
        [standard("a", rank=3), standard("b", rank=3, care_types=("21",))],
    ),
    (
        "待遇标准",
        [standard("a", person_types=("12",)), standard("b", person_types=("1204", "11"))],
        [standard("a", person_types=("12",)), standard("b", person_types=("11",))],
    ),
    (
        "重复",
        [made(SexLimit, "a", sex="1"), made(SexLimit, "b", sex="1")],
        [made(SexLimit, "a", sex="1"), made(SexLimit, "b", ICU, sex="1")],
    ),
    (
        "重复",
        [day(1, "a"), day(1, "b")],
        [day(1, "a", effective_to=100), day(1, "b", effective_from=100)],
    ),
    ("被遮蔽", [day(1, "a"), day(2, "b")], [day(1, "a"), day(2, "b", region="3501")]),
    (
        "被遮蔽",
        [day(2), made(QuantityLimit, "visit", period="就诊", allowed=20_000)],
        [day(2), made(QuantityLimit, "visit", period="就诊", allowed=30_000)],
    ),
    (
        "被遮蔽",
        [day(1), made(WindowLimit, "window", days=7, allowed=70_000)],
        [day(1), made(WindowLimit, "window", days=7, allowed=60_000)],
    ),
    (
        "被遮蔽",
        [made(SpendingCap, "a", cap=500, period="就诊"), made(SpendingCap, "b", cap=500, period="年")],
        [made(SpendingCap, "a", cap=500, period="就诊"), made(SpendingCap, "b", cap=900, period="年")],
    ),
    (
        "被遮蔽",
        [made(PriceCeiling, "a", ceiling=9, rank=3), made(PriceCeiling, "b", ceiling=8)],
        [made(PriceCeiling, "a", ceiling=7, rank=3), made(PriceCeiling, "b", ceiling=8)],
    ),
    (
        "被遮蔽",
        [made(LevelLimit, "a", DRUG, at_least=2), made(LevelLimit, "b", DRUG, at_least=3)],
        [made(LevelLimit, "a", DRUG, at_least=2), made(LevelLimit, "b", BED, at_least=3)],
    ),
    (
        "被遮蔽",
        [made(HerbAlone, "a", HERB + "1"), made(HerbNeverPaid, "b", HERB + "1")],
        [made(HerbAlone, "a", HERB + "1"), made(HerbNeverPaid, "b", HERB + "2")],
    ),
    (
        "永不触发",
        [made(AgeLimit, "a", audience="指定年龄", below=200)],
        [made(AgeLimit, "a", audience="指定年龄", below=14)],
    ),
    ("永不触发", [made(LevelLimit, "a", at_least=0)], [made(LevelLimit, "a", at_least=1)]),
    (
        "永不触发",
        [made(SameIncisionGroup, "a", group="甲", later_ratio=10_000)],
        [made(SameIncisionGroup, "a", group="甲", later_ratio=9_999)],
    ),
    (
        "永不触发",
        [made(CareTypeLimit, "a", manner="任何", accepted=tuple("123456789"))],
        [care("a", "2")],
    ),
    (
        "永不触发",
        [made(CourseLimit, "a", days=366, period="年", counting="用药日")],
        [made(CourseLimit, "a", days=365, period="年", counting="用药日")],
    ),
    (
        "永不触发",
        [made(SplitCharge, "a", BED, ICU, bundle=NURSING, components=3)],
        [made(SplitCharge, "a", BED, ICU, bundle=NURSING, components=2)],
    ),
    (
        "性别矛盾",
        [made(SexLimit, "a", sex="1"), made(SexLimit, "b", sex="2")],
        [made(SexLimit, "a", "F52", sex="1"), made(DiagnosisSex, "b", "F52", sex="2")],
    ),
    (
        "性别矛盾",
        [made(SexLimit, "a", DRUG, sex="1"), made(PregnancyLimit, "b", DRUG, state="3")],
        [made(SexLimit, "a", DRUG, sex="2"), made(PregnancyLimit, "b", DRUG, state="3")],
    ),
    (
        "年龄矛盾",
        [made(AgeLimit, "a", audience="儿童"), made(AgeLimit, "b", audience="儿童禁用")],
        [made(AgeLimit, "a", audience="儿童"), made(AgeLimit, "b", audience="指定年龄", at_least=17)],
    ),
    (
        "年龄矛盾",
        [made(AgeLimit, "a", audience="新生儿"), made(AgeLimit, "b", audience="指定年龄", at_least=1)],
        [made(AgeLimit, "a", audience="新生儿"), made(AgeLimit, "b", audience="婴儿")],
    ),
    (
        "范围矛盾",
        [care("a", "21"), care("b", "11")],
        [care("a", "21"), care("b", "2101")],
    ),
    (
        "适应症与禁忌症矛盾",
        [treats("a", "E10", "E11.9"), forbids("b", "E1")],
        [treats("a", "E10", "E11"), forbids("b", "E10.1")],
    ),
    (
        "与自身配对",
        [pair("a", BED, BED, ICU)],
        [pair("a", BED, ICU)],
    ),
    (
        "与自身配对",
        [made(SplitCharge, "a", BED, ICU, bundle=ICU)],
        [made(SplitCharge, "a", BED, ICU, bundle=NURSING)],
    ),
    (
        "互相包含",
        [pair("a", BED, ICU), pair("b", ICU, BED)],
        [pair("a", BED, ICU), pair("b", ICU, NURSING)],
    ),
    (
        "配对重复",
        [pair("a", BED, ICU), pair("b", BED, ICU, NURSING, interval="单次就诊")],
        [pair("a", BED, ICU), pair("b", BED, NURSING)],
    ),
    (
        "配对重复",
        [herbs("a", 1, 2), herbs("b", 2, 1)],
        [herbs("a", 1, 2), herbs("b", 2, 3)],
    ),
    (
        "必须与不得矛盾",
        [pair("a", BED, ICU), made(RequiredCompanion, "b", companions=(ICU,), companion_name="监护")],
        [pair("a", BED, ICU), made(RequiredCompanion, "b", companions=(ICU, NURSING), companion_name="监护")],
    ),
    (
        "地区遮蔽",
        [
            day(1, "a", rule_code="GZ1"),
            day(3, "b", rule_code="GZ1", region="3501", status=Status.NEEDS_MAPPING),
        ],
        [day(1, "a", rule_code="GZ1"), day(3, "b", rule_code="GZ1", region="3501")],
    ),
    (
        "地区多余",
        [day(1, "a", rule_code="GZ1"), day(1, "b", rule_code="GZ1", region="3501")],
        [day(1, "a", rule_code="GZ1", region="3502"), day(1, "b", rule_code="GZ1", region="3501")],
    ),
    ("地区格式", [day(1, region="福州")], [day(1, region="350102")]),
]


@pytest.mark.parametrize(
    ("check", "planted", "sound"), PLANTED, ids=[f"{number} {case[0]}" for number, case in enumerate(PLANTED)]
)
def test_a_planted_fault_is_found_and_its_sound_neighbour_is_not(
    check: str, planted: list[KnowledgePoint], sound: list[KnowledgePoint]
) -> None:
    problems = [problem for problem in validate(planted) if problem.check == check]
    assert len(problems) == 1
    assert set(problems[0].points) <= {point.point_id for point in planted}
    assert check not in {name for name, _ in found(*sound)}


@pytest.mark.parametrize("planted", [case[1] for case in PLANTED], ids=[case[0] for case in PLANTED])
def test_every_problem_names_the_fault_and_the_fix(planted: list[KnowledgePoint]) -> None:
    for problem in validate(planted):
        assert problem.what
        assert problem.remedy
        assert "None" not in problem.what


def test_points_that_are_never_in_force_together_do_not_contradict() -> None:
    earlier, later = (
        made(SexLimit, "a", sex="1", effective_to=100),
        made(SexLimit, "b", sex="2", effective_from=100),
    )
    assert found(earlier, later) == []


def test_a_regions_point_in_place_of_the_national_one_does_not_contradict_it() -> None:
    national = made(SexLimit, "a", sex="1", rule_code="GZ1")
    assert found(national, made(SexLimit, "b", sex="2", rule_code="GZ1", region="3501")) == []
    assert found(national, made(SexLimit, "b", sex="2", rule_code="GZ2", region="3501")) == [
        ("性别矛盾", ("a", "b"))
    ]


ENTRIES = (
    Entry("GZ1", "限定频次", ("quantity-over-limit",), "明确违规", kinds=("quantity-limit",)),
    Entry("GZ2", "以后再写", (), "可疑"),
)


def of_rules(*points: KnowledgePoint) -> list[tuple[str, str]]:
    return [(problem.check, problem.severity.value) for problem in validate(points, ENTRIES)]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([day(1, rule_code="GZ1")], []),
        ([day(1, rule_code="GZ1"), day(1, "b", rule_code="GZ9")], [("规则未知", "错误"), ("重复", "提醒")]),
        ([day(1, rule_code="GZ1"), made(SexLimit, "b", ICU, sex="1", rule_code="GZ1")], [("种类不符", "错误")]),
        ([day(1, rule_code="GZ1"), made(SexLimit, "b", sex="1", rule_code="GZ2")], [("规则尚未实现", "提醒")]),
        ([], [("规则没有知识点", "提醒")]),
    ],
)  # fmt: skip
def test_points_without_a_rule_and_rules_without_points_are_named(
    points: list[KnowledgePoint], expected: list[tuple[str, str]]
) -> None:
    assert of_rules(*points) == expected


def outside(*points: KnowledgePoint) -> list[Problem]:
    known = {Subject.ITEM: {BED}, Subject.DIAGNOSIS: {"N40.x00", "N41.000"}}
    return [problem for problem in validate(points, (), known) if problem.check == "目录外代码"]


def test_codes_that_no_catalogue_knows_are_named_and_whole_points_of_them_are_dead() -> None:
    (one,) = outside(made(QuantityLimit, "a", BED, ICU, period="日", allowed=1))
    assert one.code == ICU
    assert "全部" not in one.what
    (whole,) = outside(made(QuantityLimit, "a", ICU, period="日", allowed=1))
    assert "全部无法匹配" in whole.what


@pytest.mark.parametrize(
    ("code", "known"), [("N40", True), ("N40.x", True), ("N42", False), ("N41.0001", False)]
)
def test_a_diagnosis_is_known_where_any_code_of_the_catalogue_begins_with_it(code: str, known: bool) -> None:
    assert (outside(made(DiagnosisSex, "a", code, sex="1")) == []) is known


def test_partners_and_diagnoses_of_a_point_are_looked_up_too() -> None:
    (one,) = outside(made(DuplicatePair, "a", BED, containing=(BED, ICU), interval="单日"))
    assert (one.code, "已包含它的项目" in one.what) == (ICU, True)
    (whole,) = outside(made(Indication, "b", BED, diagnoses=("N42",)))
    assert (whole.code, "全部无法匹配" in whole.what) == ("N42", True)


def test_a_code_list_of_the_release_is_a_catalogue_of_its_own() -> None:
    listed = made(DiagnosisCodeList, "l", "N", edition="2.0", listed=("N40.x00",))
    told = [
        problem.code for problem in validate([listed, made(DiagnosisSex, "a", "N40", "N42", "C61", sex="1")])
    ]
    assert told == ["N42"]


def test_without_a_catalogue_of_its_subject_a_code_is_not_doubted() -> None:
    assert outside(made(ProcedureSex, "a", "65.4", sex="2")) == []


def test_catalogues_are_read_from_lines_and_tables_and_told_apart_by_form(tmp_path: Path) -> None:
    (tmp_path / "icd.txt").write_text("A00.000x001 古典生物型霍乱\n00.0200x001 心脏超声\n", "utf-8")
    (tmp_path / "items.csv").write_text(f"名称,编码\n床位费,{BED}\n某药,{DRUG}\n", "utf-8")
    assert read_codes([tmp_path / "icd.txt", tmp_path / "items.csv"]) == {
        Subject.ITEM: {BED, DRUG},
        Subject.DIAGNOSIS: {"A00.000X001"},
        Subject.PROCEDURE: {"00.0200X001"},
    }


@pytest.mark.parametrize(("name", "text"), [("空.txt", "没有编码\n"), ("无.txt", None)])
def test_a_catalogue_without_codes_is_refused_with_its_name(
    tmp_path: Path, name: str, text: str | None
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(InputError) as raised:
        read_codes([tmp_path / name])
    assert name in raised.value.where


def test_three_hundred_thousand_pairs_are_checked_in_seconds() -> None:
    pairs = [pair(f"p{a}", f"{a:015d}", *(f"{b:015d}" for b in range(10_000, 10_100))) for a in range(3_000)]
    wide = [made(SexLimit, f"s{n}", *(f"{n:05d}{c:010d}" for c in range(100)), sex="2") for n in range(3_000)]
    started = time.process_time()
    problems = validate([*pairs, *wide])
    assert time.process_time() - started < 20
    assert [problem.severity for problem in problems].count(Severity.ERROR) == 0


CLASS, INGREDIENT, PACKAGE = "XA10BK", "XA10BKH012", "XA10BKH012A001010100001"


def alike(point_id: str, *codes: str, **more: Any) -> KnowledgePoint:
    return made(DrugClass, point_id, *codes, **{"alike_by": "药理类别", "rule_code": "GZ重复", **more})


def test_a_class_of_drugs_is_named_by_the_beginning_of_its_codes() -> None:
    assert found(alike("class", CLASS), alike("drug", INGREDIENT, alike_by="成分")) == []
    for faulty in ("XA1", "X", "0033", "ZA0"):
        assert ("代码格式", ("class",)) in found(alike("class", faulty))
    assert ("代码格式", ("dear",)) in found(made(PriceCeiling, "dear", CLASS, ceiling=1_000_000))


def test_a_code_within_a_class_of_the_same_rule_would_count_twice() -> None:
    assert found(alike("class", CLASS), alike("drug", PACKAGE)) == [("有效期重叠", ("class", "drug"))]
    assert found(alike("class", CLASS), alike("drug", PACKAGE, alike_by="成分")) == []
    assert found(alike("class", CLASS), alike("other", "XA10BJ")) == []


def test_a_region_replaces_a_class_as_a_whole_or_not_at_all() -> None:
    wide = alike("class", CLASS, overlap_days=7)
    assert found(wide, alike("here", CLASS, region="35", overlap_days=3)) == []
    part = found(wide, alike("here", INGREDIENT, region="35", overlap_days=3))
    assert part == [("地区只改了类别的一部分", ("here", "class"))]


def test_a_pair_of_a_class_with_a_drug_of_its_own_is_paired_with_itself() -> None:
    pair_of = made(InteractingPair, "pair", CLASS, partners=(PACKAGE,))
    assert ("与自身配对", ("pair",)) in found(pair_of)


def test_a_class_is_known_where_the_catalogue_has_any_drug_of_it() -> None:
    known = {Subject.ITEM: [PACKAGE]}
    assert validate([alike("class", CLASS), alike("drug", INGREDIENT, alike_by="成分")], known=known) == []
    (problem,) = validate([alike("class", "XA10BJ")], known=known)
    assert problem.check == "目录外代码"
