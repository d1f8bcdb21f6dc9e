"""Markdown as the generated documents write it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mingcha.catalogue.document import Block, Items, LaidOut, RulePage, Table


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with a head."""
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heads, ["---"] * len(heads), *rows))


def text_of(block: Block) -> str:
    """One block."""
    if isinstance(block, Table):
        return table(block.heads, block.rows)
    if isinstance(block, Items):
        listed = "\n".join(f"- {text}" for text in block.texts)
        return f"{block.intro}\n\n{listed}" if block.intro else listed
    return block.text


def text_of_example(example: LaidOut) -> list[str]:
    """An example under a heading of its own."""
    return [f"### {example.name}{example.outcome}", *map(text_of, example.blocks)]


def text_of_page(page: RulePage) -> list[str]:
    """A whole page, in parts that blank lines set apart."""
    return [
        f"# {page.title}",
        page.fault,
        *(
            f"## {part.heading}\n\n" + "\n\n".join(text_of(block) for block in part.blocks)
            for part in page.parts
        ),
        "## 例子",
        *map(text_of, page.shared),
        *(text for example in page.examples for text in text_of_example(example)),
    ]
