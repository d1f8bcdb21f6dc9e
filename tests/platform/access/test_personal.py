"""Personal values lie sealed, are found without being read, shown masked, and whole only for a reason on record."""

from __future__ import annotations

import stat

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import StatementError

from mingcha.access import rotation, users
from mingcha.access.errors import Conflict, Denied, Invalid
from mingcha.access.personal import PersonalField, mask, opened
from mingcha.access.reveal import reveal
from mingcha.access.roles import Role
from mingcha.access.trail import Action
from mingcha.store.database.people import User
from mingcha.store.database.trail import TrailEntry
from mingcha.store.keys import Keyring, Keys, KeysError
from tests.support.platform import ROOT, Town

VALUES = {
    PersonalField.FULL_NAME: "欧阳建国",
    PersonalField.ID_NUMBER: "35010219800101123X",
    PersonalField.PHONE: "138-0591-7788",
}
PLAIN = ("欧阳建国", "建国", "35010219800101123X", "13805917788")


def one(town: Town) -> User:
    users.create(town.access, ROOT, "ouyang", VALUES, town.ids["H1"])
    with town.access.database.reading() as session:
        return session.scalars(select(User).where(User.login == "ouyang")).one()


def test_no_row_of_any_table_shows_a_personal_value(town: Town) -> None:
    one(town)
    with town.access.database.reading() as session:
        whole = "".join(
            str(session.execute(text(f"SELECT * FROM {table}")).all())
            for table in ("users", "trail_entries", "organisations", "organisation_periods", "grants")
        )
    assert not [value for value in PLAIN if value in whole]


def test_a_plain_value_cannot_be_stored_by_mistake(town: Town) -> None:
    user = one(town)
    with pytest.raises(StatementError, match="sealed"), town.access.database.writing() as session:
        session.execute(update(User).where(User.id == user.id).values(phone="13805917788"))


def test_a_sealed_value_does_not_open_in_another_row_or_after_a_change(town: Town) -> None:
    user, keys = one(town), town.access.keys
    assert opened(keys, PersonalField.FULL_NAME, user.id, user.full_name) == "欧阳建国"
    other, _ = users.create(town.access, ROOT, "other", VALUES, None)
    with pytest.raises(KeysError):
        opened(keys, PersonalField.FULL_NAME, other.id, user.full_name)
    with pytest.raises(KeysError):
        opened(keys, PersonalField.PHONE, user.id, user.full_name)
    changed = type(user.full_name)(
        user.full_name[:-6] + ("AAAA" if user.full_name[-6:-2] != "AAAA" else "BBBB") + user.full_name[-2:]
    )
    with pytest.raises(KeysError):
        opened(keys, PersonalField.FULL_NAME, user.id, changed)


def test_equal_values_are_found_however_they_were_written(town: Town) -> None:
    one(town)
    for field, written in (
        (PersonalField.PHONE, " 138 0591 7788"),
        (PersonalField.ID_NUMBER, "35010219800101123x"),
        (PersonalField.FULL_NAME, "欧阳 建国"),
    ):
        assert [view.login for view in users.find(town.access, ROOT, field, written)] == ["ouyang"]
    assert users.find(town.access, ROOT, PersonalField.FULL_NAME, "欧阳") == []


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        (PersonalField.FULL_NAME, "王芳", "王*"),
        (PersonalField.FULL_NAME, "欧阳建国", "欧阳**"),
        (PersonalField.FULL_NAME, "李", "李*"),
        (PersonalField.ID_NUMBER, "35010219800101123X", "350***********123X"),
        (PersonalField.PHONE, "13805917788", "138****7788"),
        (PersonalField.PHONE, "7788123", "*******"),
    ],
)
def test_what_everybody_sees_of_a_value(field: PersonalField, value: str, shown: str) -> None:
    assert mask(field, value) == shown


def test_showing_a_value_whole_takes_the_right_a_reason_and_leaves_an_entry(town: Town) -> None:
    user = one(town)
    town.user("security", town.grant(Role.SECURITY_ADMIN))
    town.user("reader", town.grant(Role.DECIDER))
    fields = [PersonalField.PHONE, PersonalField.ID_NUMBER]
    with pytest.raises(Denied):
        reveal(town.access, town.actor("reader"), user.id, fields, "核实身份")
    with pytest.raises(Invalid):
        reveal(town.access, town.actor("security"), user.id, fields, "  看 ")
    shown = reveal(town.access, town.actor("security"), user.id, fields, "核实身份")
    assert shown == {PersonalField.PHONE: "13805917788", PersonalField.ID_NUMBER: "35010219800101123X"}
    with town.access.database.reading() as session:
        entries = session.scalars(
            select(TrailEntry).where(TrailEntry.action == Action.USER_REVEALED.value)
        ).all()
    (entry,) = entries
    assert (entry.actor, entry.object_id, entry.reason) == ("security", str(user.id), "核实身份")
    assert entry.details == {"fields": ["id_number", "phone"]}


def test_after_a_rotation_all_is_sealed_with_the_new_key_and_the_old_one_can_go(town: Town) -> None:
    access = town.access
    user = one(town)
    access.keyring.replace(access.keys.with_new_text_key())  # as a rotation that was stopped leaves it
    with pytest.raises(Conflict):
        rotation.retire(access, ROOT)
    done = rotation.rotate(access, ROOT)
    assert (done.key_id, done.sealed_anew) == ("k2", 3)
    assert rotation.retire(access, ROOT) == ["k1"]
    with access.database.reading() as session:
        again = session.scalars(select(User).where(User.id == user.id)).one()
    assert again.full_name.key_id == "k2"
    assert opened(access.keys, PersonalField.FULL_NAME, user.id, again.full_name) == "欧阳建国"
    assert [view.login for view in users.find(access, ROOT, PersonalField.PHONE, "13805917788")] == ["ouyang"]
    with pytest.raises(KeysError, match="k1"):
        opened(access.keys, PersonalField.FULL_NAME, user.id, user.full_name)
    assert rotation.rotate(access, ROOT).key_id == "k3"


def test_a_running_server_takes_up_new_keys_by_itself(town: Town) -> None:
    access = town.access
    other = Keyring(access.keyring.path)
    assert other.keys.current == "k1"
    rotation.rotate(access, ROOT)
    assert other.keys.current == "k2"


def test_the_key_file_is_for_its_owner_only_and_never_overwritten(town: Town) -> None:
    path = town.access.keyring.path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        town.access.keyring.create()
    assert town.access.keys.to_json() not in repr(town.access.keys)


@pytest.mark.parametrize("harm", ["", "{}", '{"current": "k9"}', "[]", "null"])
def test_a_spoilt_key_file_is_named_and_not_shown(town: Town, harm: str) -> None:
    with pytest.raises(KeysError) as refused:
        Keys.from_json(harm, "keys.json")
    assert refused.value.where == "keys.json"
