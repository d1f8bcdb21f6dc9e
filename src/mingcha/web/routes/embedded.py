"""Links to pages inside a hospital's own system; the pages themselves are in `web.embedded`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field

from mingcha.access.errors import Invalid
from mingcha.access.permissions import Permission
from mingcha.audit.reminding import links
from mingcha.audit.reminding.links import Page, Shown
from mingcha.web.connected import asker_of
from mingcha.web.door import Door, Services
from mingcha.web.forms import Code, Form

door = Door("/embedded", "嵌入页面")
PAGES = "/embedded"


class EmbeddedForm(Form):
    """Which page is wanted: a reminder of a patient, or the result of an audit."""

    institution_id: Code
    page: Page
    message_id: Code | None = None
    person_id: Code | None = None
    encounter_id: Code | None = None
    started_at: datetime | None = None
    inpatient: bool = False
    items: Annotated[list[Code], Field(max_length=200, default_factory=list)]
    department_id: Code | None = None
    main_diagnosis: Code | None = None
    procedures: Annotated[list[Code], Field(max_length=100, default_factory=list)]
    disease_id: Code | None = None


class EmbeddedAddress(BaseModel):
    """Where the page is, on this server, and until when it can be opened."""

    path: str
    ends_at: datetime


@door.post("", Permission.AUDITS_ASK, "嵌入页面的链接", signed=True, response_model=EmbeddedAddress)
def make(form: EmbeddedForm, request: Request, access: Services) -> EmbeddedAddress:
    """给医生站、收费窗口打开的页面：一位患者，只能打开一次，15 分钟内有效，不用登录。"""
    actor = asker_of(request, form.institution_id)
    reminding = form.page is Page.REMINDER
    needed = (form.person_id, form.encounter_id, form.started_at) if reminding else (form.message_id,)
    if not all(needed):
        fields = "person_id、encounter_id、started_at" if reminding else "message_id"
        raise Invalid(f"“{form.page.label}”须给出 {fields}", where=fields)
    shown = Shown(
        form.page.value,
        message_id=form.message_id or "",
        person_id=form.person_id or "",
        encounter_id=form.encounter_id or "",
        started_at=form.started_at and form.started_at.replace(tzinfo=None),
        inpatient=form.inpatient,
        items=tuple(form.items),
        department_id=form.department_id or "",
        main_diagnosis=form.main_diagnosis or "",
        procedures=tuple(form.procedures),
        disease_id=form.disease_id or "",
    )
    token, ends_at = links.make(access, actor, form.institution_id, shown)
    return EmbeddedAddress(path=f"{PAGES}/{token}", ends_at=ends_at)
