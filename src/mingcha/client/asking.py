"""Asks the server, again where that may help, and for no longer than a doctor waits."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, TypeVar
from uuid import uuid4

import httpx2

from mingcha.client.answers import Audited, Linked, Opinion, Page, Reminded, Response

T = TypeVar("T")
_AGAIN = frozenset({500, 502, 503, 504})
_PAUSE = 0.05


class Refused(Exception):
    """The server does not take this; only raised where that was asked for."""


class Client:
    """One institution's way to the audit.

    Args:
        address: of the server, such as https://mingcha.example:8000.
        token: an API token with the permission 以接口请求事前事中审核; or
        access_key, secret: of the institution's connection.
        seconds: how long a call may take with all its repetitions.
        raises: raise `Refused` where nothing was audited; otherwise the answer says so, and care goes on.
        transport: what carries requests; for tests.
    """

    def __init__(
        self,
        address: str,
        institution_id: str,
        *,
        token: str = "",
        access_key: str = "",
        secret: str = "",
        seconds: float = 2.0,
        raises: bool = False,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self.institution_id = institution_id
        self._token = token
        self._key = access_key
        self._secret = secret
        self._seconds = seconds
        self._raises = raises
        self._http = httpx2.Client(base_url=address, transport=transport, trust_env=False)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def audit(
        self,
        scene: str,
        person: Mapping[str, Any],
        encounter: Mapping[str, Any],
        *,
        history: Sequence[Mapping[str, Any]] = (),
        rule_codes: Sequence[str] = (),
        message_id: str = "",
    ) -> Audited:
        """Audit a bill; values as the API describes them, amounts as text or Decimal, never as float.

        Args:
            scene: trigger scene, 1 … 10.
            message_id: what the same question is known by; a new one where it is left out.
        """
        number = message_id or self._number()
        asked = {
            "institution_id": self.institution_id,
            "message_id": number,
            "scene": scene,
            "person": person,
            "encounter": encounter,
            "history": list(history),
            "rule_codes": list(rule_codes),
        }
        return self._told("/api/v1/audit", asked, Audited.of, lambda why: Audited(False, number, why))

    def feedback(self, scene: str, responses: Sequence[Response], *, message_id: str = "") -> Audited:
        """Say what was done about results; `audited` is whether it was taken."""
        number = message_id or self._number()
        answers = [
            {"result_id": one.result_id, "way": one.way.value, "reason": one.reason} for one in responses
        ]
        asked = {
            "institution_id": self.institution_id,
            "message_id": number,
            "scene": scene,
            "answers": answers,
        }
        taken = Audited(True, number)
        return self._told(
            "/api/v1/audit/feedback", asked, lambda _: taken, lambda why: Audited(False, number, why)
        )

    def second_opinion(self, message_id: str, result_id: str, text: str = "") -> Opinion:
        """Ask a person about a result that is handed over (转人工), say more, or, without a text, hear how it stands.

        Args:
            message_id: of the audit that found it.
        """
        asked = {
            "institution_id": self.institution_id,
            "message_id": message_id,
            "result_id": result_id,
            "text": text,
        }
        return self._told(
            "/api/v1/audit/second-opinions", asked, Opinion.of, lambda why: Opinion("unavailable", note=why)
        )

    def reminder(
        self,
        person_id: str,
        encounter_id: str,
        started_at: datetime,
        *,
        inpatient: bool = False,
        items: Sequence[str] = (),
        department_id: str | None = None,
    ) -> Reminded:
        """What a doctor should know of a patient who was just called in.

        Args:
            started_at: local, without a zone.
            items: codes of what is about to be ordered.
            department_id: where the doctor is; where it is left out, the patient's own.
        """
        asked = self._about(person_id, encounter_id, started_at, inpatient, items, department_id)
        return self._told("/api/v1/reminder", asked, Reminded.of, lambda why: Reminded(False, why))

    def reminder_page(
        self,
        person_id: str,
        encounter_id: str,
        started_at: datetime,
        *,
        inpatient: bool = False,
        items: Sequence[str] = (),
        department_id: str | None = None,
    ) -> Linked:
        """Where the same can be read as a page."""
        asked = self._about(person_id, encounter_id, started_at, inpatient, items, department_id)
        return self._linked({**asked, "page": Page.REMINDER.value})

    def audit_page(self, message_id: str, page: Page = Page.AUDIT) -> Linked:
        """Where the result of an audit can be read and answered; for the window that charges, item by item.

        Args:
            message_id: of the audit that was asked for.
        """
        asked = {"institution_id": self.institution_id, "message_id": message_id, "page": page.value}
        return self._linked(asked)

    def _about(
        self,
        person_id: str,
        encounter_id: str,
        started_at: datetime,
        inpatient: bool,
        items: Sequence[str],
        department_id: str | None,
    ) -> dict[str, Any]:
        return {
            "institution_id": self.institution_id,
            "person_id": person_id,
            "encounter_id": encounter_id,
            "started_at": started_at.isoformat(),
            "inpatient": inpatient,
            "items": list(items),
            "department_id": department_id,
        }

    def _linked(self, asked: Mapping[str, Any]) -> Linked:
        def read(told: Mapping[str, Any]) -> Linked:
            return Linked(str(self._http.base_url.join(told["path"])), str(told["ends_at"]))

        return self._told("/api/v1/embedded", asked, read, lambda why: Linked("", note=why))

    def _number(self) -> str:
        # No two programs of a hospital may meet: the second one would get the answer of the first.
        return f"{self.institution_id}-{uuid4().hex}"

    def _told(
        self, path: str, asked: Any, read: Callable[[Mapping[str, Any]], T], otherwise: Callable[[str], T]
    ) -> T:
        try:
            return read(self._answer(path, _plain(asked)))
        except (Refused, httpx2.HTTPError, httpx2.InvalidURL, LookupError, ValueError, TypeError) as error:
            if self._raises:
                raise error if isinstance(error, Refused) else Refused(_why(error)) from error
            return otherwise(_why(error))

    def _answer(self, path: str, asked: Any) -> Mapping[str, Any]:
        """The server's answer; every repetition bears the same id and so gets the same answer."""
        ends, pause = time.monotonic() + self._seconds, _PAUSE
        while True:
            left = ends - time.monotonic()
            try:
                answer = self._http.post(path, json=asked, headers=self._headers(), timeout=max(left, 0.001))
                if answer.status_code not in _AGAIN:
                    return _read(answer)
                failure: Exception = Refused(f"服务器应答 {answer.status_code}")
            except httpx2.TransportError as error:
                failure = error
            if time.monotonic() + pause >= ends:
                raise failure
            time.sleep(pause)
            pause *= 2

    def _headers(self) -> dict[str, str]:
        if self._token:
            return {"Authorization": f"Bearer {self._token}"}
        said = {
            "_api_access_key": self._key,
            "_api_name": "audit",
            "_api_timestamp": str(time.time_ns() // 1_000_000),
            "_api_version": "1.0.0",
        }
        pairs = "&".join(f"{name}={value}" for name, value in said.items())
        digest = hmac.digest(self._secret.encode(), pairs.encode(), hashlib.sha1)
        return {**said, "_api_signature": base64.b64encode(digest).decode()}


def _read(answer: httpx2.Response) -> Mapping[str, Any]:
    told = answer.json()
    if not isinstance(told, dict):
        raise Refused("服务器的应答不是这个接口的")
    if answer.status_code != httpx2.codes.OK:
        parts = (told.get("where"), told.get("message"), told.get("remedy"))
        raise Refused("：".join(str(part) for part in parts if part))
    return told


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, Refused) else f"没有得到应答（{type(error).__name__}）"


def _plain(value: Any) -> Any:
    """Values as they are sent: amounts stay the text that they are."""
    if isinstance(value, float):
        raise TypeError("金额和数量须为文本或 Decimal，不能是浮点数")
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int) or value is None else str(value)
