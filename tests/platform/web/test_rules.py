"""The rule library over HTTP: the list, the page of a rule, and its examples tried with other values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mingcha.access.roles import Role
from mingcha.audit.rulebook import rulebook
from mingcha.catalogue.entries import entries
from mingcha.catalogue.pages import sections_of
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from tests.support.browser import Browser
from tests.support.platform import Town

FREQUENCY = "GZ10000102014000"
CASES = Path("src/mingcha/rules/limits/quantity_over_limit.cases.yaml")


@pytest.fixture
def reader(town: Town) -> Browser:
    town.user("reader", town.grant(Role.READER, "H1"), at="H1")
    return Browser(town.access).sign_in("reader")


def every_rule(reader: Browser, query: str = "") -> list[dict[str, Any]]:
    pages = [reader("GET", f"/rules?size=100&page={page}{query}").json()["items"] for page in (1, 2)]
    return [rule for page in pages for rule in page]


@pytest.mark.one_database
def test_the_list_is_the_rule_book_official_rules_first(reader: Browser) -> None:
    listed = every_rule(reader)
    assert [rule["code"] for rule in listed] == [entry.code for entry in entries()]
    assert [rule["number"] for rule in listed[:88]] == list(range(1, 89))
    release = release_of(0, starter_points(), starter_settings(), with_demonstration=True)
    book = {one.entry.code: one for one in rulebook(release)}
    for rule in listed:
        one = book[rule["code"]]
        assert (rule["state"], rule["points"], rule["judgeable"]) == (one.state, one.points, one.judgeable)


@pytest.mark.one_database
def test_the_tree_counts_what_the_list_shows_under_each_branch(reader: Browser) -> None:
    tree = reader("GET", "/rules/tree").json()
    assert sum(branch["rules"] for branch in tree if branch["origin"] == "official") == 88
    for branch in tree:
        query = f"&origin={branch['origin']}&category={branch['category']}&group={branch['group']}"
        assert len(every_rule(reader, query)) == branch["rules"], branch


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("&certainty=可疑", lambda rule: rule["certainty"] == "可疑"),
        ("&state=可判断", lambda rule: rule["state"] == "可判断"),
        ("&items=医用耗材", lambda rule: rule["items"] == "医用耗材"),
        (
            "&mechanism=sex-mismatch",
            lambda rule: any(m["slug"] == "sex-mismatch" for m in rule["mechanisms"]),
        ),
        ("&text=频次", lambda rule: "频次" in rule["name"] + "".join(m["label"] for m in rule["mechanisms"])),
        ("&text=gz10000102014", lambda rule: rule["code"] == FREQUENCY),
    ],
)
def test_a_filter_keeps_just_the_rules_that_it_names(reader: Browser, query: str, holds: Any) -> None:
    assert every_rule(reader, query) == [rule for rule in every_rule(reader) if holds(rule)] != []


@pytest.mark.one_database
def test_the_page_of_a_rule_says_what_the_document_says(reader: Browser) -> None:
    detail = reader("GET", f"/rules/{FREQUENCY}").json()
    (mechanism,) = detail["mechanisms"]
    document = Path("docs/rules/quantity-over-limit.md").read_text("utf-8")
    parts = {part["heading"]: part["blocks"] for part in mechanism["parts"]}
    for heading in ("检查什么", "为何违规", "不报什么", "处理建议"):
        assert parts[heading] == [{"text": sections_of("quantity-over-limit")[heading]}]
        assert parts[heading][0]["text"] in document
    assert all(f"- {text}" in document for text in parts["依据"][0]["texts"])
    assert [(one["name"], one["told"], one["kind"]) for one in mechanism["settings"]] == [
        ("tolerance", "0 次", "number")
    ]
    assert sum(detail["points"].values()) == detail["rule"]["points"] > 0


@pytest.mark.one_database
def test_examples_are_run_and_say_what_they_should(reader: Browser) -> None:
    examples = reader("GET", f"/rules/{FREQUENCY}/examples?mechanism=quantity-over-limit").json()["examples"]
    assert len(examples) == CASES.read_text("utf-8").count("- name:")
    assert all(one["faults"] == [] for one in examples)
    assert examples[1]["outcome"] == "报 1 条"


@pytest.mark.one_database
def test_an_example_tried_with_other_values_says_otherwise_and_nothing_is_kept(reader: Browser) -> None:
    path = f"/rules/{FREQUENCY}/examples?mechanism=quantity-over-limit"
    before = reader("GET", path).json()
    example = before["examples"][1]
    form = {"mechanism": "quantity-over-limit", "example": 2, "points": example["points"]}

    def outcome(**change: Any) -> str:
        answer = reader("POST", f"/rules/{FREQUENCY}/try", {**form, **change})
        assert answer.status_code == 200, answer.text
        said: str = answer.json()["outcome"]
        return said

    assert outcome() == "报 1 条"
    assert outcome(settings={"tolerance": "2"}) == "不报"
    assert outcome(points=[{**example["points"][0], "allowed": "3"}]) == "不报"
    line = example["bills"][0]["lines"][0]
    for quantity, said in (("1", "不报"), ("1.5", "报 1 条"), (None, "无法判断")):
        bill = {**example["bills"][0], "lines": [{**line, "billed_quantity": quantity}]}
        assert outcome(bills=[bill]) == said
    assert reader("GET", path).json() == before


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"settings": {"tolerance": "x"}}, "应为数字"),
        ({"settings": {"nothing": "1"}}, "nothing"),
        ({"settings": {"tolerance": "-1"}}, "超出范围"),
        ({"points": [{"codes": ["<script>"], "no_such": "1"}]}, "没有字段"),
        ({"bills": [{"lines": [{"line_id": "c1"}]}]}, "例子"),
        ({"bills": [{"facts": {"sex": "1", "birth_date": "yesterday"}}]}, "应为日期"),
        ({"example": 999}, "这个例子"),
        ({"mechanism": "no-such"}, "这个机制"),
    ],
)
def test_what_cannot_be_read_in_a_trial_is_told_with_what_to_do(
    reader: Browser, change: dict[str, Any], told: str
) -> None:
    answer = reader(
        "POST", f"/rules/{FREQUENCY}/try", {"mechanism": "quantity-over-limit", "example": 1, **change}
    )
    assert 400 <= answer.status_code < 500
    problem = answer.json()
    assert told in problem["message"]
    assert problem["remedy"]


@pytest.mark.one_database
def test_many_bills_of_a_period_are_tried_with_other_parameters(reader: Browser) -> None:
    examples = reader("GET", "/rules/ZB10000205001000/examples?mechanism=drug-share").json()["examples"]
    assert examples[0]["bills"] is None
    form = {"mechanism": "drug-share", "example": 1, "settings": {**examples[0]["settings"], "times": "3"}}
    assert "被指出" in examples[0]["name"]
    assert examples[0]["faults"] == []
    assert reader("POST", "/rules/ZB10000205001000/try", form).json()["outcome"] == "不报"
