"""Saved filters and chosen columns of the signed-in user."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from mingcha.access import kept_lists
from mingcha.access.kept_lists import FilterSet, KeptList
from mingcha.access.permissions import Permission
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import PRINTED, Code, Form, Line, ShortLine

door = Door("/kept-lists", "常用筛选")


class FilterSetForm(Form):
    """Filters and an order under a name."""

    name: ShortLine
    filters: Annotated[dict[Code, Line], Field(max_length=60)]
    sort: Annotated[str, StringConstraints(max_length=200, pattern=PRINTED)] = ""


class KeptForm(Form):
    """What is kept of a list; `hidden` is left out where nobody has chosen the columns."""

    sets: Annotated[list[FilterSetForm], Field(max_length=30)]
    hidden: Annotated[list[Code], Field(max_length=100)] | None = None


@door.get("", Permission.OWN_ACCOUNT, "本人的常用筛选和列", response_model=dict[str, KeptList])
def show(actor: SignedIn, access: Services) -> dict[str, KeptList]:
    """按列表的名称；随账号走，不随电脑。"""
    return kept_lists.kept_lists(access, actor)


@door.put("/{name}", Permission.OWN_ACCOUNT, "存下一个列表的常用筛选和列", response_model=KeptList)
def keep(name: Code, form: KeptForm, actor: SignedIn, access: Services) -> KeptList:
    """取代原来存下的。"""
    sets = [FilterSet(one.name, one.filters, one.sort) for one in form.sets]
    return kept_lists.keep(access, actor, name, KeptList(sets, form.hidden))
