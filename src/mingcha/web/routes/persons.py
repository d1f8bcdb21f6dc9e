"""Insured persons: sought by what is known of them whole, their care over time."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field, StringConstraints

from mingcha.access.permissions import Permission
from mingcha.access.personal import PersonField
from mingcha.audit.reading import persons
from mingcha.audit.reading.persons import FoundPersons, Timeline
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Form, Line, Reason

door = Door("/persons", "参保人")

PersonKey = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\s\x00-\x1f\x7f/\\]+$")
]
DatasetOf = Annotated[UUID | None, Query(description="只看这个数据集；不给时看全部，同一就诊以最新的为准")]


class PersonFindForm(Form):
    """A personal value to find persons by; in the body, because addresses end up in logs."""

    field: PersonField
    value: Line


class PersonRevealForm(Form):
    """Which values to see whole, and why."""

    fields: Annotated[list[PersonField], Field(min_length=1, max_length=4)]
    reason: Reason


@door.post("/find", Permission.PERSONS_FIND, "查找参保人", response_model=FoundPersons)
def find(form: PersonFindForm, actor: SignedIn, access: Services, dataset: DatasetOf = None) -> FoundPersons:
    """完全一致才能找到，且数据范围内须有其单据；查找会记入操作记录。"""
    return persons.find(access, actor, form.field, form.value, dataset)


@door.get("/{key}", Permission.BILLS_VIEW, "参保人的就医记录", response_model=Timeline)
def show(
    key: PersonKey,
    actor: SignedIn,
    access: Services,
    dataset: DatasetOf = None,
    day: Annotated[date | None, Query(description="剩余用药算到哪一天，缺省为今天")] = None,
) -> Timeline:
    """数据范围内的全部就诊，按时间先后；各药品的剩余天数。姓名、号码已遮盖。"""
    return persons.timeline(access, actor, key, dataset, day)


@door.post(
    "/{key}/reveal",
    Permission.PERSONS_REVEAL,
    "查看参保人完整的姓名、号码、电话",
    response_model=dict[PersonField, str | None],
)
def show_whole(
    key: PersonKey, form: PersonRevealForm, actor: SignedIn, access: Services, dataset: DatasetOf = None
) -> dict[PersonField, str | None]:
    """须写明理由；谁在什么时候看了谁的哪些字段，记入操作记录。"""
    return persons.reveal(access, actor, key, form.fields, form.reason, dataset)
