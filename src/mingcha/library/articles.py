"""A document's text cut into its articles: 第…条 where it has them, else paragraphs by their headings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mingcha.access.errors import Invalid

MOST_ARTICLES = 2000
_NUMBER = r"[零〇一二三四五六七八九十百千两\d]+"
_ARTICLE = re.compile(rf"^\s*(第{_NUMBER}条(?:之{_NUMBER})?)[\s　:：]*", re.MULTILINE)
_PART = re.compile(rf"^\s*第{_NUMBER}[编章节]\s*\S*\s*$", re.MULTILINE)
# Leaflets are headed 【适应症】; notices by 一、二、…
_HEADED = re.compile(r"^\s*(【[^】\n]{1,30}】|[一二三四五六七八九十]{1,3}、[^\n]{0,40})[\s　]*", re.MULTILINE)


@dataclass(frozen=True)
class Article:
    """An article: what it is called, and what it says."""

    label: str
    text: str


def split(text: str) -> list[Article]:
    """The articles of a text; what stands before the first is called 前言.

    Raises:
        Invalid: nothing to read, or too much.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    heads = list(_ARTICLE.finditer(text)) or list(_HEADED.finditer(text))
    starts = [head.end() for head in heads]
    ends = [*(head.start() for head in heads[1:]), len(text)] if heads else []
    before = text[: heads[0].start()] if heads else text
    found = [Article("前言" if heads else "全文", _clean(before))]
    found += [
        Article(head.group(1).strip()[:60], _clean(text[start:end]))
        for head, start, end in zip(heads, starts, ends, strict=True)
    ]
    articles = [article for article in found if article.text]
    if not 1 <= len(articles) <= MOST_ARTICLES:
        raise Invalid("没有可以读出的条文，或太多", where="text", remedy=f"一份文件 1 到 {MOST_ARTICLES} 条")
    return articles


def _clean(text: str) -> str:
    """Without headings of chapters, which belong to no article, and without empty lines."""
    lines = (line.strip() for line in _PART.sub("", text).split("\n"))
    return "\n".join(line for line in lines if line)


def text_of(content: bytes) -> str:
    """What a text file says, whatever it was written with.

    Raises:
        Invalid: it is no text.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", text)
    raise Invalid(
        "不是文本文件，或文字编码无法识别", where="content", remedy="请另存为 UTF-8 或 GB18030 编码的 .txt"
    )
