"""All words of the domain in the order people look them up, and the tables of optional facts by name."""

from __future__ import annotations

from mingcha.domain.claims import Diagnosis, Encounter, Line, Person, Procedure, Settlement
from mingcha.domain.entitlement import (
    Approval,
    ChronicRegistration,
    Consent,
    DesignationRegistration,
    DirectoryEntry,
    DirectoryPriceLimit,
    DirectorySelfPay,
    Entitlement,
    FeeCategory,
    InjuryRegistration,
    InsuredPeriod,
    PersonIdentity,
    ReferralRegistration,
)
from mingcha.domain.evidence import (
    Allergy,
    CultureReport,
    ExaminationReport,
    IdentityCheck,
    LaboratoryResult,
    Operation,
    Order,
    PackFactor,
    PathologyReport,
    Purchase,
    RecordedDiagnosis,
    Sale,
    StayOutcome,
    StockChange,
    StockCount,
    SusceptibilityReport,
    VitalSigns,
)
from mingcha.domain.fields import Entity
from mingcha.domain.findings import Finding, Indicator, Unjudged
from mingcha.domain.hospital import DepartmentBudget, PaymentStandard
from mingcha.domain.organisation import (
    Department,
    Doctor,
    DoctorRight,
    DoctorState,
    Institution,
    InstitutionState,
    StaffMember,
    Unit,
)
from mingcha.domain.quality import QualityNote
from mingcha.domain.settlement_list import SettlementList

CLAIMS: tuple[type[Entity], ...] = (Person, Encounter, Settlement, Line, Diagnosis, Procedure)
RESULTS: tuple[type[Entity], ...] = (Finding, Unjudged, Indicator, QualityNote)

# Facts that claims may come with or without; a dataset keeps each under its name (tables/<name>.parquet).
OPTIONAL_TABLES: dict[str, type[Entity]] = {
    "institutions": Institution,
    "institution-states": InstitutionState,
    "departments": Department,
    "doctors": Doctor,
    "doctor-states": DoctorState,
    "doctor-rights": DoctorRight,
    "directory": DirectoryEntry,
    "directory-prices": DirectoryPriceLimit,
    "directory-self-pay": DirectorySelfPay,
    "insured-periods": InsuredPeriod,
    "person-identities": PersonIdentity,
    "entitlements": Entitlement,
    "chronic-registrations": ChronicRegistration,
    "referrals": ReferralRegistration,
    "designations": DesignationRegistration,
    "injuries": InjuryRegistration,
    "approvals": Approval,
    "consents": Consent,
    "fee-categories": FeeCategory,
    "identity-checks": IdentityCheck,
    "stay-outcomes": StayOutcome,
    "orders": Order,
    "vital-signs": VitalSigns,
    "settlement-lists": SettlementList,
    "examinations": ExaminationReport,
    "laboratory-results": LaboratoryResult,
    "cultures": CultureReport,
    "susceptibilities": SusceptibilityReport,
    "pathology": PathologyReport,
    "allergies": Allergy,
    "recorded-diagnoses": RecordedDiagnosis,
    "operations": Operation,
    "stock-counts": StockCount,
    "stock-changes": StockChange,
    "purchases": Purchase,
    "sales": Sale,
    "pack-factors": PackFactor,
}

# What hospitals export of themselves; the platform's tree of organisations is kept by them.
REGISTERS: tuple[type[Entity], ...] = (Unit, StaffMember)

# What a hospital manages its own spending by.
HOSPITAL: tuple[type[Entity], ...] = (DepartmentBudget, PaymentStandard)


def entities() -> list[type[Entity]]:
    """Every entity of the domain: the bill, the optional facts, what hospitals say and manage by, the results."""
    return [*CLAIMS, *OPTIONAL_TABLES.values(), *REGISTERS, *HOSPITAL, *RESULTS]
