"""Claims, runs and what they found, as exports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.listing import Listing, Page
from mingcha.access.permissions import Permission
from mingcha.audit import call_records
from mingcha.audit.call_records import CallFilter, CallView
from mingcha.audit.calls import CallOutcome
from mingcha.audit.ledger import datasets, quality, runs
from mingcha.audit.ledger.datasets import DatasetFilter, DatasetView
from mingcha.audit.ledger.quality import QualityNote, RejectedRow
from mingcha.audit.ledger.runs import RunFilter, RunView
from mingcha.audit.reading import bills, finding_list, persons
from mingcha.audit.reading.bills import BilledLine, LinesWanted
from mingcha.audit.reading.comparison import Change, Difference, DifferenceFilter, differing
from mingcha.audit.reading.finding_filter import FindingFilter
from mingcha.audit.reading.finding_list import FindingRow
from mingcha.audit.reading.runs_to_read import RuleHits, hits_by_rule
from mingcha.audit.reading.visits import EncounterView
from mingcha.audit.sheets import Form
from mingcha.domain.codelists import word
from mingcha.jobs.lists.entry import Drawn, ListEntry, Shown, by_page

# Each page reads the file of all findings once; what is in memory is one page.
_FINDINGS_AT_ONCE = 20_000
_CHANGES = {"new": "新增", "gone": "消失", "changed": "变化"}
_OUTCOMES = {
    CallOutcome.AUDITED: "已审核",
    CallOutcome.AUDITED_LATER: "事后补审",
    CallOutcome.NOT_AUDITED: "未审核",
    CallOutcome.REFUSED: "报文有误",
    CallOutcome.TAKEN: "已接收",
}


@dataclass(frozen=True, kw_only=True)
class FindingsOfRun(FindingFilter):
    """Findings of one audit."""

    run: UUID


@dataclass(frozen=True)
class HitsOfRuns:
    """What the rules found in these audits."""

    run: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class DifferencesOfRuns:
    """What differs between two audits."""

    before: UUID
    after: UUID
    change: Change | None = None
    rule: str | None = None
    institution: str | None = None


@dataclass(frozen=True)
class OfDataset:
    """What is odd in a dataset."""

    dataset_id: UUID


@dataclass(frozen=True)
class RejectedOfDataset:
    """The rows of a dataset, or of one of its tables, that were not accepted."""

    dataset_id: UUID
    table: str | None = None


@dataclass(frozen=True)
class CareOf:
    """The care of a person, known by their key."""

    key: str
    dataset: UUID | None = None


@dataclass(frozen=True)
class LinesOf:
    """Lines of a bill."""

    encounter: str
    dataset: UUID | None = None
    text: str = ""


def _findings(access: Access, actor: Actor, wanted: FindingsOfRun, listing: Listing) -> Page[FindingRow]:
    narrowed = FindingFilter(**{field.name: getattr(wanted, field.name) for field in fields(FindingFilter)})
    return finding_list.findings(access, actor, wanted.run, narrowed, listing, Permission.FINDINGS_EXPORT)


def _hits(access: Access, actor: Actor, wanted: HitsOfRuns, _sort: str) -> Drawn:
    hits = hits_by_rule(access, actor, wanted.run, Permission.FINDINGS_EXPORT)
    return Drawn(len(hits), hits)


def _differences(access: Access, actor: Actor, wanted: DifferencesOfRuns, sort: str) -> Drawn:
    narrowed = DifferenceFilter(wanted.change, wanted.rule, wanted.institution)
    found = differing(
        access, actor, wanted.before, wanted.after, narrowed, sort, permission=Permission.FINDINGS_EXPORT
    )

    def drawn() -> Iterator[Difference]:
        for first in range(0, found.total, _FINDINGS_AT_ONCE):
            yield from found.part(first, _FINDINGS_AT_ONCE)

    return Drawn(found.total, drawn())


def _notes(access: Access, actor: Actor, wanted: OfDataset, listing: Listing) -> Page[QualityNote]:
    return quality.notes(access, actor, wanted.dataset_id, listing)


def _rejected(access: Access, actor: Actor, wanted: RejectedOfDataset, listing: Listing) -> Page[RejectedRow]:
    return quality.rejected(access, actor, wanted.dataset_id, wanted.table, listing)


def _care(access: Access, actor: Actor, wanted: CareOf, _sort: str) -> Drawn:
    visits = persons.timeline(access, actor, wanted.key, wanted.dataset).visits
    return Drawn(len(visits), visits)


def _lines(access: Access, actor: Actor, wanted: LinesOf, listing: Listing) -> Page[BilledLine]:
    first = (listing.page - 1) * listing.size
    asked = LinesWanted(wanted.text, sort=listing.sort or "number", offset=first, limit=listing.size)
    found = bills.lines(access, actor, wanted.encounter, asked, wanted.dataset)
    return Page(found.items, found.total)


LISTS = (
    ListEntry(
        "findings",
        "疑点",
        Permission.FINDINGS_EXPORT,
        FindingsOfRun,
        FindingRow,
        (
            Shown("疑点编号", "finding_id", width=26),
            Shown("规则编码", "rule_code", width=20),
            Shown("规则", "rule_name", width=28),
            Shown("确定性", "certainty", Form.CERTAINTY, 12),
            Shown("说明", "sentence", width=60),
            Shown("项目编码", "code", width=26),
            Shown("项目", "name", width=28),
            Shown("医疗机构编码", "institution_id", width=16),
            Shown("医疗机构", "institution_name", width=26),
            Shown("科室", "department_name"),
            Shown("医师编码", "doctor_id"),
            Shown("医师", "doctor_name", width=10),
            Shown("就医地", "care_region", width=10),
            Shown("险种", "insurance_type", width=18, words=lambda code: word("insutype", code)),
            Shown("医疗类别", "care_type", words=lambda code: word("med_type", code)),
            Shown("住院", "inpatient", width=8),
            Shown("参保人", "person_id", width=34),
            Shown("性别", "sex", width=8, words=lambda code: word("gend", code)),
            Shown("年龄", "age", Form.COUNT, 8),
            Shown("就诊", "encounter_id", width=22),
            Shown("明细", "line_key", width=26),
            Shown("日期", "day", Form.DAY, 12),
            Shown("数量", "quantity", width=10),
            Shown("超出数量", "excess_quantity", width=10),
            Shown("实收（元）", "charged_fen", Form.YUAN),
            Shown("超收（元）", "amount_fen", Form.YUAN),
            Shown("计入（元）", "claimed_fen", Form.YUAN),
            Shown("可追回（元）", "recoverable_fen", Form.YUAN),
            Shown("处理动作", "action", width=10),
            Shown("特例", "exemption_reason", width=24),
            Shown("事前事中提醒", "advice", width=14),
            Shown("知识点", "knowledge_point", width=36),
        ),
        by_page(_findings, _FINDINGS_AT_ONCE),
    ),
    ListEntry(
        "findings-by-rule",
        "各规则的疑点",
        Permission.FINDINGS_EXPORT,
        HitsOfRuns,
        RuleHits,
        (
            Shown("审核", "run", width=38),
            Shown("规则编码", "rule_code", width=20),
            Shown("规则", "rule_name", width=32),
            Shown("疑点", "findings", Form.COUNT, 12),
            Shown("明确违规", "violations", Form.COUNT, 12),
            Shown("就诊", "encounters", Form.COUNT, 12),
            Shown("机构", "institutions", Form.COUNT, 12),
            Shown("有特例", "exempt", Form.COUNT, 12),
            Shown("超收（元）", "amount_fen", Form.YUAN, 16),
            Shown("计入（元）", "claimed_fen", Form.YUAN, 16),
            Shown("可追回（元）", "recoverable_fen", Form.YUAN, 16),
        ),
        _hits,
    ),
    ListEntry(
        "findings-differences",
        "两次审核的不同",
        Permission.FINDINGS_EXPORT,
        DifferencesOfRuns,
        Difference,
        (
            Shown("变化", "change", width=8, words=_CHANGES.__getitem__),
            Shown("规则编码", "rule_code", width=20),
            Shown("规则", "rule_name", width=28),
            Shown("医疗机构编码", "institution_id", width=16),
            Shown("医疗机构", "institution_name", width=26),
            Shown("就诊", "encounter_id", width=22),
            Shown("项目编码", "code", width=26),
            Shown("项目", "name", width=28),
            Shown("原确定性", "then.certainty", Form.CERTAINTY, 12),
            Shown("现确定性", "now.certainty", Form.CERTAINTY, 12),
            Shown("原计入（元）", "then.claimed_fen", Form.YUAN),
            Shown("现计入（元）", "now.claimed_fen", Form.YUAN),
            Shown("相差（元）", "difference_fen", Form.YUAN),
            Shown("原说明", "then.sentence", width=50),
            Shown("现说明", "now.sentence", width=50),
            Shown("疑点编号", "finding_id", width=26),
        ),
        _differences,
    ),
    ListEntry(
        "runs",
        "任务",
        Permission.RUNS_VIEW,
        RunFilter,
        RunView,
        (
            Shown("编号", "id", width=38),
            Shown("种类", "kind"),
            Shown("名称", "name", width=32),
            Shown("状态", "status", width=10),
            Shown("数据集", "dataset_name", width=28),
            Shown("新建人", "created_by", width=16),
            Shown("新建时间", "created_at", Form.MOMENT, 18),
            Shown("开始", "started_at", Form.MOMENT, 18),
            Shown("结束", "finished_at", Form.MOMENT, 18),
            Shown("已做", "done", Form.COUNT),
            Shown("共", "total", Form.COUNT),
            Shown("第几次", "attempt", Form.COUNT, 8),
        ),
        by_page(runs.runs),
    ),
    ListEntry(
        "datasets",
        "数据集",
        Permission.RUNS_VIEW,
        DatasetFilter,
        DatasetView,
        (
            Shown("编号", "id", width=38),
            Shown("名称", "name", width=32),
            Shown("明细行数", "lines", Form.COUNT),
            Shown("最早结算", "first_day", Form.DAY, 12),
            Shown("最晚结算", "last_day", Form.DAY, 12),
            Shown("导入人", "created_by", width=16),
            Shown("导入时间", "created_at", Form.MOMENT, 18),
        ),
        by_page(datasets.datasets),
    ),
    ListEntry(
        "quality",
        "数据质量",
        Permission.RUNS_VIEW,
        OfDataset,
        QualityNote,
        (
            Shown("问题", "kind", width=36),
            Shown("字段", "label", width=20),
            Shown("机构编码", "institution_id", width=18),
            Shown("次数", "count", Form.COUNT, 10),
            Shown("例子", "examples", width=60, words="；".join),
        ),
        by_page(_notes),
    ),
    ListEntry(
        "rejects",
        "拒收的行",
        Permission.RUNS_VIEW,
        RejectedOfDataset,
        RejectedRow,
        (
            Shown("文件", "file", width=32),
            Shown("行", "row", Form.COUNT, 10),
            Shown("字段", "label", width=20),
            Shown("值", "value", width=24),
            Shown("原因", "reason", width=48),
        ),
        by_page(_rejected),
    ),
    ListEntry(
        "care",
        "就医记录",
        Permission.BILLS_VIEW,
        CareOf,
        EncounterView,
        (
            Shown("就诊", "encounter_id", width=22),
            Shown("医疗机构编码", "institution_id", width=16),
            Shown("医疗机构", "institution_name", width=26),
            Shown("科室", "department_name"),
            Shown("医师", "doctor_name", width=10),
            Shown("入院或就诊", "started_at", width=18),
            Shown("出院", "ended_at", width=18),
            Shown("结算", "settled_at", width=18),
            Shown("医疗类别", "care_type"),
            Shown("险种", "insurance_type", width=18),
            Shown("住院", "inpatient", width=8),
            Shown("住院天数", "nights", Form.COUNT, 10),
            Shown("距上次出院天数", "days_since_stay", Form.COUNT, 14),
            Shown("主要诊断", "main_diagnosis"),
            Shown("主要诊断名称", "main_diagnosis_name", width=24),
            Shown("总费用（元）", "total_fen", Form.YUAN),
            Shown("基金支付（元）", "fund_paid_fen", Form.YUAN),
            Shown("明细", "lines", Form.COUNT, 10),
        ),
        _care,
    ),
    ListEntry(
        "bill-lines",
        "费用明细",
        Permission.BILLS_VIEW,
        LinesOf,
        BilledLine,
        (
            Shown("序号", "number", Form.COUNT, 8),
            Shown("项目编码", "code", width=26),
            Shown("项目", "name", width=30),
            Shown("目录类别", "list_type"),
            Shown("费用类别", "charge_type"),
            Shown("计费时间", "charged_at", width=18),
            Shown("规格", "specification"),
            Shown("单位", "unit", width=8),
            Shown("数量", "quantity", width=10),
            Shown("原数量", "billed_quantity", width=10),
            Shown("单价（元）", "unit_price", width=12),
            Shown("金额（元）", "amount_fen", Form.YUAN),
            Shown("原金额（元）", "billed_fen", Form.YUAN),
            Shown("全自费（元）", "own_expense_fen", Form.YUAN),
            Shown("先行自付（元）", "self_paid_fen", Form.YUAN),
            Shown("符合范围（元）", "in_scope_fen", Form.YUAN),
            Shown("等级", "payment_class", width=8),
            Shown("科室", "department_name"),
            Shown("医师", "doctor_name", width=10),
            Shown("明细", "line_key", width=26),
        ),
        by_page(_lines),
    ),
    ListEntry(
        "calls",
        "事前事中审核记录",
        Permission.CALLS_VIEW,
        CallFilter,
        CallView,
        (
            Shown("编号", "id", width=38),
            Shown("时间", "received_at", width=20),
            Shown("机构", "institution_id", width=18),
            Shown("交易", "transaction", width=8),
            Shown("场景", "scene", width=10),
            Shown("结果", "outcome", width=12, words=lambda name: _OUTCOMES[CallOutcome(name)]),
            Shown("用时（微秒）", "took", Form.COUNT),
            Shown("发布版", "release", Form.COUNT, 8),
            Shown("疑点", "findings", Form.COUNT, 8),
            Shown("就诊", "encounter_id", width=22),
            Shown("科室", "department_id"),
            Shown("医师", "doctor_id"),
            Shown("报文", "message_id", width=34),
        ),
        by_page(call_records.calls),
    ),
)
