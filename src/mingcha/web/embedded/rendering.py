"""What a reminder and the result of an audit look like; every value is escaped on its way in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from html import escape
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType

from mingcha.audit.reminding.asking import OpenFinding, Reminder
from mingcha.audit.reminding.links import Page
from mingcha.audit.reminding.patient import RecentVisit
from mingcha.gateways.rest.answering import AuditFinding
from mingcha.gateways.rest.results import GO_ON_REASONS
from mingcha.hospital.reminding import BudgetState, DoctorReminder
from mingcha.hospital.stay_payment import StayPayment
from mingcha.knowledge.point import Certainty
from mingcha.web.embedded.asking import InFrame, handed_over, is_handed_over

# So that a page stays small; the others follow when these are answered.
MOST_AT_ONCE = 20
_TONES = {Certainty.VIOLATION.value: "bad", Certainty.SUSPICION.value: "doubt"}


def page(title: str, body: str) -> str:
    """A whole page."""
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta http-equiv="X-UA-Compatible" content="IE=edge">'
        f"<title>{_(title)}</title>"
        '<link rel="stylesheet" href="/embedded/page.css"></head>'
        f"<body>{body}</body></html>"
    )


def told(title: str, text: str) -> str:
    """A page that says one thing."""
    return page(title, f'<h1>{_(title)}</h1><div class="part"><p>{_(text)}</p></div>')


def result_page(
    kind: Page,
    findings: Sequence[AuditFinding],
    answered: Mapping[str, str],
    key: str,
    said: str = "",
    *,
    scene: str = "",
    asked: Mapping[str, InFrame] = MappingProxyType({}),
    payment: Sequence[StayPayment] = (),
) -> str:
    """The result of an audit with the answers to it; to the window that charges, by line.

    Args:
        answered: what was done about a result already, in words.
        said: what is wrong with the last answer.
        asked: what a person was asked, by result.
        payment: by what the stay is paid, beside what it costs so far.
    """
    charging = kind is Page.CHARGING
    shown = [one for one in findings if one.line_id or not charging]
    groups = _groups(shown)
    waiting = [group for group in groups if group[0].result_id not in answered]
    done = [group for group in groups if group[0].result_id in answered]
    head = f"<h1>{_(kind.label)}<small>{len(groups)} 项，{len(waiting)} 项待处理</small></h1>"
    if not groups:
        return page(kind.label, f'{head}<div class="part"><p>没有发现问题。</p></div>{payments(payment)}')
    problem = f'<p class="said" role="alert">{_(said)}</p>' if said else ""
    sent = _hidden("key", key) + _hidden("scene", scene)
    cards = "".join(
        _card(group, sent, asked.get(group[0].result_id), charging=charging)
        for group in waiting[:MOST_AT_ONCE]
    )
    if (more := len(waiting) - MOST_AT_ONCE) > 0:
        cards += f'<p class="quiet">另有 {more} 项，处理以后接着显示。</p>'
    cards += "".join(_done(group[0], answered[group[0].result_id]) for group in done)
    return page(kind.label, head + problem + cards + payments(payment))


def _groups(findings: Sequence[AuditFinding]) -> list[list[AuditFinding]]:
    """One group a result: what is answered together. The gravest first."""
    weight = list(_TONES)
    ordered = sorted(
        findings,
        key=lambda one: (
            weight.index(one.certainty) if one.certainty in weight else len(weight),
            one.result_id,
        ),
    )
    return [list(group) for _key, group in groupby(ordered, key=attrgetter("result_id"))]


def _card(group: Sequence[AuditFinding], sent: str, asked: InFrame | None, *, charging: bool) -> str:
    first = group[0]
    tone = _TONES.get(first.certainty, "hint")
    names = "、".join(dict.fromkeys(one.name for one in group if one.name))
    amounts = [one.amount for one in group if one.amount]
    amount = f'<span class="amount">涉及 {"、".join(map(_, amounts))} 元</span>' if amounts else ""
    heading = f"<h2>{_(names)}</h2>" if charging and names else ""
    reasons = "".join(f'<p class="reason">{_(text)}</p>' for text in dict.fromkeys(o.reason for o in group))
    sent += _hidden("result", first.result_id)
    if is_handed_over(group):
        answers = handed_over(first, sent, asked, charging=charging)
    else:
        answers = _answers(first, sent, charging=charging)
    return (
        f'<div class="part {tone}">{heading}'
        f'<p><span class="sign">{_(first.certainty)}</span>{_(first.rule_name)} {amount}</p>'
        f"{reasons}{_suggestion(first)}{_source(first)}"
        f"{answers}</div>"
    )


def _suggestion(finding: AuditFinding) -> str:
    return f'<p class="quiet">建议：{_(finding.remedy)}</p>' if finding.remedy else ""


def _source(finding: AuditFinding) -> str:
    parts = [part for part in (finding.basis, finding.source, finding.legal_basis) if part]
    paragraphs = "".join(f"<p>{_(part)}</p>" for part in parts)
    return f"<details><summary>依据</summary>{paragraphs}</details>" if parts else ""


def _done(finding: AuditFinding, words: str) -> str:
    return f'<div class="part done"><p><span class="sign">已处理</span>{_(finding.rule_name)}：{_(words)}</p></div>'


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{_(value)}">'


def _answers(finding: AuditFinding, sent: str, *, charging: bool) -> str:
    """The two answers; going on asks for a reason."""
    name = _(finding.rule_name)
    options = "".join(f'<option value="{code}">{_(text)}</option>' for code, text in GO_ON_REASONS.items())
    back, on = ("不收费，返回修改", "仍然收费") if charging else ("返回修改", "继续")
    return (
        f'<form method="post" action="/embedded/answers">{sent}'
        f'<button class="main" name="way" value="take_back">{back}</button>'
        f'<select name="reason" aria-label="{name}：继续的原因">'
        f'<option value="">选择继续的原因…</option>{options}</select>'
        f'<input name="remark" maxlength="200" aria-label="{name}：补充说明" placeholder="补充说明">'
        f'<button name="way" value="go_on">{on}</button></form>'
    )


def reminder_page(reminder: DoctorReminder) -> str:
    """What a doctor is reminded of."""
    patient = reminder.patient
    who = "，".join(
        part for part in (patient.sex, f"{patient.age} 岁" if patient.age is not None else None) if part
    )
    parts = [
        _list("过敏（病历原文）", [_noted(one.name, one.day, None) for one in patient.allergies], "bad"),
        _list("注意", patient.features, "doubt"),
        _table(
            "还有剩余的药",
            ("药品", "余", "用到"),
            [(one.name or one.drug, f"{one.days_left} 天", one.until) for one in patient.medication],
        ),
        _table(
            "不必重做的检查检验",
            ("项目", "做于", "还可用"),
            [(one.name or one.code, one.day, f"{one.days_left} 天") for one in patient.examinations],
        ),
        _list("慢特病备案", [_noted(one.name, None, one.until) for one in patient.registrations], "hint"),
        _list(
            "还没有处理的疑点",
            [_open(one) for one in reminder.findings],
            "doubt",
        ),
        _items(reminder),
        payments(reminder.payment),
        _budgets(reminder.budgets),
        _table("近期就诊", ("日期", "类别", "情况"), [_visit(one) for one in patient.visits]),
    ]
    if not patient.elsewhere:
        parts.append('<p class="quiet">就诊已结束或还没有开始，没有查看其他机构的情况。</p>')
    body = "".join(parts) or '<div class="part"><p>没有需要提醒的。</p></div>'
    return page(Page.REMINDER.label, f"<h1>{Page.REMINDER.label}<small>{_(who)}</small></h1>{body}")


def _open(one: OpenFinding) -> str:
    return f"{one.certainty}：{one.rule_name} {one.name or ''}"


def _visit(one: RecentVisit) -> tuple[str, str, str]:
    own = "，".join(part for part in (one.department, one.diagnosis) if part)
    return one.day, one.kind, own if one.here else "其他机构"


def _noted(name: str, day: str | None, until: str | None) -> str:
    return name + (f"（{day}）" if day else "") + (f"（到 {until}）" if until else "")


def _items(reminder: Reminder) -> str:
    rows = []
    for item in reminder.items:
        limits = "；".join(f"{one.certainty}：{one.text}" for one in item.limits) or "没有限定"
        rows.append((item.code, item.payment_class or "类别未知", "、".join(item.self_pay) or "未知", limits))
    return _table("正在开的项目", ("项目", "类别", "先自付", "限定"), rows)


def payments(told: Sequence[StayPayment]) -> str:
    """By what the stay is paid, beside what it costs so far."""
    heads = ("支付标准", "标准", "已发生", "已用", "余下", "依据")
    rows = [
        (
            f"{one.scheme} {one.code} {one.name}",
            _yuan(one.standard),
            _yuan(one.cost),
            f"{one.used}{'，已超出' if one.over else ''}",
            _yuan(one.left),
            f"按{one.by}；{one.source}",
        )
        for one in told
    ]
    return _table("本次住院的支付标准", heads, rows)


def _budgets(states: Sequence[BudgetState]) -> str:
    heads = ("期间", "预算", "已用", "其中在院未结算", "余下")
    rows = [
        (
            one.period_label,
            _yuan(one.amount),
            f"{one.used}{'，已超出' if one.over else ''}",
            _yuan(one.open),
            f"{_yuan(one.left)}，{one.days_left} 天",
        )
        for one in states
    ]
    return _table("本科室预算", heads, rows)


def _yuan(amount: str) -> str:
    """An amount that people read, its thousands set apart; it stays on one line."""
    return f"{Decimal(amount):,}\u00a0元"


def _list(title: str, rows: Sequence[str], tone: str) -> str:
    if not rows:
        return ""
    items = "".join(f"<li>{_(row)}</li>" for row in rows)
    return f'<div class="part {tone}"><h2>{_(title)}</h2><ul>{items}</ul></div>'


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{_(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    if not body:
        return ""
    head = "".join(f'<th scope="col">{_(one)}</th>' for one in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="part"><h2>{_(title)}</h2>{table}</div>'


def _(text: str) -> str:
    return escape(text)
