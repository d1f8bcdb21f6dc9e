"""The first administrators come in by the links that the server printed."""

from __future__ import annotations

from pydantic import BaseModel

from mingcha.access import invitations
from mingcha.access.roles import ROLES, Role
from mingcha.web.door import PUBLIC, Address, Door, Services
from mingcha.web.forms import Form, Login, Password, Secret, ShortLine

door = Door("/setup", "首次设置")


class LinkForm(Form):
    """The secret of a link."""

    token: Secret


class FirstForm(LinkForm):
    """Who one of the first administrators is."""

    login: Login
    full_name: ShortLine
    password: Password


class Duty(BaseModel):
    """For which of the three duties a link is."""

    role: Role
    label: str


@door.post("/link", PUBLIC, "查看设置链接对应的角色", response_model=Duty)
def look(form: LinkForm, access: Services) -> Duty:
    """链接有效时返回它是为三员中的哪一员准备的。"""
    role = invitations.role_of(access, form.token.get_secret_value())
    return Duty(role=role, label=ROLES[role].label)


@door.post("", PUBLIC, "设置首批管理员之一", response_model=Duty, status_code=201)
def accept(form: FirstForm, access: Services, address: Address) -> Duty:
    """每个链接只能用一次；登录名和口令由本人自己定。"""
    role = invitations.accept(
        access,
        form.token.get_secret_value(),
        form.login,
        form.full_name,
        form.password.get_secret_value(),
        address=address,
    )
    return Duty(role=role, label=ROLES[role].label)
