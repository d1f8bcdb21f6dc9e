"""An example case written out whole, one bill after another: what a form can show, change and hand back to be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from mingcha.catalogue.example import Example
from mingcha.catalogue.examples import SHORT, read_examples
from mingcha.domain.errors import InputError, MingchaError
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import Rule

Spelled = dict[str, Any]


def spelled(written: Mapping[str, Any], case: Mapping[str, Any]) -> Spelled:
    """A case of a file with what the file says of all its cases; every value as text, unknown as None."""
    bills = case.get("encounters") or [case]
    return {
        "name": str(case["name"]),
        "items": {str(name): str(code) for name, code in written.get("items", {}).items()},
        "settings": _plain({**written.get("settings", {}), **case.get("settings", {})}),
        "points": [_plain(point) for point in case.get("points", written.get("points")) or ()],
        "bills": [_bill(written, case, bill) for bill in bills],
        "finds": [_plain(found) for found in case.get("finds", ())],
        "cannot": [[str(place), str(fact)] for place, fact in case.get("cannot", ())],
    }


def _bill(written: Mapping[str, Any], case: Mapping[str, Any], bill: Mapping[str, Any]) -> Spelled:
    facts = {**written.get("encounter", {}), **case.get("person", {}), **case.get("encounter", {})}
    return {
        "facts": _plain({**facts, **bill.get("encounter", {})}),
        "diagnoses": [str(code) for code in bill.get("diagnoses", ())],
        "procedures": [
            _text(one if isinstance(one, list) else [one, None]) for one in bill.get("procedures", ())
        ],
        "lines": [_line(line) for line in bill.get("lines", ())],
        "audited": bool(bill.get("audited", True)),
    }


def _line(written: Sequence[Any] | Mapping[str, Any]) -> Spelled:
    told = dict(written) if isinstance(written, Mapping) else dict(zip(SHORT, written, strict=False))
    usual = {"line_id": None, "item_code": None, "charged_at": None, "billed_quantity": 1, "unit_price": 10}
    return _plain({**usual, **told})


def _plain(named: Mapping[str, Any]) -> Spelled:
    return {str(name): _text(value) for name, value in named.items()}


def _text(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, list | tuple):
        return [_text(part) for part in value]
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return value.isoformat() if isinstance(value, date) else str(value)


def read_spelled(
    rule: type[Rule[Any]], code: str, case: Mapping[str, Any], points: Sequence[KnowledgePoint] = ()
) -> Example:
    """A case that was written out, read again.

    Args:
        code: of the rule whose points it names.
        points: those of a case that names none.

    Raises:
        InputError: something in it cannot be read, or is beyond what a bill can hold.
    """
    try:
        written = {"code": code, "items": case["items"], "cases": [_as_in_files(case)]}
        example = read_examples(rule, written, points)[0]
    except (MingchaError, ValueError, KeyError, TypeError) as error:
        what = error.what if isinstance(error, MingchaError) else f"例子无法读取：{error}"
        raise InputError(what, where=str(case["name"]), remedy="改正例子里的这个值") from error
    check_size(example)
    return example


def _as_in_files(case: Mapping[str, Any]) -> Spelled:
    bills = [{**bill, "encounter": bill["facts"]} for bill in case["bills"]]
    held = {name: value for name, value in case.items() if name not in ("items", "bills")}
    if not case["points"]:
        del held["points"]
    return {**held, "encounters": bills}


# Farther than any bill; beyond it numbers of the columns would wrap.
_MOST = 2**53


def check_size(example: Example) -> None:
    """Refuse numbers that no bill has.

    Raises:
        InputError: one is too large.
    """
    held: list[Mapping[str, Any]] = [vars(point) for point in example.points]
    for bill in example.encounters:
        held += [bill.facts, *bill.lines]
    for named in held:
        for name, value in named.items():
            if isinstance(value, int) and abs(value) > _MOST:
                raise InputError(f"“{name}”的值太大", where=example.name, remedy="改正例子里的这个值")
