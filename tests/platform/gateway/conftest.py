"""An installation with a release and one connected hospital, and a gateway over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from mingcha.access.connections.given import connect
from mingcha.access.connections.known import known_connections
from mingcha.access.connections.states import ConnectionState
from mingcha.access.context import Access
from mingcha.audit.bill import BillAuditor
from mingcha.audit.histories import PastLookup
from mingcha.audit.plans import plan_of
from mingcha.gateways.national.connections import Connection, Connections
from mingcha.gateways.national.draining import drain
from mingcha.gateways.national.gateway import Gateway
from mingcha.gateways.national.pasts import Pasts
from mingcha.gateways.national.rates import Rates, rates_folder
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.store.journal.answered import Answered
from mingcha.store.journal.records import Sealer, journal_folder
from mingcha.store.journal.writing import Journal
from tests.platform.gateway.calling import HOSPITAL, Hospital
from tests.support.platform import ROOT


@pytest.fixture(scope="session")
def auditor() -> BillAuditor:
    return BillAuditor(plan_of(release_of(1, starter_points(), starter_settings(), with_demonstration=True)))


@dataclass
class Installed:
    """The parts of a gateway that tests look into."""

    access: Access
    hospital: Hospital
    auditor: BillAuditor
    journals: list[Journal] = field(default_factory=list)
    lookups: list[PastLookup] = field(default_factory=list)
    rates: list[Rates] = field(default_factory=list)

    @property
    def sealer(self) -> Sealer:
        return Sealer(self.access.keys)

    def gateway(self, **changed: Any) -> Gateway:
        """Another server process."""
        folder = journal_folder(self.access.home)
        self.journals.append(Journal(folder, f"w{len(self.journals)}", self.sealer))
        self.rates.append(Rates(rates_folder(self.access.home)))
        parts: dict[str, Any] = {
            "auditors": lambda: self.auditor,
            "connections": self.connections,
            "pasts": Pasts(self.look_up()),
            "journal": self.journals[-1],
            "answered": Answered(folder),
            "rates": self.rates[-1],
            "sealer": self.sealer,
            "secret": self.access.keys.index,
            "clock": self.access.clock,
        }
        return Gateway(**{**parts, **changed})

    def look_up(self) -> PastLookup:
        self.lookups.append(PastLookup(self.access))
        return self.lookups[-1]

    def connections(self) -> Connections:
        return Connections(Connection(**vars(one)) for one in known_connections(self.access))

    def drain(self) -> int:
        return drain(self.access, self.sealer, journal_folder(self.access.home))


@pytest.fixture
def installed(access: Access, auditor: BillAuditor) -> Iterator[Installed]:
    view, secret = connect(access, ROOT, HOSPITAL, state=ConnectionState.LIVE)
    assert secret is not None
    made = Installed(access, Hospital(view.access_key, secret, access.clock), auditor)
    yield made
    for open_one in (*made.journals, *made.lookups, *made.rates):
        open_one.close()


@pytest.fixture
def ask(installed: Installed) -> Callable[..., Any]:
    """Sends a message through a gateway and returns the answer that would leave."""
    return installed.hospital.calling(installed.gateway())
