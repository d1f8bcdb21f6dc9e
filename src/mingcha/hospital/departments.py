"""Departments that a budget may be set for: those of the tree of organisations, and those that bills name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import String, cast, null, select
from sqlalchemy.orm import Session

from mingcha.access.organisations import Kind
from mingcha.access.scope import Column, PlaceColumns, Scope, within
from mingcha.access.standing import PLACE_OF_PERIOD, current_period
from mingcha.hospital.spent import Department
from mingcha.store.database.hospital import DepartmentSpending
from mingcha.store.database.organisations import Organisation, OrganisationPeriod


@dataclass(frozen=True)
class DepartmentView:
    """A department and its institution."""

    institution_id: str
    institution_name: str
    department_id: str
    department_name: str


@dataclass(frozen=True)
class KnownDepartments:
    """Names of departments, and of the institutions they belong to; a department that only bills know has none."""

    institutions: dict[str, str]
    names: dict[Department, str]

    def __contains__(self, department: Department) -> bool:
        return department in self.names

    def name(self, department: Department) -> str:
        """What a department is called; its code where nobody says."""
        return self.names.get(department) or department[1]

    def views(self) -> list[DepartmentView]:
        """In order of their codes."""
        return [
            DepartmentView(one[0], self.institutions.get(one[0], one[0]), one[1], self.name(one))
            for one in sorted(self.names)
        ]


def at_department(institution: Column, department: Column) -> PlaceColumns:
    """The place of what stands at a department, and at no region's and no doctor's."""
    none = cast(null(), String)
    return PlaceColumns(none, institution, department, none)


def known_departments(
    session: Session, scope: Scope, day: date, institution_id: str | None = None
) -> KnownDepartments:
    """The departments that a scope reaches on a day."""
    period, spending = OrganisationPeriod, DepartmentSpending
    tree = (
        select(Organisation.kind, period)
        .join(Organisation, Organisation.id == period.organisation_id)
        .where(current_period(day), Organisation.kind.in_((Kind.INSTITUTION.value, Kind.DEPARTMENT.value)))
        .where(within(scope, PLACE_OF_PERIOD))
    )
    billed = select(spending.institution_id, spending.department_id).distinct()
    billed = billed.where(within(scope, at_department(spending.institution_id, spending.department_id)))
    if institution_id is not None:
        tree = tree.where(period.institution_code == institution_id)
        billed = billed.where(spending.institution_id == institution_id)
    institutions: dict[str, str] = {}
    names: dict[Department, str] = {(one, other): "" for one, other in session.execute(billed)}
    for kind, row in session.execute(tree):
        institution = row.institution_code or ""
        if kind == Kind.DEPARTMENT.value:
            names[institution, row.department_code or ""] = row.name
        else:
            institutions[institution] = row.name
    for institution, _ in names:
        institutions.setdefault(institution, institution)
    return KnownDepartments(institutions, names)
