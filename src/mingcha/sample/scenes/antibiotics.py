"""Antibiotics by grade: who may order them, and that the highest grade stays with in-patients."""

from __future__ import annotations

from mingcha.knowledge.kinds.medication import AntibioticGrade
from mingcha.sample.scenes.writing import Circumstances, Writer
from mingcha.sample.script import NEAR_MISS, VIOLATION, Play, units

BEYOND, OUTPATIENT = "antibiotic-beyond-right", "special-antibiotic-outpatient"
RESTRICTED, SPECIAL = 2, 3
_CHIEF, _DEPUTY, _ATTENDING, _DOCTOR, _ASSISTANT = "231", "232", "233", "234", "235"
_STAY = Circumstances(care_type="2101")

# Title, granted right and note of an order, by grade: those that the doctor may not give, and those that he may.
_BEYOND: dict[int, tuple[tuple[str, str, str], ...]] = {
    SPECIAL: (
        (_ATTENDING, "", "主治医师开特殊使用级"),
        (_DOCTOR, "", "医师开特殊使用级"),
        (_CHIEF, "2", "主任医师只被授予限制使用级"),
    ),
    RESTRICTED: ((_DOCTOR, "", "医师开限制使用级"), (_ASSISTANT, "", "医士开限制使用级")),
    1: ((_DOCTOR, "0", "没有处方权的医师开非限制使用级"),),
}
_WITHIN: dict[int, tuple[tuple[str, str, str], ...]] = {
    SPECIAL: (
        (_DEPUTY, "", "副主任医师开特殊使用级"),
        (_CHIEF, "", "主任医师开特殊使用级"),
        (_ATTENDING, "3", "主治医师被授予特殊使用级"),
    ),
    RESTRICTED: ((_ATTENDING, "", "主治医师开限制使用级"), (_DOCTOR, "2", "医师被授予限制使用级")),
    1: ((_DOCTOR, "", "医师开非限制使用级"), (_DOCTOR, "1", "医师被授予非限制使用级")),
}


def write_antibiotics(writer: Writer) -> None:
    """All plays of both mechanisms over graded antibiotics."""
    for point in writer.library.of(AntibioticGrade):
        scene = Antibiotic(writer, point)
        scene.by_right()
        scene.by_place()


class Antibiotic:
    """Writes the plays of one point."""

    def __init__(self, writer: Writer, point: AntibioticGrade) -> None:
        self.writer = writer
        self.point = point
        self.code = point.codes[0]

    def by_right(self) -> None:
        """Ordered by doctors who may not, and by doctors who may, or in rescue."""
        for planted, orders in ((VIOLATION, _BEYOND), (NEAR_MISS, _WITHIN)):
            for title, right, note in orders[self.point.grade]:
                self._stage(BEYOND, planted, note, _STAY, title, right)
        if self.point.grade > 1:
            self._stage(BEYOND, NEAR_MISS, "急诊抢救越级使用", _STAY._replace(care_type="1301"), _DOCTOR)

    def by_place(self) -> None:
        """Used on out-patients and on others, by a doctor who may."""
        planted = VIOLATION if self.point.grade == SPECIAL else NEAR_MISS
        for care_type, note in (("11", "普通门诊使用"), ("14", "门诊慢特病使用")):
            self._stage(OUTPATIENT, planted, note, _STAY._replace(care_type=care_type), _CHIEF)
        if self.point.grade == SPECIAL:
            for care_type, note in (("2101", "住院使用"), ("13", "急诊使用")):
                self._stage(OUTPATIENT, NEAR_MISS, note, _STAY._replace(care_type=care_type), _CHIEF)

    def _stage(
        self, mechanism: str, planted: str, note: str, around: Circumstances, title: str, right: str = ""
    ) -> None:
        charge = self.writer.charge(self.code, units(2), minute=560, title=title, antibiotic_right=right)
        if planted == VIOLATION:
            truth = self.writer.truth(self.point, note, excess=charge.quantity, amount=charge.billed)
        else:
            truth = self.writer.near_miss(self.point, note)
        visit = self.writer.visit(around, [charge._replace(truth=truth._replace(mechanism=mechanism))])
        first, last = self.writer.days(self.point, self.code, 2)
        self.writer.script.add(Play(mechanism, planted, (visit,), first, last, around.sex, around.age, note))
