"""From the journals into the database: one call that cannot be entered keeps no other waiting."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from mingcha.access.listing import Listing
from mingcha.access.notifications import own_notifications
from mingcha.access.roles import Role
from mingcha.audit.bill import BillAuditor
from mingcha.audit.calls import CallOutcome
from mingcha.engine.compiled import Compiled
from mingcha.engine.waiting import not_waiting
from mingcha.gateways.national import draining
from mingcha.gateways.national.failing import RULE_FAILED
from mingcha.gateways.national.gateway import Gateway
from mingcha.store.database.calls import CallFeedback, CallRow
from tests.platform.gateway.calling import answer_of, bill, encounter, message
from tests.platform.gateway.conftest import Installed
from tests.support.platform import Town


def outcomes(installed: Installed) -> dict[str, str]:
    installed.drain()
    with installed.access.database.reading() as session:
        return {row.message_id: row.outcome for row in session.scalars(select(CallRow))}


def test_texts_that_no_database_takes_as_they_are_do_not_stop_the_reading(
    installed: Installed, ask: Any
) -> None:
    spoiled, told, sound = bill(), message("3103", {}), bill()
    spoiled["msgid"] = "\0" + "长" * 300
    encounter(spoiled).update(mdtrt_id="E\0" + "9" * 300, adm_dept_codg="\0" * 5, insutype="3" * 50)
    patient = spoiled["input"]["data"]["patient_dtos"]
    (patient[0] if isinstance(patient, list) else patient)["curr_mdtrt_id"] = encounter(spoiled)["mdtrt_id"]
    warns = [{"warn_rslt_id": "x\0", "dspo_way": "1", "dspo_way_rea": "病情\0需要"}]
    told["input"] = {"data": {"warn_type": "1", "warns": warns}}
    for one in (spoiled, told, sound):
        ask(one)
    assert outcomes(installed) == {
        "长" * 64: CallOutcome.AUDITED,
        told["msgid"]: CallOutcome.TAKEN,
        sound["msgid"]: CallOutcome.AUDITED,
    }
    with installed.access.database.reading() as session:
        assert [row.reason for row in session.scalars(select(CallFeedback))] == ["病情需要"]


def test_a_call_that_meets_an_error_is_entered_without_its_findings_and_those_after_it_whole(
    installed: Installed, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = [bill(seed=seed) for seed in (1, 2, 3)]
    for one in sent:
        ask(one)
    real = draining.read_message

    def read(content: bytes) -> Any:
        if json.loads(content)["msgid"] == sent[1]["msgid"]:
            raise ZeroDivisionError
        return real(content)

    monkeypatch.setattr(draining, "read_message", read)
    expected = [CallOutcome.AUDITED, CallOutcome.REFUSED, CallOutcome.AUDITED]
    assert outcomes(installed) == dict(zip((one["msgid"] for one in sent), expected, strict=True))
    assert installed.drain() == 0


def test_a_record_that_cannot_be_opened_keeps_other_journals_not_waiting(installed: Installed) -> None:
    first, second = installed.gateway(), installed.gateway()
    spoiled, sound = bill(), bill()
    answer_of(first(installed.hospital.request(spoiled)))
    answer_of(second(installed.hospital.request(sound)))
    path = installed.journals[0].path
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(draining.KeysError):
        installed.drain()
    path.write_bytes(content)
    with installed.access.database.reading() as session:
        assert list(session.scalars(select(CallRow.message_id))) == [sound["msgid"]]
    assert outcomes(installed).keys() == {spoiled["msgid"], sound["msgid"]}


def test_a_call_that_can_never_be_audited_keeps_those_after_it_not_waiting(installed: Installed) -> None:
    gateway: Gateway = installed.gateway(auditors=lambda: None)
    sent = [bill(seed=1), bill(seed=2)]
    for one in sent:
        answer_of(gateway(installed.hospital.request(one)))
    assert set(outcomes(installed).values()) == {CallOutcome.NOT_AUDITED}
    with installed.access.database.writing() as session:
        session.scalars(
            select(CallRow).where(CallRow.message_id == sent[0]["msgid"])
        ).one().journal = "gone.journal"
    folder = draining.journal_folder(installed.access.home)
    assert draining.audit_later(installed.access, installed.sealer, folder, lambda: installed.auditor) == 2
    assert outcomes(installed) == {
        sent[0]["msgid"]: CallOutcome.REFUSED,
        sent[1]["msgid"]: CallOutcome.AUDITED_LATER,
    }


def test_who_keeps_the_rules_is_told_once_of_a_release_that_a_rule_fails(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town(installed.access).found()
    town.administrators()
    town.user("keeper", town.grant(Role.RULE_ADMIN))
    own = BillAuditor(installed.auditor.plan)
    failing = not_waiting(own.plan.variant("").bill_checks, ())[0]

    def fail(self: Compiled, *_: Any) -> None:
        if self.check.slug == failing.slug:
            raise ZeroDivisionError

    monkeypatch.setattr(Compiled, "bill", fail)
    gateway = installed.gateway(auditors=lambda: own)
    for seed in (1, 2):
        answer_of(gateway(installed.hospital.request(bill(seed=seed))))
        installed.drain()

    def told(login: str) -> list[str]:
        found = own_notifications(installed.access, town.actor(login), Listing()).items
        return [one.title for one in found if one.kind == RULE_FAILED]

    [title] = told("keeper")
    assert failing.slug in title
    assert "第 1 版" in title
    assert told("system_admin") == [title]
    assert told("auditor") == []
