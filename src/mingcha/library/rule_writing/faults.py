"""What is wrong with a rule that somebody writes."""

from __future__ import annotations

from dataclasses import dataclass

# The part of a written rule with its examples.
EXAMPLES = "例子"


@dataclass(frozen=True)
class WritingFault:
    """Something that is wrong.

    Args:
        part: of the form; 说明.检查什么, 例子.2 …; "" where it concerns the whole.
    """

    part: str
    message: str
    where: str
    remedy: str
