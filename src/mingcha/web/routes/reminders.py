"""事前提醒 for hospitals' systems."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Request
from pydantic import Field

from mingcha.access.permissions import Permission
from mingcha.audit.reminding.asking import Asked
from mingcha.hospital.reminding import DoctorReminder, remind
from mingcha.web.connected import asker_of
from mingcha.web.door import Door, Services
from mingcha.web.forms import Code, Form
from mingcha.web.national import Line

door = Door("/reminder", "事前提醒")


class ReminderForm(Form):
    """The patient who was just called in, and what is about to be ordered; the moment local, without a zone."""

    institution_id: Code
    person_id: Code
    encounter_id: Code
    started_at: datetime
    inpatient: bool = False
    items: Annotated[list[Code], Field(max_length=200, default_factory=list)]
    department_id: Annotated[Code | None, Field(description="医师所在科室，据此给出本科室的预算")] = None
    main_diagnosis: Code | None = None
    procedures: Annotated[list[Code], Field(max_length=100, default_factory=list)]
    disease_id: Annotated[Code | None, Field(description="病种编号，同 3101 的 dise_no")] = None


@door.post("", Permission.AUDITS_ASK, "事前提醒", signed=True, response_model=DoctorReminder)
def ask(form: ReminderForm, request: Request, access: Services) -> DoctorReminder:
    """接诊时要知道的，和开单项目的类别、先自付比例、限定。

    别家机构的就诊只说日期、剩余用药、不必重做的检查和过敏，不说是哪家、哪张单据、多少钱；就诊结束后不再给出。
    预算只给医师所在科室的。每次取得记入操作记录。
    """
    actor = asker_of(request, form.institution_id)
    local = form.started_at.replace(tzinfo=None)
    asked = Asked(
        form.institution_id,
        form.person_id,
        form.encounter_id,
        local,
        inpatient=form.inpatient,
        items=tuple(form.items),
        department_id=form.department_id or "",
        main_diagnosis=form.main_diagnosis or "",
        procedures=tuple(form.procedures),
        disease_id=form.disease_id or "",
    )
    line: Line | None = request.app.state.line
    if line is None:
        return remind(access, actor, asked, None)
    return remind(access, actor, asked, line.gateway.auditors(), line.gateway.standards())
