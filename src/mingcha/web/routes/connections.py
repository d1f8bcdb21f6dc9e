"""Connections of hospitals' systems to the national gateway."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, Field

from mingcha.access.connections import given, services
from mingcha.access.connections.framing import MOST_ADDRESSES
from mingcha.access.connections.given import MOST_A_DAY, MOST_A_SECOND, ConnectionView
from mingcha.access.connections.services import OfferView, Service
from mingcha.access.connections.states import ConnectionState
from mingcha.access.permissions import Permission
from mingcha.audit.journals import JournalState, journal_state
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Code, Form, Line, Listed, Paging, ShortLine, listed

door = Door("/connections", "医院系统接入")
Institution = Annotated[Code, Path(description="定点医药机构编号")]


class ConnectionForm(Form):
    """How an institution is to be connected."""

    signed: bool = True
    networks: Annotated[list[ShortLine], Field(max_length=50, default_factory=list)]
    a_second: Annotated[int, Field(ge=1, le=MOST_A_SECOND)] = 200
    a_day: Annotated[int | None, Field(ge=1, le=MOST_A_DAY)] = None
    services: Annotated[
        list[Service], Field(min_length=1, max_length=len(Service), default_factory=lambda: list(Service))
    ]
    state: ConnectionState = ConnectionState.TRIAL
    new_secret: bool = False


class FramingForm(Form):
    """Whose pages may stand around the embedded pages."""

    framed_by: Annotated[list[Line], Field(max_length=MOST_ADDRESSES)]


class StateForm(Form):
    """How far a connection is."""

    state: ConnectionState


class Connected(BaseModel):
    """A connection and, where messages are signed, its new secret, which is shown once."""

    connection: ConnectionView
    secret: str | None


@door.get("", Permission.CONNECTIONS_EDIT, "医院系统接入列表", response_model=Listed[ConnectionView])
def list_connections(actor: SignedIn, access: Services, paging: Paging) -> dict[str, Any]:
    """数据范围内各机构怎样接入；密钥不再显示。"""
    return listed(given.connections(access, actor, paging))


@door.get("/services", Permission.CONNECTIONS_EDIT, "服务目录", response_model=list[OfferView])
def list_services(actor: SignedIn, access: Services) -> list[OfferView]:
    """可以开通的服务：版本、怎样调用、多少家在联调和使用，最近七天（含今天）的次数。"""
    return services.catalogue(access, actor)


@door.get("/journals", Permission.CONNECTIONS_EDIT, "报文日志和磁盘", response_model=JournalState)
def show_journals(actor: SignedIn, access: Services) -> JournalState:
    """还没读入数据库的次数，日志占多少、保留多久，磁盘还剩多少。"""
    return journal_state(access, actor)


@door.put("/{institution_id}", Permission.CONNECTIONS_EDIT, "接入或变更一家机构", response_model=Connected)
def connect(
    institution_id: Institution, form: ConnectionForm, actor: SignedIn, access: Services
) -> Connected:
    """签名的接入得到密钥（只显示一次）；已有的密钥不变，要换须写明，旧的随即失效。不签名的须限定来源地址。"""
    view, secret = given.connect(
        access,
        actor,
        institution_id,
        signed=form.signed,
        networks=form.networks,
        a_second=form.a_second,
        a_day=form.a_day,
        services=form.services,
        state=form.state,
        new_secret=form.new_secret,
    )
    return Connected(connection=view, secret=secret)


@door.post(
    "/{institution_id}/state", Permission.CONNECTIONS_EDIT, "联调、上线或停用", response_model=ConnectionView
)
def change_state(
    institution_id: Institution, form: StateForm, actor: SignedIn, access: Services
) -> ConnectionView:
    """停用后，这家机构的报文随即被拒绝；密钥不变，可以再上线。"""
    return given.change_state(access, actor, institution_id, form.state)


@door.put(
    "/{institution_id}/framing",
    Permission.CONNECTIONS_EDIT,
    "嵌入页面可以放在谁的网页里",
    response_model=ConnectionView,
)
def frame_by(
    institution_id: Institution, form: FramingForm, actor: SignedIn, access: Services
) -> ConnectionView:
    """医院系统的网页地址（协议、主机、端口），两秒内生效，密钥不变；一个也不写的，谁的网页都可以。"""
    return given.frame_by(access, actor, institution_id, form.framed_by)
