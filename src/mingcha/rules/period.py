"""Rules over what is billed in a period: sums over all persons, judged when a batch is through.

Here another person's bill does change the result: it is part of the sum, and of the measure of its peers.
"""

from __future__ import annotations

from typing import Any, ClassVar

from mingcha.domain.claims import Encounter, Line
from mingcha.domain.conditions import Condition, Constant, Expr
from mingcha.domain.fields import Field, value_type
from mingcha.domain.values import PER_CENT, QUANTITY_SCALE, decimal_text, written
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import Grain, Rule
from mingcha.rules.settings import setting

SPANS = ("日", "月", "季", "年")
HIGHEST = 10**15


class PeriodRule(Rule[KnowledgePoint]):
    """A rule over sums: `measure`, added up over the rows that `when` chooses, by `by` and period.

    Rows are lines if the declaration reads any fact of a line, else encounters. With `part`, what is judged is the
    share of the part in the whole, in ten-thousandths; without, the sum itself, in the unit of the measure. Rows of
    which a fact is unknown are counted to the side on which they clear.

    Args:
        by: what is looked at: an institution, perhaps by kind of care, doctor or item.
        quiet: only what stands out or could not be judged is told: of many small things the rest says nothing.
        dated_by: the day that puts a row into a period; None is the day on which its bill was settled.
    """

    grain = Grain.INSTITUTION_PERIOD
    by: ClassVar[tuple[Field[Any], ...]] = (Encounter.institution_id, Encounter.inpatient)
    alike: ClassVar[tuple[Field[Any], ...]] = ()
    measure: ClassVar[Expr] = Constant(1)
    part: ClassVar[Condition | None] = None
    dated_by: ClassVar[Field[Any] | None] = None
    quiet: ClassVar[bool] = False
    span: Any = "季"

    @classmethod
    def expressions(cls) -> tuple[Expr | None, ...]:
        """What is read of every row."""
        return (cls.when, cls.part, cls.measure, cls.dated_by, *cls.by)

    @classmethod
    def in_words(cls, value: int) -> str:
        """A value or a limit as people read it: a share in per cent, a sum in its unit."""
        if cls.part is not None:
            return f"{decimal_text(value, PER_CENT)}%"
        return written(value, value_type(cls.measure))


class CeilingRule(PeriodRule):
    """A rule over sums that stand out where they are above `at_most`, and are compared with nobody."""

    span: Any = setting("季", label="统计周期", one_of=SPANS)
    least_cases: Any = setting(30, label="最少就诊数", unit="次", at_least=1, at_most=1_000_000)
    at_most: Any = setting(None, label="上限", unit="%", scale=PER_CENT, at_least=0, at_most=QUANTITY_SCALE)


class PeerRule(CeilingRule):
    """A rule over sums that are compared with those of peers, and with a limit where one is set.

    A result stands out where it is above `at_most`, or else above both `times` the median of its peers and `margin`
    more than it. Peers have the same period and agree in `alike`; of that, what `by` leaves out is the institution's.
    """

    alike: ClassVar[tuple[Field[Any], ...]] = (
        Encounter.institution_rank,
        Encounter.institution_type,
        Encounter.inpatient,
    )

    times: Any = setting(
        15_000,
        label="超过同类中位数的倍数",
        unit="倍",
        scale=QUANTITY_SCALE,
        at_least=QUANTITY_SCALE,
        at_most=1_000_000,
    )
    margin: Any = setting(
        1_000, label="至少高出同类中位数", unit="个百分点", scale=PER_CENT, at_least=0, at_most=10_000
    )
    least_peers: Any = setting(5, label="最少同类机构数", unit="家", at_least=1, at_most=1_000)


class CapacityRule(PeriodRule):
    """A rule over lines that points speak about: more of them in a day than can be done in one.

    Args:
        by_point: a sum for each point, and not one for all points together.
    """

    by_point: ClassVar[bool] = False
    dated_by = Line.day
    quiet = True
    span: Any = "日"

    def most(self, point: Any) -> int:
        """The most that can be done in a day, in the unit of the measure; `point` is None where it is one for all."""
        raise NotImplementedError


class StockRule(PeriodRule):
    """A rule over what was billed of an item between two counts of its stock, against what stock records leave.

    What could be had is the stock counted first, with what came in and without what went out, less the stock counted
    last; the period is the time between the counts. Units are those of stock records: the smallest priced pack.
    """

    by = (Encounter.institution_id, Line.item_code)
    dated_by = Line.day
    measure = Line.quantity

    tolerance: Any = setting(500, label="允差", unit="%", scale=PER_CENT, at_least=0, at_most=10_000)
