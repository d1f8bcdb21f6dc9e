"""All kinds of knowledge point, found by their slug."""

from __future__ import annotations

from mingcha.domain.errors import KnowledgeError
from mingcha.knowledge.kinds.capacity import DeviceCapacity, StayLimit, WorkTime
from mingcha.knowledge.kinds.charging import (
    AddOnLimit,
    DuplicatePair,
    PriceCeiling,
    RequiredCompanion,
    SameIncisionGroup,
    SplitCharge,
    Substitution,
)
from mingcha.knowledge.kinds.coding import (
    DiagnosisAge,
    DiagnosisCharge,
    DiagnosisCodeList,
    DiagnosisSex,
    MainDiagnosisLimit,
    ProcedureCodeList,
    ProcedureIndication,
    ProcedureSex,
    StayLength,
)
from mingcha.knowledge.kinds.entitlement import ApprovalRequired, BenefitStandard
from mingcha.knowledge.kinds.limits import (
    CourseLimit,
    DispenseLimit,
    QuantityLimit,
    SpendingCap,
    SupplyLimit,
    WindowLimit,
)
from mingcha.knowledge.kinds.medication import (
    AntibioticGrade,
    Contraindication,
    DoseLimit,
    DrugClass,
    HerbDose,
    InteractingPair,
    PregnancyLimit,
    Prophylaxis,
)
from mingcha.knowledge.kinds.own import ListedItem, Notice
from mingcha.knowledge.kinds.scope import (
    AgeLimit,
    CareTypeLimit,
    DepartmentLimit,
    DiseaseList,
    HerbAlone,
    HerbNeverPaid,
    Indication,
    InstitutionTypeLimit,
    InsuranceLimit,
    InternetLimit,
    LevelLimit,
    SecondLine,
    SexLimit,
    StepDrug,
)
from mingcha.knowledge.point import KnowledgePoint

KINDS: dict[str, type[KnowledgePoint]] = {
    kind.slug: kind
    for kind in (
        SexLimit,
        AgeLimit,
        InsuranceLimit,
        CareTypeLimit,
        InternetLimit,
        LevelLimit,
        InstitutionTypeLimit,
        DepartmentLimit,
        CourseLimit,
        DispenseLimit,
        DoseLimit,
        DrugClass,
        SupplyLimit,
        QuantityLimit,
        WindowLimit,
        PriceCeiling,
        SpendingCap,
        DuplicatePair,
        RequiredCompanion,
        AddOnLimit,
        Substitution,
        StayLimit,
        WorkTime,
        DeviceCapacity,
        SplitCharge,
        SameIncisionGroup,
        SecondLine,
        StepDrug,
        HerbAlone,
        HerbNeverPaid,
        Indication,
        Contraindication,
        PregnancyLimit,
        InteractingPair,
        AntibioticGrade,
        HerbDose,
        Notice,
        ApprovalRequired,
        StayLength,
        DiseaseList,
        BenefitStandard,
        Prophylaxis,
        DiagnosisSex,
        DiagnosisAge,
        ProcedureSex,
        ProcedureIndication,
        ListedItem,
        DiagnosisCharge,
        MainDiagnosisLimit,
        DiagnosisCodeList,
        ProcedureCodeList,
    )
}


def kind(slug: str) -> type[KnowledgePoint]:
    """The kind of knowledge point with this slug.

    Raises:
        KnowledgeError: there is no such kind.
    """
    if slug not in KINDS:
        raise KnowledgeError(f"没有“{slug}”这种知识点", remedy=f"可用的种类：{'、'.join(KINDS)}")
    return KINDS[slug]
