"""The example cases beside each rule, read from their YAML into neutral data: facts, lines, what is found.

A case is a small bill. A line is `[id, item, moment, quantity, unit price]` or a mapping with any field of
Line; `refunds: id` makes it a refund. Amounts are in yuan, quantities in units, as people write them; `null`
is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import count
from typing import Any

import yaml

from mingcha.catalogue.example import (
    FACTS,
    LINE,
    Example,
    ExampleEncounter,
    Expected,
    Facts,
    read_fact,
)
from mingcha.catalogue.period_examples import period_example
from mingcha.domain.claims import Procedure
from mingcha.domain.errors import DeclarationError
from mingcha.domain.refunds import BilledLine, net_refunds
from mingcha.domain.values import PRICE_SCALE, QUANTITY_SCALE
from mingcha.knowledge.kinds.by_slug import kind
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.reading import scaled, value_of
from mingcha.rules.base import Rule
from mingcha.rules.period import PeriodRule
from mingcha.rules.registry import RULES

FEN = PRICE_SCALE * QUANTITY_SCALE // 100
SHORT = ("line_id", "item_code", "charged_at", "billed_quantity", "unit_price")


# Fields of a point in which items may be written by the names that the file gives them.
CODES_OF_ITEMS = ("codes", "containing", "partners", "companions", "mains", "evidence", "traces")


@cache
def examples_of(slug: str) -> tuple[Example, ...]:
    """The cases of a rule, in the order of its file.

    Raises:
        DeclarationError: the file is missing or says something that cannot be read.
    """
    return read_examples(RULES[slug], written_examples(slug))


@cache
def written_examples(slug: str) -> Mapping[str, Any]:
    """The example file of a rule as it is written.

    Raises:
        DeclarationError: the file is missing.
    """
    package, _, module = RULES[slug].__module__.rpartition(".")
    path = files(package).joinpath(f"{module}.cases.yaml")
    if not path.is_file():
        raise DeclarationError(f"规则 {slug} 没有示例文件 {module}.cases.yaml")
    written: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return written


def read_examples(
    rule: type[Rule[Any]], written: Mapping[str, Any], points: Sequence[KnowledgePoint] = ()
) -> tuple[Example, ...]:
    """The cases of a rule as a file says them.

    Args:
        points: those of a case that names none.
    """
    if issubclass(rule, PeriodRule):
        return tuple(
            period_example(rule, written, case, _Reader(rule, written, case, points).points_of_case())
            for case in written["cases"]
        )
    return tuple(_Reader(rule, written, case, points).example() for case in written["cases"])


class _Reader:
    """Reads one case; what the file says of all its cases stands in `common`."""

    def __init__(
        self,
        rule: type[Rule[Any]],
        common: Mapping[str, Any],
        case: Mapping[str, Any],
        points: Sequence[KnowledgePoint],
    ) -> None:
        self.rule = rule
        self.points = tuple(points)
        self.common = common
        self.case = case
        self.items: Mapping[str, Any] = common.get("items", {})

    def example(self) -> Example:
        return Example(
            name=self.case["name"],
            rule=self.rule.slug,
            points=self.points_of_case(),
            settings={**self.common.get("settings", {}), **self.case.get("settings", {})},
            encounters=self._encounters(),
            finds=tuple(self._expected(found) for found in self.case.get("finds", ())),
            cannot=tuple((str(place), str(fact)) for place, fact in self.case.get("cannot", ())),
            items={str(code): name for name, code in self.items.items()},
        )

    def points_of_case(self) -> tuple[KnowledgePoint, ...]:
        """The points of the case, or else those of the file, or else those it was given."""
        written = self.case.get("points", self.common.get("points"))
        return self.points if written is None else tuple(map(self._point, written, count(1)))

    def _point(self, written: Mapping[str, Any], number: int) -> KnowledgePoint:
        if self.rule.knowledge is None:
            raise DeclarationError(f"规则 {self.rule.slug} 不需要知识点", where=self.case["name"])
        shape = kind(self.rule.knowledge.slug)
        declared = shape.fields()
        sides = ("containing", "codes", "partners")
        named = "×".join("、".join(map(str, written[name])) for name in sides if written.get(name))
        values: Facts = {
            "point_id": f"p{number}",
            "rule_code": self.common["code"],
            "name": named,
        }
        for name, raw in written.items():
            if name not in declared:
                raise DeclarationError(f"“{shape.label}”没有字段 {name}", where=self.case["name"])
            values[name] = self._codes(raw) if name in CODES_OF_ITEMS else value_of(declared[name], raw)
        return shape(**values)

    def _codes(self, raw: Sequence[str]) -> tuple[str, ...]:
        return tuple(str(self.items.get(code, code)) for code in raw)

    def _encounters(self) -> tuple[ExampleEncounter, ...]:
        written = self.case.get("encounters") or [self.case]
        return tuple(self._encounter(one, number) for number, one in enumerate(written, 1))

    def _encounter(self, written: Mapping[str, Any], number: int) -> ExampleEncounter:
        lines = _netted([self._line(line) for line in written.get("lines", ())])
        told = {
            **self.common.get("encounter", {}),
            **self.case.get("person", {}),
            **self.case.get("encounter", {}),
            **written.get("encounter", {}),
        }
        facts: Facts = {
            "person_id": "P1",
            "encounter_id": f"E{number}",
            "institution_id": "H1",
            "lines_rejected": 0,
        }
        for name, raw in told.items():
            if name not in FACTS:
                raise DeclarationError(f"没有事实 {name}", where=self.case["name"])
            facts[name] = read_fact(FACTS[name], raw)
        if "started_at" not in facts:
            facts["started_at"] = min((line["charged_at"] for line in lines), default=0) // 1440 * 1440
        return ExampleEncounter(
            facts,
            lines,
            tuple(map(str, written.get("diagnoses", ()))),
            tuple(_operation(one)[0] for one in written.get("procedures", ())),
            written.get("audited", True),
            tuple(_operation(one)[1] for one in written.get("procedures", ())),
            tuple(told),
        )

    def _line(self, written: Sequence[Any] | Mapping[str, Any]) -> Facts:
        told = dict(written) if isinstance(written, Mapping) else dict(zip(SHORT, written, strict=False))
        refunds = told.pop("refunds", None)
        line: Facts = {"line_id": None, "billed_quantity": QUANTITY_SCALE, "unit_price": 10 * PRICE_SCALE}
        for name, raw in told.items():
            if name not in LINE:
                raise DeclarationError(f"费用明细没有字段 {name}", where=self.case["name"])
            line[name] = read_fact(LINE[name], raw)
        item = str(told["item_code"])
        line["item_code"] = str(self.items.get(item, item))
        line["item_name"] = item if item in self.items else None
        line["original_line_id"] = refunds
        quantity, price = line["billed_quantity"], line["unit_price"]
        if "billed_amount" not in line:
            line["billed_amount"] = (abs(quantity or 0) * (price or 0) + FEN // 2) // FEN
            line["billed_amount"] *= -1 if (quantity or 0) < 0 else 1
        return line

    def _expected(self, written: Mapping[str, Any]) -> Expected:
        excess, amount = written.get("excess"), written.get("amount")
        return Expected(
            at=str(written["at"]),
            excess=None if excess is None else scaled(excess, QUANTITY_SCALE),
            amount=None if amount is None else scaled(amount, 100),
            value=_text(written.get("value")),
            limit=_text(written.get("limit")),
            point=written.get("point"),
        )


def _text(written: Any) -> str | None:
    return None if written is None else str(written)


def _operation(written: Any) -> tuple[str, int | None]:
    """A procedure written as a code, or as [code, moment]."""
    if not isinstance(written, list):
        return str(written), None
    code, moment = written
    return str(code), read_fact(Procedure.operated_at, moment)


def _netted(lines: Sequence[Facts]) -> list[Facts]:
    """The lines in time order with `quantity` and `amount` as refunds leave them."""
    ordered = sorted(lines, key=lambda line: line["charged_at"])
    netted = net_refunds(
        [
            BilledLine(
                line["line_id"],
                line["original_line_id"],
                line["item_code"],
                line["charged_at"],
                line["billed_quantity"] or 0,
                line["billed_amount"] or 0,
                line["unit_price"],
            )
            for line in ordered
        ]
    )
    for line, quantity, amount in zip(ordered, netted.quantities, netted.amounts, strict=True):
        line.setdefault("quantity", None if line["billed_quantity"] is None else quantity)
        line.setdefault("amount", None if line["billed_amount"] is None else amount)
    return ordered
