"""Signing in and out, and the own account."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import Request, Response
from pydantic import BaseModel, Field

from mingcha.access import own_account, second_factor, sessions
from mingcha.access.context import Access
from mingcha.access.own_account import Me
from mingcha.access.permissions import Permission
from mingcha.access.sessions import Secrets, admit
from mingcha.access.sign_in import sign_in
from mingcha.web.door import CSRF_COOKIE, PUBLIC, SESSION_COOKIE, Address, Door, HeldToken, Services, SignedIn
from mingcha.web.forms import Form, Line, Password, Secret

door = Door("/session", "登录")


class SignInForm(Form):
    """Name and password; the second factor where there is one."""

    login: Line
    password: Password
    code: Annotated[str, Field(max_length=20)] | None = None


class PasswordForm(Form):
    """A change of the own password."""

    current_password: Password
    new_password: Password


class PasswordPolicy(BaseModel):
    """What a new password must fulfil."""

    length: int
    classes: int


class CodeForm(Form):
    """A code of the second factor."""

    code: Secret


class Enrolment(BaseModel):
    """What an authenticator needs."""

    secret: str
    address: str


class RecoveryCodes(BaseModel):
    """Each stands in once for the second factor; they are shown this once."""

    codes: list[str]


@door.post("", PUBLIC, "登录", response_model=Me)
def begin(
    form: SignInForm,
    request: Request,
    response: Response,
    access: Services,
    address: Address,
    held: HeldToken,
) -> Me:
    """登录名和口令对了以后发放会话 Cookie；启用了动态码的须同时给出动态码或恢复码。"""
    password = form.password.get_secret_value()
    secrets = sign_in(access, form.login, password, code=form.code, address=address, held_token=held)
    hand_out(request, response, access, secrets)
    return own_account.me(access, admit(access, secrets.token, address).actor)


@door.get("", Permission.OWN_ACCOUNT, "本人：姓名、角色、权限、数据范围", response_model=Me)
def me(actor: SignedIn, access: Services) -> Me:
    """登录的是谁，能做什么，是否须先修改口令。"""
    return own_account.me(access, actor)


@door.delete("", Permission.OWN_ACCOUNT, "退出", status_code=204)
def end(actor: SignedIn, access: Services, response: Response, held: HeldToken) -> None:
    """结束这个会话。"""
    if held is not None:
        sessions.end(access, actor, held)
    response.delete_cookie(SESSION_COOKIE)
    response.delete_cookie(CSRF_COOKIE)


@door.get("/password-policy", PUBLIC, "口令须达到的要求", response_model=PasswordPolicy)
def password_policy(access: Services) -> PasswordPolicy:
    """设置口令的页面据此边输入边提示；以服务器的检查为准。"""
    policy = access.policy
    return PasswordPolicy(length=policy.password_length, classes=policy.password_classes)


@door.post("/password", Permission.OWN_ACCOUNT, "修改本人口令", status_code=204)
def change_password(
    form: PasswordForm, request: Request, response: Response, actor: SignedIn, access: Services
) -> None:
    """修改后本人的其他会话全部结束，这个浏览器换发新的会话。"""
    secrets = own_account.change_password(
        access, actor, form.current_password.get_secret_value(), form.new_password.get_secret_value()
    )
    hand_out(request, response, access, secrets)


@door.post("/second-factor", Permission.OWN_ACCOUNT, "申请动态码", response_model=Enrolment)
def start_second_factor(actor: SignedIn, access: Services) -> dict[str, str]:
    """返回密钥和二维码内容；输入一次正确的动态码后才启用。"""
    return asdict(second_factor.start(access, actor))


@door.post("/second-factor/confirm", Permission.OWN_ACCOUNT, "启用动态码", response_model=RecoveryCodes)
def confirm_second_factor(form: CodeForm, actor: SignedIn, access: Services) -> dict[str, list[str]]:
    """返回恢复码，只显示这一次。"""
    return {"codes": second_factor.confirm(access, actor, form.code.get_secret_value())}


@door.post("/second-factor/remove", Permission.OWN_ACCOUNT, "停用动态码", status_code=204)
def remove_second_factor(form: CodeForm, actor: SignedIn, access: Services) -> None:
    """须给出当前的动态码或一个恢复码。"""
    second_factor.remove(access, actor, form.code.get_secret_value())


def hand_out(request: Request, response: Response, access: Access, secrets: Secrets) -> None:
    """Give the browser what its session needs."""
    lasts = int(access.policy.session_lasts.total_seconds())
    secure = request.url.scheme == "https"
    response.set_cookie(
        SESSION_COOKIE, secrets.token, max_age=lasts, httponly=True, samesite="lax", secure=secure
    )
    # Not HttpOnly: our own pages read it, to say it in the header.
    response.set_cookie(
        CSRF_COOKIE, secrets.csrf, max_age=lasts, httponly=False, samesite="lax", secure=secure
    )
