"""HIS 模拟器: orders entered on a page go to the gateway as a hospital's messages, and come back as advice."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from time import perf_counter
from typing import Annotated, Literal

import msgspec
from fastapi import Query, Request
from pydantic import BaseModel, Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from mingcha.access.actor import Actor
from mingcha.access.connections.desks import Desk, desks
from mingcha.access.errors import Conflict, Invalid
from mingcha.access.permissions import Permission
from mingcha.administration.modules import Module
from mingcha.audit.reminding.asking import Asked
from mingcha.gateways.rest.answering import AuditFinding
from mingcha.gateways.rest.results import GO_ON_REASONS, call_of
from mingcha.gateways.simulator.catalogue import Coded, Item, find_diagnoses, find_items, find_operations
from mingcha.gateways.simulator.examples import Example, examples
from mingcha.gateways.simulator.prescribing import (
    Diagnosed,
    Earlier,
    Operated,
    Order,
    Scene,
    Visit,
    audit_input,
)
from mingcha.gateways.simulator.sending import Exchange, Sender, Sent, operator_of, send, shown
from mingcha.gateways.simulator.visits import (
    ENCOUNTER,
    OpenVisit,
    PatientLine,
    at_desk,
    local_now,
    open_visit,
    patient_lines,
)
from mingcha.hospital.reminding import DoctorReminder, remind
from mingcha.hospital.stay_payment import StayPayment
from mingcha.web.connected import line_of
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import PRINTED, Code, Form
from mingcha.web.national import Line

door = Door("/simulator", "HIS 模拟器", Module.SIMULATOR)
_ASKS = Permission.SIMULATOR_USE

Encounter = Annotated[str, StringConstraints(pattern=ENCOUNTER)]
Written = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=PRINTED)]
Short = Annotated[str, StringConstraints(max_length=8, pattern=r"^[0-9A-Za-z]*$")]
Price = Annotated[Decimal, Field(ge=0, le=10_000_000, max_digits=14, decimal_places=6)]
Quantity = Annotated[Decimal, Field(gt=0, le=100_000, max_digits=10, decimal_places=4)]
Text = Annotated[str, Query(max_length=60, pattern=PRINTED, description="编码、名称或拼音首字母")]


class DiagnosisForm(Form):
    """A diagnosis."""

    code: Code
    name: Written


class OperationForm(Form):
    """An operation."""

    code: Code
    name: Written


class OrderForm(Form):
    """One order; price in yuan."""

    number: Annotated[int, Field(ge=1, le=10_000)]
    code: Code
    name: Written
    list_type: Short = ""
    charge_type: Short = ""
    payment_class: Short = ""
    unit: Written = ""
    specification: Written = ""
    price: Price
    quantity: Quantity
    dose: Written = ""
    frequency: Written = ""
    route: Written = ""
    days: Annotated[int | None, Field(ge=1, le=3650)] = None


class EarlierForm(Form):
    """A visit before, sent along as history."""

    days_ago: Annotated[int, Field(ge=1, le=3650)]
    diagnoses: Annotated[list[DiagnosisForm], Field(max_length=20)]
    orders: Annotated[list[OrderForm], Field(max_length=100)]


class SimulatedVisitForm(Form):
    """A visit as it stands."""

    institution_id: Code
    patient: Code
    encounter_id: Encounter
    scene: Scene
    started_at: datetime
    diagnoses: Annotated[list[DiagnosisForm], Field(max_length=20)]
    orders: Annotated[list[OrderForm], Field(min_length=1, max_length=500)]
    earlier: Annotated[list[EarlierForm], Field(max_length=10, default_factory=list)]
    operations: Annotated[list[OperationForm], Field(max_length=20, default_factory=list)]


class AuditForm(SimulatedVisitForm):
    """What is to be done with it: audited while it is written, signed, or settled."""

    step: Literal["draft", "sign", "settle"]


class ReminderAskedForm(Form):
    """The patient who was called in, and what is about to be ordered."""

    institution_id: Code
    patient: Code
    encounter_id: Encounter
    scene: Scene
    started_at: datetime
    items: Annotated[list[Code], Field(max_length=200, default_factory=list)]


class CalledInForm(Form):
    """Whom the doctor calls in."""

    institution_id: Code
    patient: Code
    scene: Scene


class Simulated(BaseModel):
    """What the page begins with.

    Args:
        reasons: for which one may go on, by code; the embedded pages have the same.
    """

    desks: list[Desk]
    examples: list[Example]
    reasons: dict[str, str]


class Audited(BaseModel):
    """An audit: what was found, in our words, and what went over the line."""

    audited: bool
    release: int
    note: str
    findings: list[AuditFinding]
    payment: list[StayPayment]
    exchange: Exchange


class Reminded(BaseModel):
    """A reminder, and what went over the line."""

    reminder: DoctorReminder
    exchange: Exchange


@door.get("", _ASKS, "模拟器能用的机构和例子", response_model=Simulated)
def begin(actor: SignedIn, access: Services) -> Simulated:
    """只有联调和演示的接入能用；联调的不成为历史，演示的结算后成为历史。"""
    return Simulated(desks=desks(access, actor), examples=list(examples()), reasons=dict(GO_ON_REASONS))


@door.get("/patients", _ASKS, "可以叫号的患者", response_model=list[PatientLine])
def list_patients(
    actor: SignedIn,
    access: Services,
    institution: Annotated[Code, Query(description="机构编号")],
    sex: Annotated[Literal["1", "2"] | None, Query(description="1 男，2 女")] = None,
) -> list[PatientLine]:
    """数据范围内在这家机构看过病的人，最近的在前；姓名、号码已遮盖。"""
    return patient_lines(access, actor, institution, sex=sex)


@door.get("/items", _ASKS, "查找药品、项目、耗材", response_model=list[Item])
def list_items(access: Services, text: Text = "") -> list[Item]:
    """按编码、名称或拼音首字母，取自最近导入的数据集；常用的在前。"""
    return find_items(access, text)


@door.get("/diagnoses", _ASKS, "查找诊断", response_model=list[Coded])
def list_diagnoses(access: Services, text: Text = "") -> list[Coded]:
    """按编码、名称或拼音首字母，取自最近导入的数据集；常用的在前。"""
    return find_diagnoses(access, text)


@door.get("/operations", _ASKS, "查找手术操作", response_model=list[Coded])
def list_operations(access: Services, text: Text = "") -> list[Coded]:
    """按编码、名称或拼音首字母，取自最近导入的数据集；常用的在前。"""
    return find_operations(access, text)


@door.post("/visits", _ASKS, "叫号：开始一次就诊", response_model=OpenVisit)
def begin_visit(form: CalledInForm, actor: SignedIn, access: Services) -> OpenVisit:
    """给出就诊标识；住院的从三天前入院算起。选了哪位患者记入操作记录。"""
    return open_visit(access, actor, form.institution_id, form.patient, form.scene)


@door.post("/reminders", _ASKS, "事前提醒", response_model=Reminded)
def ask(form: ReminderAskedForm, request: Request, actor: SignedIn, access: Services) -> Reminded:
    """与 /reminder 同一个服务，人员编号由服务端填上。"""
    found = at_desk(access, actor, form.institution_id, form.patient)
    asked = Asked(
        form.institution_id,
        found.number,
        form.encounter_id,
        form.started_at.replace(tzinfo=None),
        inpatient=form.scene is Scene.INPATIENT,
        items=tuple(form.items),
        department_id=found.patient.facts["department_id"] or "",
    )
    begun = perf_counter()
    gateway = line_of(request).gateway
    told = remind(access, actor, asked, gateway.auditors(), gateway.standards())
    took = (perf_counter() - begun) * 1000
    sent = {**asdict(asked), "started_at": asked.started_at.isoformat()}
    exchange = Exchange(
        "POST /api/v1/reminder",
        "",
        {},
        shown(json.dumps(sent, ensure_ascii=False).encode()),
        shown(msgspec.json.encode(told)),
        200,
        round(took, 1),
    )
    return Reminded(reminder=told, exchange=exchange)


@door.post("/audits", _ASKS, "审核：边开边审、签名、结算", response_model=Audited)
async def audit(form: AuditForm, request: Request, actor: SignedIn, access: Services) -> Audited:
    """组成 3101（结算为 3102）报文，签名后交给国家接口网关；边开边审的带请求头 mingcha-draft，不成为历史。"""
    if form.step != "draft" and not form.diagnoses:
        raise Invalid("没有诊断", where="diagnoses", remedy="签名前请先填诊断")
    found = await run_in_threadpool(at_desk, access, actor, form.institution_id, form.patient)
    line, settling, now = line_of(request), form.step == "settle", local_now(access)
    content = audit_input(
        found.patient, found.number, _visit(form), now.replace(tzinfo=None), settling=settling
    )
    infno, draft = "3102" if settling else "3101", form.step == "draft"
    sent = await send(
        line.gateway, line, sender_at(line, found.desk, actor), infno, content, now, draft=draft
    )
    call = None
    if sent.taken:
        gateway = line.gateway
        call = call_of(gateway, gateway.auditors(), form.institution_id, sent.exchange.message_id)
    return Audited(
        audited=call is not None,
        release=sent.release,
        note=note_of(sent),
        findings=[] if call is None else call.findings,
        payment=[] if call is None else call.payment,
        exchange=sent.exchange,
    )


def _visit(form: SimulatedVisitForm) -> Visit:
    return Visit(
        form.encounter_id,
        form.scene,
        form.started_at.replace(tzinfo=None),
        _diagnoses(form.diagnoses),
        _orders(form.orders),
        [Earlier(one.days_ago, _diagnoses(one.diagnoses), _orders(one.orders)) for one in form.earlier],
        [Operated(**one.model_dump()) for one in form.operations],
    )


def _diagnoses(told: list[DiagnosisForm]) -> list[Diagnosed]:
    return [Diagnosed(**one.model_dump()) for one in told]


def _orders(told: list[OrderForm]) -> list[Order]:
    return [Order(**one.model_dump()) for one in told]


def sender_at(line: Line, found: Desk, actor: Actor) -> Sender:
    """The connection as the gateway holds it; that it is none of a live one was seen to in the database."""
    connection = line.gateway.connections().of(found.institution_id)
    if not (connection.trial or connection.demonstration):
        raise Conflict("接入的状态刚刚变了", remedy="请几秒后再试")
    return Sender(connection, found.name, found.region, operator_of(actor.login))


def note_of(sent: Sent) -> str:
    """What the answer says beside."""
    return str(sent.said.get("err_msg") or sent.said.get("message") or "")
