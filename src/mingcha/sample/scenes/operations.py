"""Antibiotics around an operation: not due at all, given at the wrong time, or for too long."""

from __future__ import annotations

from mingcha.knowledge.kinds.medication import Prophylaxis
from mingcha.sample.scenes.writing import Circumstances, Writer, coded
from mingcha.sample.script import NEAR_MISS, VIOLATION, Charge, Coded, Play, Truth, Visit, units

PROPHYLAXIS = "perioperative-prophylaxis"
# The operation is on the second day of the stay, at ten.
DAY, INCISION = 1, 600
HOUR, A_DAY = 60, 1440
NIGHTS = 6
_STAY = Circumstances(care_type="2101", diagnoses=(Coded("K40.900", "单侧腹股沟疝"),))
_INFECTED = _STAY._replace(diagnoses=(*_STAY.diagnoses, Coded("T81.400", "操作后的感染")))
_OTHER = Coded("45.7300", "右半结肠根治性切除术", day=DAY, minute=INCISION)
_MINOR = Coded("99.1800", "电解质注射或输注", day=0)


def write_operations(writer: Writer) -> None:
    """All plays of antibiotics around operations."""
    for point in writer.library.of(Prophylaxis):
        scene = Operation(writer, point)
        if point.needless:
            scene.needless()
        else:
            scene.timing()
            scene.duration()


class Operation:
    """Writes the plays of one class of operations."""

    def __init__(self, writer: Writer, point: Prophylaxis) -> None:
        self.writer = writer
        self.point = point
        operation = coded(point.procedures[0])
        self.performed = Coded(operation.code, point.operation, day=DAY, minute=INCISION)
        self.earliest = writer.library.setting(PROPHYLAXIS, "earliest", 120)
        self.latest = writer.library.setting(PROPHYLAXIS, "latest", 0)
        self.hours = point.hours + writer.library.setting(PROPHYLAXIS, "allowance", 12)

    def needless(self) -> None:
        """Given where the operation needs none, or for an infection, or for another operation."""
        self._stage(VIOLATION, "原则上不预防用药的手术用了", [self._wrong(self._dose(-HOUR))])
        minor = (self.performed, _MINOR)
        self._stage(VIOLATION, "另一项不是手术", [self._wrong(self._dose(-HOUR))], operations=minor)
        near = [self._lawful(self._dose(-HOUR))]
        self._stage(NEAR_MISS, "诊断有感染", near, around=_INFECTED)
        self._stage(NEAR_MISS, "另有别类手术", near, operations=(self.performed, _OTHER))
        self._stage(NEAR_MISS, "没有手术记录", near, operations=())

    def timing(self) -> None:
        """The first dose before the incision, too early, or after it."""
        for minutes, note in ((-self.earliest - 1, "早于规定时间"), (-self.latest + 1, "晚于规定时间")):
            self._stage(VIOLATION, note, [self._wrong(self._dose(minutes), claimed=False)])
        for minutes, note in (
            (-self.earliest, "恰好最早"),
            (-self.latest, "恰好最迟"),
            (-HOUR, "切开前一小时"),
        ):
            self._stage(NEAR_MISS, note, [self._lawful(self._dose(minutes))])
        twice = [self._lawful(self._dose(-5 * HOUR)), self._dose(-HOUR)]
        self._stage(NEAR_MISS, "早给一次，规定时间内又给一次", twice)
        unknown = self.performed._replace(minute=0)
        self._stage(NEAR_MISS, "手术只有日期", [self._lawful(self._dose(HOUR))], operations=(unknown,))
        self._stage(NEAR_MISS, "给药只有日期", [self._lawful(self._dose(-INCISION))])

    def duration(self) -> None:
        """The last dose just in time, or beyond it."""
        in_time = self._dose(-HOUR)
        ends = self.hours * HOUR
        for minutes, note in ((ends + 1, "超过规定时间一分钟"), (ends + A_DAY, "超过规定时间一日")):
            self._stage(VIOLATION, note, [in_time, self._wrong(self._dose(minutes))])
        self._stage(NEAR_MISS, "恰好到规定时间", [in_time, self._lawful(self._dose(ends))])
        self._stage(NEAR_MISS, "当日另有一次只有日期", [in_time, self._lawful(self._dose(-INCISION))])

    def _dose(self, minutes: int) -> Charge:
        """A dose so many minutes after the incision."""
        day, minute = divmod(DAY * A_DAY + INCISION + minutes, A_DAY)
        return self.writer.charge(self.point.codes[0], units(2), day=day, minute=minute, title="231")

    def _wrong(self, charge: Charge, *, claimed: bool = True) -> Charge:
        excess, amount = (charge.quantity, charge.billed) if claimed else (0, 0)
        return charge._replace(truth=self._truth(VIOLATION, excess, amount))

    def _lawful(self, charge: Charge) -> Charge:
        return charge._replace(truth=self._truth(NEAR_MISS, 0, 0))

    def _truth(self, planted: str, excess: int, amount: int) -> Truth:
        return Truth(self.point.rule_code, PROPHYLAXIS, False, planted, excess, amount, self.point.operation)

    def _stage(
        self,
        planted: str,
        note: str,
        charges: list[Charge],
        around: Circumstances = _STAY,
        operations: tuple[Coded, ...] | None = None,
    ) -> None:
        done = (self.performed,) if operations is None else operations
        visit: Visit = self.writer.visit(around, charges, nights=NIGHTS, jitter=1)
        visit = visit._replace(procedures=done)
        first, last = self.writer.days(self.point, self.point.codes[0], NIGHTS + 1)
        self.writer.script.add(
            Play(PROPHYLAXIS, planted, (visit,), first, last, around.sex, around.age, note)
        )
