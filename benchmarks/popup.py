"""From 签名 to the painted popup in a real browser, before a service with full knowledge and histories."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from playwright.sync_api import Page, expect, sync_playwright
from sqlalchemy import delete

from benchmarks.bills import HISTORY, Bills
from benchmarks.call_messages import past_of
from benchmarks.calls import serving
from benchmarks.datasets import SEED
from benchmarks.figures import Better, Figure, Goal
from benchmarks.library import MadeLibrary, pairs_of
from benchmarks.measure import percentile
from mingcha.access.context import Access
from mingcha.access.roles import Role
from mingcha.audit.histories import index_of
from mingcha.audit.plans import plan_of
from mingcha.bootstrap import application
from mingcha.ingest.claims import import_claims
from mingcha.jobs.demonstration import Account, load
from mingcha.sample.city import make_city
from mingcha.sample.places import CITIES
from mingcha.store import releases
from mingcha.store.database.histories import History
from mingcha.store.lake import Lake
from tests.e2e.stage import FLAGS, VIEWPORT, chromium, why_not

_LINES = 20_000
_GOAL = Goal(Better.LESS, 300)
# An example that is found, so that there is a popup; how many lines the prescription has in all.
_SCENES = (("门诊", "超说明书用量", 5), ("门特(慢)", "剩余用药", 5), ("住院", "相互作用", 30))
_BEFORE = 5
# What can be ordered, by the beginnings of codes.
_SOUGHT = ("XV", "X", "Z", "C", "0025", "0033", "0099")

# From the click itself; the popup stands in the document, then two frames: by the second the first was painted.
_WATCH = """() => {
  let begun = 0
  document.addEventListener('click', () => { begun = performance.now() }, { capture: true, once: true })
  window.popup = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("no popup")), 30_000)
    const seen = new MutationObserver(() => {
      const found = document.querySelector('.sign-dialog .finding')
      if (found === null || found.offsetParent === null) return
      seen.disconnect()
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - begun)))
    })
    seen.observe(document.body, { subtree: true, childList: true, attributes: true })
  })
}"""
# A hospital's system asks for a link …
_LINK = """async (about) => {
  const token = document.cookie.match(/mingcha_csrf=([^;]+)/)[1]
  const begun = performance.now()
  const answer = await fetch('/api/v1/embedded', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'X-CSRF-Token': decodeURIComponent(token) },
    body: JSON.stringify({ ...about, page: 'audit' }),
  })
  const { path } = await answer.json()
  return [path, performance.now() - begun]
}"""
# … and shows it in a frame of its own page, without our frame around it.
_FRAME = """async (address) => {
  document.querySelector('iframe')?.remove()
  const begun = performance.now()
  const frame = document.createElement('iframe')
  frame.width = 800
  frame.height = 600
  const loaded = new Promise((resolve) => { frame.onload = resolve })
  frame.src = address
  document.body.append(frame)
  await loaded
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  return performance.now() - begun
}"""


def figures(signings: int, library: MadeLibrary, cache: Path) -> list[Figure]:
    """90th percentiles of so many signings of each scene, and of the embedded page of such a result."""
    if (reason := why_not()) is not None:
        raise SystemExit(reason)
    topic = (
        f"签名到弹出：真浏览器里的模拟器，历史 {HISTORY} 行一人，{pairs_of(library.points):,} 对知识，"
        f"每个场景 {signings} 次"
    )
    with TemporaryDirectory(dir=cache) as folder:
        installed = _installed(Path(folder), library)
        with serving(installed.home) as server, _page(f"http://127.0.0.1:{server.port}") as page:
            _sign_in(page, installed.account)
            return [
                figure
                for scene, example, lines in _SCENES
                for figure in _figures(page, topic, scene, example, lines, signings)
            ]


@dataclass(frozen=True)
class Installation:
    """Where it lies, and who signs in."""

    home: Path
    account: Account


def _installed(folder: Path, library: MadeLibrary) -> Installation:
    """A demonstration under the library's release, its persons with long histories."""
    home, city, rough = folder / "home", folder / "city", folder / "rough"
    installation = application(home)
    installation.prepare_database()
    access = installation.access
    release = library.release()
    releases.save(home, release)
    make_city(city, _LINES, SEED)
    import_claims([city / "claims"], rough)
    loaded = load(access, city / "claims", Lake(rough), CITIES)
    _remember(access, Bills(rough, plan_of(release)), Lake(rough))
    access.database.dispose()
    account = next(one for one in loaded.accounts if one.login == Role.INSURANCE_OFFICE.value)
    return Installation(home, account)


def _remember(access: Access, bills: Bills, lake: Lake) -> None:
    """Everybody gets a history of the size that is measured, in the place of what the import knew."""
    persons = pl.concat([lake.scan("encounters", number).select("person_id") for number in lake.buckets])
    pasts = [past_of(bills.case(number)[:-1]) for number in range(len(bills))]
    now = access.now()
    with access.database.writing() as session:
        session.execute(delete(History))
        session.add_all(
            History(
                person=index_of(access, person),
                packed=pasts[number % len(pasts)],
                updated_at=now,
                counted=True,
            )
            for number, person in enumerate(persons.unique().collect()["person_id"])
        )


@contextmanager
def _page(address: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        context = browser.new_context(viewport=VIEWPORT, locale="zh-CN", base_url=address)
        yield context.new_page()
        browser.close()


def _sign_in(page: Page, account: Account) -> None:
    page.goto("/simulator")
    page.get_by_label("登录名").fill(account.login)
    page.get_by_label("口令", exact=True).fill(account.password)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("navigation", name="例子")).to_be_visible()


def _figures(page: Page, topic: str, scene: str, example: str, lines: int, signings: int) -> list[Figure]:
    _prescribe(page, example, lines)
    messages = [_signed(page) for _ in range(_BEFORE + signings)][_BEFORE:]
    taken = [took for took, _ in messages]
    framed = _framed(page, messages[-1][1], _BEFORE + signings)[_BEFORE:]
    note = f"{lines} 行一张；中位 {percentile(taken, 0.5):.0f}，最慢 {max(taken):.0f}"
    of_frame = f"从取链接到画出；中位 {percentile(framed, 0.5):.0f}，最慢 {max(framed):.0f}"
    return [
        Figure(topic, f"{scene}：p90", percentile(taken, 0.9), "毫秒", _GOAL, note=note),
        Figure(topic, f"{scene}：嵌入的审核结果 p90", percentile(framed, 0.9), "毫秒", _GOAL, note=of_frame),
    ]


def _prescribe(page: Page, example: str, lines: int) -> None:
    """An example, and other lines up to so many in all, entered as a doctor does."""
    page.goto("/simulator")  # nothing is left of the scene before
    page.get_by_role("button", name=example, exact=True).click()
    rows = page.get_by_label("医嘱", exact=True).locator("tbody tr")
    expect(rows).not_to_have_count(0)
    box = page.get_by_label("加一行：查找药品、项目、耗材")
    codes = page.evaluate(
        """async (sought) => (await Promise.all(sought.map(async (text) =>
            (await (await fetch(`/api/v1/simulator/items?text=${text}`)).json()).map((one) => one.code)))).flat()""",
        list(_SOUGHT),
    )
    for code in dict.fromkeys(codes):
        entered = rows.count()
        if entered >= lines:
            break
        box.fill(code)
        page.get_by_role("option").first.wait_for()
        box.press("Enter")
        expect(rows).to_have_count(entered + 1)
    expect(page.get_by_role("button", name="签名", exact=True)).to_be_enabled()
    page.wait_for_load_state("networkidle")


def _signed(page: Page) -> tuple[float, dict[str, str]]:
    """Sign, and go back to change; how long until the popup was painted, and the message that it is about."""
    page.evaluate(_WATCH)
    with page.expect_response("**/simulator/audits") as answered:
        page.get_by_role("button", name="签名", exact=True).click()
    took: float = page.evaluate("window.popup")
    told = answered.value.request.post_data_json
    with page.expect_response("**/simulator/feedback"):
        page.get_by_role("button", name="返回修改").click()
    expect(page.locator(".sign-dialog .finding").first).to_be_hidden()
    message = answered.value.json()["exchange"]["message_id"]
    return took, {"institution_id": told["institution_id"], "message_id": message}


def _framed(page: Page, about: dict[str, str], times: int) -> list[float]:
    """From asking for the link of a result to its page painted in a frame."""
    hospital = page.context.new_page()
    taken: list[float] = []
    origin = page.url.partition("/simulator")[0]
    hospital.route("**/station", lambda route: route.fulfill(body="<body>", content_type="text/html"))
    hospital.goto(f"{origin}/station")
    for _ in range(times):
        path, asking = page.evaluate(_LINK, about)
        taken.append(asking + hospital.evaluate(_FRAME, origin + path))
    expect(hospital.frame_locator("iframe").get_by_role("button", name="继续").first).to_be_visible()
    hospital.close()
    return taken
