"""Generated documents: pages of rules and the glossary, written to a project or checked to be current."""

from __future__ import annotations

from pathlib import Path

from mingcha.audit.telling import told
from mingcha.catalogue.glossary import glossary
from mingcha.catalogue.list_checks import checks_page
from mingcha.catalogue.pages import pages
from mingcha.catalogue.problems import problems_page

RULES = Path("docs") / "rules"
GLOSSARY = Path("GLOSSARY.md")
LIST_CHECKS = Path("docs") / "settlement-list-checks.md"
PROBLEMS = Path("docs") / "typical-problems.md"


def documents() -> dict[Path, str]:
    """Every generated document by its place in the project."""
    return {
        GLOSSARY: glossary(),
        LIST_CHECKS: checks_page(),
        PROBLEMS: problems_page(),
        **{RULES / name: text for name, text in pages(told).items()},
    }


def stale(root: Path) -> list[Path]:
    """Documents that are missing or not as they would be generated, and pages of rules that are no more."""
    return _stale(root, documents())


def write(root: Path) -> list[Path]:
    """Write all documents; returns those that changed."""
    wanted = documents()
    changed = _stale(root, wanted)
    for path in changed:
        target = root / path
        if path not in wanted:
            target.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(wanted[path], "utf-8")
    return changed


def _stale(root: Path, wanted: dict[Path, str]) -> list[Path]:
    differing = [path for path, text in wanted.items() if _read(root / path) != text]
    return sorted({*differing, *_leftover(root, wanted)})


def _leftover(root: Path, wanted: dict[Path, str]) -> list[Path]:
    found = [path.relative_to(root) for path in (root / RULES).glob("*.md")]
    return [path for path in found if path not in wanted]


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except OSError:
        return None
