"""What a rule is: a declared comparison, or a condition for a group of lines and a plain body that judges it.

A rule says what is forbidden. Look-up, dates, regions, grouping, overlap, money and wording are the engine's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar, get_args

from mingcha.domain.conditions import Condition, Expr
from mingcha.domain.errors import DeclarationError
from mingcha.domain.fields import Field, value_type
from mingcha.domain.values import ValueType, written
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.settings import Setting

P = TypeVar("P", bound=KnowledgePoint)


class Grain(StrEnum):
    """What one judgement looks at."""

    LINE = "明细"
    ENCOUNTER = "就诊"
    PERSON = "参保人"
    INSTITUTION_PERIOD = "机构与周期"


class Excess(StrEnum):
    """What a finding takes: of a line, quantity × price, units (the largest counts) or price; or the bill as a
    whole; or fund money alone, by which the value exceeds the limit: of the pooled fund, or of another one.
    These three for rules that judge no lines. A reminder takes nothing, whatever its rule says."""

    LINES = "数量"
    PRICE = "单价"
    BILL = "整单"
    FUND = "基金"
    OTHER_FUND = "其他基金"
    NOTHING = "无"


class EveryLine:
    """The companions of a rule that must see all other lines of the same scope (a whole prescription)."""


EVERY_LINE = EveryLine()


class LineFacts(NamedTuple):
    """What a body may read of one line, in time order; None is unknown. Units as in `domain.values`."""

    minute: int
    order: int
    day: int
    item: Any
    encounter: int
    quantity: int | None
    amount: int | None
    unit_price: int | None
    price_ceiling: int | None
    in_scope_amount: int | None
    supply_days: int | None
    prescription_id: str | None
    list_type: str | None
    billed_quantity: int | None
    billed_amount: int | None
    price_step: int | None
    department_id: str | None
    doctor_id: str | None
    herb_use: str | None

    @property
    def has_time(self) -> bool:
        """Whether the hour of charging is known; midnight sharp is how a bare date is written."""
        return self.minute % 1440 != 0

    @property
    def hour(self) -> int:
        return self.minute // 60


class Verdict(NamedTuple):
    """One violation, as values; its sentence is rendered when somebody reads it.

    `line` is None for what concerns the whole group: the engine then lays the excess on the latest lines.
    """

    line: LineFacts | None
    excess_quantity: int | None
    excess_amount: int | None
    value: Any
    limit: Any
    related: tuple[LineFacts, ...]


class CannotJudge(NamedTuple):
    """A fact that is missing, on one line or on all lines of the group."""

    line: LineFacts | None
    fact: str


Verdicts = Iterator[Verdict | CannotJudge]


class Group(Generic[P]):
    """The lines one point (or one joined class of points) speaks about, within one encounter or person.

    `lines` stand in time order; `companions` are lines of the point's partner codes in the same scope.
    For a rule over visits each line stands for a whole encounter, and `visit(line)` gives its facts.
    """

    __slots__ = ("codes", "companions", "encounter", "facts", "lines", "point", "points", "visits")

    def __init__(
        self,
        point: P,
        lines: Sequence[LineFacts],
        *,
        encounter: Any = None,
        companions: Sequence[LineFacts] = (),
        points: Mapping[Any, P] | None = None,
        visits: Mapping[int, Any] | None = None,
        facts: Callable[[LineFacts, str], Any] | None = None,
        codes: Sequence[str] = (),
    ) -> None:
        self.point = point
        self.lines = lines
        self.encounter = encounter
        self.companions = companions
        self.points = points or {}
        self.visits = visits or {}
        self.facts = facts
        self.codes = codes

    def code(self, line: LineFacts) -> str:
        """The item code of a line as it was sent; a partition numbers the codes of its dataset."""
        return str(self.codes[line.item] if self.codes else line.item)

    def visit(self, line: LineFacts) -> Any:
        """The facts of the encounter that a line belongs to, by English name; None is unknown."""
        return self.visits[line.encounter]

    def read(self, line: LineFacts, fact: Field[Any]) -> Any:
        """A fact of a line beyond those that every line carries; the rule names it in `reads`."""
        return None if self.facts is None else self.facts(line, fact.name)

    @property
    def known_quantity(self) -> int:
        return sum(line.quantity for line in self.lines if line.quantity is not None)

    @property
    def lacks_quantity(self) -> bool:
        return any(line.quantity is None for line in self.lines)

    def violates(
        self,
        line: LineFacts | None = None,
        *,
        excess: int | None = None,
        excess_amount: int | None = None,
        value: Any = None,
        limit: Any = None,
        related: Iterable[LineFacts] = (),
    ) -> Verdict:
        """A violation of one line (whole unless an excess is given), or of the group by so much."""
        return Verdict(line, excess, excess_amount, value, limit, tuple(related))

    def part(self, line: LineFacts, code: str, place: int) -> LineFacts:
        """One thing of a visit, so that each such thing can have a finding of its own."""
        return line._replace(item=code, order=place)

    def cannot_judge(self, fact: Field[Any], line: LineFacts | None = None) -> CannotJudge:
        """Nothing can be said because this fact is unknown."""
        return CannotJudge(line, fact.name)


class Rule(Generic[P]):
    """Base of every mechanism: `forbids`, or `only_if` plus `judge`; an instance holds setting values.

    Args:
        values: settings as people write them, in the unit that each declares.
    """

    slug: ClassVar[str]
    version: ClassVar[int]
    since: ClassVar[str]
    title: ClassVar[str]
    grain: ClassVar[Grain] = Grain.LINE
    legal_basis: ClassVar[tuple[str, ...]]
    message: ClassVar[str]

    knowledge: ClassVar[type[KnowledgePoint] | None] = None
    when: ClassVar[Condition | None] = None
    forbids: ClassVar[Condition | None] = None
    only_if: ClassVar[Condition | None] = None
    needs: ClassVar[tuple[Field[Any], ...]] = ()
    reads: ClassVar[tuple[Field[Any], ...]] = ()
    per: ClassVar[Expr | None] = None
    companions: ClassVar[Field[tuple[str, ...]] | EveryLine | None] = None
    # Code prefixes: where a line of one stands in the same part, there is nothing to judge.
    lacks: ClassVar[Field[tuple[str, ...]] | None] = None
    value: ClassVar[Expr | None] = None
    limit: ClassVar[Expr | None] = None
    excess: ClassVar[Excess] = Excess.LINES
    # What `forbids` finds is in excess as a whole line, or only by what its value exceeds its limit.
    only_beyond: ClassVar[bool] = False
    _declared: ClassVar[dict[str, Setting]]
    _shown: ClassVar[tuple[Expr | None, Expr | None]]

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        for base in getattr(cls, "__orig_bases__", ()):
            for argument in get_args(base):
                is_kind = isinstance(argument, type) and issubclass(argument, KnowledgePoint)
                if is_kind and argument is not KnowledgePoint:  # the bare base stands for "needs none"
                    cls.knowledge = argument

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        values = values or {}
        declared = self.settings()
        for name, declaration in declared.items():
            given = values.get(name)
            setattr(self, name, declaration.default if given is None else declaration.taken(given, self.slug))
        self.values = {name: getattr(self, name) for name in declared}

    @classmethod
    def settings(cls) -> dict[str, Setting]:
        """The declared parameters by name, in order of declaration."""
        if "_declared" not in vars(cls):
            bases = reversed(cls.__mro__)
            held = (one for base in bases for one in vars(base).values() if isinstance(one, Setting))
            cls._declared = {setting.name: setting for setting in held}
        return cls._declared

    @classmethod
    def shown(cls) -> tuple[Expr | None, Expr | None]:
        """What a finding shows as value and limit: as declared, or the first fact and the first limit."""
        # A million sentences ask for it; the declaration of a class does not change.
        if "_shown" not in vars(cls):
            cls._shown = cls._find_shown()
        return cls._shown

    @classmethod
    def _find_shown(cls) -> tuple[Expr | None, Expr | None]:
        value, limit = cls.value, cls.limit
        for part in cls.forbids.walk() if cls.forbids is not None else ():
            if isinstance(part, Field):
                of_point = issubclass(part.owner, KnowledgePoint)
                if value is None and not of_point:
                    value = part
                if limit is None and of_point:
                    limit = part
        return value, limit

    @cached_property
    def _types(self) -> tuple[ValueType, ValueType]:
        value, limit = self.shown()
        return value_type(value), value_type(limit)

    @cached_property
    def _limiting(self) -> Setting | None:
        """The setting that is the limit, if one is: it is shown as people write it."""
        limit = self.shown()[1]
        return limit if isinstance(limit, Setting) else None

    def evidence(self, value: Any, limit: Any, _point: P | None) -> tuple[str | None, str | None]:
        """The value read and the limit of a finding as text, None where there is none."""
        value_as, limit_as = self._types
        if self._limiting is not None and limit is not None:
            limit = self._limiting.number(limit)
        return (
            None if value is None else written(value, value_as),
            None if limit is None else written(limit, limit_as),
        )

    def judge(self, group: Group[P], point: P) -> Verdicts:  # noqa: ARG002  # the signature bodies share
        """Judge one group. Silent where `only_if` is false and nothing in `needs` is missing."""
        raise DeclarationError(f"规则 {self.slug} 既没有 forbids，也没有 judge")


class ItemRule(Rule[P]):
    """A rule over the coded rows that knowledge points speak about."""


class LineRule(Rule[KnowledgePoint]):
    """A rule over every line under audit, without knowledge: `forbids` reads line and encounter."""


class BillRule(Rule[KnowledgePoint]):
    """A rule over the bill as a whole, without knowledge: `forbids` may use totals over its lines.

    A body sees what refunds left of the lines for which `when` holds, cut into the pieces that `per` names.
    """

    grain = Grain.ENCOUNTER


class StandardRule(Rule[P]):
    """A rule over the bill as a whole, by the one standard that holds for its insurance, person, care and place.

    `when` says which bills are asked; `chosen_by` what a standard may state of whom it is for, each with the
    condition that the bill must meet then; `forbids` compares the bill with the standard.
    """

    grain = Grain.ENCOUNTER
    chosen_by: ClassVar[tuple[tuple[Field[Any], Condition], ...]] = ()


class VisitRule(Rule[KnowledgePoint]):
    """A rule over the encounters of a person, without knowledge: stays that follow too soon, visits too many.

    `forbids` judges each encounter by its own facts. Otherwise `when` chooses the encounters, `only_if` may count
    them; the body sees one line per encounter, in time order, history included, of the whole person or of a piece
    that `per`, a fact of the encounter, cuts. Findings stand on the encounter and bear no money of their own.
    """

    grain = Grain.PERSON
