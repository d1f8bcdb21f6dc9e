"""No request body beyond a size, whether or not the client says how long it is; refused in the one shape."""

from __future__ import annotations

from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mingcha.web.problems import OF_HTTP, answer

MOST_BYTES = 1024 * 1024


class BodyTooLarge(Exception):
    """Ends the reading of a body; what the application makes of it is not sent."""


class BodyLimit:
    """Stands around what reads bodies."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what comes in."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = answer(413, OF_HTTP[413])
        said = Headers(scope=scope).get("content-length", "")
        if said.isascii() and said.isdigit() and (len(said) > 12 or int(said) > MOST_BYTES):
            await refusal(scope, receive, send)
            return
        read, too_large = 0, False

        async def receive_counted() -> Message:
            nonlocal read, too_large
            message = await receive()
            read += len(message.get("body", b""))
            if read > MOST_BYTES:
                too_large = True
                raise BodyTooLarge
            return message

        async def send_unless_too_large(message: Message) -> None:
            if not too_large:
                await send(message)

        with suppress(BodyTooLarge):
            await self.app(scope, receive_counted, send_unless_too_large)
        if too_large:
            await refusal(scope, receive, send)
