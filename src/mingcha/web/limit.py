"""No request body beyond a size, whether or not the client says how long it is; refused in the one shape.

A file of an upload may be longer than a form: its route takes it in piece by piece, and knows who sends it.
"""

from __future__ import annotations

import re
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mingcha.web.problems import OF_HTTP, answer

MOST_BYTES = 1024 * 1024
# A document, or a table of diagnoses.
_WITH_FILE = re.compile(r"/api/v1/(basis/(documents/[^/]+/file|split)|knowledge/diseases)")
MOST_BYTES_WITH_FILE = 9 * 1024 * 1024
# Tables of knowledge: the whole national library is a fraction of this.
_WITH_TABLE = re.compile(r"/api/v1/knowledge/drafts/[0-9a-f-]{36}/imports")
MOST_BYTES_WITH_TABLE = 64 * 1024 * 1024
# Bills of a hospital's system.
_WITH_BILL = re.compile(r"/api/v1/audit")
MOST_BYTES_WITH_BILL = 16 * 1024 * 1024
_FILE = re.compile(r"/api/v1/uploads/[0-9a-f-]{36}/files")


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
        most = _most(scope)
        said = Headers(scope=scope).get("content-length", "")
        if said.isascii() and said.isdigit() and (len(said) > 15 or int(said) > most):
            await refusal(scope, receive, send)
            return
        read, too_large = 0, False

        async def receive_counted() -> Message:
            nonlocal read, too_large
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
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


def _most(scope: Scope) -> int:
    if scope["method"] == "PUT" and _FILE.fullmatch(scope["path"]):
        bytes_: int = scope["app"].state.access.policy.upload_bytes
        return bytes_
    if _WITH_TABLE.fullmatch(scope["path"]):
        return MOST_BYTES_WITH_TABLE
    if _WITH_BILL.fullmatch(scope["path"]):
        return MOST_BYTES_WITH_BILL
    return MOST_BYTES_WITH_FILE if _WITH_FILE.fullmatch(scope["path"]) else MOST_BYTES
