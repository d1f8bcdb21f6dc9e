"""Faults of presence: in two places at once, at a clinic while in hospital, charged after death."""

from __future__ import annotations

from mingcha.sample.goods import CONSUMABLE
from mingcha.sample.scenes.visits import NIGHTS, Visits
from mingcha.sample.scenes.writing import STAY_BEGINS, Circumstances, Writer
from mingcha.sample.script import ADULT, FEMALE, NEAR_MISS, VIOLATION, Play, Truth, Venue, Visit, units

OVERLAP = ("MC10000402001000", "overlapping-stays")
DURING = ("MC10000402002000", "visit-during-stay")
TWO_PLACES = ("MC10000402003000", "visits-in-two-places")
AFTER_DEATH = ("MC10000402004000", "charged-after-death")
HERE, THERE = Venue(cities=("350100",)), Venue(cities=("350500",))


def write_presence(writer: Writer) -> None:
    """All plays of faults of presence."""
    scene = Visits(writer)
    for code in [good.code for good in writer.goods.plain(CONSUMABLE)[4:8]]:
        _overlaps(scene, code)
        _during(scene, code)
        _two_places(scene, code)
        _deaths(writer, code)


def _overlaps(scene: Visits, code: str) -> None:
    first = scene.stay(code)

    def elsewhere(after: int, nights: int = NIGHTS) -> Visit:
        return scene.stay(code, after, nights)._replace(venue=Venue(rank=3), returning=False)

    def stage(planted: str, note: str, *visits: Visit) -> None:
        scene.stage(*OVERLAP, planted, note, visits)

    tolerance = scene.writer.library.setting(OVERLAP[1], "tolerance", 0)
    stage(VIOLATION, "出院前一日又住进另一家", first, elsewhere(NIGHTS - tolerance - 1))
    stage(VIOLATION, "同一机构两次住院日期重叠", first, scene.stay(code, NIGHTS - tolerance - 2))
    stage(VIOLATION, "另一次住院整个在其中", first, elsewhere(1, nights=1))
    stage(NEAR_MISS, "出院当日转到另一家", first, elsewhere(NIGHTS - tolerance))
    home = scene.stay(code, care_type="71")
    stage(NEAR_MISS, "家庭病床期间住院", home, elsewhere(1))


def _during(scene: Visits, code: str) -> None:
    stay = scene.stay(code)

    def stage(planted: str, note: str, *visits: Visit) -> None:
        scene.stage(*DURING, planted, note, visits)

    stage(VIOLATION, "入院次日看门诊", stay, scene.out_patient(code, 1))
    stage(VIOLATION, "出院前一日看慢特病门诊", stay, scene.out_patient(code, NIGHTS - 1, care_type="14"))
    stage(NEAR_MISS, "入院当日看门诊", stay, scene.out_patient(code, 0))
    stage(NEAR_MISS, "出院当日看门诊", stay, scene.out_patient(code, NIGHTS))
    stage(NEAR_MISS, "住院期间药店购药", stay, scene.purchase(scene.drug, 2))


def _two_places(scene: Visits, code: str) -> None:
    minutes = scene.writer.library.setting(TWO_PLACES[1], "minutes", 30)
    first = _at(scene, code, HERE, 600)

    def stage(planted: str, note: str, *visits: Visit) -> None:
        scene.stage(*TWO_PLACES, planted, note, visits)

    stage(VIOLATION, "恰好在设定分钟数时在外地就诊", first, _at(scene, code, THERE, 600 + minutes))
    stage(VIOLATION, "几分钟后在外地就诊", first, _at(scene, code, THERE, 604))
    stage(NEAR_MISS, "比设定分钟数多一分钟", first, _at(scene, code, THERE, 601 + minutes))
    stage(NEAR_MISS, "同城另一家机构", first, _at(scene, code, HERE._replace(rank=3), 604))
    tomorrow = _at(scene, code, THERE, 604)._replace(after=1)
    stage(NEAR_MISS, "次日同一时刻在外地", first, tomorrow)


def _at(scene: Visits, code: str, venue: Venue, minute: int) -> Visit:
    charges = [scene.writer.charge(code, units(1), minute=minute)]
    return scene.writer.visit(Circumstances(venue=venue), charges, company=0, jitter=1)


def _deaths(writer: Writer, code: str) -> None:
    tolerance = writer.library.setting(AFTER_DEATH[1], "tolerance", 1)
    _dead(writer, code, VIOLATION, "宽限之后一日仍有门诊费用", after=tolerance + 1)
    _dead(writer, code, VIOLATION, "死亡一个月后仍有门诊费用", after=30)
    _dead(
        writer,
        code,
        VIOLATION,
        "住院死亡后仍在计费",
        after=0,
        nights=NIGHTS + tolerance,
        day=NIGHTS + tolerance,
    )
    _dead(writer, code, NEAR_MISS, "死亡当日的费用", after=0)
    _dead(writer, code, NEAR_MISS, "宽限当日的费用", after=tolerance)


def _dead(
    writer: Writer, code: str, planted: str, note: str, *, after: int, nights: int = 0, day: int = 0
) -> None:
    """A person who died on the day of a first visit, or in the middle of a stay, and one charge more."""
    charge = writer.charge(code, units(1), day=day, minute=STAY_BEGINS + 30)
    excess, quantity = (charge.billed, charge.quantity) if planted == VIOLATION else (0, 0)
    charge = charge._replace(truth=Truth(*AFTER_DEATH, False, planted, quantity, excess, note))
    if nights:
        visits = [writer.visit(Circumstances(care_type="2101"), [charge], company=0, nights=nights)]
    else:
        last = writer.visit(Circumstances(), [charge], company=0, after=after)
        visits = [writer.visit(Circumstances(), [writer.charge(code)], company=0)] if after else []
        visits.append(last)
    died = NIGHTS - 1 if nights else 0
    days = (writer.year.start + 2, writer.year.end - 2 - after - nights)
    writer.script.add(Play(AFTER_DEATH[1], planted, tuple(visits), *days, FEMALE, ADULT, note, died))
