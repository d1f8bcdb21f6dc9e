"""One check as closures: its conditions compiled, its rows gathered and cut into groups, its body run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Any

from mingcha.domain.conditions import Both, Condition
from mingcha.domain.fields import Field
from mingcha.domain.values import MINUTES_A_DAY
from mingcha.engine.case import Case, EncounterFacts, in_turn
from mingcha.engine.closures import Source, define
from mingcha.engine.hits import Hit, Unjudged, spread
from mingcha.engine.layout import WIDTH, Layout, fields_of, is_encounter, is_line
from mingcha.engine.plan import Check
from mingcha.engine.scopes import part_of
from mingcha.rules.base import BillRule, CannotJudge, EveryLine, Grain, Group, LineFacts, Rule, VisitRule

Row = tuple[Any, ...]
DAY = LineFacts._fields.index("day")
ITEM = LineFacts._fields.index("item")
QUANTITY = LineFacts._fields.index("quantity")
NOTHING_CHARGED = (None,) * (WIDTH - 5)
FORBIDS = """
def check(e, rows, p, hits, unjudged):
    for r in rows:
        v = {condition}
        if v:
            hits.append(Hit(C, p, r[4], r, {excess}, None, {value}, {limit}, ()))
        elif v is None:
            unjudged.append(Unjudged(C, C.code_of(p), r[4], r, {unknown}))
"""
FORBIDS_BY_ENCOUNTER = """
def check(e, rows, p, hits, unjudged):
    v = {condition}
    if v:
        value, limit = {value}, {limit}
        for r in rows:
            hits.append(Hit(C, p, r[4], r, None, None, value, limit, ()))
    elif v is None:
        fact = {unknown}
        for r in rows:
            unjudged.append(Unjudged(C, C.code_of(p), r[4], r, fact))
"""
FORBIDS_BILL = """
def check(e, rows, p, hits, unjudged, number):
    v = {condition}
    if v:
        hits.append(Hit(C, p, number, None, None, None, {value}, {limit}, ()))
    elif v is None:
        unjudged.append(Unjudged(C, C.code_of(p), number, None, {unknown}))
"""


def forbidden(rule: Rule[Any]) -> Condition | None:
    """`forbids`, where `when` holds."""
    if rule.forbids is None or rule.when is None:
        return rule.forbids
    return Both(rule.when, rule.forbids)


def visit_line(number: int, started_at: int) -> LineFacts:
    """An encounter as a line: when it began, and nothing that only a charge has."""
    return LineFacts(started_at, 0, started_at // MINUTES_A_DAY, None, number, *NOTHING_CHARGED)


class Judgement:
    """Hits and rows that could not be judged, of one case; and which check is at work, should it fail."""

    __slots__ = ("at_work", "hits", "unjudged")

    def __init__(self) -> None:
        self.hits: list[Hit] = []
        self.unjudged: list[Unjudged] = []
        self.at_work: Check | None = None

    def only(self, rule_codes: Collection[str]) -> None:
        """Keep what these rules of the catalogue say."""
        self.hits = [hit for hit in self.hits if hit.check.code_of(hit.point) in rule_codes]
        self.unjudged = [found for found in self.unjudged if found.rule_code in rule_codes]


class Gathered:
    """Rows gathered for one check and point (or joined class), before they are cut into parts."""

    __slots__ = ("compiled", "encounter", "rows")

    def __init__(self, compiled: Compiled, encounter: EncounterFacts) -> None:
        self.compiled = compiled
        self.encounter = encounter
        self.rows: list[tuple[Row, Any]] = []


Groups = dict[tuple[int, Any], Gathered]


class Compiled:
    """The closures of one check."""

    def __init__(self, check: Check, layout: Layout, screened: bool) -> None:
        self.check = check
        self.rule = check.rule
        self.layout = layout
        source = Source(layout, self.rule.values)
        self.forbids = _forbids(check, source)
        self.when: Callable[..., Any] | None = None
        self.only_if: Callable[..., Any] | None = None
        if self.rule.when is not None and (self.rule.forbids is None or isinstance(self.rule, BillRule)):
            when = self.rule.when
            text = f"def when(e, r, p):\n    return {source.of(when)}, {source.first_unknown(when)}\n"
            self.when = define("when", text)
            self.when_by_line = any(is_line(field) for field in fields_of([when]))
        if self.rule.forbids is None and self.rule.only_if is not None and screened:
            condition = source.of(self.rule.only_if)
            # `ps` has the point of each row, where points are joined into one class.
            text = f"def only_if(rows, r, e, p, ps=None):\n    return {condition}\n"
            self.only_if = define("only_if", text)
        by_visit = isinstance(self.rule, VisitRule)  # it has no rows to be cut: `visits` cuts encounters
        self.part = None if by_visit else part_of(self.rule.per, layout)
        self.needs = [layout.position(field) for field in self.rule.needs if is_line(field)]
        self.needs_of_encounter = [field.name for field in self.rule.needs if is_encounter(field)]

    def admitted(
        self, enc: EncounterFacts, rows: list[Row], point: Any, out: Judgement, *, live: bool
    ) -> list[Row]:
        """The rows for which `when` holds; those on which it is unknown are counted."""
        assert self.when is not None
        asked = rows if self.when_by_line else rows[:1]
        held = [self.when(enc, row, point) for row in asked] * (len(rows) // len(asked))
        if live:
            out.unjudged += [
                Unjudged(self.check, self.check.code_of(point), row[4], row, fact)
                for row, (holds, fact) in zip(rows, held, strict=True)
                if holds is None
            ]
        return [row for row, (holds, _) in zip(rows, held, strict=True) if holds]

    def every_line(self, enc: EncounterFacts, rows: list[Row], out: Judgement) -> None:
        """Judge all lines of an encounter by a rule without knowledge."""
        if self.forbids is not None:
            self.forbids(enc, rows, None, out.hits, out.unjudged)
            return
        for row in rows:
            if self.only_if is None or self.only_if([row], row, enc, None) is not False:
                line = LineFacts._make(row[:WIDTH])
                group: Group[Any] = Group(None, [line], encounter=enc, facts=self._facts([row]))
                self._deliver(group, [line], {}, None, out, None)

    def bill(self, enc: EncounterFacts, rows: list[Row], out: Judgement, number: int) -> None:
        """Judge the bill as a whole: `forbids` by all its lines, a body by those that refunds left."""
        if self.forbids is not None:
            if self.when is not None and self.when(enc, None, None)[0] is False:
                return
            lacking = next((f.name for f in self.rule.needs if self._lacks_on_a_line(f, rows)), None)
            if lacking is None:
                self.forbids(enc, rows, None, out.hits, out.unjudged, number)
            else:
                out.unjudged.append(Unjudged(self.check, self.check.rule_code, number, None, lacking))
            return
        live = [row for row in rows if row[QUANTITY] is None or row[QUANTITY] > 0]
        if live and self.when is not None:
            live = self.admitted(enc, live, None, out, live=True)
        pieces: dict[Any, list[Row]] = defaultdict(list)
        for row in live:
            pieces[None if self.part is None else self.part(row, None)].append(row)
        for piece in pieces.values():
            if self._suspicious(piece, enc, None):
                lines = [LineFacts._make(row[:WIDTH]) for row in piece]
                group = Group[Any](None, lines, encounter=enc, facts=self._facts(piece))
                self._deliver(group, lines, {}, None, out, None)

    def visits(self, case: Case, out: Judgement, audited: Sequence[bool]) -> None:
        """Judge each encounter under audit by a comparison, or those of a person together, history included."""
        if self.forbids is not None:
            for number, enc in enumerate(case):
                if audited[number]:
                    line = visit_line(number, enc.started_at)
                    self.forbids(enc, [line], None, out.hits, out.unjudged)
            return
        pieces: dict[Any, list[int]] = defaultdict(list)
        per = self.rule.per.name if isinstance(self.rule.per, Field) else None
        now = [n for n, enc in enumerate(case) if audited[n] and self._chosen(enc, n, out, audited)]
        if not now:  # then no piece has an encounter under audit
            return
        earlier = [n for n, enc in enumerate(case) if not audited[n] and self._chosen(enc, n, out, audited)]
        for number in (*now, *earlier):
            pieces[None if per is None else getattr(case[number], per)].append(number)
        for chosen in pieces.values():
            if audited[chosen[0]]:  # those under audit stand first
                self._visits(case, chosen, out, audited)

    def _visits(self, case: Case, chosen: list[int], out: Judgement, audited: Sequence[bool]) -> None:
        chosen.sort(key=lambda number: in_turn(case[number]))
        lines = [visit_line(number, case[number].started_at) for number in chosen]
        visits = {number: case[number] for number in chosen}
        if self.only_if is None or self.only_if(lines, lines[0], list(visits.values()), None) is not False:
            self._deliver(Group[Any](None, lines, visits=visits), lines, {}, None, out, audited)

    def _chosen(self, enc: EncounterFacts, number: int, out: Judgement, audited: Sequence[bool]) -> bool:
        if self.when is None:
            return True
        holds, fact = self.when(enc, None, None)
        if holds is None and audited[number]:
            out.unjudged.append(Unjudged(self.check, self.check.rule_code, number, None, fact))
        return holds is True

    def judge_group(
        self,
        gathered: Gathered,
        by_item: dict[Any, list[Row]] | None,
        out: Judgement,
        audited: Sequence[bool] | None,
    ) -> None:
        """Cut a gathered group into its parts and judge each; skip parts that hold only history."""
        if self.rule.grain is Grain.LINE:
            parts: dict[Any, list[tuple[Row, Any]]] = {row[1]: [(row, p)] for row, p in gathered.rows}
        elif self.part is None:
            parts = {None: gathered.rows}
        else:
            parts = defaultdict(list)
            for row, point in gathered.rows:
                parts[self.part(row, point)].append((row, point))
        for part, pairs in parts.items():
            if audited is None or any(audited[row[4]] for row, _ in pairs):
                self._judge_part(part, pairs, gathered.encounter, by_item, out, audited)

    def _judge_part(
        self,
        part: Any,
        pairs: list[tuple[Row, Any]],
        enc: EncounterFacts,
        by_item: dict[Any, list[Row]] | None,
        out: Judgement,
        audited: Sequence[bool] | None,
    ) -> None:
        pairs.sort(key=lambda pair: (pair[0][0], pair[0][4], pair[0][1]))
        rows = [row for row, _ in pairs]
        point = min((p for _, p in pairs), key=lambda p: p.point_id) if self.check.joined_by else pairs[0][1]
        companions = self._companions(part, point, rows, by_item)
        if companions is None or self._stands_beside(part, point, by_item):
            return
        if not self._suspicious(rows, enc, point, [p for _, p in pairs]):
            return
        lines = [LineFacts._make(row[:WIDTH]) for row in rows]
        points = {row[ITEM]: p for row, p in pairs} if self.check.joined_by else {}
        group = Group(
            point,
            lines,
            encounter=enc if self.rule.grain is not Grain.PERSON else None,
            companions=companions,
            points=points,
            facts=self._facts(rows),
        )
        self._deliver(group, lines, points, point, out, audited)

    def _facts(self, rows: list[Row]) -> Callable[[LineFacts, str], Any] | None:
        """How the body reads the further facts that its rule names."""
        if not self.rule.reads:
            return None
        names = self.layout.names
        by_line = {(row[4], row[1]): row for row in rows}
        return lambda line, name: by_line[line.encounter, line.order][names.index(name)]

    def _deliver(
        self, group: Group[Any], lines: list[LineFacts], points: Any, point: Any, out: Judgement, audited: Any
    ) -> None:
        def point_of(line: LineFacts) -> Any:
            return points.get(line.item, point)

        for result in self.rule.judge(group, point):
            if isinstance(result, CannotJudge):
                out.unjudged += [
                    Unjudged(
                        self.check, self.check.code_of(point_of(line)), line.encounter, line, result.fact
                    )
                    for line in ([result.line] if result.line is not None else lines)
                    if audited is None or audited[line.encounter]
                ]
            else:
                out.hits += [
                    hit
                    for hit in spread(self.check, point_of, result, lines)
                    if audited is None or audited[hit.encounter]
                ]

    def _suspicious(
        self, rows: list[Row], enc: EncounterFacts, point: Any, points: list[Any] | None = None
    ) -> bool:
        """Whether a group must meet the body: the screen is not false, or a needed fact is missing."""
        if self.only_if is None or self.only_if(rows, rows[0], enc, point, points) is not False:
            return True
        return self._lacks(rows, enc)

    def _lacks_on_a_line(self, field: Field[Any], rows: list[Row]) -> bool:
        position = self.layout.position(field)
        return any(row[position] is None for row in rows)

    def _lacks(self, rows: list[Row], enc: EncounterFacts) -> bool:
        return any(row[position] is None for position in self.needs for row in rows) or any(
            getattr(enc, name) is None for name in self.needs_of_encounter
        )

    def _companions(
        self, part: Any, point: Any, rows: list[Row], by_item: dict[Any, list[Row]] | None
    ) -> list[LineFacts] | None:
        """Lines of the partner codes in the same part of the encounter; None where one is required and
        absent."""
        wanted = self.rule.companions
        if wanted is None or by_item is None:
            return []
        if isinstance(wanted, EveryLine):
            own = {row[1] for row in rows}
            found = [row for same in by_item.values() for row in same if row[1] not in own]
        else:
            found = _charged_for(getattr(point, wanted.name), by_item, by_prefix=self.check.by_prefix)
            found = [row for row in found if point.effective_from <= row[DAY] < point.effective_to]
        if self.part is not None:
            found = [row for row in found if self.part(row, point) == part]
        if not found and not isinstance(wanted, EveryLine):
            return None
        return [LineFacts._make(row[:WIDTH]) for row in sorted(found, key=lambda row: (row[0], row[1]))]

    def _stands_beside(self, part: Any, point: Any, by_item: dict[Any, list[Row]] | None) -> bool:
        """Whether a line of what the rule finds lacking stands in the same part of the encounter."""
        if self.rule.lacks is None or by_item is None:
            return False
        prefixes = getattr(point, self.rule.lacks.name)
        found = [row for item, rows in by_item.items() if item.startswith(prefixes) for row in rows]
        return any(self.part is None or self.part(row, point) == part for row in found)


def _charged_for(codes: tuple[str, ...], by_item: dict[Any, list[Row]], *, by_prefix: bool) -> list[Row]:
    """The rows of these codes, or of all that begin with one of them."""
    if by_prefix:
        return [row for item, rows in by_item.items() if item.startswith(codes) for row in rows]
    return [row for code in codes for row in by_item.get(code, ())]


def _forbids(check: Check, source: Source) -> Callable[..., Any] | None:
    condition = forbidden(check.rule)
    if condition is None:
        return None
    value, limit = check.rule.shown()
    if check.rule.knowledge is None and check.rule.grain is Grain.ENCOUNTER:
        template = FORBIDS_BILL
    elif any(is_line(field) for field in fields_of([condition, value])):
        template = FORBIDS
    else:
        template = FORBIDS_BY_ENCOUNTER
    text = template.format(
        condition=source.of(condition),
        value=source.shown(value),
        limit=source.shown(limit),
        excess=f"{source.shown(value)} - {source.shown(limit)}" if check.rule.only_beyond else None,
        unknown=source.first_unknown(condition),
    )
    return define("check", text, C=check, Hit=Hit, Unjudged=Unjudged)
