"""Whether the trail is as it was sealed: nothing changed, removed, put in, or put in another order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Denied
from mingcha.access.permissions import Permission
from mingcha.access.scope import Reach
from mingcha.access.sealing import FIRST, content_of, read_head
from mingcha.access.secrets import same
from mingcha.access.trail import Action, record
from mingcha.store.database.people import User
from mingcha.store.database.trail import TrailBlock, TrailEntry


@dataclass(frozen=True)
class Fault:
    """What is not as it was sealed, and where."""

    block: int | None
    what: str


@dataclass(frozen=True)
class Verdict:
    """What a verification looked at and found."""

    blocks: int
    entries: int
    unsealed: int
    faults: tuple[Fault, ...]


def verify(access: Access, actor: Actor) -> Verdict:
    """Check the whole trail; that it was checked, and with what result, is its next entry.

    Raises:
        Denied: the actor does not see the whole trail.
    """
    if Reach() not in actor.scope(Permission.TRAIL_VERIFY).reaches:
        raise Denied("校验针对全部操作记录，须有全部数据范围的审计员来做")
    with access.database.reading() as session:
        faults = [*_broken_blocks(session, access), *_strays(session), *_cut_off(session, access)]
        blocks = session.scalar(select(func.count()).select_from(TrailBlock)) or 0
        entries = session.scalar(select(func.count()).select_from(TrailEntry)) or 0
        unsealed = (
            session.scalar(select(func.count()).select_from(TrailEntry).where(TrailEntry.block.is_(None)))
            or 0
        )
    verdict = Verdict(blocks, entries, unsealed, tuple(faults))
    with access.database.writing() as session:
        details = {"blocks": blocks, "entries": entries, "faults": len(faults)}
        record(session, access, actor, Action.TRAIL_VERIFIED, details=details)
    return verdict


def _broken_blocks(session: Session, access: Access) -> Iterator[Fault]:
    keys = access.keys
    expected, previous = 1, FIRST
    for block in session.scalars(select(TrailBlock).order_by(TrailBlock.number)).yield_per(100):
        if block.number != expected:
            yield Fault(expected, f"缺少第 {expected} 块到第 {block.number - 1} 块")
        if not same(block.previous, previous):
            yield Fault(block.number, "与前一块的封存值接不上")
        rows = session.scalars(
            select(TrailEntry).where(TrailEntry.block == block.number).order_by(TrailEntry.place)
        )
        entries = list(rows)
        if [entry.place for entry in entries] != list(range(block.entries)):
            yield Fault(block.number, f"应有 {block.entries} 条连续的记录，实有 {len(entries)} 条")
        elif not same(keys.vouch(content_of(block, entries)), block.seal):
            yield Fault(block.number, "内容与封存时不一致，块或其中的记录被改动过")
        for entry in entries:
            session.expunge(entry)
        expected, previous = block.number + 1, block.seal


def _strays(session: Session) -> Iterator[Fault]:
    """Entries that name a block which is not there."""
    known = select(TrailBlock.number)
    # While nothing is sealed, no block is "not in" the empty list of blocks either.
    named = TrailEntry.block.is_not(None) & TrailEntry.block.not_in(known)
    stray = select(func.count()).select_from(TrailEntry).where(named)
    if count := session.scalar(stray):
        yield Fault(None, f"{count} 条记录所在的块不存在")


def _cut_off(session: Session, access: Access) -> Iterator[Fault]:
    """Whether the end of the trail, or all of it, is gone: nothing inside a chain says how long it was."""
    noted = read_head(access.head)
    newest = session.scalar(select(func.max(TrailBlock.number))) or 0
    if noted is None:
        if newest:
            yield Fault(None, f"没有封存头文件 {access.head}，不能判断末尾是否被截去")
    else:
        seal = session.scalar(select(TrailBlock.seal).where(TrailBlock.number == noted.number))
        if seal is None:
            yield Fault(noted.number, f"封存头记下了第 {noted.number} 块，库里只到第 {newest} 块：末尾被截去")
        elif not same(seal, noted.seal):
            yield Fault(noted.number, "与封存头文件记下的封存值不一致")
    said = session.scalar(select(TrailEntry.id).limit(1))
    if said is None and session.scalar(select(User.id).limit(1)) is not None:
        yield Fault(None, "有用户而没有任何操作记录：记录被清空")
