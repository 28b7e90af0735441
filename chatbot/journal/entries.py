"""Reading the record: one `Entry` for each answer with its vote, chosen by a `Filter`, as JSON or CSV.

In: an open connection or entries. Out: entries, newest first, and what is exported of them. It writes
nothing and opens no database.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, literal, or_, select, tuple_

from chatbot.journal.tables import Moment, answers, votes, writable

Source = dict[str, Any]  # a source of an Answer without its passage: the build and the offsets lead to it


@dataclass(frozen=True, slots=True)
class Entry:
    """What was asked, what was replied, and what the visitor thought of it; redacted before it was kept."""

    id: str
    asked_at: datetime
    face: str  # chat, widget, api or staff
    question: str
    history: tuple[str, ...]
    understood_as: str
    kind: str
    reason: str | None
    text: str
    missing: tuple[str, ...]
    confidence: float
    sources: tuple[Source, ...]
    build: str
    took_ms: float
    rating: str | None = None  # up or down, once somebody voted
    reasons: tuple[str, ...] = ()
    comment: str = ""
    voted_at: datetime | None = None

    @property
    def place(self) -> str:
        """Where it stands in the record: to read on from there, even when the entry itself is deleted."""
        return f"{self.asked_at.isoformat()}_{self.id}"

    def to_dict(self) -> dict[str, Any]:
        """As JSON knows it: lists, and times in ISO 8601."""
        return {name: _plain(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries: every field that is set must hold."""

    kind: str | None = None
    face: str | None = None
    rating: str | None = None
    below: float | None = None  # confidence
    words: str = ""  # in the question or the reply
    since: datetime | None = None
    until: datetime | None = None


def find(
    connection: Connection, wanted: Filter | None = None, limit: int = 100, after: str | None = None
) -> list[Entry]:
    """The newest entries, or those that follow the place `after`, or the entry with that id."""
    query = _query(wanted or Filter())
    if after is not None:
        query = query.where(tuple_(answers.c.asked_at, answers.c.id) < _time_and_id(writable(after)))
    query = query.order_by(answers.c.asked_at.desc(), answers.c.id.desc()).limit(limit)
    return [_entry(row) for row in connection.execute(query).mappings()]


def find_one(connection: Connection, answer_id: str) -> Entry | None:
    """The entry of one answer."""
    row = connection.execute(_query(Filter()).where(answers.c.id == writable(answer_id))).mappings().first()
    return _entry(row) if row else None


def _time_and_id(after: str) -> Any:
    """What a place says; of an id alone, what the record says as long as it holds it."""
    moment, _, answer_id = after.partition("_")
    try:
        asked_at = datetime.fromisoformat(moment).astimezone(UTC)
    except (ValueError, OverflowError):
        return select(answers.c.asked_at, answers.c.id).where(answers.c.id == after).scalar_subquery()
    return tuple_(literal(asked_at, Moment()), literal(answer_id))


def _query(wanted: Filter) -> Select[Any]:
    vote = [votes.c.rating, votes.c.reasons, votes.c.comment, votes.c.voted_at]
    query = select(*answers.c, *vote).outerjoin_from(answers, votes)
    if wanted.kind:
        query = query.where(answers.c.kind == wanted.kind)
    if wanted.face:
        query = query.where(answers.c.face == wanted.face)
    if wanted.rating:
        query = query.where(votes.c.rating == wanted.rating)
    if wanted.below is not None:
        query = query.where(answers.c.confidence < wanted.below)
    if wanted.words:
        texts = (answers.c.question, answers.c.text)
        query = query.where(or_(*(text.icontains(writable(wanted.words), autoescape=True) for text in texts)))
    if wanted.since:
        query = query.where(answers.c.asked_at >= wanted.since)
    if wanted.until:
        query = query.where(answers.c.asked_at < wanted.until)
    return query


def _entry(row: Any) -> Entry:
    values = dict(row)
    for name in ("history", "missing", "sources", "reasons"):
        values[name] = tuple(values[name] or ())
    return Entry(**values | {"comment": values["comment"] or ""})


def to_json_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """One JSON object a line."""
    return (json.dumps(entry.to_dict(), ensure_ascii=False) + "\n" for entry in entries)


def to_json(entries: Iterable[Entry]) -> Iterator[str]:
    """One JSON array, an entry a line."""
    before = "[\n"
    for line in to_json_lines(entries):
        yield before + line.rstrip("\n")
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def to_csv(entries: Iterable[Entry]) -> Iterator[str]:
    """A table for a spreadsheet: lists in one cell, sources by their references, no cell a formula."""
    names = [field.name for field in fields(Entry)]
    yield _csv_line(names)
    for entry in entries:
        row = entry.to_dict() | {"sources": [source["ref"] for source in entry.sources]}
        cells = (" | ".join(row[name]) if isinstance(row[name], list) else row[name] for name in names)
        yield _csv_line(harmless(cell) if isinstance(cell, str) else cell for cell in cells)


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> harmless('=HYPERLINK("https://a.org")'), harmless("pay?")
    ('\\'=HYPERLINK("https://a.org")', 'pay?')
    """
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell


def _csv_line(cells: Iterable[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return list(value) if isinstance(value, tuple) else value
