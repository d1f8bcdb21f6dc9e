"""One address for a hospital's system: every message is dispatched by its transaction, answered, and kept.

Nothing here waits for the database, and no error leaves a caller without a clear answer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Protocol

import msgspec

from mingcha.access.connections.services import AUDITS, CARE
from mingcha.access.context import CHINA
from mingcha.access.policy import Policy
from mingcha.audit.bill import Answer, BillAuditor
from mingcha.audit.calls import Call, CallOutcome, decode_call, encode_call, key_of
from mingcha.domain.errors import InputError, MingchaError
from mingcha.gateways.national.connections import Connection, Connections
from mingcha.gateways.national.envelope import Envelope, answered, envelope_of, refused
from mingcha.gateways.national.feedback import read_feedback, sign_in, sign_out
from mingcha.gateways.national.pasts import Pasts
from mingcha.gateways.national.rates import Rates
from mingcha.gateways.national.signing import Unsigned
from mingcha.hospital.matching import NO_STANDARDS, StandardBook
from mingcha.hospital.stay_payment import StayPayment, beside_message
from mingcha.ingest.care import read_care
from mingcha.ingest.messages import read_message
from mingcha.store.journal.answered import Answered
from mingcha.store.journal.records import Place, Sealer
from mingcha.store.journal.writing import Journal

NOT_AUDITED = "未审核：{why}。请继续业务，系统会在事后补审"
# Said of orders that are still being written: they are audited, and are no care that anybody had.
DRAFT = "mingcha-draft"
_WITHOUT_PAST = "历史就诊暂时不可用，本次只按报文内容审核。"
_log = logging.getLogger("mingcha.gateways")


@dataclass(frozen=True)
class Request:
    """A message as it came in.

    Args:
        headers: names in lower case.
        arrived: when, by the clock that only runs forward.
    """

    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    arrived: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Reply:
    """An answer; it may leave once `kept` is done, and is replaced by `otherwise` where it could not be kept.

    Args:
        release: number of the release that judged, 0 where none did.
    """

    content: bytes
    kept: Future[Place] | None = None
    otherwise: Callable[[], bytes] = bytes
    status: int = 200
    release: int = 0


class Auditors(Protocol):
    """Where the auditor of the release in force is found; None where nothing is published."""

    def __call__(self) -> BillAuditor | None: ...


@dataclass
class Gateway:
    """Answers messages.

    Args:
        secret: what numbers of signing in are made with.
        clock: this moment, with its zone.
        policy: how long a call may have waited, among others, as it is set now.
        standards: of payment, as they hold today.
    """

    auditors: Auditors
    connections: Callable[[], Connections]
    pasts: Pasts
    journal: Journal
    answered: Answered
    rates: Rates
    sealer: Sealer
    secret: bytes
    clock: Callable[[], datetime]
    policy: Callable[[], Policy] = Policy
    standards: Callable[[], StandardBook] = lambda: NO_STANDARDS
    _on_the_way: dict[bytes, Reply] = field(default_factory=dict)

    def __call__(self, request: Request) -> Reply:
        """The reply to one message; never raises."""
        return self._from_a_known_sender(request, self.answer)

    def _from_a_known_sender(self, request: Request, reply: Callable[[Asked, Connection], Reply]) -> Reply:
        now, envelope = self.clock(), envelope_of(request.content)
        try:
            sender = self.connections().sender(
                envelope.fixmedins_code, request.headers, request.address, _milliseconds(now)
            )
        except Unsigned as refusal:
            return Reply(msgspec.json.encode({"code": 401, "message": refusal.why}), status=401)
        return reply(Asked(request, envelope, self.clock, now), sender)

    def answer(self, asked: Asked, sender: Connection) -> Reply:
        """The reply to a message of somebody who may send it, in whichever envelope; never raises."""
        asked.sender = sender
        if first := self._first_answer(asked):
            return first
        if not self.rates.take(sender.institution_id, sender.a_second, _milliseconds(asked.now)):
            return self._not_audited(asked, "超过约定的调用频率")
        try:
            return self._serve(asked)
        except MingchaError as error:
            return self._kept(asked, CallOutcome.REFUSED, asked.refused(error))
        except Exception as error:
            _log.error("call failed", exc_info=error)
            return self._not_audited(asked, "系统内部错误")

    def rest(self) -> None:
        """Nothing waits in line any more: what was answered is kept without waiting for company."""
        self.journal.hurry()

    def overloaded(self, request: Request) -> Reply:
        """The reply where there is no time to audit a message: it is kept and audited afterwards."""
        return self._from_a_known_sender(request, self.shed)

    def shed(self, asked: Asked, sender: Connection) -> Reply:
        """The same, in whichever envelope."""
        asked.sender = sender
        return self._not_audited(asked, "系统繁忙")

    def _first_answer(self, asked: Asked) -> Reply | None:
        """The answer that the same message got before, if it did."""
        if not asked.envelope.msgid:
            return None
        waiting = self._on_the_way.get(asked.key)
        if waiting is not None:
            return waiting
        try:
            place = self.answered.place_of(asked.key)
            call = None if place is None else decode_call(self.sealer.content(place))
        except (OSError, MingchaError) as error:  # just removed, or not as it was: the message is judged anew
            _log.error("first answer cannot be read", exc_info=error)
            return None
        if call is None:
            return None
        return Reply(call.answer, status=asked.status(call.outcome), release=call.release)

    def _serve(self, asked: Asked) -> Reply:
        infno, sender = asked.envelope.infno, asked.sender
        if sender is not None and not sender.offers(infno):
            raise InputError(f"没有开通交易 {infno}", where="infno", remedy="请向医保管理员申请开通这项服务")
        if infno in AUDITS:
            if sender is not None and sender.used_up:
                return self._not_audited(asked, "超过约定的每日次数")
            return self._audit(asked)
        if infno not in _READ:
            raise InputError(
                f"这个地址不提供交易 {infno[:10] or '（未填）'}",
                where="infno",
                remedy=f"可用：{'、'.join(sorted(AUDITS | _READ.keys()))}",
            )
        return self._kept(asked, CallOutcome.TAKEN, asked.taken(_READ[infno](asked, self.secret)))

    def _audit(self, asked: Asked) -> Reply:
        message = read_message(asked.request.content)
        asked.scene = message.trigger
        auditor = self.auditors()
        if auditor is None:
            return self._not_audited(asked, "还没有发布知识和规则")
        if time.monotonic() - asked.request.arrived > self.policy().deadlines.of(asked.scene).total_seconds():
            return self._not_audited(asked, "等待超时")
        known = self.pasts.of(dict.fromkeys(one.facts["person_id"] for one in message.encounters))
        answer = auditor.of_message(message, past=None if known is None else known.__getitem__)
        payment = beside_message(self.standards(), message.encounters)
        note = answer.note if known is not None else _WITHOUT_PAST + answer.note
        return self._kept(
            asked,
            CallOutcome.AUDITED,
            asked.audited(answer, auditor, note, payment),
            release=auditor.plan.release.number,
            findings=[row for row in answer.findings if row["exemption"] is None],
            failed=sorted(auditor.failed),
            payment=[asdict(one) for one in payment],
        )

    def _not_audited(self, asked: Asked, why: str) -> Reply:
        return self._kept(asked, CallOutcome.NOT_AUDITED, asked.not_audited(why))

    def _kept(self, asked: Asked, outcome: CallOutcome, answer: bytes, **more: Any) -> Reply:
        """Append a call to the journal."""
        call = Call(
            asked.envelope.fixmedins_code,
            asked.envelope.msgid,
            asked.envelope.infno,
            asked.scene,
            outcome,
            _milliseconds(asked.now),
            round((time.monotonic() - asked.request.arrived) * 1e6),
            more.pop("release", 0),
            asked.request.content,
            answer,
            trial=asked.only_tried,
            **more,
        )
        kept = self.journal.append(asked.key, encode_call(call))
        otherwise = partial(asked.not_audited, "日志无法写入")
        reply = Reply(answer, kept, otherwise, asked.status(outcome), call.release)
        if asked.envelope.msgid:
            self._on_the_way[asked.key] = reply
            kept.add_done_callback(lambda _: self._on_the_way.pop(asked.key, None))
        return reply


class Asked:
    """A message while it is being answered; another envelope answers otherwise."""

    def __init__(
        self,
        request: Request,
        envelope: Envelope,
        clock: Callable[[], datetime],
        now: datetime | None = None,
    ) -> None:
        self.request = request
        self.envelope = envelope
        self.clock = clock
        self.now = now or clock()
        # Whoever is known to have sent it.
        self.sender: Connection | None = None
        self.scene = ""
        # Without an id no two messages are the same.
        told = envelope.msgid or f"{self.now.timestamp()}\0{id(self)}\0{request.arrived}"
        self.key = key_of(envelope.fixmedins_code, told)

    @property
    def only_tried(self) -> bool:
        """Whether nobody is treated by what this says."""
        trial = self.sender is not None and self.sender.trial
        return trial or self.request.headers.get(DRAFT) == "1"

    def audited(self, answer: Answer, auditor: BillAuditor, note: str, payment: list[StayPayment]) -> bytes:
        """The answer where the message was audited; the national one has no place for how the stay is paid."""
        del auditor, payment
        return self.taken(answer.output, note)

    def taken(self, output: dict[str, Any], note: str = "") -> bytes:
        """The good answer."""
        return answered(self.envelope, output, note, **self._moments())

    def refused(self, error: MingchaError) -> bytes:
        """The answer where the message cannot be served: infcode -1."""
        return refused(self.envelope, str(error), **self._moments())

    def not_audited(self, why: str) -> bytes:
        """The answer where care is to go on without an audit."""
        return refused(self.envelope, NOT_AUDITED.format(why=why), **self._moments())

    def _moments(self) -> dict[str, str]:
        return {"received": _stamp(self.now), "responded": _stamp(self.clock())}

    def status(self, outcome: CallOutcome) -> int:
        """The HTTP status of an answer: the national interface says everything in the envelope."""
        del outcome
        return 200


def _feedback(asked: Asked, _: bytes) -> dict[str, Any]:
    read_feedback(bytes(asked.envelope.input))
    return {}


def _care(asked: Asked, _: bytes) -> dict[str, Any]:
    if asked.envelope.bare:  # it would be answered as if it had come without an envelope
        raise InputError("没有 input，或信封里有值的类型不对", where="input", remedy="信封各项应为文字")
    read_care(asked.request.content, asked.envelope.fixmedins_code)
    return {}


def _signing(sign: Callable[[bytes, str, datetime, bytes], dict[str, Any]]) -> Read:
    return lambda asked, secret: sign(
        bytes(asked.envelope.input), asked.envelope.fixmedins_code, _local(asked.now), secret
    )


Read = Callable[[Asked, bytes], dict[str, Any]]
# What is read, answered and kept without an audit: the output of the answer, or an InputError.
_READ: Mapping[str, Read] = {
    "3103": _feedback,
    "9001": _signing(sign_in),
    "9002": _signing(sign_out),
    **dict.fromkeys(CARE, _care),
}


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _local(moment: datetime) -> datetime:
    return moment.astimezone(CHINA)


def _stamp(moment: datetime) -> str:
    """yyyyMMddHHmmssSSS, where the system is used."""
    local = moment.astimezone(CHINA)
    return f"{local:%Y%m%d%H%M%S}{local.microsecond // 1000:03d}"
