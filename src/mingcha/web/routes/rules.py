"""The rule library: the tree, the page of each rule, its examples run and tried with other values."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import Field, StringConstraints

from mingcha.access.permissions import Permission
from mingcha.audit.reading import rule_pages, rules
from mingcha.audit.reading.rule_pages import Change, ExamplesView, RuleDetail, Tried
from mingcha.audit.reading.rule_words import RuleWords, rule_words
from mingcha.audit.reading.rules import Basis, Branch, Origin, RuleFilter, RuleView
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import PRINTED, Code, Form, Line, Listed, Paging, ShortLine, listed

door = Door("/rules", "规则库")

# A value as somebody writes it; numbers come as texts, so that none is ever a float.
Text = Annotated[str, StringConstraints(max_length=200, pattern=PRINTED)]
Value = Text | bool | Annotated[list[Text | None], Field(max_length=200)] | None
Values = Annotated[dict[str, Value], Field(max_length=60)]


class BillForm(Form):
    """A bill of an example: facts by name, lines by name of their fields; what is None is unknown."""

    facts: Values = Field(default_factory=dict)
    diagnoses: Annotated[list[Text], Field(max_length=60)] = Field(default_factory=list)
    procedures: Annotated[
        list[Annotated[list[Text | None], Field(min_length=2, max_length=2)]], Field(max_length=60)
    ] = Field(default_factory=list)
    lines: Annotated[list[Values], Field(max_length=200)] = Field(default_factory=list)
    audited: bool = True


Bills = Annotated[list[BillForm], Field(min_length=1, max_length=30)]
Points = Annotated[list[Values], Field(max_length=30)]


class TryForm(Form):
    """An example, and what is to be otherwise in it; what is left out stays as it is."""

    mechanism: ShortLine
    example: Annotated[int, Field(ge=1, le=1000)]
    settings: Values | None = None
    points: Points | None = None
    bills: Bills | None = None


@door.get("", Permission.RULES_VIEW, "规则列表", response_model=Listed[RuleView])
def list_rules(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    *,
    text: Annotated[Line | None, Query(description="编码、名称或机制包含")] = None,
    origin: Annotated[Origin | None, Query(description="官方、自有或自建")] = None,
    category: Annotated[Line | None, Query(description="类别")] = None,
    group: Annotated[Line | None, Query(description="分组")] = None,
    certainty: Annotated[Line | None, Query(description="默认确定性")] = None,
    state: Annotated[Line | None, Query(description="状态")] = None,
    mechanism: Annotated[Line | None, Query(description="机制标识")] = None,
    items: Annotated[Line | None, Query(description="项目类别")] = None,
) -> dict[str, Any]:
    """官方规则按官方目录的次序，自有规则在后，自建规则最后；知识点按最新发布版计。"""
    wanted = RuleFilter(text, origin, category, group, certainty, state, mechanism, items)
    return listed(rules.rules(access, actor, wanted, paging))


@door.get("/tree", Permission.RULES_VIEW, "规则目录树", response_model=list[Branch])
def show_tree(actor: SignedIn, access: Services) -> list[Branch]:
    """官方、自有、自建规则的类别和分组，各有几条。"""
    return rules.tree(access, actor)


@door.get("/basis", Permission.RULES_VIEW, "规则库按哪一版显示", response_model=Basis)
def show_basis(actor: SignedIn, access: Services) -> Basis:
    """最新发布版的编号、生效日期，以及知识点在等什么；没有发布版时是入门包。"""
    return rules.basis(access, actor)


@door.get("/words", Permission.RULES_VIEW, "例子和条件可以写哪些字段", response_model=RuleWords)
def show_words(actor: SignedIn, access: Services) -> RuleWords:
    """就诊、费用明细和各种知识点的字段：中文名、类型、单位、码表。"""
    return rule_words(access, actor)


@door.get("/{code}", Permission.RULES_VIEW, "一条规则的说明", response_model=RuleDetail)
def show(code: Code, actor: SignedIn, access: Services) -> RuleDetail:
    """检查什么、为何违规、不报什么、处理建议、依据、参数（各地区的值）和知识点数；内容与 docs/rules 同源。"""
    return rule_pages.detail(access, actor, code)


@door.get("/{code}/examples", Permission.RULES_VIEW, "一条规则的例子，当场试跑", response_model=ExamplesView)
def show_examples(
    code: Code,
    actor: SignedIn,
    access: Services,
    mechanism: Annotated[ShortLine, Query(description="机制标识")],
) -> ExamplesView:
    """每个例子由引擎当场判断；与例子写明的结果不同的，在 faults 里说明。"""
    return rule_pages.examples(access, actor, code, mechanism)


@door.post("/{code}/try", Permission.RULES_VIEW, "把例子的数值改一改再试", response_model=Tried)
def attempt(code: Code, form: TryForm, actor: SignedIn, access: Services) -> Tried:
    """只试不存：参数、知识点、单据可以改，其余照例子原样。"""
    bills = None if form.bills is None else [bill.model_dump() for bill in form.bills]
    change = Change(form.settings, form.points, bills)
    return rule_pages.attempt(access, actor, code, form.mechanism, form.example, change)
