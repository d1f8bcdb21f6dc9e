"""`mingcha release …`: published sets of knowledge and settings."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from mingcha.audit.releasing import difference_json, next_release, read_settings, read_strategy
from mingcha.audit.workbook.overview import in_force
from mingcha.bootstrap import application
from mingcha.catalogue.differences import change_of_setting, changes_of_point
from mingcha.cli.app import app, command, group
from mingcha.cli.console import print_json, quoted, say, table, working
from mingcha.cli.options import AsJson, Home
from mingcha.domain.values import day_of
from mingcha.ingest.definitions import definitions_in_use
from mingcha.knowledge.release import Difference
from mingcha.knowledge.release import diff as difference_of

release = group("发布版：知识与参数的不可更改的编号版本。")
app.add_typer(release, name="release")
_SHOWN = 30


@command(release, "create")
def create(
    *,
    settings: Annotated[
        Path | None,
        typer.Option(
            "--settings", help="参数文件（YAML：规则 → 地区 → 参数: 值），写全部要设的参数；默认沿用上一版"
        ),
    ] = None,
    rule_sets: Annotated[
        Path | None, typer.Option("--rule-sets", help="规则集文件（YAML）；默认沿用上一版")
    ] = None,
    effective_from: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="施行日期；默认今天")
    ] = None,
    starter: Annotated[
        bool,
        typer.Option("--starter", help="用内置入门包，只供演示：含演示知识点和演示参数，参数文件盖过其中的"),
    ] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """发布下一版：已导入的全部知识，配上参数和规则集。"""
    folder = application(home).home
    with working("编译、发布……"):
        made = next_release(
            folder,
            settings=None if settings is None else read_settings(settings),
            strategy=None if rule_sets is None else read_strategy(rule_sets, definitions_in_use(folder)),
            effective_from=None if effective_from is None else day_of(effective_from.date()),
            starter=starter,
        )
    count = len(made.all_points())
    if as_json:
        print_json({"release": made.number, "points": count, "knowledge_digest": made.knowledge_digest,
                    "settings_digest": made.settings_digest})  # fmt: skip
    else:
        say(f"已发布第 {made.number} 版：{count:,} 条知识点，{in_force(made.effective_from)}")


@command(release, "list")
def list_(home: Home = None, as_json: AsJson = False) -> None:
    """列出发布版。"""
    found = application(home).releases()
    if as_json:
        print_json(found)
    elif not found:
        say("还没有发布版。请先运行 mingcha knowledge import 文件…")
    else:
        table(
            "发布版",
            ("编号", "施行", "知识点", "知识摘要", "参数摘要"),
            [
                (
                    one["number"],
                    in_force(one["effective_from"]),
                    f"{sum(one['points'].values()):,}",
                    one["knowledge_digest"][:12],
                    one["settings_digest"][:12],
                )
                for one in found
            ],
        )


@command(release, "diff")
def diff(
    before: Annotated[int, typer.Argument(help="较早的发布版编号")],
    after: Annotated[int, typer.Argument(help="较晚的发布版编号")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """比较两个发布版：增加、删除、变化的知识点和参数。"""
    installation = application(home)
    difference = difference_of(installation.release(before), installation.release(after))
    if as_json:
        print_json(difference_json(difference))
    else:
        show_difference(difference)


def show_difference(difference: Difference) -> None:
    """What changes, for people: counts, and the first ones of each."""
    if difference.empty:
        say("没有变化。")
        return
    say(
        f"增加 {len(difference.added):,} 条，删除 {len(difference.removed):,} 条，"
        f"变化 {len(difference.changed):,} 条知识点；参数变化 {len(difference.settings):,} 处；"
        f"规则集、特例变化 {len(difference.strategy):,} 个"
    )
    for title, points in (("增加", difference.added), ("删除", difference.removed)):
        if points:
            rows = [(point.point_id, point.name) for point in points[:_SHOWN]]
            table(f"{title}（前 {len(rows)} 条）", ("知识点编号", "名称"), rows)
    if difference.changed:
        rows = [
            (point_id, changes_of_point(fields))
            for point_id, fields in list(difference.changed.items())[:_SHOWN]
        ]
        table(f"变化（前 {len(rows)} 条）", ("知识点编号", "变化"), rows)
    for name, (old, new) in difference.settings.items():
        say(f"参数 {quoted(change_of_setting(name, old, new))}")
    for name, (old, new) in difference.strategy.items():
        say(f"{quoted(name)}：{quoted(old or '无')} → {quoted(new or '无')}")
