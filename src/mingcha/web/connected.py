"""In whose name a hospital's system asks: its connection signed, or a token stands for somebody of the institution."""

from __future__ import annotations

from fastapi import Request

from mingcha.access.actor import Actor
from mingcha.access.connections.reached import check_may_ask
from mingcha.access.errors import Conflict, Denied
from mingcha.gateways.national.connections import Connection
from mingcha.web.door import access_of
from mingcha.web.national import Line


def line_of(request: Request) -> Line:
    """The line of calls of this process.

    Raises:
        Conflict: it has none.
    """
    line: Line | None = request.app.state.line
    if line is None:
        raise Conflict("这个进程没有打开审核网关", remedy="请以 mingcha serve 启动")
    return line


def sender_of(request: Request, institution_id: str) -> Connection | None:
    """The connection that signed; None where somebody asks who may ask for the institution.

    Raises:
        Denied: another institution signed.
        Missing: the institution is not in the scope of who asks.
    """
    signer: Connection | None = request.state.connection
    if signer is None:
        check_may_ask(access_of(request), request.state.actor, institution_id)
    elif signer.institution_id != institution_id:
        raise Denied("不能替别的机构请求", where="institution_id", remedy="须是签名密钥所属的机构")
    return signer


def asker_of(request: Request, institution_id: str) -> Actor:
    """Who asks, for the trail.

    Raises:
        Denied, Missing: as `sender_of`.
    """
    if sender_of(request, institution_id) is None:
        actor: Actor = request.state.actor
        return actor
    return Actor(None, f"接入:{institution_id}"[:80], via="接入")
