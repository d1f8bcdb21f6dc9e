"""Modules: parts of the product that an installation can do without; what belongs to one asks here whether it is on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import AccessError
from mingcha.access.labelled import Labelled
from mingcha.access.permissions import Permission
from mingcha.access.trail import Action, record
from mingcha.administration.remembered import Remembered
from mingcha.store.database.administration import ModuleOff


class Module(Labelled):
    """A part that can be switched off, and what people call it; users, rights and the trail are never off."""

    ANNOUNCEMENTS = "announcements", "公告"
    BASIS = "basis", "依据库"
    CONSULTATIONS = "consultations", "征求意见"
    TOKENS = "tokens", "API 令牌"
    # Off until somebody switches it on: migration 0018 says so in a new database.
    SIMULATOR = "simulator", "HIS 模拟器"


class SwitchedOff(AccessError):
    """It belongs to a module that this installation does not use."""

    code = "switched_off"


@dataclass(frozen=True)
class ModuleView:
    """A module, and since when and why it is off, where it is."""

    module: Module
    label: str
    on: bool
    since: datetime | None = None
    by: str | None = None
    reason: str | None = None


def _read_off(access: Access) -> frozenset[str]:
    with access.database.reading() as session:
        return frozenset(session.scalars(select(ModuleOff.module)))


modules_off = Remembered(_read_off)


def check_on(access: Access, module: Module) -> None:
    """Refuse what belongs to a module that is off.

    Raises:
        SwitchedOff: it is.
    """
    if module in modules_off(access):
        raise SwitchedOff(
            f"本单位没有启用“{module.label}”", remedy="需要使用时，请联系系统管理员在“模块”里启用"
        )


def modules(access: Access, actor: Actor) -> list[ModuleView]:
    """All modules."""
    actor.check(Permission.SETTINGS_VIEW)
    with access.database.reading() as session:
        off = {row.module: row for row in session.scalars(select(ModuleOff))}
    return [_view(module, off.get(module.value)) for module in Module]


def switch_on(access: Access, actor: Actor, module: Module, reason: str) -> ModuleView:
    """Use a module again."""
    return _switch(access, actor, module, None, reason)


def switch_off(access: Access, actor: Actor, module: Module, reason: str) -> ModuleView:
    """Do without a module: its screens leave the menu, its API refuses; its data stay."""
    row = ModuleOff(module=module.value, since=access.now(), by=actor.login, reason=reason)
    return _switch(access, actor, module, row, reason)


def _switch(access: Access, actor: Actor, module: Module, off: ModuleOff | None, reason: str) -> ModuleView:
    actor.check_whole(Permission.SETTINGS_EDIT)
    with access.database.writing() as session:
        was = session.scalar(select(ModuleOff).where(ModuleOff.module == module.value).with_for_update())
        if (was is None) == (off is None):
            return _view(module, was)
        if off is None:
            session.execute(delete(ModuleOff).where(ModuleOff.module == module.value))
        else:
            session.add(off)
        details = {"on": off is None}
        record(
            session,
            access,
            actor,
            Action.MODULE_SWITCHED,
            about=("module", module.value),
            reason=reason,
            details=details,
        )
    modules_off.forget(access)
    return _view(module, off)


def _view(module: Module, off: ModuleOff | None) -> ModuleView:
    if off is None:
        return ModuleView(module, module.label, on=True)
    return ModuleView(module, module.label, on=False, since=off.since, by=off.by, reason=off.reason)
