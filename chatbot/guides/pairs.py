"""Reads a file of questions with answers, CSV or JSONL: such a file is a guide, each pair a section.

In: a file's text. Out: a `Guide` whose answers know their place in the file, although CSV doubles quotes
and JSON escapes characters: a `Cell` keeps, for each decoded character, where it stands. The libraries
judge what is CSV and JSON; here only the offsets are added.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.errors import CorpusError
from chatbot.guides.parts import Block, Guide, Section, Unit
from chatbot.guides.text import MARK, plain, sentences, slug

WRITE_JSON = 'write {"question": "…", "answer": "…"}'
WRITE_CSV = "start with the line question,answer"


@dataclass(frozen=True, slots=True)
class Cell:
    """A decoded value and, for each of its characters, the offset in the file."""

    text: str
    offsets: tuple[int, ...]  # one more than characters: the last is the end


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of such a file."""

    line: int
    question: str
    answer: Cell
    alternates: tuple[str, ...]
    id: str
    url: str


def read_pairs(file: Path, text: str) -> Guide:
    """The guide that a CSV or JSONL file holds. Raises `CorpusError` with file, line and remedy."""
    read = _csv_pairs if file.suffix.lower() == ".csv" else _jsonl_pairs
    sections: dict[str, Section] = {}
    for pair in read(file, text):
        if not pair.question or not pair.answer.text.strip():
            raise CorpusError(
                "a question or an answer is empty", file, pair.line, "fill it in or drop the row"
            )
        name = pair.id or slug(pair.question)
        if name in sections:
            problem = f"the id {name!r} is used twice (first in line {sections[name].line})"
            raise CorpusError(problem, file, pair.line, "give each pair its own id")
        blocks = tuple(_blocks(pair.answer))
        sections[name] = Section(name, pair.question, 2, pair.line, (), blocks, pair.alternates, pair.url)
    title = file.stem.replace("-", " ").replace("_", " ").strip().capitalize()
    return Guide(file.stem, title, file.name, text, tuple(sections.values()))


def _blocks(answer: Cell) -> Iterator[Block]:
    """The paragraphs of an answer."""
    for paragraph in re.finditer(r"\S(?:.|\n(?!\s*\n))*", answer.text):
        units = []
        for a, b in sentences(paragraph[0]):
            if said := plain(paragraph[0][a:b]):
                start, end = (answer.offsets[paragraph.start() + n] for n in (a, b))
                units.append(Unit("sentence", start, end, said))
        if units:
            yield Block("text", units[0].start, units[-1].end, tuple(units))


# JSONL ------------------------------------------------------------------------------------------


def _jsonl_pairs(file: Path, text: str) -> Iterator[Pair]:
    offset = 0
    for number, line in enumerate(text.split("\n"), 1):
        marked = len(MARK) if number == 1 and line.startswith(MARK) else 0
        if line[marked:].strip():
            yield _jsonl_pair(file, number, line[marked:], offset + marked)
        offset += len(line) + 1


def _jsonl_pair(file: Path, number: int, line: str, offset: int) -> Pair:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise CorpusError(f"is not JSON: {error.msg}", file, number, "write one object a line") from error
    if not isinstance(row, dict) or not {"question", "answer"} <= row.keys():
        raise CorpusError("has no question or no answer", file, number, WRITE_JSON)
    alternates = row.get("alternates") or []
    others = alternates.split("|") if isinstance(alternates, str) else alternates
    if not isinstance(others, list) or not all(isinstance(other, str) for other in others):
        raise CorpusError("the alternates are no list of questions", file, number, 'write ["…", "…"]')
    texts = {name: row.get(name) or "" for name in ("question", "answer", "id", "url")}
    for name, value in texts.items():
        if isinstance(value, list | dict | bool):
            raise CorpusError(f"{name} is not text", file, number, "write it in quotes")
    if re.search("[\ud800-\udfff]", "".join(map(str, [*texts.values(), *others]))):
        raise CorpusError("holds half of a character (\\ud…)", file, number, "write the character itself")
    return Pair(
        number,
        str(texts["question"]).strip(),
        _json_cell(file, number, line, offset, row["answer"]),
        _filled(others),
        str(texts["id"]).strip(),
        str(texts["url"]).strip(),
    )


def _json_cell(file: Path, number: int, line: str, offset: int, value: Any) -> Cell:
    """The answer of a line, located. An object inside the line may have an "answer", too."""
    if not isinstance(value, str):
        raise CorpusError("the answer is not text", file, number, "write it in quotes")
    for key in re.finditer(r'"answer"\s*:\s*"', line):
        start = at = key.end()
        offsets = []
        while at < len(line) and line[at] != '"':
            offsets.append(offset + at)
            if line[at] != "\\":
                at += 1
            elif line[at + 1] != "u":
                at += 2
            else:  # a pair of surrogates is one character
                at += 12 if re.match(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]", line[at : at + 12]) else 6
        if json.loads(f'"{line[start:at]}"') == value:
            return Cell(value, (*offsets, offset + at))
    raise CorpusError("the answer cannot be located", file, number, 'write "answer": "…" in one line')


def _filled(texts: list[str]) -> tuple[str, ...]:
    return tuple(text.strip() for text in texts if text.strip())


# CSV --------------------------------------------------------------------------------------------


def _csv_pairs(file: Path, text: str) -> Iterator[Pair]:
    rows = list(_csv_rows(file, text))
    _judge(file, text, rows)
    if not rows:
        raise CorpusError("is empty", file, 1, WRITE_CSV)
    names = [cell.text.strip().lower() for cell in rows[0][1]]
    if missing := {"question", "answer"} - set(names):
        raise CorpusError(f"has no column {min(missing)!r}", file, rows[0][0], WRITE_CSV)
    if len(set(names)) < len(names):
        raise CorpusError("has two columns of one name", file, rows[0][0], "rename or drop one")
    for line, cells in rows[1:]:
        if len(cells) != len(names):
            problem = f"has {len(cells)} cells, not {len(names)}"
            raise CorpusError(problem, file, line, "quote cells that hold commas")
        row = dict(zip(names, cells, strict=True))
        texts = {name: row[name].text.strip() if name in row else "" for name in ("question", "id", "url")}
        alternates = row["alternates"].text.split("|") if "alternates" in row else []
        yield Pair(line, texts["question"], row["answer"], _filled(alternates), texts["id"], texts["url"])


def _judge(file: Path, text: str, rows: list[tuple[int, list[Cell]]]) -> None:
    """Holds our reading against that of Python's csv."""
    lines = csv.reader(io.StringIO(text.removeprefix(MARK), newline=""), strict=True)
    try:
        theirs = [row for row in lines if len(row) > 1 or "".join(row).strip()]
    except csv.Error as error:
        raise CorpusError(
            f"is not CSV: {error}", file, lines.line_num, "quote it, double its quotes"
        ) from error
    ours = [[cell.text for cell in cells] for _, cells in rows]
    if ours != theirs:
        same = next((n for n, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other), 0)
        raise CorpusError("is not plain CSV", file, rows[same][0], "quote cells, double the quotes in them")


def _csv_rows(file: Path, text: str) -> Iterator[tuple[int, list[Cell]]]:
    """The rows (RFC 4180) with the line of each, and the offset of every character."""
    at, line = len(MARK) if text.startswith(MARK) else 0, 1
    while at < len(text):
        first, cells = line, list[Cell]()
        while True:
            cell, at = _csv_cell(file, text, at, first)
            cells.append(cell)
            if text[at : at + 1] != ",":
                break
            at += 1
        end = re.compile(r"\r\n|\n|\r|$").match(text, at)
        line += sum(len(re.findall(r"\r\n|\n|\r", cell.text)) for cell in cells)
        if end is None:
            raise CorpusError("is not CSV: text after a closing quote", file, line, "double the quotes in it")
        at, line = end.end(), line + 1
        if len(cells) > 1 or cells[0].text.strip():
            yield first, cells


def _csv_cell(file: Path, text: str, at: int, line: int) -> tuple[Cell, int]:
    """The cell that begins at an offset, and where it ends."""
    quoted = text[at : at + 1] == '"'
    stop = re.compile(r'"(?!")|\Z' if quoted else r"[,\r\n]|\Z")
    characters, offsets = [], []
    at += quoted
    while not stop.match(text, at):
        characters.append(text[at])
        offsets.append(at)
        at += 2 if quoted and text[at] == '"' else 1
    if quoted and at >= len(text):
        raise CorpusError(
            "is not CSV: a quote is not closed", file, line, "close it, double the quotes in it"
        )
    return Cell("".join(characters), (*offsets, at)), at + quoted
