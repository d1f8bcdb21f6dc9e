"""The hand-made sample of indications is well-formed, is the one that was drawn, and names codes that exist."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.indications.draw import SIZE, Point, draw, identity, read_points
from tests.unit.knowledge.shared import COMPILED, SHARED, needs_shared

HERE = Path(__file__).parent
DISEASES = SHARED / "data" / "icd" / "ZD_INFO.dat"
CONDITIONS = {
    "earlier-treatment",
    "marker-or-gene",
    "severity",
    "age",
    "examination",
    "setting-of-care",
    "line-of-therapy",
    "combination",
    "duration",
    "other",
}
REQUIRED = {"text", "drug", "batch", "row", "codes", "excludes", "conditions", "fully"}
# A letter and one digit name a block (any solid tumour is C0 … C6); anything longer is a category or a code.
PREFIX = re.compile(r"[A-Z]\d(\d(\.(\d|x)\w*)?)?")

needs_diseases = pytest.mark.skipif(
    not DISEASES.is_file(), reason="没有 ../shared（或 MINGCHA_SHARED）中的疾病诊断编码表，跳过核对编码的测试"
)


@cache
def sample() -> list[dict[str, Any]]:
    """The mapped texts, in the order in which they were drawn."""
    texts: list[dict[str, Any]] = yaml.safe_load((HERE / "sample.yaml").read_text(encoding="utf-8"))["texts"]
    return texts


@cache
def drawn() -> list[Point]:
    """The drawing, made again from the published table."""
    return draw(read_points(COMPILED))


@cache
def diseases() -> list[str]:
    """Codes of the diagnosis table; the second code of a dagger pair stays attached to the first."""
    return [line.split(" ", 1)[0] for line in DISEASES.read_text(encoding="utf-8").splitlines() if line]


def test_the_sample_is_large_enough_and_names_no_text_twice() -> None:
    """At least a hundred texts, as many as are drawn, each once."""
    assert len(sample()) == SIZE >= 100
    assert not [text for text, times in Counter(entry["text"] for entry in sample()).items() if times > 1]


@pytest.mark.parametrize("entry", sample(), ids=lambda entry: entry["text"])
def test_an_entry_has_its_fields_and_only_these(entry: dict[str, Any]) -> None:
    """Identity, place of publication, codes, conditions and verdict are there; a note may be."""
    assert set(entry) - {"note"} == REQUIRED
    assert re.fullmatch(r"[0-9a-f]{12}", entry["text"])
    assert entry["batch"] > 0
    assert entry["row"] > 0
    assert entry["drug"]
    assert isinstance(entry["fully"], bool)
    assert 0 < len(entry.get("note", "a note")) <= 120


@pytest.mark.parametrize("entry", sample(), ids=lambda entry: entry["text"])
def test_codes_are_as_short_as_they_can_be_said(entry: dict[str, Any]) -> None:
    """No prefix is malformed, repeated or already said by a shorter one."""
    for name in ("codes", "excludes"):
        prefixes = entry[name]
        assert all(isinstance(prefix, str) and PREFIX.fullmatch(prefix) for prefix in prefixes)
        said_twice = [(a, b) for i, a in enumerate(prefixes) for b in prefixes[i + 1 :] if nested(a, b)]
        assert not said_twice


def nested(a: str, b: str) -> bool:
    """Whether one prefix says the other."""
    return a.startswith(b) or b.startswith(a)


@pytest.mark.parametrize("entry", sample(), ids=lambda entry: entry["text"])
def test_an_exclusion_takes_away_something_that_was_given(entry: dict[str, Any]) -> None:
    """Each excluded prefix lies beneath a prefix of the entry and is narrower than it."""
    for excluded in entry["excludes"]:
        assert any(excluded.startswith(code) and excluded != code for code in entry["codes"]), excluded


@pytest.mark.parametrize("entry", sample(), ids=lambda entry: entry["text"])
def test_codes_alone_decide_exactly_when_nothing_else_is_asked(entry: dict[str, Any]) -> None:
    """Conditions come from the fixed words; `fully` holds when there are codes and no condition."""
    conditions = entry["conditions"]
    assert set(conditions) <= CONDITIONS
    assert len(set(conditions)) == len(conditions)
    assert entry["fully"] == (bool(entry["codes"]) and not conditions)
    assert entry["codes"] or entry.get("note"), "an entry without codes says why"


@needs_shared
def test_the_sample_is_the_drawing_by_its_seed() -> None:
    """Texts, drugs, batches and rows are those of the drawing, in its order."""
    mapped = [(entry["text"], entry["drug"], entry["batch"], entry["row"]) for entry in sample()]
    assert mapped == [(identity(point.text), point.drug, point.batch, point.row) for point in drawn()]


@needs_shared
def test_the_table_holds_the_texts_that_were_drawn_from() -> None:
    """510 points with 385 distinct texts: another table would draw another sample."""
    points = read_points(COMPILED)
    assert (len(points), len({point.text for point in points})) == (510, 385)


@needs_shared
def test_no_published_sentence_stands_in_the_sample() -> None:
    """The sentences stay where they are published."""
    kept = (HERE / "sample.yaml").read_text(encoding="utf-8")
    assert not [point.drug for point in drawn() if point.text in kept]


@needs_diseases
@pytest.mark.parametrize("entry", sample(), ids=lambda entry: entry["text"])
def test_every_prefix_exists_in_the_diagnosis_table(entry: dict[str, Any]) -> None:
    """A prefix is a code, a category or a block of the insurance edition."""
    unknown = [
        prefix
        for prefix in (*entry["codes"], *entry["excludes"])
        if not any(code.startswith(prefix) for code in diseases())
    ]
    assert not unknown


@needs_diseases
@pytest.mark.parametrize("entry", sample(), ids=lambda entry: entry["text"])
def test_exclusions_leave_something_of_every_prefix(entry: dict[str, Any]) -> None:
    """A prefix whose codes are all excluded would say nothing."""
    excluded = tuple(entry["excludes"])
    for prefix in entry["codes"]:
        assert any(code.startswith(prefix) and not code.startswith(excluded or " ") for code in diseases())
