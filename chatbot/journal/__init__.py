"""The record: what was asked and replied, and how visitors voted, without their personal data.

In: answers and votes from every face. Out: the same to read, group, export and delete. Recording never
delays an answer: it is handed to a thread. A vote is different: when `vote` has returned True, the vote
and its answer are on the disk. Personal data is taken out before anything is written, addresses of
visitors are never taken in, and records end after some days; only counts stay. Only this package
speaks SQL. It prints nothing.
"""

from __future__ import annotations

import atexit
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from alembic.util import CommandError
from sqlalchemy import Connection, Date, Engine, case, delete, func, select, type_coerce
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError

from chatbot.journal import entries as reader
from chatbot.journal.database import AWAY, JournalError, connect, migrate, reading, reason, scrub, writing
from chatbot.journal.entries import Entry, Filter, to_csv, to_json, to_json_lines
from chatbot.journal.redact import Redactor
from chatbot.journal.tables import answers, now, totals, votes, writable
from chatbot.journal.unanswered import Group, group
from chatbot.journal.writer import Writer
from chatbot.settings import Settings

if TYPE_CHECKING:
    from chatbot.answering import Answer

__all__ = [
    "Entry", "Filter", "Group", "Journal", "JournalError", "group", "to_csv", "to_json", "to_json_lines",
]  # fmt: skip

RATINGS = ("up", "down")
LONGEST = 2000  # characters of a question or a comment that are kept
PAGE = 500  # entries read at once, so that no reader holds the database for long

logger = logging.getLogger(__name__)


class Journal:
    """An open record. Close it, or what was asked in the last moment may be missing."""

    def __init__(self, engine: Engine, redactor: Redactor, retention_days: int, ready: bool = True) -> None:
        self._engine, self._redact = engine, redactor
        self._kept = timedelta(days=retention_days)
        self._insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[engine.dialect.name]
        self._writer = Writer(engine, self.prune, ready)
        atexit.register(self.close)

    @cached_property
    def _add_answer(self) -> Any:
        """Adds an answer, unless it is there. Made once, so that SQLAlchemy need not compile it again."""
        return self._insert(answers).on_conflict_do_nothing()

    @classmethod
    def open(cls, url: str, settings: Settings) -> Journal:
        """Opens the record and brings its tables up to date; a database that is away may come back later.

        Raises `SettingsError` for a URL or a pattern that cannot be used, and `JournalError` for a
        database that holds something else.
        """
        redactor = Redactor.of(settings.redact)
        engine = connect(url)
        ready = False
        try:
            migrate(engine)
            ready = True
        except (*AWAY, OSError) as error:
            logger.error("the record cannot be opened, answers go on: %s", reason(error))
        except (DatabaseError, CommandError) as error:
            engine.dispose()
            problem = f"the record cannot be used ({reason(error)})"
            raise JournalError(problem, remedy="name another database") from error
        return cls(engine, redactor, settings.retention_days, ready)

    @property
    def lost(self) -> int:
        """How many answers could not be recorded since the start."""
        return self._writer.lost

    @property
    def waiting(self) -> int:
        """How many answers and votes are not yet written."""
        return self._writer.waiting

    def record(self, answer: Answer, history: Sequence[str], face: str) -> None:
        """Has an answer written soon; returns at once, whatever the database does."""
        asked_at, earlier = now(), tuple(history)

        def write(connection: Connection) -> None:
            """Adds the answer, unless it is there."""
            row = self._row(answer, earlier) | {"asked_at": asked_at, "face": face}
            connection.execute(self._add_answer, row)

        self._writer.put(write)

    def vote(self, answer_id: str, rating: str, reasons: Sequence[str] = (), comment: str = "") -> bool:
        """True once the vote and its answer are on the disk; False for an answer that is not recorded.

        The last vote on an answer counts. Waits for the database: call it from a thread. Raises
        `JournalError` when the vote cannot be written, `ValueError` for another rating than up or down.
        """
        if rating not in RATINGS:
            raise ValueError(f"rating is {rating!r}, not one of {RATINGS}")
        row = {
            "rating": rating,
            "reasons": [self._clean(text) for text in reasons],
            "comment": self._clean(comment),
            "voted_at": now(),
        }

        def write(connection: Connection) -> bool:
            """Adds the vote or replaces the earlier one; False where its answer is missing."""
            known = select(answers.c.id).where(answers.c.id == writable(answer_id))
            if (found := connection.execute(known).scalar()) is None:
                return False
            insert = self._insert(votes).values(answer_id=found, **row)
            connection.execute(insert.on_conflict_do_update(index_elements=["answer_id"], set_=row))
            return True

        return self._writer.do(write)

    def flush(self) -> None:
        """Returns once everything recorded so far is on the disk. Raises `JournalError` when it cannot be."""
        self._writer.do(lambda _: None)

    def entries(
        self, wanted: Filter | None = None, limit: int | None = None, after: str | None = None
    ) -> Iterator[Entry]:
        """Entries, newest first; with `after`, those that follow this place, or the entry of this id."""
        left = limit
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            with reading(self._engine) as connection:
                page = reader.find(connection, wanted, size, after)
            yield from page
            if len(page) < size:
                return
            after, left = page[-1].place, None if left is None else left - size

    def entry(self, answer_id: str) -> Entry | None:
        """The entry of one answer."""
        with reading(self._engine) as connection:
            return reader.find_one(connection, answer_id)

    def delete(self, answer_id: str) -> bool:
        """Deletes an answer with its vote, without a trace in SQLite's files; False if there is none."""
        query = delete(answers).where(answers.c.id == writable(answer_id))
        found = self._writer.do(lambda connection: connection.execute(query).rowcount > 0)
        scrub(self._engine)
        return found

    def counts(self) -> dict[str, int]:
        """How many were asked, by kind of reply, and how many voted, since the first day."""
        up, down = (func.coalesce(func.sum(totals.c[name]), 0) for name in RATINGS)
        with reading(self._engine) as connection:
            rated = select(votes.c.rating, func.count()).group_by(votes.c.rating)
            kinds = select(answers.c.kind, func.count()).group_by(answers.c.kind)
            old_kinds = select(totals.c.kind, func.sum(totals.c.asked)).group_by(totals.c.kind)
            found = dict.fromkeys(("asked", "answer", "clarify", "no_answer", "small_talk", *RATINGS), 0)
            for query in (rated, kinds, old_kinds):
                for name, number in connection.execute(query):
                    found[name] = found.get(name, 0) + int(number)
            for name, number in zip(RATINGS, connection.execute(select(up, down)).one(), strict=True):
                found[name] += int(number)
        found["asked"] = sum(found[kind] for kind in found if kind not in ("asked", *RATINGS))
        return found

    def prune(self) -> None:
        """Deletes what is older than the retention, and keeps its counts. Runs every hour by itself."""
        before = now() - self._kept
        with writing(self._engine) as connection:
            self._add_up(connection, before)
            deleted = connection.execute(delete(answers).where(answers.c.asked_at < before)).rowcount
        if deleted:
            scrub(self._engine)

    def close(self) -> None:
        """Writes what waits, as far as the database lets it, and closes it."""
        atexit.unregister(self.close)
        self._writer.close()
        self._engine.dispose()

    def _add_up(self, connection: Connection, before: datetime) -> None:
        day = type_coerce(func.date(answers.c.asked_at), Date).label("day")
        voted = (func.sum(case((votes.c.rating == name, 1), else_=0)).label(name) for name in RATINGS)
        key = (day, answers.c.face, answers.c.kind)
        summed = (
            select(*key, func.count().label("asked"), *voted)
            .select_from(answers.outerjoin(votes))
            .where(answers.c.asked_at < before)
            .group_by(*key)
        )
        for row in connection.execute(summed).mappings().all():
            insert = self._insert(totals).values(**row)
            added = {name: totals.c[name] + insert.excluded[name] for name in ("asked", *RATINGS)}
            connection.execute(insert.on_conflict_do_update(index_elements=totals.primary_key, set_=added))

    def _row(self, answer: Answer, history: Sequence[str]) -> dict[str, Any]:
        """An answer as it is written. What was made from a redacted question must not tell it either."""
        told = self._redact.words("\n".join([answer.question, *history]))
        sources = [
            {name: value for name, value in source.items() if name != "passage"}
            for source in answer.to_dict()["sources"]
        ]
        return {
            "id": answer.id,
            "kind": answer.kind,
            "reason": answer.reason,
            "question": self._clean(answer.question),
            "history": [self._clean(text) for text in history],
            "understood_as": self._clean(answer.understood_as, told),
            "text": self._clean(answer.text, told),
            "missing": [self._clean(word, told) for word in answer.missing],
            "confidence": answer.confidence,
            "sources": sources,
            "build": answer.build,
            "took_ms": answer.took_ms,
        }

    def _clean(self, text: str, also: Sequence[str] | set[str] = ()) -> str:
        redacted = writable(self._redact(text, also))
        return redacted if len(redacted) <= LONGEST else redacted[: LONGEST - 1] + "…"
