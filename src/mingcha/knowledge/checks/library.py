"""The library as a whole: rules that nobody knows or that never judge, and codes that no catalogue knows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence

from mingcha.knowledge.checks.problem import Problem, Severity, error, several, warning
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.kinds.by_slug import KINDS
from mingcha.knowledge.kinds.coding import CodeList
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
    """Codes that no catalogue knows, neither one that is given nor one that the library holds itself.

    A point all of whose codes are unknown can never judge. Diagnoses, procedures and classes of drugs are
    prefixes: known is what any code of the catalogue begins with.
    """
    tables = {**_listed(points), **{subject: _Catalogue(codes, subject) for subject, codes in known.items()}}
    for point in points:
        for name, subject in _CODED.get(type(point), (("codes", point.subject),)):
            table, codes = tables.get(subject), getattr(point, name)
            unknown = (
                [code for code in codes if not table.knows(code, begun=point.by_prefix)] if table else []
            )
            if unknown:
                yield _unknown(point, name, unknown, whole=len(unknown) == len(codes))


def _listed(points: Sequence[KnowledgePoint]) -> dict[Subject, _Catalogue]:
    """The code lists that are knowledge of the release: each speaks of the codes that begin like its points."""
    lists: dict[Subject, list[CodeList]] = {}
    for point in points:
        if isinstance(point, CodeList):
            lists.setdefault(point.subject, []).append(point)
    return {
        subject: _Catalogue(
            [code for point in held for code in point.listed],
            subject,
            tuple(begin for point in held for begin in point.codes),
        )
        for subject, held in lists.items()
    }


def _unknown(point: KnowledgePoint, name: str, unknown: Sequence[str], *, whole: bool) -> Problem:
    label = "" if name == "codes" else f"{type(point).fields()[name].label}中"
    return warning(
        point,
        "目录外代码",
        f"“{point.name}”{label}的 {several(unknown)} 不在目录中" + ("，全部无法匹配" if whole else ""),
        "核对是否抄错、已停用或换了新码；换码的补上新码",
        unknown[0],
    )


# Further fields that hold whole codes of items, or prefixes of diagnoses.
_FURTHER = {"diagnoses": Subject.DIAGNOSIS, "containing": Subject.ITEM, "partners": Subject.ITEM}
_CODED = {
    kind: (("codes", kind.subject), *((name, _FURTHER[name]) for name in kind.fields() if name in _FURTHER))
    for kind in KINDS.values()
}


class _Catalogue:
    """The codes of a catalogue; of diagnoses, procedures and classes of drugs also every beginning of one.

    Args:
        speaks_of: beginnings of the codes that it lists in full; all codes where left out.
    """

    def __init__(self, codes: Collection[str], subject: Subject, speaks_of: tuple[str, ...] = ("",)) -> None:
        self.speaks_of = speaks_of
        self.by_prefix = subject is not Subject.ITEM
        self.codes = frozenset(codes)
        self.ordered = sorted(code.upper() for code in codes)

    def knows(self, code: str, *, begun: bool) -> bool:
        """Whether it lists the code, or, where codes may only be begun, any code that begins so."""
        if not code.startswith(self.speaks_of):
            return True  # for all that this catalogue says
        if not self.by_prefix and not begun:
            return code in self.codes
        place = bisect_left(self.ordered, code.upper())
        return place < len(self.ordered) and self.ordered[place].startswith(code.upper())
