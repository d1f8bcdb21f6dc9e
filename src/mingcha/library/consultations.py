"""征求意见: a draft that hospitals are asked about until a day; each sees its own answer, the bureau all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Invalid, missing
from mingcha.access.labelled import Labelled
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.access.scope import within
from mingcha.access.standing import PLACE_OF_PERIOD, current_period
from mingcha.access.trail import Action, record
from mingcha.library.articles import Article
from mingcha.library.documents.rows import found_document
from mingcha.store.database.basis import BasisArticle, BasisDocument, Consultation, Consulted
from mingcha.store.database.organisations import Organisation, OrganisationPeriod

MOST_ASKED = 2000


class Stance(Labelled):
    """What an institution thinks of a draft."""

    AGREES = "agrees", "同意"
    WITH_CHANGES = "with_changes", "修改后同意"
    DISAGREES = "disagrees", "不同意"


@dataclass(frozen=True)
class AnswerView:
    """An institution that was asked, and what it answered."""

    organisation_id: UUID
    institution: str
    stance: Stance | None
    answer: str | None
    answered_at: datetime | None
    answered_by: str | None


@dataclass(frozen=True)
class ConsultationView:
    """A draft and its question; how many were asked, how many answered, and how."""

    id: UUID
    document_id: UUID
    document: str
    question: str
    deadline: date
    created_at: datetime
    created_by: str
    closed: bool
    asked: int
    answered: int
    stances: dict[Stance, int]


@dataclass(frozen=True)
class AskedView:
    """What one's own institution is asked, and what it has answered."""

    id: UUID
    organisation_id: UUID
    institution: str
    document: str
    question: str
    deadline: date
    closed: bool
    stance: Stance | None
    answer: str | None
    answered_at: datetime | None
    answered_by: str | None


_SORTS = {"deadline": Consultation.deadline, "created_at": Consultation.created_at}


def consult(
    access: Access,
    actor: Actor,
    document_id: UUID,
    question: str,
    deadline: date,
    organisation_ids: Iterable[UUID] | None,
) -> ConsultationView:
    """Ask hospitals about a draft: those named, or all of today.

    Raises:
        Missing: no such document.
        Conflict: it is no draft.
        Invalid: nobody to ask, or a deadline that has gone by.
    """
    actor.check_whole(Permission.BASIS_EDIT)
    if deadline < access.today():
        raise Invalid("截止日期已过", where="deadline", remedy="请选今天或以后的日子")
    wanted = None if organisation_ids is None else set(organisation_ids)
    with access.database.writing() as session:
        row = found_document(session, document_id)
        if not row.draft:
            raise Conflict("只有草案可以征求意见", remedy="已发布的文件有变化的，请另建草案")
        asked = [
            organisation
            for organisation in session.scalars(_institutions(access))
            if wanted is None or organisation in wanted
        ]
        if not asked or len(asked) > MOST_ASKED or (wanted is not None and len(asked) < len(wanted)):
            raise Invalid(
                "没有可以征求的医药机构，或有的不是", where="organisation_ids", remedy="请核对选中的机构"
            )
        made = Consultation(
            document_id=row.id,
            question=question,
            deadline=deadline,
            created_at=access.now(),
            created_by=actor.login,
        )
        session.add(made)
        session.flush()
        session.add_all(Consulted(consultation_id=made.id, organisation_id=one) for one in asked)
        details = {"title": row.title, "asked": len(asked), "deadline": deadline.isoformat()}
        record(session, access, actor, Action.CONSULTED, about=("consultation", made.id), details=details)
        session.flush()
        return _view(session, access, made, row.title)


def consultations(
    access: Access, actor: Actor, document_id: UUID | None, listing: Listing
) -> Page[ConsultationView]:
    """All that was asked, with how many answered how."""
    actor.check_whole(Permission.BASIS_EDIT)
    query = select(Consultation, BasisDocument.title).join(
        BasisDocument, BasisDocument.id == Consultation.document_id
    )
    if document_id is not None:
        query = query.where(Consultation.document_id == document_id)
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="-created_at", tie=Consultation.id)
        return Page([_view(session, access, row, title) for row, title in found.items], found.total)


def answers(access: Access, actor: Actor, consultation_id: UUID) -> list[AnswerView]:
    """What every institution answered, those that have not yet last.

    Raises:
        Missing: no such consultation.
    """
    actor.check_whole(Permission.BASIS_EDIT)
    with access.database.reading() as session:
        if session.get(Consultation, consultation_id) is None:
            raise missing("这次征求意见")
        rows = session.execute(
            select(Consulted, OrganisationPeriod.name)
            .outerjoin(
                OrganisationPeriod,
                (OrganisationPeriod.organisation_id == Consulted.organisation_id)
                & current_period(access.today()),
            )
            .where(Consulted.consultation_id == consultation_id)
            .order_by(Consulted.answered_at.is_(None), Consulted.answered_at, OrganisationPeriod.name)
        ).all()
        return [_answer(row, name or "（已停用的机构）") for row, name in rows]


def close(access: Access, actor: Actor, consultation_id: UUID) -> ConsultationView:
    """Take no more answers.

    Raises:
        Missing: no such consultation.
        Conflict: it is closed.
    """
    actor.check_whole(Permission.BASIS_EDIT)
    with access.database.writing() as session:
        row = session.get(Consultation, consultation_id)
        if row is None:
            raise missing("这次征求意见")
        if row.closed_at is not None:
            raise Conflict("已经结束了", remedy="请刷新页面")
        row.closed_at = access.now()
        record(session, access, actor, Action.CONSULTATION_CLOSED, about=("consultation", row.id))
        return _view(session, access, row, found_document(session, row.document_id).title)


def asked_of_me(
    access: Access, actor: Actor, listing: Listing, *, unanswered: bool = False
) -> Page[AskedView]:
    """What the institutions in the actor's scope are asked, and what they answered; nobody else's answers.

    Args:
        unanswered: only what can still be answered and is not yet.
    """
    query = _mine(access, actor)
    if unanswered:
        open_still = Consultation.closed_at.is_(None) & (Consultation.deadline >= access.today())
        query = query.where(Consulted.stance.is_(None), open_still)
    with access.database.reading() as session:
        found = page_of(
            session,
            query,
            listing,
            _SORTS,
            default="-created_at",
            tie=Consulted.organisation_id,
        )
        return Page([_asked(access, *row) for row in found.items], found.total)


def draft_asked_about(
    access: Access, actor: Actor, consultation_id: UUID, organisation_id: UUID
) -> tuple[AskedView, Sequence[Article]]:
    """The draft that an institution in the actor's scope is asked about.

    Raises:
        Missing: it is not asked.
    """
    with access.database.reading() as session:
        row, consultation, title, name = _one(session, access, actor, consultation_id, organisation_id)
        articles = session.scalars(
            select(BasisArticle)
            .where(BasisArticle.document_id == consultation.document_id)
            .order_by(BasisArticle.place)
        )
        read = [Article(article.label, article.text) for article in articles]
        return _asked(access, row, consultation, title, name), read


def answer(
    access: Access, actor: Actor, consultation_id: UUID, organisation_id: UUID, stance: Stance, text: str
) -> AskedView:
    """Answer for an institution in the actor's scope; until the last day it may be answered anew.

    Raises:
        Missing: the institution is not asked, or not in the scope.
        Conflict: it is closed, or its last day has gone by.
    """
    with access.database.writing() as session:
        row, consultation, title, name = _one(session, access, actor, consultation_id, organisation_id)
        if _is_closed(access, consultation):
            raise Conflict("征求意见已经结束", remedy="确有意见的，请直接联系经办机构")
        row.stance, row.answer = stance.value, text
        row.answered_at, row.answered_by = access.now(), actor.login
        details = {"title": title, "stance": stance.label}
        about = ("consultation", consultation.id)
        record(session, access, actor, Action.CONSULTATION_ANSWERED, about=about, details=details)
        return _asked(access, row, consultation, title, name)


def _institutions(access: Access) -> Select[UUID]:
    return (
        select(Organisation.id)
        .join(OrganisationPeriod, OrganisationPeriod.organisation_id == Organisation.id)
        .where(Organisation.kind == "institution", current_period(access.today()))
    )


def _mine(access: Access, actor: Actor) -> Select[Consulted, Consultation, str, str]:
    scope = actor.scope(Permission.CONSULTATION_ANSWER)
    return (
        select(Consulted, Consultation, BasisDocument.title, OrganisationPeriod.name)
        .join(Consultation, Consultation.id == Consulted.consultation_id)
        .join(BasisDocument, BasisDocument.id == Consultation.document_id)
        .join(OrganisationPeriod, OrganisationPeriod.organisation_id == Consulted.organisation_id)
        .where(current_period(access.today()), within(scope, PLACE_OF_PERIOD))
    )


def _one(
    session: Session, access: Access, actor: Actor, consultation_id: UUID, organisation_id: UUID
) -> tuple[Consulted, Consultation, str, str]:
    found = session.execute(
        _mine(access, actor).where(
            Consulted.consultation_id == consultation_id, Consulted.organisation_id == organisation_id
        )
    ).one_or_none()
    if found is None:
        raise missing("这次征求意见")
    row, consultation, title, name = found
    return row, consultation, title, name


def _is_closed(access: Access, row: Consultation) -> bool:
    return row.closed_at is not None or row.deadline < access.today()


def _view(session: Session, access: Access, row: Consultation, title: str) -> ConsultationView:
    stances = session.scalars(select(Consulted.stance).where(Consulted.consultation_id == row.id)).all()
    counted = Counter(Stance(stance) for stance in stances if stance is not None)
    return ConsultationView(
        id=row.id,
        document_id=row.document_id,
        document=title,
        question=row.question,
        deadline=row.deadline,
        created_at=row.created_at,
        created_by=row.created_by,
        closed=_is_closed(access, row),
        asked=len(stances),
        answered=counted.total(),
        stances={stance: counted[stance] for stance in Stance},
    )


def _answer(row: Consulted, name: str) -> AnswerView:
    stance = None if row.stance is None else Stance(row.stance)
    return AnswerView(row.organisation_id, name, stance, row.answer, row.answered_at, row.answered_by)


def _asked(access: Access, row: Consulted, consultation: Consultation, title: str, name: str) -> AskedView:
    return AskedView(
        id=consultation.id,
        organisation_id=row.organisation_id,
        institution=name,
        document=title,
        question=consultation.question,
        deadline=consultation.deadline,
        closed=_is_closed(access, consultation),
        stance=None if row.stance is None else Stance(row.stance),
        answer=row.answer,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
    )
