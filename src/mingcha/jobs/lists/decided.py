"""What is judged by, what it rests on, and what is decided about the installation, as exports."""

from __future__ import annotations

from dataclasses import dataclass, fields
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.listing import Listing, Page
from mingcha.access.permissions import Permission
from mingcha.access.roles import ROLES, Role
from mingcha.administration import announcements, changes, dictionaries
from mingcha.administration.announcements import AnnouncementFilter, AnnouncementView
from mingcha.administration.changes import ChangeFilter, SettingChangeView
from mingcha.administration.dictionaries import CodeOrigin, CodeView, MappingView
from mingcha.audit.reading import rules
from mingcha.audit.reading.rules import Named, RuleFilter, RuleView
from mingcha.audit.sheets import Form
from mingcha.jobs.lists.entry import ListEntry, Shown, Unfiltered, by_page
from mingcha.library import citing, comparing, consultations, drafts, searching
from mingcha.library.citing import TaskFilter, TaskView
from mingcha.library.comparing import ReleaseView
from mingcha.library.consultations import AskedView, ConsultationView
from mingcha.library.documents import finding
from mingcha.library.documents.finding import DocumentFilter
from mingcha.library.documents.shown import DocumentView
from mingcha.library.drafts import DraftFilter, DraftView
from mingcha.library.searching import FoundPoint, PointFilter
from mingcha.review import second_opinions
from mingcha.review.conversations import OpinionView
from mingcha.review.second_opinions import OpinionFilter

_POINTS_AT_ONCE = 50_000


@dataclass(frozen=True, kw_only=True)
class PointsOfRelease(PointFilter):
    """Points of a release, the newest by default."""

    release: int | None = None


@dataclass(frozen=True)
class OfDocument:
    """What was asked about one draft of a document, or about all."""

    document_id: UUID | None = None


@dataclass(frozen=True)
class OfOwn:
    """What one's own institution is asked."""

    unanswered: bool = False


@dataclass(frozen=True)
class CodesOf:
    """Codes of a dictionary."""

    name: str
    text: str | None = None
    origin: CodeOrigin | None = None


@dataclass(frozen=True)
class MappingsOf:
    """What local codes of a dictionary mean."""

    name: str
    text: str | None = None
    region: str | None = None


def _points(access: Access, actor: Actor, wanted: PointsOfRelease, listing: Listing) -> Page[FoundPoint]:
    narrowed = PointFilter(**{field.name: getattr(wanted, field.name) for field in fields(PointFilter)})
    found = searching.search(access, actor, narrowed, listing, wanted.release)
    return Page(found.items, found.total)


def _releases(access: Access, actor: Actor, _: Unfiltered, listing: Listing) -> Page[ReleaseView]:
    return comparing.release_list(access, actor, listing)


def _consultations(
    access: Access, actor: Actor, wanted: OfDocument, listing: Listing
) -> Page[ConsultationView]:
    return consultations.consultations(access, actor, wanted.document_id, listing)


def _opinions(access: Access, actor: Actor, wanted: OfOwn, listing: Listing) -> Page[AskedView]:
    return consultations.asked_of_me(access, actor, listing, unanswered=wanted.unanswered)


def _codes(access: Access, actor: Actor, wanted: CodesOf, listing: Listing) -> Page[CodeView]:
    return dictionaries.codes(access, actor, wanted.name, wanted.text, wanted.origin, listing)


def _mappings(access: Access, actor: Actor, wanted: MappingsOf, listing: Listing) -> Page[MappingView]:
    return dictionaries.mappings(access, actor, wanted.name, wanted.text, wanted.region, listing)


def _names(named: list[Named]) -> str:
    return "、".join(one.label for one in named)


def _roles(names: list[str]) -> str:
    return "、".join(ROLES[Role(name)].label for name in names)


def _stances(counted: dict[consultations.Stance, int]) -> str:
    return "；".join(f"{stance.label} {many}" for stance, many in counted.items())


LISTS = (
    ListEntry(
        "knowledge-points",
        "知识点",
        Permission.KNOWLEDGE_VIEW,
        PointsOfRelease,
        FoundPoint,
        (
            Shown("编号", "point_id", width=40),
            Shown("种类", "kind_label", width=20),
            Shown("规则编码", "rule_code", width=20),
            Shown("规则", "rule_name", width=28),
            Shown("名称", "name", width=36),
            Shown("编码（前几个）", "codes", width=40),
            Shown("编码个数", "code_count", Form.COUNT, 10),
            Shown("状态", "status", width=10),
            Shown("地区", "region", width=10),
            Shown("起", "effective_from", Form.DAY, 12),
            Shown("止", "effective_to", Form.DAY, 12),
            Shown("来源", "source", width=36),
        ),
        by_page(_points, _POINTS_AT_ONCE),
    ),
    ListEntry(
        "drafts",
        "草稿",
        Permission.KNOWLEDGE_VIEW,
        DraftFilter,
        DraftView,
        (
            Shown("标题", "title", width=36),
            Shown("说明", "note", width=40),
            Shown("状态", "state_label", width=10),
            Shown("建立人", "author", width=16),
            Shown("基准版", "base", Form.COUNT, 8),
            Shown("改动", "changes", Form.COUNT, 8),
            Shown("施行", "effective_from", Form.DAY, 12),
            Shown("定时发布", "publish_at", Form.MOMENT, 18),
            Shown("建立时间", "created_at", Form.MOMENT, 18),
            Shown("最近改动", "changed_at", Form.MOMENT, 18),
            Shown("发布版", "release", Form.COUNT, 8),
        ),
        by_page(drafts.drafts),
    ),
    ListEntry(
        "releases",
        "发布版",
        Permission.KNOWLEDGE_VIEW,
        Unfiltered,
        ReleaseView,
        (
            Shown("版", "number", Form.COUNT, 8),
            Shown("施行", "effective_from", Form.DAY, 12),
            Shown("知识点", "points", Form.COUNT),
            Shown("自建规则", "rules", Form.COUNT),
            Shown("标题", "title", width=36),
            Shown("建立人", "author", width=16),
            Shown("发布人", "publisher", width=16),
            Shown("回退到", "restores", Form.COUNT, 8),
            Shown("知识摘要", "knowledge_digest", width=66),
            Shown("设定摘要", "settings_digest", width=66),
        ),
        by_page(_releases),
    ),
    ListEntry(
        "rules",
        "规则",
        Permission.RULES_VIEW,
        RuleFilter,
        RuleView,
        (
            Shown("编码", "code", width=20),
            Shown("名称", "name", width=36),
            Shown("来源", "origin", width=10),
            Shown("类别", "category", width=20),
            Shown("分组", "group", width=20),
            Shown("项目类别", "items", width=16),
            Shown("确定性", "certainty", width=12),
            Shown("状态", "state", width=14),
            Shown("机制", "mechanisms", width=28, words=_names),
            Shown("知识点种类", "kinds", width=28, words=_names),
            Shown("知识点", "points", Form.COUNT, 10),
            Shown("可判断", "judgeable", Form.COUNT, 10),
        ),
        by_page(rules.rules),
    ),
    ListEntry(
        "documents",
        "依据文件",
        Permission.BASIS_VIEW,
        DocumentFilter,
        DocumentView,
        (
            Shown("标题", "title", width=48),
            Shown("文号", "number", width=24),
            Shown("种类", "kind"),
            Shown("发文机关", "issuer", width=28),
            Shown("地区", "region", width=10),
            Shown("状态", "state", width=10),
            Shown("发布", "published", Form.DAY, 12),
            Shown("起", "valid_from", Form.DAY, 12),
            Shown("止", "valid_to", Form.DAY, 12),
            Shown("条文", "articles", Form.COUNT, 8),
            Shown("附件", "file_name", width=28),
            Shown("改动人", "changed_by", width=16),
            Shown("改动时间", "changed_at", Form.MOMENT, 18),
        ),
        by_page(finding.documents),
    ),
    ListEntry(
        "basis-tasks",
        "依据变化",
        Permission.BASIS_VIEW,
        TaskFilter,
        TaskView,
        (
            Shown("文件", "document", width=48),
            Shown("种类", "kind", width=10),
            Shown("规则或知识点", "label", width=36),
            Shown("编号", "key", width=36),
            Shown("负责人", "owner", width=16),
            Shown("期限", "deadline", Form.DAY, 12),
            Shown("逾期", "overdue", width=8),
            Shown("处理时间", "done_at", Form.MOMENT, 18),
            Shown("处理人", "done_by", width=16),
            Shown("结论", "remark", width=40),
        ),
        by_page(citing.tasks),
    ),
    ListEntry(
        "consultations",
        "征求意见",
        Permission.BASIS_EDIT,
        OfDocument,
        ConsultationView,
        (
            Shown("文件", "document", width=48),
            Shown("问题", "question", width=48),
            Shown("期限", "deadline", Form.DAY, 12),
            Shown("发起人", "created_by", width=16),
            Shown("发起时间", "created_at", Form.MOMENT, 18),
            Shown("已结束", "closed", width=8),
            Shown("发给", "asked", Form.COUNT, 8),
            Shown("已答", "answered", Form.COUNT, 8),
            Shown("意见", "stances", width=36, words=_stances),
        ),
        by_page(_consultations),
    ),
    ListEntry(
        "opinions",
        "向本院征求的意见",
        Permission.CONSULTATION_ANSWER,
        OfOwn,
        AskedView,
        (
            Shown("机构", "institution", width=28),
            Shown("文件", "document", width=48),
            Shown("问题", "question", width=48),
            Shown("期限", "deadline", Form.DAY, 12),
            Shown("已结束", "closed", width=8),
            Shown("意见", "stance", width=12),
            Shown("答复", "answer", width=48),
            Shown("答复人", "answered_by", width=16),
            Shown("答复时间", "answered_at", Form.MOMENT, 18),
        ),
        by_page(_opinions),
    ),
    ListEntry(
        "setting-changes",
        "参数和字典的变更",
        Permission.SETTINGS_VIEW,
        ChangeFilter,
        SettingChangeView,
        (
            Shown("种类", "kind"),
            Shown("哪一个", "subject", width=20),
            Shown("改动", "values", Form.COUNT, 8),
            Shown("施行", "effective_from", Form.DAY, 12),
            Shown("理由", "reason", width=40),
            Shown("状态", "state", width=10),
            Shown("提出人", "proposer", width=16),
            Shown("提出时间", "proposed_at", Form.MOMENT, 18),
            Shown("复核人", "decider", width=16),
            Shown("复核时间", "decided_at", Form.MOMENT, 18),
            Shown("复核意见", "remark", width=40),
        ),
        by_page(changes.changes),
    ),
    ListEntry(
        "dictionary-codes",
        "字典编码",
        Permission.SETTINGS_VIEW,
        CodesOf,
        CodeView,
        (
            Shown("编码", "code", width=16),
            Shown("名称", "label", width=36),
            Shown("来源", "origin", width=10),
            Shown("起", "since", Form.DAY, 12),
        ),
        by_page(_codes),
    ),
    ListEntry(
        "dictionary-mappings",
        "编码对照",
        Permission.SETTINGS_VIEW,
        MappingsOf,
        MappingView,
        (
            Shown("本地编码", "code", width=16),
            Shown("本地名称", "label", width=36),
            Shown("国家编码", "national", width=16),
            Shown("国家名称", "national_label", width=36),
            Shown("地区", "region", width=10),
            Shown("起", "since", Form.DAY, 12),
        ),
        by_page(_mappings),
    ),
    ListEntry(
        "announcements",
        "公告",
        Permission.ANNOUNCEMENTS_EDIT,
        AnnouncementFilter,
        AnnouncementView,
        (
            Shown("标题", "title", width=36),
            Shown("正文", "text", width=60),
            Shown("起", "valid_from", Form.DAY, 12),
            Shown("止", "valid_to", Form.DAY, 12),
            Shown("角色", "roles", width=36, words=_roles),
            Shown("登录页", "before_sign_in", width=8),
            Shown("状态", "state", width=10),
            Shown("发布人", "created_by", width=16),
            Shown("发布时间", "created_at", Form.MOMENT, 18),
            Shown("已读", "readers", Form.COUNT, 8),
        ),
        by_page(announcements.announcements),
    ),
    ListEntry(
        "second-opinions",
        "人工审核",
        Permission.OPINIONS_GIVE,
        OpinionFilter,
        OpinionView,
        (
            Shown("提出时间", "asked_at", width=20),
            Shown("机构", "institution_id", width=18),
            Shown("科室", "department_id"),
            Shown("医师", "doctor_id"),
            Shown("场景", "scene", width=14),
            Shown("规则", "rule_name", width=30),
            Shown("规则编码", "rule_code", width=20),
            Shown("就诊", "encounter_id", width=22),
            Shown("待办", "standing", width=12),
            Shown("结论", "outcome", width=14),
            Shown("结论时间", "ended_at", width=20),
            Shown("审核人", "decided_by", width=14),
            Shown("事后复核", "review", width=12),
            Shown("超时怎样", "on_time_out", width=12),
            Shown("报文", "message_id", width=34),
        ),
        by_page(second_opinions.opinions),
    ),
)
