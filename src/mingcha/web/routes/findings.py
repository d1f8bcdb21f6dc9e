"""Findings of finished audits: lists, counts, one whole."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query
from pydantic import StringConstraints

from mingcha.access.permissions import Permission
from mingcha.audit.reading import comparison, finding_detail, finding_facets, finding_list, runs_to_read
from mingcha.audit.reading.comparison import Change, Comparison, Difference, DifferenceFilter
from mingcha.audit.reading.finding_detail import HISTORY_DAYS, FindingDetail
from mingcha.audit.reading.finding_facets import Facet, Facets
from mingcha.audit.reading.finding_filter import FindingFilter
from mingcha.audit.reading.finding_list import FindingRow
from mingcha.audit.reading.runs_to_read import AuditedRun, RuleHits
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Line, Listed, Paging, ShortLine, listed

door = Door("/findings", "疑点")

FindingId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
_ONE_OF = "其中之一；- 为未知"
# No sum of a country's bills is larger.
_MOST_FEN = 10**15
Stay = Literal["true", "false", "-"]
RunOf = Annotated[UUID, Query(description="哪一次审核")]
Before = Annotated[UUID, Query(description="较早的审核")]
After = Annotated[UUID, Query(description="较晚的审核")]
Several = Annotated[list[Line] | None, Query(max_length=100, description=_ONE_OF)]
Fen = Annotated[int | None, Query(ge=-_MOST_FEN, le=_MOST_FEN, description="金额，分")]


def _wanted(
    *,
    rule: Several = None,
    certainty: Several = None,
    institution: Several = None,
    department: Several = None,
    doctor: Several = None,
    insurance_type: Several = None,
    care_region: Several = None,
    care_type: Several = None,
    sex: Several = None,
    action: Several = None,
    exemption: Several = None,
    knowledge_point: Several = None,
    item: Several = None,
    person: Several = None,
    encounter: Several = None,
    advice: Several = None,
    finding: Annotated[list[FindingId] | None, Query(max_length=500, description="疑点编号")] = None,
    text: Annotated[Line | None, Query(description="项目编码或名称包含")] = None,
    inpatient: Annotated[list[Stay] | None, Query(max_length=3, description="是否住院")] = None,
    exempt: Annotated[bool | None, Query(description="有没有特例")] = None,
    day_from: Annotated[date | None, Query(description="计费日期从")] = None,
    day_to: Annotated[date | None, Query(description="计费日期到（含）")] = None,
    settled_from: Annotated[date | None, Query(description="结算日期从")] = None,
    settled_to: Annotated[date | None, Query(description="结算日期到（含）")] = None,
    claimed_from_fen: Fen = None,
    claimed_to_fen: Fen = None,
) -> FindingFilter:
    return FindingFilter(
        rule=rule or (),
        certainty=certainty or (),
        institution=institution or (),
        department=department or (),
        doctor=doctor or (),
        insurance_type=insurance_type or (),
        care_region=care_region or (),
        care_type=care_type or (),
        sex=sex or (),
        action=action or (),
        exemption=exemption or (),
        knowledge_point=knowledge_point or (),
        item=item or (),
        person=person or (),
        encounter=encounter or (),
        advice=advice or (),
        finding=finding or (),
        text=text,
        inpatient=inpatient or (),
        exempt=exempt,
        day_from=day_from,
        day_to=day_to,
        settled_from=settled_from,
        settled_to=settled_to,
        claimed_from_fen=claimed_from_fen,
        claimed_to_fen=claimed_to_fen,
    )


Wanted = Annotated[FindingFilter, Depends(_wanted)]


@door.get("", Permission.FINDINGS_VIEW, "疑点列表", response_model=Listed[FindingRow])
def list_findings(
    actor: SignedIn, access: Services, paging: Paging, wanted: Wanted, run: RunOf
) -> dict[str, Any]:
    """一次审核中数据范围内的疑点，每条带一句说明；缺省按计入金额从大到小。金额以分为单位。"""
    return listed(finding_list.findings(access, actor, run, wanted, paging))


@door.get("/facets", Permission.FINDINGS_VIEW, "疑点的合计与分布", response_model=Facets)
def count(actor: SignedIn, access: Services, wanted: Wanted, run: RunOf) -> Facets:
    """合计，以及按规则、机构、科室等的条数和计入金额；每一项的分布不受它自己的条件限制。"""
    return finding_facets.facets(access, actor, run, wanted)


@door.get("/values", Permission.FINDINGS_VIEW, "疑点按一项的分布", response_model=Facet)
def count_one(
    actor: SignedIn,
    access: Services,
    wanted: Wanted,
    run: RunOf,
    facet: Annotated[ShortLine, Query(description="哪一项，如 rule、institution")],
    holding: Annotated[Line | None, Query(description="代码或名称包含")] = None,
) -> Facet:
    """值很多的项（机构、医师、项目）可按代码或名称的一部分查找。"""
    return finding_facets.facet(access, actor, run, facet, wanted, holding or "")


@door.get("/runs", Permission.FINDINGS_VIEW, "可以看疑点的审核", response_model=list[AuditedRun])
def list_runs(actor: SignedIn, access: Services) -> list[AuditedRun]:
    """最近完成的、其中有数据范围内疑点的审核，最新的在前；本院也能看到全市审核中属于自己的疑点。"""
    return runs_to_read.audited_runs(access, actor)


@door.get("/by-rule", Permission.FINDINGS_VIEW, "各条规则查出的疑点", response_model=list[RuleHits])
def count_by_rule(
    actor: SignedIn,
    access: Services,
    run: Annotated[list[UUID], Query(min_length=1, max_length=20, description="哪几次审核")],
) -> list[RuleHits]:
    """每次审核、每条规则的疑点数、涉及的就诊和机构、金额（分）。"""
    return runs_to_read.hits_by_rule(access, actor, run)


@door.get("/comparison", Permission.FINDINGS_VIEW, "比较两次审核", response_model=Comparison)
def compare_runs(actor: SignedIn, access: Services, before: Before, after: After) -> Comparison:
    """新增、消失、变化的疑点数和计入金额，按规则和机构；疑点按编号对应，编号由单据、明细、规则和知识点算出。"""
    return comparison.compare(access, actor, before, after)


@door.get("/differences", Permission.FINDINGS_VIEW, "两次审核不同的疑点", response_model=Listed[Difference])
def list_differences(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    before: Before,
    after: After,
    change: Annotated[Change | None, Query(description="新增、消失或变化")] = None,
    rule: Annotated[Line | None, Query(description="规则编码")] = None,
    institution: Annotated[Line | None, Query(description="医疗机构编码；- 为未知")] = None,
) -> dict[str, Any]:
    """缺省按相差的金额从大到小；每条说明当时怎样说、现在怎样说。"""
    wanted = DifferenceFilter(change, rule, institution)
    return listed(comparison.differences(access, actor, before, after, wanted, paging))


@door.get("/{finding_id}", Permission.FINDINGS_VIEW, "疑点详情", response_model=FindingDetail)
def show(
    finding_id: FindingId,
    actor: SignedIn,
    access: Services,
    run: RunOf,
    days: Annotated[int, Query(ge=1, le=3660, description="前后各看多少天的就诊")] = HISTORY_DAYS,
) -> FindingDetail:
    """读到的值、限定值、应收实收超收、知识点和依据、所在单据的明细、前后的就诊、其他规则的结论、重放所需的标识。"""
    return finding_detail.finding(access, actor, run, finding_id, days)
