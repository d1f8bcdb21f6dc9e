"""What is only worth a reminder: listed items, dear ones not approved, much paid out of one's own pocket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mingcha.domain.values import PRICE_SCALE
from mingcha.knowledge.kinds.own import Notice
from mingcha.sample.goods import SERVICE
from mingcha.sample.scenes.writing import Circumstances, Writer
from mingcha.sample.script import (
    ADULT,
    FEMALE,
    NEAR_MISS,
    VIOLATION,
    Play,
    Settling,
    Truth,
    Venue,
    Visit,
    units,
)

OWN_ITEMS = ("MC10000405003000", "own-expense-items")
OWN_SHARE = ("MC10000405004000", "own-share-high")
RANKS = {3: "most_third", 2: "most_second", 1: "most_first"}
FEN = PRICE_SCALE // 100


def write_reminders(writer: Writer) -> None:
    """All plays of what is only worth a reminder."""
    for point in writer.library.of(Notice):
        for code in writer.codes(point):
            _notices(writer, point, code)
    for code in [good.code for good in writer.goods.plain(SERVICE)[:3]]:
        _own_items(writer, code)
        for rank in RANKS:
            _own_share(writer, code, rank)


def _notices(writer: Writer, point: Any, code: str) -> None:
    around = writer.circumstances(code, point)
    if around is None or not writer.alone(code, point):
        return
    for planted, note, change in _uses(point):
        charge = writer.charge(code, units(1), minute=560)._replace(**change)
        truth = writer.truth(point, note) if planted == VIOLATION else writer.near_miss(point, note)
        visit = writer.visit(around, [charge._replace(truth=truth)])
        writer.play(point, planted, writer.days(point, code), around, [visit], note)


def _uses(point: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Uses of a listed item: as violation or near-miss, what they are, and what is odd about the charge."""
    price = {"price": point.from_price} if point.from_price else {}
    no = {"approved": "2"}  # 审批不通过
    yield VIOLATION, "使用提示清单中的项目", price | no
    if point.from_price:
        yield NEAR_MISS, "单价比下限少一分", {"price": point.from_price - FEN} | no
    if point.unless_approved:
        yield NEAR_MISS, "已经审批", price | {"approved": "1"}
        yield NEAR_MISS, "无须审批", price | {"approved": "0"}
        yield NEAR_MISS, "不知是否审批", price


def _own_items(writer: Writer, code: str) -> None:
    most = writer.library.setting(OWN_ITEMS[1], "from_yuan", 500)

    def visit(fen: int, payment_class: str = "03") -> Visit:
        charge = writer.charge(code, units(1), fen * FEN, payment_class=payment_class)
        return writer.visit(Circumstances(), [charge], company=3)

    _stage(writer, OWN_ITEMS, VIOLATION, "丙类项目合计多一分", visit(most * 100 + 1))
    _stage(writer, OWN_ITEMS, VIOLATION, "丙类项目合计为两倍", visit(most * 200))
    _stage(writer, OWN_ITEMS, NEAR_MISS, "丙类项目合计恰好为设定金额", visit(most * 100))
    _stage(writer, OWN_ITEMS, NEAR_MISS, "乙类项目金额很大", visit(most * 200, "02"))


def _own_share(writer: Writer, code: str, rank: int) -> None:
    most = writer.library.setting(OWN_SHARE[1], RANKS[rank], 30)
    least = writer.library.setting(OWN_SHARE[1], "from_yuan", 1000)

    def visit(yuan: int, percent: int) -> Visit:
        around = Circumstances(venue=Venue(rank, "A100" if rank > 1 else "B100"))
        charge = writer.charge(code, units(1), yuan * PRICE_SCALE)
        settling = Settling(own_percent=percent, fund_percent=min(50, 100 - percent))
        return writer.visit(around, [charge], company=0, settling=settling)

    _stage(writer, OWN_SHARE, VIOLATION, "自费比例高一个百分点", visit(least * 10, most + 1))
    _stage(writer, OWN_SHARE, VIOLATION, "恰好到起点，全部自费", visit(least, 100))
    _stage(writer, OWN_SHARE, NEAR_MISS, "自费比例恰好为上限", visit(least * 10, most))
    _stage(writer, OWN_SHARE, NEAR_MISS, "全部自费而不到起点", visit(least - 1, 100))


def _stage(writer: Writer, rule: tuple[str, str], planted: str, note: str, visit: Visit) -> None:
    code, mechanism = rule
    visit = visit._replace(truth=Truth(code, mechanism, False, planted, None, 0, note))
    days = (writer.year.start + 2, writer.year.end - 3)
    writer.script.add(Play(mechanism, planted, (visit,), *days, FEMALE, ADULT, note))
