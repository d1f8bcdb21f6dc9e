"""依据库: texts cut into articles, found by any words in them, and what rests on a document when it ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Denied, Invalid, Missing
from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.catalogue.entries import entries
from mingcha.knowledge.release import release_of
from mingcha.knowledge.sources import sources
from mingcha.knowledge.starter import starter_points
from mingcha.library import citing
from mingcha.library.articles import Article, split, text_of
from mingcha.library.citing import CitingKind, Ending, TaskFilter
from mingcha.library.documents import attaching, finding, writing
from mingcha.library.documents.finding import DocumentFilter
from mingcha.library.documents.shown import DocumentKind, DocumentState, DocumentView
from mingcha.library.documents.writing import WrittenDocument
from mingcha.store import releases
from mingcha.store.database.basis import BasisArticle, BasisDocument
from tests.support.browser import Browser
from tests.support.platform import ROOT, Clock, Town

MONDAY = date(2026, 3, 2)
LAW = """医疗保障基金使用监督管理条例

第一章 总则
第一条　为了加强医疗保障基金使用监督管理，保障基金安全，制定本条例。
第二条 本条例适用于中华人民共和国境内基本医疗保险基金。
生育保险基金也适用。
第二章 基金使用
第十四条之一：定点医药机构应当建立医疗保障基金使用内部管理制度。
"""
LEAFLET = "【药品名称】注射用青霉素钠\n【适应症】敏感细菌所致的感染。\n【用法用量】肌内注射。"


def made(access: Access, title: str = "关于规范收费的通知", text: str = LAW, **more: Any) -> DocumentView:
    written = WrittenDocument(DocumentKind.POLICY, title, "闽医保〔2026〕1号", **more)
    return writing.create(access, ROOT, written, split(text))


def found(access: Access, **wanted: Any) -> list[DocumentView]:
    return list(finding.documents(access, ROOT, DocumentFilter(**wanted), Listing(size=100)).items)


def test_a_law_is_cut_at_its_articles_and_a_leaflet_at_its_headings() -> None:
    law = split(LAW)
    assert [article.label for article in law] == ["前言", "第一条", "第二条", "第十四条之一"]
    assert law[2].text == "本条例适用于中华人民共和国境内基本医疗保险基金。\n生育保险基金也适用。"
    assert "章" not in law[1].text + law[2].text
    assert [article.label for article in split(LEAFLET)] == ["【药品名称】", "【适应症】", "【用法用量】"]
    assert split("没有条目的一段话") == [Article("全文", "没有条目的一段话")]


@given(bodies=st.lists(st.text("医保基金，。支付", min_size=1, max_size=20), min_size=1, max_size=30))
def test_nothing_of_an_article_is_lost_when_a_text_is_cut(bodies: list[str]) -> None:
    text = "".join(f"第{number}条 {body}\r\n" for number, body in enumerate(bodies, 1))
    cut = split(text)
    assert [article.text for article in cut] == bodies
    assert [article.label for article in cut] == [f"第{number}条" for number in range(1, len(bodies) + 1)]


def test_texts_are_read_in_both_encodings_and_anything_else_is_refused() -> None:
    for encoding in ("utf-8-sig", "gb18030"):
        assert text_of(LAW.encode(encoding)) == LAW
    for content in (b"\x00\x01", b"\xff\xfe\x00"):
        with pytest.raises(Invalid):
            text_of(content)
    with pytest.raises(Invalid):
        split(" \n ")


LETTERS = st.text("医保基金ab%_\"'*", min_size=1, max_size=5)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    texts=st.lists(st.text("医保基金ab%_\"'* ", min_size=1, max_size=12), max_size=6),
    terms=st.lists(LETTERS, min_size=1, max_size=2),
)
def test_a_search_finds_just_the_documents_that_hold_all_words(
    access: Access, texts: list[str], terms: list[str]
) -> None:
    """The index of trigrams, short words, and both databases: all say what a plain reading says."""
    with access.database.writing() as session:
        session.execute(delete(BasisArticle))
        session.execute(delete(BasisDocument))
    held = {}
    for number, text in enumerate(texts):
        written = WrittenDocument(DocumentKind.POLICY, f"文件{number}")
        view = writing.create(access, ROOT, written, [Article("第一条", text), Article("第二条", "别的")])
        held[view.id] = text.lower()
    expected = {document for document, text in held.items() if all(term.lower() in text for term in terms)}
    views = [view for view in found(access, text=" ".join(terms)) if view.id in held]
    assert {view.id for view in views} == expected
    assert all(view.hits and view.hits[0].label == "第一条" for view in views)


def test_an_index_follows_what_is_rewritten_and_says_where_the_words_stand(access: Access) -> None:
    view = made(access)
    assert [hit.label for hit in found(access, text="生育保险基金")[0].hits] == ["第二条"]
    again = WrittenDocument(DocumentKind.POLICY, view.title)
    writing.change(access, ROOT, view.id, again, [Article("第一条", "只管药店的门诊统筹结算")])
    assert found(access, text="生育保险基金") == []
    assert [one.id for one in found(access, text="门诊统筹")] == [view.id]


def test_what_the_core_cites_is_there_and_nobody_edits_it(access: Access) -> None:
    listed = {view.source_id: view for view in found(access) if view.source_id}
    assert set(listed) == set(sources())
    regulation = listed["fund-regulation"]
    assert (regulation.valid_from, regulation.number) == (date(2021, 5, 1), "国务院令第735号")
    assert "文号待核对" in listed["drug-payment-measures"].number
    with pytest.raises(Conflict, match="不能改"):
        writing.change(access, ROOT, regulation.id, WrittenDocument(DocumentKind.OTHER, "改名"), [])
    with pytest.raises(Conflict):
        attaching.attach(access, ROOT, regulation.id, "a.txt", b"x")


def test_who_cites_a_document_is_read_from_rules_and_points_of_the_newest_release(access: Access) -> None:
    releases.save(access.home, release_of(1, starter_points(), with_demonstration=True))
    by_source = {view.source_id: view.id for view in found(access) if view.source_id}
    law = citing.citing(access, ROOT, by_source["fund-regulation"])
    codes = {one.key for one in law if one.kind is CitingKind.RULE}
    assert codes
    assert codes <= {entry.code for entry in entries()}
    points = [
        one for one in citing.citing(access, ROOT, by_source["nkb-01"]) if one.kind is CitingKind.POINTS
    ]
    expected: dict[str, int] = {}
    for point in starter_points():
        if point.source_id == "nkb-01":
            expected[point.rule_code] = expected.get(point.rule_code, 0) + 1
    assert expected
    assert {one.key: int(one.label.split("（")[-1].split(" ")[0]) for one in points} == expected


def test_a_replaced_document_leaves_tasks_for_all_that_rests_on_it(
    access: Access, town: Town, clock: Clock
) -> None:
    access = town.access
    town.user("owner")
    old, new = made(access), made(access, "关于规范收费的新通知")
    first, second = [entry.code for entry in entries()][:2]
    citing.cite(access, ROOT, old.id, first, CitingKind.RULE, "第一条")
    citing.cite(access, ROOT, old.id, first, CitingKind.RULE, "第二条")
    citing.cite(access, ROOT, old.id, second, CitingKind.POINTS, "")
    with pytest.raises(Conflict):
        citing.cite(access, ROOT, old.id, second, CitingKind.POINTS, "")
    for bad in (("没有", ""), (first, "第九十九条")):
        with pytest.raises(Invalid):
            citing.cite(access, ROOT, old.id, bad[0], CitingKind.RULE, bad[1])
    ending = Ending(MONDAY, new.id, "owner", MONDAY + timedelta(days=10))
    for bad_ending in (
        Ending(MONDAY, old.id, "owner", MONDAY),
        Ending(MONDAY, new.id, "nobody", MONDAY),
    ):
        with pytest.raises(Invalid):
            citing.end(access, ROOT, old.id, bad_ending)
    citing.end(access, ROOT, old.id, ending)
    with pytest.raises(Conflict):
        citing.end(access, ROOT, old.id, ending)
    tasks = citing.tasks(access, ROOT, TaskFilter(open=True), Listing()).items
    assert {(task.kind, task.key, task.owner) for task in tasks} == {
        (CitingKind.RULE, first, "owner"),
        (CitingKind.POINTS, second, "owner"),
    }
    clock.forward(days=11)
    assert all(task.overdue for task in citing.tasks(access, ROOT, TaskFilter(), Listing()).items)
    state = {view.id: view.state for view in found(access)}
    assert (state[old.id], state[new.id]) == (DocumentState.REPLACED, DocumentState.CURRENT)
    assert [view.id for view in found(access, state=DocumentState.REPLACED)] == [old.id]
    citing.finish(access, ROOT, tasks[0].id, "新通知同一条，已改引用")
    with pytest.raises(Conflict):
        citing.finish(access, ROOT, tasks[0].id, "又一次")
    assert citing.tasks(access, ROOT, TaskFilter(open=False), Listing()).total == 1


def test_an_attachment_is_what_its_name_says_and_comes_back_as_it_was(access: Access) -> None:
    view = made(access)
    kept = attaching.attach(access, ROOT, view.id, "../../通知 全文.pdf", b"%PDF-1.7 x")
    assert kept.file_name == "通知_全文.pdf"
    assert attaching.attachment(access, ROOT, view.id) == ("通知_全文.pdf", b"%PDF-1.7 x")
    for name, content in (
        ("a.pdf", b"<html>"),
        ("a.html", b"<html>"),
        ("a.docx", b"%PDF-"),
        ("pdf", b"%PDF-"),
    ):
        with pytest.raises(Invalid):
            attaching.attach(access, ROOT, view.id, name, content)
    [path] = (access.home / "basis").iterdir()
    path.write_bytes(b"%PDF-1.7 changed")
    with pytest.raises(Conflict, match="不一致"):
        attaching.attachment(access, ROOT, view.id)
    with pytest.raises(Missing):
        attaching.attachment(access, ROOT, made(access, "没有附件").id)


def test_a_published_document_is_no_draft_again_and_a_draft_does_not_end(access: Access) -> None:
    draft = made(access, draft=True)
    assert draft.state is DocumentState.DRAFT
    with pytest.raises(Conflict, match="草案"):
        citing.end(access, ROOT, draft.id, Ending(MONDAY, None, "x", MONDAY))
    written = WrittenDocument(DocumentKind.POLICY, "发布了", valid_from=MONDAY + timedelta(days=1))
    assert writing.change(access, ROOT, draft.id, written, []).state is DocumentState.PLANNED
    with pytest.raises(Conflict):
        writing.change(access, ROOT, draft.id, WrittenDocument(DocumentKind.POLICY, "草", draft=True), [])


def test_only_who_reaches_everything_edits_what_all_go_by(town: Town) -> None:
    town.user("local", town.grant(Role.RULE_ADMIN, "350102"), at="B350102")
    written = WrittenDocument(DocumentKind.POLICY, "县里的")
    with pytest.raises(Denied):
        writing.create(town.access, town.actor("local"), written, [])
    assert found(town.access)
    assert finding.documents(town.access, town.actor("local"), DocumentFilter(), Listing()).total


def test_hostile_texts_stay_texts(town: Town) -> None:
    town.user("rules", town.grant(Role.RULE_ADMIN))
    browser = Browser(town.access).sign_in("rules")
    hostile = "<img src=x onerror=alert(1)>"
    body = {"kind": "policy", "title": hostile, "articles": [{"label": "第一条", "text": f"{hostile}\n换行"}]}
    made_id = browser("POST", "/basis/documents", body).json()["id"]
    shown = browser("GET", f"/basis/documents/{made_id}").json()
    assert (shown["document"]["title"], shown["articles"][0]["text"]) == (hostile, f"{hostile}\n换行")
    for nasty in ("' OR 1=1 --", '"', 'x" OR text:"', "*", "NEAR(a b)", "%", "_"):
        answer = browser("GET", "/basis/documents", params={"text": nasty})
        assert answer.status_code == 200, nasty
        assert answer.json()["total"] == 0, nasty
    body["articles"].append({"label": "第一条", "text": "重名"})
    assert browser("POST", "/basis/documents", body).status_code == 422
