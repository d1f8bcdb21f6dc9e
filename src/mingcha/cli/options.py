"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Home = Annotated[
    Path | None,
    typer.Option(
        "--home", help="数据文件夹（发布版在其中）；默认为环境变量 MINGCHA_HOME，没有则为 ~/.mingcha"
    ),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", help="审核进程数；默认为环境变量 MINGCHA_WORKERS，没有则用全部处理器"),
]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出，供程序读取")]
ReleaseNumber = Annotated[int | None, typer.Option("--release", help="用哪个发布版；默认最新的")]
Mapping = Annotated[
    Path | None, typer.Option("--mapping", help="列名映射文件；可用 import --suggest-mapping 生成草稿")
]
