"""Local codes as people keep them: a table with 编码, 名称 and, for what they mean nationally, 国家编码 and 地区."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from mingcha.administration.dictionaries import CodeRow
from mingcha.domain.errors import InputError
from mingcha.ingest.knowledge.grids import Grid, grids

_CODE = ("编码", "代码", "本地编码", "院内编码")
_LABEL = ("名称", "本地名称", "含义")
_NATIONAL = ("国家编码", "国家代码", "对应国家编码")
_REGION = ("地区", "统筹区", "行政区划代码")
MOST_ROWS = 5000


def read_code_rows(name: str, content: bytes) -> list[CodeRow]:
    """The rows of a file, with their numbers.

    Raises:
        InputError: no spreadsheet, no column of codes, or more rows than one change may hold.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in (".xlsx", ".xls", ".csv"):
        raise InputError("只能导入 xlsx、xls 或 csv 表格", where=name, remedy="请另存为其中一种")
    with TemporaryDirectory() as folder:
        # Under a name of ours: the one that was sent may lead elsewhere.
        path = Path(folder) / f"sent{suffix}"
        path.write_bytes(content)
        for grid in grids(path):
            heading = next((at for code in _CODE if (at := grid.heading(code)) is not None), None)
            if heading is not None:
                return _rows(grid, heading, name)
    raise InputError(
        "表格里没有“编码”一列",
        where=name,
        remedy="第一行写：编码、名称；编码对照另加：国家编码、地区（可空）",
    )


def _rows(grid: Grid, heading: int, name: str) -> list[CodeRow]:
    rows = [
        CodeRow(
            code=_cell(cells, _CODE),
            label=_cell(cells, _LABEL),
            national=_cell(cells, _NATIONAL),
            region=_cell(cells, _REGION),
            number=number,
        )
        for number, cells in grid.records(heading)
    ]
    if not 1 <= len(rows) <= MOST_ROWS:
        raise InputError(
            f"表格有 {len(rows)} 行，一次 1 到 {MOST_ROWS} 行", where=name, remedy="请分几次导入"
        )
    return rows


def _cell(cells: dict[str, str], names: tuple[str, ...]) -> str:
    return next((cells[name] for name in names if name in cells), "")
