"""A million findings read: list pages under filters and orders, all facets, one finding; in process and over HTTP."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import duckdb
import polars as pl

from benchmarks.calls import serving
from benchmarks.datasets import city_dataset
from benchmarks.figures import Better, Figure, Goal
from benchmarks.library import MadeLibrary
from benchmarks.measure import seconds_of
from mingcha.access import grants, tokens, users
from mingcha.access.actor import Actor, Held, console
from mingcha.access.context import Access
from mingcha.access.grants import NewGrant
from mingcha.access.listing import Listing
from mingcha.access.own_account import change_password
from mingcha.access.permissions import Permission
from mingcha.access.personal import PersonalField
from mingcha.access.roles import Role
from mingcha.access.scope import Reach
from mingcha.access.sessions import admit
from mingcha.access.sign_in import sign_in
from mingcha.audit.batch import FINDINGS, audit
from mingcha.audit.ledger.folders import run_folder
from mingcha.audit.outputs import sha256_of, write_json
from mingcha.audit.reading.finding_detail import finding
from mingcha.audit.reading.finding_facets import facets
from mingcha.audit.reading.finding_filter import FindingFilter
from mingcha.audit.reading.finding_list import BY_PLACE, SORTS, findings
from mingcha.audit.reading.indexing import write_index
from mingcha.audit.run import finished_run
from mingcha.bootstrap import application
from mingcha.store import releases
from mingcha.store.lake import Lake, LakeWriter

RUN = UUID("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
PAGE, LINES, COPIES_A_BUCKET = 50, 100_000, 6
PAGES = Goal(Better.LESS, 1000, 300)
DRAWER = Goal(Better.LESS, 300)
_SAME = ("encounter_id", "settlement_id", "person_id")
# A whole city, whose every row is asked for; a region of it is what most readers have.
_SCOPES = {
    "全部数据": Reach(),
    "一个设区市": Reach(region="3501"),
    "职工医保": Reach(insurance_types=frozenset({"310"})),
}
FILTERS = {
    "不筛选": FindingFilter(),
    "可疑": FindingFilter(certainty=["可疑"]),
    "名称含“注射”": FindingFilter(text="注射"),
    "住院、100 元以上": FindingFilter(inpatient=["true"], claimed_from_fen=10_000),
    "没有规定动作、没有特例": FindingFilter(action=["-"], exempt=False),
}


def figures(wanted: int, library: MadeLibrary, cache: Path, repetitions: int) -> list[Figure]:
    """Times of reading so many findings, the slowest of every filter, order and scope."""
    cache.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=cache) as folder:
        access = _installed(Path(folder), wanted, library, cache)
        count = finished_run(run_folder(access, RUN))["counts"]["findings"]
        topic = f"读疑点：{count:,} 条，两核，数据范围生效"
        actors = {name: Actor(None, "bench", (Held(Role.DECIDER, reach),)) for name, reach in _SCOPES.items()}
        found = [*_in_process(topic, access, actors, repetitions), *_over_http(topic, access, repetitions)]
        access.database.dispose()
    return found


def _in_process(topic: str, access: Access, actors: dict[str, Actor], repetitions: int) -> list[Figure]:
    anybody = actors["全部数据"]
    bucket = finished_run(run_folder(access, RUN))["buckets"]["0"]["findings"]
    largest = pl.read_parquet(run_folder(access, RUN) / FINDINGS, n_rows=bucket, glob=False)
    first = largest.sort("claimed_fen", descending=True, nulls_last=True)["finding_id"].head(PAGE)
    pages = {
        f"{scope}，{name}，按 {sort}": _milliseconds(
            lambda actor=actor, wanted=wanted, sort=sort: findings(
                access, actor, RUN, wanted, Listing(2, PAGE, sort)
            ),
            repetitions,
        )
        for scope, actor in actors.items()
        for name, wanted in FILTERS.items()
        for sort in (
            ("", "-day", "institution", "-recoverable_fen")
            if scope != "全部数据"
            else ("", *SORTS, *BY_PLACE)
        )
    }
    counts = {
        f"{scope}，{name}": _milliseconds(
            lambda actor=actor, wanted=wanted: facets(access, actor, RUN, wanted), repetitions
        )
        for scope, actor in actors.items()
        for name, wanted in FILTERS.items()
    }
    drawers = {
        one: _milliseconds(lambda one=one: finding(access, anybody, RUN, one), repetitions)
        for one in first[::5]
    }
    peer_page, peer_facets = _duckdb(access, repetitions)
    return [
        _slowest(
            topic, f"列表一页（{PAGE} 条）", pages, PAGES, peer_page, "DuckDB：筛选、排序、取一页，没有说明"
        ),
        _slowest(topic, "合计和 14 个分面", counts, PAGES, peer_facets, "DuckDB：同样的分组，不筛选"),
        _slowest(topic, "一条疑点的详情", drawers, DRAWER),
    ]


def _slowest(
    topic: str, what: str, taken: dict[str, float], goal: Goal, peer: float | None = None, peer_name: str = ""
) -> Figure:
    name, slowest = max(taken.items(), key=lambda one: one[1])
    usual = sorted(taken.values())[len(taken) // 2]
    note = f"{len(taken)} 种中最慢的（{name}）；中位 {usual:.0f}"
    return Figure(topic, f"{what}，最慢", slowest, "毫秒", goal, peer, peer_name, note)


def _milliseconds(work: Callable[[], object], repetitions: int) -> float:
    return seconds_of(work, repetitions)[1] * 1000


def _duckdb(access: Access, repetitions: int) -> tuple[float, float]:
    """The same rows in a table of DuckDB: a page in an order, and counts by the same columns."""
    run = run_folder(access, RUN)
    with duckdb.connect(config={"threads": 2}) as peer:
        peer.execute(f"CREATE TABLE f AS SELECT * FROM read_parquet('{run / FINDINGS}')")
        page = (
            "SELECT * FROM f WHERE certainty = '可疑' ORDER BY charged_at DESC, finding_id LIMIT 50 OFFSET 50"
        )
        columns = (
            "certainty", "rule_code", "institution_id", "(institution_id, department_id)",
            "(institution_id, doctor_id)",
            "code", "action", "exemption", "judging_region", "charged_at // 43200",
        )  # fmt: skip
        grouped = [
            f"SELECT {one}, count(*) AS n, sum(claimed_fen) FROM f GROUP BY {one} ORDER BY n DESC LIMIT 50"
            for one in columns
        ]
        total = "SELECT count(*), count(DISTINCT person_id), count(DISTINCT encounter_id), sum(claimed_fen) FROM f"
        return (
            _milliseconds(lambda: peer.execute(page).fetchall(), repetitions),
            _milliseconds(lambda: [peer.execute(one).fetchall() for one in (total, *grouped)], repetitions),
        )


def _over_http(topic: str, access: Access, repetitions: int) -> list[Figure]:
    token = _token(access)
    with serving(access.home, workers=1) as server:

        def get(path: str) -> dict[str, object]:
            request = urllib.request.Request(
                f"http://127.0.0.1:{server.port}/api/v1/findings{path}",
                headers={"Authorization": f"Bearer {token}"},
            )
            with urllib.request.urlopen(request) as answer:
                said: dict[str, object] = json.load(answer)
            return said

        first = pl.read_parquet(run_folder(access, RUN) / FINDINGS, n_rows=1, glob=False)["finding_id"][0]
        asked = {
            "列表一页，不筛选": (f"?run={RUN}&size={PAGE}", PAGES),
            "列表一页，可疑，按日期倒序": (
                f"?run={RUN}&size={PAGE}&certainty=%E5%8F%AF%E7%96%91&sort=-day",
                PAGES,
            ),
            "合计和 14 个分面，不筛选": (f"/facets?run={RUN}", PAGES),
            "一条疑点的详情": (f"/{first}?run={RUN}", DRAWER),
        }
        return [
            Figure(
                topic,
                f"经 HTTP：{what}",
                _milliseconds(lambda path=path: get(path), repetitions),
                "毫秒",
                goal,
            )
            for what, (path, goal) in asked.items()
        ]


def _token(access: Access) -> str:
    """A token of somebody who decides over everything."""
    by, password = console("bench"), "Yun-Shan-4081"
    made, given = users.create(access, by, "bench", {PersonalField.FULL_NAME: "量一量"}, None)
    grants.replace_grants(access, by, made.id, [NewGrant(Role.DECIDER)])
    held = sign_in(access, "bench", given.password, code=None, address="", held_token=None)
    change_password(access, admit(access, held.token, "").actor, given.password, password)
    held = sign_in(access, "bench", password, code=None, address="", held_token=None)
    _, secret = tokens.create(
        access, admit(access, held.token, "").actor, "bench", [Permission.FINDINGS_VIEW], 1
    )
    return secret


def _installed(home: Path, wanted: int, library: MadeLibrary, cache: Path) -> Access:
    """An installation with one audit: every person of a city many times over, each time somebody else."""
    installation = application(home)
    installation.prepare_database()
    release = library.release()
    releases.save(home, release)
    city, small, run = (
        city_dataset(LINES, library, cache),
        home / "small",
        run_folder(installation.access, RUN),
    )
    audit(city, release, small, workers=2, workbook=False)
    manifest = finished_run(small)
    found = pl.read_parquet(small / FINDINGS, glob=False)
    copies = -(-wanted // found.height)
    dataset = home / "datasets" / "city"
    dataset.parent.mkdir()
    run.mkdir(parents=True)
    buckets = _tiled(Lake(city), dataset, copies)
    parts = [_others(found, copy, "finding_id") for copy in range(copies)]
    # Copies of a bucket lie together, as the findings of its persons must.
    pl.concat(parts).lazy().sink_parquet(run / FINDINGS, compression="zstd", maintain_order=True)
    manifest["identity"]["dataset_path"] = str(dataset)
    manifest["files"] = {FINDINGS: sha256_of(run / FINDINGS)}
    manifest["counts"]["findings"] = found.height * copies
    manifest["buckets"] = {
        str(number): {"findings": found.height * (last - first)}
        for number, (first, last) in enumerate(buckets)
    }
    write_json(run / "manifest.json", manifest)
    shutil.rmtree(small)
    write_index(run, dataset)
    return installation.access


def _tiled(lake: Lake, target: Path, copies: int) -> list[tuple[int, int]]:
    """A dataset in which each person stands many times; which copies lie in which bucket."""
    groups = [(first, min(first + COPIES_A_BUCKET, copies)) for first in range(0, copies, COPIES_A_BUCKET)]
    with LakeWriter(target) as writer:
        writer.write_items(lake.items())
        for number, (first, last) in enumerate(groups):
            frames: dict[str, list[pl.DataFrame]] = {
                "encounters": [],
                "lines": [],
                "diagnoses": [],
                "procedures": [],
            }
            before = 0
            for copy in range(first, last):
                for one in lake.buckets:
                    bucket = lake.read_bucket(one)
                    frames["encounters"].append(_others(bucket.encounters, copy))
                    # Only the first bucket's lines are ever looked at: the largest claims of it are opened.
                    for name in ("lines", "diagnoses", "procedures") if first == 0 else ():
                        moved = (pl.col("enc") + before).cast(pl.Int32)
                        frames[name].append(getattr(bucket, name).with_columns(moved))
                    before += bucket.encounters.height
            writer.write_bucket(
                number,
                **{name: pl.concat(parts) if parts else pl.DataFrame() for name, parts in frames.items()},
            )
        writer.write_quality(lake.quality())
        counts = {**lake.manifest["counts"], "lines": int(lake.manifest["counts"]["lines"]) * copies}
        writer.finish({"buckets": len(groups), "inputs": [], "counts": counts})
    return groups


def _others(rows: pl.DataFrame, copy: int, *ids: str) -> pl.DataFrame:
    """The same rows of other persons, bills and findings."""
    named = [pl.format("{}-{}", name, pl.lit(copy)).alias(name) for name in _SAME if name in rows.columns]
    return rows.with_columns(
        *named, *((pl.lit(f"{copy:04x}") + pl.col(name).str.slice(4)).alias(name) for name in ids)
    )
