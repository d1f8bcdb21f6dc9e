"""Malformed and hostile messages: each is answered in the envelope, and one that is refused leaves nothing."""

from __future__ import annotations

import http.client
import json
import os
import time
from collections import Counter
from contextlib import closing
from typing import Any

from sqlalchemy import select

from mingcha.audit.histories import index_of
from mingcha.store.database.histories import History
from tests.faults.hostile import MARK, Hostile, hostile_messages
from tests.faults.load import PATH
from tests.faults.service import Service, until

MANY = int(os.environ.get("MINGCHA_HOSTILE_MESSAGES", "500"))
SEED = 20261127
_AROUND = {"infcode", "inf_refmsgid", "refmsg_time", "respond_time", "err_msg", "output"}


def test_every_hostile_message_gets_a_sound_answer_and_leaves_nothing(standing: Service) -> None:
    running, answers = standing.pids, Counter[str]()
    refused, made_use_of = set[str](), set[str]()
    began = time.monotonic()
    with closing(http.client.HTTPConnection("127.0.0.1", standing.port, timeout=60)) as connection:
        for message in hostile_messages(SEED, MANY):
            kind = answered(connection, message)
            answers[kind] += 1
            (refused if kind in ("refused", "nobody") else made_use_of).update(message.persons)
    print(f"{MANY} messages in {time.monotonic() - began:.1f} s: {dict(answers)}")
    assert standing.pids == running
    assert {"audited", "refused", "nobody"} <= answers.keys()
    until(standing.drained)
    with standing.access.database.reading() as session:
        known = set(session.scalars(select(History.person)))
    assert known
    assert known.isdisjoint(index_of(standing.access, person) for person in refused - made_use_of)
    log = standing.log.read_text("utf-8")
    assert MARK not in log
    assert json.dumps(MARK)[1:-1] not in log
    assert "cannot be entered" not in log
    assert "rule failed" not in log


def answered(connection: http.client.HTTPConnection, message: Hostile) -> str:
    """What became of one message, where the answer is as it must be."""
    try:
        connection.request("POST", PATH, message.content)
        answer = connection.getresponse()
    except http.client.RemoteDisconnected:  # it had been idle for as long as connections are kept
        connection.request("POST", PATH, message.content)
        answer = connection.getresponse()
    told: Any = json.loads(answer.read())
    if answer.status == 401:
        assert set(told) == {"code", "message"}
        return "nobody"
    assert answer.status == 200, message.content[:2000]
    if set(told) == {"result"}:  # a bare `input` is answered with the bare `output`
        return "audited"
    assert set(told) == _AROUND, (told, message.content[:1500])
    assert len(told["inf_refmsgid"]) == 30
    assert len(told["err_msg"]) <= 200
    if told["infcode"] == 0:
        return "audited"
    assert told["infcode"] == -1
    assert told["err_msg"]
    assert "系统内部错误" not in told["err_msg"], message.content[:2000]
    return "not audited" if told["err_msg"].startswith("未审核") else "refused"
