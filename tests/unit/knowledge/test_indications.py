"""An indication text is taken apart and codes are proposed from a small table of diagnoses."""

from __future__ import annotations

import pytest

from mingcha.knowledge.indications.propose import DiseaseIndex, propose
from mingcha.knowledge.indications.text import normalise, read, split

TABLE = {
    "C16.000": "贲门恶性肿瘤",
    "C16.900": "胃恶性肿瘤",
    "C16.903": "残胃恶性肿瘤",
    "C34.900": "支气管或肺恶性肿瘤",
    "C85.900": "间变性淋巴瘤",
    "E75.200": "其他鞘脂贮积症",
    "E75.201": "戈谢病",
    "E75.205": "法布里病",
    "J95.802": "呼吸机相关性肺炎",
    "K21.000": "反流性食管炎",
    "K21.900": "胃食管反流病",
    "K26.300": "十二指肠急性溃疡",
    "K26.900": "十二指肠溃疡",
    "K26.900x001": "十二指肠球部溃疡",
    "O99.000": "妊娠合并戈谢病",
    "R53.x00": "不适",
}
INDEX = DiseaseIndex(TABLE)


def test_a_text_is_folded_into_one_spelling() -> None:
    """Full width, Roman numerals and the leading 限 do not tell two texts apart."""
    assert normalise("限：Ⅱ度烧伤（浅）； 无") == "II度烧伤(浅);无"


def test_numbered_clauses_are_parted_and_decimals_are_not() -> None:
    """1. and 2. begin clauses; 4.5 is a number."""
    assert split(normalise("限：1.反流性食管炎；2.发病4.5小时内。")) == ["反流性食管炎", "发病4.5小时内"]


def test_codes_of_all_clauses_are_proposed_and_decide_alone_where_nothing_else_is_asked() -> None:
    """Two diseases, no condition."""
    proposal = propose("限：1.反流性食管炎；2.十二指肠溃疡。", INDEX)
    assert (proposal.codes, proposal.conditions, proposal.fully) == (("K21.0", "K26"), (), True)


def test_a_cancer_is_found_as_the_malignant_tumour_of_its_site() -> None:
    """胃癌 and 胃腺癌 are 胃恶性肿瘤: the category of the site, with every part of it."""
    assert propose("限晚期胃腺癌患者。", INDEX).codes == ("C16",)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("限成人戈谢病患者。", "age"),
        ("限重度戈谢病患者。", "severity"),
        ("限既往治疗失败的戈谢病患者。", "earlier-treatment"),
        ("限基因检测确诊的戈谢病患者。", "marker-or-gene"),
        ("限戈谢病的二线用药。", "line-of-therapy"),
        ("限戈谢病，支付不超过14天。", "duration"),
        ("限联合其他药物治疗戈谢病。", "combination"),
        ("限戈谢病的急救抢救。", "setting-of-care"),
        ("限白蛋白低于30g/L的戈谢病患者。", "examination"),
        ("限戈谢病妇女。", "other"),
    ],
)
def test_what_codes_cannot_decide_is_named_and_keeps_the_text_undecided(text: str, word: str) -> None:
    """Each kind of condition, read from the words of a label."""
    proposal = propose(text, INDEX)
    assert proposal.codes == ("E75.201",)
    assert word in proposal.conditions
    assert not proposal.fully


def test_the_name_of_a_disease_within_the_name_of_a_marker_is_none() -> None:
    """间变性淋巴瘤激酶 is a kinase."""
    assert propose("限间变性淋巴瘤激酶(ALK)阳性的肺癌患者。", INDEX).codes == ("C34",)


def test_what_the_text_rules_out_is_not_proposed_and_is_said() -> None:
    """The excluded disease gives no code, and the text is not decided by codes alone."""
    proposal = propose("限十二指肠溃疡，但呼吸机相关性肺炎(VAP)除外。", INDEX)
    assert proposal.codes == ("K26",)
    assert not proposal.fully
    assert any("除外" in reason for reason in proposal.reasons)
    assert read("限十二指肠溃疡，但呼吸机相关性肺炎(VAP)除外。").ruled_out


def test_without_a_known_disease_nothing_is_proposed() -> None:
    """A person has to find the codes; symptoms and other chapters are not guessed."""
    proposal = propose("限不适合口服的患者。", INDEX)
    assert (proposal.codes, proposal.fully) == ((), False)


def test_exclusions_can_be_said_by_narrower_prefixes() -> None:
    """A point's field holds prefixes only: the prefix is parted until the excluded part falls out."""
    assert INDEX.without(("K26",), ("K26.300",)) == ("K26.9",)
    assert INDEX.without(("K26", "C16"), ("K26.900x001",)) == ("C16", "K26.3", "K26.900")
    assert INDEX.without(("E75",), ("E75.205",)) == ("E75.200", "E75.201")
    assert INDEX.without(("K26",), ()) == ("K26",)
