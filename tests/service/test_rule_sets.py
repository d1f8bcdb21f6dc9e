"""Rule sets and exemptions as users have them: a file that says what is wrong, a release, an audit, an answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from mingcha.audit.batch import FINDINGS, audit
from mingcha.audit.bill import BillAuditor
from mingcha.audit.plans import plan_of
from mingcha.audit.releasing import check_release, read_strategy
from mingcha.cli import commands
from mingcha.cli.app import run
from mingcha.domain.errors import InputError, KnowledgeError
from mingcha.ingest.written import read_yaml
from mingcha.knowledge.kinds.scope import SexLimit
from mingcha.knowledge.release import Release, diff, release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.knowledge.strategy.form import SAMPLE, strategy_of, written_form
from mingcha.sample.messages import sample_message
from mingcha.store import releases
from tests.support.small_lake import write_lake

assert commands.COMMANDS


def released(strategy: Any = None, number: int = 1, more: Sequence[SexLimit] = ()) -> Release:
    return release_of(
        number,
        [*starter_points(), *more],
        starter_settings(),
        with_demonstration=True,
        strategy=strategy_of(strategy),
    )


def one_set(**more: Any) -> dict[str, Any]:
    return {"规则集": [{"名称": "甲", "规则": ["全部"], **more}]}


def exempt(**more: Any) -> dict[str, Any]:
    one = {"编号": "T1", "类型": "白名单", "理由": "试点", "止": "2027-12-31", "机构": ["H1"], **more}
    return {"特例": [one]}


def elsewhere(**more: Any) -> dict[str, Any]:
    one = {"规则": ["政策类"], "按": "参保地", **more}
    return {"异地就医": [{name: value for name, value in one.items() if value is not None}]}


def test_the_sample_file_is_sound_and_survives_writing_and_reading(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SAMPLE, "utf-8")
    strategy = read_strategy(tmp_path / "a.yaml")
    assert [one.name for one in strategy.sets] == ["三级医院住院", "其余"]
    again = strategy_of(yaml.safe_load(yaml.safe_dump(written_form(strategy), allow_unicode=True)))
    assert again == strategy


BROKEN: list[tuple[Any, str, str]] = [
    ([], "层次不对", ""),
    ({"规则": []}, "不认得“规则”", ""),
    ({"规则集": [{"规则": ["全部"]}]}, "缺少“名称”", "第 1 个"),
    (one_set(规则=[]), "缺少“规则”", "“甲”"),
    (one_set(优先=3), "不认得“优先”", "第 1 个"),
    (one_set(优先级="高"), "应为整数", "“甲”"),
    (one_set(范围={"城市": ["福州"]}), "不认得“城市”", "范围"),
    (one_set(范围={"机构级别": ["特级"]}), "没有“特级”", "“甲”"),
    (one_set(场景=["11"]), "没有“11”", "“甲”"),
    (one_set(动作={"明确违规": "罚款"}), "没有“罚款”", "动作"),
    (one_set(动作={"违规": "拦截"}), "不认得“违规”", "动作"),
    (one_set(门槛={"金额": 5}), "门槛应写明", "门槛"),
    (one_set(门槛={"金额": "五", "以下": "提醒"}), "应为数字", "门槛"),
    (one_set(启用="去年"), "应为日期", "启用"),
    (one_set(启用="2026-02-01", 停用="2026-01-31"), "早于", "“甲”"),
    ({"规则集": [*one_set()["规则集"], *one_set()["规则集"]]}, "规则集名称“甲”重复", ""),
    (one_set(规则=["限性别"]), "规则目录中没有“限性别”", "“甲”"),
    (one_set(参数={"sex-mismatch": {"tolerance": 1}}), "没有参数 tolerance", "“甲”"),
    (one_set(参数={"quantity-over-limit": {"tolerance": -1}}), "超出范围", "“甲”"),
    (
        one_set(规则=["sex-mismatch"], 参数={"quantity-over-limit": {"tolerance": 1}}),
        "不在本集的规则中",
        "“甲”",
    ),
    (exempt(止=None), "必须有截止日期", "“T1”"),
    (exempt(理由=""), "缺少“理由”", "“T1”"),
    (exempt(类型="关系"), "没有“关系”", "“T1”"),
    (exempt(机构=None), "没有写明对象", "“T1”"),
    (exempt(规则=["不存在"]), "规则目录中没有", "“T1”"),
    (elsewhere(规则=["不存在"]), "规则目录中没有", "异地就医第 1 个"),
    (elsewhere(按="参保人"), "没有“参保人”", "异地就医第 1 个"),
    (elsewhere(按=None), "缺少“按”", "异地就医第 1 个"),
    (elsewhere(规则=None), "缺少“规则”", "异地就医第 1 个"),
    (elsewhere(启用="2026-02-01", 停用="2026-01-31"), "早于", "异地就医第 1 个"),
]


@pytest.mark.parametrize(("written", "what", "where"), BROKEN, ids=[what for _, what, _ in BROKEN])
def test_a_broken_file_says_what_is_wrong_where_and_what_to_do(
    tmp_path: Path, written: Any, what: str, where: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(yaml.safe_dump(written, allow_unicode=True), "utf-8")
    with pytest.raises((InputError, KnowledgeError)) as raised:
        read_strategy(path)
    assert what in raised.value.what
    assert where in raised.value.where
    assert raised.value.remedy


def test_codes_keep_their_leading_zeros_and_a_fault_of_form_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("科室: [0301, 12]\n", "utf-8")
    assert read_yaml(path) == {"科室": ["0301", 12]}
    path.write_text("甲: 1\n乙: [\n", "utf-8")
    with pytest.raises(InputError, match="不是正确的 YAML") as raised:
        read_yaml(path)
    assert "第 3 行" in raised.value.where


def test_a_release_keeps_its_sets_and_its_digest_tells_them_apart(tmp_path: Path) -> None:
    plain = released()
    with_sets = released({**one_set(优先级=2), **exempt(), **elsewhere(停用="2026-06-30")}, number=2)
    releases.save(tmp_path, with_sets)
    loaded = releases.load(tmp_path, 2)
    assert loaded.strategy == with_sets.strategy
    assert loaded.settings_digest == with_sets.settings_digest != plain.settings_digest
    assert plain.settings_digest == release_of(1, [], starter_settings()).settings_digest


def test_the_difference_of_two_releases_names_the_sets_that_changed() -> None:
    found = diff(released(one_set()), released({**one_set(优先级=2), **exempt(), **elsewhere()}))
    assert set(found.strategy) == {"规则集/甲", "特例/T1", "异地就医"}
    assert found.strategy["异地就医"] == (None, elsewhere()["异地就医"])
    assert found.strategy["规则集/甲"][1]["优先级"] == 2
    assert found.strategy["特例/T1"][0] is None
    assert not found.settings
    assert not found.empty


def test_settings_of_a_set_are_tried_before_a_release_is_published() -> None:
    check_release(released(one_set(参数={"quantity-over-limit": {"tolerance": 5}})))
    with pytest.raises(KnowledgeError, match="超出范围"):
        check_release(released(one_set(参数={"quantity-over-limit": {"tolerance": -5}})))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sets") / "dataset"
    write_lake(folder, released(), persons=80, buckets=2)
    return folder


def test_exempt_findings_are_kept_and_counted_apart(lake: Path, tmp_path: Path) -> None:
    plain = audit(lake, released(), tmp_path / "plain")
    held = audit(lake, released({**exempt(), **one_set(动作={"明确违规": "拦截"})}), tmp_path / "held")
    before, after = (pl.read_parquet(one.out / FINDINGS) for one in (plain, held))
    assert after["finding_id"].to_list() == before["finding_id"].to_list()
    excused = after.filter(pl.col("exemption").is_not_null())
    assert excused["institution_id"].unique().to_list() == ["H1"]
    assert 0 < excused.height == held.counts["exempt"] < after.height
    assert excused["claimed_fen"].sum() == 0
    assert held.manifest["exemptions"] == [
        {
            "exemption": "T1",
            "exemption_reason": "白名单：试点",
            "findings": excused.height,
            "encounters": excused["encounter_id"].n_unique(),
            "amount_fen": excused["amount_fen"].sum(),
        }
    ]
    counted = sum(rule["findings"] for rule in held.manifest["by_rule"])
    assert counted == after.height - excused.height
    others = before.filter(pl.col("institution_id") != "H1")
    assert sum(rule["claimed_fen"] for rule in held.manifest["by_rule"]) == others["claimed_fen"].sum()
    assert set(after.filter(pl.col("certainty") == "明确违规")["action"]) == {"拦截"}


def test_an_audit_by_one_set_of_a_release_is_replayed_by_that_set(
    lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    two = [{"名称": "性别", "规则": ["sex-mismatch"]}, {"名称": "年龄", "规则": ["age-out-of-range"]}]
    releases.save(home, released({"规则集": two}))
    arguments = ["audit", lake, "--out", out, "--home", home, "--rule-set", "性别", "--no-xlsx", "--json"]
    assert run(list(map(str, arguments))) == 0
    assert set(pl.read_parquet(out / FINDINGS)["slug"]) == {"sex-mismatch"}
    assert run(["replay", str(out), "--home", str(home), "--json"]) == 0
    capsys.readouterr()
    assert run([*map(str, arguments[:-3]), "无此集", "--out", str(tmp_path / "no")]) == 2
    assert "可用的规则集：年龄、性别" in capsys.readouterr().err.replace("\n", "")


def test_an_audit_of_care_given_elsewhere_is_replayed_by_the_regions_it_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, out, dataset = (tmp_path / name for name in ("home", "out", "dataset"))
    own = [opposite(point, "3502") for point in starter_points() if isinstance(point, SexLimit)]
    held = released(elsewhere(规则=["GZ10000301004000"], 启用="2025-10-01"), more=own)
    releases.save(home, held)
    write_lake(dataset, held, persons=80, buckets=2, regions=("350100", "350200"))
    assert run(["audit", str(dataset), "--out", str(out), "--home", str(home), "--no-xlsx"]) == 0
    assert set(pl.read_parquet(out / FINDINGS)["judging_region"].drop_nulls()) == {"350100", "350200"}
    assert run(["replay", str(out), "--home", str(home), "--json"]) == 0
    capsys.readouterr()


def opposite(point: SexLimit, region: str) -> SexLimit:
    """The opposite of a national point, in one region."""
    sex = {"1": "2", "2": "1"}[point.sex]
    return SexLimit(**{**vars(point), "point_id": f"{point.point_id}-{region}", "sex": sex, "region": region})


def answered(auditor: BillAuditor, message: Any, scene: str = "") -> list[dict[str, Any]]:
    return auditor(json.dumps(message).encode(), scene).result


def test_a_message_is_answered_only_by_the_rules_it_asks_for() -> None:
    message = sample_message("stay")
    (drug,) = {row["code"] for row in BillAuditor(plan_of(released()))(json.dumps(message).encode()).findings}
    again = SexLimit(point_id="again", rule_code="GZ10000302004000", codes=(drug,), sex="1")
    other = SexLimit(point_id="other", rule_code="GZ10000302004000", codes=(drug,), sex="2")
    points = [*starter_points(), again, other]
    auditor = BillAuditor(plan_of(release_of(1, points, starter_settings(), with_demonstration=True)))
    codes = [result["rule_id"] for result in answered(auditor, message)]
    assert len(set(codes)) == 2
    message["input"]["data"]["rule_ids"] = codes[0]
    assert {result["rule_id"] for result in answered(auditor, message)} == {codes[0]}
    message["input"]["data"]["rule_ids"] = ["GZ00000000000000"]
    assert answered(auditor, message) == []


def test_the_scene_of_a_message_chooses_the_sets_and_may_be_given_instead() -> None:
    auditor = BillAuditor(plan_of(released(one_set(场景=["4"]))))
    message = sample_message("stay")
    assert message["input"]["data"]["trig_scen"] == "4"
    assert answered(auditor, message)
    assert answered(auditor, message, "8") == []


def test_what_is_exempt_is_not_answered_but_kept() -> None:
    message = sample_message("stay")
    plain = BillAuditor(plan_of(released()))(json.dumps(message).encode())
    person = plain.findings[0]["person_id"]
    held = BillAuditor(plan_of(released(exempt(机构=None, 参保人=[person]))))(json.dumps(message).encode())
    assert held.result == []
    assert len(held.findings) == len(plain.findings)


def test_sets_are_validated_and_shown_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "规则集.yaml"
    assert run(["rules", "sets", "template", str(path)]) == 0
    assert run(["rules", "sets", "validate", str(path), "--json"]) == 0
    assert '"sets": 2' in capsys.readouterr().out
    assert run(["rules", "sets", "show", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "三级医院住院" in shown
    assert "专家组" in shown
    assert "参保地" in shown
    assert run(["rules", "sets", "template", str(path)]) == 2
    home = tmp_path / "home"
    create = ["release", "create", "--starter", "--home", str(home), "--rule-sets", str(path), "--json"]
    assert run(create) == 0
    capsys.readouterr()
    assert run(["rules", "sets", "show", "--home", str(home), "--json"]) == 0
    assert [one["名称"] for one in json.loads(capsys.readouterr().out)["规则集"]] == ["三级医院住院", "其余"]
