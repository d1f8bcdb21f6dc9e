"""What a hospital was told of the same findings before, 事前 or 事中, and how whoever was told went on.

A finding of an audit and the result of a call are the same where institution, encounter, rule, knowledge point and
mechanism are: their result has one id (`audit.answers.result_id_of`). What was only tried tells nobody anything, and
answers nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from mingcha.access.context import Access
from mingcha.audit.answers import result_id_of
from mingcha.audit.call_records import WAYS
from mingcha.knowledge.strategy.model import SCENES, STAGES
from mingcha.store.database.calls import CallFeedback, CallFinding, CallRow

UNANSWERED = "未答复"
# What makes the id of a result.
_OF_RESULT = ("institution_id", "encounter_id", "rule_code", "knowledge_point", "slug")
_AT_ONCE = 500


@dataclass(frozen=True)
class AdviceGiven:
    """One time that somebody was told.

    Args:
        call: the call that was answered with it.
        way: 继续, 返回修改 or 未答复.
        answered_at: None where nobody answered.
    """

    call: str
    at: datetime
    stage: str
    scene: str
    doctor_id: str | None
    way: str
    reason: str
    answered_at: datetime | None


def advice_on(access: Access, findings: pl.DataFrame) -> pl.Series:
    """By finding, how whoever was told of it last went on: 继续, 返回修改, 未答复; null where nobody was told.

    Args:
        findings: with institution_id, encounter_id, rule_code, knowledge_point and slug.
    """
    said = findings.select(pl.col(_OF_RESULT).cast(pl.String))
    with access.database.reading() as session:
        if session.scalar(select(CallFinding.call_id).limit(1)) is None:  # no hospital calls here
            return pl.Series([None], dtype=pl.String).new_from_index(0, said.height)
        results = said.unique()  # many findings are of one result
        ids = [result_id_of(row) for row in results.iter_rows(named=True)]
        way_of = {result: advice.way for result, advice in _last(session, ids)}
    ways = results.with_columns(advice=pl.Series([way_of.get(one) for one in ids], dtype=pl.String))
    return said.join(ways, on=_OF_RESULT, how="left", maintain_order="left", nulls_equal=True)["advice"]


def advice_of(access: Access, finding: Mapping[str, Any]) -> list[AdviceGiven]:
    """Each time that somebody was told of a finding, the last first.

    Args:
        finding: a row with the columns of `Finding`.
    """
    with access.database.reading() as session:
        return [said for _, said in _told(session, [result_id_of(finding)])][::-1]


def _last(session: Session, results: Sequence[str]) -> Iterator[tuple[str, AdviceGiven]]:
    """Of each result that somebody was told, the last time."""
    for first in range(0, len(results), _AT_ONCE):
        yield from dict(_told(session, results[first : first + _AT_ONCE])).items()


def _told(session: Session, results: Sequence[str]) -> Iterator[tuple[str, AdviceGiven]]:
    """Each time that somebody was told of these results; those of one result in order of time."""
    answers: dict[tuple[str | None, str], CallFeedback] = {
        (one.answered_id, one.result_id): one  # the last word
        for one in session.scalars(
            select(CallFeedback)
            .where(CallFeedback.result_id.in_(results), CallFeedback.answered_id.is_not(None))
            .order_by(CallFeedback.at, CallFeedback.number)
        )
    }
    told = (
        select(CallFinding.result_id, CallRow)
        .join(CallRow, CallRow.id == CallFinding.call_id)
        .where(CallFinding.result_id.in_(results), CallRow.trial.is_(False))
    )
    for result, call in session.execute(told.order_by(CallRow.received_at, CallRow.id).distinct()):
        yield result, _advice(call, answers.get((call.id, result)))


def _advice(call: CallRow, answer: CallFeedback | None) -> AdviceGiven:
    return AdviceGiven(
        call=call.id,
        at=call.received_at,
        stage=next((stage for stage, scenes in STAGES.items() if call.scene in scenes), ""),
        scene=SCENES.get(call.scene, call.scene),
        doctor_id=call.doctor_id,
        way=UNANSWERED if answer is None else WAYS.get(answer.way, answer.way),
        reason="" if answer is None else answer.reason,
        answered_at=None if answer is None else answer.at,
    )
