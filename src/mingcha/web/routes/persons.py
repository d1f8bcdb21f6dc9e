"""Insured persons: sought by what is known of them whole, their care over time."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import Field, StringConstraints

from mingcha.access.permissions import Permission
from mingcha.access.personal import PersonField
from mingcha.audit.health.importing import DocumentTaken, import_bundle
from mingcha.audit.reading import health, persons
from mingcha.audit.reading.health import HealthRecord
from mingcha.audit.reading.persons import FoundPersons, Timeline
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Code, Form, Line, Reason

door = Door("/persons", "参保人")

PersonKey = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\s\x00-\x1f\x7f/\\]+$")
]
DatasetOf = Annotated[UUID | None, Query(description="只看这个数据集；不给时看全部，同一就诊以最新的为准")]


async def _whole_body(request: Request) -> bytes:
    """The body as it came: numbers in it keep the digits that they were written with."""
    return await request.body()


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


@door.get("/{key}/record", Permission.HEALTH_VIEW, "参保人的健康档案", response_model=HealthRecord)
def show_record(key: PersonKey, actor: SignedIn, access: Services, dataset: DatasetOf = None) -> HealthRecord:
    """数据范围内的诊断、过敏、备案、检查检验、手术、用药，各有日期和来源；每次查看记入操作记录。"""
    return health.record_of(access, actor, key, dataset)


@door.post(
    "/{key}/record/fhir", Permission.HEALTH_IMPORT, "导入 FHIR R4 的健康文档", response_model=DocumentTaken
)
def import_document(
    key: PersonKey,
    content: Annotated[bytes, Depends(_whole_body)],
    actor: SignedIn,
    access: Services,
    institution_id: Annotated[Code, Query(description="哪家机构的资料")],
) -> DocumentTaken:
    """过敏、诊断、手术、检查检验、用药，只取不用猜的；其余逐条写明原因。患者标识须与这位参保人相符。"""
    return import_bundle(access, actor, key, institution_id, content)


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
