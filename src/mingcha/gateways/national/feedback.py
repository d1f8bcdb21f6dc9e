"""3103: what was done about a reminder or a warning; and 9001, 9002: signing in and out.

Source: 定点医药机构接口规范, 【3103】 tables 144 and 145, 【9001】 and 【9002】.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec

from mingcha.domain.errors import InputError

GO_ON, TAKE_BACK = "1", "2"
BEFORE, DURING = "1", "2"
_SIGN_TIME = "%Y%m%d%H%M%S"
_MARK_BYTES = 8


class Warned(msgspec.Struct):
    """What was done about one result.

    Args:
        warn_rslt_id: the jr_id of the result.
        dspo_way: 1 goes on with the order, 2 takes it back to change it.
        dspo_way_rea: why it goes on.
    """

    warn_rslt_id: str = ""
    dspo_way: str = ""
    dspo_way_rea: str = ""


class _Data(msgspec.Struct):
    warn_type: str = ""
    warns: list[Warned] | Warned | None = None


class _Input(msgspec.Struct):
    data: _Data | None = None
    warn_type: str = ""
    warns: list[Warned] | Warned | None = None


class _SignIn(msgspec.Struct):
    opter_no: str = ""
    mac: str = ""
    ip: str = ""
    sign_no: str = ""


class _Signing(msgspec.Struct):
    signIn: _SignIn | None = None
    signOut: _SignIn | None = None
    data: _SignIn | None = None


def read_feedback(content: bytes) -> tuple[str, list[Warned]]:
    """The stage and what was done about each result, of the `input` of a 3103.

    Raises:
        InputError: something required is missing or not one of its codes.
    """
    read = _decoded(content, _Input)
    node: _Data | _Input = read.data or read
    found = node.warns if isinstance(node.warns, list) else [node.warns] if node.warns else []
    if node.warn_type not in (BEFORE, DURING):
        raise InputError("反馈类型须为 1（事前）或 2（事中）", where="warn_type")
    if not found:
        raise InputError("没有反馈内容", where="warns", remedy="每个违规标识一行处理方式")
    for number, one in enumerate(found):
        where = f"warns[{number}]."
        if not one.warn_rslt_id or len(one.warn_rslt_id) > 40:
            raise InputError(
                "缺少违规标识，或超过 40 位", where=f"{where}warn_rslt_id", remedy="应为应答中的 jr_id"
            )
        if one.dspo_way not in (GO_ON, TAKE_BACK):
            raise InputError("处理方式须为 1（继续执行）或 2（返回修改）", where=f"{where}dspo_way")
        if one.dspo_way == GO_ON and not one.dspo_way_rea.strip():
            raise InputError("继续执行的须填写原因", where=f"{where}dspo_way_rea")
    return node.warn_type, found


def sign_in(content: bytes, institution_id: str, now: datetime, key: bytes) -> dict[str, Any]:
    """The output of a 9001; the number says itself for whom and when it was given.

    Raises:
        InputError: no operator.
    """
    read = _decoded(content, _Signing)
    asked = read.signIn or read.data
    if asked is None or not asked.opter_no:
        raise InputError("缺少操作员编号", where="signIn.opter_no")
    return {
        "signinoutb": {
            "sign_time": f"{now:%Y-%m-%d %H:%M:%S}",
            "sign_no": _number(institution_id, asked.opter_no, f"{now:{_SIGN_TIME}}", key),
        }
    }


def sign_out(content: bytes, institution_id: str, now: datetime, key: bytes) -> dict[str, Any]:
    """The output of a 9002.

    Raises:
        InputError: this operator was not signed in today by this number.
    """
    read = _decoded(content, _Signing)
    asked = read.signOut or read.data
    if asked is None or not asked.sign_no or not asked.opter_no:
        raise InputError("缺少签到编号或操作员编号", where="signOut")
    given = asked.sign_no[:14]
    expected = _number(institution_id, asked.opter_no, given, key)
    if asked.sign_no != expected or not given.startswith(f"{now:%Y%m%d}"):
        raise InputError("当天没有这个签到", where="signOut.sign_no", remedy="请先以 9001 签到")
    return {"sign_time": {"sign_time": f"{now:%Y-%m-%d %H:%M:%S}"}}


def _number(institution_id: str, operator: str, moment: str, key: bytes) -> str:
    about = f"{institution_id}\0{operator}\0{moment}".encode()
    return moment + blake2b(about, key=key[:64], digest_size=_MARK_BYTES).hexdigest()


def _decoded(content: bytes, shape: Any) -> Any:
    try:
        return msgspec.json.decode(content, type=shape, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InputError("input 的结构不符合接口规范", where="input") from None
