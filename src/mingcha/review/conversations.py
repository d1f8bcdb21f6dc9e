"""What is asked and said before signing: the words of 人工审核, and its rows as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mingcha.access.context import Access
from mingcha.access.errors import Conflict
from mingcha.access.labelled import Labelled
from mingcha.knowledge.strategy.model import SCENES
from mingcha.store.database.second_opinions import SecondOpinion, SecondOpinionWord

MOST_CHARACTERS = 500
MOST_WORDS = 100


class Speaker(Labelled):
    """Who said something."""

    ASKING = "asking", "医师"
    ANSWERING = "answering", "审核"


class Advice(Labelled):
    """What somebody decides."""

    AGREED = "agreed", "同意继续"
    CHANGE = "change", "建议修改"


class Ending(Labelled):
    """How a question ended."""

    AGREED = "agreed", "同意继续"
    CHANGE = "change", "建议修改"
    PASSED = "passed", "超时放行"
    HELD = "held", "超时不放行"
    WITHDRAWN = "withdrawn", "医师已返回修改"


# With these the doctor may go on.
GOES_ON = frozenset({Ending.AGREED, Ending.PASSED})


class Standing(Labelled):
    """What is to be done about a question."""

    WAITING = "waiting", "待答复"
    TO_REVIEW = "to_review", "待事后复核"
    DONE = "done", "已结束"


@dataclass(frozen=True)
class OpinionView:
    """A question in a list; seconds as they are at the server."""

    id: UUID
    standing: Standing
    seconds_left: int
    seconds: int
    institution_id: str
    department_id: str | None
    doctor_id: str | None
    encounter_id: str | None
    scene: str
    rule_code: str
    rule_name: str
    asked_at: datetime
    ends_at: datetime
    on_time_out: Ending
    outcome: Ending | None
    ended_at: datetime | None
    decided_by: str | None
    review: Advice | None
    trial: bool
    call_id: str
    message_id: str
    result_id: str


@dataclass(frozen=True)
class Spoken:
    """What one side said."""

    side: Speaker
    author: str
    at: datetime
    text: str
    decides: Advice | None


@dataclass(frozen=True)
class Conversation:
    """A question with all that was said, in order."""

    opinion: OpinionView
    words: list[Spoken]

    def said_last(self, text: str) -> bool:
        """Whether these are the last words of the doctor."""
        asking = [one.text for one in self.words if one.side is Speaker.ASKING]
        return asking[-1:] == [as_kept(text)]

    @property
    def reason(self) -> str | None:
        """Why it was decided as it was, by whoever decided in time."""
        told = next((one for one in self.words if one.decides is not None), None)
        return None if told is None or self.opinion.decided_by is None else told.text


def as_kept(text: str) -> str:
    """Words as they are kept."""
    return text.strip()[:MOST_CHARACTERS]


def say_in(
    session: Session,
    access: Access,
    row: SecondOpinion,
    side: Speaker,
    author: str,
    text: str,
    decides: Advice | None = None,
) -> None:
    """Add words to a question whose row is locked.

    Raises:
        Conflict: enough was said.
    """
    said = session.scalar(
        select(func.count()).select_from(SecondOpinionWord).where(SecondOpinionWord.opinion_id == row.id)
    )
    number = 1 + (said or 0)
    if number > MOST_WORDS and decides is None:
        raise Conflict(f"一次人工审核最多 {MOST_WORDS} 条话", remedy="请作出结论，或电话联系")
    word_id = uuid4()
    session.add(
        SecondOpinionWord(
            id=word_id,
            opinion_id=row.id,
            number=number,
            side=side.value,
            author=author[:80],
            at=access.now(),
            text=access.keys.seal(as_kept(text), _about(word_id)),
            decides=decides,
        )
    )
    session.flush()


def conversation_of(session: Session, access: Access, row: SecondOpinion) -> Conversation:
    """A row with what was said."""
    words: Sequence[SecondOpinionWord] = session.scalars(
        select(SecondOpinionWord)
        .where(SecondOpinionWord.opinion_id == row.id)
        .order_by(SecondOpinionWord.number)
    ).all()
    return Conversation(
        view_of(access, row),
        [
            Spoken(
                Speaker(one.side),
                one.author,
                one.at,
                access.keys.open(one.text, _about(one.id)),
                None if one.decides is None else Advice(one.decides),
            )
            for one in words
        ],
    )


def view_of(access: Access, row: SecondOpinion) -> OpinionView:
    """A row as it is now."""
    left = row.ends_at - access.now() if row.outcome is None else timedelta()
    if row.outcome is None:
        standing = Standing.WAITING
    else:
        to_review = row.outcome == Ending.PASSED and row.review is None
        standing = Standing.TO_REVIEW if to_review else Standing.DONE
    return OpinionView(
        id=row.id,
        standing=standing,
        seconds_left=max(0, round(left.total_seconds())),
        seconds=round((row.ends_at - row.asked_at).total_seconds()),
        institution_id=row.institution_id,
        department_id=row.department_id,
        doctor_id=row.doctor_id,
        encounter_id=row.encounter_id,
        scene=SCENES.get(row.scene, row.scene),
        rule_code=row.rule_code,
        rule_name=row.rule_name,
        asked_at=row.asked_at,
        ends_at=row.ends_at,
        on_time_out=Ending(row.on_time_out),
        outcome=None if row.outcome is None else Ending(row.outcome),
        ended_at=row.ended_at,
        decided_by=row.decided_by,
        review=None if row.review is None else Advice(row.review),
        trial=row.trial,
        call_id=row.call_id,
        message_id=row.message_id,
        result_id=row.result_id,
    )


def _about(word_id: UUID) -> str:
    # `keys rotate` names the row in the same way: table, column, key.
    return f"second_opinion_words.text:{word_id}"
