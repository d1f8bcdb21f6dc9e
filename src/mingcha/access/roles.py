"""Roles: a named set of permissions; the three separated duties (三员) stay with different people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mingcha.access.permissions import Permission as P


class Role(StrEnum):
    """The name of a role; what it may do stands in `ROLES`."""

    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDITOR = "auditor"
    INSTITUTION_ACCOUNTS = "institution_accounts"
    RULE_ADMIN = "rule_admin"
    FIRST_REVIEWER = "first_reviewer"
    RE_REVIEWER = "re_reviewer"
    DECIDER = "decider"
    INSURANCE_OFFICE = "insurance_office"
    DEPARTMENT_HEAD = "department_head"
    DOCTOR = "doctor"
    PHARMACIST = "pharmacist"
    READER = "reader"


# 三员: whoever runs the system, whoever gives rights and whoever watches both are three people.
DUTIES = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR)
# What everybody who works with claims may look up, and what whoever audits them does.
_LOOKS_UP = frozenset(
    {
        P.ORGANISATIONS_VIEW,
        P.RULES_VIEW,
        P.BASIS_VIEW,
        P.RUNS_VIEW,
        P.FINDINGS_VIEW,
        P.BILLS_VIEW,
        P.CALLS_VIEW,
        P.STANDARDS_VIEW,
        P.LISTS_EXPORT,
    }
)
_AUDITS = _LOOKS_UP | {
    P.DATA_IMPORT,
    P.RUNS_START,
    P.PERSONS_FIND,
    P.HEALTH_VIEW,
    P.FINDINGS_EXPORT,
    P.SIMULATOR_USE,
}
# What is judged by: who writes it, who reviews it, who publishes it.
_REVIEWS = frozenset({P.KNOWLEDGE_VIEW, P.RELEASES_REVIEW})
_WRITES = _REVIEWS | {P.KNOWLEDGE_EDIT, P.RULES_EDIT, P.BASIS_EDIT}
_PUBLISHES = _REVIEWS | {P.RELEASES_PUBLISH}
WITHIN_A_HOSPITAL = frozenset(
    {Role.INSURANCE_OFFICE, Role.DEPARTMENT_HEAD, Role.DOCTOR, Role.PHARMACIST, Role.READER}
)


@dataclass(frozen=True)
class RoleEntry:
    """What a role is called, what it may do, and which roles its holder may give to others."""

    label: str
    permissions: frozenset[P]
    may_assign: frozenset[Role] = frozenset()


ROLES: dict[Role, RoleEntry] = {
    Role.SYSTEM_ADMIN: RoleEntry(
        "系统管理员",
        frozenset(
            {
                P.USERS_VIEW,
                P.USERS_EDIT,
                P.USERS_LOCK,
                P.ACCOUNTS_REQUEST,
                P.ACCOUNTS_DECIDE,
                P.ORGANISATIONS_VIEW,
                P.ORGANISATIONS_EDIT,
                P.ORGANISATIONS_SYNC,
                P.CONNECTIONS_EDIT,
                P.SETTINGS_VIEW,
                P.SETTINGS_EDIT,
                P.ANNOUNCEMENTS_EDIT,
                P.LISTS_EXPORT,
            }
        ),
    ),
    Role.SECURITY_ADMIN: RoleEntry(
        "安全管理员",
        frozenset(
            {
                P.USERS_VIEW,
                P.USERS_LOCK,
                P.USERS_RESET,
                P.USERS_REVEAL,
                P.GRANTS_EDIT,
                P.ORGANISATIONS_VIEW,
                P.SETTINGS_VIEW,
                P.SETTINGS_REVIEW,
                P.LISTS_EXPORT,
            }
        ),
        may_assign=frozenset(Role),
    ),
    Role.AUDITOR: RoleEntry(
        "审计员",
        frozenset(
            {
                P.USERS_VIEW,
                P.USERS_LOCK,
                P.ORGANISATIONS_VIEW,
                P.TRAIL_VIEW,
                P.TRAIL_VERIFY,
                P.ALARMS_VIEW,
                P.ALARMS_HANDLE,
                P.SETTINGS_VIEW,
                P.LISTS_EXPORT,
            }
        ),
    ),
    Role.INSTITUTION_ACCOUNTS: RoleEntry(
        "医院账号管理员",
        frozenset(
            {
                P.USERS_VIEW,
                P.USERS_EDIT,
                P.USERS_LOCK,
                P.USERS_RESET,
                P.USERS_REVEAL,
                P.GRANTS_EDIT,
                P.ACCOUNTS_REQUEST,
                P.ACCOUNTS_DECIDE,
                P.ORGANISATIONS_VIEW,
                P.ORGANISATIONS_SYNC,
                P.LISTS_EXPORT,
            }
        ),
        may_assign=WITHIN_A_HOSPITAL,
    ),
    Role.RULE_ADMIN: RoleEntry(
        "规则管理员",
        _LOOKS_UP | _WRITES | {P.STANDARDS_EDIT, P.RUNS_START, P.FINDINGS_EXPORT, P.SIMULATOR_USE},
    ),
    Role.FIRST_REVIEWER: RoleEntry("初审员", _AUDITS | {P.KNOWLEDGE_VIEW, P.PERSONS_REVEAL}),
    Role.RE_REVIEWER: RoleEntry("复审员", _AUDITS | _REVIEWS | {P.PERSONS_REVEAL}),
    Role.DECIDER: RoleEntry(
        "主任/决策",
        _LOOKS_UP
        | _PUBLISHES
        | {
            P.PERSONS_FIND,
            P.USERS_VIEW,
            P.SETTINGS_VIEW,
            P.SETTINGS_REVIEW,
            P.ANNOUNCEMENTS_EDIT,
            P.FINDINGS_EXPORT,
            P.SIMULATOR_USE,
        },
    ),
    Role.INSURANCE_OFFICE: RoleEntry(
        "医院医保办",
        _AUDITS
        | {
            P.USERS_VIEW,
            P.ACCOUNTS_REQUEST,
            P.CONSULTATION_ANSWER,
            P.AUDITS_ASK,
            P.HEALTH_IMPORT,
            P.OPINIONS_GIVE,
            P.BUDGETS_VIEW,
            P.BUDGETS_EDIT,
            P.STANDARDS_EDIT,
        },
    ),
    Role.DEPARTMENT_HEAD: RoleEntry(
        "科室主任", _LOOKS_UP | {P.USERS_VIEW, P.FINDINGS_EXPORT, P.SIMULATOR_USE, P.BUDGETS_VIEW}
    ),
    Role.DOCTOR: RoleEntry("医师", _LOOKS_UP | {P.HEALTH_VIEW, P.SIMULATOR_USE}),
    Role.PHARMACIST: RoleEntry("药师", _LOOKS_UP | {P.HEALTH_VIEW, P.OPINIONS_GIVE}),
    Role.READER: RoleEntry("只读", _LOOKS_UP),
}
