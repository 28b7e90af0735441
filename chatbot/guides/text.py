"""Text as it stands in files: read as UTF-8, freed of Markdown, cut into sentences.

In: files and strings. Out: strings and offsets. It knows no guides and no sections.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from chatbot.errors import CorpusError

MARK = "\ufeff"  # the byte order mark that some editors put first; it is no part of the text


def read_text(file: Path) -> str:
    """The file's characters; line ends are kept as they are, or offsets would not hold."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise CorpusError(f"cannot be read ({error.strerror})", file, remedy="mend or remove it") from error
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise CorpusError(
            f"is not UTF-8 (byte {error.start})", file, line, "save the file as UTF-8"
        ) from error


def slug(title: str) -> str:
    """The anchor of a heading that names none.

    >>> slug("What is “a day” like? (2026)")
    'what-is-a-day-like-2026'
    """
    folded = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", folded)) or "section"


def sentences(text: str) -> list[tuple[int, int]]:
    """Where each sentence of a paragraph starts and ends. Brackets and code are never cut.

    >>> text = "Ask Dr. Lee, Ph.D. She knows [it. Well](#a). Do you?"
    >>> [text[a:b] for a, b in sentences(text)]
    ['Ask Dr. Lee, Ph.D.', 'She knows [it. Well](#a).', 'Do you?']
    """
    spans, start = [], len(text) - len(text.lstrip())
    for stop in _STOP.finditer(text):
        before = text[start : stop.start(1)]
        if _ABBREVIATION.search(before) or _is_open(before):
            continue
        spans.append((start, stop.start(1)))
        start = stop.end()
    spans.append((start, len(text.rstrip())))
    return [(a, b) for a, b in spans if a < b]


_STOP = re.compile(r"[.!?…]+(?:[\"'”’)\]*_]|\]\([^()\s]*\))*(\s+)(?=[\"'“‘(\[*_]*[A-Z0-9À-Þ])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|No|vs|etc|e\.g|i\.e|approx|Inc|a\.m|p\.m)\.|(?<![\w.])(?:[A-Z]\.)+)$"
)


def _is_open(text: str) -> bool:
    """Whether a bracket, emphasis or code is begun and not ended."""
    brackets = text.count("[") > text.count("]") or text.count("(") > text.count(")")
    return brackets or text.count("`") % 2 == 1 or text.count("**") % 2 == 1


def plain(markdown: str, references: dict[str, Any] | None = None) -> str:
    """Inline Markdown without its marks, in one line. `references` are the link targets of its file.

    >>> plain("See **the [list](#jobs)**, `x`<br>now <!-- or never -->")
    'See the list, x now'
    """
    tokens = parser().parseInline(markdown, references)
    return " ".join("".join(_inline_text(tokens)).split())


def _inline_text(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.children:
            yield from _inline_text(token.children)
        elif token.type in ("softbreak", "hardbreak"):
            yield " "
        elif token.type == "html_inline":
            yield " " if token.content.lower().startswith("<br") else ""
        else:
            yield token.content


@cache
def parser() -> MarkdownIt:
    """CommonMark with tables and front matter."""
    return MarkdownIt("commonmark").enable("table").use(front_matter_plugin)
