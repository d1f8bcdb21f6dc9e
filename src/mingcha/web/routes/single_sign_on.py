"""Signing in through the identity provider of the unit, and linking the own account to it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field

from mingcha.access import own_account, provided_identities
from mingcha.access.errors import Conflict, SignInFailed
from mingcha.access.own_account import Me
from mingcha.access.permissions import Permission
from mingcha.access.secrets import same
from mingcha.access.sessions import admit
from mingcha.gateways.single_sign_on import Begun, SingleSignOn
from mingcha.web.door import PUBLIC, Address, Door, HeldToken, Services, SignedIn
from mingcha.web.forms import Form, Secret
from mingcha.web.routes.session import hand_out

door = Door("/session/provider", "统一身份认证")

FLOW_COOKIE = "mingcha_flow"
_FLOW_SECONDS = 600


class ProviderView(BaseModel):
    """What the provider is called; nothing where there is none."""

    name: str | None


class Onward(BaseModel):
    """Where the browser goes to sign in."""

    address: str


class Returned(Form):
    """What the browser brings back from the provider."""

    state: Secret
    code: Annotated[str, Field(min_length=1, max_length=2048, pattern=r"^[!-~]+$")]
    second_factor: Secret | None = None


def provider_of(request: Request) -> SingleSignOn | None:
    """The provider that the application was made with."""
    found: SingleSignOn | None = request.app.state.single_sign_on
    return found


Provided = Annotated[SingleSignOn | None, Depends(provider_of)]


@door.get("", PUBLIC, "统一身份认证的名称", response_model=ProviderView)
def look(provided: Provided) -> ProviderView:
    """登录页据此显示按钮；没有设的为空。"""
    return ProviderView(name=None if provided is None else provided.provider.name)


@door.post("", PUBLIC, "去统一身份认证登录", response_model=Onward)
def begin(request: Request, response: Response, access: Services, provided: Provided) -> Onward:
    """返回要打开的地址；十分钟内有效，只认这个浏览器。"""
    return _sent(request, response, _known(provided).begin(access))


@door.post("/return", PUBLIC, "从统一身份认证回来，登录", response_model=Me)
def finish(
    form: Returned,
    request: Request,
    response: Response,
    access: Services,
    provided: Provided,
    address: Address,
    held: HeldToken,
) -> Me:
    """只认已关联的账号，不建账号、不给权限；启用了动态码的仍须给出动态码。"""
    known = _known(provided)
    secrets = known.finish(
        access,
        _own_state(request, form),
        form.code,
        second_factor=None if form.second_factor is None else form.second_factor.get_secret_value(),
        address=address,
        held_token=held,
    )
    response.delete_cookie(FLOW_COOKIE)
    hand_out(request, response, access, secrets)
    return own_account.me(access, admit(access, secrets.token, address).actor)


@door.post("/link", Permission.OWN_ACCOUNT, "关联本人的统一身份认证", response_model=Onward)
def begin_link(
    request: Request, response: Response, actor: SignedIn, access: Services, provided: Provided
) -> Onward:
    """返回要打开的地址；回来后完成关联。"""
    return _sent(request, response, _known(provided).begin(access, actor))


@door.post("/link/return", Permission.OWN_ACCOUNT, "完成关联", status_code=204)
def finish_link(
    form: Returned,
    request: Request,
    response: Response,
    actor: SignedIn,
    access: Services,
    provided: Provided,
) -> None:
    """以后可以用它登录本人的账号；原来关联的换成这一个。"""
    _known(provided).finish_link(access, actor, _own_state(request, form), form.code)
    response.delete_cookie(FLOW_COOKIE)


@door.delete("/link", Permission.OWN_ACCOUNT, "解除关联", status_code=204)
def unlink(actor: SignedIn, access: Services) -> None:
    """以后不能再用统一身份认证登录本人的账号。"""
    provided_identities.unlink(access, actor)


def _known(provided: SingleSignOn | None) -> SingleSignOn:
    if provided is None:
        raise Conflict("本系统没有设统一身份认证", remedy="请用登录名和口令登录")
    return provided


def _sent(request: Request, response: Response, begun: Begun) -> Onward:
    response.set_cookie(
        FLOW_COOKIE,
        begun.state,
        max_age=_FLOW_SECONDS,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return Onward(address=begun.address)


def _own_state(request: Request, form: Returned) -> str:
    """The state, if this very browser was sent away with it: nobody is signed in by somebody else's link."""
    state = form.state.get_secret_value()
    if not same(state, request.cookies.get(FLOW_COOKIE, "")):
        raise SignInFailed("这次登录不是从这个浏览器开始的", remedy="请从登录页重新开始")
    return state
