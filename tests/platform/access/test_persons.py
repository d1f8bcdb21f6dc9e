"""The register of insured persons: one number, one key, for ever; what is known of somebody lies sealed beside it."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from mingcha.access import rotation
from mingcha.access.context import Access
from mingcha.access.personal import PersonField
from mingcha.access.persons import Told, enter, values_of, view_of, with_keys, with_value
from tests.support.platform import ROOT

WANG = Told("350100000001", "王小明", "35010219800101123X", "13805917788")
BABY = Told("350100000002", "王小明之子", "35010219800101123X")


def keys_of(access: Access, *told: Told) -> list[str]:
    return list(enter(access, told))


def found(access: Access, field: PersonField, value: str) -> set[str]:
    with access.database.reading() as session:
        return {row.id.hex for row in with_value(session, access, field, value)}


def known(access: Access, key: str) -> dict[PersonField, str | None]:
    with access.database.reading() as session:
        return values_of(access, with_keys(session, [key])[key], list(PersonField))


@given(
    batches=st.lists(st.lists(st.sampled_from(["1", "2", "3", "A-1", "A1", "ａ1"]), max_size=8), max_size=4)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=15)
def test_a_number_keeps_its_key_and_no_two_numbers_share_one(
    access: Access, batches: Sequence[list[str]]
) -> None:
    keys: dict[str, str] = {}
    for batch in batches:
        given_now = keys_of(access, *(Told(number) for number in batch))
        for number, key in zip(batch, given_now, strict=True):
            assert keys.setdefault(number, key) == key
    assert len(set(keys.values())) == len(keys)


def test_a_key_in_place_of_a_number_stands_for_itself(access: Access) -> None:
    (key,) = keys_of(access, WANG)
    assert keys_of(access, Told(key, "王晓明")) == [key]
    assert known(access, key)[PersonField.FULL_NAME] == "王晓明"
    assert known(access, key)[PersonField.NUMBER] == WANG.number


def test_nothing_of_a_person_is_read_in_the_database_and_a_key_says_nothing_of_the_number(
    access: Access,
) -> None:
    (key,) = keys_of(access, WANG)
    with access.database.reading() as session:
        whole = str(session.execute(text("SELECT * FROM persons")).all())
    told = (WANG.number, WANG.full_name, WANG.id_number, WANG.phone)
    assert not [value for value in told if value and value in whole]
    assert WANG.number not in key


def test_persons_are_found_by_the_whole_value_and_by_nothing_less(access: Access) -> None:
    wang, _ = keys_of(access, WANG, BABY)
    assert found(access, PersonField.NUMBER, "350100000001") == {wang}
    assert found(access, PersonField.FULL_NAME, "王 小明") == {wang}
    assert found(access, PersonField.FULL_NAME, "王小") == set()
    assert found(access, PersonField.PHONE, "138 0591 7788") == {wang}


def test_a_newborn_under_the_id_number_of_its_mother_is_another_person(access: Access) -> None:
    wang, baby = keys_of(access, WANG, BABY)
    assert wang != baby
    assert found(access, PersonField.ID_NUMBER, "35010219800101123x") == {wang, baby}


def test_who_is_billed_under_an_id_number_is_found_by_it(access: Access) -> None:
    (key,) = keys_of(access, Told("35010219800101123X"))
    assert found(access, PersonField.ID_NUMBER, "35010219800101123X") == {key}


def test_what_is_told_later_counts_and_what_is_not_told_stays(access: Access) -> None:
    key, *_ = keys_of(access, WANG, Told(WANG.number, phone="13700003333"), Told(WANG.number))
    keys_of(access, Told(WANG.number, phone="13900002222"), Told(WANG.number))
    assert known(access, key) == {
        PersonField.NUMBER: WANG.number,
        PersonField.FULL_NAME: "王小明",
        PersonField.ID_NUMBER: "35010219800101123X",
        PersonField.PHONE: "13900002222",
    }
    assert found(access, PersonField.PHONE, "13805917788") == set()


def test_lists_show_the_ends_of_numbers_and_the_surname(access: Access) -> None:
    (key,) = keys_of(access, WANG)
    with access.database.reading() as session:
        view = view_of(access, with_keys(session, [key, "no-key"])[key])
    assert (view.key, view.number, view.full_name) == (key, "350*****0001", "王**")
    assert (view.id_number, view.phone) == ("350***********123X", "138****7788")


def test_a_rotation_seals_the_register_anew_and_changes_no_key(access: Access) -> None:
    keys = keys_of(access, WANG, BABY)
    done = rotation.rotate(access, ROOT)
    assert done.sealed_anew == 7
    assert rotation.retire(access, ROOT) == ["k1"]
    assert keys_of(access, WANG, BABY) == keys
    assert known(access, keys[0])[PersonField.ID_NUMBER] == WANG.id_number
    assert found(access, PersonField.FULL_NAME, "王小明之子") == {keys[1]}
