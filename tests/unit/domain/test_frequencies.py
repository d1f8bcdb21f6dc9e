"""Frequencies as doctors write them, in Latin and in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.domain.frequencies import frequency
from mingcha.domain.routes import ROUTES, route

READ = {
    (
        1,
        1,
    ): "st qd QD Q.D. qn hs qd(饭后) 每日一次 每天1次 一日一次 1日1次 1次/日 每晚一次 睡前 每24小时一次 q24h 即刻",
    (2, 1): "bid BID b.i.d 每日两次 一日2次 2次/天 q12h 每12小时一次 bid饭后 bid,口服 早晚各一次",
    (3, 1): "tid 一日三次 每日3次 一天三次 日三次 3次/日 q8h 每8小时一次 每八小时1次 tidpc tid餐前",
    (4, 1): "qid 每日四次 q6h 每6小时一次",
    (5, 1): "quingid 每日五次",
    (6, 1): "q4h 每四小时一次",
    (8, 1): "q3h 每3小时一次",
    (12, 1): "q2h 每二小时一次",
    (24, 1): "qh q1h 每小时一次 每1小时一次",
    (48, 1): "q1/2h 半小时一次",
    (24, 5): "q5h 每五小时一次",
    (2, 3): "q36h",
    (1, 2): "qod 隔日一次 隔天1次 q2d 1次/2天 每2天一次 q48h",
    (1, 3): "q3d 三日一次 三天一次",
    (1, 7): "qw 每周一次 一周一次 1次/周 每星期1次",
    (2, 7): "biw 每周两次 一周2次",
    (3, 7): "tiw 每周三次",
    (1, 14): "qow 隔周一次 2W q2w 每两周一次",
    (1, 21): "3W 每三周一次",
    (1, 28): "4W q4w 每四周一次",
    (1, 30): "每月一次",
}
LEFT = (
    "",
    "-",
    "prn",
    "必要时",
    "q6h prn",
    "sos",
    "遵医嘱",
    "q0h",
    "0次/日",
    "每日数次",
    "1-2次/日",
    "tid或qid",
    "三次",
)


@pytest.mark.parametrize(
    ("told", "text"), [(told, text) for told, texts in READ.items() for text in texts.split(" ")]
)
def test_a_frequency_is_read(told: tuple[int, int], text: str) -> None:
    assert frequency(text) == told


@pytest.mark.parametrize("text", LEFT)
def test_what_leaves_the_times_open_is_not_read(text: str) -> None:
    assert frequency(text) is None


def test_on_a_day_of_use_a_drug_is_taken_at_least_once() -> None:
    assert [told.a_day for text in ("qod", "biw", "q36h", "q5h", "tid") if (told := frequency(text))] == [
        1,
        1,
        1,
        4,
        3,
    ]


@given(st.integers(1, 200))
def test_every_so_many_hours_is_as_often_as_they_fit_into_days(hours: int) -> None:
    told = frequency(f"q{hours}h")
    assert told is not None
    assert told.times * hours == 24 * told.days


@given(st.text(max_size=20))
def test_no_text_whatever_breaks_the_reading(text: str) -> None:
    frequency(text)
    assert route(text) in {None, *ROUTES}


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("口服", "口服"), ("PO", "口服"), ("鼻饲", "口服"), ("静脉滴注", "静脉"), ("ivgtt", "静脉"), ("静推", "静脉"),
        ("皮下注射", "皮下"), ("肌注", "肌内"), ("im", "肌内"), ("雾化吸入", "吸入"), ("舌下含服", "舌下"),
        ("滴眼", "眼用"), ("喷鼻", "鼻用"), ("外用", "外用"), ("直肠给药", "直肠"), ("阴道给药", "阴道"),
        ("其他", None), (None, None),
    ],
)  # fmt: skip
def test_a_way_of_giving_is_one_word(text: str | None, way: str | None) -> None:
    assert route(text) == way
