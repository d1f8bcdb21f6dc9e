"""Findings of one bill in the output format of transactions 3101 and 3102: `result` with its details.

One result a rule and knowledge point, one detail a line: the violating ones (违规项), then those that are
involved (涉及项). Identifiers are made from bill, rule and point: the same bill gives the same ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from mingcha.audit.explain import Explainer
from mingcha.engine.findings import finding_id
from mingcha.knowledge.point import Certainty

# Code lists of the national platform: sev_deg, vola_amt_stas, vola_bhvr_type, vola_item_type.
SEVERITY = {Certainty.VIOLATION.value: "1", Certainty.SUSPICION.value: "2", Certainty.REMINDER.value: "3"}
AMOUNT_UNKNOWN, AMOUNT_KNOWN = "0", "1"
OF_ENCOUNTER, OF_ITEM = "1", "2"
VIOLATING, INVOLVED = "1", "2"
# Field lengths of the specification: vola_cont and vola_evid 500 characters, rule_name 200.
MOST_TEXT = 500

Row = Mapping[str, Any]


def results_of(findings: Iterable[Row], explain: Explainer) -> list[dict[str, Any]]:
    """The `result` of one bill; amounts in yuan as decimals.

    Args:
        findings: rows with the columns of `Finding`, in canonical order.
    """
    ordered = sorted(findings, key=_group)
    return [_result(list(rows), explain) for _, rows in groupby(ordered, key=_group)]


def _group(row: Row) -> tuple[str, ...]:
    return (
        SEVERITY[row["certainty"]],
        row["rule_code"],
        row["knowledge_point"] or "",
        row["slug"],
        row["encounter_id"],
    )


def result_id_of(row: Row) -> str:
    """The jr_id of the result that a finding is part of: what feedback names."""
    return finding_id(
        row["institution_id"], row["encounter_id"], row["rule_code"], row["knowledge_point"], row["slug"]
    )


def _result(rows: Sequence[Row], explain: Explainer) -> dict[str, Any]:
    first, why = rows[0], explain(rows[0])
    result_id = result_id_of(first)
    on_item = any(row["line_key"] is not None for row in rows)
    unknown = any(row["line_key"] is not None and row["line_amount"] is None for row in rows)
    sentences = dict.fromkeys(explain.sentence(row) for row in rows)
    region = first["judging_region"] and f"判断地区 {first['judging_region']}"
    evidence = (region, why.basis, why.source, why.legal_basis)
    return {
        "jr_id": result_id,
        "rule_id": first["rule_code"],
        "rule_name": first["rule_name"],
        "vola_cont": _within("；".join(sentences)),
        "patn_id": first["person_id"] or "",
        "mdtrt_id": first["encounter_id"],
        "judge_result_detail_dtos": [
            *(_detail(row) for row in rows),
            *_involved(result_id, rows),
        ],
        "vola_amt": _yuan(sum(row["amount_fen"] or 0 for row in rows)),
        "vola_amt_stas": AMOUNT_UNKNOWN if unknown else AMOUNT_KNOWN,
        "sev_deg": SEVERITY[first["certainty"]],
        "vola_evid": _within("；".join(part for part in evidence if part)),
        "vola_bhvr_type": OF_ITEM if on_item else OF_ENCOUNTER,
        "task_id": "",
    }


def _detail(row: Row) -> dict[str, Any]:
    return {
        "jrd_id": row["finding_id"],
        "patn_id": row["person_id"] or "",
        "mdtrt_id": row["encounter_id"],
        "rx_id": row["line_id"] or "",
        "vola_item_type": VIOLATING,
        "vola_amt": _yuan(row["amount_fen"] or 0),
    }


def _involved(result_id: str, rows: Sequence[Row]) -> Iterable[dict[str, Any]]:
    """Other lines that the violation rests on; only those that were sent with an identifier can be named."""
    violating = {row["line_key"] for row in rows}
    first = rows[0]
    for key in dict.fromkeys(key for row in rows for key in row["related"] or ()):
        if key in violating or key.startswith("#"):
            continue
        yield {
            "jrd_id": finding_id(result_id, key),
            "patn_id": first["person_id"] or "",
            "mdtrt_id": first["encounter_id"],
            "rx_id": key,
            "vola_item_type": INVOLVED,
            "vola_amt": _yuan(0),
        }


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def _within(text: str) -> str:
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"
