"""`mingcha demo`: the main job from nothing, in one command."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from mingcha.audit.demonstration import prepare
from mingcha.audit.evaluation import evaluate
from mingcha.audit.releasing import next_release
from mingcha.bootstrap import application
from mingcha.cli.app import app, command
from mingcha.cli.audit import audit_json, show_audit, show_evaluation
from mingcha.cli.claims import import_json, show_import
from mingcha.cli.console import (
    audit_bar,
    import_bar,
    lines_bar,
    print_json,
    quoted,
    say,
    table,
    working,
)
from mingcha.cli.options import AsJson, Workers
from mingcha.cli.sample import show_city
from mingcha.ingest.claims import import_claims
from mingcha.jobs.demonstration import demonstration_strategy, load
from mingcha.sample.city import TRUTH, make_city
from mingcha.sample.places import CITIES
from mingcha.store.lake import Lake


@command(app, "demo")
def demo(
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="演示写到哪个文件夹；再次运行会重新生成")] = Path(
        "demo"
    ),
    lines: Annotated[int, typer.Option("--lines", help="样例城市大约多少行明细")] = 400_000,
    seed: Annotated[int, typer.Option("--seed", help="随机种子")] = 1,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """演示：样例城市 → 导入 → 入门包发布版 → 审核 → 评价 → 装进平台，打印各角色的账号。

    知识用内置入门包，其中演示知识点和演示参数只供演示，不能用于正式审核。
    """
    started = time.monotonic()
    folders = prepare(out)
    _step(1, "生成样例城市", as_json=as_json)
    with lines_bar("生成") as making:
        city = make_city(folders.city, lines, seed, progress=making)
    if not as_json:
        show_city(city, details=False)
    _step(2, "导入", as_json=as_json)
    with import_bar() as importing:
        imported = import_claims([folders.city / "claims"], folders.dataset, progress=importing)
    if not as_json:
        show_import(imported)
    _step(3, "发布入门包（含演示知识点和演示参数）", as_json=as_json)
    installation = application(folders.home, workers)
    release = next_release(folders.home, effective_from=0, starter=True, strategy=demonstration_strategy())
    if not as_json:
        say(f"第 {release.number} 版：{len(release.all_points()):,} 条知识点")
    _step(4, "审核", as_json=as_json)
    with audit_bar() as auditing:
        taken, result = installation.audit(
            [folders.dataset], folders.result, release=release, progress=auditing
        )
    if not as_json:
        show_audit(taken, result)
    _step(5, "对照埋设的真值评价", as_json=as_json)
    evaluation = evaluate(folders.result, folders.city / TRUTH)
    if not as_json:
        show_evaluation(evaluation)
    _step(6, "装进平台：机构、各角色的账号、数据集和审核", as_json=as_json)
    installation.prepare_database()
    with working("装入……"):
        loaded = load(
            installation.access,
            folders.city / "claims",
            Lake(folders.dataset),
            CITIES,
            workers=installation.settings.workers,
        )
    seconds = round(time.monotonic() - started, 1)
    if as_json:
        print_json(
            {
                "out": str(out),
                "seconds": seconds,
                "city": {**vars(city), "out": str(city.out)},
                "import": import_json(imported),
                "audit": audit_json(taken, result),
                "evaluation": evaluation.as_json(),
                "platform": {
                    "home": str(folders.home),
                    "dataset": str(loaded.dataset_id),
                    "run": str(loaded.run_id),
                    "accounts": [
                        {"login": one.login, "role": one.label, "place": one.place, "password": one.password}
                        for one in loaded.accounts
                    ],
                },
            }
        )
        return
    table(
        "账号（口令刚刚生成，只在这里显示）",
        ("登录名", "角色", "机构", "口令"),
        [(one.login, one.label, one.place, one.password) for one in loaded.accounts],
    )
    say()
    say(f"[bold green]演示完成[/]，用时 {seconds} 秒。请打开 {quoted(folders.result / '审核结果.xlsx')}")
    say(f"疑点、无法判断、数据质量在 {quoted(folders.result)}，样例城市和真值在 {quoted(folders.city)}。")
    serve = quoted(f'make serve ARGS="--home {folders.home}"')
    say(f"在浏览器里看：[bold]{serve}[/]，打开 http://127.0.0.1:8000，用上面的账号登录。")
    say("像医生一样开单试试：以 doctor 登录，打开“HIS 模拟器”，点一个例子。")


def _step(number: int, title: str, *, as_json: bool) -> None:
    if not as_json:
        say(f"\n[bold]{number}/6 {title}[/]")
