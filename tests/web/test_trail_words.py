"""The screen of the trail has a word for every kind of thing that an entry may be about."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORDS = ROOT / "frontend" / "src" / "screens" / "trail" / "words.ts"


def test_what_an_entry_is_about_is_called_by_a_chinese_word() -> None:
    recorded = set()
    for path in (ROOT / "src" / "mingcha").rglob("*.py"):
        recorded |= set(re.findall(r'about=\(\s*"(\w+)"', path.read_text("utf-8")))
    assert len(recorded) > 10
    kinds = re.search(r"const KINDS[^{]*{(.*?)}", WORDS.read_text("utf-8"), re.DOTALL)
    assert kinds is not None
    assert recorded <= set(re.findall(r"(\w+): '", kinds[1]))
