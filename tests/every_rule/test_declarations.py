"""What every rule must declare, and that its page says the same as its source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mingcha.audit.telling import told
from mingcha.catalogue.entries import entries, entries_of, entry
from mingcha.catalogue.messages import check_message
from mingcha.catalogue.pages import HEADINGS, index, page, pages, sections_of
from mingcha.domain.errors import DeclarationError
from mingcha.knowledge.completion import DEFAULTS
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.sources import source
from mingcha.rules.base import BillRule, Grain, ItemRule, LineRule, StandardRule, VisitRule
from mingcha.rules.period import CapacityRule, PeriodRule
from mingcha.rules.registry import RULES
from mingcha.rules.settings import Setting

RULE_CLASSES = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
PAGES = Path(__file__).parents[2] / "docs" / "rules"


@RULE_CLASSES
def test_a_rule_says_what_it_is(rule: type) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.slug)
    assert rule.version >= 1
    assert re.fullmatch(r"\d+\.\d+\.\d+", rule.since)
    assert rule.title
    assert isinstance(rule.grain, Grain)
    assert issubclass(rule, ItemRule | LineRule | BillRule | StandardRule | VisitRule | PeriodRule)
    assert (rule.knowledge is not None) is issubclass(rule, ItemRule | StandardRule | CapacityRule)


@RULE_CLASSES
def test_a_rule_forbids_something_or_has_a_body_and_never_both(rule: type) -> None:
    if issubclass(rule, PeriodRule):
        assert (rule.forbids, rule.only_if, "judge" in vars(rule)) == (None, None, False)
        return
    has_body = "judge" in vars(rule)
    assert (rule.forbids is not None) is not has_body
    assert rule.only_if is None or has_body


@RULE_CLASSES
def test_the_file_of_a_rule_is_named_after_its_fault(rule: type) -> None:
    assert rule.__module__.rpartition(".")[2] == rule.slug.replace("-", "_")


@RULE_CLASSES
def test_the_docstring_has_its_four_headings_in_order_and_none_is_empty(rule: type) -> None:
    sections = sections_of(rule.slug)
    assert tuple(sections)[1:] == HEADINGS
    assert all(len(text) >= 10 for text in sections.values())


@RULE_CLASSES
def test_every_placeholder_of_the_message_is_known(rule: type) -> None:
    check_message(rule)


@RULE_CLASSES
def test_the_legal_basis_is_a_document_that_is_registered(rule: type) -> None:
    assert rule.legal_basis
    assert all(source(name).document for name in rule.legal_basis)


@RULE_CLASSES
def test_settings_have_a_label_and_defaults_within_their_bounds(rule: type) -> None:
    for name, setting in rule.settings().items():
        assert isinstance(setting, Setting)
        assert setting.name == name
        assert setting.label
        if setting.default is not None:
            assert setting.taken(setting.written(setting.default), rule.slug) == setting.default


@RULE_CLASSES
def test_settings_that_complete_points_have_the_same_default_wherever_they_are_read(rule: type) -> None:
    for name, setting in rule.settings().items():
        if name in DEFAULTS:
            assert setting.default == DEFAULTS[name]


@RULE_CLASSES
def test_an_official_entry_names_the_rule_and_the_kind_of_knowledge_it_needs(rule: type) -> None:
    naming = entries_of(rule.slug)
    assert naming
    for named in naming:
        assert rule.knowledge is None or rule.knowledge.slug in named.kinds


@pytest.mark.parametrize("listed", [e for e in entries() if e.kinds], ids=lambda e: e.code)
def test_every_kind_of_knowledge_of_an_entry_is_read_by_one_of_its_mechanisms(listed: Entry) -> None:
    read = {kind.slug for slug in listed.mechanisms if (kind := RULES[slug].knowledge) is not None}
    assert set(listed.kinds) == read


def test_a_setting_outside_its_bounds_or_of_another_type_is_refused_with_its_name() -> None:
    rule = RULES["age-out-of-range"]
    for wrong in (0, 19, "十八"):
        with pytest.raises(DeclarationError, match="儿童年龄上限"):
            rule({"child_below": wrong})
    for wrong in (59, 81, "六十五"):
        with pytest.raises(DeclarationError, match="老年人年龄下限"):
            rule({"elderly_from": wrong})
    with pytest.raises(DeclarationError, match="计算范围"):
        RULES["course-over-limit"]({"period": "年度"})


def test_the_official_list_has_its_eighty_eight_rules_each_code_once() -> None:
    official = [e for e in entries() if e.number]
    assert [e.number for e in official] == list(range(1, 89))
    assert len({e.code for e in official}) == 88
    assert all(re.fullmatch(r"(GZ|MC|ZB)\d{14}", e.code) for e in official)
    assert entry("GZ10000301004000").mechanisms == ("sex-mismatch",)


def test_our_own_rules_stand_behind_the_official_ones_under_codes_of_their_own() -> None:
    own = entries()[88:]
    assert all(re.fullmatch(r"MC100004\d{2}\d{3}000", e.code) and not e.number for e in own)
    assert {e.category for e in own} <= {"自有类"}
    assert all(e.mechanisms for e in own), "自有规则必须有机制"


def test_an_unknown_code_is_refused_and_says_where_to_look() -> None:
    with pytest.raises(DeclarationError, match="没有编码 GZ9"):
        entry("GZ9")


def test_the_index_lists_all_rules_in_the_order_of_the_catalogue() -> None:
    text = index()
    places = [text.index(e.code) for e in entries()]
    assert places == sorted(places)


@RULE_CLASSES
def test_the_generated_page_is_current(rule: type) -> None:
    written = (PAGES / f"{rule.slug}.md").read_text(encoding="utf-8")
    assert written == page(rule.slug, told), "规则页不是最新的，请运行 make docs"


def test_the_generated_index_is_current_and_no_page_is_left_over() -> None:
    assert (PAGES / "README.md").read_text(encoding="utf-8") == index(), (
        "规则索引不是最新的，请运行 make docs"
    )
    assert {path.name for path in PAGES.glob("*.md")} == set(pages(told))
