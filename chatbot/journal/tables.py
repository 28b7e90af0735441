"""The record's tables: answers, the votes on them, and the daily totals that outlive both.

The columns are what the contract calls the fields of an Answer, so that a record reads like a reply.
This module holds no query and opens no database; how the tables came to be is in `migrations`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

UNWRITABLE = re.compile("[\x00\ud800-\udfff]")  # the zero byte, and half of a surrogate pair


class Moment(TypeDecorator[datetime]):
    """A point in time in UTC, in and out; SQLite itself would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        return value and value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


metadata = MetaData()

answers = Table(
    "answers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("asked_at", Moment, nullable=False),
    Column("face", String(16), nullable=False),  # chat, widget, api or staff
    Column("kind", String(16), nullable=False),
    Column("reason", String(16)),
    Column("question", Text, nullable=False),
    Column("history", JSON, nullable=False),
    Column("understood_as", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("missing", JSON, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("sources", JSON, nullable=False),  # without the passage: build and offsets lead to it
    Column("build", String(64), nullable=False),
    Column("took_ms", Float, nullable=False),
    Index("answers_by_time", "asked_at", "id"),
)

votes = Table(
    "votes",
    metadata,
    Column("answer_id", ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True),
    Column("voted_at", Moment, nullable=False),
    Column("rating", String(8), nullable=False),  # up or down
    Column("reasons", JSON, nullable=False),
    Column("comment", Text, nullable=False),
)

# What is left when the texts are gone: how many, of which kind, on which day. Nobody can be found in it.
totals = Table(
    "totals",
    metadata,
    Column("day", Date, primary_key=True),
    Column("face", String(16), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("asked", Integer, nullable=False),
    Column("up", Integer, nullable=False),
    Column("down", Integer, nullable=False),
)


def writable(text: str) -> str:
    """Text without the few characters that one of the databases cannot hold."""
    return UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)
