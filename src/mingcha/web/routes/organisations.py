"""The tree of organisations over time."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from mingcha.access import organisations
from mingcha.access.organisations import (
    UNCHANGED,
    Facts,
    Kind,
    OrganisationFilter,
    OrganisationView,
)
from mingcha.access.permissions import Permission
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Code, Form, Line, Listed, Paging, ShortLine, listed

door = Door("/organisations", "机构")


class NewOrganisation(Form):
    """An organisation to be entered."""

    kind: Kind
    code: Code
    name: Line
    parent_id: UUID | None = None
    level: ShortLine | None = None
    category: ShortLine | None = None
    valid_from: date


class OrganisationChange(Form):
    """What is true from a day on; what is left out stays as it was."""

    valid_from: date
    name: Line | None = None
    parent_id: UUID | None = None
    level: ShortLine | None = None
    category: ShortLine | None = None


class Closing(Form):
    """The last day of an organisation."""

    last_day: date


@door.get("", Permission.ORGANISATIONS_VIEW, "机构列表", response_model=Listed[OrganisationView])
def list_organisations(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    *,
    on: Annotated[date | None, Query(description="按哪一天的情况；默认今天")] = None,
    kind: Annotated[Kind | None, Query(description="种类")] = None,
    parent_id: Annotated[UUID | None, Query(description="直接上级")] = None,
    name: Annotated[Line | None, Query(description="名称包含")] = None,
    code: Annotated[Code | None, Query(description="代码")] = None,
    top: Annotated[bool, Query(description="只要数据范围内最上层的")] = False,
) -> dict[str, Any]:
    """数据范围内的机构；从最上层起，按直接上级逐级取，就是机构树。"""
    wanted = OrganisationFilter(on, kind, parent_id, name, code, top)
    return listed(organisations.organisations(access, actor, wanted, paging))


@door.post("", Permission.ORGANISATIONS_EDIT, "新建机构", response_model=OrganisationView, status_code=201)
def create(form: NewOrganisation, actor: SignedIn, access: Services) -> OrganisationView:
    """地区下是经办机构和定点医药机构，机构下是科室，科室（或机构）下是医师。"""
    facts = Facts(form.name, form.parent_id, form.level, form.category)
    return organisations.create(access, actor, form.kind, form.code, facts, form.valid_from)


@door.get(
    "/{organisation_id}", Permission.ORGANISATIONS_VIEW, "机构的历史", response_model=list[OrganisationView]
)
def show(organisation_id: UUID, actor: SignedIn, access: Services) -> list[OrganisationView]:
    """一个机构各时期的名称、上级、等级和类别，最早的在前。"""
    return organisations.periods_of(access, actor, organisation_id)


@door.patch("/{organisation_id}", Permission.ORGANISATIONS_EDIT, "变更机构", response_model=OrganisationView)
def change(
    organisation_id: UUID, form: OrganisationChange, actor: SignedIn, access: Services
) -> OrganisationView:
    """从某天起的新情况；以前的日子不变。移到别的上级时，下面的科室和医师一起移动。"""
    given = form.model_fields_set
    return organisations.change(
        access,
        actor,
        organisation_id,
        form.valid_from,
        name=form.name,
        parent_id=form.parent_id,
        level=form.level if "level" in given else UNCHANGED,
        category=form.category if "category" in given else UNCHANGED,
    )


@door.post(
    "/{organisation_id}/close", Permission.ORGANISATIONS_EDIT, "停用机构", response_model=OrganisationView
)
def close(organisation_id: UUID, form: Closing, actor: SignedIn, access: Services) -> OrganisationView:
    """到某天为止；下面还有在用的科室或医师时不能停用。"""
    return organisations.close(access, actor, organisation_id, form.last_day)
