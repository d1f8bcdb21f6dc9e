"""By which way a drug is given, as doctors write it, in the few words that tell ways apart."""

from __future__ import annotations

import re
from functools import cache

from mingcha.domain.doses import tidy

ROUTES = ("口服", "舌下", "静脉", "肌内", "皮下", "吸入", "鼻用", "眼用", "耳用", "直肠", "阴道", "外用")
# The first that stands in the text counts: 皮下注射 is no 静脉, and 雾化吸入 is no 口服.
_WORDS: tuple[tuple[str, str], ...] = (
    ("舌下", r"舌下|含服|\bsl\b"),
    ("静脉", r"静脉|静滴|静注|静推|\biv|\bivgtt|\bivd|\bivp"),
    ("肌内", r"肌内|肌肉|肌注|\bim\b"),
    ("皮下", r"皮下|\bsc\b|\bih\b"),
    ("吸入", r"吸入|雾化"),
    ("鼻用", r"滴鼻|喷鼻|鼻用|鼻腔"),
    ("眼用", r"滴眼|点眼|眼"),
    ("耳用", r"滴耳|耳"),
    ("直肠", r"直肠|灌肠|肛|\bpr\b"),
    ("阴道", r"阴道"),
    ("口服", r"口服|鼻饲|冲服|吞服|嚼服|\bpo\b|\bng\b"),
    ("外用", r"外用|外敷|涂|贴|洗|喷"),
)
_KNOWN = tuple((route, re.compile(pattern)) for route, pattern in _WORDS)


@cache
def route(text: str | None) -> str | None:
    """The way in one word, None where it is not told: 静脉滴注 is 静脉, po is 口服."""
    if text is None:
        return None
    plain = tidy(text)
    return next((name for name, pattern in _KNOWN if pattern.search(plain)), None)
