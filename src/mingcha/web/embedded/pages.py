"""The pages at their addresses: opened once by a link, answered by whoever opened it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import msgspec
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.secrets import same
from mingcha.audit.calls import key_of
from mingcha.audit.reminding.asking import Asked
from mingcha.audit.reminding.links import (
    ANSWERED_WITHIN,
    LinkOver,
    Opened,
    Page,
    note_answer,
    open_link,
    opened,
)
from mingcha.gateways.national.gateway import Request as Message
from mingcha.gateways.rest.answering import asking
from mingcha.gateways.rest.results import AnsweredCall, call_of
from mingcha.gateways.rest.second_opinions import reason_to_go_on, unavailable
from mingcha.gateways.rest.words import feedback_said
from mingcha.hospital.reminding import remind
from mingcha.review.conversations import Conversation
from mingcha.review.second_opinions import ask, by_id, of_call
from mingcha.store.database.engine import Unavailable
from mingcha.web.embedded.asking import InFrame, conversation_page, is_handed_over
from mingcha.web.embedded.framing import headers
from mingcha.web.embedded.rendering import reminder_page, result_page, told
from mingcha.web.national import Line

_STYLE = (Path(__file__).parent / "page.css").read_bytes()
_TITLE = "明察"
_MOST_BYTES, _MOST_FIELDS = 16_384, 50
_WAYS = {"take_back": "返回修改", "go_on": "继续"}
_ABOUT_OPINIONS = frozenset({"ask", "look"})
_LACKS_REASON = "继续须选择原因；选“其他”的须写明"
_LACKS_OPINION = "这一项须先由人工审核同意"


def show_embedded(app: FastAPI) -> None:
    """Let an application show these pages, whose line of calls is open."""
    app.add_route("/embedded/page.css", _style, methods=["GET"], include_in_schema=False)
    app.add_route("/embedded/answers", _answer, methods=["POST"], include_in_schema=False)
    app.add_route(
        "/embedded/conversations/{opinion}/{mark}", _conversation, methods=["GET"], include_in_schema=False
    )
    app.add_route("/embedded/{token}", _open, methods=["GET"], include_in_schema=False)


async def _style(_: Request) -> Response:
    return Response(_STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


def _html(text: str, status: int = 200, framed_by: Sequence[str] = ()) -> Response:
    return HTMLResponse(text, status, headers=headers(framed_by))


async def _open(request: Request) -> Response:
    access: Access = request.app.state.access
    try:
        found = await run_in_threadpool(open_link, access, str(request.path_params["token"])[:200])
        return await _shown(request, found)
    except LinkOver as over:
        return _html(told(_TITLE, f"{over.what}。{over.remedy}"), 410)
    except Unavailable:
        return _html(told(_TITLE, "暂时不能显示，请继续业务"), 503)


async def _shown(request: Request, found: Opened, said: str = "") -> Response:
    line: Line = request.app.state.line
    page, framed_by = Page(found.shown.page), _framed_by(line, found.institution_id)
    if page is Page.REMINDER:
        text = await run_in_threadpool(_reminded, request.app.state.access, line, found)
        return _html(text, framed_by=framed_by)
    call = _call(line, found)
    if call is None:
        return _html(told(page.label, "没有找到这次审核。请稍后在医生站重新打开"), 404, framed_by)
    asked = await run_in_threadpool(_asked, request.app.state.access, call)
    shown = result_page(
        page,
        call.findings,
        found.answered,
        found.answer_key,
        said,
        scene=call.call.scene,
        asked=asked,
        payment=call.payment,
    )
    return _html(shown, 422 if said else 200, framed_by)


def _framed_by(line: Line, institution_id: str) -> Sequence[str]:
    return line.gateway.connections().of(institution_id).framed_by


def _asked(access: Access, call: AnsweredCall) -> dict[str, InFrame]:
    """What was asked about results of a call, each with the address at which its words may be read, and no more."""
    if not is_handed_over(call.findings):
        return {}
    conversations = of_call(access, key_of(call.call.institution_id, call.call.message_id).hex())
    return {
        result: InFrame(one, f"/embedded/conversations/{one.opinion.id}/{_mark(access, one.opinion.id)}")
        for result, one in conversations.items()
    }


def _mark(access: Access, opinion_id: UUID) -> str:
    """What only we can make: whoever has it reads one conversation, and answers nothing."""
    return access.keys.blind_index(str(opinion_id), "embedded.conversation")


async def _conversation(request: Request) -> Response:
    """What both sides said, for the frame in a result's page."""
    access, named = request.app.state.access, request.path_params
    found = await run_in_threadpool(_read, access, named["opinion"], named["mark"])
    if found is None:
        return _html(told(_TITLE, "对话暂时不能显示"), 410)
    return _html(
        conversation_page(found), framed_by=_framed_by(request.app.state.line, found.opinion.institution_id)
    )


def _read(access: Access, opinion: str, mark: str) -> Conversation | None:
    try:
        opinion_id = UUID(opinion)
        found = by_id(access, opinion_id) if same(mark, _mark(access, opinion_id)) else None
    except (ValueError, Unavailable):
        found = None
    if found is None or found.opinion.asked_at + ANSWERED_WITHIN <= access.now():
        return None
    return found


def _reminded(access: Access, line: Line, found: Opened) -> str:
    shown = found.shown
    assert shown.started_at is not None
    asked = Asked(
        found.institution_id,
        shown.person_id,
        shown.encounter_id,
        shown.started_at,
        inpatient=shown.inpatient,
        items=shown.items,
        department_id=shown.department_id,
        main_diagnosis=shown.main_diagnosis,
        procedures=shown.procedures,
        disease_id=shown.disease_id,
    )
    return reminder_page(
        remind(access, _actor(found), asked, line.gateway.auditors(), line.gateway.standards())
    )


def _call(line: Line, found: Opened) -> AnsweredCall | None:
    """The call, read where calls are judged: what is known of answered ones belongs to the loop."""
    gateway = line.gateway
    return call_of(gateway, gateway.auditors(), found.institution_id, found.shown.message_id)


async def _answer(request: Request) -> Response:
    """Keep an answer as the feedback that it is, and show what is left."""
    access: Access = request.app.state.access
    form = await _form(request)
    if form is None:
        return _html(told(_TITLE, "内容太长"), 413)
    line: Line = request.app.state.line
    try:
        found = await run_in_threadpool(opened, access, form.get("key", ""))
        call = _call(line, found)
        way, result = form.get("way", ""), form.get("result", "")
        if call is None or result not in {one.result_id for one in call.findings}:
            return await _shown(request, found, "没有这个疑点，或没有选择处理方式")
        question = call.question(result)
        if question is not None and way in _ABOUT_OPINIONS:
            if way == "ask":
                await run_in_threadpool(ask, access, _actor(found), question, form.get("text", ""))
            return await _shown(request, found)
        if way not in _WAYS:
            return await _shown(request, found, "没有这个疑点，或没有选择处理方式")
        reason: str | None = ""
        if way == "go_on":
            said = (form.get("reason", ""), form.get("remark", ""))
            reason = await run_in_threadpool(reason_to_go_on, access, question, *said)
        if reason is None:
            return await _shown(request, found, _LACKS_OPINION if question else _LACKS_REASON)
        kept = await _kept(line, found, call.call.scene, {"result_id": result, "way": way, "reason": reason})
        if not kept:
            return await _shown(request, found, "没有保存，请再试一次")
        words = "，".join(filter(None, (_WAYS[way], reason.partition("：")[0].partition(" ")[2])))
        return await _shown(request, await run_in_threadpool(note_answer, access, found, result, words))
    except LinkOver as over:
        return _html(told(_TITLE, f"{over.what}。{over.remedy}"), 410)
    except Unavailable:
        return _html(told(_TITLE, unavailable(line.gateway, form.get("scene", "")).note), 503)


def _actor(found: Opened) -> Actor:
    return Actor(None, f"嵌入页面:{found.institution_id}"[:80], via="嵌入页面")


async def _form(request: Request) -> dict[str, str] | None:
    """What was filled in, unless it is longer, or more, than these forms are."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > _MOST_BYTES:
            return None
        parts.append(part)
    try:
        read = parse_qs(b"".join(parts).decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return None
    return {name: values[0] for name, values in read.items()}


async def _kept(line: Line, found: Opened, scene: str, answer: dict[str, str]) -> bool:
    asked = {
        "institution_id": found.institution_id,
        "message_id": f"embedded-{uuid4().hex}",
        "scene": scene,
        "answers": [answer],
    }
    said = feedback_said(msgspec.json.encode(asked))
    sender = line.gateway.connections().of(found.institution_id)
    kept = await line(*asking(line.gateway, said, Message(b""), sender))
    taken: bool = kept.status == 200 and msgspec.json.decode(kept.content).get("outcome") == "taken"
    return taken
