"""A gateway of one server process over an installation, and what follows beside it."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterable
from dataclasses import replace

import msgspec

from mingcha.access.connections.known import KnownConnection, known_connections
from mingcha.access.context import Access
from mingcha.access.policy import Policy
from mingcha.audit.histories import PastLookup
from mingcha.audit.in_force import InForce
from mingcha.domain.errors import MingchaError
from mingcha.gateways.national.connections import Connection, Connections
from mingcha.gateways.national.gateway import Gateway
from mingcha.gateways.national.pasts import Pasts
from mingcha.gateways.national.rates import Rates, rates_folder
from mingcha.gateways.national.remembered import Remembered
from mingcha.hospital.known_standards import KnownStandards
from mingcha.store.journal.answered import Answered
from mingcha.store.journal.records import Sealer, journal_folder
from mingcha.store.journal.writing import Journal

_SECONDS_BETWEEN = 2.0
# A database that says nothing keeps no process from answering calls.
_SECONDS_WAITED = 3.0
_read_connections = msgspec.msgpack.Decoder(list[KnownConnection])
_read_policy = msgspec.msgpack.Decoder(Policy)
_log = logging.getLogger("mingcha.gateways")


class Opened:
    """What belongs to a gateway: its journal, the release in force, connections and policy as they are now."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._kept_connections = Remembered(access.home, access.keyring, "connections", _read_connections)
        self._kept_policy = Remembered(access.home, access.keyring, "policy", _read_policy)
        self._connections = _connections(self._kept_connections.told() or ())
        self._policy = self._kept_policy.told() or Policy()
        self._stopped, self._looked = threading.Event(), threading.Event()
        self._standards = KnownStandards(access)
        self._follower = threading.Thread(target=self._follow, daemon=True, name="settings")
        self._lookup = PastLookup(access)
        self.in_force = InForce(access.home)
        folder = journal_folder(access.home)
        sealer = Sealer(access.keys)
        self._rates = Rates(rates_folder(access.home))
        self.journal = Journal(folder, f"{os.uname().nodename}-{os.getpid()}-{time.time_ns()}", sealer)
        self.gateway = Gateway(
            auditors=self.in_force,
            connections=lambda: self._connections,
            pasts=Pasts(self._lookup, far=not access.database.is_sqlite),
            journal=self.journal,
            answered=Answered(folder),
            rates=self._rates,
            sealer=sealer,
            secret=access.keys.index,
            clock=access.clock,
            policy=lambda: self._policy,
            standards=self._standards,
        )

    def start(self) -> None:
        """Take up settings and release, and follow both."""
        self._follower.start()
        self._looked.wait(_SECONDS_WAITED)
        self.in_force.start()

    def stop(self) -> None:
        """Write what waits, and end."""
        self._stopped.set()
        self._follower.join()
        self.in_force.stop()
        self.journal.close()
        self._rates.close()
        self._lookup.close()

    def look(self) -> None:
        """Take up connections and policy as they are now; where the database does not answer, those before go on."""
        try:
            known = known_connections(self._access)
            self._connections = _connections(known)
            self._policy = self._access.policy
            self._standards.look()
            self._kept_connections.keep([replace(one, used_today=0) for one in known])
            self._kept_policy.keep(self._policy)
        except MingchaError as error:
            _log.error("settings not taken up: %s", error.what)
        except OSError as error:
            _log.error("settings not remembered", exc_info=error)

    def _follow(self) -> None:
        self.look()
        self._looked.set()
        while not self._stopped.wait(_SECONDS_BETWEEN):
            self.look()


def _connections(known: Iterable[KnownConnection]) -> Connections:
    return Connections(Connection(**vars(one)) for one in known)
