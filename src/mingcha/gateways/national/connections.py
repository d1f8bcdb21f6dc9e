"""Which institutions may call, from where, how often, and how they sign."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from mingcha.access.connections.services import OF_TRANSACTION, Service
from mingcha.gateways.national.signing import ACCESS_KEY, Unsigned, check_signature


@dataclass(frozen=True)
class Connection:
    """How one institution is connected.

    Args:
        access_key, secret: of the signed headers; without a secret messages are not signed.
        networks: addresses that it calls from; any where there are none, which only a signed one may have.
        a_second: calls a second that it may make.
        a_day, used_today: bills a day that it may have audited, and how many it had a few seconds ago.
        services: what it subscribed to; everything where nothing is said.
        trial: it is being tried: what it sends is no care that anybody had.
        demonstration: nobody is treated there at all.
        framed_by: addresses whose pages may frame the embedded pages; anybody's where there is none.
    """

    institution_id: str
    access_key: str = ""
    secret: str | None = None
    networks: tuple[str, ...] = ()
    a_second: int = 200
    a_day: int | None = None
    used_today: int = 0
    services: frozenset[str] = frozenset(Service)
    trial: bool = False
    demonstration: bool = False
    framed_by: tuple[str, ...] = ()

    def admits(self, address: str) -> bool:
        """Whether it may call from an address."""
        if not self.networks:
            return self.secret is not None
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in ip_network(network) for network in self.networks)

    def offers(self, transaction: str) -> bool:
        """Whether a transaction belongs to what it subscribed to, or comes with it."""
        service = OF_TRANSACTION.get(transaction)
        return service is None or service in self.services

    @property
    def used_up(self) -> bool:
        """Whether it had as much today as was agreed."""
        return self.a_day is not None and self.used_today >= self.a_day


class Connections:
    """All connections of an installation."""

    def __init__(self, known: Iterable[Connection]) -> None:
        everyone = list(known)
        self._by_institution = {one.institution_id: one for one in everyone}
        self._by_key = {one.access_key: one for one in everyone if one.secret is not None}

    def __len__(self) -> int:
        return len(self._by_institution)

    def sender(self, institution_id: str, headers: Mapping[str, str], address: str, now: int) -> Connection:
        """Who sends a message that says it is from this institution.

        Raises:
            Unsigned: nobody who may.
        """
        key = headers.get(ACCESS_KEY, "")
        found = self._by_key.get(key) if key else self._by_institution.get(institution_id)
        if found is None or found.institution_id != institution_id or not found.admits(address):
            raise Unsigned("非法用户!")
        if found.secret is not None:
            check_signature(headers, found.secret, now)
        return found

    def signer(self, headers: Mapping[str, str], address: str, now: int) -> Connection:
        """Who signed these headers, whichever institution that is.

        Raises:
            Unsigned: nobody who may.
        """
        found = self._by_key.get(headers.get(ACCESS_KEY, ""))
        if found is None:
            raise Unsigned("非法用户!")
        return self.sender(found.institution_id, headers, address, now)

    def of(self, institution_id: str) -> Connection:
        """How an institution is connected; as by default where it is not."""
        return self._by_institution.get(institution_id) or Connection(institution_id)
