"""What every service of this layer works with: database, keys, clock and policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

from argon2 import PasswordHasher

from mingcha.access.policy import Policy
from mingcha.store.database.engine import Database
from mingcha.store.keys import Keyring, Keys

# One zone for the whole country, without daylight saving.
CHINA = timezone(timedelta(hours=8))


def _built_in(_: Access) -> Policy:
    return Policy()


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Access:
    """The access layer of one installation.

    Args:
        home: the data folder, where releases, datasets and runs lie beside the database.
        policy_of: who says today's policy: a layer above knows what the installation set.
    """

    database: Database
    keyring: Keyring
    home: Path
    policy_of: Callable[[Access], Policy] = _built_in
    clock: Callable[[], datetime] = _now
    hasher: PasswordHasher = field(default_factory=PasswordHasher)

    @property
    def policy(self) -> Policy:
        """What passwords, sessions and tokens are held to today."""
        return self.policy_of(self)

    @property
    def head(self) -> Path:
        """Where the newest seal of the trail is noted beside the database."""
        return self.home / "trail.head"

    @property
    def keys(self) -> Keys:
        """The keys as they are now."""
        return self.keyring.keys

    def now(self) -> datetime:
        """This moment."""
        return self.clock()

    def today(self) -> date:
        """The day, where the system is used."""
        return self.now().astimezone(CHINA).date()
