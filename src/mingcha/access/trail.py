"""The trail: one entry for everything that was done, in the transaction that did it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid
from mingcha.access.labelled import Labelled
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.access.scope import within
from mingcha.access.standing import PLACE_OF_PERIOD, current_period
from mingcha.store.database.organisations import OrganisationPeriod
from mingcha.store.database.people import User
from mingcha.store.database.trail import TrailEntry


class Action(Labelled):
    """What can be done, and what people call it."""

    SIGNED_IN = "session.started", "登录"
    SIGN_IN_FAILED = "session.failed", "登录失败"
    LOCKED_OUT = "session.locked_out", "登录失败次数过多，暂停登录"
    SIGNED_OUT = "session.ended", "退出"
    PASSWORD_CHANGED = "password.changed", "修改口令"
    PASSWORD_RESET = "password.reset", "重置口令"
    TOTP_STARTED = "totp.started", "申请动态码"
    TOTP_CONFIRMED = "totp.confirmed", "启用动态码"
    TOTP_REMOVED = "totp.removed", "停用动态码"
    RECOVERY_CODE_USED = "totp.recovered", "用恢复码登录"
    TOKEN_CREATED = "token.created", "新建 API 令牌"
    TOKEN_REVOKED = "token.revoked", "撤销 API 令牌"
    INVITED = "invitation.created", "生成首批管理员的设置链接"
    USER_CREATED = "user.created", "新建用户"
    USER_CHANGED = "user.changed", "修改用户"
    USER_LOCKED = "user.locked", "停用用户"
    USER_UNLOCKED = "user.unlocked", "恢复用户"
    USER_REVEALED = "user.revealed", "查看用户的个人信息"
    USER_SOUGHT = "user.sought", "按个人信息查找用户"
    GRANTS_CHANGED = "grants.changed", "变更授权"
    ORGANISATION_CREATED = "organisation.created", "新建机构"
    ORGANISATION_CHANGED = "organisation.changed", "变更机构"
    ORGANISATION_CLOSED = "organisation.closed", "停用机构"
    CALL_VIEWED = "call.viewed", "查看一次事前事中审核"
    OPINION_ASKED = "second_opinion.asked", "医师请求人工审核"
    OPINION_VIEWED = "second_opinion.viewed", "查看人工审核的单据"
    OPINION_SAID = "second_opinion.said", "在人工审核中说话"
    OPINION_ENDED = "second_opinion.ended", "人工审核结束"
    OPINION_REVIEWED = "second_opinion.reviewed", "事后复核超时放行的"
    CONNECTION_CHANGED = "connection.changed", "变更医院系统的接入"
    ORGANISATIONS_SYNCED = "organisation.synced", "按医院文件同步科室和人员"
    STAFF_RIGHT_GIVEN = "right.given", "授予人员权限"
    STAFF_RIGHT_ENDED = "right.ended", "收回人员权限"
    ACCOUNT_INVITED = "account.invited", "生成机构的账号申请链接"
    ACCOUNT_ASKED = "account.asked", "申请账号"
    ACCOUNT_GRANTED = "account.granted", "同意账号申请"
    ACCOUNT_REFUSED = "account.refused", "驳回账号申请"
    ACCOUNT_SET_UP = "account.set_up", "由本人设置首个口令"
    ALARM_RAISED = "alarm.raised", "异常使用报警"
    ALARM_HANDLED = "alarm.handled", "处理异常使用报警"
    USER_RESTRICTED = "user.restricted", "限制用户查看完整信息和导出"
    USER_UNRESTRICTED = "user.unrestricted", "解除对用户的限制"
    IDENTITY_LINKED = "identity.linked", "关联统一身份认证"
    IDENTITY_UNLINKED = "identity.unlinked", "解除统一身份认证的关联"
    TRAIL_VERIFIED = "trail.verified", "校验操作记录"
    FILE_UPLOADED = "file.uploaded", "上传文件"
    BUDGET_SET = "budget.set", "设定科室预算"
    BUDGET_UNDONE = "budget.undone", "撤销科室预算的设定"
    STANDARDS_ADDED = "payment_standard.added", "录入支付标准"
    STANDARD_WITHDRAWN = "payment_standard.withdrawn", "撤下支付标准"
    STANDARD_PUT_BACK = "payment_standard.put_back", "恢复支付标准"
    RUN_STARTED = "run.started", "新建任务"
    RUN_CANCELLED = "run.cancelled", "取消任务"
    RUN_RETRIED = "run.retried", "重试任务"
    RUN_ENDED = "run.ended", "任务结束"
    LIST_EXPORTED = "list.exported", "导出列表"
    FILE_DOWNLOADED = "file.downloaded", "下载文件"
    ANNOUNCEMENT_MADE = "announcement.made", "发布公告"
    ANNOUNCEMENT_CHANGED = "announcement.changed", "修改公告"
    ANNOUNCEMENT_WITHDRAWN = "announcement.withdrawn", "撤回公告"
    MODULE_SWITCHED = "module.switched", "开关模块"
    SETTINGS_PROPOSED = "settings.proposed", "提出参数或字典的变更"
    SETTINGS_APPROVED = "settings.approved", "通过参数或字典的变更"
    SETTINGS_REJECTED = "settings.rejected", "驳回参数或字典的变更"
    SETTINGS_WITHDRAWN = "settings.withdrawn", "撤回参数或字典的变更"
    BASIS_CREATED = "basis.created", "新建依据文件"
    BASIS_CHANGED = "basis.changed", "修改依据文件"
    BASIS_CITED = "basis.cited", "登记或撤销引用"
    BASIS_ENDED = "basis.ended", "依据文件失效或被取代"
    BASIS_TASK_DONE = "basis.task_done", "处理依据变化"
    CONSULTED = "consultation.sent", "征求意见"
    CONSULTATION_ANSWERED = "consultation.answered", "答复征求意见"
    CONSULTATION_CLOSED = "consultation.closed", "结束征求意见"
    HELP_CHANGED = "help.changed", "改写帮助"
    KEYS_ROTATED = "keys.rotated", "更换密钥"
    PERSON_SOUGHT = "person.sought", "按个人信息查找参保人"
    PERSON_VIEWED = "person.viewed", "查看参保人的就医记录"
    HEALTH_VIEWED = "person.health_viewed", "查看参保人的健康档案"
    HEALTH_IMPORTED = "person.health_imported", "导入参保人的健康文档"
    REMINDED = "person.reminded", "医院系统取得事前提醒"
    LINK_MADE = "embedded.created", "医院系统取得嵌入页面的链接"
    PERSON_REVEALED = "person.revealed", "查看参保人的个人信息"
    BILL_VIEWED = "bill.viewed", "查看单据"
    DISEASE_TABLE_TAKEN = "knowledge.diseases_taken", "更换诊断编码表"
    DRAFT_CREATED = "draft.created", "新建草稿"
    DRAFT_CHANGED = "draft.changed", "修改草稿"
    DRAFT_CHANGE_UNDONE = "draft.change_undone", "撤销草稿中的改动"
    DRAFT_REBASED = "draft.rebased", "把草稿移到最新发布版上"
    DRAFT_REMARKED = "draft.remarked", "对草稿提意见"
    DRAFT_HANDED_IN = "draft.handed_in", "草稿送审"
    DRAFT_RETURNED = "draft.returned", "退回草稿"
    DRAFT_APPROVED = "draft.approved", "批准草稿"
    DRAFT_ABANDONED = "draft.abandoned", "作废草稿"
    RELEASE_SCHEDULED = "release.scheduled", "定时发布"
    RELEASE_UNSCHEDULED = "release.unscheduled", "取消定时发布"
    RELEASE_PUBLISHED = "release.published", "发布"
    RELEASE_ROLLED_BACK = "release.rolled_back", "回退到以前的发布版"


@dataclass(frozen=True)
class Entry:
    """An entry as people read it."""

    id: int
    at: datetime
    actor_id: UUID | None
    actor: str
    via: str
    address: str
    action: str
    action_label: str
    object_kind: str | None
    object_id: str | None
    reason: str | None
    details: Mapping[str, Any]
    block: int | None


def record(
    session: Session,
    access: Access,
    actor: Actor,
    action: Action,
    *,
    about: tuple[str, object] | None = None,
    reason: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Append an entry; it stands or falls with the transaction that it tells of.

    `details` never holds a personal value: names of changed personal fields, not what they were changed to.
    """
    session.add(
        TrailEntry(
            at=access.now(),
            actor_id=actor.user_id,
            actor=actor.login,
            via=actor.via,
            address=actor.address,
            action=action.value,
            object_kind=None if about is None else about[0],
            object_id=None if about is None else str(about[1]),
            reason=reason,
            details=dict(details or {}),
        )
    )


@dataclass(frozen=True)
class TrailFilter:
    """What to look for in the trail; what is left out limits nothing."""

    actor_id: UUID | None = None
    action: str | None = None
    object_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


_SORTS = {"at": TrailEntry.at, "id": TrailEntry.id, "action": TrailEntry.action, "actor": TrailEntry.actor}


def entries(access: Access, actor: Actor, wanted: TrailFilter, listing: Listing) -> Page[Entry]:
    """What was done by those in the actor's scope; what nobody's place is known of, to whoever sees everything."""
    scope = actor.scope(Permission.TRAIL_VIEW)
    if wanted.action is not None and wanted.action not in set(Action):
        raise Invalid("没有这种操作", where="action", remedy="可选：" + "、".join(Action))
    period = current_period(access.today())
    query = (
        select(TrailEntry)
        .outerjoin(User, User.id == TrailEntry.actor_id)
        .outerjoin(OrganisationPeriod, (OrganisationPeriod.organisation_id == User.organisation_id) & period)
        .where(within(scope, PLACE_OF_PERIOD))
    )
    for value, column in (
        (wanted.actor_id, TrailEntry.actor_id),
        (wanted.action, TrailEntry.action),
        (wanted.object_id, TrailEntry.object_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(TrailEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(TrailEntry.at < wanted.until)
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="-id", tie=TrailEntry.id)
        return Page([shown(row[0]) for row in found.items], found.total)


def shown(row: TrailEntry) -> Entry:
    """An entry as people read it."""
    known = row.action in set(Action)
    return Entry(
        id=row.id,
        at=row.at,
        actor_id=row.actor_id,
        actor=row.actor,
        via=row.via,
        address=row.address,
        action=row.action,
        action_label=Action(row.action).label if known else row.action,
        object_kind=row.object_kind,
        object_id=row.object_id,
        reason=row.reason,
        details=row.details,
        block=row.block,
    )
