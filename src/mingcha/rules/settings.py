"""Parameters of rules: what a region may change, in which unit people write it, and within which bounds.

A file says `later_ratio: 50%` or `tolerance: 0.5`; rules compute with the integer that this stands for. Everything
that is kept, compared or shown (files, releases, their differences) holds what was written.
"""

from __future__ import annotations

from typing import Any

from mingcha.domain.codelists import coded
from mingcha.domain.conditions import Expr
from mingcha.domain.errors import DeclarationError
from mingcha.domain.values import PER_CENT, QUANTITY_SCALE, decimal_text
from mingcha.knowledge.point import FOREVER
from mingcha.knowledge.reading import scaled

PERCENT_SIGN = "%"
_TYPES = {str: "文字", bool: "true（是）或 false（否）"}


class Setting(Expr):
    """A typed parameter of a rule with label, unit and bounds; a region may override it in a release.

    Args:
        default, at_least, at_most: as rules compute with them: what is written, times `scale`.
        codes: the code list whose words say what a code of it means.
    """

    def __init__(
        self,
        default: Any,
        label: str,
        unit: str = "",
        *,
        scale: int = 1,
        at_least: int | None = None,
        at_most: int | None = None,
        one_of: tuple[str, ...] = (),
        never_all_of: tuple[str, ...] = (),
        codes: str = "",
    ) -> None:
        self.default = default
        self.label = label
        self.unit = unit
        self.scale = scale
        self.at_least = at_least
        self.at_most = at_most
        self.one_of = one_of
        self.never_all_of = never_all_of
        self.codes = codes
        self.name = ""

    def __set_name__(self, _owner: type[Any], name: str) -> None:
        self.name = self.name or name  # a rule that shows a setting as its limit does not rename it

    @property
    def numeric(self) -> bool:
        return self.at_least is not None or self.at_most is not None

    def taken(self, written: Any, rule: str) -> Any:
        """What a rule computes with, from what is written for it.

        Raises:
            DeclarationError: another type, or out of bounds; the message names the rule, the parameter and both.
        """
        where = f"规则 {rule} 的参数“{self.label}”（{self.name}）"
        if isinstance(self.default, tuple):
            return self._codes(written, where)
        if self.numeric:
            return self._within(self._number(written, where), where)
        wanted = str if self.default is None else type(self.default)
        if type(written) is not wanted:
            raise DeclarationError(f"{where} 应为 {_TYPES[wanted]}，实为 {written!r}")
        if self.one_of and written not in self.one_of:
            raise DeclarationError(f"{where} 的值“{written}”不是可选值：{'、'.join(self.one_of)}")
        return written

    def _number(self, written: Any, where: str) -> int:
        text = str(written).strip()
        bare = text.removesuffix(self.unit).strip() if self.unit else text
        if isinstance(written, bool):
            raise DeclarationError(f"{where} 应为数字，实为 {written!r}")
        try:
            ratio = bare.endswith(PERCENT_SIGN) and self.scale == QUANTITY_SCALE
            value = scaled(bare[:-1], PER_CENT) if ratio else scaled(bare, self.scale)
        except ValueError as error:
            raise DeclarationError(f"{where} {error}", remedy=self._example()) from None
        if self.unit == PERCENT_SIGN and bare == text and 0 < value <= self.scale:
            # 0.5 may be meant as half or as half a per cent: money depends on it, so nobody guesses.
            raise DeclarationError(f"{where} 的值 {text} 有歧义", remedy=f"写明百分号，如 50% 或 {bare}%")
        return value

    def _within(self, value: int, where: str) -> int:
        low, high = self.at_least, self.at_most
        if (low is not None and value < low) or (high is not None and value > high):
            raise DeclarationError(f"{where} 的值 {self.text(value)}，超出范围：应{self.bounds()}")
        return value

    def _codes(self, written: Any, where: str) -> tuple[str, ...]:
        if not isinstance(written, list | tuple) or not all(str(part) for part in written):
            raise DeclarationError(
                f"{where} 应为代码的列表，不能有空代码，实为 {written!r}", remedy="如 ['28', '71']"
            )
        prefixes = tuple(str(part) for part in written)
        for covered in self.never_all_of:
            if prefixes and covered.startswith(prefixes):
                raise DeclarationError(
                    f"{where} 的值 {'、'.join(prefixes)} 会使险种 {covered} 的参保人全部通过"
                )
        return prefixes

    def _example(self) -> str:
        return (
            f"以{self.unit}计，如 {self.text(self.default or self.at_most or self.scale)}"
            if self.unit
            else ""
        )

    def text(self, value: Any) -> str:
        """A value that rules compute with, as people read it, with its unit; codes with what they mean."""
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, tuple):
            return "、".join(coded(self.codes, code) for code in value) or "（空）"
        if not isinstance(value, int):
            return str(value)
        return f"{self._grouped(value)}{self._spaced_unit}"

    def number(self, value: Any) -> str:
        """A value that rules compute with as a sentence shows it that says the unit itself."""
        return str(self._plain(value)) if isinstance(value, int) else str(value)

    def written(self, value: Any) -> Any:
        """A value that rules compute with, as a file says it; read again it is the same."""
        if isinstance(value, tuple):
            return list(value)
        if isinstance(value, bool) or not isinstance(value, int):
            return value
        return self.text(value) if self.unit == PERCENT_SIGN else self._plain(value)

    def bounds(self) -> str:
        """Between what a value must lie, "" where anything goes."""
        low, high = self.at_least, self.at_most
        if high is not None and high >= FOREVER * self.scale:
            high = None
        if low is None and high is None:
            return ""
        if high is None:
            return f"不少于 {self.text(low)}"
        return f"不多于 {self.text(high)}" if low is None else f"为 {self._grouped(low)} 至 {self.text(high)}"

    def _plain(self, value: int) -> int | str:
        whole, part = divmod(value, self.scale)
        return decimal_text(value, self.scale) if part else whole

    def _grouped(self, value: int) -> str:
        plain = self._plain(value)
        return f"{plain:,}" if isinstance(plain, int) else plain

    @property
    def _spaced_unit(self) -> str:
        return self.unit if self.unit == PERCENT_SIGN else f" {self.unit}".rstrip()


def setting(
    default: Any,
    *,
    label: str,
    unit: str = "",
    scale: int = 1,
    at_least: int | None = None,
    at_most: int | None = None,
    one_of: tuple[str, ...] = (),
    never_all_of: tuple[str, ...] = (),
    codes: str = "",
) -> Any:
    """Declare a parameter. None as default means: no national value, the region must give one.

    Args:
        scale: how many of what the rule computes with one unit is: 100 fen a yuan, 100 ten-thousandths a per cent.
        one_of: the words it may be.
        never_all_of: codes that the prefixes of a list may not cover whole, or the rule would let all pass.
        codes: the code list whose words say what a code means.
    """
    return Setting(
        default,
        label,
        unit,
        scale=scale,
        at_least=at_least,
        at_most=at_most,
        one_of=one_of,
        never_all_of=never_all_of,
        codes=codes,
    )
