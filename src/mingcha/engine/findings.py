"""From hits to findings: money, overlap, identity and evidence, one bill after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import groupby
from typing import Any, NamedTuple

from mingcha.domain.findings import Finding
from mingcha.engine.amounts import Claim, excess_of, share_fund, share_line
from mingcha.engine.hits import Hit
from mingcha.engine.plan import Plan
from mingcha.knowledge.point import Certainty, Subject

COLUMNS = tuple(Finding.fields())


class Bill(NamedTuple):
    """What findings need of an encounter beyond its rows.

    `line` gives, for a row's order: line_id, line_key, item code, item name, department, doctor.
    """

    person_id: str | None
    encounter_id: str
    settlement_id: str | None
    institution_id: str | None
    department_id: str | None
    doctor_id: str | None
    total_amount: int | None
    fund_paid: int | None
    line: Any


class LineText(NamedTuple):
    """What identifies a line to people."""

    line_id: str | None
    line_key: str
    code: str
    name: str | None
    department_id: str | None
    doctor_id: str | None


def rank(hit: Hit) -> tuple[Any, ...]:
    """Canonical order of hits on one row: the certain before the suspicious, then by rule and point."""
    point = hit.point
    return (
        hit.check.certainty_of(point) != Certainty.VIOLATION,
        hit.check.code_of(point),
        point.point_id if point is not None else "",
        hit.check.slug,
    )


def _place(hit: Hit) -> tuple[Any, ...]:
    """Canonical order within a bill: the bill as a whole, then lines, diagnoses and procedures in order."""
    if hit.row is None:
        return (0, "", -1)
    return (1, hit.check.subject, hit.row[1])


class Writer:
    """Makes finding rows (tuples in the order of `Finding`'s fields) for one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        release = plan.release
        self.stamp = (release.number, release.knowledge_digest, release.settings_digest)

    def of_bill(self, bill: Bill, hits: Iterable[Hit]) -> list[tuple[Any, ...]]:
        """Findings of one bill in canonical order; the same hit twice (two groups, one point) is one."""
        held = list(hits)
        if len(held) == 1:  # most bills with a finding have one: nothing to order, to merge or to share out
            return [self._alone(bill, held[0])]
        ordered = sorted(held, key=lambda hit: (_place(hit), rank(hit)))
        merged = [merge(list(same)) for _, same in groupby(ordered, key=lambda hit: (_place(hit), rank(hit)))]
        rows: list[tuple[Hit, Claim]] = []
        for place, on_row in groupby(merged, key=_place):
            pairs = [(hit, self._claim(hit)) for hit in on_row]
            if place[0] and pairs[0][0].on_line:
                row = pairs[0][0].row
                assert row is not None
                share_line(row[6], _claiming(pairs))
            rows += pairs
        share_fund(bill.total_amount, bill.fund_paid, _claiming(rows))
        return [self._row(bill, hit, claim) for hit, claim in rows]

    def _alone(self, bill: Bill, hit: Hit) -> tuple[Any, ...]:
        claim = self._claim(hit)
        if hit.exemption is None:
            if hit.on_line and hit.row is not None:
                share_line(hit.row[6], [claim])
            share_fund(bill.total_amount, bill.fund_paid, [claim])
        return self._row(bill, hit, claim)

    @staticmethod
    def _claim(hit: Hit) -> Claim:
        row = hit.row
        if row is None or hit.check.subject is not Subject.ITEM:
            return Claim(hit.check.rule.excess, 0)
        return Claim(hit.check.rule.excess, excess_of(row[6], row[5], hit.excess_quantity, hit.excess_amount))

    def _row(self, bill: Bill, hit: Hit, claim: Claim) -> tuple[Any, ...]:
        check, point, row = hit.check, hit.point, hit.row
        code = check.code_of(point)
        of_line = row is not None and check.subject is Subject.ITEM
        text: LineText | None = bill.line(row[1]) if of_line and row is not None else None
        subject = text.code if text else (row[3] if row is not None else None)
        place = text.line_key if text else subject
        point_id = point.point_id if point is not None else None
        value, limit = check.rule.evidence(hit.value, hit.limit, point)
        quantity = hit.excess_quantity
        if quantity is None and of_line and hit.excess_amount is None and row is not None:
            quantity = row[5]
        return (
            finding_id(bill.institution_id, bill.encounter_id, place, code, point_id, check.slug),
            code,
            self.plan.entries[code].name,
            check.slug,
            check.rule.version,
            str(check.certainty_of(point)),
            point_id,
            bill.person_id,
            bill.encounter_id,
            bill.settlement_id,
            bill.institution_id,
            (text.department_id if text else None) or bill.department_id,
            (text.doctor_id if text else None) or bill.doctor_id,
            text.line_id if text else None,
            text.line_key if text else None,
            subject,
            text.name if text else (point.name if point is not None else None),
            row[0] if row is not None else None,
            row[5] if of_line and row is not None else None,
            row[6] if of_line and row is not None else None,
            quantity,
            claim.excess,
            claim.claimed,
            claim.recoverable,
            value,
            limit,
            self._related(bill, hit),
            *self.stamp,
            *_ruling(hit, str(check.certainty_of(point)), claim.excess),
        )  # fmt: skip

    @staticmethod
    def _related(bill: Bill, hit: Hit) -> list[str]:
        """Keys of the lines that make this one a violation, as far as they stand on the same bill."""
        if not hit.related:
            return []
        return sorted(
            {bill.line(line.order).line_key for line in hit.related if line.encounter == hit.encounter}
        )


def _claiming(pairs: Sequence[tuple[Hit, Claim]]) -> list[Claim]:
    """The claims that take money: what is exempt takes none, and leaves none the less to others."""
    return [claim for hit, claim in pairs if hit.exemption is None]


def _ruling(hit: Hit, certainty: str, excess: int) -> tuple[Any, ...]:
    """rule_set, priority, action, exemption, exemption_reason."""
    by, exempt = hit.rule_set, hit.exemption
    return (
        *((None, None, None) if by is None else (by.name, by.priority, by.action(certainty, excess) or None)),
        *((None, None) if exempt is None else (exempt.id, f"{exempt.kind}：{exempt.reason}")),
    )


def merge(hits: Sequence[Hit]) -> Hit:
    """One hit of several by the same rule and point on one row: the one that says the larger excess."""
    return max(hits, key=_size) if len(hits) > 1 else hits[0]


def _size(hit: Hit) -> tuple[int, int]:
    row = hit.row
    if row is None:
        return (0, 0)
    return (excess_of(row[6], row[5], hit.excess_quantity, hit.excess_amount), hit.excess_quantity or 0)


def finding_id(*parts: str | None) -> str:
    """A short stable name for a finding: the same bill under the same rule and point gives the same one."""
    text = "\x1f".join(part or "" for part in parts)
    return blake2b(text.encode(), digest_size=12).hexdigest()


def line_texts(lines: Mapping[str, Sequence[Any]]) -> Any:
    """`Bill.line` for lines given as columns in canonical order."""

    def text(order: int) -> LineText:
        def of(name: str) -> Any:
            column = lines.get(name)
            return column[order] if column else None

        line_id = of("line_id")
        return LineText(
            line_id,
            line_id or f"#{order + 1}",
            of("item_code"),
            of("item_name"),
            of("department_id"),
            of("doctor_id"),
        )

    return text
