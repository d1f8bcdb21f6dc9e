"""The description of the API (OpenAPI), of which the typed client of the pages is made; `make docs` keeps it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from mingcha.access.context import Access
from mingcha.store.database.engine import Database
from mingcha.store.keys import Keyring
from mingcha.web.app import web_application


def api_description() -> str:
    """All routes with what they take and give, as JSON; opens no database."""
    nowhere = Path("unused")
    access = Access(Database("sqlite://"), Keyring(nowhere), nowhere)
    return json.dumps(web_application(access).openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """Write the description to a file; with `--check`, only say whether it is current."""
    *options, name = arguments
    path, current = Path(name), api_description()
    if path.is_file() and path.read_text(encoding="utf-8") == current:
        return 0
    if "--check" in options:
        print(f"不是最新:{path}。请运行 make docs,并提交更新后的文件。", file=sys.stderr)
        return 1
    path.write_text(current, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
