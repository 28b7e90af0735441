"""Reads one guide in Markdown: front matter, headings with anchors, paragraphs, lists and tables.

In: a file's text. Out: a `Guide` without alternates. markdown-it-py says what is what; here it only gets
its place in the file. Nothing is repaired: what cannot be meant raises `CorpusError`.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml
from markdown_it.token import Token

from chatbot.errors import CorpusError
from chatbot.guides.parts import Block, Guide, Section, Unit
from chatbot.guides.text import MARK, parser, plain, sentences, slug

FIELDS = {"title", "aliases", "url", "updated", "language", "sources", "synonyms", "examples"}
BLANK = re.compile(r"\n\s*\n")  # a paragraph's end: none inside of what is said as one
ANCHOR = re.compile(r"\s*\{#([\w.:-]+)\}\s*$")
INTRODUCTION = "introduction"  # the id of what stands before the first heading


@dataclass(frozen=True)
class _Page:
    """A file while it is read."""

    file: Path
    text: str
    tokens: list[Token]
    lines: list[int]  # where each line starts, and the end
    references: dict[str, Any]  # targets of links that are given elsewhere in the file

    def span(self, token: Token) -> tuple[int, int]:
        """Where a token stands in the file, without the white space around it."""
        assert token.map is not None
        start, end = self.lines[token.map[0]], self.lines[token.map[1]]
        held = self.text[start:end]
        return start + len(held) - len(held.lstrip()), start + len(held.rstrip())


@dataclass
class _Outline:
    """The sections that were read, and the one that is being read."""

    file: Path
    sections: list[Section] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)  # of the last section
    parents: list[tuple[int, str]] = field(default_factory=list)  # (level, title) of the open headings
    seen: dict[str, int] = field(default_factory=dict)  # anchor → line

    def open(self, anchor: str, title: str, level: int, line: int) -> None:
        """Ends the last section and begins one."""
        self.close()
        if anchor in self.seen:
            raise CorpusError(
                f"the anchor {anchor!r} is used twice (first in line {self.seen[anchor]})",
                self.file,
                line,
                "give each heading an anchor of its own: ## Heading {#anchor}",
            )
        self.seen[anchor] = line
        while self.parents and self.parents[-1][0] >= level:
            self.parents.pop()
        above = tuple(name for depth, name in self.parents if depth > 1)
        self.sections.append(Section(anchor, title, level, line, above))
        self.parents.append((level, title))

    def close(self) -> None:
        """Gives the last section its blocks."""
        if self.blocks:
            self.sections[-1] = replace(self.sections[-1], blocks=tuple(self.blocks))
            self.blocks.clear()


def read_markdown(file: Path, text: str) -> Guide:
    """The guide that a Markdown file holds. Raises `CorpusError` with file, line and remedy."""
    references: dict[str, Any] = {}
    body = text.removeprefix(MARK)
    page = _Page(file, text, parser().parse(body, references), _line_starts(text), references)
    front = _front_matter(page, body)
    outline = _Outline(file)
    for position, token in enumerate(page.tokens):
        if token.level or token.map is None:
            continue
        if token.type == "heading_open":
            title, anchor = _heading(page.tokens[position + 1].content, references)
            outline.open(anchor, title, int(token.tag[1]), token.map[0] + 1)
        elif block := _block(page, position):
            if not outline.sections:
                outline.open(INTRODUCTION, front["title"], 1, token.map[0] + 1)
            outline.blocks.append(block)
    outline.close()
    return Guide(id=file.stem, file=file.name, text=text, sections=tuple(outline.sections), **front)


def _line_starts(text: str) -> list[int]:
    """Offsets of the starts of all lines, and the end. Lines end as markdown-it ends them."""
    first = len(MARK) if text.startswith(MARK) else 0
    return [first, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text)), len(text), len(text)]


def _heading(content: str, references: dict[str, Any]) -> tuple[str, str]:
    anchor = ANCHOR.search(content)
    title = plain(ANCHOR.sub("", content), references)
    return title, anchor[1] if anchor else slug(title)


def _block(page: _Page, position: int) -> Block | None:
    """The block that begins at a token; none where nothing is said."""
    token = page.tokens[position]
    if token.type == "table_open":
        return _table(page, position)
    kind, units = "text", list[Unit]()
    start, end = page.span(token)
    if token.type == "paragraph_open":
        units = _sentences(page, start, end)
    elif token.type == "html_block":
        units = [Unit("sentence", start, end, _without_tags(token.content))]
    elif token.type == "blockquote_open":
        units = [Unit("sentence", start, end, _plain_blocks(page, position))]
    elif token.type in ("fence", "code_block"):
        kind, units = "code", [Unit("sentence", start, end, BLANK.sub("\n", token.content.strip()))]
    elif token.type in ("bullet_list_open", "ordered_list_open"):
        kind, units = "list", list(_items(page, position))
    units = [unit for unit in units if unit.text]
    return Block(kind, start, end, tuple(units)) if units else None


def _sentences(page: _Page, start: int, end: int) -> list[Unit]:
    text = page.text[start:end]
    return [
        Unit("sentence", start + a, start + b, plain(text[a:b], page.references)) for a, b in sentences(text)
    ]


def _plain_blocks(page: _Page, position: int) -> str:
    """What the blocks in a list item or a quote say, as one line of plain text."""
    said: dict[str, Callable[[str], str]] = {"fence": str, "code_block": str, "html_block": _without_tags}
    parts = [
        plain(token.content, page.references) if token.type == "inline" else said[token.type](token.content)
        for token in _inside(page, position)
        if token.type == "inline" or token.type in said
    ]
    return " ".join(" ".join(parts).split())


def _without_tags(html: str) -> str:
    return " ".join(re.sub(r"<!--.*?-->|<[^>]*>", " ", html, flags=re.DOTALL).split())


def _inside(page: _Page, position: int) -> Iterator[Token]:
    """The tokens between one that opens and the one that closes it."""
    for number in range(position + 1, len(page.tokens)):
        if page.tokens[number].level <= page.tokens[position].level:
            return
        yield page.tokens[number]


def _items(page: _Page, position: int) -> Iterator[Unit]:
    """The items of a list; an item keeps what is nested in it, and its number is the one shown."""
    token = page.tokens[position]
    ordered, number = token.type == "ordered_list_open", int(token.attrs.get("start", 1))
    for place in range(position + 1, len(page.tokens)):
        item = page.tokens[place]
        if item.level <= token.level:
            return
        if item.type == "list_item_open" and item.level == token.level + 1:
            text = _plain_blocks(page, place)
            yield Unit("item", *page.span(item), text, number=number if ordered else None)
            number += 1


def _table(page: _Page, position: int) -> Block | None:
    header: tuple[str, ...] = ()
    units = []
    row: list[str] = []
    start, end = page.span(page.tokens[position])
    place = (start, end)
    for token in _inside(page, position):
        if token.type == "tr_open":
            row, place = [], page.span(token)
        elif token.type == "inline":
            row.append(plain(token.content, page.references))
        elif token.type == "tr_close" and not header:
            header = tuple(row)
        elif token.type == "tr_close" and any(row):
            units.append(Unit("row", *place, _row_text(header, row), tuple(row)))
    return Block("table", start, end, tuple(units), header) if units else None


def _row_text(header: Sequence[str], row: Sequence[str]) -> str:
    """A row that stands alone: each cell beside its column's name, empty ones left out.

    >>> _row_text(["State", "Annual salary", "Note"], ["Ohio", "$1", ""])
    'State: Ohio, Annual salary: $1'
    """
    pairs = [(name, cell) for name, cell in zip(header, row, strict=False) if cell]
    return ", ".join(f"{name}: {cell}" if name else cell for name, cell in pairs)


# Front matter -----------------------------------------------------------------------------------


def _front_matter(page: _Page, body: str) -> dict[str, Any]:
    """The fields of a `Guide` that its front matter gives."""
    file, tokens = page.file, page.tokens
    front, lines = _fields(page, body)
    for name, line in lines.items():
        if name not in FIELDS:
            known = ", ".join(sorted(FIELDS))
            raise CorpusError(f"the front matter has an unknown field {name!r}", file, line, f"use {known}")
    headings = (tokens[n + 1].content for n, token in enumerate(tokens) if token.type == "heading_open")
    title = front.get("title") or next(
        (_heading(content, page.references)[0] for content in headings), file.stem
    )
    texts = {"title": title, "url": front.get("url") or "", "language": front.get("language") or "en"}
    for name, value in texts.items():
        if isinstance(value, list | dict):
            raise CorpusError(f"{name} is not text", file, lines[name], f"write {name}: text")
    lists = {name: _strings(page, front, lines, name) for name in ("aliases", "sources", "examples")}
    return (
        {name: str(value) for name, value in texts.items()}
        | lists
        | {
            "updated": _date(page, front.get("updated"), lines.get("updated", 1)),
            "synonyms": _synonyms(page, front.get("synonyms"), lines.get("synonyms", 1)),
        }
    )


def _fields(page: _Page, body: str) -> tuple[dict[str, Any], dict[str, int]]:
    """The values of the front matter, and the line of each."""
    file = page.file
    if not page.tokens or page.tokens[0].type != "front_matter":
        if re.match(r"---+\s*$", body.partition("\n")[0]):
            raise CorpusError("the front matter is not closed", file, 1, "end it with a line of ---")
        return {}, {}
    content = page.tokens[0].content
    try:
        node = yaml.compose(content, yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise _broken(file, error, 1) from error
    if node is None:
        return {}, {}
    if not isinstance(node, yaml.MappingNode):
        raise _broken(file, ValueError("no names"), 2)
    lines: dict[str, int] = {}
    for key, _ in node.value:
        if key.value in lines:
            line = key.start_mark.line + 2
            raise CorpusError(f"the front matter has {key.value!r} twice", file, line, "drop one")
        lines[str(key.value)] = key.start_mark.line + 2
    try:
        return yaml.safe_load(content), lines
    except yaml.YAMLError as error:  # a tag of another program
        raise _broken(file, error, 1) from error
    except ValueError as error:  # a date that no calendar has
        raise _broken(file, error, lines.get("updated", 1)) from error


def _broken(file: Path, error: Exception, line: int) -> CorpusError:
    """What is wrong with the front matter, in the parser's words, and where."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    return CorpusError(
        f"the front matter is broken: {problem or str(error).partition(chr(10))[0]}",
        file,
        mark.line + 2 if mark else line,
        "write `name: value` lines",
    )


def _strings(page: _Page, front: dict[str, Any], lines: dict[str, int], name: str) -> tuple[str, ...]:
    value = front.get(name) or []
    if not isinstance(value, list):
        raise CorpusError(f"{name} is not a list", page.file, lines[name], f"write {name}: [one, two]")
    return tuple(str(entry) for entry in value)


def _synonyms(page: _Page, value: Any, line: int) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict | None) or any(not isinstance(v, list) for v in (value or {}).values()):
        remedy = "write synonyms: {pay: [wage, salary]}"
        raise CorpusError("synonyms is not a map of lists", page.file, line, remedy)
    return {str(word): tuple(str(other) for other in others) for word, others in (value or {}).items()}


def _date(page: _Page, value: Any, line: int) -> str:
    if value in (None, "") or isinstance(value, datetime.date):
        return value.isoformat() if value else ""
    raise CorpusError(f"updated is {value!r}", page.file, line, "write an ISO date, e.g. 2026-01-31")
