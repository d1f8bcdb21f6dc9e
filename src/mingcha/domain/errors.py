"""Errors that users see: what was wrong, where, and what to do."""

from __future__ import annotations


class MingchaError(Exception):
    """Base of every error that is shown to a user.

    Args:
        what: what was wrong, in Chinese.
        where: file, row, field, as far as known.
        remedy: what to do about it.
    """

    exit_status = 2

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"位置：{self.where}")
        if self.remedy:
            lines.append(f"处理：{self.remedy}")
        return "\n".join(lines)


class InputError(MingchaError):
    """A file that cannot be read as what it claims to be."""


class KnowledgeError(MingchaError):
    """Knowledge that contradicts itself or cannot be released."""


class DeclarationError(MingchaError):
    """A rule, kind or catalogue entry that is declared wrongly; a programmer's error, found when loaded."""
