"""Embedded pages use nothing on which the old browser inside a hospital's system breaks: what they may use is listed.

The oldest reckoned with are Internet Explorer 8, whose control many desktop programs still carry, and Chromium 49, the
last for Windows XP. Whatever is on no list fails, so that nobody has to think of what else is new.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import pytest

import mingcha.web.embedded
from mingcha.audit.reminding.asking import OpenFinding
from mingcha.audit.reminding.items import ItemLimit, ItemReminder
from mingcha.audit.reminding.links import Page
from mingcha.audit.reminding.patient import (
    ExaminationDone,
    MedicationLeft,
    Noted,
    PatientReminder,
    RecentVisit,
)
from mingcha.gateways.rest.answering import AuditFinding
from mingcha.hospital.reminding import BudgetState, DoctorReminder
from mingcha.hospital.stay_payment import StayPayment
from mingcha.review.conversations import Advice, Conversation, Ending, OpinionView, Speaker, Spoken, Standing
from mingcha.web.embedded.asking import InFrame, conversation_page
from mingcha.web.embedded.rendering import reminder_page, result_page, told

STYLE = (Path(mingcha.web.embedded.__file__).parent / "page.css").read_text("utf-8")
MOST_BYTES = 50_000

# Elements, each with the attributes it may have; `details` and `summary` are unknown to IE, which shows their content.
ELEMENTS = {
    "html": {"lang"}, "head": set(), "meta": {"charset", "http-equiv", "content"}, "title": set(),
    "link": {"rel", "href"}, "body": {"class"}, "div": {"class"}, "h1": set(), "h2": set(), "small": set(),
    "p": {"class", "role"}, "b": set(), "br": set(), "span": {"class"}, "ul": set(), "li": set(),
    "table": set(), "thead": set(), "tbody": set(), "tr": set(), "th": {"scope"}, "td": {"class"},
    "details": set(), "summary": set(), "iframe": {"src", "title"},
    "form": {"method", "action"}, "button": {"class", "name", "value"},
    "input": {"type", "name", "value", "class", "maxlength", "aria-label", "placeholder"},
    "select": {"name", "aria-label"}, "option": {"value"},
}  # fmt: skip
# CSS 2.1, and two properties whose absence only makes a corner square and an outline narrow.
PROPERTIES = {
    "background", "border", "border-bottom", "border-collapse", "border-color", "border-left", "border-left-color",
    "color", "cursor", "display", "font", "font-family", "font-size", "font-weight", "height", "line-height",
    "margin", "margin-bottom", "margin-left", "margin-right", "outline", "padding", "padding-left", "text-align",
    "vertical-align", "white-space", "width",
} | {"border-radius", "outline-offset"}  # fmt: skip
DISPLAYED = {"block", "inline", "inline-block", "none"}
_SELECTOR = re.compile(r"(?:[a-z0-9]+)?(?:\.[a-z]+)?(?::focus)?(?: (?:[a-z0-9]+|\.[a-z]+))*")
# Words, quoted names, hexadecimal colours and pixels: no function, no variable, no unit that came later.
_WORD = r'(?:[a-z-]+|"[A-Za-z ]+"|#[0-9a-f]{3,6}|-?[0-9.]+(?:px|%)?)'
_VALUE = re.compile(f"{_WORD}(?:,? {_WORD})*")
_RULE = re.compile(r"\s*([^{}]+?)\s*\{\s*([^{}]*?)\s*\}\s*")

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
FINDING = AuditFinding(
    result_id="R1", finding_id="F1", rule_code="GZ1", rule_name="规则", certainty="明确违规", action=None,
    reason="理由", value=None, limit=None, amount="1.00", line_id="L1", code="X1", name="项目", line_ids=[],
    knowledge_point=None, basis="依据", source="来源", legal_basis="法", remedy="建议",
)  # fmt: skip
OPINION = OpinionView(
    id=UUID(int=1), standing=Standing.WAITING, seconds_left=100, seconds=300, institution_id="H1",
    department_id=None, doctor_id=None, encounter_id="E1", scene="门诊收费登记", rule_code="GZ1", rule_name="规则",
    asked_at=AT, ends_at=AT, on_time_out=Ending.PASSED, outcome=None, ended_at=None, decided_by=None, review=None,
    trial=False, call_id="c", message_id="m", result_id="R2",
)  # fmt: skip
TALK = Conversation(
    OPINION,
    [
        Spoken(Speaker.ASKING, "医师 D1", AT, "患者过敏", None),
        Spoken(Speaker.ANSWERING, "yaoshi", AT, "已核对", Advice.AGREED),
    ],
)
ENDED = replace(
    TALK, opinion=replace(OPINION, outcome=Ending.AGREED, decided_by="yaoshi", standing=Standing.DONE)
)
PAYMENT = [
    StayPayment(
        "DRG", "FM1", "支架植入", "12000.00", "1.5", "8000", "13200.00", "-1200.00", "110%", over=True, by="主诊断",
        source="来源文件",
    )
]  # fmt: skip
REMINDER = DoctorReminder(
    PatientReminder(
        elsewhere=False, sex="男", age=54, features=["儿童"], allergies=[Noted("青霉素", None, "2026-01-01", None)],
        registrations=[Noted("高血压", "M039", None, "2027-01-01")],
        visits=[RecentVisit("2026-03-01", "门诊", here=True, department="内科", diagnosis="高血压")],
        medication=[MedicationLeft("XA", "二甲双胍片", 40, "2026-04-11")],
        examinations=[ExaminationDone("0021", "CT 平扫", "2026-02-21", 21)],
    ),
    [OpenFinding("R1", "规则", "可疑", "项目", "E1")],
    [ItemReminder("X1", "乙类", ["10%"], [ItemLimit("GZ1", "规则", "可疑", "限住院", "来源")])],
    [BudgetState("D1", "2026-03", "三月", "100.00", "90.00", "20.00", "-10.00", "110%", over=True, days_left=29)],
    PAYMENT,
)  # fmt: skip


def pages() -> Iterator[tuple[str, str]]:
    """Every page there is, in every state that shows something else, by name."""
    found = [
        replace(FINDING, result_id=f"R{n}", action="转人工" if n in (2, 3, 4) else None) for n in range(30)
    ]
    asked = {
        "R2": InFrame(TALK, "/embedded/conversations/1/2"),
        "R3": InFrame(ENDED, "/embedded/conversations/1/3"),
    }
    yield "one thing said", told("明察", "链接已打开过")
    yield "reminder", reminder_page(REMINDER)
    yield "nothing to be reminded of", reminder_page(DoctorReminder(PatientReminder(elsewhere=True)))
    yield "conversation that waits", conversation_page(TALK)
    yield "conversation that ended", conversation_page(ENDED)
    for kind in (Page.AUDIT, Page.CHARGING):
        yield f"{kind.label} of nothing", result_page(kind, [], {}, "key")
        yield (
            kind.label,
            result_page(
                kind, found, {"R9": "继续"}, "key", "请选择原因", scene="2", asked=asked, payment=PAYMENT
            ),
        )


class Used(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


@pytest.mark.parametrize("name", dict(pages()))
def test_a_page_has_elements_and_attributes_that_old_browsers_know_and_is_small(name: str) -> None:
    page = dict(pages())[name]
    used = Used()
    used.feed(page)
    beyond = [(tag, set(attrs) - ELEMENTS.get(tag, set())) for tag, attrs in used.elements]
    assert [(tag, more) for tag, more in beyond if more or tag not in ELEMENTS] == []
    assert page.startswith("<!DOCTYPE html>"), "without it IE lays out as in 1999"
    assert {attrs["type"] for tag, attrs in used.elements if tag == "input" and "type" in attrs} <= {"hidden"}
    styled = {word for _, attrs in used.elements for word in (attrs.get("class") or "").split()}
    assert styled <= set(re.findall(r"\.([a-z]+)", STYLE)), "a class without a style"
    assert len(page.encode()) + len(STYLE.encode()) < MOST_BYTES


def test_the_style_sheet_has_selectors_properties_and_values_that_old_browsers_know() -> None:
    rules = re.sub(r"/\*.*?\*/", "", STYLE, flags=re.DOTALL)
    told = list(_RULE.finditer(rules))
    assert "".join(one.group() for one in told) == rules, "something that is no plain rule"
    for one in told:
        for selector in one[1].split(","):
            assert _SELECTOR.fullmatch(selector.strip()), selector
        for declaration in filter(None, map(str.strip, one[2].split(";"))):
            name, _, value = (part.strip() for part in declaration.partition(":"))
            assert name in PROPERTIES, declaration
            assert _VALUE.fullmatch(value), declaration
            assert name != "display" or value in DISPLAYED, declaration


@pytest.mark.parametrize(
    "newer",
    [
        "p { display: flex; }", "p { display: grid; }", "p { color: var(--ink); }", "p { gap: 4px; }",
        "p { width: calc(100% - 4px); }", "@media (width > 1px) { p { color: red; } }", "p { width: 2rem; }",
        "p { color: rgba(0, 0, 0, .5); }", "p:has(b) { color: red; }", "ul > li { color: red; }",
    ],
)  # fmt: skip
def test_what_is_newer_is_on_no_list(newer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.web.test_embedded_features.STYLE", newer)
    with pytest.raises(AssertionError):
        test_the_style_sheet_has_selectors_properties_and_values_that_old_browsers_know()
