"""Whether a screen fits a small window and can be used by everybody, in the light theme and the dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# Colours are judged when nothing is fetched or fades any more.
_STILL = """() => {
  const still = new CSSStyleSheet()
  still.replaceSync('*, *::before, *::after { transition: none !important; animation: none !important }')
  document.adoptedStyleSheets = [still]
}"""
_SEARCH = "only => axe.run(document, { resultTypes: ['violations'], ...(only && { runOnly: [only] }) })"
_OTHER_THEME = "document.documentElement.classList.toggle('dark')"


def shortcomings(page: Page) -> list[Any]:
    """What is too wide for the window, and what axe finds serious or critical: all of it in the theme that
    is shown, the colours in the other, too."""
    if not AXE.is_file():
        pytest.skip("axe-core 未安装：请先执行 make ui")
    expect(page.locator(".el-loading-mask:visible, .stale")).to_have_count(0)
    page.evaluate(_STILL)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found: list[Any] = [("too wide", wide)] if wide > 0 else []
    found += _serious(page.evaluate(_SEARCH))
    page.evaluate(_OTHER_THEME)
    found += _serious(page.evaluate(_SEARCH, "color-contrast"))
    page.evaluate(_OTHER_THEME)
    page.evaluate("document.adoptedStyleSheets = []")
    return found


def _serious(found: Any) -> list[Any]:
    return [
        (one["id"], [node["target"] for node in one["nodes"]], one["nodes"][0]["failureSummary"])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
