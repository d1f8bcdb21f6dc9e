"""How often a drug is taken, as doctors write it: qd, bid, q8h, 一日三次, 每周一次, st, prn."""

from __future__ import annotations

import re
from functools import cache
from math import gcd
from typing import NamedTuple

from mingcha.domain.doses import tidy


class Frequency(NamedTuple):
    """So many times in so many days."""

    times: int
    days: int

    @property
    def a_day(self) -> int:
        """Times on a day of use: rounded down, once where days are left out."""
        return max(1, self.times // self.days)


ONCE_A_DAY = Frequency(1, 1)
# Latin as it is written, and the same in words. What is taken when needed has no frequency and is not listed.
_WORDS: dict[str, Frequency] = {
    **dict.fromkeys(
        ("st", "stat", "once", "即刻", "立即", "临时", "单次", "一次性", "术前", "术中"), ONCE_A_DAY
    ),
    **dict.fromkeys(
        ("qd", "qn", "qm", "qam", "qpm", "hs", "od", "睡前", "每晚", "每晨", "每早", "晨起"), ONCE_A_DAY
    ),
    **dict.fromkeys(("bid", "早晚各一次"), Frequency(2, 1)),
    **dict.fromkeys(("tid", "早中晚各一次"), Frequency(3, 1)),
    "qid": Frequency(4, 1),
    "quingid": Frequency(5, 1),
    **dict.fromkeys(("qod", "隔日", "隔天", "隔日一次", "隔天一次", "隔日1次", "隔天1次"), Frequency(1, 2)),
    "qow": Frequency(1, 14),
    "隔周一次": Frequency(1, 14),
    "qw": Frequency(1, 7),
    "biw": Frequency(2, 7),
    "tiw": Frequency(3, 7),
    "qh": Frequency(24, 1),
    "q1/2h": Frequency(48, 1),
    "半小时一次": Frequency(48, 1),
    "每半小时一次": Frequency(48, 1),
}
_DIGITS = {
    "半": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
_DIGITS |= {"十二": 12, "十四": 14, "二十一": 21, "二十四": 24, "二十八": 28, "三十": 30}
_PERIODS = {"日": 1, "天": 1, "d": 1, "周": 7, "星期": 7, "w": 7, "月": 30, "晚": 1, "晨": 1, "早": 1}
_N = rf"\d+|{'|'.join(sorted(_DIGITS.keys() - {'半'}, key=len, reverse=True))}"
_EVERY_HOURS = re.compile(rf"(?:q(\d+)h|(?:每|隔)?({_N})?(?:个)?(?:小时|h)(?:一|1)次)")
_EVERY_DAYS = re.compile(r"q(\d+)([dw])|(\d+)(w)")
_IN_WORDS = re.compile(rf"(?:每|一|1)?({_N})?(?:个)?(日|天|周|星期|月|晚|晨|早)({_N})次")
_STROKE = re.compile(rf"({_N})次/({_N})?(日|天|周|星期|月|d|w)")
# When within the day, and by which way, changes nothing of how often.
_BESIDE = re.compile(
    r"\([^()]*\)|[,，;；、].*$|(?:[-_/]?(?:ac|pc|po|iv|ivgtt|im|sc|ih)|(?:饭|餐)(?:前|后|中)|随餐|空腹|口服|静滴|静脉滴注|肌注|皮下注射)+$"
)


@cache
def frequency(text: str | None) -> Frequency | None:
    """How often, None where the writing is not known or leaves it to need (prn, 必要时)."""
    if not text:
        return None
    plain = tidy(text).replace(".", "")
    plain = _BESIDE.sub("", plain)
    return _WORDS.get(plain) or _every_so_often(plain)


def _every_so_often(plain: str) -> Frequency | None:
    if found := _EVERY_HOURS.fullmatch(plain):
        return _reduced(24, _number(found[1] or found[2] or "1"))
    if found := _EVERY_DAYS.fullmatch(plain):
        return _reduced(1, int(found[1] or found[3]) * _PERIODS[found[2] or found[4]])
    if found := _IN_WORDS.fullmatch(plain):
        return _reduced(_number(found[3]), _number(found[1] or "1") * _PERIODS[found[2]])
    if found := _STROKE.fullmatch(plain):
        return _reduced(_number(found[1]), _number(found[2] or "1") * _PERIODS[found[3]])
    return None


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _DIGITS[text]


def _reduced(times: int, days: int) -> Frequency | None:
    if times < 1 or days < 1:
        return None
    common = gcd(times, days)
    return Frequency(times // common, days // common)
