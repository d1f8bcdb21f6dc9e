"""From hits to findings: money, overlap, identity and evidence, one bill after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import groupby
from typing import Any, NamedTuple

from mingcha.domain.findings import Finding
from mingcha.engine.amounts import Claim, excess_of, share_bill, share_fund, share_line
from mingcha.engine.hits import Hit
from mingcha.engine.plan import Plan
from mingcha.knowledge.point import Certainty
from mingcha.rules.base import Excess

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


class Told(NamedTuple):
    """What all findings of one check and point say alike.

    `head` is rule_code, rule_name, slug, rule_version, certainty and knowledge_point; `rank` their canonical order
    on one row: the certain before the suspicious, then by rule and point.
    """

    head: tuple[Any, ...]
    rank: tuple[Any, ...]
    of_item: bool
    excess: Excess
    name: str | None


_Ranked = tuple[tuple[Any, ...], tuple[Any, ...]]


class Writer:
    """Makes finding rows (tuples in the order of `Finding`'s fields) for one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        release = plan.release
        self.stamp = (release.number, release.knowledge_digest, release.settings_digest)
        self._told: dict[tuple[int, int], Told] = {}

    def of_bill(self, bill: Bill, hits: Iterable[Hit]) -> list[tuple[Any, ...]]:
        """Findings of one bill in canonical order; the same hit twice (two groups, one point) is one."""
        held = list(hits)
        if len(held) == 1:  # most bills with a finding have one: nothing to order, to merge or to share out
            return [self._alone(bill, held[0])]
        keys = {id(hit): self._key(hit) for hit in held}
        ordered = sorted(held, key=lambda hit: keys[id(hit)])
        merged = [merge(list(same)) for _, same in groupby(ordered, key=lambda hit: keys[id(hit)])]
        rows: list[tuple[Hit, Claim]] = []
        for place, on_row in groupby(merged, key=lambda hit: keys[id(hit)][0]):
            pairs = [(hit, self._claim(bill, hit)) for hit in on_row]
            if place[0] and pairs[0][0].on_line:
                row = pairs[0][0].row
                assert row is not None
                share_line(row[6], _claiming(pairs))
            rows += pairs
        claims = _claiming(rows)
        share_bill(bill.total_amount, claims)
        share_fund(bill.total_amount, bill.fund_paid, claims)
        return [self._row(bill, hit, claim) for hit, claim in rows]

    def _alone(self, bill: Bill, hit: Hit) -> tuple[Any, ...]:
        claim = self._claim(bill, hit)
        if hit.exemption is None:
            if hit.on_line and claim.excess:
                assert hit.row is not None
                share_line(hit.row[6], [claim])
            share_bill(bill.total_amount, [claim])
            share_fund(bill.total_amount, bill.fund_paid, [claim])
        return self._row(bill, hit, claim)

    def _key(self, hit: Hit) -> _Ranked:
        """Canonical order within a bill: the bill as a whole, then lines, diagnoses and procedures in order."""
        place = (0, "", -1) if hit.row is None else (1, hit.check.subject, hit.row[1])
        return place, self._of(hit).rank

    def _of(self, hit: Hit) -> Told:
        check, point = hit.check, hit.point
        key = (id(check), id(point))
        told = self._told.get(key)
        if told is None:
            code, certainty = check.code_of(point), check.certainty_of(point)
            point_id = point.point_id if point is not None else None
            told = self._told[key] = Told(
                (
                    code,
                    self.plan.entries[code].name,
                    check.slug,
                    check.rule.version,
                    str(certainty),
                    point_id,
                ),
                (certainty != Certainty.VIOLATION, code, point_id or "", check.slug),
                check.subject.on_lines,
                Excess.NOTHING if certainty == Certainty.REMINDER else check.rule.excess,
                point.name if point is not None else None,
            )
        return told

    def _claim(self, bill: Bill, hit: Hit) -> Claim:
        told, row = self._of(hit), hit.row
        if told.excess is Excess.BILL:
            return Claim(told.excess, max(bill.total_amount or 0, 0))
        if told.excess is Excess.FUND:
            return Claim(told.excess, max(hit.value - hit.limit, 0))
        if row is None or not told.of_item or told.excess is Excess.NOTHING:
            return Claim(told.excess, 0)
        return Claim(told.excess, excess_of(row[6], row[5], hit.excess_quantity, hit.excess_amount))

    def _row(self, bill: Bill, hit: Hit, claim: Claim) -> tuple[Any, ...]:
        told, row = self._of(hit), hit.row
        head = told.head
        value, limit = hit.check.rule.evidence(hit.value, hit.limit, hit.point)
        place, of_row = (
            self._of_line(bill, hit, row) if row is not None and told.of_item else _beside(bill, hit, told)
        )
        return (
            finding_id(bill.institution_id, bill.encounter_id, place, head[0], head[5], head[2]),
            *head,
            *bill[:4],
            *of_row,
            claim.excess,
            claim.claimed,
            claim.recoverable,
            value,
            limit,
            self._related(bill, hit) if hit.related else [],
            *self.stamp,
            *_ruling(hit, head[4], claim.excess),
        )

    def _of_line(self, bill: Bill, hit: Hit, row: Sequence[Any]) -> tuple[str | None, tuple[Any, ...]]:
        """What names a hit's place, and department_id … excess_quantity of a hit on a charge line."""
        text: LineText = bill.line(row[1])
        quantity = hit.excess_quantity
        if self._of(hit).excess is Excess.NOTHING:
            quantity = None
        elif quantity is None and hit.excess_amount is None:
            quantity = row[5]
        return text.line_key, (
            text.department_id or bill.department_id,
            text.doctor_id or bill.doctor_id,
            text.line_id,
            text.line_key,
            text.code,
            text.name,
            row[0],
            row[5],
            row[6],
            quantity,
        )

    @staticmethod
    def _related(bill: Bill, hit: Hit) -> list[str]:
        """Keys of the lines that make this one a violation, as far as they stand on the same bill."""
        return sorted(
            {bill.line(line.order).line_key for line in hit.related if line.encounter == hit.encounter}
        )


_NO_RULING = (None,) * 5


def _claiming(pairs: Sequence[tuple[Hit, Claim]]) -> list[Claim]:
    """The claims that take money: what is exempt takes none, and leaves none the less to others."""
    return [claim for hit, claim in pairs if hit.exemption is None]


def _ruling(hit: Hit, certainty: str, excess: int) -> tuple[Any, ...]:
    """rule_set, priority, action, exemption, exemption_reason."""
    if hit.rule_set is None and hit.exemption is None:
        return _NO_RULING
    by, exempt = hit.rule_set, hit.exemption
    return (
        *((None, None, None) if by is None else (by.name, by.priority, by.action(certainty, excess) or None)),
        *((None, None) if exempt is None else (exempt.id, f"{exempt.kind}：{exempt.reason}")),
    )


def _beside(bill: Bill, hit: Hit, told: Told) -> tuple[str | None, tuple[Any, ...]]:
    """The same of a hit on a diagnosis, a procedure or the bill as a whole: nothing of a line."""
    code, minute = (None, None) if hit.row is None else (hit.row[3], hit.row[0])
    of_bill = (bill.department_id, bill.doctor_id, None, None)
    return code, (*of_bill, code, told.name, minute, None, None, hit.excess_quantity)


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
    text = "\x1f".join([part or "" for part in parts])
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
