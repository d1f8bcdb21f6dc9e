"""Running the kit: the checks, the vendor's own messages, and how long answers took."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from mingcha.access.connections.services import AUDITS
from mingcha.domain.errors import InputError
from mingcha.gateways.conformance.checks import Bill, Trial, checks_for
from mingcha.gateways.conformance.expectations import audited, good
from mingcha.gateways.conformance.sender import Answered, Sender

_TIMED = 20


@dataclass(frozen=True)
class Outcome:
    """One check, or one message of the vendor's: passed where there are no faults."""

    number: str
    title: str
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.faults


@dataclass(frozen=True)
class Times:
    """Milliseconds that answers to one bill took, the network included."""

    median: float
    ninetieth: float
    slowest: float


def run_checks(sender: Sender, bill: Bill) -> Iterator[Outcome]:
    """The checks one after the other, as each is done.

    Raises:
        InputError: nobody answers at the address.
    """
    trial = Trial(sender, bill)
    for check in checks_for(sender):
        yield Outcome(check.number, check.title, tuple(check.faults(trial)))


def run_own(sender: Sender, files: Sequence[Path], answers: Path | None = None) -> Iterator[Outcome]:
    """The vendor's own messages, each sent once under a new id; answers are kept in a folder where one is given.

    Raises:
        InputError: a file is no JSON object, or nobody answers.
    """
    if answers is not None:
        answers.mkdir(parents=True, exist_ok=True)
    for number, file in enumerate(files, 1):
        answer, infno = _sent(sender, file)
        faults = audited(answer) if infno in AUDITS else good(answer)
        if answers is not None:
            (answers / file.name).write_bytes(answer.content)
        yield Outcome(f"报文 {number}", file.name, tuple(faults))


def timed(sender: Sender, bill: Bill) -> Times:
    """How long answers take, one call after the other."""
    trial = Trial(sender, bill)
    took = [trial.sender.send(trial.audit(100 + number)).took for number in range(_TIMED)]
    tenths = quantiles(took, n=10)
    return Times(tenths[4], tenths[8], max(took))


def _sent(sender: Sender, file: Path) -> tuple[Answered, str]:
    try:
        read: Any = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError("读不出 JSON 报文", where=str(file), remedy="应为 UTF-8 的 JSON 文件") from error
    if not isinstance(read, dict):
        raise InputError("报文应为 JSON 对象", where=str(file), remedy="应为完整的报文，或其中的 input")
    envelope = read if "infno" in read else {"infno": "3101", "input": read.get("input", read)}
    fresh = sender.message(str(envelope["infno"]), envelope.get("input"))
    message = {**envelope, **{name: fresh[name] for name in ("msgid", "inf_time", "fixmedins_code")}}
    return sender.send(message), str(envelope["infno"])
