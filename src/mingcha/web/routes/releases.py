"""Published releases: the list, what lies between two of them, and the way back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel

from mingcha.access.permissions import Permission
from mingcha.library import comparing, publishing
from mingcha.library.comparing import Compared, ReleaseView
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Listed, Paging, ReasonForm, listed

door = Door("/releases", "发布版")

Number = Annotated[int, Path(ge=1, le=999_999)]


class Restored(BaseModel):
    """Under which number an older release is in force again."""

    number: int


@door.get("", Permission.KNOWLEDGE_VIEW, "发布版列表", response_model=Listed[ReleaseView])
def list_releases(actor: SignedIn, access: Services, paging: Paging) -> dict[str, Any]:
    """最新的在前；摘要相同的内容相同。"""
    return listed(comparing.release_list(access, actor, paging))


@door.get("/difference", Permission.KNOWLEDGE_VIEW, "比较两个发布版", response_model=Compared)
def difference(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    before: Annotated[int, Query(ge=0, le=999_999, description="较早的编号，0 为从无到有")],
    after: Annotated[int, Query(ge=1, le=999_999, description="较晚的编号")],
) -> Compared:
    """从前一版到后一版改了什么，以文字说明。"""
    return comparing.compare(access, actor, before, after, paging)


@door.post("/{number}/restore", Permission.RELEASES_PUBLISH, "回退", response_model=Restored, status_code=201)
def restore(number: Number, form: ReasonForm, actor: SignedIn, access: Services) -> Restored:
    """以新的编号发布与这一版相同的内容，今天起生效；须写明理由。"""
    return Restored(number=publishing.roll_back(access, actor, number, form.reason))
