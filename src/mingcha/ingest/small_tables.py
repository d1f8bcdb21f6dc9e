"""A small table as people keep it in a spreadsheet: cells as text, its columns known by every name of their fields."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from mingcha.domain.errors import InputError
from mingcha.domain.fields import Entity
from mingcha.ingest.knowledge.grids import Grid, grids
from mingcha.ingest.recognise import known_names, normal

SUFFIXES = (".xlsx", ".xls", ".csv")
MOST_ROWS = 5000
_HEADING_WITHIN = 12

Row = tuple[int, dict[str, str]]
"""its number in the sheet, and its cells by name of field"""


def read_small_table(
    name: str, content: bytes, entity: type[Entity], needed: tuple[str, ...], most: int = MOST_ROWS
) -> list[Row]:
    """The rows of the first sheet that has the needed columns.

    Args:
        needed: names of the fields without whose columns it is no such table.

    Raises:
        InputError: no spreadsheet, no such table in it, or more rows than may come at once.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError("只能导入 xlsx、xls 或 csv 表格", where=name, remedy="请另存为其中一种")
    with TemporaryDirectory() as folder:
        # Under a name of ours: the one that was sent may lead elsewhere.
        path = Path(folder) / f"sent{suffix}"
        path.write_bytes(content)
        for grid in grids(path):
            if (found := _records(grid, entity, needed)) is not None:
                if not 1 <= len(found) <= most:
                    raise InputError(
                        f"表格有 {len(found)} 行，一次 1 到 {most} 行", where=name, remedy="请分几次导入"
                    )
                return found
    labels = "、".join(entity.fields()[one].label for one in needed)
    raise InputError("表格里没有需要的列", where=name, remedy=f"第一行写列名，至少有：{labels}")


def _records(grid: Grid, entity: type[Entity], needed: tuple[str, ...]) -> list[Row] | None:
    known = known_names((entity,))
    for index, cells in enumerate(grid.rows[:_HEADING_WITHIN]):
        fields = [(known.get(normal(cell)) or (None,))[0] for cell in cells]
        names = ["" if field is None else field.name for field in fields]
        if set(needed) <= set(names):
            return [
                (number, {field: cell for field, cell in zip(names, row, strict=False) if field})
                for number, row in enumerate(grid.rows[index + 1 :], index + 2)
                if any(row)
            ]
    return None
