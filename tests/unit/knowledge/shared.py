"""Where the published tables lie; they are no part of the project, and tests skip without them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).parents[4] / "shared"
SHARED = Path(os.environ.get("MINGCHA_SHARED", _BESIDE))
NATIONAL = SHARED / "national"
COMPILED = NATIONAL / "knowledge_points.csv"
TIDIED = NATIONAL / "two_libraries_xlsx"

needs_shared = pytest.mark.skipif(
    not COMPILED.is_file(), reason="没有 ../shared（或 MINGCHA_SHARED），跳过读取官方表格的测试"
)
