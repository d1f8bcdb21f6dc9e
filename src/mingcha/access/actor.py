"""Who acts: with which permissions, on which data, and through which door."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from mingcha.access.errors import Denied, PasswordChangeNeeded
from mingcha.access.permissions import Permission
from mingcha.access.roles import ROLES, Role
from mingcha.access.scope import EVERYTHING, Reach, Scope


@dataclass(frozen=True)
class Held:
    """A role over a part of the data, as it is today."""

    role: Role
    reach: Reach


@dataclass(frozen=True)
class Actor:
    """Somebody who does something.

    Args:
        limited_to: what a token allows at most; everything that the roles allow where none.
        via: the session or token, or the console.
        withheld: what an auditor took, whatever the roles allow.
        console: somebody with a shell on the server and the key file; may do everything.
    """

    user_id: UUID | None
    login: str
    held: tuple[Held, ...] = ()
    via: str = ""
    address: str = ""
    must_change_password: bool = False
    limited_to: frozenset[Permission] | None = None
    withheld: frozenset[Permission] = frozenset()
    console: bool = False

    @property
    def permissions(self) -> frozenset[Permission]:
        """All that this actor may do somewhere."""
        if self.console:
            return frozenset(Permission)
        if self.must_change_password:
            return frozenset({Permission.OWN_ACCOUNT})
        given = {Permission.OWN_ACCOUNT}.union(*(ROLES[held.role].permissions for held in self.held))
        return frozenset(given if self.limited_to is None else given & self.limited_to) - self.withheld

    def scope(self, permission: Permission) -> Scope:
        """Where this actor may do this; a role's reach never serves another role's permission.

        Raises:
            Denied: nowhere.
            PasswordChangeNeeded: not before the password is changed.
        """
        if self.console:
            return EVERYTHING
        self.check(permission)
        return Scope(tuple(held.reach for held in self.held if permission in ROLES[held.role].permissions))

    def check(self, permission: Permission) -> None:
        """Refuse who may do this nowhere.

        Raises:
            Denied: nowhere.
            PasswordChangeNeeded: not before the password is changed.
        """
        if permission in self.permissions:
            return
        if self.must_change_password:
            raise PasswordChangeNeeded(
                "请先修改口令", remedy="首次登录、口令被重置或到期后，须先换成自己的口令"
            )
        if permission in self.withheld:
            raise Denied(
                f"您的“{permission.label}”已被审计员暂停", remedy="请联系审计员说明情况；解除以后即可继续"
            )
        raise Denied(f"您没有“{permission.label}”的权限", remedy="如工作需要，请向安全管理员申请")

    def check_whole(self, permission: Permission) -> None:
        """Refuse who may not do this to the installation as a whole, but to a part of its data at most.

        Raises:
            Denied: nowhere, or not everywhere.
        """
        if Reach() not in self.scope(permission).reaches:
            raise Denied(
                f"您的“{permission.label}”只限一部分数据，这里的改动关系到整个系统",
                remedy="请由数据范围为全部的人来做",
            )

    def may_assign(self) -> frozenset[Role]:
        """The roles that this actor may give to others, where the scope allows."""
        if self.console:
            return frozenset(Role)
        return frozenset[Role]().union(*(ROLES[held.role].may_assign for held in self.held))


def console(name: str) -> Actor:
    """Whoever runs a command on the server."""
    return Actor(None, f"控制台:{name}"[:80], via="控制台", console=True)
