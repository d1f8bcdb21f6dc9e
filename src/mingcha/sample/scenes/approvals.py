"""What is paid only with leave given before: said on the line itself, or by a table of approvals beside the bills."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from mingcha.domain.values import PRICE_SCALE
from mingcha.knowledge.kinds.entitlement import ApprovalRequired
from mingcha.sample.scenes.writing import Writer
from mingcha.sample.script import NEAR_MISS, VIOLATION, After, Paper, units

FEN = PRICE_SCALE // 100
LONG_AGO = After(-2_000)
MISSING, EXCEEDED = "approval-missing", "approval-exceeded"
USED, APPROVED = units(2), units(1)
GIVEN, REFUSED, NEEDLESS = "1", "2", "0"


class Told(NamedTuple):
    """What is said of the approval of one use: on the line, and by the table."""

    planted: str
    note: str
    flag: str = ""
    papers: tuple[Paper, ...] = ()
    below: bool = False


def write_approvals(writer: Writer) -> None:
    """All plays of items that need an approval: of every second item only the table says anything."""
    for number, point in enumerate(writer.library.of(ApprovalRequired)):
        for code in writer.codes(point):
            told = _told_by_line(point) if number % 2 else _told_by_table(code)
            for one in told:
                _stage(writer, point, code, one)
            for one in () if number % 2 else _told_by_quantity(point, code):
                _stage(writer, point, code, one, EXCEEDED)


def _stage(writer: Writer, point: Any, code: str, told: Told, mechanism: str = MISSING) -> None:
    around = writer.circumstances(code, point)
    if around is None or not writer.alone(code, point):
        return
    price = max(writer.goods[code].price, point.from_price)
    charge = writer.charge(
        code, USED, point.from_price - FEN if told.below else price, minute=560, approved=told.flag
    )
    if told.planted != VIOLATION:
        truth = writer.near_miss(point, told.note)
    elif mechanism == EXCEEDED:
        truth = writer.truth(point, told.note, excess=USED - APPROVED, amount=charge.billed // 2)
    else:
        truth = writer.truth(point, told.note, excess=USED, amount=charge.billed)
    charge = charge._replace(truth=truth._replace(mechanism=mechanism))
    visit = writer.visit(around, [charge], papers=told.papers)
    writer.play(point, told.planted, writer.days(point, code), around, [visit], told.note, mechanism)


def _told_by_line(point: Any) -> Iterator[Told]:
    yield Told(VIOLATION, "审批不通过", REFUSED)
    yield Told(NEAR_MISS, "审批通过", GIVEN)
    yield Told(NEAR_MISS, "标为无须审批", NEEDLESS)
    yield Told(NEAR_MISS, "没有任何审批信息")
    if point.from_price:
        yield Told(NEAR_MISS, "单价比下限少一分，审批不通过", REFUSED, below=True)


def _approval(code: str, state: str, since: After, until: After, **more: str) -> Paper:
    said: dict[str, str | int | After] = {
        "Approval.approval_id": f"批-{code[-4:]}",
        "hilist_code": code,
        "hosp_appr_flag": state,
        "begndate": since,
        "enddate": until,
        **more,
    }
    return Paper("approvals", tuple(said.items()))


def _told_by_quantity(point: Any, code: str) -> Iterator[Told]:
    """Two are used: of one approval that held, or of two that overlap."""

    def approved(number: str, cnt: str, since: int = -30) -> Paper:
        more = {"Approval.approval_id": f"量-{code[-4:]}-{number}", "cnt": cnt}
        return _approval(code, GIVEN, After(since), After(60), **more)

    yield Told(VIOLATION, "用了两个，批准一个", papers=(approved("1", "1"),))
    yield Told(NEAR_MISS, "用了两个，批准两个", papers=(approved("1", "2"),))
    if point.from_price:
        cheap = "单价比下限少一分，用得比批准的多"
        yield Told(NEAR_MISS, cheap, papers=(approved("1", "1"),), below=True)
    yield Told(
        NEAR_MISS, "两份重叠的审批各批准一个", papers=(approved("1", "1"), approved("2", "1", since=-5))
    )


def _told_by_table(code: str) -> Iterator[Told]:
    def approval(state: str, until: After, since: After = LONG_AGO, **more: str) -> tuple[Paper, ...]:
        return (_approval(code, state, since, until, **more),)

    yield Told(VIOLATION, "审批前一日到期", papers=approval(GIVEN, After(-1)))
    yield Told(VIOLATION, "次日才审批", papers=approval(GIVEN, After(90), After(1)))
    yield Told(VIOLATION, "资料中审批未通过", papers=approval(REFUSED, After(90)))
    yield Told(VIOLATION, "审批的是别人", papers=approval(GIVEN, After(90), psn_no="P-OTHER"))
    yield Told(NEAR_MISS, "审批当日到期", papers=approval(GIVEN, After(0)))
    yield Told(NEAR_MISS, "审批当日生效", papers=approval(GIVEN, After(90), After(0)))
    expired = approval(GIVEN, After(-1))
    yield Told(NEAR_MISS, "资料已到期，单据写明审批通过", GIVEN, expired)
