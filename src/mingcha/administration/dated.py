"""What holds on a day: the newest value that was let pass, for every key and region; and who may see which region's."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, Subquery, and_, cast, func, null, or_, select

from mingcha.access.context import Access
from mingcha.access.labelled import Labelled
from mingcha.access.scope import Column, PlaceColumns, Scope, within
from mingcha.administration.remembered import Remembered
from mingcha.store.database.settings import SettingChange, SettingValue

EVERYWHERE = ""


class SettingKind(Labelled):
    """What a value is of."""

    PARAMETER = "parameter", "参数"
    DICTIONARY = "dictionary", "字典"
    MAPPING = "mapping", "编码对照"


class ChangeState(Labelled):
    """What became of a change."""

    PROPOSED = "proposed", "待复核"
    APPROVED = "approved", "已通过"
    REJECTED = "rejected", "已驳回"
    WITHDRAWN = "withdrawn", "已撤回"


def in_force(day: date, before: datetime | None = None) -> Subquery:
    """For every kind, subject, key and region the value that holds on a day; ended ones are not among them.

    Args:
        before: only what was let pass before this moment.
    """
    newest = (SettingChange.effective_from.desc(), SettingChange.decided_at.desc(), SettingChange.id)
    passed = and_(SettingChange.state == ChangeState.APPROVED, SettingChange.effective_from <= day)
    if before is not None:
        passed = and_(passed, SettingChange.decided_at < before)
    place = func.row_number().over(
        partition_by=(SettingValue.kind, SettingValue.subject, SettingValue.key, SettingValue.region),
        order_by=newest,
    )
    ranked = (
        select(
            SettingValue.kind,
            SettingValue.subject,
            SettingValue.key,
            SettingValue.region,
            SettingValue.value,
            SettingChange.effective_from,
            SettingChange.decided_at,
            place.label("place"),
        )
        .join(SettingChange, SettingChange.id == SettingValue.change_id)
        .where(passed)
        .subquery()
    )
    return (
        select(ranked).where(ranked.c.place == 1, ranked.c.value.is_not(null())).subquery("setting_in_force")
    )


def _read_parameters(access: Access) -> dict[tuple[str, str], Any]:
    held = in_force(access.today())
    with access.database.reading() as session:
        rows = session.execute(
            select(held.c.key, held.c.region, held.c.value).where(held.c.kind == SettingKind.PARAMETER)
        )
        return {(key, region): value["value"] for key, region, value in rows}


parameters_in_force = Remembered(_read_parameters)


def in_reach(scope: Scope, region: Column) -> ColumnElement[bool]:
    """Values for everywhere, and those of the regions in a scope; a value belongs to no institution."""
    none = cast(null(), String)
    return or_(region == EVERYWHERE, within(scope, PlaceColumns(region, none, none, none)))
