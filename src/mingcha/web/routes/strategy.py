"""Rule sets and exemptions: shown, checked while somebody writes, and which rules a bill would get."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field, JsonValue

from mingcha.access.permissions import Permission
from mingcha.knowledge.changes import ChangePart
from mingcha.library import strategies
from mingcha.library.strategies import CheckedPart, DecidedRule, StrategyView, StrategyWords
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Form, Line, ShortLine

door = Door("/strategy", "规则集与策略")

OfDraft = Annotated[UUID | None, Query(description="哪个草稿；不给则是最新发布版")]


class PartForm(Form):
    """A rule set, an exemption or a setting of care elsewhere in its written form; `replaces` is the name under
    which it stood."""

    draft_id: UUID | None = None
    part: Literal[ChangePart.RULE_SET, ChangePart.EXEMPTION, ChangePart.ELSEWHERE]
    written: Annotated[dict[str, JsonValue], Field(max_length=30)]
    replaces: Annotated[str, Field(max_length=200)] = ""


class PreviewForm(Form):
    """Facts of a bill by name; what is left out is unknown."""

    draft_id: UUID | None = None
    facts: Annotated[dict[ShortLine, Line], Field(max_length=20)] = Field(default_factory=dict)
    scene: ShortLine
    day: date


@door.get("", Permission.RULES_VIEW, "规则集、特例和异地就医的设定", response_model=StrategyView)
def show(actor: SignedIn, access: Services, draft_id: OfDraft = None) -> StrategyView:
    """先判断的在前；附上互相遮蔽、次序未定、未列入的规则、过期的特例等提醒。"""
    return strategies.strategy_view(access, actor, draft_id)


@door.get("/words", Permission.RULES_VIEW, "规则集可以写哪些词", response_model=StrategyWords)
def show_words(actor: SignedIn, access: Services, draft_id: OfDraft = None) -> StrategyWords:
    """规则（编码、类别、分组、机制）、范围、场景、动作、特例的类型。"""
    return strategies.words(access, actor, draft_id)


@door.post(
    "/check", Permission.RULES_EDIT, "检查一个规则集、特例或异地就医的设定", response_model=CheckedPart
)
def check(form: PartForm, actor: SignedIn, access: Services) -> CheckedPart:
    """只检查不保存：能否读懂，点名几条规则，与别的规则集是否冲突。"""
    return strategies.check_part(
        access, actor, form.draft_id, form.part, form.written, replaces=form.replaces
    )


@door.post("/preview", Permission.RULES_VIEW, "一张单据由哪些规则判断", response_model=list[DecidedRule])
def preview(form: PreviewForm, actor: SignedIn, access: Services) -> list[DecidedRule]:
    """每条规则在这样的单据上判不判断、由哪个规则集决定、查出来怎么办；缺少事实而说不准的写明缺哪个。"""
    return strategies.preview(access, actor, form.draft_id, form.facts, form.scene, form.day)
