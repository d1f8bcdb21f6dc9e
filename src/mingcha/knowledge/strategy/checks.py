"""What is wrong with rule sets and exemptions beside one another, though each can be read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations

from mingcha.knowledge.checks.problem import Problem, Severity, several
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.strategy.model import WHOLE, Action, Exemption, RuleSet, Strategy

FIRMNESS = tuple(Action)
Place = tuple[str, str]


def of_strategy(strategy: Strategy, entries: Collection[Entry], day: int | None = None) -> list[Problem]:
    """All that somebody should look at before these sets are published.

    Args:
        day: what ended before it is told; left out, nothing counts as ended.
    """
    named = {one.name: _named(one, entries) for one in strategy.sets}
    return [
        *_shadowed(strategy, named),
        *_undecided(strategy, named),
        *_of_each(strategy, named),
        *_left_out(strategy, named, entries),
        *_figures_left_out(strategy, named, entries),
        *_of_exemptions(strategy, day),
        *_of_jurisdictions(strategy, entries),
    ]


def _named(one: RuleSet, entries: Collection[Entry]) -> frozenset[Place]:
    """The rules, each with a mechanism, that a set names."""
    return frozenset(
        (entry.code, slug) for entry in entries for slug in entry.mechanisms if one.names(entry, slug)
    )


def _shadowed(strategy: Strategy, named: dict[str, frozenset[Place]]) -> Iterator[Problem]:
    """Sets that never decide, because a set before them names all their rules wherever they apply."""
    for place, one in enumerate(strategy.sets):
        for before in strategy.sets[:place]:
            if named[one.name] and named[one.name] <= named[before.name] and _covers(before, one):
                yield _warning(
                    "被遮蔽",
                    one.name,
                    f"规则集“{one.name}”的规则在它的范围内都先由“{before.name}”决定，永远不起作用",
                    "提高它的优先级、缩小前者的范围，或删除它",
                )
                break


def _undecided(strategy: Strategy, named: dict[str, frozenset[Place]]) -> Iterator[Problem]:
    """Sets of one priority that may meet on one encounter over one rule: only their names decide."""
    for one, other in combinations(strategy.sets, 2):
        shared = named[one.name] & named[other.name]
        if shared and one.priority == other.priority and _may_meet(one, other):
            yield _warning(
                "次序未定",
                other.name,
                f"规则集“{one.name}”与“{other.name}”优先级同为 {one.priority}，"
                f"{several({code for code, _ in shared})} 由哪个决定只看名称",
                "给其中一个不同的优先级",
            )


def _of_each(strategy: Strategy, named: dict[str, frozenset[Place]]) -> Iterator[Problem]:
    for one in strategy.sets:
        if not named[one.name]:
            yield _warning(
                "没有规则",
                one.name,
                f"规则集“{one.name}”点名的规则都还没有机制判断，或又全部列入“不含”",
                "核对“规则”和“不含”",
            )
        if one.threshold is None:
            continue
        milder = FIRMNESS.index(one.threshold.action)
        for certainty, action in one.actions.items():
            if milder >= FIRMNESS.index(action):
                yield _warning(
                    "门槛倒置",
                    one.name,
                    f"规则集“{one.name}”对{certainty}的动作是“{action}”，低于门槛的反而是“{one.threshold.action}”",
                    "门槛以下应当更轻",
                )


def _left_out(
    strategy: Strategy, named: dict[str, frozenset[Place]], entries: Collection[Entry]
) -> Iterator[Problem]:
    """Rules that judge nowhere, because sets are there and none names them."""
    if not strategy.sets:
        return
    anywhere = frozenset[Place]().union(*named.values())
    left = {
        entry.code for entry in entries for slug in entry.mechanisms if (entry.code, slug) not in anywhere
    }
    if left:
        yield _warning(
            "未列入",
            min(left),
            f"{several(left)} 没有列入任何规则集，在各处都不判断",
            "确实不用的可以不管；否则列入一个规则集，如名称为“其余”、规则为“全部”、优先级最低的",
        )


def _figures_left_out(
    strategy: Strategy, named: dict[str, frozenset[Place]], entries: Collection[Entry]
) -> Iterator[Problem]:
    """Rules over periods that only sets name which speak of encounters of a certain kind."""
    over_period = {(entry.code, slug) for entry in entries if entry.over_period for slug in entry.mechanisms}
    spoken = frozenset[Place]().union(*(named[one.name] for one in strategy.sets if one.of_institutions))
    narrow = [one for one in strategy.sets if not one.of_institutions and named[one.name] & over_period]
    left = {code for one in narrow for code, _ in named[one.name] & over_period - spoken}
    if left:
        yield _warning(
            "指标不判断",
            min(left),
            f"{several(left)} 只列在{'、'.join(f'“{one.name}”' for one in narrow)}中，而它们的范围或场景是"
            "一家机构的指标没有的（险种、医疗类别、科室，或只在事前、事中），在各处都不判断",
            "要判断指标的，列入范围只写地区、机构级别、机构类别、机构的规则集",
        )


def _of_exemptions(strategy: Strategy, day: int | None) -> Iterator[Problem]:
    for one in strategy.exemptions:
        if day is not None and one.ends <= day:
            yield _warning(
                "特例已过期", one.id, f"特例“{one.id}”已过截止日期", "延长须有新的依据；不再需要的删除"
            )
    for one, other in combinations(strategy.exemptions, 2):
        if _same(one, other):
            yield _warning(
                "特例重复",
                other.id,
                f"特例“{other.id}”与“{one.id}”的对象和规则相同，日期重叠",
                "保留一条",
            )


def _of_jurisdictions(strategy: Strategy, entries: Collection[Entry]) -> Iterator[Problem]:
    """Statements that never decide, because those before them name all their rules for all their days."""
    named = [
        {(entry.code, slug) for entry in entries for slug in entry.mechanisms if one.names(entry, slug)}
        for one in strategy.jurisdictions
    ]
    for place, one in enumerate(strategy.jurisdictions):
        before = [
            named[earlier]
            for earlier, other in enumerate(strategy.jurisdictions[:place])
            if other.starts <= one.starts and one.ends <= other.ends
        ]
        if named[place] <= set().union(*before):
            name = f"异地就医第 {place + 1} 个"
            yield _warning(
                "被遮蔽", name, f"“{name}”的规则都已由写在前面的决定，永远不起作用", "调整先后，或删除它"
            )


def _same(one: Exemption, other: Exemption) -> bool:
    alike = sorted(one.where) == sorted(other.where) and set(one.rules) == set(other.rules)
    return alike and one.starts < other.ends and other.starts < one.ends


def _covers(wide: RuleSet, narrow: RuleSet) -> bool:
    """Whether one set applies wherever the other does."""
    if not (wide.starts <= narrow.starts and narrow.ends <= wide.ends):
        return False
    if wide.scenes and not (narrow.scenes and set(narrow.scenes) <= set(wide.scenes)):
        return False
    values = dict(narrow.scope)
    return all(
        name in values and all(_within(name, value, wanted) for value in values[name])
        for name, wanted in wide.scope
    )


def _may_meet(one: RuleSet, other: RuleSet) -> bool:
    """Whether an encounter can lie within both."""
    if not (one.starts < other.ends and other.starts < one.ends):
        return False
    if one.scenes and other.scenes and not set(one.scenes) & set(other.scenes):
        return False
    return not any(_apart(name, wanted, dict(other.scope)) for name, wanted in one.scope)


def _apart(name: str, wanted: tuple[str, ...], others: dict[str, tuple[str, ...]]) -> bool:
    beside = others.get(name, ())
    return bool(beside) and not any(
        _within(name, a, (b,)) or _within(name, b, (a,)) for a in wanted for b in beside
    )


def _within(name: str, value: str, wanted: tuple[str, ...]) -> bool:
    return value in wanted if name in WHOLE else value.startswith(wanted)


def _warning(check: str, name: str, what: str, remedy: str) -> Problem:
    return Problem(Severity.WARNING, check, (), name, what, remedy)
