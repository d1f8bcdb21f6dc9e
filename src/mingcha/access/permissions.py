"""Every action that needs a right; a route or service asks for exactly one of them."""

from __future__ import annotations

from mingcha.access.labelled import Labelled


class Permission(Labelled):
    """An action, and what people call it."""

    # Everybody who is signed in has this one, and needs no grant for it.
    OWN_ACCOUNT = "account.own", "本人账号：口令、动态码、API 令牌"
    USERS_VIEW = "users.view", "查看用户"
    USERS_EDIT = "users.edit", "新建和修改用户"
    USERS_LOCK = "users.lock", "停用和恢复用户"
    USERS_RESET = "users.reset", "重置口令和动态码"
    USERS_REVEAL = "users.reveal", "查看用户的完整姓名、证件号码、电话"
    GRANTS_EDIT = "grants.edit", "授予和收回角色"
    ORGANISATIONS_VIEW = "organisations.view", "查看机构"
    ORGANISATIONS_EDIT = "organisations.edit", "维护机构"
    CALLS_VIEW = "calls.view", "查看事前事中审核记录"
    AUDITS_ASK = "audits.ask", "以接口请求事前事中审核"
    OPINIONS_GIVE = "opinions.give", "人工审核：答复医师，同意继续或建议修改"
    SIMULATOR_USE = "simulator.use", "使用 HIS 模拟器"
    CONNECTIONS_EDIT = "connections.edit", "维护医院系统的接入"
    ORGANISATIONS_SYNC = "organisations.sync", "同步和维护本院的科室、人员和人员权限"
    ACCOUNTS_REQUEST = "accounts.request", "替本院人员申请账号"
    ACCOUNTS_DECIDE = "accounts.decide", "处理账号申请"
    ALARMS_VIEW = "alarms.view", "查看异常使用报警"
    ALARMS_HANDLE = "alarms.handle", "处理报警、限制用户"
    TRAIL_VIEW = "trail.view", "查看操作记录"
    TRAIL_VERIFY = "trail.verify", "校验操作记录"
    DATA_IMPORT = "data.import", "导入数据"
    RUNS_VIEW = "runs.view", "查看数据集和任务"
    RUNS_START = "runs.start", "新建、取消和重试任务"
    BILLS_VIEW = "bills.view", "查看单据和就医记录"
    PERSONS_FIND = "persons.find", "按姓名、证件号码等查找参保人"
    HEALTH_VIEW = "health.view", "查看参保人的健康档案"
    HEALTH_IMPORT = "health.import", "导入参保人的健康文档"
    PERSONS_REVEAL = "persons.reveal", "查看参保人的完整姓名、证件号码、电话"
    FINDINGS_VIEW = "findings.view", "查看疑点"
    FINDINGS_EXPORT = "findings.export", "导出疑点"
    LISTS_EXPORT = "lists.export", "导出看得到的列表"
    ANNOUNCEMENTS_EDIT = "announcements.edit", "发布公告"
    SETTINGS_VIEW = "settings.view", "查看模块、参数、字典"
    SETTINGS_REVIEW = "settings.review", "复核参数和字典的变更"
    SETTINGS_EDIT = "settings.edit", "维护模块、参数、字典和帮助"
    BUDGETS_VIEW = "budgets.view", "查看科室预算和执行"
    BUDGETS_EDIT = "budgets.edit", "设定科室预算"
    STANDARDS_VIEW = "standards.view", "查看支付标准"
    STANDARDS_EDIT = "standards.edit", "录入和撤下支付标准"
    RULES_VIEW = "rules.view", "查看规则库、规则集"
    RULES_EDIT = "rules.edit", "编辑参数、规则集、特例和自建规则"
    KNOWLEDGE_VIEW = "knowledge.view", "查看知识库、草稿和发布版"
    KNOWLEDGE_EDIT = "knowledge.edit", "编辑知识和草稿"
    RELEASES_REVIEW = "releases.review", "复核草稿"
    RELEASES_PUBLISH = "releases.publish", "发布、定时发布和回退"
    BASIS_VIEW = "basis.view", "查看依据库"
    BASIS_EDIT = "basis.edit", "维护依据库和征求意见"
    CONSULTATION_ANSWER = "consultation.answer", "答复征求意见"


# What is taken from a user whose use looks abnormal: whole personal values, and data that leaves.
WITHHELD = frozenset(one for one in Permission if one.value.rpartition(".")[2] in ("reveal", "export"))
