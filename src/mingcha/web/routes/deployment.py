"""This installation: which modules it uses, and what its help says."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field

from mingcha.access.permissions import Permission
from mingcha.administration import help as own_texts
from mingcha.administration import modules
from mingcha.administration.help import HelpPart
from mingcha.administration.modules import Module, ModuleView, modules_off
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Form, ReasonForm, ShortLine, Text

door = Door("/deployment", "部署")

Screen = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,47}$", description="页面的名字")]


class Deployment(BaseModel):
    """What the frame of all screens needs to know of an installation."""

    modules_off: list[Module]
    help: dict[str, list[HelpPart]]


class HelpPartForm(Form):
    """A heading and what stands under it."""

    title: ShortLine
    text: Text


class HelpForm(Form):
    """All that the help of a screen is to say; nothing brings back what is built in."""

    parts: Annotated[list[HelpPartForm], Field(max_length=20)]


@door.get("", Permission.OWN_ACCOUNT, "本单位的模块和帮助", response_model=Deployment)
def show(access: Services) -> Deployment:
    """没有启用的模块，以及本单位改写过的帮助（没有列出的页面用内置的）。"""
    off = modules_off(access)
    return Deployment(
        modules_off=[module for module in Module if module in off], help=own_texts.own_help(access)
    )


@door.get("/modules", Permission.SETTINGS_VIEW, "模块的开关", response_model=list[ModuleView])
def list_modules(actor: SignedIn, access: Services) -> list[ModuleView]:
    """全部可以开关的模块；没有启用的注明由谁、何时、为何停用。"""
    return modules.modules(access, actor)


@door.post("/modules/{module}/switch-on", Permission.SETTINGS_EDIT, "启用模块", response_model=ModuleView)
def switch_on(module: Module, form: ReasonForm, actor: SignedIn, access: Services) -> ModuleView:
    """页面回到菜单，接口恢复；原有的数据还在。"""
    return modules.switch_on(access, actor, module, form.reason)


@door.post("/modules/{module}/switch-off", Permission.SETTINGS_EDIT, "停用模块", response_model=ModuleView)
def switch_off(module: Module, form: ReasonForm, actor: SignedIn, access: Services) -> ModuleView:
    """五秒内在所有进程生效：页面从菜单消失，接口拒绝；数据保留。"""
    return modules.switch_off(access, actor, module, form.reason)


@door.put("/help/{screen}", Permission.SETTINGS_EDIT, "改写一个页面的帮助", status_code=204)
def rewrite_help(screen: Screen, form: HelpForm, actor: SignedIn, access: Services) -> None:
    """给出空的列表即恢复内置的帮助。"""
    own_texts.rewrite(access, actor, screen, [HelpPart(part.title, part.text) for part in form.parts])
