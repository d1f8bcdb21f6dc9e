"""Care far from home: the insured region says what is paid of a bill, the place of care what may be billed."""

from __future__ import annotations

from mingcha.domain.values import PRICE_SCALE
from mingcha.knowledge.kinds.limits import QuantityLimit
from mingcha.sample.goods import SERVICE
from mingcha.sample.scenes.benefit import BILLED as COST
from mingcha.sample.scenes.benefit import HERE, IN_SCOPE, USUAL
from mingcha.sample.scenes.limits import Limited
from mingcha.sample.scenes.writing import Circumstances, Writer
from mingcha.sample.script import ADULT, FEMALE, NEAR_MISS, VIOLATION, Play, Settling, Truth, Visit, units

# As the settings of the starter pack have it for where these persons are insured: per cent.
SHARE_AT_HOME = 60
SHARE, SHARE_CODE = "fund-share-too-high", "MC10000401012000"
CODES = 4


def write_elsewhere(writer: Writer) -> None:
    """All plays of persons who are insured in another province."""
    for good in writer.goods.plain(SERVICE)[:2]:
        _shares(writer, good.code)
    written = 0
    for point in writer.library.of(QuantityLimit):
        code = point.codes[0]
        around = writer.circumstances(code, point)
        if point.period == "日" and around is not None and writer.alone(code, point) and written < CODES:
            _quantities(Limited(writer, point, code, around))
            written += 1


def _stage(
    writer: Writer, mechanism: str, planted: str, note: str, visit: Visit, days: tuple[int, int]
) -> None:
    around = visit._replace(papers=HERE)
    writer.script.add(Play(mechanism, planted, (around,), *days, FEMALE, ADULT, note, from_elsewhere=True))


def _shares(writer: Writer, item: str) -> None:
    """What the fund pays follows the insured region, where it is less than here."""
    much = IN_SCOPE * (USUAL - SHARE_AT_HOME) // 100
    for planted, note, percent, amount in (
        (VIOLATION, "外省参保，按就医地的比例支付", USUAL, much),
        (NEAR_MISS, "外省参保，恰好按参保地的比例", SHARE_AT_HOME, 0),
    ):
        charge = writer.charge(item, units(1), COST * PRICE_SCALE // 100)
        settling = Settling(fund_percent=percent, deductible=0, remote=True)
        truth = Truth(SHARE_CODE, SHARE, False, planted, None, amount, note)
        visit = writer.visit(Circumstances(), [charge], company=0)._replace(settling=settling, truth=truth)
        _stage(writer, SHARE, planted, note, visit, (writer.year.start + 2, writer.year.end - 8))


def _quantities(scene: Limited) -> None:
    """What may be billed follows the place of care, though the insured region would let two more pass."""
    one, allowed = units(1), scene.point.allowed
    settling = Settling(fund_percent=SHARE_AT_HOME, deductible=0, remote=True)
    for planted, note, charge in (
        (VIOLATION, "外省参保，按就医地多一个", scene.over(allowed + one, one, "外省参保，按就医地多一个")),
        (NEAR_MISS, "外省参保，恰好等于上限", scene.near(allowed, "外省参保，恰好等于上限")),
    ):
        visit = scene.writer.visit(scene.around, [charge], company=1)._replace(settling=settling)
        days = scene.writer.days(scene.point, scene.code, 8)
        if days[0] <= days[1]:
            _stage(scene.writer, "quantity-over-limit", planted, note, visit, days)
