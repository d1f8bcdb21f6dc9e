"""Importing, auditing and following both, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mingcha.access.roles import Role
from tests.e2e.looks import shortcomings
from tests.e2e.stage import Stage, serving
from tests.e2e.test_screens import choose
from tests.support.audited import Audited, working
from tests.support.platform import Town

HEADS = (
    "psn_no,psn_name,gend,mdtrt_id,fixmedins_code,begntime,insutype,"
    "feedetl_sn,收费项目代号,fee_ocur_time,cnt,pric,det_item_fee_sumamt"
)


def export(folder: Path, days: tuple[str, ...]) -> Path:
    """A file as a hospital exports it: one column under a name of its own, one row with a day that there is not."""
    lines = [
        f"P{number},欧阳{number},1,E{number},H1,2026-03-01 08:00:00,310,L{number},"
        f"XA01ABD075A002010100483,2026-{day} 09:30:00,2,1.50,3.00"
        for number, day in enumerate(days)
    ]
    path = folder / "三月.csv"
    path.write_text("\n".join((HEADS, *lines)) + "\n", "utf-8")
    return path


@pytest.mark.one_database
def test_a_hospitals_file_becomes_a_dataset_and_its_rejected_rows_are_brought_back(
    city: Stage, page: Page, tmp_path: Path
) -> None:
    city.sign_in_as(page, Role.INSURANCE_OFFICE, to="/datasets")
    page.get_by_role("button", name="导入数据").click()
    dialog = page.get_by_role("dialog", name="导入数据")
    broken = tmp_path / "旧表.xlsx"
    broken.write_bytes(b"no workbook")
    dialog.get_by_label("选择要导入的文件").set_input_files([export(tmp_path, ("03-01", "02-31")), broken])
    expect(dialog.get_by_text("文件的内容不是 xlsx")).to_be_visible()
    dialog.get_by_role("button", name="移除 旧表.xlsx").click()
    dialog.get_by_role("button", name="下一步：核对").click()
    expect(dialog.get_by_text("没有费用明细表")).to_be_visible()
    expect(dialog.get_by_role("row", name=re.compile("psn_name"))).to_contain_text("个人信息")
    expect(dialog.get_by_text("欧阳")).to_have_count(0)
    choose(dialog, "“收费项目代号”的含义", "医保目录编码", typed="医保目录编码")
    dialog.get_by_role("button", name="按所选重新识别").click()
    asked = page.get_by_role("dialog", name=re.compile("列的含义是猜测的"))
    expect(asked).to_contain_text("cnt → 计费数量")
    asked.get_by_role("button", name="都对，继续").click()
    expect(dialog.get_by_text("没有费用明细表")).to_have_count(0)
    expect(dialog.get_by_role("row", name=re.compile("收费项目代号"))).to_contain_text("已识别")
    dialog.get_by_label("数据集名称").fill("本院三月")
    dialog.get_by_role("button", name="开始导入").click()
    drawer = page.get_by_role("dialog", name="本院三月")
    expect(drawer.get_by_text("完成", exact=True)).to_be_visible()
    drawer.get_by_role("link", name="查看数据质量和拒收的行").click()
    drawer = page.get_by_role("dialog", name="本院三月")
    expect(drawer.get_by_text("读取 2 = 接受 1 + 拒收 1 + 重复 0")).to_be_visible()
    drawer.get_by_role("tab", name="拒收的行（1）").click()
    expect(drawer.get_by_text("2026-02-31 09:30:00")).to_be_visible()
    with page.expect_download() as taken:
        drawer.get_by_role("link", name="下载 三月.csv 拒收的行").click()
    corrected = tmp_path / "改正.csv"
    text = Path(taken.value.path()).read_text("utf-8")
    assert "欧阳" not in text
    corrected.write_text(text.replace("02-31", "02-28"), "utf-8")
    drawer.get_by_role("button", name="补充导入").click()
    dialog = page.get_by_role("dialog", name="补充导入 · 本院三月")
    dialog.get_by_label("选择要导入的文件").set_input_files(corrected)
    dialog.get_by_role("button", name="下一步：核对").click()
    choose(dialog, "“收费项目代号”的含义", "医保目录编码", typed="医保目录编码")
    dialog.get_by_role("button", name="按所选重新识别").click()
    page.get_by_role("button", name="都对，继续").click()
    expect(dialog.get_by_role("row", name=re.compile("收费项目代号"))).to_contain_text("已识别")
    dialog.get_by_role("button", name="开始导入").click()
    expect(
        page.get_by_role("dialog", name="本院三月（补充）").get_by_text("完成", exact=True)
    ).to_be_visible()


def test_a_dataset_is_audited_and_whoever_asked_is_told(city: Stage, page: Page) -> None:
    city.sign_in_as(page, Role.FIRST_REVIEWER, to="/datasets")
    page.get_by_role("button", name="审核 样例城市").click()
    form = page.get_by_role("dialog", name="新建审核")
    expect(form.get_by_text("2026-01-01 至")).to_be_visible()
    form.get_by_role("textbox", name="名称").fill("全年再审")
    choose(form, "医疗机构", "样例泉州第1区医院", typed="泉州第1区")
    page.keyboard.press("Escape")
    form.get_by_role("button", name="开始审核").click()
    drawer = page.get_by_role("dialog", name="全年再审")
    expect(drawer.get_by_role("tab", name="按机构（1）")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="通知，3 条未读").click()
    page.get_by_role("button", name=re.compile("审核 全年再审：完成")).click()
    expect(page.get_by_role("dialog", name="全年再审")).to_be_visible()
    expect(page.get_by_role("button", name="通知，2 条未读")).to_be_visible()


@pytest.mark.one_database
def test_the_numbers_of_an_audit_and_the_reasons_for_what_it_could_not_judge_are_seen(
    city: Stage, audited: Audited, page: Page
) -> None:
    city.sign_in_as(page, Role.FIRST_REVIEWER, to="/runs?kind=audit")
    page.get_by_role("button", name="样例城市年度审核", exact=True).click()
    drawer = page.get_by_role("dialog", name="样例城市年度审核")
    expect(drawer.get_by_role("tab", name=re.compile("按规则"))).to_be_visible()
    drawer.get_by_role("tab", name=re.compile("按机构")).click()
    largest = audited.places.names[audited.places.hospitals[0][0]]
    expect(drawer.get_by_text(largest)).to_be_visible()
    drawer.get_by_role("tab", name=re.compile("无法判断")).click()
    expect(drawer.get_by_text("缺少判断所需的内容，不算疑点")).to_be_visible()
    expect(drawer.get_by_text(re.compile("未知|不知")).first).to_be_visible()


@pytest.mark.one_database
def test_a_run_that_waits_is_called_off_and_asked_for_again(audited: Audited, page: Page) -> None:
    with serving(audited.access) as address:
        stage = Stage(address, Town(audited.access))
        stage.sign_in_as(page, Role.FIRST_REVIEWER, to="/runs")
        expect(page.get_by_text("后台进程没有在运行")).to_be_visible()
        page.get_by_role("button", name="新建审核").click()
        form = page.get_by_role("dialog", name="新建审核")
        choose(form, "数据集", "样例城市")
        form.get_by_role("textbox", name="名称").fill("再审一次")
        form.get_by_role("button", name="开始审核").click()
        drawer = page.get_by_role("dialog", name="再审一次")
        expect(drawer.get_by_text("等待后台进程")).to_be_visible()
        drawer.get_by_role("button", name="取消任务").click()
        page.get_by_role("dialog", name="取消“再审一次”").get_by_role("button", name="取消任务").click()
        expect(drawer.get_by_text("已取消")).to_be_visible()
        drawer.get_by_role("button", name="重试").click()
        expect(drawer.get_by_text("排队", exact=True)).to_be_visible()
        with working(audited.access):
            expect(drawer.get_by_text("完成", exact=True)).to_be_visible()


@pytest.mark.one_database
def test_these_screens_fit_a_small_window_and_can_be_used_by_everybody(
    city: Stage, audited: Audited, page: Page, tmp_path: Path
) -> None:
    page.goto(city.address)
    city.sign_in_as(page, Role.FIRST_REVIEWER)
    faults = {}
    run, dataset = audited.run_id, audited.dataset_id
    for address in ("/datasets", "/runs", f"/runs?open={run}", f"/datasets?open={dataset}&part=rejects"):
        page.goto(city.address + address)
        page.wait_for_load_state("networkidle")
        faults[address] = shortcomings(page)
    page.get_by_role("button", name="补充导入").click()
    dialog = page.get_by_role("dialog", name=re.compile("^补充导入"))
    dialog.get_by_label("选择要导入的文件").set_input_files(export(tmp_path, ("03-01",)))
    expect(dialog.get_by_text("已上传")).to_be_visible()
    faults["files"] = shortcomings(page)
    dialog.get_by_role("button", name="下一步：核对").click()
    expect(dialog.get_by_role("row", name=re.compile("psn_no"))).to_be_visible()
    faults["columns"] = shortcomings(page)
    page.goto(city.address + "/runs")
    page.get_by_role("button", name=re.compile("^通知")).click()
    expect(page.get_by_role("button", name=re.compile("：完成")).first).to_be_visible()
    faults["bell"] = shortcomings(page)
    assert {where: found for where, found in faults.items() if found} == {}
