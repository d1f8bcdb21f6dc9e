"""What everybody keeps of the lists they work with: named sets of filters, and which columns are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import func, select

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict
from mingcha.access.permissions import Permission
from mingcha.store.database.kept import KeptOfList

# There are fewer lists; more is a program that fills the table.
MOST_LISTS = 200


@dataclass(frozen=True)
class FilterSet:
    """Filters and an order under a name, as they stand in the address of the list."""

    name: str
    filters: Mapping[str, str]
    sort: str


@dataclass(frozen=True)
class KeptList:
    """What is kept of a list; `hidden` is None where nobody has chosen the columns."""

    sets: Sequence[FilterSet] = ()
    hidden: Sequence[str] | None = None


def kept_lists(access: Access, actor: Actor) -> dict[str, KeptList]:
    """What the actor keeps, by the name of the list."""
    actor.check(Permission.OWN_ACCOUNT)
    with access.database.reading() as session:
        rows = session.scalars(select(KeptOfList).where(KeptOfList.user_id == actor.user_id))
        return {row.list_name: KeptList([FilterSet(**one) for one in row.sets], row.hidden) for row in rows}


def keep(access: Access, actor: Actor, name: str, kept: KeptList) -> KeptList:
    """Keep this of a list, in place of what was kept.

    Raises:
        Conflict: of too many lists something is kept.
    """
    actor.check(Permission.OWN_ACCOUNT)
    with access.database.writing() as session:
        row = session.get(KeptOfList, (actor.user_id, name))
        if row is None:
            many = select(func.count()).select_from(KeptOfList).where(KeptOfList.user_id == actor.user_id)
            if (session.scalar(many) or 0) >= MOST_LISTS:
                raise Conflict("存下的列表太多", remedy="请先删除不用的常用筛选")
            row = KeptOfList(user_id=actor.user_id, list_name=name)
            session.add(row)
        row.sets = [asdict(one) for one in kept.sets]
        row.hidden = None if kept.hidden is None else list(kept.hidden)
    return kept
