"""A case: one person's encounters, those under audit and the history that windows need."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import islice, repeat
from operator import itemgetter, le
from typing import Any

from mingcha.domain.claims import Encounter, Person, Settlement
from mingcha.domain.values import MINUTES_A_DAY
from mingcha.engine.facts import LINE_FACTS, derive, line_fact
from mingcha.engine.layout import ROW_SOURCES, Layout
from mingcha.rules.base import LineFacts

ORDER = LineFacts._fields.index("order")
LINE_ORDER = ("charged_at", "line_id", "item_code", "billed_quantity", "billed_amount")


class EncounterFacts:
    """The facts of one encounter by English name, its lines as columns, its diagnoses and procedures.

    Args:
        facts: fields of Person, Encounter and Settlement by name; None or absent is unknown.
        lines: fields of Line by name, equally long lists, after netting of refunds (`quantity`, `amount`).
        diagnoses: diagnosis codes, the main one first.
        procedures: procedure codes; operated_at: their moments, equally many, or none where none is known.
        audited: whether findings are wanted; otherwise it is history.
    """

    # Facts are attributes by English name; the first two every encounter has.
    encounter_id: str
    started_at: int
    settled_at: int | None
    disease_id: str | None
    procedures_at: tuple[int | None, ...] | None  # beside `procedures`, of the same order

    def __init__(
        self,
        facts: Mapping[str, Any],
        lines: Mapping[str, Sequence[Any]],
        diagnoses: Sequence[str] = (),
        procedures: Sequence[str] = (),
        *,
        operated_at: Sequence[int | None] = (),
        audited: bool = True,
    ) -> None:
        known = dict(facts)
        codes = tuple(dict.fromkeys(diagnoses))
        known.update(derive(known, codes, tuple(procedures), tuple(operated_at)))
        self.__dict__.update(known)
        self.sent = lines
        self.diagnosis_codes = codes
        self.procedure_codes = tuple(dict.fromkeys(procedures))
        self.audited = audited

    @cached_property
    def order(self) -> list[int] | None:
        """Which sent line stands in which place; None if they were sent in order. Most history is never asked."""
        return canonical_order(self.sent)

    @cached_property
    def lines(self) -> Mapping[str, Sequence[Any]]:
        """The lines as columns in canonical order; only what is said of findings reads them so."""
        if self.order is None:
            return self.sent
        return {name: [values[n] for n in self.order] for name, values in self.sent.items() if values}

    @property
    def item_codes(self) -> Sequence[str]:
        """The codes of the lines as they were sent."""
        return self.sent.get("item_code") or ()

    @cached_property
    def items(self) -> tuple[str, ...] | None:
        """The codes of which refunds left something, in order of time; none is unknown."""
        codes = self.lines.get("item_code") or ()
        left = self.lines.get("quantity") or repeat(None)
        charged = (code for code, some in zip(codes, left, strict=False) if some is None or some > 0)
        return tuple(dict.fromkeys(charged)) or None

    def rows(self, layout: Layout, number: int, only: Container[str] | None = None) -> list[tuple[Any, ...]]:
        """One tuple per line in canonical order, lines that refunds have cancelled included.

        Args:
            only: the item codes whose lines are asked for; of history few lines are.
        """
        lines = self.sent
        chosen: list[int] | None = None
        if only is not None:
            chosen = [sent for sent, code in enumerate(self.item_codes) if code in only]
            if not chosen:
                return []
        order = self.order
        count = len(lines.get("charged_at") or ())
        places: Sequence[int] = range(count) if order is None else _places(order)
        if chosen is not None:
            lines = {name: [values[sent] for sent in chosen] for name, values in lines.items() if values}
            places = [places[sent] for sent in chosen]
        if not places:
            return []
        rows = list(zip(*self._columns(layout, number, lines, places), strict=False))
        return rows if order is None else sorted(rows, key=itemgetter(ORDER))

    @staticmethod
    def _columns(
        layout: Layout, number: int, lines: Mapping[str, Sequence[Any]], places: Sequence[int]
    ) -> list[Iterable[Any]]:
        columns: list[Iterable[Any]] = []
        for name in layout.names:
            if name == "order":
                columns.append(places)
            elif name == "encounter":
                columns.append(repeat(number))
            elif name == "day":
                columns.append([minute // MINUTES_A_DAY for minute in lines["charged_at"]])
            elif name in LINE_FACTS:
                columns.append(line_fact(name, lines))
            else:
                columns.append(lines.get(ROW_SOURCES.get(name, name)) or repeat(None))
        return columns

    def coded_rows(self, codes: Sequence[str], layout: Layout, number: int) -> list[tuple[Any, ...]]:
        """Diagnoses or procedures as rows: on the first day of the encounter, without quantity or amount."""
        minute = self.__dict__["started_at"]
        known = {"minute": minute, "day": minute // MINUTES_A_DAY, "encounter": number}
        return [
            tuple({**known, "order": order, "item": code}.get(name) for name in layout.names)
            for order, code in enumerate(codes)
        ]


for _owner in (Person, Encounter, Settlement):
    for _name in _owner.fields().keys() - vars(EncounterFacts).keys():
        setattr(EncounterFacts, _name, None)  # a fact that was not sent is unknown


def in_turn(enc: EncounterFacts) -> tuple[int, bool, int, str]:
    """What puts a person's visits in order: of those that begin in one minute the one settled first was there first.

    Many hospitals send days only. What is not settled yet comes last: it is what somebody is asking about.
    """
    settled_at = enc.settled_at
    return enc.started_at, settled_at is None, settled_at or 0, enc.encounter_id


def canonical_order(lines: Mapping[str, Sequence[Any]]) -> list[int] | None:
    """Which sent line stands in which place, so that the order of arrival makes no difference; None if as sent."""
    charged = lines.get("charged_at") or ()
    keys = [_comparable(lines.get(name) or [None] * len(charged)) for name in LINE_ORDER]
    ranked = list(zip(*keys, strict=True))
    if all(map(le, ranked, islice(ranked, 1, None))):
        return None
    return sorted(range(len(charged)), key=ranked.__getitem__)


def _places(order: Sequence[int]) -> list[int]:
    """The place of each sent line."""
    places = [0] * len(order)
    for place, sent in enumerate(order):
        places[sent] = place
    return places


def _comparable(values: Sequence[Any]) -> Sequence[Any]:
    """The values themselves where all are known; else so that unknown ones come first."""
    return [(value is not None, value) for value in values] if None in values else values


Case = Sequence[EncounterFacts]
