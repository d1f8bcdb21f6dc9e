"""A rule manager's way with rules without code: draft, examples, adoption, release, audit, change, retirement."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from mingcha.audit.batch import FINDINGS, audit
from mingcha.audit.definitions import (
    adopt,
    copied,
    draft,
    failures,
    next_code,
    page_of,
    read_definition,
    retire,
)
from mingcha.audit.explain import Explainer
from mingcha.audit.plans import plan_of
from mingcha.audit.releasing import next_release
from mingcha.cli import commands
from mingcha.cli.app import run
from mingcha.domain.errors import InputError, KnowledgeError
from mingcha.ingest.definitions import definitions_in_use, kept_definitions
from mingcha.ingest.knowledge.importing import Reading, admit
from mingcha.knowledge.definition.form import definition_of
from mingcha.knowledge.definition.model import Over, RuleDefinition, State
from mingcha.knowledge.release import diff
from mingcha.knowledge.starter import starter_points
from mingcha.store import releases
from tests.support.small_lake import write_lake

assert commands.COMMANDS


def line(price: float | None) -> dict[str, Any]:
    return {"line_id": "c1", "item_code": "某项检查", "charged_at": "2026-03-02", "unit_price": price}


CODE = "MC90000000001000"
DEAR: dict[str, Any] = {
    "编码": CODE,
    "名称": "门诊单价过高",
    "版本": 1,
    "状态": "启用",
    "判断": "明细",
    "前提": "是否住院 = 否",
    "条件": "单价 > 最高单价 且 非 (险种 属于 [510])",
    "读到": "单价",
    "限定": "最高单价",
    "参数": {"最高单价": {"类型": "单价", "缺省": 200, "单位": "元", "最小": 1}},
    "提示": "{item} 门诊单价 {value} 元，高于 {limit} 元",
    "依据": ["fund-regulation"],
    "说明": {
        "检查什么": "门诊明细的单价是否高于本院约定的上限。",
        "为何违规": "超过约定的上限，应当先经医保办同意。",
        "不报什么": "恰好等于上限的；住院的；生育保险的；单价、险种未知的记为无法判断。",
        "处理建议": "核对收费；已经同意的补办手续。",
    },
    "例子": {
        "items": {"某项检查": "002401000010000"},
        "encounter": {"visit_type": 1, "insurance_type": 310},
        "cases": [
            {"name": "门诊单价高于上限，报", "lines": [line(200.01)], "finds": [{"at": "c1", "amount": 200.01}]},
            {"name": "恰好等于上限，不报", "lines": [line(200)]},
            {"name": "住院，不报", "encounter": {"visit_type": 2}, "lines": [line(300)]},
            {
                "name": "单价未知，无法判断",
                "lines": [{**line(None), "billed_amount": 300}],
                "cannot": [["c1", "unit_price"]],
            },
        ],
    },
}  # fmt: skip


def written(folder: Path, **more: Any) -> Path:
    path = folder / "rule.yaml"
    path.write_text(yaml.safe_dump({**DEAR, **more}, allow_unicode=True, sort_keys=False), "utf-8")
    return path


def changed(**more: Any) -> RuleDefinition:
    return definition_of({**DEAR, **more})


def test_a_rule_whose_examples_pass_is_kept_and_taken_up(tmp_path: Path) -> None:
    definition = read_definition(written(tmp_path))
    assert failures(definition) == []
    adopt(tmp_path / "home", written(tmp_path))
    assert [one.code for one in definitions_in_use(tmp_path / "home")] == [CODE]


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"条件": "单价 ≥ 最高单价"}, "恰好等于上限"),
        ({"条件": "单价 < 最高单价"}, "应报在 c1，实报在 （无）"),
        ({"条件": "单价 未知 或 单价 > 最高单价"}, "单价未知"),
        ({"参数": {"最高单价": {"类型": "单价", "缺省": 300}}}, "应报在 c1"),
        ({"例子": {**DEAR["例子"], "cases": DEAR["例子"]["cases"][1:]}}, "没有一个例子应当报出"),
        ({"例子": {**DEAR["例子"], "cases": DEAR["例子"]["cases"][:1]}}, "没有一个例子应当不报"),
    ],
)
def test_a_rule_that_fails_an_example_is_not_kept(tmp_path: Path, more: dict[str, Any], what: str) -> None:
    assert any(what in one.example + one.what for one in failures(changed(**more)))
    with pytest.raises(KnowledgeError, match="处不通过"):
        adopt(tmp_path / "home", written(tmp_path, **more))
    assert kept_definitions(tmp_path / "home") == ()


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"编码": "MC10000101001000"}, "不合格式"),
        ({"名称": ""}, "缺少“名称”"),
        ({"机制": "sex-mismatch"}, "应写且只写一个"),
        ({"条件": None}, "应写且只写一个"),
        ({"判断": "处方"}, "没有“处方”"),
        ({"状态": "试用"}, "没有“试用”"),
        ({"版本": 0}, "应为正整数"),
        ({"知识点种类": "no-kind"}, "没有“no-kind”"),
        ({"知识点": [{"代码": ["1"]}]}, "没有写“知识点种类”"),
        ({"依据": ["某文件"]}, "不在来源目录中"),
        ({"说明": {"检查什么": "甲"}}, "说明缺少“为何违规”"),
        ({"参数": {"最高单价": {"类型": "价格"}}}, "类型没有“价格”"),
        ({"参数": {"最高单价": {"类型": "单价", "缺省": "贵"}}}, "应为数字"),
        ({"例子": {"cases": [{"name": "甲", "lines": [["c1"]]}]}}, "例子无法读取"),
        ({"例子": {"cases": [{"name": "甲", "person": {"姓": 1}}]}}, "没有事实"),
        ({"提示": "{价格}"}, "未知的占位符"),
        ({"条件": "单价 > 上限"}, "不认得“上限”"),
    ],
)
def test_what_is_wrong_with_a_definition_is_said_with_its_place(more: dict[str, Any], what: str) -> None:
    with pytest.raises(InputError) as raised:
        failures(changed(**more))
    assert what in raised.value.what
    assert raised.value.remedy


def test_a_version_is_kept_once_and_a_change_takes_the_next_number(tmp_path: Path) -> None:
    home = tmp_path / "home"
    adopt(home, written(tmp_path))
    with pytest.raises(KnowledgeError, match="已有第 1 版") as raised:
        adopt(home, written(tmp_path))
    assert "改为 2" in raised.value.remedy
    adopt(home, written(tmp_path, 版本=2, 名称="改了名"))
    assert [(one.version, one.name) for one in kept_definitions(home)] == [(2, "改了名")]


def test_a_retired_rule_leaves_the_next_release_and_its_code_is_never_used_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    adopt(home, written(tmp_path))
    first = next_release(home, starter=True)
    retired = retire(home, CODE, "医保办已改为事前审批")
    second = next_release(home, starter=True)
    assert retired.state is State.RETIRED
    assert [one.code for one in first.rules] == [CODE]
    assert second.rules == ()
    assert next_code(home) == "MC90000000002000"
    assert set(diff(first, second).strategy) == {f"自建规则/{CODE}"}
    with pytest.raises(InputError, match="没有自建规则"):
        retire(home, "MC90000000009000", "无")


def test_an_import_takes_up_what_was_added_and_leaves_what_was_retired(tmp_path: Path) -> None:
    home = tmp_path / "home"
    adopt(home, written(tmp_path))
    reading = Reading(points=list(starter_points()[:3]))
    assert [one.code for one in admit(home, reading).release.rules] == [CODE]
    retire(home, CODE, "不再需要")
    assert admit(home, reading).release.rules == ()


def test_a_release_keeps_its_rules_judges_by_them_and_explains_them(tmp_path: Path) -> None:
    home = tmp_path / "home"
    adopt(home, written(tmp_path))
    made = next_release(home, starter=True)
    loaded = releases.load(home, made.number)
    assert [dict(one.written) for one in loaded.rules] == [dict(one.written) for one in made.rules]
    assert loaded.settings_digest == made.settings_digest
    write_lake(tmp_path / "lake", made, persons=60, buckets=2)
    result = audit(tmp_path / "lake", loaded, tmp_path / "out", workers=2)
    found = pl.read_parquet(result.out / FINDINGS).filter(pl.col("rule_code") == CODE)
    assert found.height > 0
    assert found["rule_name"].unique().to_list() == ["门诊单价过高"]
    explain = Explainer(plan_of(loaded).release)
    row = found.row(0, named=True)
    assert "门诊单价 250 元，高于 200 元" in explain.sentence(row)
    assert "医保办" not in explain(row).remedy
    assert explain(row).remedy.startswith("核对收费")


def test_a_rule_from_a_mechanism_judges_by_points_and_settings_of_its_own(tmp_path: Path) -> None:
    bed = "001109000010000"
    own = {
        **{name: DEAR[name] for name in ("编码", "版本", "状态", "依据", "说明")},
        "名称": "本院床位每日两次",
        "机制": "quantity-over-limit",
        "参数": {"tolerance": 0.5},
        "知识点种类": "quantity-limit",
        "知识点": [{"知识点名称": "床位", "代码": [bed], "周期": "日", "上限数量": 2}],
        "提示": "{item} {period}计费 {value}，上限 {limit}",
        "例子": {
            "cases": [
                {"name": "超过容差，报", "lines": [["c1", bed, "2026-03-02", 3]], "finds": [{"at": "c1", "excess": 1}]},
                {"name": "在容差之内，不报", "lines": [["c1", bed, "2026-03-02", 2.5]]},
            ]
        },
    }  # fmt: skip
    assert failures(definition_of(own)) == []
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(own, allow_unicode=True), "utf-8")
    adopt(tmp_path / "home", path)
    made = next_release(tmp_path / "home", starter=True)
    assert {point.rule_code for point in made.points["quantity-limit"]} >= {CODE, "GZ10000102014000"}


def test_drafts_and_copies_are_readable_and_bear_the_next_code(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for over in Over:
        assert definition_of(draft(home, over=over)).over is over
    assert definition_of(draft(home, mechanism="quantity-over-limit")).kind == "quantity-limit"
    adopt(home, written(tmp_path))
    again = definition_of(copied(home, CODE))
    assert (again.code, again.state, again.version) == ("MC90000000002000", State.DRAFT, 1)
    assert failures(again) == []
    assert definition_of(copied(home, "total-mismatch")).mechanism == "total-mismatch"
    with pytest.raises(InputError, match="没有“no-such”这个机制"):
        draft(home, mechanism="no-such")


def test_the_page_of_a_rule_without_code_says_what_other_pages_say() -> None:
    text = page_of(changed())
    for part in (
        "# 门诊单价过高",
        "## 检查什么",
        CODE,
        "最高单价",
        "恰好等于上限，不报",
        "医疗保障基金使用监督管理条例",
    ):
        assert part in text


def test_the_command_line_leads_from_a_draft_to_a_release(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ["--home", str(tmp_path / "home")]
    file, out = str(written(tmp_path)), str(tmp_path / "draft.yaml")
    assert run(["rules", "new", out, "--over", "单据", *home]) == 0
    assert run(["rules", "new", out, *home]) == 2
    assert run(["rules", "new", str(tmp_path / "x.yaml"), "--over", "天", *home]) == 2
    assert run(["rules", "check", file]) == 0
    assert run(["rules", "check", str(written(tmp_path, 条件="单价 ≥ 最高单价")), "--json"]) == 4
    assert run(["rules", "add", str(written(tmp_path)), *home]) == 0
    assert run(["rules", "copy", CODE, str(tmp_path / "copy.yaml"), *home]) == 0
    assert run(["rules", "show", CODE, *home]) == 0
    assert "门诊单价过高" in capsys.readouterr().out
    assert run(["rules", "list", *home, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[-1]["code"] == CODE
    assert run(["release", "create", "--starter", *home, "--json"]) == 0
    capsys.readouterr()
    assert run(["knowledge", "validate", *home, "--json"]) == 0
    sets = tmp_path / "sets.yaml"
    sets.write_text(f"规则集:\n- {{名称: 甲, 规则: [{CODE}]}}\n", "utf-8")
    assert run(["rules", "sets", "validate", str(sets), *home]) == 0
    assert run(["rules", "sets", "validate", str(sets), "--home", str(tmp_path / "other")]) == 2
    assert run(["rules", "retire", CODE, "--reason", "不再需要", *home]) == 0
    assert run(["rules", "words"]) == 0
    assert "单价" in capsys.readouterr().out


def test_a_draft_that_still_says_what_has_to_be_written_does_not_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "draft.yaml")
    assert run(["rules", "new", out, "--home", str(tmp_path)]) == 0
    capsys.readouterr()
    assert run(["rules", "check", out]) == 4
    assert "还没有改写" in capsys.readouterr().out
