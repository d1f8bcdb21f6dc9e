"""Connections of hospitals' systems: who may give them, what stays secret."""

from __future__ import annotations

import pytest

from mingcha.access.connections.given import change_state, connect, connections, frame_by
from mingcha.access.connections.known import known_connections
from mingcha.access.connections.states import ConnectionState
from mingcha.access.errors import Denied, Invalid, Missing
from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.access.rotation import retire, rotate
from tests.support.platform import ROOT, Town


def test_an_administrator_of_a_county_connects_its_own_hospitals_only(town: Town) -> None:
    town.user("county", town.grant(Role.SYSTEM_ADMIN, "350102"))
    actor = town.actor("county")
    connect(town.access, ROOT, "H2")
    connect(town.access, actor, "H1")
    with pytest.raises(Missing):
        connect(town.access, actor, "H2")
    with pytest.raises(Missing):
        change_state(town.access, actor, "H2", ConnectionState.STOPPED)
    assert [one.institution_id for one in connections(town.access, actor, Listing()).items] == ["H1"]
    town.user("reader", town.grant(Role.READER, "H1"))
    with pytest.raises(Denied):
        connections(town.access, town.actor("reader"), Listing())


def test_a_new_secret_takes_the_place_of_the_old_one_and_outlives_a_change_of_keys(town: Town) -> None:
    _, old = connect(town.access, ROOT, "H1")
    _, new = connect(town.access, ROOT, "H1", new_secret=True)
    assert old != new is not None
    rotate(town.access, ROOT)
    retire(town.access, ROOT)
    (known,) = known_connections(town.access)
    assert known.secret == new


def test_a_change_leaves_the_secret_as_it_is_and_only_who_begins_to_sign_gets_one(town: Town) -> None:
    _, first = connect(town.access, ROOT, "H1")
    view, none = connect(town.access, ROOT, "H1", a_second=7)
    assert (view.a_second, none) == (7, None)
    assert [one.secret for one in known_connections(town.access)] == [first]
    assert connect(town.access, ROOT, "H1", signed=False, networks=["10.0.0.0/8"])[1] is None
    assert [one.secret for one in known_connections(town.access)] == [None]
    _, again = connect(town.access, ROOT, "H1")
    assert again not in (None, first)


def test_a_stopped_connection_is_not_known_to_the_gateway(town: Town) -> None:
    connect(town.access, ROOT, "H1")
    change_state(town.access, ROOT, "H1", ConnectionState.STOPPED)
    assert known_connections(town.access) == []


def test_unsigned_messages_are_taken_from_named_addresses_only(town: Town) -> None:
    with pytest.raises(Invalid, match="限定来源"):
        connect(town.access, ROOT, "H1", signed=False)
    with pytest.raises(Invalid, match="不是网络地址"):
        connect(town.access, ROOT, "H1", networks=["hospital"])


def test_whose_pages_may_frame_is_kept_as_browsers_compare_it_and_the_secret_stays(town: Town) -> None:
    _, secret = connect(town.access, ROOT, "H1")
    written = ["HTTP://HIS.Hospital.cn:80/", "https://10.1.2.3:8443", " http://his.hospital.cn "]
    view = frame_by(town.access, ROOT, "H1", written)
    assert view.framed_by == ["http://his.hospital.cn", "https://10.1.2.3:8443"]
    (known,) = known_connections(town.access)
    assert (known.framed_by, known.secret) == (tuple(view.framed_by), secret)
    connect(town.access, ROOT, "H1")
    assert frame_by(town.access, ROOT, "H1", []).framed_by == []


@pytest.mark.one_database
@pytest.mark.parametrize(
    "written",
    [
        "his.hospital.cn",
        "http://his.hospital.cn/doctor",
        "http://*.hospital.cn",
        "http://his.cn; script-src *",
        "http://his.cn http://evil.cn",
        "file:///c:/his",
        "http://his.cn:70000",
        "http://医院.cn",
        "'self'",
        "",
    ],
)
def test_what_is_no_address_of_pages_is_refused_before_it_reaches_a_policy(town: Town, written: str) -> None:
    connect(town.access, ROOT, "H1")
    with pytest.raises(Invalid, match="不是网页的地址"):
        frame_by(town.access, ROOT, "H1", [written])
