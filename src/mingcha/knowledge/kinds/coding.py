"""Diagnoses and procedures as they are coded: for whom, with what, whether they exist."""

from __future__ import annotations

from mingcha.domain import fields as f
from mingcha.knowledge.kinds.scope import AgeLimit, SexLimit
from mingcha.knowledge.point import KnowledgePoint, Subject


class DiagnosisSex(SexLimit):
    """诊断与性别: diagnosis codes of one sex."""

    label, slug = "诊断限性别", "diagnosis-sex"
    subject = Subject.DIAGNOSIS


class DiagnosisAge(AgeLimit):
    """诊断与年龄: diagnosis codes of one age."""

    label, slug = "诊断限年龄", "diagnosis-age"
    subject = Subject.DIAGNOSIS


class ProcedureSex(SexLimit):
    """手术操作与性别: procedure codes of one sex."""

    label, slug = "手术限性别", "procedure-sex"
    subject = Subject.PROCEDURE


class ProcedureIndication(KnowledgePoint):
    """手术对应诊断: diagnosis codes (by prefix), one of which an operation of this kind goes with."""

    label, slug = "手术对应诊断", "procedure-indication"
    subject = Subject.PROCEDURE
    diagnoses = f.codes("对应的诊断编码", required=True)


class DiagnosisCharge(KnowledgePoint):
    """诊断对应收费: items (by prefix), one of which a stay for a diagnosis of this kind is always charged for."""

    label, slug = "诊断对应收费", "diagnosis-charge"
    subject = Subject.DIAGNOSIS
    items = f.codes(
        "对应的收费项目", required=True, note="医保目录编码前缀，药品、项目、耗材均可，有任一项即可"
    )
    item_name = f.text("对应的收费项目名称", required=True)


class MainDiagnosisLimit(KnowledgePoint):
    """不得作主要诊断: diagnosis codes that only stand beside another one."""

    label, slug = "不得作主要诊断", "main-diagnosis-limit"
    subject = Subject.DIAGNOSIS


class StayLength(KnowledgePoint):
    """病种住院天数: how many days a stay for a main diagnosis (by prefix) usually lasts."""

    label, slug = "病种住院天数", "stay-length"
    subject = Subject.DIAGNOSIS
    at_least = f.number("通常最短住院天数", unit="天", default=0)
    at_most = f.number("通常最长住院天数", unit="天", required=True)


class CodeList(KnowledgePoint):
    """编码库: all codes of an edition that begin like this point; a code beginning so and not listed is none."""

    edition = f.text("版本", required=True, note="如 医保 2.0 版")
    listed = f.codes("有效编码", required=True)


class DiagnosisCodeList(CodeList):
    """诊断编码库."""

    label, slug = "诊断编码库", "diagnosis-code-list"
    subject = Subject.DIAGNOSIS


class ProcedureCodeList(CodeList):
    """手术操作编码库."""

    label, slug = "手术操作编码库", "procedure-code-list"
    subject = Subject.PROCEDURE
