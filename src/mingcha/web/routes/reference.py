"""What the screens need to know of the system itself: roles, permissions, and whether it works."""

from __future__ import annotations

from fastapi import Response
from pydantic import BaseModel

from mingcha.access.health import is_ready
from mingcha.access.permissions import Permission
from mingcha.access.roles import DUTIES, ROLES, Role
from mingcha.administration.dictionaries import words
from mingcha.web.door import PUBLIC, Door, Services

door = Door("", "系统")


class PermissionView(BaseModel):
    """A permission and what people call it."""

    permission: Permission
    label: str


class RoleView(BaseModel):
    """A role, what it may do, and whether it is one of the three that are kept apart."""

    role: Role
    label: str
    permissions: list[PermissionView]
    separated: bool
    may_assign: list[Role]


class Health(BaseModel):
    """Whether requests can be served."""

    ready: bool


@door.get("/roles", Permission.OWN_ACCOUNT, "角色与权限目录", response_model=list[RoleView])
def roles() -> list[RoleView]:
    """全部角色：中文名、权限、是否三员之一、可以授予别人的角色。"""
    return [
        RoleView(
            role=role,
            label=entry.label,
            permissions=[
                PermissionView(permission=one, label=one.label) for one in sorted(entry.permissions)
            ],
            separated=role in DUTIES,
            may_assign=sorted(entry.may_assign),
        )
        for role, entry in ROLES.items()
    ]


@door.get(
    "/code-lists", Permission.OWN_ACCOUNT, "国家编码的中文含义", response_model=dict[str, dict[str, str]]
)
def code_lists(access: Services) -> dict[str, dict[str, str]]:
    """按国家平台的字典名（如 insutype 险种、hosp_lv 医疗机构等级），列出编码和中文，包括本地增加的。"""
    return words(access)


@door.get("/health", PUBLIC, "是否可用", response_model=Health)
def health(access: Services, response: Response) -> Health:
    """供负载均衡和监控探测；不可用时状态码为 503。"""
    ready = is_ready(access)
    response.status_code = 200 if ready else 503
    return Health(ready=ready)
