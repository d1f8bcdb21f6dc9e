"""Prescriptions that are too large as a whole: too many drugs on one, too many, too heavy or too dear herbs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mingcha.sample.goods import DRUG, HERB
from mingcha.sample.places import PHARMACY
from mingcha.sample.scenes.writing import Circumstances, Writer
from mingcha.sample.script import ADULT, FEMALE, NEAR_MISS, VIOLATION, Charge, Play, Truth, Venue, units

DRUGS, HERBS = "too-many-drugs", "herb-prescription-too-large"
RULES = {DRUGS: "GZ10000202004000", HERBS: "MC10000301001000"}
FEN = 10_000
_WEEK = 7
_CLINIC = Circumstances(department="A50")


def write_prescriptions(writer: Writer) -> None:
    """All plays of prescriptions that are too large."""
    scene = Prescriptions(writer)
    for shift in range(4):
        scene.drugs(shift)
        scene.herbs(shift)


class Prescriptions:
    """Writes plays that are about no knowledge point, each of one visit."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.year = writer.year
        self._drugs = [good.code for good in writer.goods.plain(DRUG)]
        self._herbs = [good.code for good in writer.goods.plain(HERB)]
        self.allowed = writer.library.setting(DRUGS, "allowed", 5)
        self.most_herbs = writer.library.setting(HERBS, "herbs", 30)
        self.grams = writer.library.setting(HERBS, "grams", 6_000_000, units(1))
        self.most = writer.library.setting(HERBS, "most", 300_000, 100)

    def drugs(self, shift: int) -> None:
        """One drug more than may stand on a prescription, and what looks like it."""
        chosen = self._drugs[shift : shift + self.allowed + 1]

        def each(prescription: Callable[[int], int] = lambda _number: 2) -> list[Charge]:
            return [
                self.writer.charge(
                    code, units(1), minute=600 + n, prescription=prescription(n), supply_days=3
                )
                for n, code in enumerate(chosen)
            ]

        self._stage(DRUGS, VIOLATION, "处方上多一种药品", _CLINIC, each(), 0)
        self._stage(DRUGS, NEAR_MISS, "恰好是设定的种数", _CLINIC, each()[:-1], 0)
        self._stage(DRUGS, NEAR_MISS, "分在两张处方", _CLINIC, each(lambda n: 2 + n % 2), 0)
        self._stage(DRUGS, NEAR_MISS, "住院医嘱", Circumstances(care_type="2101"), each(), 0)
        bought = Circumstances(care_type="41", venue=Venue(0, PHARMACY), department="Y00")
        bought_drugs = [charge._replace(blank="drord_dr_codg") for charge in each()]
        self._stage(DRUGS, NEAR_MISS, "药店购药", bought, bought_drugs, 0, company=0)
        again = [*each()[:-1], each()[0]._replace(minute=640)]
        self._stage(DRUGS, NEAR_MISS, "同一种药品分两行", _CLINIC, again, 0)

    def herbs(self, shift: int) -> None:
        """A prescription of herbs beyond each of its three measures, and just within."""
        many = self.most_herbs + 1
        self._herb_play(VIOLATION, "多一味", [(units(_WEEK), FEN)] * many, 0)
        self._herb_play(NEAR_MISS, "恰好是设定的味数", [(units(_WEEK), FEN)] * (many - 1), 0)
        heavy = self.grams * _WEEK
        rest = heavy - 9 * (heavy // 10)
        nine = [(heavy // 10, FEN)] * 9
        self._herb_play(VIOLATION, "每剂重一克", [*nine, (rest + units(_WEEK), FEN)], 0)
        self._herb_play(NEAR_MISS, "每剂恰好是设定的重量", [*nine, (rest, FEN)], 0)
        dear = self.most * FEN // 10
        tenth = [(units(1), dear)] * 10
        self._herb_play(VIOLATION, "金额超出一元", [*tenth[1:], (units(1), dear + 100 * FEN)], 100)
        self._herb_play(NEAR_MISS, "金额恰好是设定的", tenth, 0)
        halves = [(units(_WEEK), FEN)] * many
        self._herb_play(NEAR_MISS, "分在两张处方", halves, 0, prescriptions=2, shift=shift)

    def _herb_play(
        self,
        planted: str,
        note: str,
        herbs: Sequence[tuple[int, int]],
        excess: int,
        *,
        prescriptions: int = 1,
        shift: int = 0,
    ) -> None:
        """A play of a prescription of so many herbs, each with its quantity and price."""
        charges = [
            self.writer.charge(
                self._herbs[(shift + n) % len(self._herbs)],
                quantity,
                price,
                minute=600 + n,
                herb_use="1",
                supply_days=_WEEK,
                prescription=2 + n % prescriptions,
            )
            for n, (quantity, price) in enumerate(herbs)
        ]
        self._stage(HERBS, planted, note, _CLINIC, charges, excess)

    def _stage(
        self,
        mechanism: str,
        planted: str,
        note: str,
        around: Circumstances,
        charges: Sequence[Charge],
        amount: int,
        company: int = 2,
    ) -> None:
        """Add a play; its truth stands on the last line, where a prescription becomes too large."""
        quantity = None if amount else 0
        truth = Truth(RULES[mechanism], mechanism, False, planted, quantity, amount, note)
        lines = [*charges[:-1], charges[-1]._replace(truth=truth)]
        visit = self.writer.visit(around, lines, company=company)
        first, last = self.year.start + 2, self.year.end - 3
        self.writer.script.add(Play(mechanism, planted, (visit,), first, last, FEMALE, ADULT, note))
