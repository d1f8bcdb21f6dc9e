"""What happens around every request: safe headers, a number to find it by, one line in the log, no naked failure."""

from __future__ import annotations

import time
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mingcha.access.logs import log_failure, log_request
from mingcha.domain.errors import MingchaError
from mingcha.web.problems import Problem, answer, explained

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    # The API documentation starts from a script inside its page; nothing comes from elsewhere.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
    ),
}


class Guard:
    """Stands around the application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through and see it off."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        number, began, status = uuid4().hex, time.perf_counter(), 0

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
                headers["X-Request-ID"] = number
            await send(message)

        try:
            await self.app(scope, receive, send_guarded)
        except Exception as error:
            if isinstance(error, MingchaError) and not status:  # of what stands before the application
                await explained(error)(scope, receive, send_guarded)
                return
            log_failure(error, request_id=number)
            if status:
                raise ConnectionAbortedError from None
            said = Problem(
                code="failure",
                message="系统内部错误，这次操作没有完成",
                where=number,
                remedy="请把这个编号告诉系统管理员",
            )
            await answer(500, said)(scope, receive, send_guarded)
        finally:
            route = getattr(scope.get("route"), "path", None)
            actor = scope.get("state", {}).get("actor")
            log_request(
                request_id=number,
                method=scope["method"],
                # The declared path: the real one holds what was asked for.
                route=route,
                status=status,
                milliseconds=round((time.perf_counter() - began) * 1000, 1),
                user=None if actor is None or actor.user_id is None else str(actor.user_id),
            )
