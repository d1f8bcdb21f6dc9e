"""The one way into the API: every route says which permission it asks for, and nothing runs before it was given."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Denied, NotSignedIn
from mingcha.access.permissions import Permission
from mingcha.access.secrets import hash_of, same
from mingcha.access.sessions import admit, not_signed_in
from mingcha.access.tokens import admit_token
from mingcha.administration.modules import Module, check_on
from mingcha.gateways.national.signing import ACCESS_KEY, Unsigned
from mingcha.web.problems import PROBLEMS

API = "/api/v1"
SESSION_COOKIE = "mingcha_session"
CSRF_COOKIE = "mingcha_csrf"
CSRF_HEADER = "X-CSRF-Token"
# Said by a page that asks by itself, while perhaps nobody sits before it.
UNATTENDED_HEADER = "X-Unattended"
_CHANGES_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})

_cookie = APIKeyCookie(name=SESSION_COOKIE, scheme_name="会话", auto_error=False)
_bearer = HTTPBearer(scheme_name="API 令牌", auto_error=False)


class Public(Enum):
    """Says of a route that everybody may use it."""

    PUBLIC = "public"


PUBLIC = Public.PUBLIC


def access_of(request: Request) -> Access:
    """The access layer that the application was made with."""
    access: Access = request.app.state.access
    return access


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host[:64] if request.client else ""


def actor_of(request: Request) -> Actor:
    """Who was let in."""
    actor: Actor = request.state.actor
    return actor


Services = Annotated[Access, Depends(access_of)]
SignedIn = Annotated[Actor, Depends(actor_of)]
Address = Annotated[str, Depends(address_of)]
HeldToken = Annotated[str | None, Depends(_cookie)]


class Asks:
    """Lets in who has a permission somewhere, where the module is in use; on which data, the service decides."""

    def __init__(self, permission: Permission, module: Module | None) -> None:
        self.permission = permission
        self.module = module

    def __call__(
        self,
        request: Request,
        access: Services,
        token: HeldToken,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> None:
        """Find out who asks, and refuse who may not."""
        if bearer is not None:
            check_on(access, Module.TOKENS)
            actor = admit_token(access, bearer.credentials, address_of(request))
        elif token is not None:
            attended = UNATTENDED_HEADER not in request.headers
            admitted = admit(access, token, address_of(request), attended=attended)
            if request.method not in _CHANGES_NOTHING:
                _check_own_page(request, admitted.csrf_hash)
            actor = admitted.actor
        else:
            raise not_signed_in()
        request.state.actor = actor
        actor.check(self.permission)
        if self.module is not None:
            check_on(access, self.module)


class AsksOrSigned(Asks):
    """Lets in, too, the system of a connected institution, by what it signed its headers with."""

    def __call__(
        self,
        request: Request,
        access: Services,
        token: HeldToken,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> None:
        """Find out who asks, and refuse who may not."""
        request.state.connection = None
        line = request.app.state.line
        if ACCESS_KEY not in request.headers or line is None:
            super().__call__(request, access, token, bearer)
            return
        now = int(access.now().timestamp() * 1000)
        try:
            signer = line.gateway.connections().signer(request.headers, address_of(request), now)
        except Unsigned as refusal:
            raise NotSignedIn(
                refusal.why, where=ACCESS_KEY, remedy="签名方法见《接入一家医院的系统》"
            ) from None
        request.state.connection = signer


class InUse:
    """Refuses everybody while the module is not in use."""

    def __init__(self, module: Module) -> None:
        self.module = module

    def __call__(self, access: Services) -> None:
        """Look."""
        check_on(access, self.module)


def _check_own_page(request: Request, csrf_hash: str) -> None:
    """Refuse a change that a page of somebody else sends with our cookie: it cannot read what the header must say."""
    said, held = request.headers.get(CSRF_HEADER, ""), request.cookies.get(CSRF_COOKIE, "")
    if not said or not same(said, held) or not same(hash_of(said), csrf_hash):
        raise Denied(
            "请求缺少有效的防伪标记", where=CSRF_HEADER, remedy="请刷新页面后重试；程序调用请用 API 令牌"
        )


class Door:
    """Routes of one subject; there is no way to add one without saying what it asks for.

    Args:
        module: what an installation may do without: while it is off, all of them refuse.
    """

    def __init__(self, prefix: str, subject: str, module: Module | None = None) -> None:
        self.module = module
        self.router = APIRouter(prefix=API + prefix, tags=[subject])

    def get(
        self, path: str, asks: Permission | Public, summary: str, *, signed: bool = False, **more: Any
    ) -> Callable[..., Any]:
        """A route that reads; `signed` ones also for systems of connected institutions."""
        return self._route("GET", path, asks, summary, more, AsksOrSigned if signed else Asks)

    def post(
        self, path: str, asks: Permission | Public, summary: str, *, signed: bool = False, **more: Any
    ) -> Callable[..., Any]:
        """A route that makes something, or does it; `signed` ones also for systems of connected institutions."""
        return self._route("POST", path, asks, summary, more, AsksOrSigned if signed else Asks)

    def put(self, path: str, asks: Permission | Public, summary: str, **more: Any) -> Callable[..., Any]:
        """A route that puts something in place of what was there."""
        return self._route("PUT", path, asks, summary, more)

    def patch(self, path: str, asks: Permission | Public, summary: str, **more: Any) -> Callable[..., Any]:
        """A route that changes a part."""
        return self._route("PATCH", path, asks, summary, more)

    def delete(self, path: str, asks: Permission | Public, summary: str, **more: Any) -> Callable[..., Any]:
        """A route that ends something."""
        return self._route("DELETE", path, asks, summary, more)

    def _route(
        self,
        method: str,
        path: str,
        asks: Permission | Public,
        summary: str,
        more: dict[str, Any],
        asking: type[Asks] = Asks,
    ) -> Callable[..., Any]:
        return self.router.api_route(
            path,
            methods=[method],
            summary=summary,
            dependencies=self._dependencies(asks, asking),
            openapi_extra={"x-permission": asks.value, **more.pop("openapi_extra", {})},
            responses={**PROBLEMS, **more.pop("responses", {})},
            **more,
        )

    def _dependencies(self, asks: Permission | Public, asking: type[Asks]) -> list[Any]:
        if not isinstance(asks, Public):
            return [Depends(asking(asks, self.module))]
        return [] if self.module is None else [Depends(InUse(self.module))]
