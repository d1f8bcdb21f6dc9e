"""What is billed though nothing shows that it was done: an item without what must stand beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mingcha.knowledge.kinds import RequiredCompanion
from mingcha.sample.library import codes_beside
from mingcha.sample.scenes.limits import Limited
from mingcha.sample.scenes.writing import Writer
from mingcha.sample.script import NEAR_MISS, VIOLATION, Charge, Coded, Visit, units

ONE = units(1)
OPERATION = Coded("86.0400", "皮肤切开引流术")


def write_billing(writer: Writer) -> None:
    """All plays of items that need another one beside them."""
    for point in writer.library.of(RequiredCompanion):
        code = point.codes[0]
        around = writer.circumstances(code, point)
        if around is not None and writer.alone(code, point):
            _Required(writer, point, code, around).write()


class _Required(Limited):
    """Plays of one item that is used only together with another, in stays unless said otherwise."""

    def write(self) -> None:
        note = f"没有{self.point.companion_name}"
        for quantity in (ONE, units(2)):
            self.stage(VIOLATION, note, self._stay(self._alone(note, quantity)))
        if self.point.record_suffices:
            self._recorded()
        for companion in codes_beside(self.point)[:2]:
            self._beside(companion)

    def _recorded(self) -> None:
        note = "有手术操作记录"
        recorded = self._stay(self._lawful(note), procedures=(OPERATION,))
        self.stage(NEAR_MISS, note, recorded)
        note = "门诊不报手术操作"
        self.stage(NEAR_MISS, note, self.visit([replace(self._lawful(note), day=0)]))

    def _beside(self, companion: str) -> None:
        def other(day: int = 1, **more: Any) -> Charge:
            return self.writer.charge(companion, ONE, day=day, minute=620, **more)

        note = f"同日有{self.point.companion_name}"
        self.stage(NEAR_MISS, note, self._stay(other(), self._lawful(note)))
        note = f"前一日有{self.point.companion_name}"
        if self.point.interval == "单日":
            self.stage(VIOLATION, note, self._stay(other(day=0), self._alone(note)))
        else:
            self.stage(NEAR_MISS, note, self._stay(other(day=0), self._lawful(note)))
        note = f"{self.point.companion_name}已退费"
        back = self.writer.charge(companion, -ONE, day=1, minute=700, refund_of=0)
        self.stage(VIOLATION, note, self._stay(other(), back, self._alone(note)))
        note = f"{self.point.companion_name}在另一次就诊"
        self.stage(VIOLATION, note, self._stay(other()), self._stay(self._alone(note), after=60))

    def _stay(self, *charges: Charge, **more: Any) -> Visit:
        return self.visit(list(charges), stay=True, nights=3, jitter=1, **more)

    def _alone(self, note: str, quantity: int = ONE) -> Charge:
        return self.writer.whole(self.point, note, self.line(quantity, day=1))

    def _lawful(self, note: str) -> Charge:
        return self.near(ONE, note, day=1)
