"""The trail cannot be changed unnoticed: every field of every entry and block, every gap, every other order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, delete, func, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from mingcha.access import sealing, users
from mingcha.access.actor import Actor, Held
from mingcha.access.context import Access
from mingcha.access.errors import Denied, SignInFailed
from mingcha.access.listing import Listing
from mingcha.access.personal import PersonalField
from mingcha.access.roles import Role
from mingcha.access.scope import Reach
from mingcha.access.sealing import seal_new_entries
from mingcha.access.trail import TrailFilter, entries
from mingcha.access.upkeep import keep_up
from mingcha.access.verifying import Verdict, verify
from mingcha.store.database.engine import ChangedMeanwhile
from mingcha.store.database.trail import TrailBlock, TrailEntry
from mingcha.store.keys import Keys
from tests.support.platform import ROOT, Town, clock_of, signed_in


@pytest.fixture
def sealed(access: Access, monkeypatch: pytest.MonkeyPatch) -> Access:
    """Three sealed blocks of three entries."""
    monkeypatch.setattr(sealing, "MOST_ENTRIES", 3)
    for number in range(9):
        users.create(access, ROOT, f"user{number}", {PersonalField.FULL_NAME: "王小明"}, None)
        clock_of(access).forward(minutes=1)
    assert seal_new_entries(access) == 3
    assert verify(access, ROOT).faults == ()
    assert seal_new_entries(access) == 1  # of the verification itself
    return access


def unguarded(access: Access, *statements: Any) -> None:
    """What somebody does who owns the database and takes its guards away first."""
    engine = create_engine(access.database.address)  # and SQLite then looks after no reference either
    with engine.begin() as connection:
        if access.database.is_sqlite:
            names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
            for name in names:
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("SET session_replication_role = replica"))
        for statement in statements:
            connection.execute(statement)
    engine.dispose()


def faults(access: Access) -> list[tuple[int | None, str]]:
    return [(fault.block, fault.what) for fault in verify(access, ROOT).faults]


OTHER: dict[str, Any] = {
    "actor": "somebody",
    "via": "别处",
    "address": "10.9.9.9",
    "action": "user.locked",
    "object_kind": "token",
    "object_id": "1",
    "reason": "编造",
    "details": {"login": "user99"},
    "actor_id": "00000000-0000-0000-0000-000000000001",
}


@pytest.mark.parametrize("column", [column.key for column in inspect(TrailEntry).column_attrs])
def test_a_change_of_any_field_of_an_entry_is_found(sealed: Access, column: str) -> None:
    with sealed.database.reading() as session:
        entry = session.scalars(select(TrailEntry).where(TrailEntry.block == 2, TrailEntry.place == 1)).one()
    value = {
        "id": entry.id + 1000,
        "at": entry.at + timedelta(microseconds=1),
        "block": None,
        "place": 7,
        **OTHER,
        "actor_id": UUID(OTHER["actor_id"]),
    }[column]
    unguarded(sealed, update(TrailEntry).where(TrailEntry.id == entry.id).values({column: value}))
    found = faults(sealed)
    assert found
    assert {block for block, _ in found} <= {2}


@pytest.mark.parametrize("column", [column.key for column in inspect(TrailBlock).column_attrs])
def test_a_change_of_any_field_of_a_block_is_found(sealed: Access, column: str) -> None:
    value = {
        "number": 22,
        "sealed_at": sealed.now() + timedelta(days=1),
        "entries": 2,
        "previous": "1" * 64,
        "seal": "2" * 64,
    }[column]
    unguarded(sealed, update(TrailBlock).where(TrailBlock.number == 2).values({column: value}))
    assert faults(sealed)


def test_removing_an_entry_or_a_block_is_found(sealed: Access) -> None:
    unguarded(sealed, delete(TrailEntry).where(TrailEntry.block == 2, TrailEntry.place == 2))
    assert [block for block, _ in faults(sealed)] == [2]
    unguarded(
        sealed,
        delete(TrailEntry).where(TrailEntry.block == 2),
        delete(TrailBlock).where(TrailBlock.number == 2),
    )
    assert (2, "缺少第 2 块到第 2 块") in faults(sealed)


def test_two_entries_in_each_others_place_are_found(sealed: Access) -> None:
    unguarded(
        sealed,
        update(TrailEntry).where(TrailEntry.block == 2, TrailEntry.place == 0).values(place=99),
        update(TrailEntry).where(TrailEntry.block == 2, TrailEntry.place == 1).values(place=0),
        update(TrailEntry).where(TrailEntry.block == 2, TrailEntry.place == 99).values(place=1),
    )
    assert [block for block, _ in faults(sealed)] == [2]


def test_an_entry_put_in_is_found(sealed: Access) -> None:
    with sealed.database.writing() as session:
        like = session.scalars(select(TrailEntry).where(TrailEntry.block == 2, TrailEntry.place == 2)).one()
        values = {column.key: getattr(like, column.key) for column in inspect(TrailEntry).column_attrs}
    del values["id"]
    with sealed.database.writing() as session:
        session.add(TrailEntry(**{**values, "place": 3}))
    assert [block for block, _ in faults(sealed)] == [2]


def test_an_end_that_was_cut_off_is_found(sealed: Access) -> None:
    unguarded(
        sealed,
        delete(TrailEntry).where(TrailEntry.block == 4),
        delete(TrailBlock).where(TrailBlock.number == 4),
    )
    (fault,) = faults(sealed)
    assert "末尾被截去" in fault[1]


def test_a_trail_that_is_not_sealed_yet_accuses_nobody(town: Town) -> None:
    """The first minutes of an installation: entries, and no block."""
    verdict = verify(town.access, ROOT)
    assert (verdict.blocks, verdict.faults) == (0, ())
    assert verdict.unsealed == verdict.entries > 0


def test_a_trail_that_was_emptied_is_found(town: Town) -> None:
    access = town.access
    town.user("chen")
    unguarded(access, delete(TrailEntry))
    assert "清空" in faults(access)[0][1]


def test_without_the_note_beside_the_database_the_end_is_not_vouched_for(sealed: Access) -> None:
    sealed.head.unlink()
    assert "不能判断末尾" in faults(sealed)[0][1]
    sealed.head.write_text("?")
    assert faults(sealed)


def test_a_forger_without_the_key_cannot_seal_again(sealed: Access) -> None:
    """Somebody who knows how seals are made, but not the key, changes an entry and seals the chain anew."""
    forger = Keys.fresh()
    with sealed.database.reading() as session:
        blocks = session.scalars(select(TrailBlock).order_by(TrailBlock.number)).all()
        said = {
            block.number: session.scalars(
                select(TrailEntry).where(TrailEntry.block == block.number).order_by(TrailEntry.place)
            ).all()
            for block in blocks
        }
    said[1][0].actor = "somebody"
    statements = [update(TrailEntry).where(TrailEntry.id == said[1][0].id).values(actor="somebody")]
    previous = sealing.FIRST
    for block in blocks:
        block.previous = previous
        previous = forger.vouch(sealing.content_of(block, said[block.number]))
        values = {"previous": block.previous, "seal": previous}
        statements.append(update(TrailBlock).where(TrailBlock.number == block.number).values(values))
    unguarded(sealed, *statements)
    assert {1, 2, 3, 4} <= {block for block, _ in faults(sealed)}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trail_entries SET actor = 'x'",
        "UPDATE trail_entries SET block = NULL WHERE block = 1",
        "DELETE FROM trail_entries",
        "UPDATE trail_blocks SET seal = 'x'",
        "DELETE FROM trail_blocks",
    ],
)
def test_the_database_refuses_to_change_the_trail(sealed: Access, statement: str) -> None:
    with pytest.raises((ChangedMeanwhile, DBAPIError)) as refused, sealed.database.writing() as session:
        session.execute(text(statement))
    assert "append-only" in str(refused.value.__cause__)
    assert verify(sealed, ROOT).faults == ()


def test_two_that_seal_at_once_make_one_chain(access: Access) -> None:
    for number in range(40):
        with pytest.raises(SignInFailed):
            signed_in(access, f"nobody{number}", "x")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: keep_up(access), range(4)))
    verdict = verify(access, ROOT)
    with access.database.reading() as session:
        # So many failures raise an alarm, which is an entry too; that it was verified is not sealed yet.
        entries = session.scalar(select(func.count()).where(TrailEntry.block.is_not(None)))
    assert (verdict.faults, verdict.unsealed, verdict.entries) == ((), 0, entries)
    assert entries >= 40


def test_the_trail_is_read_as_far_as_ones_scope_and_verified_whole_or_not(town: Town) -> None:
    town.user("h1", at="H1")
    town.user("h2", at="H2")
    auditor = Actor(None, "auditor", (Held(Role.AUDITOR, Reach(institution="H1")),))
    page = entries(town.access, auditor, TrailFilter(), Listing(size=100))
    assert {entry.actor for entry in page.items} == {"h1"}
    assert page.total == len(page.items)
    with pytest.raises(Denied):
        verify(town.access, auditor)
    everything = Actor(None, "auditor", (Held(Role.AUDITOR, Reach()),))
    seen = entries(town.access, everything, TrailFilter(), Listing(size=100))
    with town.access.database.reading() as session:
        assert seen.total == session.scalar(select(func.count()).select_from(TrailEntry))
    assert isinstance(verify(town.access, everything), Verdict)
