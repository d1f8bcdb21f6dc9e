"""Messages as no sound system sends them: made from the project's own field tables, by a seed."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from mingcha.domain.claims import Diagnosis, Encounter, Line, Person, Procedure, Settlement
from mingcha.ingest.dto import national_names
from mingcha.sample.messages import sample_message
from tests.faults.load import HOSPITAL
from tests.support.records import INPUTS

# Stands in every hostile text: where it is found, something of a message was kept that must not be.
MARK = "恶意X7Q"
_FIELDS = sorted(
    {
        name
        for entity in (Person, Encounter, Settlement, Line, Diagnosis, Procedure)
        for name in national_names(entity).values()
    }
)
_ENVELOPE = ("infno", "msgid", "inf_time", "mdtrtarea_admvs", "opter", "sign_no", "infver")
_TEXTS = (
    "", " ", "null", "\0", f"{MARK}\0{MARK}", f"{MARK}'; DROP TABLE calls;--", f"<script>{MARK}</script>",
    f"{{0.__class__}}{MARK}", f"%s%n%x{MARK}", f"../../{MARK}", f"=cmd|'{MARK}'!A0", f"\u202e{MARK}\u2066\ufeff",
    MARK * 3000,
    "9" * 400, "-1", "-0", "1e308", "1e-300", "NaN", "Infinity", "0x1F", "１２", "0000-00-00", "2026-02-30 25:61:61",
    "9999-12-31 23:59:59", "1-1-1", "20260230", "\U0001f9ea", "\x7f\x1b[31m", "\r\nX-Evil: 1", f"{MARK}\u2028",
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**30, -(2**63), 2**64, [], {}, [[]], [None], [{}], {"": ""}, [[[[[[]]]]]],
    [MARK], {MARK: MARK},
)  # fmt: skip
_RAW = (
    b"", b" ", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe{}", b"\x00" * 40, b"{" * 3000, b"[" * 60_000,
    b'{"a":' * 4000, b'{"infno":"3101","input":{"a":1e99999}}', b'{"infno":"3101","infno":"3103"}',
    b'{"msgid":"\\ud800"}', b"\xef\xbb\xbf{}",
)  # fmt: skip


@dataclass(frozen=True)
class Hostile:
    """One message: what is sent, and the persons whom it names."""

    content: bytes
    persons: frozenset[str] = frozenset()


def hostile_messages(seed: int, many: int) -> Iterator[Hostile]:
    """So many messages; the same seed gives the same ones."""
    random = Random(seed)
    sound = [sample_message("visit", number) for number in range(1, 7)]
    for number in range(many):
        if random.random() < 0.1:
            yield Hostile(_known(random.choice(_RAW), random))
            continue
        message = _other(random) if random.random() < 0.15 else copy.deepcopy(random.choice(sound))
        message |= {"fixmedins_code": HOSPITAL, "msgid": f"F{seed}-{number}", "infno": message["infno"]}
        _name_persons(message, f"F{seed}-{number}")
        for _ in range(random.randint(1, 4)):
            _spoil(message, random)
        yield Hostile(_written(message, random), frozenset(_persons(message)))


def _known(raw: bytes, random: Random) -> bytes:
    """Something of no shape, often from somebody who may send."""
    if raw.startswith(b"{") and random.random() < 0.7:
        return b'{"fixmedins_code":"%s",' % HOSPITAL.encode() + raw[1:]
    return raw


def _other(random: Random) -> dict[str, Any]:
    """Feedback, signing in and out, what is told of care, and what there is not."""
    match random.randrange(6):
        case 0:
            warns = [{"warn_rslt_id": "1", "dspo_way": "1", "dspo_way_rea": "病情需要"}]
            return {"infno": "3103", "input": {"data": {"warn_type": "1", "warns": warns}}}
        case 1:
            return {"infno": "9001", "input": {"signIn": {"opter_no": "A01", "mac": "0", "ip": "0"}}}
        case 2:
            return {"infno": "9002", "input": {"signOut": {"sign_no": "20260101000000ab", "opter_no": "A01"}}}
        case 3 | 4:
            infno, told = random.choice(list(INPUTS.items()))
            return {"infno": infno, "input": copy.deepcopy(told)}
        case _:
            return {"infno": random.choice(["3104", "", "99999999999999", MARK]), "input": {}}


def _spoil(message: dict[str, Any], random: Random) -> None:
    """Make one thing of a message wrong."""
    node, key = random.choice(list(_places(message)) or [(message, "infno")])
    match random.randrange(6):
        case 0:
            node[key] = copy.deepcopy(random.choice(_VALUES))
        case 1 | 2:
            node[key] = random.choice(_TEXTS)
        case 3 if isinstance(node, dict):
            node[random.choice(_FIELDS)] = copy.deepcopy(random.choice((*_TEXTS, *_VALUES)))
        case 4 if isinstance(node, dict):
            node.pop(key, None)
        case 5:
            message[random.choice(_ENVELOPE)] = copy.deepcopy(random.choice((*_TEXTS, *_VALUES)))
        case _:
            node[key] = [copy.deepcopy(node[key]) for _ in range(random.choice((0, 1, 2, 20)))]


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inner:
        if node is not None and key != "fixmedins_code":
            yield node, key
        yield from _places(value)


def _name_persons(message: dict[str, Any], name: str) -> None:
    data = message["input"].get("data")
    for number, patient in enumerate(data.get("patient_dtos", ()) if isinstance(data, dict) else ()):
        patient["patn_id"] = f"{name}-{number}"


def _persons(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "patn_id" in node:
            yield str(node["patn_id"])
        for value in node.values():
            yield from _persons(value)
    elif isinstance(node, list):
        for value in node:
            yield from _persons(value)


def _written(message: dict[str, Any], random: Random) -> bytes:
    if random.random() < 0.03:
        message["input"] = json.dumps(message.get("input"))
    content = json.dumps(message, ensure_ascii=random.random() < 0.5).encode()
    match random.randrange(30):
        case 0:
            return content[: random.randrange(len(content))]
        case 1:
            at = random.randrange(len(content))
            return content[:at] + random.randbytes(3) + content[at + 3 :]
        case 2:
            return content.replace(b'"input"', b'"input": {}, "input"', 1)
        case 3:
            return content.decode().encode("gb18030", "replace")
        case _:
            return content
