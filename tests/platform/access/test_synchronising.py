"""A hospital's own lists: what they would change is shown first, then just that is done, and whoever left is out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingcha.access import organisations, staff_rights
from mingcha.access.actor import Actor, Held
from mingcha.access.differences import Change
from mingcha.access.errors import Conflict, Denied, Invalid, Missing, SignInFailed
from mingcha.access.listing import Listing
from mingcha.access.organisations import Kind, OrganisationFilter
from mingcha.access.roles import Role
from mingcha.access.scope import Reach
from mingcha.access.staff import StaffFilter, staff
from mingcha.access.staff_rights import NewRight, Right
from mingcha.access.trail import Action, TrailFilter, entries
from mingcha.domain.errors import InputError
from mingcha.ingest.register_sync import Looked, Sent, look, take_over
from tests.support.platform import FOUNDED, ROOT, Town, signed_in

DAY = date(2026, 3, 2)
HOSPITAL = Actor(None, "h1", (Held(Role.INSTITUTION_ACCOUNTS, Reach(institution="H1")),))
UNITS = (
    "科室编码,科室名称,单位种类,上级编码\n"
    "C1,东院区,院区,\nH1-内科,内科,科室,C1\nH1-外科,外科,,\nW1,内科一病区,病区,H1-内科\n"
)
STAFF = (
    "姓名,工号,人员编码,人员类别,职称,科室编码,处方权,抗菌药物处方权,麻精药品处方权,入职日期\n"
    "李明,1001,D-H1-内科,医师,主任医师,H1-内科,有,特殊使用级,是,2015-07-01\n"
    "王芳,1002,D900,医师,主治医师,H1-内科,有,限制使用级,否,2024-09-01\n"
    "赵兰,2001,N100,护士,,H1-外科,,,,2023-01-01\n"
)


def sent(text: str, *, whole: bool = False, on: date = DAY, **mapping: str | None) -> Sent:
    return Sent("名单.csv", text.encode("gb18030"), on, whole, mapping)


def sync(town: Town, text: str, actor: Actor = HOSPITAL, **how: Any) -> Looked:
    """Look and apply."""
    file = sent(text, **how)
    seen = look(town.access, actor, town.ids["H1"], file)
    take_over(town.access, actor, town.ids["H1"], file, seen.preview.digest)
    return seen


def changes(seen: Looked) -> dict[str, Change]:
    return {one.code: one.change for one in seen.preview.differences}


def people(town: Town, actor: Actor = ROOT, **wanted: Any) -> dict[str, Any]:
    page = staff(town.access, actor, StaffFilter(**wanted), Listing(size=100))
    return {one.code: one for one in page.items}


def test_a_list_of_staff_enters_changes_and_says_what_each_may_do(town: Town) -> None:
    seen = sync(town, STAFF)
    assert changes(seen) == {"D-H1-内科": Change.CHANGED, "D900": Change.NEW, "N100": Change.NEW}
    told = {line.label: (line.before, line.after) for line in seen.preview.differences[0].lines}
    assert told["职称"] == ("", "主任医师")
    assert told["抗菌药物处方权"] == ("无", "特殊使用级")
    found = people(town, on=DAY)
    held = {right.right: right.grade for right in found["D900"].rights}
    assert held == {Right.PRESCRIPTION: None, Right.ANTIBIOTIC: 2}
    assert (found["N100"].kind, found["N100"].local_code) == (Kind.NURSE, "2001")
    assert found["D900"].unit_name == "科室H1-内科"
    before = people(town, on=DAY - timedelta(days=1))
    assert before["D-H1-内科"].title is None
    assert before["D-H1-内科"].rights == []
    # Said again, it changes nothing.
    assert look(town.access, HOSPITAL, town.ids["H1"], sent(STAFF)).preview.differences == []


def test_units_of_a_hospital_stand_below_each_other_and_stay_in_its_scope(town: Town) -> None:
    seen = sync(town, UNITS)
    assert changes(seen) == {
        "C1": Change.NEW,
        "W1": Change.NEW,
        "H1-内科": Change.CHANGED,
        "H1-外科": Change.CHANGED,
    }
    page = organisations.organisations(town.access, HOSPITAL, OrganisationFilter(on=DAY), Listing(size=100))
    kinds = {one.code: one.kind for one in page.items}
    assert (kinds["C1"], kinds["W1"]) == (Kind.CAMPUS, Kind.WARD)
    ward = Actor(None, "w", (Held(Role.READER, Reach(institution="H1", department="H1-内科")),))
    codes = {
        one.code
        for one in organisations.organisations(
            town.access, ward, OrganisationFilter(on=DAY), Listing(size=100)
        ).items
    }
    assert codes == {"H1-内科", "W1", "D-H1-内科"}


def test_who_is_missing_from_a_whole_list_leaves_and_their_account_is_locked(town: Town) -> None:
    town.user("liming", town.grant(Role.DOCTOR, own=True), at="D-H1-内科")
    sync(town, STAFF)
    rest = "\n".join(line for line in STAFF.splitlines() if "李明" not in line)
    partial = look(town.access, HOSPITAL, town.ids["H1"], sent(rest))
    assert partial.preview.differences == []
    seen = sync(town, rest, whole=True, on=DAY + timedelta(days=10))
    gone = {one.code: one for one in seen.preview.differences}
    assert gone.keys() == {"D-H1-内科", "D-H1-外科"}
    assert gone["D-H1-内科"].login == "liming"
    with pytest.raises(SignInFailed):
        signed_in(town.access, "liming")
    told = entries(town.access, ROOT, TrailFilter(action=Action.USER_LOCKED.value), Listing()).items
    assert [entry.reason for entry in told] == ["离职：医院人员名单中已没有此人"]
    later = DAY + timedelta(days=10)
    assert "D-H1-内科" in people(town, on=later - timedelta(days=1))
    assert "D-H1-内科" not in people(town, on=later)
    rights = staff_rights.rights_of(town.access, ROOT, town.ids["D-H1-内科"])
    assert {one.valid_to for one in rights} == {later - timedelta(days=1)}
    # Hired again: there from that day on, the account stays locked until somebody decides.
    file = sent(STAFF, on=later + timedelta(days=30))
    again = look(town.access, HOSPITAL, town.ids["H1"], file)
    assert changes(again)["D-H1-内科"] is Change.RETURNED
    done = take_over(town.access, HOSPITAL, town.ids["H1"], file, again.preview.digest)
    assert done.to_unlock == ["liming"]
    assert {one.right for one in people(town, on=file.on)["D-H1-内科"].rights} == {
        Right.PRESCRIPTION, Right.ANTIBIOTIC, Right.NARCOTIC,
    }  # fmt: skip
    with pytest.raises(SignInFailed):
        signed_in(town.access, "liming")


def test_an_account_that_reaches_beyond_the_hospital_is_left_for_others_to_lock(town: Town) -> None:
    town.user("rules", town.grant(Role.RULE_ADMIN, "350100"), at="D-H1-内科")
    file = sent("姓名,工号,科室编码\n王芳,1002,H1-内科\n", whole=True)
    seen = look(town.access, HOSPITAL, town.ids["H1"], file)
    done = take_over(town.access, HOSPITAL, town.ids["H1"], file, seen.preview.digest)
    assert (done.locked, done.not_locked) == ([], ["rules"])


def test_a_hospital_synchronises_only_itself_and_says_nothing_for_the_insurance(town: Town) -> None:
    with pytest.raises(Missing):
        look(town.access, HOSPITAL, town.ids["H2"], sent(STAFF))
    text = "姓名,工号,科室编码,医保服务资格\n王芳,1002,H1-内科,是\n"
    seen = sync(town, text)
    assert seen.preview.unheard == ["医保服务资格"]
    assert people(town, on=DAY)["1002"].rights == []
    sync(town, text, ROOT)
    assert [one.right for one in people(town, on=DAY)["1002"].rights] == [Right.INSURED]
    with pytest.raises(Denied):
        staff_rights.give(town.access, HOSPITAL, town.ids["H1"], NewRight(Right.AGREEMENT, DAY))


def test_what_was_looked_at_is_what_is_done_or_nothing_is(town: Town) -> None:
    file = sent(STAFF)
    seen = look(town.access, HOSPITAL, town.ids["H1"], file)
    organisations.change(town.access, ROOT, town.ids["D-H1-内科"], DAY, name="李明")
    with pytest.raises(Conflict):
        take_over(town.access, HOSPITAL, town.ids["H1"], file, seen.preview.digest)
    assert "D900" not in people(town, on=DAY)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("姓名,工号,人员类别\n王芳,1002,保安\n", "不在字典里"),
        ("姓名,工号,人员类别\n王芳,1002,\n", "人员类别没有填"),
        ("姓名,工号\n王芳,1002\n李四,1002\n", "前面已经出现过"),
        ("姓名,工号\n王芳,\n", "没有填"),
        ("姓名,工号,入职日期\n王芳,1002,昨天\n", "入职日期"),
        ("姓名,工号,抗菌药物处方权\n王芳,1002,9\n", "不在字典里"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_with_its_number_and_changes_nothing(
    town: Town, text: str, reason: str
) -> None:
    seen = look(town.access, HOSPITAL, town.ids["H1"], sent(text))
    assert seen.rejected[-1].row == len(text.strip().splitlines())
    assert reason in seen.rejected[-1].reason


def test_a_column_of_another_name_is_suggested_or_said(town: Town) -> None:
    text = "员工姓名,工号,抗菌药物处方权限,备注\n王芳,1002,限制使用级,无\n"
    seen = look(
        town.access, HOSPITAL, town.ids["H1"], sent("姓名,工号,抗菌药物处方权限\n王芳,1002,限制使用级\n")
    )
    guessed = {one.column: (one.field, one.certain) for one in seen.columns}
    assert guessed["抗菌药物处方权限"] == ("antibiotic", False)
    with pytest.raises(InputError):
        look(town.access, HOSPITAL, town.ids["H1"], sent(text, 抗菌药物处方权限=None, 员工姓名=None))
    seen = look(
        town.access, HOSPITAL, town.ids["H1"], sent(text, 员工姓名="staff_name", 抗菌药物处方权限=None)
    )
    lines = [line.label for one in seen.preview.differences for line in one.lines]
    assert "抗菌药物处方权" not in lines


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"),
        ("a.xlsx", b"not a zip"),
        ("a.csv", b"\x00\x01"),
        ("a.csv", "甲,乙\n1,2\n".encode()),
        ("../../a.csv", b""),
    ],
)
def test_what_is_no_list_is_refused_in_words(town: Town, name: str, content: bytes) -> None:
    file = replace(sent(""), name=name, content=content)
    with pytest.raises(InputError) as refused:
        look(town.access, HOSPITAL, town.ids["H1"], file)
    assert refused.value.remedy
    assert "/tmp" not in str(refused.value)


def test_a_workbook_that_unfolds_beyond_measure_is_refused(town: Town, tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", b"0" * (80 << 20))
    file = replace(sent(""), name="bomb.xlsx", content=(tmp_path / "bomb.xlsx").read_bytes())
    assert len(file.content) < 200_000
    with pytest.raises(InputError, match="太大"):
        look(town.access, HOSPITAL, town.ids["H1"], file)


spans = st.lists(st.tuples(st.booleans(), st.integers(0, 60), st.integers(1, 3)), min_size=1, max_size=10)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=spans, who=st.sampled_from(("D-H1-内科", "D-H1-外科")))
def test_periods_of_a_right_never_overlap_whatever_is_given_and_taken(
    town: Town, spans: Any, who: str
) -> None:
    for gives, after, grade in spans:
        day = DAY + timedelta(days=after)
        try:
            if gives:
                new = NewRight(Right.ANTIBIOTIC, day, grade=grade)
                staff_rights.give(town.access, HOSPITAL, town.ids[who], new)
            else:
                staff_rights.withdraw(town.access, HOSPITAL, town.ids[who], Right.ANTIBIOTIC, day)
        except Conflict:
            continue
    held = sorted(
        (one.valid_from, one.valid_to or date.max)
        for one in staff_rights.rights_of(town.access, HOSPITAL, town.ids[who])
    )
    for (_, ends), (begins, _) in pairwise(held):
        assert ends < begins


@pytest.mark.parametrize(
    ("who", "new"),
    [
        ("H1", NewRight(Right.PRESCRIPTION, FOUNDED)),
        ("D-H1-内科", NewRight(Right.AGREEMENT, FOUNDED)),
        ("D-H1-内科", NewRight(Right.ANTIBIOTIC, FOUNDED)),
        ("D-H1-内科", NewRight(Right.NARCOTIC, FOUNDED, grade=2)),
        ("D-H1-内科", NewRight(Right.NARCOTIC, FOUNDED, valid_to=FOUNDED - timedelta(days=1))),
    ],
)
def test_a_right_that_does_not_fit_its_holder_is_refused(town: Town, who: str, new: NewRight) -> None:
    with pytest.raises(Invalid):
        staff_rights.give(town.access, ROOT, town.ids[who], new)


def test_what_bills_do_not_name_is_no_data_scope(town: Town) -> None:
    sync(town, UNITS)
    ward = next(
        one.id
        for one in organisations.organisations(
            town.access, ROOT, OrganisationFilter(on=DAY, code="W1"), Listing()
        ).items
    )
    town.ids["W1"] = ward
    with pytest.raises(Invalid, match="病区"):
        town.user("head", town.grant(Role.DEPARTMENT_HEAD, "W1"))
