"""Knowledge from files to a published release in an installation, and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mingcha.domain.errors import InputError, KnowledgeError
from mingcha.ingest.knowledge.importing import import_knowledge, library, publish
from mingcha.knowledge.kinds.scope import Indication
from mingcha.knowledge.point import Status
from mingcha.knowledge.release import diff, digest
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.store import releases
from tests.unit.knowledge.attachments import attachment, pairs, sex_of_drugs
from tests.unit.knowledge.shared import COMPILED, TIDIED, needs_shared
from tests.unit.knowledge.test_template import filled

DAY = 20_500
COLUMNS = "kp_id,批次,批次标签,规则名称,知识点名称,代码(;分隔),检出逻辑,逻辑依据_限定,替代,行号"


def test_the_first_import_publishes_release_one_and_says_so(tmp_path: Path) -> None:
    report = import_knowledge(tmp_path / "home", [sex_of_drugs(tmp_path)], effective_from=DAY)

    assert (report.first, report.release.number, report.release.effective_from) == (True, 1, DAY)
    assert [layout for _, layout, _ in report.files] == ["官方附件"]
    assert report.problems == ()


def test_each_later_import_publishes_the_next_release_of_everything_so_far(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = import_knowledge(home, [sex_of_drugs(tmp_path)])
    second = import_knowledge(home, [pairs(tmp_path)])

    assert (second.first, second.release.number) == (False, 2)
    assert len(diff(first.release, second.release).added) == 1
    assert len(second.release.all_points()) == 3


def test_importing_the_same_again_changes_nothing_but_the_number(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = import_knowledge(home, [sex_of_drugs(tmp_path)])
    again = import_knowledge(home, [sex_of_drugs(tmp_path)])

    assert again.release.number == 2
    assert again.release.knowledge_digest == first.release.knowledge_digest


def test_a_point_of_ones_own_replaces_the_published_one_it_names(tmp_path: Path) -> None:
    home = tmp_path / "home"
    published = attachment(
        tmp_path / "第十二批“药品限适应症”.xlsx",
        "“药品限适应症”规则对应部分知识点明细",
        ["序号", "药品通用名", "检出逻辑", "逻辑依据"],
        [[5, "艾塞那肽注射液", "", "限2型糖尿病。"]],
        [[5, "艾塞那肽注射液", 1, "XA10BJA085B002010106474"]],
    )
    before = import_knowledge(home, [published]).release.all_points()
    row = {
        "知识点编号": before[0].point_id,
        "规则编码": "GZ10000101008000",
        "代码": "XA10BJA085B002010106474",
        "适应症诊断编码": "E11",
        "生效日期": "2026-05-23",
        "来源编号": "nkb-12",
    }
    (after,) = import_knowledge(home, [filled(tmp_path / "映射.xlsx", Indication, row)]).release.all_points()

    assert before[0].status == Status.NEEDS_MAPPING
    assert isinstance(after, Indication)
    assert (after.diagnoses, after.status) == (("E11",), Status.JUDGEABLE)


def test_settings_are_carried_into_the_next_release(tmp_path: Path) -> None:
    home = tmp_path / "home"
    settings = {"age-out-of-range": {"35": {"child_below": 14}}}
    import_knowledge(home, [sex_of_drugs(tmp_path)], settings=settings)

    assert import_knowledge(home, [pairs(tmp_path)]).release.settings == settings


def test_demonstration_settings_never_pass_into_a_release_of_imported_knowledge(tmp_path: Path) -> None:
    home = tmp_path / "home"
    publish(home, starter_points(), starter_settings(), with_demonstration=True)

    assert import_knowledge(home, [pairs(tmp_path)]).release.settings == {}


def test_a_release_is_read_back_as_it_was_published(tmp_path: Path) -> None:
    published = publish(
        tmp_path,
        starter_points(),
        starter_settings(),
        effective_from=DAY,
        notes=["注"],
        with_demonstration=True,
    )
    loaded = releases.load(tmp_path, 1)

    assert diff(published, loaded).empty
    assert digest(loaded.all_points()) == loaded.knowledge_digest == published.knowledge_digest
    assert (loaded.settings, loaded.notes, loaded.effective_from) == (published.settings, ("注",), DAY)
    assert [type(point) for point in loaded.all_points()] == [type(point) for point in published.all_points()]
    for one, other in zip(published.all_points(), loaded.all_points(), strict=True):
        assert {name: getattr(one, name) for name in type(one).fields()} == {
            name: getattr(other, name) for name in type(other).fields()
        }


def test_the_newest_release_and_the_list_of_all(tmp_path: Path) -> None:
    assert releases.newest(tmp_path) is None
    assert releases.manifests(tmp_path) == []

    publish(tmp_path, starter_points())
    publish(tmp_path, [])
    newest = releases.newest(tmp_path)

    assert newest is not None
    assert (newest.number, newest.all_points()) == (2, [])
    assert [manifest["number"] for manifest in releases.manifests(tmp_path)] == [1, 2]


def test_a_published_release_cannot_be_overwritten(tmp_path: Path) -> None:
    release = publish(tmp_path, starter_points())

    with pytest.raises(KnowledgeError, match="发布版 1 已存在"):
        releases.save(tmp_path, release)


def test_a_damaged_release_is_refused_by_name(tmp_path: Path) -> None:
    publish(tmp_path, starter_points())
    damaged = tmp_path / "releases" / "0001" / "sex-limit.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")

    with pytest.raises(KnowledgeError, match=r"sex-limit\.parquet 缺失或与发布时不一致"):
        releases.load(tmp_path, 1)
    damaged.unlink()
    with pytest.raises(KnowledgeError, match=r"sex-limit\.parquet 缺失"):
        releases.load(tmp_path, 1)


def test_a_release_that_was_being_written_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stops(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(releases, "_write_manifest", stops)
    with pytest.raises(OSError, match="no space"):
        publish(tmp_path, starter_points())

    assert releases.numbers(tmp_path) == []
    assert list((tmp_path / "releases").iterdir()) == []


def test_an_edited_manifest_is_refused(tmp_path: Path) -> None:
    publish(tmp_path, starter_points())
    manifest = tmp_path / "releases" / "0001" / "manifest.json"
    content = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps({**content, "format": 99}), "utf-8")
    with pytest.raises(KnowledgeError, match="格式版本为 99"):
        releases.load(tmp_path, 1)
    manifest.write_text("{", "utf-8")
    with pytest.raises(KnowledgeError, match="无法读取"):
        releases.load(tmp_path, 1)


def test_a_release_that_does_not_exist_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="没有发布版 7") as raised:
        releases.load(tmp_path, 7)
    assert "release list" in raised.value.remedy


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("坏.xlsx", b"PK\x03\x04 not a workbook", "表格文件无法读取"),
        ("空.xlsx", b"", "表格文件无法读取"),
        ("乱.csv", b"\xff\xfe\x00\x01\x80", "编码无法识别"),
        ("别的.csv", "甲,乙\n1,2\n".encode(), "看不出这是哪种知识表格"),
        ("空.csv", b"", "看不出这是哪种知识表格"),
        (
            "规则.csv",
            f"{COLUMNS}\nKP,1,batch_01,没有的规则,某药,X1,,,,1\n".encode("gb18030"),
            "规则“没有的规则”不在国家规则目录中",
        ),
        (
            "批次.csv",
            f"{COLUMNS}\nKP,,下一批,药品儿童专用,某药,X1,,,,1\n".encode(),
            "批次“下一批”无法识别",
        ),
        ("错列.csv", f"{COLUMNS}\nKP,1,batch_01,药品儿童专用,某药,X1\n".encode(), "行号“”不是数字"),
        (
            "缺列.csv",
            "kp_id,规则名称,知识点名称,代码(;分隔)\nKP,药品儿童专用,某药,X1\n".encode(),
            "汇编表缺少列：批次、批次标签",
        ),
    ],
)
def test_a_broken_file_gives_one_clear_error_and_publishes_nothing(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    home = tmp_path / "home"
    (tmp_path / name).write_bytes(content)

    with pytest.raises(InputError, match=message) as raised:
        import_knowledge(home, [tmp_path / name])

    assert raised.value.remedy
    assert name in raised.value.where
    assert releases.numbers(home) == []


def test_a_path_that_is_not_there_and_a_folder_without_tables_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="找不到文件"):
        import_knowledge(tmp_path, [tmp_path / "无.xlsx"])
    (tmp_path / "空").mkdir()
    with pytest.raises(InputError, match="没有可导入的文件"):
        import_knowledge(tmp_path, [tmp_path / "空"])


def test_kept_rows_that_were_damaged_are_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    import_knowledge(home, [sex_of_drugs(tmp_path)])
    (kept,) = (home / "knowledge").glob("rows-*.json.gz")
    kept.write_bytes(kept.read_bytes()[:20])

    with pytest.raises(KnowledgeError, match="以前导入的知识无法读取"):
        library(home)


@needs_shared
def test_the_order_of_the_national_tables_does_not_matter(tmp_path: Path) -> None:
    together = import_knowledge(tmp_path / "one", [COMPILED, TIDIED]).release
    import_knowledge(tmp_path / "two", [TIDIED])
    apart = import_knowledge(tmp_path / "two", [COMPILED]).release

    assert apart.number == 2
    assert apart.knowledge_digest == together.knowledge_digest
    assert together.notes == (
        "GZ10000302004000：性别不清、两性畸形、染色体异常、性发育异常人群不纳入此规则范畴。",
    )
