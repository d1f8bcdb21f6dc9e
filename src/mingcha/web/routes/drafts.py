"""Drafts: what is proposed, its review and its publication."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field, JsonValue, StringConstraints

from mingcha.access.permissions import Permission
from mingcha.knowledge.changes import ChangePart
from mingcha.library import comparing, drafts, proposing, publishing, readiness, rebasing, remarks, reviewing
from mingcha.library.comparing import Compared
from mingcha.library.drafts import DraftFilter, DraftView, State
from mingcha.library.proposing import ChangeView, Proposed
from mingcha.library.readiness import Hindrance
from mingcha.library.rebasing import Choice, Clash
from mingcha.library.remarks import RemarkView
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Form, Line, Listed, Paging, ReasonForm, listed

door = Door("/drafts", "草稿与发布")

Paragraph = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=4000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$"),
]
Key = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class NewDraft(Form):
    """A draft to be begun."""

    title: Line
    note: Paragraph = ""
    effective_from: date | None = None


class DraftRevision(Form):
    """What changes of a draft; what is left out stays."""

    title: Line | None = None
    note: Paragraph | None = None
    effective_from: date | None = None
    at_once: Annotated[bool, Field(description="发布当日生效")] = False


class ChangeForm(Form):
    """What a part is to be; nothing takes it away. Points have a form of their own."""

    part: Literal[
        ChangePart.SETTING,
        ChangePart.RULE_SET,
        ChangePart.EXEMPTION,
        ChangePart.DEFINITION,
        ChangePart.ELSEWHERE,
    ]
    key: Key
    after: JsonValue
    note: Paragraph = ""


class DraftRemarkForm(Form):
    """Something to say of a draft."""

    text: Paragraph = ""


class MomentForm(Form):
    """When to publish."""

    at: AwareDatetime


class Decision(Form):
    """Which of two stands."""

    part: ChangePart
    key: Key
    choice: Choice


class RebaseForm(Form):
    """What was decided where draft and release contradict each other."""

    decisions: Annotated[list[Decision], Field(max_length=10_000, default_factory=list)]


class StateView(BaseModel):
    """How far a draft can have come."""

    state: State
    label: str


@door.get("/states", Permission.KNOWLEDGE_VIEW, "草稿的各种状态", response_model=list[StateView])
def states() -> list[StateView]:
    """可用来筛选草稿。"""
    return [StateView(state=one, label=one.label) for one in State]


@door.get("", Permission.KNOWLEDGE_VIEW, "草稿列表", response_model=Listed[DraftView])
def list_drafts(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    state: Annotated[State | None, Query(description="状态")] = None,
    title: Annotated[Line | None, Query(description="标题包含")] = None,
    author: Annotated[Line | None, Query(description="建立人的登录名")] = None,
    open: Annotated[bool, Query(description="只看还没有结束的")] = False,
) -> dict[str, Any]:
    """最近改动的在前。"""
    return listed(drafts.drafts(access, actor, DraftFilter(state, title, author, open), paging))


@door.post("", Permission.KNOWLEDGE_EDIT, "新建草稿", response_model=DraftView, status_code=201)
def create(form: NewDraft, actor: SignedIn, access: Services) -> DraftView:
    """以最新的发布版为基准。"""
    return drafts.create(access, actor, form.title, form.note, form.effective_from)


@door.get("/{draft_id}", Permission.KNOWLEDGE_VIEW, "查看草稿", response_model=DraftView)
def show(draft_id: UUID, actor: SignedIn, access: Services) -> DraftView:
    """一个草稿到了哪一步。"""
    return drafts.draft(access, actor, draft_id)


@door.patch(
    "/{draft_id}", Permission.KNOWLEDGE_EDIT, "修改草稿的标题、说明、施行日期", response_model=DraftView
)
def revise(draft_id: UUID, form: DraftRevision, actor: SignedIn, access: Services) -> DraftView:
    """只改给出的字段。"""
    return drafts.revise(
        access,
        actor,
        draft_id,
        title=form.title,
        note=form.note,
        effective_from=form.effective_from,
        at_once=form.at_once,
    )


@door.post("/{draft_id}/abandon", Permission.KNOWLEDGE_EDIT, "作废草稿", response_model=DraftView)
def abandon(draft_id: UUID, form: ReasonForm, actor: SignedIn, access: Services) -> DraftView:
    """作废后仍可查看，不能再编辑或发布。"""
    return drafts.abandon(access, actor, draft_id, form.reason)


@door.get("/{draft_id}/changes", Permission.KNOWLEDGE_VIEW, "草稿中的改动", response_model=Listed[ChangeView])
def list_changes(
    draft_id: UUID,
    actor: SignedIn,
    access: Services,
    paging: Paging,
    part: Annotated[ChangePart | Literal["import"] | None, Query(description="改的是什么")] = None,
    undone: Annotated[bool, Query(description="包括已撤销的")] = False,
) -> dict[str, Any]:
    """按改动的先后。"""
    return listed(proposing.changes_of(access, actor, draft_id, paging, part=part, undone=undone))


@door.post(
    "/{draft_id}/changes",
    Permission.RULES_EDIT,
    "在草稿中改参数、规则集、特例、自建规则",
    response_model=ChangeView,
    status_code=201,
)
def propose(draft_id: UUID, form: ChangeForm, actor: SignedIn, access: Services) -> ChangeView:
    """参数的 key 为 规则/地区/参数；规则集为名称，特例为编号，自建规则为编码；after 为空即删除。"""
    wanted = Proposed(form.part, form.key, form.after, form.note)
    return proposing.propose(access, actor, draft_id, wanted)


@door.delete(
    "/{draft_id}/changes/{change_id}", Permission.KNOWLEDGE_EDIT, "撤销草稿中的一处改动", status_code=204
)
def undo(draft_id: UUID, change_id: UUID, actor: SignedIn, access: Services) -> None:
    """同一内容后来又改过的，须先撤销后面的。"""
    proposing.undo(access, actor, draft_id, change_id)


@door.get("/{draft_id}/difference", Permission.KNOWLEDGE_VIEW, "草稿与基准的差异", response_model=Compared)
def difference(draft_id: UUID, actor: SignedIn, access: Services, paging: Paging) -> Compared:
    """同一内容改过多次的合为一处，以文字说明。"""
    return comparing.difference_of(access, actor, draft_id, paging)


@door.get(
    "/{draft_id}/hindrances", Permission.KNOWLEDGE_VIEW, "草稿的检查结果", response_model=list[Hindrance]
)
def hindrances(draft_id: UUID, actor: SignedIn, access: Services) -> list[Hindrance]:
    """能否编译、自建规则的例子是否通过、新增了哪些错误和提醒；须先改正的在前。"""
    return readiness.hindrances_of(access, actor, draft_id)


@door.get("/{draft_id}/clashes", Permission.KNOWLEDGE_VIEW, "草稿与最新版的冲突", response_model=list[Clash])
def clashes(draft_id: UUID, actor: SignedIn, access: Services) -> list[Clash]:
    """草稿建立以后发布的版本改了同一内容的各处。"""
    return rebasing.clashes(access, actor, draft_id)


@door.post("/{draft_id}/rebase", Permission.KNOWLEDGE_EDIT, "把草稿移到最新版", response_model=DraftView)
def rebase(draft_id: UUID, form: RebaseForm, actor: SignedIn, access: Services) -> DraftView:
    """有冲突的逐处决定，决定后须重新送审；没有冲突的状态不变。"""
    choices = {(one.part, one.key): one.choice for one in form.decisions}
    return rebasing.rebase(access, actor, draft_id, choices)


@door.get(
    "/{draft_id}/remarks", Permission.KNOWLEDGE_VIEW, "草稿的意见和经过", response_model=list[RemarkView]
)
def list_remarks(draft_id: UUID, actor: SignedIn, access: Services) -> list[RemarkView]:
    """早的在前。"""
    return remarks.remarks_of(access, actor, draft_id)


@door.post("/{draft_id}/remarks", Permission.KNOWLEDGE_VIEW, "对草稿提意见", status_code=204)
def say(draft_id: UUID, form: ReasonForm, actor: SignedIn, access: Services) -> None:
    """不改变草稿的状态。"""
    remarks.say(access, actor, draft_id, form.reason)


@door.post("/{draft_id}/hand-in", Permission.KNOWLEDGE_EDIT, "送审", response_model=DraftView)
def hand_in(draft_id: UUID, form: DraftRemarkForm, actor: SignedIn, access: Services) -> DraftView:
    """检查结果中须先改正的都改正了才能送审。"""
    return reviewing.hand_in(access, actor, draft_id, form.text)


@door.post("/{draft_id}/take-back", Permission.KNOWLEDGE_EDIT, "撤回修改", response_model=DraftView)
def take_back(draft_id: UUID, form: DraftRemarkForm, actor: SignedIn, access: Services) -> DraftView:
    """待审或已批准的草稿回到编辑中；改后须重新送审。"""
    return reviewing.take_back(access, actor, draft_id, form.text)


@door.post("/{draft_id}/return", Permission.RELEASES_REVIEW, "退回草稿", response_model=DraftView)
def send_back(draft_id: UUID, form: ReasonForm, actor: SignedIn, access: Services) -> DraftView:
    """须写明理由；参与过编辑的人不能复核。"""
    return reviewing.send_back(access, actor, draft_id, form.reason)


@door.post("/{draft_id}/approve", Permission.RELEASES_REVIEW, "批准草稿", response_model=DraftView)
def approve(draft_id: UUID, form: DraftRemarkForm, actor: SignedIn, access: Services) -> DraftView:
    """参与过编辑的人不能复核。"""
    return reviewing.approve(access, actor, draft_id, form.text)


@door.post("/{draft_id}/publish", Permission.RELEASES_PUBLISH, "发布草稿", response_model=DraftView)
def publish(draft_id: UUID, form: DraftRemarkForm, actor: SignedIn, access: Services) -> DraftView:
    """已批准的草稿成为下一个发布版。"""
    return publishing.publish(access, actor, draft_id, form.text)


@door.put("/{draft_id}/schedule", Permission.RELEASES_PUBLISH, "定时发布", response_model=DraftView)
def schedule(draft_id: UUID, form: MomentForm, actor: SignedIn, access: Services) -> DraftView:
    """到时自动发布；届时与新版冲突的不发布，并记入经过。"""
    return publishing.schedule(access, actor, draft_id, form.at)


@door.delete("/{draft_id}/schedule", Permission.RELEASES_PUBLISH, "取消定时发布", response_model=DraftView)
def unschedule(draft_id: UUID, actor: SignedIn, access: Services) -> DraftView:
    """草稿仍是已批准。"""
    return publishing.unschedule(access, actor, draft_id)
