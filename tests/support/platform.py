"""A platform to test on: a fresh database of either kind, a clock that is set by hand, people and places."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from argon2 import PasswordHasher

from mingcha.access import grants, organisations, users
from mingcha.access.actor import Actor, console
from mingcha.access.context import Access
from mingcha.access.grants import NewGrant
from mingcha.access.organisations import Facts, Kind
from mingcha.access.own_account import change_password
from mingcha.access.personal import PersonalField
from mingcha.access.roles import DUTIES, Role
from mingcha.access.sessions import Secrets, admit
from mingcha.access.sign_in import sign_in
from mingcha.administration.parameters import policy_in_force
from mingcha.store.database.engine import Database
from mingcha.store.database.migrating import upgrade
from mingcha.store.keys import Keyring

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday morning in China
FOUNDED = date(2020, 1, 1)
ROOT = console("测试")
PASSWORD = "Yun-Shan-4081"
# Cheap to compute: what is tested is not how slow a hash is.
FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    moment: datetime = START

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


def clock_of(access: Access) -> Clock:
    """The clock that an installation of the tests was given."""
    assert isinstance(access.clock, Clock)
    return access.clock


def access_to(url: str, home: Path, clock: Clock | None = None) -> Access:
    """The access layer over a database that is brought up to date."""
    keyring = Keyring(home / "keys.json")
    if not keyring.exists:
        keyring.create()
    database = Database(url)
    upgrade(database)
    return Access(database, keyring, home, policy_of=policy_in_force, clock=clock or Clock(), hasher=FAST)


@dataclass
class Town:
    """Two counties of a city, a hospital with two departments in each, a doctor in every department."""

    access: Access
    ids: dict[str, UUID] = field(default_factory=dict)

    def found(self) -> Town:
        self.add(Kind.REGION, "350000", None)
        self.add(Kind.REGION, "350100", "350000")
        for county, hospital in (("350102", "H1"), ("350103", "H2")):
            self.add(Kind.REGION, county, "350100")
            self.add(Kind.BUREAU, f"B{county}", county)
            self.add(Kind.INSTITUTION, hospital, county)
            for department in ("内科", "外科"):
                code = f"{hospital}-{department}"
                self.add(Kind.DEPARTMENT, code, hospital)
                self.add(Kind.DOCTOR, f"D-{code}", code)
        return self

    def add(self, kind: Kind, code: str, parent: str | None, day: date = FOUNDED) -> UUID:
        facts = Facts(f"{kind.label}{code}", None if parent is None else self.ids[parent])
        self.ids[code] = organisations.create(self.access, ROOT, kind, code, facts, day).id
        return self.ids[code]

    def user(self, login: str, *held: NewGrant, at: str | None = None, name: str = "王小明") -> UUID:
        """A user with a password of their own, holding what is given."""
        place = None if at is None else self.ids[at]
        made, temporary = users.create(
            self.access,
            ROOT,
            login,
            {PersonalField.FULL_NAME: name, PersonalField.PHONE: "13800001111"},
            place,
        )
        if held:
            grants.replace_grants(self.access, ROOT, made.id, held)
        first = signed_in(self.access, login, temporary.password)
        change_password(self.access, admit(self.access, first.token, "").actor, temporary.password, PASSWORD)
        return made.id

    def grant(self, role: Role, at: str | None = None, *types: str, own: bool = False) -> NewGrant:
        return NewGrant(role, None if at is None else self.ids[at], own, frozenset(types) or None)

    def administrators(self) -> None:
        """The three who are kept apart, each over everything."""
        for role in DUTIES:
            self.user(role.value, NewGrant(role))

    def actor(self, login: str, password: str = PASSWORD) -> Actor:
        return admit(self.access, signed_in(self.access, login, password).token, "10.0.0.1").actor


def signed_in(access: Access, login: str, password: str = PASSWORD, code: str | None = None) -> Secrets:
    return sign_in(access, login, password, code=code, address="10.0.0.1", held_token=None)
