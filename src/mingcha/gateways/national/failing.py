"""Tells those who keep the rules that one of them fails on calls: it is left out, and nobody else would see that."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from mingcha.access.context import Access
from mingcha.access.notifications import do_notify
from mingcha.access.roles import Role
from mingcha.catalogue.defined import all_entries
from mingcha.store.database.notifications import Notification
from mingcha.store.database.people import Grant, User

RULE_FAILED = "rule.failed"


def tell_of_failing(session: Session, access: Access, failing: Iterable[tuple[int, str]]) -> None:
    """Tell each keeper of rules, and each system administrator, once of each release and mechanism.

    Args:
        failing: release and mechanism that was left out.
    """
    for release, mechanism in sorted(set(failing)):
        entries = [entry for entry in all_entries(()) if mechanism in entry.mechanisms]
        names = "、".join(entry.name for entry in entries[:2]) or "自建规则"
        several = f"等 {len(entries)} 条" if len(entries) > 2 else ""
        title = (
            f"规则运行出错，已停用：{names}{several}（{mechanism}，第 {release} 版）。"
            "其他规则照常审核；请改正后发布新版，停用期间的单据由事后审核补查"
        )
        link = f"/rules?open={entries[0].code}" if entries else "/rules"
        told = select(Notification.user_id).where(
            Notification.kind == RULE_FAILED, Notification.title == title
        )
        for user_id in session.scalars(_keepers().where(User.id.not_in(told))).all():
            do_notify(session, access, user_id, RULE_FAILED, title, link)


def _keepers() -> Select[UUID]:
    """Active accounts of rule managers and system administrators."""
    keeping = select(Grant.user_id).where(Grant.role == Role.RULE_ADMIN)
    return select(User.id).where(
        User.status == "active", or_(User.duty == Role.SYSTEM_ADMIN, User.id.in_(keeping))
    )
