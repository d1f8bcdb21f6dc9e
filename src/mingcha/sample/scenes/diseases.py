"""Out-patient visits for a disease that has a list of its own: drugs on the list, and drugs beside it."""

from __future__ import annotations

from mingcha.knowledge.kinds.scope import DiseaseList
from mingcha.sample.goods import DRUG, HERB
from mingcha.sample.scenes.writing import Circumstances, Writer
from mingcha.sample.script import NEAR_MISS, VIOLATION, Charge, Play, units

OUTSIDE = "drug-outside-disease-list"
UNLISTED = "M03900"
_CLINIC, _STAY = Circumstances(care_type="14"), Circumstances(care_type="2102")


def write_diseases(writer: Writer) -> None:
    """All plays of drugs on visits for a listed disease."""
    drugs = [good.code for good in writer.goods.plain(DRUG)]
    herb = writer.goods.plain(HERB)[0].code
    for point in writer.library.of(DiseaseList):
        listed = [code for code in drugs if code.startswith(point.allowed)]
        others = [code for code in drugs if not code.startswith(point.allowed)]
        if listed and others:
            _write(Disease(writer, point), listed[0], others[len(listed[0]) % len(others)], herb)


class Disease:
    """Writes the plays of one disease."""

    def __init__(self, writer: Writer, point: DiseaseList) -> None:
        self.writer = writer
        self.point = point

    def drug(self, code: str, minute: int = 600) -> Charge:
        return self.writer.charge(code, units(2), minute=minute, prescription=2, supply_days=14)

    def stage(
        self,
        planted: str,
        note: str,
        charges: list[Charge],
        around: Circumstances = _CLINIC,
        disease: str = "",
    ) -> None:
        """Add a play of one visit for the disease, whose last charge is the one in question."""
        last = charges[-1]
        if planted == VIOLATION:
            truth = self.writer.truth(self.point, note, excess=last.quantity, amount=last.billed)
        else:
            truth = self.writer.near_miss(self.point, note)
        lines = [*charges[:-1], last._replace(truth=truth)]
        visit = self.writer.visit(around, lines, disease=disease or self.point.codes[0])
        days = self.writer.days(self.point, self.point.codes[0], 2)
        self.writer.script.add(Play(OUTSIDE, planted, (visit,), *days, around.sex, around.age, note))


def _write(scene: Disease, listed: str, other: str, herb: str) -> None:
    scene.stage(VIOLATION, "目录内外各一种药", [scene.drug(listed), scene.drug(other, 601)])
    scene.stage(VIOLATION, "只有目录外的药", [scene.drug(other)])
    scene.stage(NEAR_MISS, "只有目录内的药", [scene.drug(listed)])
    scene.stage(NEAR_MISS, "目录内的药与饮片", [scene.drug(listed), scene.drug(herb, 601)])
    scene.stage(NEAR_MISS, "没有目录的病种", [scene.drug(other)], disease=UNLISTED)
    scene.stage(NEAR_MISS, "住院单病种结算", [scene.drug(other)], _STAY)
