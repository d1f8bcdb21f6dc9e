"""依据库: documents and their articles, who cites them, what is to be done when one ends."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Query, Response
from pydantic import Base64Bytes, BaseModel, Field, StringConstraints

from mingcha.access.permissions import Permission
from mingcha.administration.modules import Module
from mingcha.library import citing
from mingcha.library.articles import MOST_ARTICLES, Article, split, text_of
from mingcha.library.citing import Citing, CitingKind, Ending, TaskFilter, TaskView
from mingcha.library.documents import attaching, finding, writing
from mingcha.library.documents.finding import DocumentFilter
from mingcha.library.documents.shown import DocumentKind, DocumentState, DocumentView
from mingcha.library.documents.writing import WrittenDocument
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import (
    PRINTED,
    Code,
    Form,
    Line,
    Listed,
    Login,
    Paging,
    Reason,
    Text,
    listed,
)

door = Door("/basis", "依据库", module=Module.BASIS)

Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=300, pattern=PRINTED)
]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120, pattern=PRINTED)]
Region = Annotated[str, StringConstraints(pattern=r"^([0-9]{6})?$")]
ArticleLabel = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=PRINTED)
]


class ArticleForm(Form):
    """An article."""

    label: ArticleLabel
    text: Text


class DocumentForm(Form):
    """A document with its articles."""

    kind: DocumentKind
    title: Title
    number: Words = ""
    issuer: Words = ""
    region: Region = ""
    draft: bool = False
    published: date | None = None
    valid_from: date | None = None
    articles: Annotated[list[ArticleForm], Field(default_factory=list, max_length=MOST_ARTICLES)]

    def written(self) -> WrittenDocument:
        """As the service takes it."""
        return WrittenDocument(
            self.kind,
            self.title,
            self.number,
            self.issuer,
            self.region,
            self.draft,
            self.published,
            self.valid_from,
        )

    def cut(self) -> list[Article]:
        """Its articles as the service takes them."""
        return [Article(one.label, one.text) for one in self.articles]


class TextFile(Form):
    """A text file to be cut into articles."""

    content: Annotated[Base64Bytes, Field(min_length=1, description="文本文件的内容，Base64")]


class Attachment(Form):
    """The file that a document came in."""

    file_name: ArticleLabel
    content: Annotated[Base64Bytes, Field(min_length=1, description="文件内容，Base64")]


class DocumentDetail(BaseModel):
    """A document whole."""

    document: DocumentView
    articles: list[Article]
    citing: list[Citing]


class CitationForm(Form):
    """What rests on a document, or on one of its articles."""

    rule_code: Code
    kind: CitingKind = CitingKind.RULE
    article: Words = ""


class EndingForm(Form):
    """The last day of a document, and who looks at what rests on it."""

    last_day: date
    replaced_by: UUID | None = None
    owner: Login
    deadline: date

    def ending(self) -> Ending:
        """As the service takes it."""
        return Ending(self.last_day, self.replaced_by, self.owner, self.deadline)


class DoneForm(Form):
    """What came of a look."""

    remark: Reason


@door.get("/documents", Permission.BASIS_VIEW, "依据文件", response_model=Listed[DocumentView])
def list_documents(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    *,
    text: Annotated[Line | None, Query(description="标题、文号、发文机关或条文里的词，空格分开")] = None,
    kind: Annotated[DocumentKind | None, Query(description="种类")] = None,
    state: Annotated[DocumentState | None, Query(description="状态")] = None,
    region: Annotated[Region | None, Query(description="地区；空为全国")] = None,
) -> dict[str, Any]:
    """含全部词的文件，注明词在哪一条；系统自带的依据也在其中，不能改。"""
    return listed(finding.documents(access, actor, DocumentFilter(text, kind, state, region), paging))


@door.get("/documents/{document_id}", Permission.BASIS_VIEW, "一份依据文件", response_model=DocumentDetail)
def show(document_id: UUID, actor: SignedIn, access: Services) -> DocumentDetail:
    """全部条文，以及哪些规则和知识点引用它。"""
    document, articles = finding.document(access, actor, document_id)
    return DocumentDetail(
        document=document, articles=articles, citing=citing.citing(access, actor, document_id)
    )


@door.post("/documents", Permission.BASIS_EDIT, "新建依据文件", response_model=DocumentView, status_code=201)
def create(form: DocumentForm, actor: SignedIn, access: Services) -> DocumentView:
    """草案可以向医院征求意见；不是草案的，从施行日期起为现行。"""
    return writing.create(access, actor, form.written(), form.cut())


@door.put("/documents/{document_id}", Permission.BASIS_EDIT, "修改依据文件", response_model=DocumentView)
def change(document_id: UUID, form: DocumentForm, actor: SignedIn, access: Services) -> DocumentView:
    """以给出的内容取代原有的；系统自带的不能改，已发布的不能改回草案。"""
    return writing.change(access, actor, document_id, form.written(), form.cut())


@door.post("/split", Permission.BASIS_EDIT, "把文本切分成条文", response_model=list[Article])
def cut(form: TextFile) -> list[Article]:
    """按“第…条”切分；没有的按【标题】或“一、”切分；什么也不保存。"""
    return split(text_of(form.content))


@door.put("/documents/{document_id}/file", Permission.BASIS_EDIT, "上传附件", response_model=DocumentView)
def attach(document_id: UUID, form: Attachment, actor: SignedIn, access: Services) -> DocumentView:
    """内容须与扩展名相符；取代原有的附件。"""
    return attaching.attach(access, actor, document_id, form.file_name, form.content)


@door.get(
    "/documents/{document_id}/file",
    Permission.BASIS_VIEW,
    "下载附件",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def attachment(document_id: UUID, actor: SignedIn, access: Services) -> Response:
    """存入时的原样；与存入时不一致的不给出。"""
    name, content = attaching.attachment(access, actor, document_id)
    # Always as a file to keep: nothing that somebody sent is shown as a page of ours.
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type="application/octet-stream", headers=headers)


@door.post(
    "/documents/{document_id}/citations",
    Permission.BASIS_EDIT,
    "登记引用",
    response_model=Citing,
    status_code=201,
)
def cite(document_id: UUID, form: CitationForm, actor: SignedIn, access: Services) -> Citing:
    """一条规则或它的知识点依据这份文件，或其中一条。"""
    return citing.cite(access, actor, document_id, form.rule_code, form.kind, form.article)


@door.delete(
    "/documents/{document_id}/citations/{citation_id}",
    Permission.BASIS_EDIT,
    "撤销引用",
    status_code=204,
)
def uncite(document_id: UUID, citation_id: UUID, actor: SignedIn, access: Services) -> None:
    """只能撤销登记的；系统自带的引用写在规则和知识点里。"""
    citing.uncite(access, actor, document_id, citation_id)


@door.post("/documents/{document_id}/end", Permission.BASIS_EDIT, "失效或被取代", response_model=DocumentView)
def end(document_id: UUID, form: EndingForm, actor: SignedIn, access: Services) -> DocumentView:
    """引用它的规则和知识点列为任务，由负责人在期限前逐项处理。"""
    return citing.end(access, actor, document_id, form.ending())


@door.get("/tasks", Permission.BASIS_VIEW, "依据变化后要处理的", response_model=Listed[TaskView])
def list_tasks(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    *,
    document_id: Annotated[UUID | None, Query(description="哪份文件")] = None,
    owner: Annotated[Login | None, Query(description="负责人的登录名")] = None,
    open: Annotated[bool | None, Query(description="是否待处理")] = None,
) -> dict[str, Any]:
    """一份依据失效或被取代时，引用它的规则和知识点。"""
    return listed(citing.tasks(access, actor, TaskFilter(document_id, owner, open), paging))


@door.post("/tasks/{task_id}/done", Permission.BASIS_EDIT, "处理完一项", response_model=TaskView)
def finish(task_id: UUID, form: DoneForm, actor: SignedIn, access: Services) -> TaskView:
    """写明怎样处理的：改了什么，或为什么不用改。"""
    return citing.finish(access, actor, task_id, form.remark)
