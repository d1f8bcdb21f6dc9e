"""A hospital's system as the gateway sees it: messages in the national envelope, signed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from mingcha.gateways.national.gateway import Gateway, Reply, Request
from mingcha.gateways.national.signing import signature_of
from mingcha.sample.messages import sample_message

HOSPITAL = "H35010000001"
_numbers = count(1)


def message(infno: str, content: Any, **envelope: Any) -> dict[str, Any]:
    """A message of the hospital with an id of its own."""
    return {
        "infno": infno,
        "msgid": f"{HOSPITAL}20260302090000{next(_numbers):04d}",
        "mdtrtarea_admvs": "350100",
        "inf_time": "2026-03-02 09:00:00",
        "fixmedins_code": HOSPITAL,
        "input": content,
        **envelope,
    }


def bill(kind: str = "stay", scene: str = "4", seed: int = 1, infno: str = "3101") -> dict[str, Any]:
    """A sample bill sent in a scene."""
    content = sample_message(kind, seed)["input"]
    content["data"]["trig_scen"] = scene
    return message(infno, content)


def encounter(sent: dict[str, Any]) -> dict[str, Any]:
    """The first encounter of a bill."""
    patient = sent["input"]["data"]["patient_dtos"]
    found = (patient[0] if isinstance(patient, list) else patient)["fsi_encounter_dtos"]
    return found[0] if isinstance(found, list) else found


@dataclass
class Hospital:
    """Signs as the service gateway asks for."""

    access_key: str
    secret: str
    clock: Callable[[], datetime]

    def headers(self, name: str = "3101", **changed: str) -> dict[str, str]:
        said = {
            "_api_name": name,
            "_api_version": "1.0.0",
            "_api_timestamp": str(int(self.clock().timestamp() * 1000)),
            "_api_access_key": self.access_key,
            **changed,
        }
        return {"_api_signature": signature_of(said, self.secret), **said}

    def calling(self, gateway: Gateway) -> Callable[..., Any]:
        def ask(sent: Any, **more: Any) -> Any:
            return json.loads(answer_of(gateway(self.request(sent, **more))))

        return ask

    def request(self, sent: Any, headers: dict[str, str] | None = None, address: str = "10.0.0.9") -> Request:
        content = sent if isinstance(sent, bytes) else json.dumps(sent, ensure_ascii=False).encode()
        return Request(content, self.headers() if headers is None else headers, address)


def answer_of(reply: Reply) -> bytes:
    """What leaves once the call is kept."""
    if reply.kept is not None:
        reply.kept.result(20)
    return reply.content
