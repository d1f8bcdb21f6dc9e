"""People, places, and what was done, as exports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mingcha.access import account_requests, alarms, organisations, staff, tokens, trail, users
from mingcha.access.account_requests import RequestFilter, RequestView
from mingcha.access.actor import Actor
from mingcha.access.alarms import AlarmFilter, AlarmView
from mingcha.access.connections import given
from mingcha.access.connections.given import ConnectionView
from mingcha.access.connections.states import ConnectionState
from mingcha.access.context import Access
from mingcha.access.listing import Listing, Page
from mingcha.access.organisations import OrganisationFilter, OrganisationView
from mingcha.access.permissions import Permission
from mingcha.access.staff import StaffFilter, StaffView
from mingcha.access.tokens import TokenView
from mingcha.access.trail import Entry, TrailFilter
from mingcha.access.users import UserFilter, UserView
from mingcha.audit.sheets import Form
from mingcha.jobs.lists.entry import Drawn, ListEntry, Shown, Unfiltered, by_page

_STATUSES = {
    "active": "在用",
    "locked": "停用",
    "waiting": "待处理",
    "granted": "已同意",
    "refused": "已驳回",
}


def _status(value: str) -> str:
    return _STATUSES.get(value, value)


def _permissions(names: list[str]) -> str:
    return "、".join(Permission(name).label for name in names)


def _rights(held: list[Any]) -> str:
    return "；".join(" ".join(filter(None, (one.label, one.grade_label))) for one in held)


def _details(said: dict[str, Any]) -> str:
    return "；".join(f"{name}={value}" for name, value in said.items())


def _entries(access: Access, actor: Actor, wanted: TrailFilter, sort: str) -> Drawn:
    # What is recorded meanwhile would push rows from one page to the next.
    until = wanted.until or access.now()
    return by_page(trail.entries)(access, actor, replace(wanted, until=until), sort)


def _tokens(access: Access, actor: Actor, _: Unfiltered, listing: Listing) -> Page[TokenView]:
    return tokens.own_tokens(access, actor, listing)


def _connections(access: Access, actor: Actor, _: Unfiltered, listing: Listing) -> Page[ConnectionView]:
    return given.connections(access, actor, listing)


LISTS = (
    ListEntry(
        "users",
        "用户",
        Permission.USERS_VIEW,
        UserFilter,
        UserView,
        (
            Shown("登录名", "login", width=18),
            Shown("姓名", "full_name"),
            Shown("证件号码", "id_number", width=22),
            Shown("电话", "phone", width=16),
            Shown("所在机构", "organisation_name", width=28),
            Shown("角色", "roles", width=28),
            Shown("状态", "status", width=10, words=_status),
            Shown("受限", "restricted", width=8),
            Shown("动态码", "second_factor", width=8),
            Shown("待改口令", "must_change_password", width=10),
            Shown("新建时间", "created_at", Form.MOMENT, 18),
        ),
        by_page(users.users),
    ),
    ListEntry(
        "organisations",
        "机构",
        Permission.ORGANISATIONS_VIEW,
        OrganisationFilter,
        OrganisationView,
        (
            Shown("种类", "kind"),
            Shown("代码", "code", width=20),
            Shown("名称", "name", width=32),
            Shown("等级", "level", width=10),
            Shown("类别", "category"),
            Shown("院内代码", "local_code"),
            Shown("职称", "title"),
            Shown("起", "valid_from", Form.DAY, 12),
            Shown("止", "valid_to", Form.DAY, 12),
        ),
        by_page(organisations.organisations),
    ),
    ListEntry(
        "staff",
        "医务人员",
        Permission.ORGANISATIONS_VIEW,
        StaffFilter,
        StaffView,
        (
            Shown("类别", "kind_label", width=10),
            Shown("医保代码", "code", width=20),
            Shown("工号", "local_code"),
            Shown("姓名", "name"),
            Shown("职称", "title"),
            Shown("医药机构编码", "institution_code", width=18),
            Shown("所在单位", "unit_name", width=24),
            Shown("权限", "rights", width=48, words=_rights),
            Shown("起", "valid_from", Form.DAY, 12),
            Shown("止", "valid_to", Form.DAY, 12),
        ),
        by_page(staff.staff),
    ),
    ListEntry(
        "account-requests",
        "账号申请",
        Permission.ACCOUNTS_REQUEST,
        RequestFilter,
        RequestView,
        (
            Shown("登录名", "login", width=18),
            Shown("姓名", "full_name"),
            Shown("电话", "phone", width=16),
            Shown("机构", "organisation_name", width=28),
            Shown("医师代码", "staff_code"),
            Shown("角色", "role_label"),
            Shown("理由", "reason", width=40),
            Shown("状态", "status", width=10, words=_status),
            Shown("凭链接", "invited", width=8),
            Shown("申请时间", "asked_at", Form.MOMENT, 18),
            Shown("决定时间", "decided_at", Form.MOMENT, 18),
            Shown("决定的理由", "decision", width=40),
        ),
        by_page(account_requests.requests),
    ),
    ListEntry(
        "alarms",
        "异常使用报警",
        Permission.ALARMS_VIEW,
        AlarmFilter,
        AlarmView,
        (
            Shown("报警", "rule_label", width=24),
            Shown("谁", "subject", width=18),
            Shown("起", "since", Form.MOMENT, 18),
            Shown("止", "until", Form.MOMENT, 18),
            Shown("次数", "counted", Form.COUNT, 10),
            Shown("阈值", "threshold", Form.COUNT, 10),
            Shown("报警时间", "raised_at", Form.MOMENT, 18),
            Shown("结论", "conclusion_label", width=18),
            Shown("说明", "note", width=40),
            Shown("处理时间", "handled_at", Form.MOMENT, 18),
        ),
        by_page(alarms.alarms),
    ),
    ListEntry(
        "trail",
        "操作记录",
        Permission.TRAIL_VIEW,
        TrailFilter,
        Entry,
        (
            Shown("序号", "id", Form.COUNT, 10),
            Shown("时间", "at", width=20),
            Shown("谁", "actor", width=18),
            Shown("来源", "via", width=18),
            Shown("地址", "address", width=16),
            Shown("操作", "action_label", width=26),
            Shown("对象种类", "object_kind"),
            Shown("对象", "object_id", width=38),
            Shown("理由", "reason", width=32),
            Shown("详情", "details", width=60, words=_details),
            Shown("封存块", "block", Form.COUNT, 10),
        ),
        _entries,
    ),
    ListEntry(
        "tokens",
        "API 令牌",
        Permission.OWN_ACCOUNT,
        Unfiltered,
        TokenView,
        (
            Shown("名称", "name", width=24),
            Shown("开头", "hint"),
            Shown(
                "权限",
                "permissions",
                width=48,
                words=_permissions,
            ),
            Shown("新建时间", "created_at", Form.MOMENT, 18),
            Shown("到期", "ends_at", Form.MOMENT, 18),
            Shown("最近使用", "used_at", Form.MOMENT, 18),
            Shown("撤销时间", "revoked_at", Form.MOMENT, 18),
        ),
        by_page(_tokens),
    ),
    ListEntry(
        "connections",
        "医院系统接入",
        Permission.CONNECTIONS_EDIT,
        Unfiltered,
        ConnectionView,
        (
            Shown("医药机构编码", "institution_id", width=20),
            Shown("接入账号", "access_key", width=36),
            Shown("签名", "signed", width=8),
            Shown("来源网段", "networks", width=32),
            Shown("每秒至多", "a_second", Form.COUNT, 10),
            Shown("嵌入页面限于", "framed_by", width=36),
            Shown("状态", "state", width=10, words=lambda state: ConnectionState(state).label),
        ),
        by_page(_connections),
    ),
)
