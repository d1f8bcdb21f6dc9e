"""Standards of payment: DRG, DIP, 单病种."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import Base64Bytes, BaseModel, Field, StringConstraints

from mingcha.access.permissions import Permission
from mingcha.domain.values import PRICE_SCALE, QUANTITY_SCALE
from mingcha.hospital import standards
from mingcha.hospital.matching import Scheme
from mingcha.hospital.standard_tables import ComparedStandard, compare_standards
from mingcha.hospital.standards import NewStandard, StandardFilter, StandardView
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import PRINTED, Form, Line, Listed, Paging, ReasonForm, ShortLine, listed

door = Door("/payment-standards", "支付标准")

Region = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
CodePart = Annotated[str, StringConstraints(to_upper=True, pattern=r"^[0-9A-Za-z.+*_-]{1,64}$")]
Source = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=4, max_length=500, pattern=PRINTED)
]
Given = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=PRINTED)]


class StandardForm(Form):
    """A standard of payment: an amount in yuan, or points and a rate in yuan."""

    scheme: Scheme
    region: Region
    code: CodePart
    name: Line
    diagnoses: Annotated[list[CodePart], Field(min_length=1, max_length=500)]
    procedures: Annotated[list[CodePart], Field(max_length=500, default_factory=list)]
    institution_rank: Annotated[int | None, Field(ge=0, le=3)] = None
    institution_id: Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\s\x00-\x1f/\\]*$")] = ""
    insurance_type: Annotated[str, StringConstraints(max_length=8, pattern=r"^[0-9A-Za-z]*$")] = ""
    amount: Annotated[Decimal | None, Field(gt=0, le=100_000_000, max_digits=11, decimal_places=2)] = None
    points: Annotated[Decimal | None, Field(gt=0, le=10_000_000, max_digits=12, decimal_places=4)] = None
    rate: Annotated[Decimal | None, Field(gt=0, le=10_000_000, max_digits=14, decimal_places=6)] = None
    valid_from: date
    valid_to: date | None = None
    source: Source

    def standard(self) -> NewStandard:
        """As the service takes it."""
        said = self.model_dump(exclude={"amount", "points", "rate", "diagnoses", "procedures"})
        return NewStandard(
            **said,
            diagnoses=tuple(self.diagnoses),
            procedures=tuple(self.procedures),
            amount_fen=None if self.amount is None else int(self.amount * 100),
            points=None if self.points is None else int(self.points * QUANTITY_SCALE),
            rate=None if self.rate is None else int(self.rate * PRICE_SCALE),
        )


class StandardsForm(Form):
    """Some standards."""

    rows: Annotated[list[StandardForm], Field(min_length=1, max_length=standards.MOST_ROWS)]


class StandardFileForm(Form):
    """A table of standards; the document, for rows that do not name one."""

    file_name: ShortLine
    content: Annotated[Base64Bytes, Field(min_length=1, description="文件内容，Base64")]
    source: Given = ""


class StandardsAdded(BaseModel):
    """How many were entered."""

    added: int


@door.get("", Permission.STANDARDS_VIEW, "支付标准", response_model=Listed[StandardView])
def list_standards(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    *,
    scheme: Annotated[Scheme | None, Query(description="付费方式")] = None,
    region: Annotated[Region | None, Query(description="地区")] = None,
    text: Annotated[Line | None, Query(description="编码的开头，或名称包含")] = None,
    on: Annotated[date | None, Query(description="在这一天有效的")] = None,
    withdrawn: Annotated[bool, Query(description="连同撤下的")] = False,
) -> dict[str, Any]:
    """地区的标准都可以看；某家机构自己的，只有数据范围内的。"""
    return listed(
        standards.standards(access, actor, StandardFilter(scheme, region, text, on, withdrawn), paging)
    )


@door.post("", Permission.STANDARDS_EDIT, "录入支付标准", response_model=StandardsAdded, status_code=201)
def add(form: StandardsForm, actor: SignedIn, access: Services) -> StandardsAdded:
    """写明来源文件；同一组、同一范围在一天里只能有一条。写分值和点值的，金额由两者相乘。"""
    return StandardsAdded(added=standards.add_standards(access, actor, [one.standard() for one in form.rows]))


@door.post(
    "/preview", Permission.STANDARDS_EDIT, "预览要导入的支付标准", response_model=list[ComparedStandard]
)
def preview(form: StandardFileForm, actor: SignedIn, access: Services) -> list[ComparedStandard]:
    """逐行读出、检查；什么也不保存。"""
    return compare_standards(access, actor, form.file_name, form.content, form.source)


@door.post("/{standard_id}/withdraw", Permission.STANDARDS_EDIT, "撤下", response_model=StandardView)
def withdraw(standard_id: UUID, form: ReasonForm, actor: SignedIn, access: Services) -> StandardView:
    """录错了的：从现在起不再使用，仍列在“连同撤下的”里。"""
    return standards.withdraw(access, actor, standard_id, form.reason)


@door.post("/{standard_id}/put-back", Permission.STANDARDS_EDIT, "恢复撤下的", response_model=StandardView)
def put_back(standard_id: UUID, form: ReasonForm, actor: SignedIn, access: Services) -> StandardView:
    """重新使用。"""
    return standards.put_back(access, actor, standard_id, form.reason)
