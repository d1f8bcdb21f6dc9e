"""Rules without code: what they may be made of, begun, checked with their examples while somebody writes, retired."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, JsonValue

from mingcha.access.permissions import Permission
from mingcha.knowledge.changes import ChangePart
from mingcha.knowledge.definition.model import Over
from mingcha.library.proposing import ChangeView, Proposed, propose
from mingcha.library.rule_writing import beginning, checking
from mingcha.library.rule_writing.beginning import BegunRule, WritingWords
from mingcha.library.rule_writing.checking import Checked
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Code, Form, Reason, ShortLine
from mingcha.web.routes.rules import Bills, Values

door = Door("/own-rules", "自建规则")

Written = Annotated[dict[str, JsonValue], Field(max_length=30)]


class WordsForm(Form):
    """What a rule judges, which decides what it may read."""

    over: Over = Over.LINE
    kind: Annotated[str, Field(max_length=60)] = ""
    parameters: Written = Field(default_factory=dict)


class BeginForm(Form):
    """With what to begin: a condition over something, a mechanism, or a rule that is there, changed or copied."""

    draft_id: UUID | None = None
    over: Over | None = None
    mechanism: Annotated[str, Field(max_length=60)] = ""
    code: Annotated[str, Field(max_length=20)] = ""
    # Named as its field is in the service; pydantic has a method of that name.
    as_copy: bool = False


class CaseForm(Form):
    """An example: its sentence, names of its items, its bills, and what the rule must say of them."""

    name: Annotated[str, Field(max_length=200)]
    items: Annotated[dict[ShortLine, Code], Field(max_length=60)] = Field(default_factory=dict)
    settings: Values = Field(default_factory=dict)
    bills: Bills
    finds: Annotated[list[Values], Field(max_length=60)] = Field(default_factory=list)
    cannot: Annotated[list[Annotated[list[str], Field(min_length=2, max_length=2)]], Field(max_length=60)] = (
        Field(default_factory=list)
    )


class CheckForm(Form):
    """A rule in its written form without the examples, and these."""

    written: Written
    examples: Annotated[list[CaseForm], Field(max_length=40)]


class RetireForm(Form):
    """In which draft a rule is taken out of use, and why."""

    draft_id: UUID
    reason: Reason


@door.post("/words", Permission.RULES_VIEW, "自建规则可以用哪些词", response_model=WritingWords)
def show_words(form: WordsForm, actor: SignedIn, access: Services) -> WritingWords:
    """条件可以读的字段（中文名、类型、单位、码表）、可以照做的机制、可以引用的依据。"""
    return beginning.writing_words(access, actor, form.over, form.kind, form.parameters)


@door.post("/begin", Permission.RULES_EDIT, "开始写一条自建规则", response_model=BegunRule)
def begin(form: BeginForm, actor: SignedIn, access: Services) -> BegunRule:
    """给出草稿和下一个编码；照机制、照条件、修改或复制已有的。"""
    return beginning.begin(
        access,
        actor,
        form.draft_id,
        over=form.over,
        mechanism=form.mechanism,
        code=form.code,
        copy=form.as_copy,
    )


@door.post("/check", Permission.RULES_EDIT, "边写边检查", response_model=Checked)
def check(form: CheckForm, actor: SignedIn, access: Services) -> Checked:
    """只检查不保存：每处错误在哪里，条件拆成的各行，每个例子当场试跑的结果；全部通过时给出整条规则的写法。"""
    cases = [one.model_dump() for one in form.examples]
    return checking.check(access, actor, form.written, cases)


@door.post("/{code}/retire", Permission.RULES_EDIT, "在草稿中停用一条自建规则", response_model=ChangeView)
def retire(code: Code, form: RetireForm, actor: SignedIn, access: Services) -> ChangeView:
    """随草稿发布后停用；各版和编码都保留。"""
    written = beginning.retired(access, actor, form.draft_id, code, form.reason)
    return propose(
        access, actor, form.draft_id, Proposed(ChangePart.DEFINITION, code, dict(written), form.reason)
    )
