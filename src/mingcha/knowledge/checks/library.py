"""The library as a whole: rules that nobody knows or that never judge, and codes that no catalogue knows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence

from mingcha.knowledge.checks.problem import Problem, Severity, error, several, warning
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.point import KnowledgePoint, Subject

KnownCodes = Mapping[Subject, Collection[str]]


def of_rules(points: Sequence[KnowledgePoint], entries: Collection[Entry]) -> Iterator[Problem]:
    """Points that no rule reads, and rules of a kind of knowledge for which there is no point."""
    by_code = {entry.code: entry for entry in entries}
    for point in points:
        entry = by_code.get(point.rule_code)
        if entry is None:
            yield error(
                point,
                "规则未知",
                f"“{point.name}”的规则编码 {point.rule_code} 不在规则目录中",
                "用 mingcha rules list 查看全部编码，改正后再发布",
            )
        elif not entry.mechanisms:
            yield warning(
                point,
                "规则尚未实现",
                f"“{point.name}”所属的规则 {entry.code} {entry.name} 还没有机制判断",
                "保留即可；有了机制自动开始判断",
            )
        elif point.slug not in entry.kinds:
            wanted = "、".join(entry.kinds) or "（不需要知识点）"
            yield error(
                point,
                "种类不符",
                f"“{point.name}”是 {point.slug}，而规则 {entry.code} {entry.name} 只读 {wanted}",
                "改正规则编码，或改用该规则的知识点种类",
            )
    held = {point.rule_code for point in points}
    for entry in entries:
        if entry.kinds and entry.mechanisms and entry.code not in held:
            yield Problem(
                Severity.WARNING,
                "规则没有知识点",
                (),
                entry.code,
                f"规则 {entry.code} {entry.name} 没有任何知识点，永远不报",
                "导入本地知识点（mingcha knowledge template），或在规则集中停用它",
            )


def of_codes(points: Sequence[KnowledgePoint], known: KnownCodes) -> Iterator[Problem]:
    """Codes that the given catalogues do not know: a point all of whose codes are unknown can never judge.

    Diagnoses and procedures are prefixes: known is what any code of the catalogue begins with.
    """
    tables = {subject: _Catalogue(codes, subject) for subject, codes in known.items()}
    for point in points:
        table = tables.get(point.subject)
        unknown = [code for code in point.codes if code not in table] if table else []
        if not unknown:
            continue
        dead = len(unknown) == len(point.codes)
        yield warning(
            point,
            "目录外代码",
            f"“{point.name}”的 {several(unknown)} 不在给出的目录中" + ("，这条永不触发" if dead else ""),
            "核对是否抄错、已停用或换了新码；换码的补上新码",
            unknown[0],
        )


class _Catalogue:
    """The codes of a catalogue; of diagnoses and procedures also every beginning of one."""

    def __init__(self, codes: Collection[str], subject: Subject) -> None:
        self.by_prefix = subject is not Subject.ITEM
        self.codes = frozenset(codes)
        self.ordered = sorted(code.upper() for code in codes) if self.by_prefix else []

    def __contains__(self, code: str) -> bool:
        if not self.by_prefix:
            return code in self.codes
        place = bisect_left(self.ordered, code.upper())
        return place < len(self.ordered) and self.ordered[place].startswith(code.upper())
