"""The release in force, compiled and kept: a newer one is taken up beside the calls, and no call waits for it."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from mingcha.audit.bill import BillAuditor
from mingcha.audit.plans import plan_to_keep
from mingcha.store import releases

_SECONDS_BETWEEN = 1.0
_log = logging.getLogger("mingcha.audit")


class InForce:
    """Follows the newest release of an installation."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._auditor: BillAuditor | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True, name="releases")

    def __call__(self) -> BillAuditor | None:
        """The auditor of the release in force; None where nothing is published."""
        return self._auditor

    @property
    def number(self) -> int:
        """The release in force, 0 where there is none."""
        return 0 if self._auditor is None else self._auditor.plan.release.number

    def start(self) -> None:
        """Take up the newest release, and follow from then on."""
        self._try()
        self._thread.start()

    def stop(self) -> None:
        """Follow no more."""
        self._stopped.set()
        self._thread.join()

    def look(self) -> None:
        """Take up the newest release where it is another than the one in force."""
        numbers = releases.numbers(self._home)
        if not numbers or numbers[-1] == self.number:
            return
        auditor = BillAuditor(plan_to_keep(releases.load(self._home, numbers[-1])))
        auditor.warm()
        self._auditor = auditor

    def _follow(self) -> None:
        while not self._stopped.wait(_SECONDS_BETWEEN):
            self._try()

    def _try(self) -> None:
        try:
            self.look()
        except (
            Exception
        ) as error:  # the release in force goes on serving; where there is none, calls are let through
            _log.error("release not taken up", exc_info=error)
