"""From hits to findings: money, overlap, identity and evidence, one bill after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import groupby
from typing import Any, NamedTuple

from mingcha.domain.findings import Finding
from mingcha.engine.amounts import OF_FUNDS, Claim, claim_alone, excess_of, share_bill, share_fund, share_line
from mingcha.engine.hits import Hit
from mingcha.engine.plan import Plan
from mingcha.engine.situations import regions_of
from mingcha.knowledge.point import Certainty
from mingcha.knowledge.strategy.jurisdiction import Place
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
    first_day: int
    insured_region: str | None
    care_region: str | None
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
    on one row: the certain before the suspicious, then by rule and point. `places` has, by turn of the jurisdictions,
    the place whose knowledge and settings judge.
    """

    head: tuple[Any, ...]
    rank: tuple[Any, ...]
    of_item: bool
    excess: Excess
    name: str | None
    places: tuple[Place, ...]


Claimed = tuple[Hit, Told, Claim]
_Ranked = tuple[tuple[Any, ...], tuple[Any, ...]]


class Claims:
    """What the hits of a bill say and take, in canonical order: the money of findings, and whose word they are."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._told: dict[tuple[int, int], Told] = {}

    def of_bill(self, hits: Sequence[Hit], total_amount: int | None, fund_paid: int | None) -> list[Claimed]:
        """Each hit with what it says and claims; the same hit twice (two groups, one point) is one.

        Args:
            total_amount: what was charged for the bill; fund_paid: what the fund paid of it.
        """
        if len(hits) == 1:
            hit = hits[0]
            told = self.told(hit)
            claim = claim_of(hit, told, total_amount)
            if hit.exemption is None:
                claim_alone(claim, total_amount, fund_paid)
            return [(hit, told, claim)]
        claimed = self._in_order(hits, total_amount)
        # What is exempt takes no money, and leaves none the less to others.
        claims = [claim for hit, _, claim in claimed if hit.exemption is None]
        share_bill(total_amount, claims)
        share_fund(total_amount, fund_paid, claims)
        return claimed

    def _in_order(self, hits: Sequence[Hit], total_amount: int | None) -> list[Claimed]:
        keys = {id(hit): self._key(hit) for hit in hits}
        ordered = sorted(hits, key=lambda hit: keys[id(hit)])
        merged = [merge(list(same)) for _, same in groupby(ordered, key=lambda hit: keys[id(hit)])]
        found: list[Claimed] = []
        for _, on_row in groupby(merged, key=lambda hit: keys[id(hit)][0]):
            told = [(hit, self.told(hit)) for hit in on_row]
            claimed = [(hit, said, claim_of(hit, said, total_amount)) for hit, said in told]
            _share_line(claimed)
            found += claimed
        return found

    def told(self, hit: Hit) -> Told:
        """What all findings of the hit's check and point say alike."""
        check, point = hit.check, hit.point
        key = (id(check), id(point))
        told = self._told.get(key)
        if told is None:
            code, certainty = check.code_of(point), check.certainty_of(point)
            jurisdictions = self.plan.jurisdictions
            point_id = point.point_id if point is not None else None
            entry = self.plan.entries[code]
            told = self._told[key] = Told(
                (code, entry.name, check.slug, check.rule.version, str(certainty), point_id),
                (certainty != Certainty.VIOLATION, code, point_id or "", check.slug),
                check.subject.on_lines,
                Excess.NOTHING if certainty == Certainty.REMINDER else check.rule.excess,
                point.name if point is not None else None,
                tuple(
                    jurisdictions.place(entry, check.slug, turn)
                    for turn in range(len(jurisdictions.turns) + 1)
                ),
            )
        return told

    def _key(self, hit: Hit) -> _Ranked:
        """Canonical order within a bill: the bill as a whole, then lines, diagnoses and procedures in order."""
        place = (0, "", -1) if hit.row is None else (1, hit.check.subject, hit.row[1])
        return place, self.told(hit).rank


def claim_of(hit: Hit, told: Told, total_amount: int | None) -> Claim:
    """What a hit alone would take away."""
    kind, row = told.excess, hit.row
    if kind is Excess.BILL:
        return Claim(kind, max(total_amount or 0, 0))
    if kind in OF_FUNDS:
        return Claim(kind, max(hit.value - hit.limit, 0))
    if row is None or kind is Excess.NOTHING or not told.of_item:
        return Claim(kind, 0)
    return Claim(kind, excess_of(row[6], row[5], hit.excess_quantity, hit.excess_amount))


def _share_line(claimed: Sequence[Claimed]) -> None:
    """Share out what the hits on one row take, where it is a charge line."""
    hit, told, _ = claimed[0]
    if hit.row is not None and told.of_item:
        share_line(hit.row[6], [claim for hit, _, claim in claimed if hit.exemption is None])


class Writer:
    """Makes finding rows (tuples in the order of `Finding`'s fields) for one plan."""

    def __init__(self, plan: Plan) -> None:
        self.claims = Claims(plan)
        self.stamp = stamp_of(plan)
        self.turn = plan.jurisdictions.turn

    def of_bill(self, bill: Bill, hits: Sequence[Hit]) -> list[tuple[Any, ...]]:
        """Findings of one bill in canonical order."""
        claimed = self.claims.of_bill(hits, bill.total_amount, bill.fund_paid)
        return [self._row(bill, hit, told, claim) for hit, told, claim in claimed]

    def _row(self, bill: Bill, hit: Hit, told: Told, claim: Claim) -> tuple[Any, ...]:
        row, head = hit.row, told.head
        value, limit = hit.check.rule.evidence(hit.value, hit.limit, hit.point)
        place, of_row = (
            self._of_line(bill, hit, told, row)
            if row is not None and told.of_item
            else _beside(bill, hit, told)
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
            regions_of(bill)[told.places[self.turn(bill.first_day)]],
            *ruling_of(hit, head[4], claim.excess),
        )

    @staticmethod
    def _of_line(bill: Bill, hit: Hit, told: Told, row: Sequence[Any]) -> tuple[str | None, tuple[Any, ...]]:
        """What names a hit's place, and department_id … excess_quantity of a hit on a charge line."""
        text: LineText = bill.line(row[1])
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
            quantity_of(hit, told),
        )

    @staticmethod
    def _related(bill: Bill, hit: Hit) -> list[str]:
        """Keys of the lines that make this one a violation, as far as they stand on the same bill."""
        return sorted(
            {bill.line(line.order).line_key for line in hit.related if line.encounter == hit.encounter}
        )


_NO_RULING = (None,) * 5


def stamp_of(plan: Plan) -> tuple[int, str, str]:
    """release, knowledge_digest, settings_digest."""
    return plan.release.number, plan.release.knowledge_digest, plan.release.settings_digest


def quantity_of(hit: Hit, told: Told) -> int | None:
    """The excess quantity of a hit on a charge line: the whole line's unless it says less or speaks of money."""
    if told.excess is Excess.NOTHING:
        return None
    if hit.excess_quantity is None and hit.excess_amount is None and hit.row is not None:
        quantity: int | None = hit.row[5]
        return quantity
    return hit.excess_quantity


def ruling_of(hit: Hit, certainty: str, excess: int) -> tuple[Any, ...]:
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
    return digest("\x1f".join([part or "" for part in parts]))


def digest(named: str) -> str:
    """The name of the finding that these parts, joined by the unit separator, stand for."""
    return blake2b(named.encode(), digest_size=12).hexdigest()


def line_texts(sent: Mapping[str, Sequence[Any]], order: Sequence[int] | None) -> Any:
    """`Bill.line` for lines given as columns.

    Args:
        order: which sent line stands in which place of the canonical order; None if they were sent in it.
    """

    def text(place: int) -> LineText:
        number = place if order is None else order[place]

        def of(name: str) -> Any:
            column = sent.get(name)
            return column[number] if column else None

        line_id = of("line_id")
        return LineText(
            line_id,
            line_id or f"#{place + 1}",
            of("item_code"),
            of("item_name"),
            of("department_id"),
            of("doctor_id"),
        )

    return text
