"""The envelope of the national interface: what stands around every transaction, and around every answer.

Source: 定点医药机构接口规范, “接口报文格式” and “交易状态码说明”; lengths as they stand there.
"""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec

SUCCESS, FAILURE = 0, -1
# err_msg holds 200 characters, inf_refmsgid 30: region (6), time (14), serial number (10).
MOST_ERROR, REGION, TIME, SERIAL = 200, 6, 14, 10
_encoder = msgspec.json.Encoder(decimal_format="number")


class Envelope(msgspec.Struct):
    """What is needed of a message's envelope; a bare `input` has none of it."""

    infno: str = ""
    msgid: str = ""
    inf_time: str = ""
    mdtrtarea_admvs: str = ""
    fixmedins_code: str = ""
    opter: str = ""
    sign_no: str = ""
    input: msgspec.Raw = msgspec.Raw()

    @property
    def bare(self) -> bool:
        """Whether there is no envelope at all."""
        return not bytes(self.input)


_decoder = msgspec.json.Decoder(Envelope, strict=False)


# What an envelope says where the message as a whole is no JSON, or in another encoding: its sender shall hear of that,
# and not that nobody is known by no name.
_SAID = re.compile(
    rb'"(infno|msgid|inf_time|mdtrtarea_admvs|fixmedins_code)"\s*:\s*"([\x20\x21\x23-\x5b\x5d-\x7e]{0,64})"'
)
_SEARCHED = 65_536


def envelope_of(content: bytes) -> Envelope:
    """The envelope of a message; what of it can be seen where the message cannot be read."""
    try:
        return _decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        said = {name.decode(): value.decode() for name, value in reversed(_SAID.findall(content[:_SEARCHED]))}
        return Envelope(**said)


def message_of(
    infno: str, content: Any, institution_id: str, now: datetime, serial: int, **envelope: Any
) -> dict[str, Any]:
    """A message as an institution sends it.

    Args:
        content: its `input`.
        serial: of the message in this second.
        envelope: what is said otherwise.
    """
    return {
        "infno": infno,
        "msgid": f"{institution_id}{now:%Y%m%d%H%M%S}{serial:04d}",
        "mdtrtarea_admvs": institution_id[1:7],
        "insuplc_admdvs": institution_id[1:7],
        "recer_sys_code": "MINGCHA",
        "infver": "V1.0",
        "opter_type": "1",
        "opter": "",
        "opter_name": "",
        "inf_time": f"{now:%Y-%m-%d %H:%M:%S}",
        "fixmedins_code": institution_id,
        "fixmedins_name": "",
        "input": content,
        **envelope,
    }


def answered(
    envelope: Envelope, output: dict[str, Any], note: str = "", *, received: str = "", responded: str = ""
) -> bytes:
    """The answer to a message that was understood; a bare `input` is answered with the bare `output`.

    Args:
        note: what the sender must know of an otherwise good answer.
        received, responded: moments as yyyyMMddHHmmssSSS.
    """
    if envelope.bare:
        return _encoder.encode(output)
    return _encoder.encode(_around(envelope, SUCCESS, note, output, received, responded))


def refused(envelope: Envelope, why: str, *, received: str = "", responded: str = "") -> bytes:
    """The answer to a message that cannot be served: infcode -1 and, on one line, what was wrong."""
    text = why.replace("\n", "；")
    return _encoder.encode(_around(envelope, FAILURE, text, {}, received, responded))


def _around(
    envelope: Envelope, code: int, error: str, output: dict[str, Any], received: str, responded: str
) -> dict[str, Any]:
    return {
        "infcode": code,
        "inf_refmsgid": _reference(envelope),
        "refmsg_time": received,
        "respond_time": responded,
        "err_msg": error[:MOST_ERROR],
        "output": output,
    }


def _reference(envelope: Envelope) -> str:
    """The receiver's message id, made from the sender's: a message that is sent again gets the same one."""
    digits = "".join(filter(str.isdigit, envelope.inf_time))
    serial = int.from_bytes(blake2b(envelope.msgid.encode(), digest_size=8).digest()) % 10**SERIAL
    region = envelope.mdtrtarea_admvs[:REGION].ljust(REGION, "0")
    return f"{region}{digits[:TIME].ljust(TIME, '0')}{serial:0{SERIAL}d}"
