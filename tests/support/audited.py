"""A small sample city, imported and audited through the services, with its places and people: made once, then copied.

The fixture `audited` (tests/platform/conftest.py) hands out a database of its own over the same files: nobody changes
its release, dataset and run; what a test starts itself lies beside them.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, update

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.roles import Role
from mingcha.access.sessions import admit
from mingcha.audit.releasing import next_release
from mingcha.ingest.claims import import_claims
from mingcha.jobs.demonstration import Account, Places, load
from mingcha.jobs.execution import carry_out
from mingcha.jobs.sole import sole_worker
from mingcha.sample.city import make_city
from mingcha.sample.places import CITIES
from mingcha.store.database.people import User
from mingcha.store.database.runs import Run
from mingcha.store.lake import Lake
from tests.support.platform import PASSWORD, signed_in

LINES, SEED = 20_000, 7
# What lies in the data folder; a copy refers to what is in them.
_FOLDERS = ("datasets", "runs", "releases", "uploads")


@dataclass
class Audited:
    """The city on a platform.

    Args:
        city: the folder of the sample city, with its claims and its truth.
        accounts: by login; the login of a role is its value (Role.FIRST_REVIEWER.value …), the password PASSWORD.
    """

    access: Access
    city: Path
    dataset_id: UUID
    run_id: UUID
    places: Places
    accounts: dict[str, Account]

    def actor(self, role: Role | str) -> Actor:
        """Somebody who is signed in."""
        return admit(self.access, signed_in(self.access, str(role), PASSWORD).token, "10.0.0.1").actor

    def over(self, access: Access) -> Audited:
        """The same on a copy of the database, in a data folder of its own."""
        for name in _FOLDERS:
            (access.home / name).mkdir()
            for folder in (self.access.home / name).iterdir():
                (access.home / name / folder.name).symlink_to(folder)
        with access.database.writing() as session:
            # A copy may live at another time; its people's passwords are no older for it.
            session.execute(update(User).values(password_set_at=access.now()))
        return Audited(access, self.city, self.dataset_id, self.run_id, self.places, self.accounts)


def audited_over(access: Access, city: Path) -> Audited:
    """Make the city and its release, and bring it onto a platform as the demonstration does."""
    make_city(city, LINES, SEED)
    next_release(access.home, effective_from=0, starter=True)
    rough = access.home / "rough"
    import_claims([city / "claims"], rough)
    loaded = load(access, city / "claims", Lake(rough), CITIES, password=lambda: PASSWORD)
    shutil.rmtree(rough)
    people = {one.login: one for one in loaded.accounts}
    return Audited(access, city, loaded.dataset_id, loaded.run_id, loaded.places, people)


@contextmanager
def working(access: Access) -> Iterator[None]:
    """Somebody carries out what waits, as the background process does, for as long as this is open."""
    stopped = threading.Event()

    def work() -> None:
        while not stopped.wait(0.1):
            with access.database.reading() as session:
                waiting = session.execute(select(Run.id, Run.attempt).where(Run.status == "waiting")).all()
            for run_id, attempt in waiting:
                carry_out(access, run_id, attempt, workers=1)

    with sole_worker(access, stopped):
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield
        stopped.set()
        thread.join(30)
