"""Reads the corpus: Markdown guides, FAQ pairs and alternate questions become Guides with Sections.

In: a corpus folder. Out: `Guide` → `Section` → `Block` → `Unit`, each knowing its character offsets in
the guide file, so that whatever is quoted later can be found there again. This is the only module that
opens the corpus. It does not cut passages, embed or rank; it never repairs a file: what cannot be read
raises `CorpusError` with file, line and remedy.
"""

from __future__ import annotations

import csv
import datetime
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from chatbot.errors import CorpusError

GUIDES = "guides"  # the folder of the corpus that holds guides
QUESTIONS = ".questions.yaml"  # what follows a guide's stem in the name of its alternates
DECLINED = ".declined.yaml"  # … of the questions that it is known not to answer
FIELDS = {"title", "aliases", "url", "updated", "language", "sources", "synonyms", "examples"}
ANCHOR = re.compile(r"\s*\{#([\w.:-]+)\}\s*$")


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest thing that is quoted: a sentence, a list item or a table row.

    `start` and `end` are character offsets in the guide file; `text` is the same without Markdown.
    `cells` are a row's cells in plain text, in the order of its block's `header`.
    """

    kind: str  # "sentence", "item" or "row"
    start: int
    end: int
    text: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list, table or code block of a section. A table has a `header`, others have none."""

    kind: str  # "text", "list", "table" or "code"
    start: int
    end: int
    units: tuple[Unit, ...]
    header: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it, up to the next heading of any level."""

    id: str
    title: str
    level: int  # 1 to 6
    line: int  # of the heading, from 1
    parents: tuple[str, ...] = ()  # titles of the headings above it, outermost first
    blocks: tuple[Block, ...] = ()
    alternates: tuple[str, ...] = ()
    url: str = ""  # of a FAQ pair that has its own


@dataclass(frozen=True, slots=True)
class Guide:
    """One file of the corpus, read. `text` is the file, character for character."""

    id: str
    title: str
    file: str  # relative to the corpus, with forward slashes
    text: str
    sections: tuple[Section, ...]
    aliases: tuple[str, ...] = ()
    url: str = ""
    updated: str = ""  # ISO date
    language: str = "en"
    sources: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()  # questions to show in an empty chat
    synonyms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    declined: tuple[str, ...] = ()  # questions that people ask and that the guide does not answer


def read_corpus(corpus: Path) -> list[Guide]:
    """All guides of a corpus folder, in the order of their paths, alternates included.

    Raises `CorpusError` for a missing folder, a folder without guides, two guides of one id, and
    for every file that is not what it should be.
    """
    folder = corpus / GUIDES
    if not folder.is_dir():
        raise CorpusError("there is no such folder", folder, remedy="put guides there, or set --corpus")
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".md", ".csv", ".jsonl"))
    if not files:
        raise CorpusError("holds no guides", folder, remedy="add a .md, .csv or .jsonl file")
    guides: dict[str, Guide] = {}
    for file in files:
        guide = read_guide(file, corpus)
        if guide.id in guides:
            other = corpus / guides[guide.id].file
            raise CorpusError(f"has the same name as {other}", file, remedy="rename one of them")
        guides[guide.id] = guide
    for stray in sorted([*folder.rglob("*" + QUESTIONS), *folder.rglob("*" + DECLINED)]):
        if stray.name.removesuffix(QUESTIONS).removesuffix(DECLINED) not in guides:
            raise CorpusError("belongs to no guide", stray, remedy="name it after a guide beside it")
    return list(guides.values())


def read_guide(file: Path, corpus: Path) -> Guide:
    """One guide with the alternates beside it. The id is the file's stem."""
    text = _read_text(file)
    guide = _read_markdown(file, text) if file.suffix == ".md" else _read_pairs(file, text)
    if not any(section.blocks for section in guide.sections):
        raise CorpusError("is empty: no section says anything", file, remedy="write below a heading")
    questions = file.with_name(file.stem + QUESTIONS)
    alternates = _read_alternates(questions, guide) if questions.exists() else {}
    sections = tuple(
        replace(section, alternates=section.alternates + alternates.get(section.id, ()))
        for section in guide.sections
    )
    refused = file.with_name(file.stem + DECLINED)
    declined = _read_declined(refused) if refused.exists() else ()
    place = file.relative_to(corpus).as_posix()
    return replace(guide, file=place, sections=sections, declined=declined)


def slug(title: str) -> str:
    """The anchor of a heading that names none.

    >>> slug("What is “a day” like? (2026)")
    'what-is-a-day-like-2026'
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain)) or "section"


def sentences(text: str) -> list[tuple[int, int]]:
    """Where each sentence of a paragraph starts and ends.

    >>> [ "Ask Dr. Lee, Ph.D. She knows. Do you?"[a:b] for a, b in sentences("Ask Dr. Lee, Ph.D. She knows. Do you?") ]
    ['Ask Dr. Lee, Ph.D.', 'She knows.', 'Do you?']
    """
    spans, start = [], 0
    for stop in re.finditer(r"[.!?…]+[\"'”’)\]*_]*(\s+)(?=[\"'“‘(\[*_]*[A-Z0-9À-Þ])", text):
        before = text[start : stop.start(1)]
        if _ABBREVIATION.search(before):
            continue
        spans.append((start, stop.start(1)))
        start = stop.end()
    spans.append((start, len(text.rstrip())))
    return [(a, b) for a, b in spans if a < b]


_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|No|vs|etc|e\.g|i\.e|approx|Inc|U\.S|a\.m|p\.m)|\b[A-Z])\.$"
)


def plain(markdown: str) -> str:
    """Inline Markdown without its marks, in one line.

    >>> plain("See **the [list](#jobs)**, `x`")
    'See the list, x'
    """
    text = "".join(_inline_text(_parser().parseInline(markdown)))
    return " ".join(text.split())


def _inline_text(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.children:
            yield from _inline_text(token.children)
        elif token.type in ("softbreak", "hardbreak"):
            yield " "
        else:
            yield token.content


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table").use(front_matter_plugin)


def _read_text(file: Path) -> str:
    """The file's characters; line ends are kept as they are, or offsets would not hold."""
    raw = file.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise CorpusError(
            f"is not UTF-8 (byte {error.start})", file, line, "save the file as UTF-8"
        ) from error


# Markdown ---------------------------------------------------------------------------------------


def _read_markdown(file: Path, text: str) -> Guide:
    tokens = _parser().parse(text)
    front = _front_matter(file, text, tokens)
    lines = _line_starts(text)
    sections: list[Section] = []
    blocks: list[Block] = []
    parents: list[tuple[int, str]] = []  # (level, title) of the open headings
    seen: dict[str, int] = {}

    def close() -> None:
        if sections:
            sections[-1] = replace(sections[-1], blocks=tuple(blocks))
        elif blocks:
            sections.append(Section("introduction", front["title"], 1, 1, (), tuple(blocks)))
        blocks.clear()

    for position, token in enumerate(tokens):
        if token.level or token.map is None:
            continue
        if token.type == "heading_open":
            close()
            title, anchor = _heading(tokens[position + 1].content)
            line = token.map[0] + 1
            if anchor in seen:
                raise CorpusError(
                    f"the anchor {anchor!r} is used twice (first in line {seen[anchor]})",
                    file,
                    line,
                    "give each heading an anchor of its own: ## Heading {#anchor}",
                )
            seen[anchor] = line
            level = int(token.tag[1])
            while parents and parents[-1][0] >= level:
                parents.pop()
            above = tuple(name for depth, name in parents if depth > 1)
            sections.append(Section(anchor, title, level, line, above))
            parents.append((level, title))
        else:
            block = _block(tokens, position, text, lines)
            if block and block.units:
                blocks.append(block)
    close()
    title = front.pop("title")
    return Guide(file.stem, title, file.name, text, tuple(sections), **front)


def _heading(content: str) -> tuple[str, str]:
    anchor = ANCHOR.search(content)
    title = plain(ANCHOR.sub("", content))
    return title, anchor[1] if anchor else slug(title)


def _block(tokens: list[Token], position: int, text: str, lines: list[int]) -> Block | None:
    token = tokens[position]
    assert token.map is not None
    start, end = lines[token.map[0]], len(text[: lines[token.map[1]]].rstrip())
    if token.type in ("paragraph_open", "html_block"):
        units = _sentence_units(text, start, end)
        return Block("text", start, end, units)
    if token.type in ("fence", "code_block"):
        return Block("code", start, end, (Unit("sentence", start, end, token.content.strip()),))
    if token.type in ("bullet_list_open", "ordered_list_open"):
        return Block("list", start, end, tuple(_items(tokens, position, text, lines)))
    if token.type == "blockquote_open":
        return Block("text", start, end, (Unit("sentence", start, end, _plain_lines(text[start:end])),))
    if token.type == "table_open":
        return _table(tokens, position, text, lines, start, end)
    return None


def _sentence_units(text: str, start: int, end: int) -> tuple[Unit, ...]:
    return tuple(
        Unit("sentence", start + a, start + b, plain(text[start + a : start + b]))
        for a, b in sentences(text[start:end])
    )


def _plain_lines(markdown: str) -> str:
    return plain(re.sub(r"(?m)^\s*(?:>|[-*+]|\d+[.)])\s?", "", markdown))


def _items(tokens: list[Token], position: int, text: str, lines: list[int]) -> Iterator[Unit]:
    """The items of a list; an item keeps whatever is nested in it."""
    level = tokens[position].level
    for token in tokens[position + 1 :]:
        if token.level <= level:
            return
        if token.type == "list_item_open" and token.level == level + 1 and token.map:
            start, end = lines[token.map[0]], len(text[: lines[token.map[1]]].rstrip())
            start += len(text[start:end]) - len(text[start:end].lstrip())
            yield Unit("item", start, end, _plain_lines(text[start:end]))


def _table(tokens: list[Token], position: int, text: str, lines: list[int], start: int, end: int) -> Block:
    header: tuple[str, ...] = ()
    units = []
    row: list[str] = []
    at = start
    for token in tokens[position:]:
        if token.type == "tr_open" and token.map:
            row, at = [], lines[token.map[0]]
        elif token.type == "inline":
            row.append(plain(token.content))
        elif token.type == "tr_close":
            if not header:
                header = tuple(row)
                continue
            stop = text.find("\n", at)
            stop = len(text[: stop if stop >= 0 else len(text)].rstrip())
            units.append(Unit("row", at, stop, _row_text(header, row), tuple(row)))
        elif token.type == "table_close":
            break
    return Block("table", start, end, tuple(units), header)


def _row_text(header: Sequence[str], row: Sequence[str]) -> str:
    """A row that stands alone: each cell beside its column's name.

    >>> _row_text(["State", "Annual salary"], ["Ohio", "$1"])
    'State: Ohio, Annual salary: $1'
    """
    return ", ".join(f"{name}: {cell}" if name else cell for name, cell in zip(header, row, strict=False))


def _line_starts(text: str) -> list[int]:
    """Offsets of the starts of all lines, and the end. Lines end as markdown-it ends them."""
    return [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text)), len(text), len(text)]


def _front_matter(file: Path, text: str, tokens: Sequence[Token]) -> dict[str, Any]:
    has = bool(tokens) and tokens[0].type == "front_matter"
    if not has and text.startswith("---"):
        raise CorpusError("the front matter is not closed", file, 1, "end it with a line of ---")
    try:
        front = yaml.safe_load(tokens[0].content) if has else {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        problem = getattr(error, "problem", None) or "not YAML"
        raise CorpusError(
            f"the front matter is broken: {problem}", file, line, "write `name: value` lines"
        ) from error
    if not isinstance(front, dict | None):
        raise CorpusError("the front matter is broken: no names", file, 1, "write `name: value` lines")
    front = front or {}
    for name in front:
        if name not in FIELDS:
            known = ", ".join(sorted(FIELDS))
            line = next((n for n, row in enumerate(text.split("\n"), 1) if row.startswith(str(name))), 1)
            raise CorpusError(f"the front matter has an unknown field {name!r}", file, line, f"use {known}")
    headings = (tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open")
    title = front.get("title") or next((_heading(content)[0] for content in headings), file.stem)
    return {
        "title": str(title),
        "aliases": _strings(file, front, "aliases"),
        "sources": _strings(file, front, "sources"),
        "examples": _strings(file, front, "examples"),
        "url": str(front.get("url") or ""),
        "updated": _date(file, front.get("updated")),
        "language": str(front.get("language") or "en"),
        "synonyms": _synonyms(file, front.get("synonyms")),
    }


def _strings(file: Path, front: dict[str, Any], name: str) -> tuple[str, ...]:
    value = front.get(name) or []
    if not isinstance(value, list):
        raise CorpusError(f"{name} is not a list", file, 1, f"write {name}: [one, two]")
    return tuple(str(entry) for entry in value)


def _synonyms(file: Path, value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict | None) or any(not isinstance(v, list) for v in (value or {}).values()):
        raise CorpusError("synonyms is not a map of lists", file, 1, "write synonyms: {pay: [wage, salary]}")
    return {str(word): tuple(str(other) for other in others) for word, others in (value or {}).items()}


def _date(file: Path, value: Any) -> str:
    if value in (None, "") or isinstance(value, datetime.date):
        return value.isoformat() if value else ""
    raise CorpusError(f"updated is {value!r}", file, 1, "write an ISO date, e.g. 2026-01-31")


def _read_yaml(file: Path, text: str, remedy: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise CorpusError("is not YAML", file, mark.line + 1 if mark else 1, remedy) from error


def _read_declined(file: Path) -> tuple[str, ...]:
    questions = _read_yaml(file, _read_text(file), "write a list of questions") or []
    if not isinstance(questions, list) or not all(isinstance(q, str) and q.strip() for q in questions):
        raise CorpusError("is not a list of questions", file, 1, "write `- question` lines, quoted")
    return tuple(question.strip() for question in questions)


def _read_alternates(file: Path, guide: Guide) -> dict[str, tuple[str, ...]]:
    text = _read_text(file)
    table = _read_yaml(file, text, "write `section-id:` and a list of questions") or {}
    known = {section.id for section in guide.sections}
    if not isinstance(table, dict):
        raise CorpusError("is not a map", file, 1, "write `section-id:` and a list of questions")
    for name, questions in table.items():
        line = next((n for n, row in enumerate(text.split("\n"), 1) if row.startswith(f"{name}:")), 1)
        if name not in known:
            raise CorpusError(f"the guide has no section {name!r}", file, line, "use the anchor of a heading")
        if not isinstance(questions, list) or not all(isinstance(q, str) and q.strip() for q in questions):
            raise CorpusError(
                f"{name!r} is not a list of questions", file, line, "quote a question with a colon"
            )
    return {name: tuple(question.strip() for question in questions) for name, questions in table.items()}


# FAQ pairs --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """A decoded value of a FAQ file and, for each of its characters, the offset in the file."""

    text: str
    offsets: tuple[int, ...]  # one more than characters: the last is the end


def _read_pairs(file: Path, text: str) -> Guide:
    rows = _csv_rows(file, text) if file.suffix == ".csv" else _jsonl_rows(file, text)
    sections: dict[str, Section] = {}
    for line, row in rows:
        question, answer = row["question"].text.strip(), row["answer"]
        if not question or not answer.text.strip():
            raise CorpusError("a question or an answer is empty", file, line, "fill it in or drop the row")
        name = row["id"].text.strip() if "id" in row else ""
        name = name or slug(question)
        if name in sections:
            first = sections[name].line
            raise CorpusError(
                f"the id {name!r} is used twice (first in line {first})",
                file,
                line,
                "give each pair its own id",
            )
        alternates = row["alternates"].text.split("|") if "alternates" in row else []
        sections[name] = Section(
            name,
            question,
            2,
            line,
            blocks=tuple(_answer_blocks(answer)),
            alternates=tuple(other.strip() for other in alternates if other.strip()),
            url=row["url"].text.strip() if "url" in row else "",
        )
    title = file.stem.replace("-", " ").replace("_", " ").strip().capitalize()
    return Guide(file.stem, title, file.name, text, tuple(sections.values()))


def _answer_blocks(answer: Cell) -> Iterator[Block]:
    for paragraph in re.finditer(r"\S(?:.|\n(?!\s*\n))*", answer.text):
        start = paragraph.start()
        units = tuple(
            Unit("sentence", answer.offsets[start + a], answer.offsets[start + b], plain(paragraph[0][a:b]))
            for a, b in sentences(paragraph[0])
        )
        if units:
            yield Block("text", units[0].start, units[-1].end, units)


def _jsonl_rows(file: Path, text: str) -> Iterator[tuple[int, dict[str, Cell]]]:
    offset = 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise CorpusError(
                    f"is not JSON: {error.msg}", file, number, "write one object a line"
                ) from error
            if not isinstance(row, dict) or not {"question", "answer"} <= row.keys():
                raise CorpusError(
                    "has no question or no answer", file, number, 'write {"question": "…", "answer": "…"}'
                )
            yield number, {name: _json_cell(file, number, line, offset, name, row[name]) for name in row}
        offset += len(line) + 1


def _json_cell(file: Path, number: int, line: str, offset: int, name: str, value: Any) -> Cell:
    if isinstance(value, list) and name == "alternates":
        value = "|".join(str(entry) for entry in value)
    if name != "answer":
        return Cell("" if value is None else str(value), ())
    if not isinstance(value, str):
        raise CorpusError("the answer is not text", file, number, "write it in quotes")
    key = [match for match in re.finditer(r'"answer"\s*:\s*"', line)]
    # The key may also stand inside another string; the right one decodes to the value.
    for match in reversed(key):
        offsets, at = [], match.end()
        while at < len(line) and line[at] != '"':
            offsets.append(offset + at)
            if line[at] != "\\":
                at += 1
            elif line[at + 1] != "u":
                at += 2
            else:  # a pair of surrogates is one character
                at += 12 if re.match(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]", line[at:]) else 6
        if len(offsets) == len(value):
            return Cell(value, (*offsets, offset + at))
    raise CorpusError("the answer cannot be located", file, number, 'write "answer": "…" in one line')


def _csv_rows(file: Path, text: str) -> Iterator[tuple[int, dict[str, Cell]]]:
    try:
        rows = list(_csv_cells(text))
        plain_rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
    except csv.Error as error:
        raise CorpusError(
            f"is not CSV: {error}", file, 1, "quote cells that hold commas or quotes"
        ) from error
    if not rows:
        raise CorpusError("is empty", file, 1, "start with the line question,answer")
    names = [cell.text.strip().lstrip("\ufeff").lower() for cell in rows[0][1]]
    if missing := {"question", "answer"} - set(names):
        raise CorpusError(f"has no column {min(missing)!r}", file, 1, "start with the line question,answer")
    assert len(plain_rows) >= len(rows)  # the library is the judge of what is CSV; we only add offsets
    for line, cells in rows[1:]:
        if len(cells) != len(names):
            raise CorpusError(
                f"has {len(cells)} cells, not {len(names)}", file, line, "quote cells that hold commas"
            )
        yield line, dict(zip(names, cells, strict=True))


def _csv_cells(text: str) -> Iterator[tuple[int, list[Cell]]]:
    """Rows of a CSV file (RFC 4180) as (line, cells) with the offset of every character."""
    at, line = 0, 1
    while at < len(text):
        first, row = line, []
        while True:
            quoted = at < len(text) and text[at] == '"'
            at += quoted
            characters, offsets = [], []
            while at < len(text):
                if quoted and text[at] == '"':
                    if text[at + 1 : at + 2] != '"':
                        break
                    offsets.append(at)
                    characters.append('"')
                    at += 2
                    continue
                if not quoted and text[at] in ",\r\n":
                    break
                line += text[at] == "\n"
                offsets.append(at)
                characters.append(text[at])
                at += 1
            else:
                if quoted:
                    raise csv.Error(f"the quote opened in line {first} is not closed")
            row.append(Cell("".join(characters), (*offsets, at)))
            at += quoted
            if at >= len(text) or text[at] != ",":
                break
            at += 1
        end = re.compile(r"\r\n|\n|\r|$").match(text, at)
        if end is None:
            raise csv.Error(f"text after a closing quote in line {line}")
        at, line = end.end(), line + 1
        if len(row) > 1 or row[0].text.strip():
            yield first, row
