"""Which standard of payment a stay falls under: the one that is more particular than all others, or none is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mingcha.access.labelled import Labelled
from mingcha.access.scope import region_prefix


class Scheme(Labelled):
    """By what stays are paid."""

    DRG = "drg", "DRG"
    DIP = "dip", "DIP"
    SINGLE_DISEASE = "single_disease", "单病种"


class By(Labelled):
    """How it was found which group a stay is of."""

    SENT = "sent", "医院报送的病种编号"
    DIAGNOSIS = "diagnosis", "主诊断"
    PROCEDURE = "procedure", "主诊断和手术操作"


@dataclass(frozen=True)
class Standard:
    """What a stay of a group is paid, in fen.

    Args:
        institution_rank, institution_id, insurance_type: of whom; all where it is not said.
        diagnoses: what the code of the main diagnosis may begin with.
        procedures: what one of the procedures must begin with, where any are asked for.
        points, rate: in ten-thousandths and in millionths of a yuan, where it was made from them.
    """

    scheme: Scheme
    region: str
    institution_rank: int | None
    institution_id: str
    insurance_type: str
    code: str
    name: str
    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    amount_fen: int
    points: int | None = None
    rate: int | None = None
    source: str = ""


@dataclass(frozen=True)
class Stay:
    """What is known of an open stay.

    Args:
        group_code: what the hospital's system sent as its disease, empty where nothing.
    """

    region: str
    institution_id: str
    institution_rank: int | None
    insurance_type: str
    main_diagnosis: str
    procedures: Sequence[str] = ()
    group_code: str = ""


@dataclass(frozen=True)
class Match:
    """The standard of a stay, and how that was found."""

    standard: Standard
    by: By


class StandardBook:
    """The standards of one day, found by the main diagnosis without reading through them all."""

    def __init__(self, standards: Iterable[Standard] = ()) -> None:
        self._by_code: dict[str, list[Standard]] = defaultdict(list)
        self._by_diagnosis: dict[str, list[Standard]] = defaultdict(list)
        self._count = 0
        for one in standards:
            self._count += 1
            self._by_code[one.code].append(one)
            for prefix in one.diagnoses:
                self._by_diagnosis[prefix].append(one)

    def __len__(self) -> int:
        return self._count

    def of(self, stay: Stay) -> list[Match]:
        """The standard of each scheme that a stay falls under; of a scheme where two fit alike, none.

        A group that the hospital's system sent goes before what its diagnoses say.
        """
        found = []
        for scheme in Scheme:
            sent = self._sent(stay, scheme)
            if sent:
                if one := _most_particular([(standard, _place(standard)) for standard in sent]):
                    found.append(Match(one, By.SENT))
            elif one := _most_particular(self._fitting(stay, scheme)):
                found.append(Match(one, By.PROCEDURE if one.procedures else By.DIAGNOSIS))
        return found

    def _sent(self, stay: Stay, scheme: Scheme) -> list[Standard]:
        known = self._by_code.get(stay.group_code, ()) if stay.group_code else ()
        return [one for one in known if one.scheme is scheme and _holds(one, stay)]

    def _fitting(self, stay: Stay, scheme: Scheme) -> list[tuple[Standard, tuple[int, ...]]]:
        """Those that fit, each with how particular it is in every respect."""
        code, fitting = stay.main_diagnosis, {}
        for length in range(1, len(code) + 1):
            for one in self._by_diagnosis.get(code[:length], ()):
                operated = max(
                    (len(prefix) for prefix in one.procedures if _any_begins(stay.procedures, prefix)),
                    default=0,
                )
                if one.scheme is scheme and _holds(one, stay) and (operated or not one.procedures):
                    # The longest prefix comes last, and stands.
                    fitting[id(one)] = (one, (length, operated, *_place(one)))
        return list(fitting.values())


NO_STANDARDS = StandardBook()


def _any_begins(codes: Sequence[str], prefix: str) -> bool:
    return any(code.startswith(prefix) for code in codes)


def _holds(one: Standard, stay: Stay) -> bool:
    return (
        stay.region.startswith(region_prefix(one.region))
        and one.institution_rank in (None, stay.institution_rank)
        and one.institution_id in ("", stay.institution_id)
        and one.insurance_type in ("", stay.insurance_type)
    )


def _place(one: Standard) -> tuple[int, ...]:
    """How particular a standard is about where and for whom."""
    return (
        len(region_prefix(one.region)),
        one.institution_rank is not None,
        one.institution_id != "",
        one.insurance_type != "",
    )


def _most_particular(found: Sequence[tuple[Standard, tuple[int, ...]]]) -> Standard | None:
    """The one that is at least as particular as every other in every respect, and as no other in all."""
    best = [
        one
        for one, own in found
        if all(
            other is one
            or (own != theirs and all(mine >= yours for mine, yours in zip(own, theirs, strict=True)))
            for other, theirs in found
        )
    ]
    return best[0] if len(best) == 1 else None
