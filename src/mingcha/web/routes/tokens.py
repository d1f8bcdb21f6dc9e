"""API tokens of the own account."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from mingcha.access import tokens
from mingcha.access.permissions import Permission
from mingcha.access.tokens import TokenView
from mingcha.administration.modules import Module
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Form, Listed, Paging, ShortLine, listed

door = Door("/tokens", "API 令牌", module=Module.TOKENS)


class NewToken(Form):
    """A token to be made."""

    name: ShortLine
    permissions: Annotated[list[Permission], Field(min_length=1, max_length=len(Permission))]
    days: Annotated[int, Field(ge=1, le=366)]


class MadeToken(BaseModel):
    """A token and its secret, which is shown this once."""

    token: TokenView
    secret: str


@door.get("", Permission.OWN_ACCOUNT, "本人的 API 令牌", response_model=Listed[TokenView])
def list_tokens(actor: SignedIn, access: Services, paging: Paging) -> dict[str, Any]:
    """包括已到期和已撤销的。"""
    return listed(tokens.own_tokens(access, actor, paging))


@door.post("", Permission.OWN_ACCOUNT, "新建 API 令牌", response_model=MadeToken, status_code=201)
def create(form: NewToken, actor: SignedIn, access: Services) -> MadeToken:
    """只能给出本人有的权限；密文只显示这一次。用法：请求头 Authorization: Bearer 密文。"""
    made, secret = tokens.create(access, actor, form.name, form.permissions, form.days)
    return MadeToken(token=made, secret=secret)


@door.delete("/{token_id}", Permission.OWN_ACCOUNT, "撤销 API 令牌", status_code=204)
def revoke(token_id: UUID, actor: SignedIn, access: Services) -> None:
    """立即失效，不能恢复。"""
    tokens.revoke(access, actor, token_id)
