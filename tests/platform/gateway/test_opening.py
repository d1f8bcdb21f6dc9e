"""A server process that starts while something of its installation is away answers all the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from mingcha.access.context import Access
from mingcha.access.policy import DeadlinePolicy, Policy
from mingcha.gateways.national.opening import Opened
from mingcha.store import releases
from mingcha.store.database.engine import Database
from tests.platform.gateway.calling import HOSPITAL, answer_of, bill
from tests.platform.gateway.conftest import Installed

pytestmark = pytest.mark.one_database


@contextmanager
def opened(access: Access) -> Iterator[Opened]:
    process = Opened(access)
    process.start()
    yield process
    process.stop()


def test_while_the_database_is_away_a_new_process_knows_who_calls(installed: Installed) -> None:
    releases.save(installed.access.home, installed.auditor.plan.release)
    with opened(installed.access):
        pass
    sealed = (installed.access.home / "connections.sealed").read_bytes()
    assert HOSPITAL.encode() not in sealed
    assert installed.hospital.secret.encode() not in sealed
    away = replace(installed.access, database=Database("postgresql://nobody@127.0.0.1:1/nothing"))
    with opened(away) as process:
        answer = json.loads(answer_of(process.gateway(installed.hospital.request(bill()))))
        assert answer["infcode"] == 0
        assert "历史就诊暂时不可用" in answer["err_msg"]


def test_while_the_database_is_away_a_new_process_goes_by_the_settings_of_before(
    installed: Installed,
) -> None:
    decided = Policy(deadlines=DeadlinePolicy(scene_4=timedelta(milliseconds=70)), disk_low=7)
    with opened(replace(installed.access, policy_of=lambda _: decided)):
        pass
    away = replace(installed.access, database=Database("postgresql://nobody@127.0.0.1:1/nothing"))
    with opened(away) as process:
        assert process.gateway.policy() == decided
    (installed.access.home / "policy.sealed").write_bytes(b"harmed")
    with opened(away) as process:
        assert process.gateway.policy() == Policy()


def test_a_release_that_was_harmed_keeps_no_process_from_starting(installed: Installed) -> None:
    folder = releases.save(installed.access.home, installed.auditor.plan.release)
    next(folder.glob("*.parquet")).write_bytes(b"harmed")
    with opened(installed.access) as process:
        answer = json.loads(answer_of(process.gateway(installed.hospital.request(bill()))))
        assert answer["err_msg"].startswith("未审核：还没有发布知识和规则")
