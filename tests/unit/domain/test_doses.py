"""Doses as doctors write them: what is read, what is converted, and what is left unread because it leaves a doubt."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.domain.doses import Amount, Measure, amount, dose, pieces_a_unit, specification

_SHARED = Path(os.environ.get("MINGCHA_SHARED", Path(__file__).parents[4] / "shared"))
_PRESCRIPTIONS = _SHARED / "data" / "mimic_iii_demo" / "PRESCRIPTIONS.csv"
MASS, UNITS, VOLUME, PIECES = Measure
MICROGRAM, GRAM = 10_000, 10_000 * 10**6

READ = {
    "0.5g": (MASS, GRAM // 2),
    "0.5 G": (MASS, GRAM // 2),
    "500mg": (MASS, GRAM // 2),
    "500毫克": (MASS, GRAM // 2),
    "1gm": (MASS, GRAM),
    "1,000mg": (MASS, GRAM),
    "0.25μg": (MASS, MICROGRAM // 4),
    "0.25µg": (MASS, MICROGRAM // 4),
    "50ug": (MASS, 50 * MICROGRAM),
    "100mcg": (MASS, 100 * MICROGRAM),
    "75微克": (MASS, 75 * MICROGRAM),
    "5克": (MASS, 5 * GRAM),
    "5000u": (UNITS, 50_000_000),
    "5000IU": (UNITS, 50_000_000),
    "100万单位": (UNITS, 10**10),
    "80万u": (UNITS, 8 * 10**9),
    "12国际单位": (UNITS, 120_000),
    "25,000unit": (UNITS, 250_000_000),
    "10ml": (VOLUME, 100_000),
    "10 mL": (VOLUME, 100_000),
    "10毫升": (VOLUME, 100_000),
    "0.5L": (VOLUME, 5_000_000),
    "1片": (PIECES, 10_000),
    "１片": (PIECES, 10_000),
    "一片": (PIECES, 10_000),
    "两粒": (PIECES, 20_000),
    "半片": (PIECES, 5_000),
    "1/2片": (PIECES, 5_000),
    "1.5片": (PIECES, 15_000),
    "2tab": (PIECES, 20_000),
    "1支": (PIECES, 10_000),
    "1袋": (PIECES, 10_000),
    "8丸": (PIECES, 80_000),
}
LEFT = (
    "", "-", "1", "0.5", "适量", "遵医嘱", "1-2片", "1~2片", "325-650mg", "10mg/kg", "5ml/h", "0片", "1/0片", "0.5/2片",
    "片", "g", "1片半", "少许", "2mEq", "十二片", "-1片", "1e3mg",
)  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_a_writing_is_read_in_its_measure(text: str) -> None:
    read = amount(text)
    assert read is not None
    assert (read.measure, read.value) == READ[text]


@pytest.mark.parametrize("text", LEFT)
def test_a_writing_that_leaves_a_doubt_is_not_read(text: str) -> None:
    assert amount(text) is None
    assert dose(text, "0.25g*24片/盒") == (None, None, None, None)


SPECIFICATIONS = {
    "0.25g*24片/盒": (GRAM // 4, None, "片", 24, "盒"),
    "0.25g×24片/盒": (GRAM // 4, None, "片", 24, "盒"),
    "0.25g x 24片": (GRAM // 4, None, "片", 24, ""),
    "0.25g*12片*2板/盒": (GRAM // 4, None, "片", 24, "盒"),
    "12片*2板/盒": (None, None, "片", 24, "盒"),
    "20mg*7粒": (GRAM // 50, None, "粒", 7, ""),
    "每片0.5g": (GRAM // 2, None, "片", None, "片"),
    "每粒装0.3g": (None, None, "粒", None, "粒"),
    "0.1g/片": (GRAM // 10, None, "片", None, "片"),
    "1g": (GRAM, None, "", None, ""),
    "10ml:50mg": (GRAM // 20, 100_000, "", None, ""),
    "50mg:10ml": (GRAM // 20, 100_000, "", None, ""),
    "10ml：50mg×5支/盒": (GRAM // 20, 100_000, "支", 5, "盒"),
    "2ml:0.1g/支": (GRAM // 10, 20_000, "支", None, "支"),
    "0.9%:100ml": (GRAM * 9 // 10, 1_000_000, "", None, ""),
    "250ml:12.5g(5%)": (GRAM * 25 // 2, 2_500_000, "", None, ""),
    "3ml:300单位(笔芯)": (3_000_000, 30_000, "", None, ""),
    "300IU/3ml": (3_000_000, 30_000, "", None, ""),
    "100ml/瓶": (None, 1_000_000, "瓶", None, "瓶"),
    "10ml*6支/盒": (None, 100_000, "支", 6, "盒"),
    "5mg/10mg*7片": (None, None, "片", 7, ""),
    "2.5mg:10mg": (None, None, "", None, ""),
    "复方": (None, None, "", None, ""),
    "-": (None, None, "", None, ""),
    "": (None, None, "", None, ""),
}


@pytest.mark.parametrize("text", SPECIFICATIONS)
def test_a_specification_tells_what_one_preparation_holds(text: str) -> None:
    told = specification(text)
    active = told.active.value if told.active else None
    volume = told.volume.value if told.volume else None
    assert (active, volume, told.word, told.packed, told.pack) == SPECIFICATIONS[text]


@pytest.mark.parametrize(
    ("text", "spec", "measure", "value"),
    [
        ("2片", "0.25g*24片/盒", MASS, GRAM // 2),
        ("0.5g", "0.25g*24片/盒", PIECES, 20_000),
        ("5ml", "10ml:50mg*5支/盒", MASS, GRAM // 40),
        ("25mg", "10ml:50mg*5支/盒", VOLUME, 50_000),
        ("1支", "10ml:50mg*5支/盒", VOLUME, 100_000),
        ("100单位", "3ml:300单位", VOLUME, 10_000),
        ("每次2粒", "20mg*7粒", MASS, GRAM // 25),
        ("2粒(0.25g/粒)", None, MASS, GRAM // 2),
        ("2粒（每粒0.25g）", "0.5g*20粒", MASS, GRAM // 2),
        ("1支", "1g", MASS, GRAM),
        ("0.5g(2片)", None, MASS, GRAM // 2),
    ],
)
def test_a_dose_is_converted_by_the_specification(text: str, spec: str, measure: Measure, value: int) -> None:
    assert dose(text, spec)[list(Measure).index(measure)] == value


@pytest.mark.parametrize(
    ("text", "spec", "measure"),
    [
        ("2片", None, MASS),
        ("2片", "5mg/10mg*7片", MASS),
        ("2粒", "0.25g*24片/盒", MASS),
        ("2滴", "5ml:50mg/支", MASS),
        ("2滴", None, PIECES),
        ("2喷", "1g", MASS),
        ("10ml", "0.25g*24片/盒", MASS),
        ("100单位", "0.25g*24片/盒", MASS),
    ],
)
def test_what_the_specification_does_not_tell_stays_unknown(text: str, spec: str, measure: Measure) -> None:
    assert dose(text, spec)[list(Measure).index(measure)] is None


@pytest.mark.parametrize(
    ("spec", "unit", "pieces"),
    [
        ("0.25g*24片/盒", "盒", 24),
        ("0.25g*24片/盒", "片", 1),
        ("0.25g*24片", "盒", 24),
        ("0.25g*100片/瓶", "瓶", 100),
        ("10g*10袋/盒", "袋", 1),
        ("100ml/瓶", "瓶", 1),
        ("10ml:50mg", "支", None),
        ("0.25g*24片/盒", "瓶", None),
        ("0.25g*24片/盒", None, None),
        (None, "盒", None),
    ],
)
def test_how_many_preparations_a_billed_unit_is(spec: str, unit: str, pieces: int) -> None:
    assert pieces_a_unit(spec, unit) == pieces


UNIT_WORDS = {"kg": GRAM * 1000, "g": GRAM, "mg": GRAM // 1000, "μg": MICROGRAM}


@given(st.integers(1, 10**6), st.sampled_from(sorted(UNIT_WORDS)))
def test_every_whole_amount_is_read_back_as_written(number: int, unit: str) -> None:
    assert amount(f"{number}{unit}") == Amount(number * UNIT_WORDS[unit], MASS)


@given(st.integers(1, 10**6))
def test_the_same_dose_in_another_unit_is_the_same(milligrams: int) -> None:
    whole, part = divmod(milligrams, 1000)
    assert amount(f"{milligrams}mg") == amount(f"{milligrams * 1000}ug") == amount(f"{whole}.{part:03d}g")


@given(st.integers(1, 500), st.integers(1, 500), st.integers(1, 2000))
def test_a_greater_dose_is_greater_in_every_measure(few: int, more: int, strength: int) -> None:
    spec = f"{strength}mg*24片/盒"
    smaller, greater = dose(f"{few}片", spec), dose(f"{few + more}片", spec)
    assert smaller.mass is not None
    assert greater.mass is not None
    assert smaller.mass < greater.mass


@given(st.integers(1, 200), st.integers(1, 2000))
def test_pieces_to_mass_and_back_is_the_same(pieces: int, strength: int) -> None:
    spec = f"{strength}mg*24片/盒"
    mass = dose(f"{pieces}片", spec).mass
    assert mass == pieces * strength * GRAM // 1000
    assert dose(f"{pieces * strength}mg", spec).pieces == pieces * 10_000


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_text_whatever_breaks_the_reading(text: str, spec: str) -> None:
    assert all(value is None or value >= 0 for value in dose(text, spec))
    pieces_a_unit(spec, text)


@pytest.mark.skipif(
    not _PRESCRIPTIONS.is_file(), reason="没有 ../shared（或 MINGCHA_SHARED），跳过真实处方的剂量写法"
)
def test_of_real_prescriptions_only_what_leaves_a_doubt_is_not_read() -> None:
    with _PRESCRIPTIONS.open(encoding="utf-8", newline="") as file:
        written = Counter(row["dose_val_rx"] + row["dose_unit_rx"] for row in csv.DictReader(file))
    left = Counter({text: times for text, times in written.items() if amount(text) is None})
    assert left.total() < written.total() * 0.2
    doubtful = re.compile(r"\d-\d|^0+\D|mEq$|mmol$|/hr?$|PE$", re.IGNORECASE)
    plain = {
        text for text in left if re.search(r"\d(mg|gm?|mcg|ml|l|unit|tab|cap|vial)$", text, re.IGNORECASE)
    }
    assert {text for text in plain if not doubtful.search(text)} == set()
