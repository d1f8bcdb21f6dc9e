"""For whom, where and how an item is paid: each hit line counts whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mingcha.knowledge.kinds.medication import Contraindication, PregnancyLimit
from mingcha.knowledge.kinds.scope import (
    AgeLimit,
    CareTypeLimit,
    DepartmentLimit,
    Indication,
    InstitutionTypeLimit,
    InsuranceLimit,
    InternetLimit,
    LevelLimit,
    SecondLine,
    SexLimit,
)
from mingcha.knowledge.point import FOREVER
from mingcha.sample.places import PHARMACY
from mingcha.sample.scenes.writing import UNRELATED, Circumstances, Writer, coded
from mingcha.sample.script import ADULT, FEMALE, MALE, NEAR_MISS, VIOLATION, Age, Venue, units

PREGNANT, NURSING = "3", "4"
# Of each type of institution one; eye hospitals are there because some points exempt them.
_VENUES = (Venue(2, "A100"), Venue(1, "B100"), Venue(0, "D300"), Venue(2, "A512"), Venue(1, "D153"))
# What a scene changes in lawful circumstances, with a note that says so.
Change = tuple[str, dict[str, Any]]


def write_scope(writer: Writer) -> None:
    """All plays of scope mechanisms."""
    for kind, (wrong, lawful) in _CHANGES.items():
        for point in writer.library.of(kind):
            usable = [
                (code, around)
                for code in writer.codes(point)
                if writer.alone(code, point) and (around := writer.circumstances(code, point)) is not None
            ]
            for number, (code, around) in enumerate(usable):
                _wrong(writer, point, code, around, list(wrong(point)))
                if number == 0:  # what is lawful is shown of one code
                    _lawful(writer, point, code, around, list(lawful(point)))
                    _at_the_edges(writer, point, code, around._replace(**next(wrong(point))[1]))


def _wrong(writer: Writer, point: Any, code: str, around: Circumstances, changes: list[Change]) -> None:
    days = writer.days(point, code)
    for number, (note, change) in enumerate(changes):
        _used(writer, point, code, around._replace(**change), VIOLATION, days, note, quantity=number % 2 + 1)


def _lawful(writer: Writer, point: Any, code: str, around: Circumstances, changes: list[Change]) -> None:
    days = writer.days(point, code)
    for note, change in changes:
        _used(writer, point, code, around._replace(**change), NEAR_MISS, days, note)


def _at_the_edges(writer: Writer, point: Any, code: str, against: Circumstances) -> None:
    """What would be wrong, but is taken back, or billed before the point was in force or elsewhere."""
    days = writer.days(point, code)
    _partly_refunded(writer, point, code, against, days)
    _refunded(writer, point, code, against, days)
    if not any(other.effective_to == point.effective_from for other in writer.rivals(point, code)):
        eve = (max(point.effective_from - 1, writer.year.start), point.effective_from - 1)
        _used(writer, point, code, against, NEAR_MISS, eve, "知识点生效前一日")
        first = (max(point.effective_from, writer.year.start), point.effective_from)
        _used(writer, point, code, against, VIOLATION, first, "知识点生效当日")
    if point.region and not writer.library.versions(point, code):
        abroad = against._replace(venue=against.venue._replace(cities=writer.elsewhere(point)))
        _used(writer, point, code, abroad, NEAR_MISS, days, "其他地区")


def _used(
    writer: Writer,
    point: Any,
    code: str,
    around: Circumstances,
    planted: str,
    days: tuple[int, int],
    note: str,
    quantity: int = 1,
) -> None:
    around = writer.suited(around)
    charge = writer.charge(code, units(quantity), minute=560)
    if planted == VIOLATION:
        charge = writer.whole(point, note, charge)
    else:
        charge = charge._replace(truth=writer.near_miss(point, note))
    writer.play(point, planted, days, around, [writer.visit(around, [charge])], note)


def _partly_refunded(
    writer: Writer, point: Any, code: str, around: Circumstances, days: tuple[int, int]
) -> None:
    note = "部分退费，只追退费后的金额"
    billed = writer.charge(code, units(3), minute=560)
    kept = writer.charge(code, units(2))
    billed = billed._replace(truth=writer.truth(point, note, excess=kept.quantity, amount=kept.billed))
    back = writer.charge(code, units(-1), minute=700, refund_of=0)
    writer.play(point, VIOLATION, days, around, [writer.visit(around, [billed, back])], note)


def _refunded(writer: Writer, point: Any, code: str, around: Circumstances, days: tuple[int, int]) -> None:
    note = "全部退费"
    billed = writer.charge(code, minute=560, truth=writer.near_miss(point, note))
    back = writer.charge(code, units(-1), minute=700, refund_of=0, names_original=len(code) % 2 == 0)
    writer.play(point, NEAR_MISS, days, around, [writer.visit(around, [billed, back])], note)


def _wrong_sex(point: SexLimit) -> Iterator[Change]:
    yield "性别相反", {"sex": FEMALE if point.sex == MALE else MALE}


def _lawful_sex(point: SexLimit) -> Iterator[Change]:
    yield "性别相符", {"sex": point.sex}
    yield "性别缺失", {"sex": ""}
    yield "性别为 9 未说明", {"sex": "9"}


def _wrong_age(point: AgeLimit) -> Iterator[Change]:
    if point.below < FOREVER:
        yield "刚满年龄上限", {"age": Age(point.below, point.unit)}
        yield "远超年龄上限", {"age": Age(point.below, point.unit, more_days=30, spread_days=365 * 20)}
    if point.at_least > 0:
        yield "差一日满年龄下限", {"age": Age(point.at_least, point.unit, more_days=-1)}


def _lawful_age(point: AgeLimit) -> Iterator[Change]:
    if point.below < FOREVER:
        yield "差一日满年龄上限", {"age": Age(point.below, point.unit, more_days=-1)}
    if point.at_least > 0:
        yield "刚满年龄下限", {"age": Age(point.at_least, point.unit)}
    yield "出生日期缺失", {"age": None}


def _wrong_insurance(_point: InsuranceLimit) -> Iterator[Change]:
    yield "居民医保", {"insurance": "390", "care_type": "2101"}
    yield "职工医保普通门诊", {"insurance": "310", "care_type": "11"}


def _lawful_insurance(point: InsuranceLimit) -> Iterator[Change]:
    for accepted in point.accepted:
        insurance, _, care_type = accepted.partition("/")
        yield f"可支付的 {accepted}", {"insurance": insurance, "care_type": care_type or "2101"}


def _wrong_care_type(point: CareTypeLimit) -> Iterator[Change]:
    for care_type in ("11", "14", "13", "2101"):
        if not care_type.startswith(point.accepted):
            yield f"医疗类别 {care_type}", {"care_type": care_type}
    if not "41".startswith(point.accepted):
        yield "药店购药", {"care_type": "41", "venue": Venue(0, PHARMACY), "department": "Y00"}


def _lawful_care_type(point: CareTypeLimit) -> Iterator[Change]:
    for accepted in point.accepted:
        for care_type in ("2101", "2102", "1301", "13", "52", "71"):
            if care_type.startswith(accepted):
                yield f"医疗类别 {care_type} 属于 {accepted}", {"care_type": care_type}


def _wrong_internet(point: InternetLimit) -> Iterator[Change]:
    for care_type in point.internet_care_types:
        yield "互联网诊疗", {"care_type": care_type}


def _lawful_internet(_point: InternetLimit) -> Iterator[Change]:
    yield "普通门诊", {"care_type": "11"}
    yield "住院", {"care_type": "2101"}


def _wrong_level(point: LevelLimit) -> Iterator[Change]:
    for rank, kind in ((2, "A100"), (1, "B100"), (0, "D300")):
        if rank < point.at_least:
            yield f"{rank} 级医疗机构", {"venue": Venue(rank, kind)}
    if point.exempt_types and point.exempt_at_least == 2:
        yield "专科机构级别仍不足", {"venue": Venue(1, point.exempt_types[0])}


def _lawful_level(point: LevelLimit) -> Iterator[Change]:
    kind = "B100" if point.at_least == 1 else "A100"
    yield "恰为限定级别", {"venue": Venue(point.at_least, kind)}
    yield "机构级别缺失", {"venue": Venue(point.at_least, kind, states_level=False)}
    for exempt in point.exempt_types:
        yield f"专科机构 {exempt}", {"venue": Venue(point.exempt_at_least, exempt)}


def _wrong_type(point: InstitutionTypeLimit) -> Iterator[Change]:
    for venue in _VENUES:
        if not venue.type.startswith(point.accepted):
            yield f"机构类别 {venue.type}", {"venue": venue}


def _lawful_type(point: InstitutionTypeLimit) -> Iterator[Change]:
    for venue in _VENUES:
        if venue.type.startswith(point.accepted):
            yield f"机构类别 {venue.type} 属于限定类别", {"venue": venue}
    yield "机构类别缺失", {"care_type": "41", "venue": Venue(0, PHARMACY), "department": "Y00"}


def _wrong_department(point: DepartmentLimit) -> Iterator[Change]:
    for code in ("A03.09", "A12", "A04.07"):
        if not code.startswith(point.accepted):
            yield f"科室 {code} 开单", {"department": code}


def _lawful_department(point: DepartmentLimit) -> Iterator[Change]:
    for accepted in point.accepted:
        yield f"科室 {accepted} 开单", {"department": accepted}
    yield "下级科室开单", {"department": point.accepted[0] + ".1"}


def _wrong_diagnoses(_point: Indication) -> Iterator[Change]:
    yield "诊断无关", {"diagnoses": (UNRELATED,)}
    yield "两个诊断均无关", {"diagnoses": (UNRELATED, coded("J06"))}


def _lawful_diagnoses(point: Indication) -> Iterator[Change]:
    yield "主诊断相符", {"diagnoses": (coded(point.diagnoses[0]),)}
    yield "次诊断相符", {"diagnoses": (UNRELATED, coded(point.diagnoses[-1]))}
    yield "没有诊断", {"diagnoses": ()}


def _forbidding(point: Contraindication) -> Iterator[Change]:
    yield "主诊断为禁忌", {"diagnoses": (coded(point.diagnoses[0]),)}
    yield "次诊断为禁忌", {"diagnoses": (UNRELATED, coded(point.diagnoses[-1]))}


def _not_forbidding(_point: Contraindication) -> Iterator[Change]:
    yield "诊断均非禁忌", {"diagnoses": (UNRELATED, coded("J06"))}
    yield "没有诊断", {"diagnoses": ()}


def _unsafe(point: PregnancyLimit) -> Iterator[Change]:
    mother: dict[str, Any] = {"sex": FEMALE, "age": ADULT, "maternity": point.state}
    yield "生育状态表明", mother
    told = coded("O26" if point.state == PREGNANT else "Z39.1")
    yield "诊断表明而生育状态缺失", {**mother, "maternity": "", "diagnoses": (UNRELATED, told)}
    yield "育龄的最后一日", {**mother, "age": Age(50, more_days=-1)}
    yield "刚满十五岁", {**mother, "age": Age(15)}


def _safe(point: PregnancyLimit) -> Iterator[Change]:
    mother: dict[str, Any] = {"sex": FEMALE, "age": ADULT, "maternity": point.state}
    yield "非妊娠期或哺乳期", {**mother, "maternity": "1"}
    yield "处于另一状态", {**mother, "maternity": NURSING if point.state == PREGNANT else PREGNANT}
    yield "生育状态缺失，诊断无关", {**mother, "maternity": ""}
    yield "男性", {**mother, "sex": MALE}
    yield "刚过育龄", {**mother, "age": Age(50)}
    yield "差一日满十五岁", {**mother, "age": Age(15, more_days=-1)}


def _wrong_line(_point: SecondLine) -> Iterator[Change]:
    yield "半年内未用一线药", {"first_line": "0"}


def _lawful_line(_point: SecondLine) -> Iterator[Change]:
    yield "半年内用过一线药", {"first_line": "1"}
    yield "是否用过一线药缺失", {"first_line": ""}


_CHANGES: dict[type[Any], tuple[Callable[[Any], Iterator[Change]], Callable[[Any], Iterator[Change]]]] = {
    SexLimit: (_wrong_sex, _lawful_sex),
    AgeLimit: (_wrong_age, _lawful_age),
    InsuranceLimit: (_wrong_insurance, _lawful_insurance),
    CareTypeLimit: (_wrong_care_type, _lawful_care_type),
    InternetLimit: (_wrong_internet, _lawful_internet),
    LevelLimit: (_wrong_level, _lawful_level),
    InstitutionTypeLimit: (_wrong_type, _lawful_type),
    DepartmentLimit: (_wrong_department, _lawful_department),
    Indication: (_wrong_diagnoses, _lawful_diagnoses),
    Contraindication: (_forbidding, _not_forbidding),
    PregnancyLimit: (_unsafe, _safe),
    SecondLine: (_wrong_line, _lawful_line),
}
