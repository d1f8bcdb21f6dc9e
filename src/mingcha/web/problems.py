"""What every refusal looks like: a code for programs, and in Chinese what was wrong, where, and what to do."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from mingcha.access import errors
from mingcha.administration.modules import SwitchedOff
from mingcha.domain.errors import MingchaError
from mingcha.store.database.engine import ChangedMeanwhile, Unavailable


class Problem(BaseModel):
    """Why a request was refused."""

    code: str
    message: str
    where: str = ""
    remedy: str = ""


_STATUS: dict[type[MingchaError], int] = {
    errors.NotSignedIn: 401,
    errors.SignInFailed: 401,
    errors.CodeNeeded: 401,
    errors.Denied: 403,
    errors.PasswordChangeNeeded: 403,
    SwitchedOff: 403,
    errors.Missing: 404,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    ChangedMeanwhile: 409,
    errors.Invalid: 422,
    errors.LockedOut: 429,
    Unavailable: 503,
    errors.Unreachable: 503,
}
_CODES: dict[type[MingchaError], str] = {ChangedMeanwhile: "conflict", Unavailable: "unavailable"}
OF_HTTP = {
    400: Problem(code="bad_request", message="请求的格式不对", remedy="请对照接口文档检查"),
    404: Problem(code="not_found", message="没有这个地址", remedy="请对照接口文档检查路径"),
    405: Problem(code="method_not_allowed", message="这个地址不支持这种请求方法"),
    413: Problem(code="too_large", message="请求的内容太大", remedy="请分批提交"),
    415: Problem(code="bad_request", message="请求的内容类型不支持", remedy="请用 application/json"),
}
_SAID = {
    "missing": "必须填写",
    "extra_forbidden": "没有这个字段",
    "string_too_short": "太短",
    "string_too_long": "太长",
    "string_pattern_mismatch": "含有不允许的字符，或格式不对",
    "json_invalid": "不是有效的 JSON",
    "too_long": "太多",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": said}
    for status, said in {
        400: "请求的格式不对",
        401: "没有登录",
        403: "没有权限",
        404: "没有，或不在数据范围内",
        409: "与现状冲突",
        413: "内容太大",
        422: "内容不对",
        429: "失败次数过多",
    }.items()
}


def explain_problems(app: FastAPI) -> None:
    """Give every refusal of an application the one shape."""
    app.add_exception_handler(MingchaError, _of_service)
    app.add_exception_handler(RequestValidationError, _of_form)
    app.add_exception_handler(HTTPException, _of_http)


async def _of_service(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, MingchaError)
    return explained(error)


def explained(error: MingchaError) -> JSONResponse:
    """A refusal of a service as it is sent."""
    status = next((found for kind, found in _STATUS.items() if isinstance(error, kind)), 400)
    code = error.code if isinstance(error, errors.AccessError) else _CODES.get(type(error), "refused")
    problem = Problem(code=code, message=error.what, where=error.where, remedy=error.remedy)
    return answer(status, problem)


async def _of_form(_: Request, error: Exception) -> JSONResponse:
    """Which fields are wrong and how; never what stood in them."""
    assert isinstance(error, RequestValidationError)
    faults = [(_field(one["loc"]), _SAID.get(one["type"], "格式不对")) for one in error.errors()]
    said = "；".join(f"{field}：{fault}" for field, fault in faults)
    where = "、".join(dict.fromkeys(field for field, _ in faults))
    return answer(422, Problem(code="invalid", message=said, where=where, remedy="请改正后重新提交"))


async def _of_http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    unnamed = Problem(code="bad_request", message="请求不能处理")
    response = answer(error.status_code, OF_HTTP.get(error.status_code, unnamed))
    response.headers.update(error.headers or {})
    return response


def answer(status: int, problem: Problem) -> JSONResponse:
    """A refusal as it is sent."""
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(problem.model_dump(), status_code=status, headers=headers)


def _field(location: tuple[int | str, ...]) -> str:
    """The name of a field; a key that a client made up may be anything, and is not repeated."""
    known = [str(part) for part in location[1:] if isinstance(part, int) or part.isidentifier()]
    return ".".join(known)[:100] or "请求内容"
